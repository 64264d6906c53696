/*
 * A list of names, collected while the store visits what it has: only when the visit is over may
 * something be done with them that changes it.
 */
#pragma once

#include <stdbool.h>
#include <string.h>

#include "base/buffer.h"
#include "base/limits.h"

/* Embedded. Readable. */
struct names {
    struct buffer text; /* a NUL byte behind each */
};

#define NAMES_INIT                                                                                 \
    {                                                                                              \
        .text = BUFFER_INIT(MIB(1))                                                                \
    }

static inline void names_deinit(struct names *names)
{
    buffer_deinit(&names->text);
}

/* Adds a copy: 0, or what buffer_append() fails with. */
static inline int names_add(struct names *names, const char *name)
{
    return buffer_append(&names->text, name, strlen(name) + 1);
}

/* The one behind `name`, which is NULL or of this list; NULL behind the last. Valid until the next
 * is added. */
static inline const char *names_next(const struct names *names, const char *name)
{
    const char *next = name == NULL ? names->text.data : name + strlen(name) + 1;
    return names->text.size == 0 || next == names->text.data + names->text.size ? NULL : next;
}

static inline bool names_have(const struct names *names, const char *name)
{
    for (const char *each = NULL; (each = names_next(names, each)) != NULL;)
        if (strcmp(each, name) == 0)
            return true;
    return false;
}
