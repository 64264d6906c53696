/*
 * Slack's clock: what time it is where the entries are made.
 *
 * Every answer of the API tells it in its Date header, and our monotonic clock carries it on. The
 * walk's checkpoint comes from it: with a clock that is ahead of the truth, entries would be passed
 * by that are not made yet; with one that stands still, nothing would be asked for any more. A
 * proxy or a broken server can send any Date, and a host can wake up in 1970. So a Date counts only
 * when something else supports it: the host's clock within SLACK_CLOCK_REACH, or an entry that was
 * made no longer than that before. One that is merely near the clock as it was carried on changes
 * nothing.
 *
 * Without support the clock is *disputed*: then it is the time of the newest entry that the API has
 * shown, held between the earlier and the later of the clocks at hand. That is never ahead of the
 * truth unless all of them are, and what it leaves out is found by the next poll, as long as the
 * newest entry is asked for before.
 *
 * Embedded object, {0} at first. Times are Unix seconds, microseconds where the name says so.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { SLACK_CLOCK_REACH = 2 * 3600 };

struct slack_clock {
    bool known;                   /* an answer came */
    bool carried;                 /* `offset_us` was supported once */
    bool disputed;                /* the last Date was not, and is far from what is carried on */
    int64_t offset_us;            /* Slack's clock less the monotonic one */
    int64_t earlier_us, later_us; /* likewise, of the clocks that dispute */
    int64_t newest;               /* entry; 0: none */
};

/* An entry of this time was shown. */
void slack_clock_saw(struct slack_clock *clock, int64_t entry_time);

/* An answer came with this Date (-1: it had none), at this time of the host's two clocks. */
void slack_clock_learn(
    struct slack_clock *clock, int64_t date, int64_t host_wall_us, int64_t monotonic_us);

/* Before the first answer this is the host's clock. */
int64_t slack_clock_now(
    const struct slack_clock *clock, int64_t host_wall_us, int64_t monotonic_us);
