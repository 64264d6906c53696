/*
 * The plan: which window comes next. Pure arithmetic on where the walk stands, so that every rule
 * of the walk can be tested without a network.
 *
 * All times are Unix seconds of Slack's clock. Windows include both ends; neighbours share their
 * boundary second, because more entries of that second may stand on the other side.
 */
#pragma once

#include "store/store.h"

enum {
    PLAN_FIRST_WIDTH = 86400, /* the first back-fill window: a day */
    PLAN_FRESH_BACK = 30, /* a short poll begins so many seconds before the newest known entry */
    PLAN_GOOD_PAGES = 5,  /* what a narrowed window aims at */
    PLAN_JITTER = 5,      /* seconds that a clock may seem to go back between answers */
};

#define PLAN_BEGINNING INT64_C(1519862400) /* 2018-03-01: Slack has nothing older */

enum plan_action {
    PLAN_NOTHING, /* caught up, or Slack's clock stands before the checkpoint */
    PLAN_WINDOW,  /* walk [oldest, latest] */
    PLAN_RELEASE, /* everything below the lowest piece is in: it can be delivered */
};

struct plan {
    enum plan_action action;
    int64_t oldest, latest;
    bool to_now; /* the window reaches up to `now` */
};

/* The next full window. `piece` is the lowest waiting piece or NULL; `walked` is the end of the
 * last full window that was closed since that piece was cut off (-1: none), and says when nothing
 * is missing below it: the checkpoint cannot, because a piece may reach down into the overlap.
 * `now` is Slack's clock (for `--once`: the moment of the start). */
struct plan plan_next(const struct store_walk *walk, int64_t overlap,
    const struct store_window *piece, int64_t walked, int64_t now);

/* Where a full window begins: an overlap below what had certainly shown when the last one was read,
 * not before the seen-set is complete, not before the start. */
int64_t plan_oldest(const struct store_walk *walk, int64_t overlap);

/* Heeds a clock that went back: a `read_at` after `now` was told by a clock that was wrong, and
 * entries that were made since then may not be read. What is certain is that reading went as far as
 * the newest known entry (`newest`; -1: none is known). The checkpoint stays; while it lies ahead,
 * windows end before it. False: nothing was wrong. */
bool plan_heed_clock(struct store_walk *walk, int64_t newest, int64_t now);

/* What a closed full window (or released piece) makes of the walk. `pieces` are those still
 * waiting, `newest` is as above. */
struct store_walk plan_closed(const struct store_walk *walk, int64_t overlap,
    const struct store_window *window, const struct store_window *pieces, size_t piece_count,
    int64_t newest, bool under_one_page);

/* The width for what lies below a window that was too wide: seconds that hold about PLAN_GOOD_PAGES
 * pages at the density seen. */
int64_t plan_narrow(int64_t seconds, uint32_t pages);
