#include "ctl/explain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/order.h"
#include "base/units.h"
#include "ctl/explain_outcome.h"
#include "slackaudit/client.h"

/* What a receiver or Slack asks for in these examples. */
#define RETRY_AFTER_US (30 * USEC_PER_SEC)

DEFINE_CLEANUP(struct slackaudit_retry_stack, slackaudit_retry_stack_free)

/* A failure as a handler sees it. */
struct kind {
    const char *name, *words;
    enum slackaudit_transport transport;
    int status;
    const char *error;
    bool has_retry_after, broken_body;
    bool special; /* of no interest where it cannot happen */
};

static const struct kind every_stack[] = {
    {.name = "reset",
        .words = "connection reset",
        .transport = SLACKAUDIT_TRANSPORT_RESET,
        .error = ""},
    {.name = "429_with_retry_after",
        .words = "429 with Retry-After 30s",
        .status = 429,
        .error = "ratelimited",
        .has_retry_after = true},
    {.name = "429", .words = "429 without Retry-After", .status = 429, .error = "ratelimited"},
    {.name = "500", .words = "500", .status = 500, .error = ""},
    {.name = "503", .words = "503", .status = 503, .error = ""},
    {.name = "broken_page",
        .words = "200 that is no whole page",
        .status = 200,
        .error = "",
        .broken_body = true,
        .special = true},
    {.name = "timeout", .words = "timeout", .transport = SLACKAUDIT_TRANSPORT_TIMEOUT, .error = ""},
    {.name = "401",
        .words = "401 (a refused token)",
        .status = 401,
        .error = "invalid_authentication"},
    {.name = "failed_write",
        .words = "a write that fails",
        .transport = SLACKAUDIT_TRANSPORT_OTHER,
        .error = "",
        .special = true},
};

enum { EVERY_STACK = sizeof(every_stack) / sizeof(every_stack[0]) };

const char *explain_handler_name(const struct config_retry_handler *handler)
{
    static const char *const names[] = {
        [CONFIG_HANDLER_CONNECTION_ERROR] = "connection_error",
        [CONFIG_HANDLER_RATE_LIMIT] = "rate_limit",
        [CONFIG_HANDLER_SERVER_ERROR] = "server_error",
        [CONFIG_HANDLER_MATCH] = "match",
    };
    return names[handler->handler];
}

int64_t explain_timeout_us(const struct explain_subject *subject)
{
    if (subject->source != NULL)
        return subject->source->timeout_us;
    return subject->output != NULL ? subject->output->timeout_us : 0;
}

/* ---- One call ---- */

/* `user` points to true for the highest. */
static int64_t extreme(void *user, int64_t low, int64_t high)
{
    const bool *highest = user;
    return *highest && high > low ? high - 1 : low;
}

/* The handler that granted the last retry is the one whose count rose. */
static size_t place_of_last(
    const struct slackaudit_retry_state *before, const struct slackaudit_retry_state *after)
{
    size_t place = 0;
    while (place + 1 < SLACKAUDIT_RETRY_HANDLERS && before->granted[place] == after->granted[place])
        place++;
    return place + 1;
}

/* Asks as a call does until nobody wants another attempt. A 429 holds a source as long as it says,
 * and an output waits no less than it was asked to, whatever a handler answers. */
static void ask(const struct slackaudit_retry_stack *stack,
    const struct slackaudit_attempt *attempt, bool highest, struct explain_failure *failure)
{
    const struct slackaudit_random random = {.between = extreme, .user = &highest};
    struct slackaudit_retry_state state;
    int64_t wait_us = 0;
    slackaudit_retry_state_init(&state, NULL);
    struct slackaudit_retry_state before = state;
    for (failure->retry_count = 0;
         slackaudit_retry_stack_ask(stack, &state, attempt, &random, &wait_us); before = state) {
        struct explain_retry *retry = &failure->retries[failure->retry_count++];
        wait_us = higher(wait_us, attempt->retry_after_us);
        retry->handler = state.last_handler;
        retry->place = place_of_last(&before, &state);
        if (highest) {
            retry->wait.highest_us = wait_us;
            failure->total.highest_us += wait_us;
        } else {
            retry->wait.lowest_us = wait_us;
            failure->total.lowest_us += wait_us;
        }
    }
}

struct explanation {
    const struct explain_subject *subject;
    const struct slackaudit_retry_stack *stack;
    explain_function function;
    void *user;
    struct buffer told; /* the names of the failures so far, a line break behind each */
};

