/* Rows of a retry handler. */
#include "base/limits.h"
#include "base/units.h"
#include "config/check.h"
#include "config/tables.h"
#include "config/types.h"

static const struct schema_choice handlers[] = {
    {.word = "connection_error",
        .value = CONFIG_HANDLER_CONNECTION_ERROR,
        .kinds = KIND_CONNECTION_ERROR},
    {.word = "rate_limit", .value = CONFIG_HANDLER_RATE_LIMIT, .kinds = KIND_RATE_LIMIT},
    {.word = "server_error", .value = CONFIG_HANDLER_SERVER_ERROR, .kinds = KIND_SERVER_ERROR},
    {.word = "match", .value = CONFIG_HANDLER_MATCH, .kinds = KIND_MATCH},
    {0},
};

static const struct schema_choice intervals[] = {
    {.word = "backoff", .value = CONFIG_INTERVAL_BACKOFF, .kinds = KIND_BACKOFF},
    {.word = "fixed", .value = CONFIG_INTERVAL_FIXED, .kinds = KIND_FIXED},
    {0},
};

static const struct schema_choice jitters[] = {
    {.word = "random", .value = CONFIG_JITTER_RANDOM},
    {.word = "none", .value = CONFIG_JITTER_NONE},
    {.word = "full", .value = CONFIG_JITTER_FULL},
    {.word = "equal", .value = CONFIG_JITTER_EQUAL},
    {.word = "decorrelated", .value = CONFIG_JITTER_DECORRELATED},
    {0},
};

static const struct schema_choice transports[] = {
    {.word = "timeout", .value = SLACKAUDIT_TRANSPORT_TIMEOUT},
    {.word = "dns", .value = SLACKAUDIT_TRANSPORT_DNS},
    {.word = "connect", .value = SLACKAUDIT_TRANSPORT_CONNECT},
    {.word = "tls", .value = SLACKAUDIT_TRANSPORT_TLS},
    {.word = "reset", .value = SLACKAUDIT_TRANSPORT_RESET},
    {0},
};

static const char jitter_meaning[] =
    "What chance makes of a wait: `none` nothing, `random` adds up to 1s, `full` 0 to the wait, "
    "`equal` "
    "half of it and up to half more, `decorrelated` the factor to three times the last wait.";

static const struct schema_key interval_keys[] = {
    {.name = "type",
        .type = &schema_choice,
        .initial = "backoff",
        .choices = intervals,
        .offset = offsetof(struct config_retry_handler, interval.type),
        .meaning = "`backoff` doubles the wait each time, `fixed` does not."},
    {.name = "factor",
        .type = &schema_duration,
        .initial = "500ms",
        .low = USEC_PER_MSEC,
        .high = USEC_PER_DAY,
        .kinds = KIND_BACKOFF,
        .offset = offsetof(struct config_retry_handler, interval.factor_us),
        .meaning = "The first wait."},
    {.name = "cap",
        .type = &schema_duration,
        .initial = "60s",
        .low = USEC_PER_MSEC,
        .high = USEC_PER_DAY,
        .kinds = KIND_BACKOFF,
        .offset = offsetof(struct config_retry_handler, interval.cap_us),
        .meaning = "No wait is longer."},
    {.name = "wait",
        .type = &schema_duration,
        .initial = "500ms",
        .low = USEC_PER_MSEC,
        .high = USEC_PER_DAY,
        .kinds = KIND_FIXED,
        .offset = offsetof(struct config_retry_handler, interval.wait_us),
        .meaning = "Each wait."},
    {.name = "jitter",
        .type = &schema_choice,
        .initial = "random",
        .kinds = KIND_CONNECTION_ERROR | KIND_MATCH,
        .choices = jitters,
        .offset = offsetof(struct config_retry_handler, interval.jitter),
        .meaning = jitter_meaning},
    {.name = "jitter",
        .type = &schema_choice,
        .initial = "full",
        .kinds = KIND_SERVER_ERROR,
        .choices = jitters,
        .offset = offsetof(struct config_retry_handler, interval.jitter),
        .meaning = jitter_meaning},
};

static const struct schema_group interval = {
    .noun = "an interval",
    SCHEMA_GROUP_KEYS(interval_keys),
    .examine = config_check_interval,
};

static const struct schema_key when_keys[] = {
    {.name = "status",
        .type = &schema_integers,
        .initial = "[]",
        .low = 300, /* nothing that succeeded is tried again */
        .high = 599,
        .offset = offsetof(struct config_retry_handler, when.statuses),
        .partner = offsetof(struct config_retry_handler, when.status_count),
        .meaning = "HTTP status codes."},
    {.name = "error",
        .type = &schema_texts,
        .initial = "[]",
        .high = 64,
        .offset = offsetof(struct config_retry_handler, when.errors),
        .meaning = "Names of errors in Slack's answers, such as `internal_error`."},
    {.name = "transport",
        .type = &schema_choices,
        .initial = "[]",
        .high = 5,
        .choices = transports,
        .offset = offsetof(struct config_retry_handler, when.transports),
        .partner = offsetof(struct config_retry_handler, when.transport_count),
        .meaning = "Ways in which no whole answer came."},
};

static const struct schema_group when = {
    .noun = "a condition",
    SCHEMA_GROUP_KEYS(when_keys),
};

static const char max_retries_meaning[] = "How many retries it grants to one call.";

static const struct schema_key keys[] = {
    {.name = "handler",
        .type = &schema_choice,
        .flags = SCHEMA_REQUIRED,
        .choices = handlers,
        .offset = offsetof(struct config_retry_handler, handler),
        .meaning = "`connection_error`: no whole answer came; `rate_limit`: status 429, waits "
                   "`Retry-After` "
                   "and up to 1s; `server_error`: status 500 and above, or a 200 whose body is not "
                   "a whole "
                   "page; `match`: what `when` says."},
    {.name = "when",
        .type = &schema_mapping,
        .initial = "{}",
        .kinds = KIND_MATCH,
        .group = &when,
        .meaning = "It matches if any of its lists does; one at least must not be empty."},
    {.name = "max_retries",
        .type = &schema_integer,
        .initial = "5",
        .low = 0,
        .high = LIMIT_RETRY_ATTEMPTS,
        .kinds = KIND_CONNECTION_ERROR | KIND_SERVER_ERROR,
        .offset = offsetof(struct config_retry_handler, max_retries),
        .meaning = max_retries_meaning},
    {.name = "max_retries",
        .type = &schema_integer,
        .initial = "10",
        .low = 0,
        .high = LIMIT_RETRY_ATTEMPTS,
        .kinds = KIND_RATE_LIMIT,
        .offset = offsetof(struct config_retry_handler, max_retries),
        .meaning = max_retries_meaning},
    {.name = "max_retries",
        .type = &schema_integer,
        .initial = "3",
        .low = 0,
        .high = LIMIT_RETRY_ATTEMPTS,
        .kinds = KIND_MATCH,
        .offset = offsetof(struct config_retry_handler, max_retries),
        .meaning = max_retries_meaning},
    {.name = "interval",
        .type = &schema_mapping,
        .initial = "{}",
        .kinds = KIND_CONNECTION_ERROR | KIND_SERVER_ERROR | KIND_MATCH,
        .group = &interval,
        .meaning = "How long to wait before a retry."},
};

const struct schema_group schema_retry_handler = {
    .noun = "a retry handler",
    SCHEMA_GROUP_KEYS(keys),
    .size = sizeof(struct config_retry_handler),
    .examine = config_check_handler,
};
