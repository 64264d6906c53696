/*
 * How the stack asks one handler. Private to slackaudit/retry/.
 */
#pragma once

#include "slackaudit/retry.h"

/* Whether the handler wants this retry: it matches, and it has granted fewer than its maximum. */
bool handler_wants(const struct slackaudit_retry_handler *handler, int granted,
    const struct slackaudit_retry_state *state, const struct slackaudit_attempt *attempt);

/* The wait for a retry that it wants, within its cap. Sets `first_wait_us` of the state for the
 * jitter. */
int64_t handler_wait_us(const struct slackaudit_retry_handler *handler, int granted,
    struct slackaudit_retry_state *state, const struct slackaudit_attempt *attempt,
    const struct slackaudit_random *random);
