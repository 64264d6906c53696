/*
 * What a walk over the entries of a query has told: the place it has come to, and which entries
 * must not be told again. Private to slackaudit/.
 *
 * Entries come newest first, and their order may be off by TOLD_MARGIN_SECONDS. Two kinds of them
 * can come again, and are kept: those about the walk's place and before it, which a walk that
 * begins anew there reads again; and the last ones that were told, wherever they stand, because a
 * server may send a page twice. So what is kept does not grow with the length of the walk, but with
 * the entries of one margin; LIMIT_SEEN bounds those.
 *
 * Embedded object: TOLD_INIT, told_deinit(). Times are Unix seconds.
 */
#pragma once

#include "base/seen.h"

enum { TOLD_MARGIN_SECONDS = 60, TOLD_LAST = 50000 };

struct told {
    struct seen near;      /* their times are at most the place and the margin */
    struct seen last, old; /* the last TOLD_LAST at least, and at most twice as many */
    int64_t place;         /* -1: not known yet */
};

#define TOLD_INIT                                                                                  \
    {                                                                                              \
        .place = -1                                                                                \
    }

void told_deinit(struct told *told);

/* Adds an entry. 1: it is new; 0: it was told before; ERROR_MEMORY or ERROR_LIMIT: it is as if
 * nobody had asked. One without a time of its own stands where the walk stands. */
int told_add(struct told *told, struct hash_key key, bool has_time, int64_t time);

/* The walk has come to `place`. It never goes back to a later one. Forgets what cannot come again.
 */
void told_move(struct told *told, int64_t place);

/* The latest time at which an entry may stand that was not told yet. The place must be known. */
int64_t told_horizon(const struct told *told);
