/*
 * The actions that the simulator knows: what GET /actions lists and what its entries are about.
 * Each has a category, the type of its entity, and a shape for its `details`. Slack knows some 440
 * and adds more; these are enough to reach every entity type and every shape of details.
 */
#pragma once

#include <stddef.h>

#include "base/buffer.h"
#include "simulator/details.h"
#include "simulator/entities.h"

struct action {
    const char *name;
    const char *category; /* as in GET /actions */
    enum entity_type entity;
    enum details_shape details;
};

/* The common ones come first: ACTIONS_COMMON of them make half of all entries. */
extern const struct action actions[];
extern const size_t action_count;
enum { ACTIONS_COMMON = 8 };

/* Appends the body of GET /actions. Returns 0 or what the buffer refused with. */
int actions_append(struct buffer *body);
