/*
 * The one cleanup idiom of the tree: a local that owns something says so where it is declared.
 *
 *     _cleanup_(buffer_deinit) struct buffer body = BUFFER_INIT(LIMIT_RESPONSE_BODY);
 *     _cleanup_free_ char *path = NULL;
 *
 * The destructor runs at every way out of the scope. `TAKE(pointer)` hands ownership on: it yields
 * the value and leaves NULL behind. Every destructor here accepts NULL and half-built objects. For
 * heap objects `DEFINE_CLEANUP(struct x, x_free)` makes `x_freep`, which takes the address of the
 * pointer.
 */
#pragma once

#include <stdlib.h>
#include <unistd.h>

#define _cleanup_(function) __attribute__((cleanup(function)))

#define TAKE(pointer)                                                                              \
    ({                                                                                             \
        __typeof__(pointer) taken_ = (pointer);                                                    \
        (pointer) = NULL;                                                                          \
        taken_;                                                                                    \
    })

#define DEFINE_CLEANUP(type, free_function)                                                        \
    static inline void free_function##p(type **object)                                             \
    {                                                                                              \
        if (*object != NULL)                                                                       \
            free_function(*object);                                                                \
    }

static inline void cleanup_free(void *pointer)
{
    free(*(void **)pointer);
}

static inline void cleanup_close(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd); /* nothing was promised about data here; writers sync before they close */
}

#define _cleanup_free_  _cleanup_(cleanup_free)
#define _cleanup_close_ _cleanup_(cleanup_close)

/* Yields the descriptor and leaves -1 behind. */
static inline int take_fd(int *fd)
{
    int taken = *fd;
    *fd = -1;
    return taken;
}
