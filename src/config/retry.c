#include "config/retry.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "config/schema.h"
#include "config/tables.h"

/* ---- Copying ---- */

void config_retry_deinit(struct config_retry *retry)
{
    for (size_t i = 0; i < retry->count; i++)
        schema_release_group(&schema_retry_handler, &retry->handlers[i]);
    free(retry->handlers);
    *retry = (struct config_retry){0};
}

static int copy_bytes(const void *data, size_t size, void *ret_copy)
{
    void *copy = malloc(size + 1); /* an empty list has a place too */
    if (copy == NULL)
        return ERROR_MEMORY;
    if (size > 0)
        memcpy(copy, data, size);
    *(void **)ret_copy = copy;
    return 0;
}

static int copy_texts(char *const *texts, char ***ret_copy)
{
    size_t count = 0;
    while (texts[count] != NULL)
        count++;
    *ret_copy = calloc(count + 1, sizeof(**ret_copy)); /* owned, and freed, by the handler */
    if (*ret_copy == NULL)
        return ERROR_MEMORY;
    for (size_t i = 0; i < count; i++) {
        (*ret_copy)[i] = strdup(texts[i]);
        if ((*ret_copy)[i] == NULL)
            return ERROR_MEMORY;
    }
    return 0;
}

/* `copy` owns nothing yet. On failure it is half built and can be released. */
static int copy_handler(
    const struct config_retry_handler *handler, struct config_retry_handler *copy)
{
    copy->handler = handler->handler;
    copy->max_retries = handler->max_retries;
    copy->interval = handler->interval;
    int code = 0;
    if (handler->when.statuses != NULL) {
        copy->when.status_count = handler->when.status_count;
        code = copy_bytes(handler->when.statuses,
            handler->when.status_count * sizeof(*handler->when.statuses), &copy->when.statuses);
    }
    if (code == 0 && handler->when.transports != NULL) {
        copy->when.transport_count = handler->when.transport_count;
        code = copy_bytes(handler->when.transports,
            handler->when.transport_count * sizeof(*handler->when.transports),
            &copy->when.transports);
    }
    if (code == 0 && handler->when.errors != NULL)
        code = copy_texts(handler->when.errors, &copy->when.errors);
    return code;
}

int config_retry_copy(const struct config_retry *retry, struct config_retry *ret_copy)
{
    _cleanup_(config_retry_deinit) struct config_retry copy = {0};
    copy.handlers = calloc(retry->count + 1, sizeof(*copy.handlers));
    if (copy.handlers == NULL)
        return ERROR_MEMORY;
    for (size_t i = 0; i < retry->count; i++) {
        copy.count++;
        int code = copy_handler(&retry->handlers[i], &copy.handlers[i]);
        if (code < 0)
            return code;
    }
    *ret_copy = copy;
    copy = (struct config_retry){0};
    return 0;
}

/* ---- Building ---- */

DEFINE_CLEANUP(struct slackaudit_retry_stack, slackaudit_retry_stack_free)

static struct slackaudit_interval *build_interval(const struct config_retry_handler *handler)
{
    if (handler->interval.type == CONFIG_INTERVAL_FIXED)
        return slackaudit_interval_fixed(handler->interval.wait_us);
    return slackaudit_interval_backoff(handler->interval.factor_us, handler->interval.cap_us);
}

static struct slackaudit_jitter *build_jitter(const struct config_retry_handler *handler)
{
    switch (handler->interval.jitter) {
    case CONFIG_JITTER_NONE:
        return slackaudit_jitter_none();
    case CONFIG_JITTER_FULL:
        return slackaudit_jitter_full();
    case CONFIG_JITTER_EQUAL:
        return slackaudit_jitter_equal();
    case CONFIG_JITTER_DECORRELATED:
        return slackaudit_jitter_decorrelated();
    case CONFIG_JITTER_RANDOM:
        break;
    }
    return slackaudit_jitter_random();
}

static struct slackaudit_retry_handler *build_waiting_handler(
    const struct config_retry_handler *handler)
{
    /* Built here, because NULL would mean the library's own instead of no memory. */
    struct slackaudit_interval *interval = build_interval(handler);
    struct slackaudit_jitter *jitter = build_jitter(handler);
    if (interval == NULL || jitter == NULL) {
        slackaudit_interval_free(interval);
        slackaudit_jitter_free(jitter);
        return NULL;
    }
    /* Wherever a cap is set it bounds what chance adds as well; 0 with a fixed interval. */
    int64_t cap_us = handler->interval.cap_us;
    if (handler->handler == CONFIG_HANDLER_CONNECTION_ERROR)
        return slackaudit_retry_connection_error(handler->max_retries, interval, jitter, cap_us);
    if (handler->handler == CONFIG_HANDLER_SERVER_ERROR)
        return slackaudit_retry_server_error(handler->max_retries, interval, jitter, cap_us);
    struct slackaudit_retry_match when = {
        .statuses = handler->when.statuses,
        .status_count = handler->when.status_count,
        .errors = (const char *const *)handler->when.errors,
        .transports = handler->when.transports,
        .transport_count = handler->when.transport_count,
    };
    while (when.errors[when.error_count] != NULL)
        when.error_count++;
    return slackaudit_retry_match(&when, handler->max_retries, interval, jitter, cap_us);
}

struct slackaudit_retry_stack *config_retry_build(const struct config_retry *retry)
{
    _cleanup_(slackaudit_retry_stack_freep) struct slackaudit_retry_stack *stack =
        slackaudit_retry_stack_new();
    if (stack == NULL)
        return NULL;
    for (size_t i = 0; i < retry->count; i++) {
        const struct config_retry_handler *handler = &retry->handlers[i];
        struct slackaudit_retry_handler *built =
            handler->handler == CONFIG_HANDLER_RATE_LIMIT
                ? slackaudit_retry_rate_limit(handler->max_retries)
                : build_waiting_handler(handler);
        if (slackaudit_retry_stack_append(stack, built) != 0) /* refuses NULL */
            return NULL;
    }
    return TAKE(stack);
}
