#include "slackaudit/call_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/units.h"
#include "slackaudit/attempt.h"
#include "slackaudit/call_log.h"
#include "slackaudit/problem.h"

static const int64_t longest_gate_us = USEC_PER_DAY;

static void begin_attempt(void *user);

/* ---- Life ---- */

int call_init(struct slackaudit_call *call, const struct call_type *type,
    struct slackaudit_client *client, const char *method, struct address *address)
{
    call->type = type;
    call->engine = client->engine;
    call->client = client;
    loop_timer_init(&call->timer, call->engine->loop, begin_attempt, call);
    const char *url = buffer_text(&address->text);
    if (url == NULL)
        return ERROR_MEMORY;
    call->method = strdup(method);
    call->url = strdup(url);
    call->address = strndup(url, address->path_size);
    return call->method == NULL || call->url == NULL || call->address == NULL ? ERROR_MEMORY : 0;
}

int call_start(struct slackaudit_call *call)
{
    int code = loop_timer_after(&call->timer, 0);
    if (code == 0)
        LIST_INSERT_HEAD(&call->client->calls, call, place);
    return code;
}

static void end_call(struct slackaudit_call *call)
{
    loop_timer_stop(&call->timer);
    LIST_REMOVE(call, place);
    call->client = NULL;
    engine_take_ended(call->engine, call);
}

void slackaudit_call_cancel(struct slackaudit_call *call)
{
    if (call != NULL && !call_is_over(call))
        end_call(call);
}

void call_free(struct slackaudit_call *call)
{
    http_cancel(call->http);
    free(call->method);
    free(call->url);
    free(call->address);
    headers_deinit(&call->headers);
    call->type->destroy(call);
}

/* ---- The end ---- */

static void finish_call(struct slackaudit_call *call, const struct call_outcome *outcome)
{
    struct error message = ERROR_INIT;
    attempt_describe(call, outcome, &message);
    client_hide_token(call->client, message.text);
    struct slackaudit_answer answer;
    attempt_answer(call, outcome, message.text, &answer);
    /* Over before it is told: what the user does in there cannot meet a call that is half alive. */
    end_call(call);
    call->type->finish(call, &answer);
}

static void fail_call(struct slackaudit_call *call, int code, const char *reason)
{
    struct call_outcome outcome = {.code = code,
        .reason = reason,
        .transport = SLACKAUDIT_TRANSPORT_OTHER,
        .retry_after_us = -1};
    finish_call(call, &outcome);
}

/* ---- Attempts ---- */

static void wait_for_attempt(struct slackaudit_call *call, int64_t wait_us)
{
    if (loop_timer_after(&call->timer, wait_us) < 0)
        fail_call(call, SLACKAUDIT_ERROR_MEMORY, "no memory for a timer");
}

/* Handlers see the attempt as `attempt`; it lives in the transfer's last callback. */
static void ask_stack(struct slackaudit_call *call, const struct slackaudit_attempt *attempt,
    const struct call_outcome *outcome)
{
    int64_t wait_us = 0;
    bool again = slackaudit_retry_stack_ask(
        call->client->retry, &call->retry, attempt, &call->engine->random, &wait_us);
    if (call_is_over(call))
        return;
    if (!again) {
        finish_call(call, outcome);
        return;
    }
    char text[UNITS_TEXT_SIZE];
    call_log(call, "%s %s: %s tries again in %s", call->method, call->address,
        call->retry.last_handler, units_format_duration(wait_us, text));
    if (!call_is_over(call))
        wait_for_attempt(call, wait_us);
}

static void on_attempt_end(void *user, const struct http_result *result)
{
    struct slackaudit_call *call = user;
    call->http = NULL;
    if (call_is_over(call))
        return;

    struct call_outcome outcome;
    attempt_judge(call, result, &outcome);
    struct slackaudit_attempt attempt;
    attempt_tell(call, &outcome, &attempt);
    call_log_answer(call, &outcome);
    if (call_is_over(call))
        return;
    if (call->client->attempt_ended != NULL)
        call->client->attempt_ended(call->client->user, &attempt);
    if (call_is_over(call))
        return;
    if (outcome.code == SLACKAUDIT_OK || outcome.code == SLACKAUDIT_ERROR_TRANSPORT)
        ask_stack(call, &attempt, &outcome);
    else
        finish_call(call, &outcome);
}

static int on_attempt_body(void *user, int status, const char *data, size_t size)
{
    struct slackaudit_call *call = user;
    if (call_is_over(call))
        return SLACKAUDIT_ERROR_CALLBACK;
    call->refusal = call->type->take(call, status, data, size);
    return call_is_over(call) ? SLACKAUDIT_ERROR_CALLBACK : call->refusal;
}

/* The token first; a header of the call takes the place of the client's. */
static int gather_headers(
    const struct slackaudit_call *call, struct http_header **ret_headers, size_t *ret_count)
{
    const struct slackaudit_client *client = call->client;
    struct http_header *headers =
        calloc(1 + client->headers.count + call->headers.count, sizeof(*headers));
    if (headers == NULL)
        return ERROR_MEMORY;
    size_t count = 0;
    if (client->authorization != NULL)
        headers[count++] = (struct http_header){
            .name = "Authorization", .value = secret_text(client->authorization)};
    for (size_t i = 0; i < client->headers.count; i++)
        if (!headers_have(&call->headers, client->headers.items[i].name))
            headers[count++] = client->headers.items[i];
    for (size_t i = 0; i < call->headers.count; i++)
        headers[count++] = call->headers.items[i];
    *ret_headers = headers;
    *ret_count = count;
    return 0;
}

static int start_transfer(struct slackaudit_call *call, struct error *error)
{
    const struct slackaudit_client *client = call->client;
    _cleanup_free_ struct http_header *headers = NULL;
    size_t header_count = 0;
    int code = gather_headers(call, &headers, &header_count);
    if (code < 0)
        return error_set(error, code, "no memory for a request");
    const struct http_request request = {
        .method = call->method,
        .url = call->url,
        .headers = headers,
        .header_count = header_count,
        .body = call->body,
        .timeout_us = client->timeout_us,
        .proxy = client->proxy,
        .tls = {.ca_file = client->ca_file,
            .cert_file = client->cert_file,
            .key_file = client->key_file,
            .min_version = client->tls_min_version},
        .user_agent = client->user_agent,
        .response_limit = client->response_limit,
        .accept_gzip = true,
        .on_body = on_attempt_body,
        .done = on_attempt_end,
        .user = call,
    };
    return http_start(call->engine->http, &request, &call->http, error);
}

static void begin_attempt(void *user)
{
    struct slackaudit_call *call = user;
    if (call->client->may_start != NULL) {
        int64_t wait_us = call->client->may_start(call->client->user);
        if (call_is_over(call))
            return;
        if (wait_us > 0) {
            wait_for_attempt(call, wait_us < longest_gate_us ? wait_us : longest_gate_us);
            return;
        }
    }
    call_log_request(call);
    if (call_is_over(call))
        return;
    call->refusal = 0;
    call->type->begin(call);
    if (call_is_over(call))
        return;
    struct error error = ERROR_INIT;
    int code = start_transfer(call, &error);
    if (code < 0)
        fail_call(call, problem_code(code), error.text);
}