static bool was_told(struct explanation *explanation, const char *name)
{
    const char *line = buffer_text(&explanation->told);
    size_t size = strlen(name);
    for (; line != NULL && *line != '\0'; line += strcspn(line, "\n") + 1)
        if (strncmp(line, name, size) == 0 && line[size] == '\n')
            return true;
    return false;
}

static int explain(struct explanation *explanation, const struct kind *kind)
{
    if (was_told(explanation, kind->name))
        return 0;
    /* An output's receiver is no Slack: its answers have no error name of Slack's, and no page. */
    const struct slackaudit_attempt attempt = {
        .method = explanation->subject->output != NULL ? "POST" : "GET",
        .transport = kind->transport,
        .status = kind->status,
        .error = explanation->subject->output != NULL ? "" : kind->error,
        .broken_body = kind->broken_body,
        .retry_after_us = kind->has_retry_after ? RETRY_AFTER_US : -1,
    };
    struct explain_failure failure = {0};
    (void)snprintf(failure.name, sizeof(failure.name), "%s", kind->name);    /* fits */
    (void)snprintf(failure.words, sizeof(failure.words), "%s", kind->words); /* likewise */
    explain_outcome(explanation->subject, &attempt, &failure);
    bool occurs = false, asked = false;
    for (size_t i = 0; i < failure.past_count; i++) {
        occurs |= failure.pasts[i].occurs;
        asked |= failure.pasts[i].asked;
    }
    failure.slow = occurs && kind->transport == SLACKAUDIT_TRANSPORT_TIMEOUT;
    if (asked) {
        ask(explanation->stack, &attempt, false, &failure);
        ask(explanation->stack, &attempt, true, &failure);
    }
    if (occurs || !kind->special)
        explanation->function(explanation->user, &failure);
    return buffer_printf(&explanation->told, "%s\n", kind->name);
}

/* ---- What `match` names besides ---- */

static int explain_status(struct explanation *explanation, int status)
{
    char name[EXPLAIN_NAME_SIZE];
    (void)snprintf(name, sizeof(name), "%d", status); /* fits */
    return explain(
        explanation, &(struct kind){.name = name, .words = name, .status = status, .error = ""});
}

static int explain_transport(struct explanation *explanation, enum slackaudit_transport transport)
{
    char words[EXPLAIN_NAME_SIZE];
    const char *name = slackaudit_transport_name(transport);
    (void)snprintf(words, sizeof(words), "no connection (%s)", name); /* fits */
    return explain(explanation,
        &(struct kind){.name = name, .words = words, .transport = transport, .error = ""});
}

/* Slack sends its error names with a 200 too. */
static int explain_error(struct explanation *explanation, const char *error)
{
    char name[EXPLAIN_NAME_SIZE], words[EXPLAIN_NAME_SIZE];
    (void)snprintf(name, sizeof(name), "error_%s", error); /* the schema allows no longer one */
    (void)snprintf(words, sizeof(words), "Slack's error %s", error); /* likewise */
    return explain(
        explanation, &(struct kind){.name = name, .words = words, .status = 200, .error = error});
}

static int explain_named(
    struct explanation *explanation, const struct config_retry_handler *handler)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < handler->when.status_count; i++)
        r = explain_status(explanation, handler->when.statuses[i]);
    for (size_t i = 0; r == 0 && i < handler->when.transport_count; i++)
        r = explain_transport(explanation, handler->when.transports[i]);
    for (size_t i = 0; r == 0 && handler->when.errors[i] != NULL; i++)
        r = explain_error(explanation, handler->when.errors[i]);
    return r;
}

int explain_stack(const struct explain_subject *subject, explain_function function, void *user)
{
    _cleanup_(slackaudit_retry_stack_freep) struct slackaudit_retry_stack *stack =
        config_retry_build(subject->retry);
    if (stack == NULL)
        return ERROR_MEMORY;
    struct explanation explanation = {.subject = subject,
        .stack = stack,
        .function = function,
        .user = user,
        .told = BUFFER_INIT(LIMIT_CONFIG)};
    int r = 0;
    for (size_t i = 0; r == 0 && i < EVERY_STACK; i++)
        r = explain(&explanation, &every_stack[i]);
    for (size_t i = 0; r == 0 && i < subject->retry->count; i++)
        if (subject->retry->handlers[i].handler == CONFIG_HANDLER_MATCH)
            r = explain_named(&explanation, &subject->retry->handlers[i]);
    buffer_deinit(&explanation.told);
    return r;
}
