/*
 * When each entry of the sequence is made. Index 0 is the oldest; times ascend with the index.
 *
 * The first `entries` indexes are the made history, spread over a span with some unevenness: about
 * a quarter of all groups of four share one second, and a burst puts as many as asked into one. The
 * indexes after them are live entries, one every 1/`live_per_second` seconds from `live_since_us`
 * on; they have no end. Nothing is stored: a time is computed from the index. Immutable once made.
 */
#pragma once

#include <stdint.h>

#include "base/error.h"

#define TIMELINE_UNSET INT64_MIN

#define TIMELINE_ENTRIES_MOST UINT64_C(1000000000)
#define TIMELINE_SPAN_MOST    (INT64_C(1) << 33) /* seconds; the product of both fits in 63 bits */
#define TIMELINE_RATE_MOST    1000000.0          /* a second */

/* What was asked for. Times are Unix seconds. */
struct timeline_settings {
    uint64_t seed;
    int64_t entries;        /* TIMELINE_UNSET: 10,000, or what `rate` makes of the span */
    int64_t from, to;       /* TIMELINE_UNSET: a week before `to`; now */
    double rate;            /* entries a second; 0: whatever entries and span make it */
    int64_t burst;          /* this many of `entries` share one second */
    int64_t burst_at;       /* TIMELINE_UNSET: the middle of the span */
    double live_per_second; /* 0: none */
    int64_t live_since;     /* TIMELINE_UNSET: now */
};

struct timeline {
    uint64_t seed;
    uint64_t entries;
    uint64_t spread; /* `entries` less the burst */
    int64_t from, span;
    uint64_t burst, burst_first;
    int64_t burst_at;
    double live_per_second;
    int64_t live_since_us;
};

/* ERROR_INVALID names the setting that does not fit the others. `now_us` is the simulator's own
 * time. */
int timeline_init(struct timeline *timeline, const struct timeline_settings *settings,
    int64_t now_us, struct error *error);

/* When the entry is made, as whole seconds (its date_create), and for live ones more exactly. */
int64_t timeline_date(const struct timeline *timeline, uint64_t index);
int64_t timeline_made_us(const struct timeline *timeline, uint64_t index);

/* How many entries are made by `now_us`: the indexes below that. */
uint64_t timeline_length(const struct timeline *timeline, int64_t now_us);
