/*
 * What the parts of the retry stack know of each other: an interval yields a wait, a jitter makes
 * it random, and every wait stays within bounds. Private to slackaudit/retry/.
 */
#pragma once

#include "slackaudit/retry.h"

/* `wait_us` within [0, cap_us]. A part that a user wrote may answer anything. */
static inline int64_t wait_bounded(int64_t wait_us, int64_t cap_us)
{
    if (wait_us < 0)
        return 0;
    return wait_us < cap_us ? wait_us : cap_us;
}

/* A cap as callers give it: 0 is a day, and more than a day is a day too. */
static inline int64_t wait_cap(int64_t cap_us)
{
    return cap_us == 0 ? SLACKAUDIT_RETRY_LONGEST_WAIT_US
                       : wait_bounded(cap_us, SLACKAUDIT_RETRY_LONGEST_WAIT_US);
}

/* Between 0 and a day. `attempt` from 0. */
int64_t interval_wait_us(const struct slackaudit_interval *interval, int attempt);

/* Between 0 and a day. */
int64_t jitter_apply(const struct slackaudit_jitter *jitter, int64_t wait_us,
    const struct slackaudit_retry_state *state, const struct slackaudit_random *random);
