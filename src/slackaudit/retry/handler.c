#include "slackaudit/retry/handler.h"

#include <stdlib.h>

#include "base/units.h"
#include "slackaudit/retry/wait.h"

/* The interval that Slack's SDK starts from. */
static const int64_t default_factor_us = 500 * USEC_PER_MSEC;

struct slackaudit_retry_handler {
    struct slackaudit_retry_handler_type type;
    void *self;
    int max_retries;
    struct slackaudit_interval *interval;
    struct slackaudit_jitter *jitter;
    int64_t cap_us;
    bool heeds_retry_after; /* as the least to wait */
};

bool handler_wants(const struct slackaudit_retry_handler *handler, int granted,
    const struct slackaudit_retry_state *state, const struct slackaudit_attempt *attempt)
{
    return granted < handler->max_retries && handler->type.can_retry(handler->self, state, attempt);
}

static int64_t wait_of_interval(const struct slackaudit_retry_handler *handler, int granted,
    struct slackaudit_retry_state *state, const struct slackaudit_attempt *attempt,
    const struct slackaudit_random *random)
{
    state->first_wait_us = wait_bounded(interval_wait_us(handler->interval, 0), handler->cap_us);
    int64_t wait_us = wait_bounded(interval_wait_us(handler->interval, granted), handler->cap_us);
    wait_us = jitter_apply(handler->jitter, wait_us, state, random);
    if (handler->heeds_retry_after && wait_us < attempt->retry_after_us)
        wait_us = attempt->retry_after_us;
    return wait_us;
}

int64_t handler_wait_us(const struct slackaudit_retry_handler *handler, int granted,
    struct slackaudit_retry_state *state, const struct slackaudit_attempt *attempt,
    const struct slackaudit_random *random)
{
    int64_t wait_us = handler->type.wait_us != NULL
                          ? handler->type.wait_us(handler->self, state, attempt, granted, random)
                          : wait_of_interval(handler, granted, state, attempt, random);
    return wait_bounded(wait_us, handler->cap_us);
}

struct slackaudit_retry_handler *slackaudit_retry_custom(
    const struct slackaudit_retry_handler_type *type, void *self, int max_retries,
    struct slackaudit_interval *interval, struct slackaudit_jitter *jitter, int64_t cap_us)
{
    if (interval == NULL)
        interval = slackaudit_interval_backoff(default_factor_us, cap_us < 0 ? 0 : cap_us);
    if (jitter == NULL)
        jitter = slackaudit_jitter_random();
    struct slackaudit_retry_handler *handler = NULL;
    if (type != NULL && type->name != NULL && type->can_retry != NULL && max_retries >= 0 &&
        cap_us >= 0 && interval != NULL && jitter != NULL)
        handler = calloc(1, sizeof(*handler));
    if (handler == NULL) {
        slackaudit_interval_free(interval);
        slackaudit_jitter_free(jitter);
        if (type != NULL && type->destroy != NULL)
            type->destroy(self);
        return NULL;
    }
    *handler = (struct slackaudit_retry_handler){
        .type = *type,
        .self = self,
        .max_retries = max_retries,
        .interval = interval,
        .jitter = jitter,
        .cap_us = wait_cap(cap_us),
    };
    return handler;
}

void slackaudit_retry_handler_free(struct slackaudit_retry_handler *handler)
{
    if (handler == NULL)
        return;
    slackaudit_interval_free(handler->interval);
    slackaudit_jitter_free(handler->jitter);
    if (handler->type.destroy != NULL)
        handler->type.destroy(handler->self);
    free(handler);
}

const char *slackaudit_retry_handler_name(const struct slackaudit_retry_handler *handler)
{
    return handler->type.name;
}

/* ---- The built-in handlers: the same as a user could write them ---- */

static bool is_connection_error(const void *self, const struct slackaudit_retry_state *state,
    const struct slackaudit_attempt *attempt)
{
    (void)self;
    (void)state;
    return attempt->transport != SLACKAUDIT_TRANSPORT_OK &&
           attempt->transport != SLACKAUDIT_TRANSPORT_OTHER;
}

struct slackaudit_retry_handler *slackaudit_retry_connection_error(int max_retries,
    struct slackaudit_interval *interval, struct slackaudit_jitter *jitter, int64_t cap_us)
{
    static const struct slackaudit_retry_handler_type type = {
        .name = "connection_error",
        .can_retry = is_connection_error,
    };
    return slackaudit_retry_custom(&type, NULL, max_retries, interval, jitter, cap_us);
}

static bool is_rate_limit(const void *self, const struct slackaudit_retry_state *state,
    const struct slackaudit_attempt *attempt)
{
    (void)self;
    (void)state;
    return attempt->status == 429;
}

/* The jitter goes on top of what was asked for, so that many clients do not come back at once; it
 * never takes away from it. */
static int64_t rate_limit_wait_us(const void *self, struct slackaudit_retry_state *state,
    const struct slackaudit_attempt *attempt, int own_attempt,
    const struct slackaudit_random *random)
{
    (void)self;
    (void)state;
    (void)own_attempt;
    int64_t wait_us = attempt->retry_after_us < 0
                          ? USEC_PER_SEC
                          : wait_bounded(attempt->retry_after_us, SLACKAUDIT_RETRY_LONGEST_WAIT_US);
    return wait_us + random->between(random->user, 0, USEC_PER_SEC);
}

struct slackaudit_retry_handler *slackaudit_retry_rate_limit(int max_retries)
{
    static const struct slackaudit_retry_handler_type type = {
        .name = "rate_limit",
        .can_retry = is_rate_limit,
        .wait_us = rate_limit_wait_us,
    };
    return slackaudit_retry_custom(&type, NULL, max_retries, NULL, NULL, 0);
}

static bool is_server_error(const void *self, const struct slackaudit_retry_state *state,
    const struct slackaudit_attempt *attempt)
{
    (void)self;
    (void)state;
    return attempt->status >= 500 || attempt->broken_body;
}

struct slackaudit_retry_handler *slackaudit_retry_server_error(int max_retries,
    struct slackaudit_interval *interval, struct slackaudit_jitter *jitter, int64_t cap_us)
{
    static const struct slackaudit_retry_handler_type type = {
        .name = "server_error",
        .can_retry = is_server_error,
    };
    struct slackaudit_retry_handler *handler =
        slackaudit_retry_custom(&type, NULL, max_retries, interval, jitter, cap_us);
    if (handler != NULL)
        handler->heeds_retry_after = true;
    return handler;
}
