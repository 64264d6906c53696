/*
 * A slice: bytes that somebody else owns. It is valid as long as its owner says; it need not end in
 * a NUL byte and may hold any byte. Passed by value.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct slice {
    const char *data; /* may be NULL only when size is 0 */
    size_t size;
};

#define SLICE_LITERAL(text) ((struct slice){.data = (text), .size = sizeof(text) - 1})

/* For printf: `"%.*s", SLICE_PRINT(slice)`. */
#define SLICE_PRINT(slice) (int)(slice).size, (slice).data

static inline struct slice slice_of(const char *text)
{
    return (struct slice){.data = text, .size = text == NULL ? 0 : strlen(text)};
}

static inline bool slice_equal(struct slice left, struct slice right)
{
    return left.size == right.size &&
           (left.size == 0 || memcmp(left.data, right.data, left.size) == 0);
}
