/*
 * The reserve: a file of LIMIT_RESERVE bytes that is there to be given up. When the disk is full it
 * is removed, so that positions can still move and what they free makes room again; until it is
 * back, no page is written.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"

/* Embedded. */
struct reserve {
    const char *directory; /* the store's */
    char *path;
    bool held;
};

#define RESERVE_INIT                                                                               \
    {                                                                                              \
        .held = false                                                                              \
    }

/* Looks whether the reserve is there. `directory` outlives it. */
int reserve_init(struct reserve *reserve, const char *directory, struct error *error);
/* The file stays. */
void reserve_deinit(struct reserve *reserve);

/* Gives it up: true when there was something to give up. */
bool reserve_release(struct reserve *reserve);

/* Takes it, or makes sure of all of it. On a disk without room it is released, which is no error.
 */
int reserve_fill(struct reserve *reserve, struct error *error);
/* The same for one that was released: only once there is room for it and as much again, so that it
 * does not come and go. */
int reserve_take_back(struct reserve *reserve, struct error *error);
