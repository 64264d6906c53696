/*
 * The nesting of a JSON text: one bit a level says whether it is an object or an array. Levels past
 * LIMIT_JSON_DEPTH are counted without their kind.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/limits.h"

struct json_levels {
    unsigned depth; /* containers that are open */
    bool in_object; /* the innermost one is an object; unknown past the limit */
    uint64_t objects[LIMIT_JSON_DEPTH / 64];
};

static inline void json_levels_push(struct json_levels *levels, bool object)
{
    unsigned level = levels->depth++;
    levels->in_object = object;
    if (level >= LIMIT_JSON_DEPTH)
        return;
    uint64_t bit = UINT64_C(1) << (level % 64);
    if (object)
        levels->objects[level / 64] |= bit;
    else
        levels->objects[level / 64] &= ~bit;
}

static inline void json_levels_pop(struct json_levels *levels)
{
    unsigned level = --levels->depth;
    if (level > 0 && level <= LIMIT_JSON_DEPTH)
        levels->in_object = (levels->objects[(level - 1) / 64] >> ((level - 1) % 64)) & 1;
}

/* The bracket can close the innermost container. */
static inline bool json_levels_match(const struct json_levels *levels, char bracket)
{
    return levels->depth > LIMIT_JSON_DEPTH || levels->in_object == (bracket == '}');
}
