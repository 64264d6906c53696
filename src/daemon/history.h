/*
 * What a source did over the last 24 hours, in steps of five minutes: for the plots of the status
 * page. In memory alone; it begins with the process.
 *
 * Embedded object, all zero at the start. Times are monotonic microseconds.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { HISTORY_STEPS = 288, HISTORY_STEP_SECONDS = 300 };

struct history {
    uint32_t entries[HISTORY_STEPS]; /* stored in the step */
    uint32_t lag[HISTORY_STEPS];     /* 1 + the largest of the step, in seconds; 0: not known */
    int64_t step;                    /* number of the newest step; 0: none yet */
    uint64_t stored;                 /* as it was noted last */
};

/* Notes how many entries have been stored in all, and the lag (-1: not known). */
void history_note(struct history *history, int64_t now_us, uint64_t stored, int64_t lag_seconds);

/* A step by its age (0: the newest); before the first note nothing is known of any. */
struct history_step {
    uint32_t entries;
    int64_t lag; /* -1: not known */
};
struct history_step history_at(const struct history *history, size_t age);
