#include "slackaudit/retry.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

/* A copy of the caller's lists. */
struct match {
    int *statuses;
    size_t status_count;
    char **errors;
    size_t error_count;
    enum slackaudit_transport *transports;
    size_t transport_count;
};

static void match_free(void *self)
{
    struct match *match = self;
    if (match == NULL)
        return;
    free(match->statuses);
    for (size_t i = 0; i < match->error_count; i++)
        free(match->errors[i]);
    free(match->errors);
    free(match->transports);
    free(match);
}

static void match_freep(struct match **match)
{
    match_free(*match);
}

static void *copy_of(const void *items, size_t count, size_t size)
{
    void *copy = reallocarray(NULL, count + 1, size); /* one more, so that none is no failure */
    if (copy != NULL && count > 0)
        memcpy(copy, items, count * size);
    return copy;
}

static struct match *match_new(const struct slackaudit_retry_match *when)
{
    _cleanup_(match_freep) struct match *match = calloc(1, sizeof(*match));
    if (match == NULL)
        return NULL;
    match->statuses = copy_of(when->statuses, when->status_count, sizeof(*when->statuses));
    match->transports = copy_of(when->transports, when->transport_count, sizeof(*when->transports));
    match->errors = calloc(when->error_count + 1, sizeof(*match->errors));
    if (match->statuses == NULL || match->transports == NULL || match->errors == NULL)
        return NULL;
    match->status_count = when->status_count;
    match->transport_count = when->transport_count;
    for (; match->error_count < when->error_count; match->error_count++) {
        match->errors[match->error_count] = strdup(when->errors[match->error_count]);
        if (match->errors[match->error_count] == NULL)
            return NULL;
    }
    return TAKE(match);
}

static bool matches(const void *self, const struct slackaudit_retry_state *state,
    const struct slackaudit_attempt *attempt)
{
    (void)state;
    const struct match *match = self;
    for (size_t i = 0; i < match->status_count && attempt->status != 0; i++)
        if (match->statuses[i] == attempt->status)
            return true;
    for (size_t i = 0; i < match->transport_count; i++)
        if (attempt->transport != SLACKAUDIT_TRANSPORT_OK &&
            match->transports[i] == attempt->transport)
            return true;
    if (attempt->error == NULL || *attempt->error == '\0')
        return false;
    for (size_t i = 0; i < match->error_count; i++)
        if (strcmp(match->errors[i], attempt->error) == 0)
            return true;
    return false;
}

struct slackaudit_retry_handler *slackaudit_retry_match(const struct slackaudit_retry_match *when,
    int max_retries, struct slackaudit_interval *interval, struct slackaudit_jitter *jitter,
    int64_t cap_us)
{
    static const struct slackaudit_retry_handler_type type = {
        .name = "match",
        .can_retry = matches,
        .destroy = match_free,
    };
    struct match *match = when == NULL ? NULL : match_new(when);
    if (match == NULL) {
        slackaudit_interval_free(interval);
        slackaudit_jitter_free(jitter);
        return NULL;
    }
    return slackaudit_retry_custom(&type, match, max_retries, interval, jitter, cap_us);
}
