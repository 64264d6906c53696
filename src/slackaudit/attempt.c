#include "slackaudit/attempt.h"

#include <assert.h>
#include <stdio.h>

#include "base/ascii.h"
#include "base/units.h"

/* The same struct under the name that callers know, so that an answer copies no headers. */
static_assert(sizeof(struct slackaudit_header) == sizeof(struct http_header) &&
                  offsetof(struct slackaudit_header, value) == offsetof(struct http_header, value),
    "a header is a header");

static int code_of(const struct slackaudit_call *call, enum http_failure failure)
{
    switch (failure) {
    case HTTP_OK:
        return SLACKAUDIT_OK;
    case HTTP_TOO_LARGE:
        return SLACKAUDIT_ERROR_LIMIT;
    case HTTP_REFUSED:
        /* A body that is not what it should be is an answer all the same. */
        return call->refusal == SLACKAUDIT_ERROR_INVALID ? SLACKAUDIT_OK : call->refusal;
    default:
        return SLACKAUDIT_ERROR_TRANSPORT;
    }
}

/* OTHER for what is no failure of the connection: a cap, or a body that its reader refused. */
static enum slackaudit_transport transport_of(enum http_failure failure)
{
    enum slackaudit_transport transport = SLACKAUDIT_TRANSPORT_OTHER;
    (void)slackaudit_transport_find(http_failure_name(failure), &transport); /* else OTHER */
    return transport;
}

void attempt_judge(struct slackaudit_call *call, const struct http_result *result,
    struct call_outcome *ret_outcome)
{
    *ret_outcome = (struct call_outcome){
        .code = code_of(call, result->failure),
        .reason = result->message,
        .os_errno = result->os_errno,
        .status = result->status,
        .retry_after_us = http_retry_after_us(result, clock_wall_us(call->engine->clock)),
        .result = result,
    };
    if (ret_outcome->code != SLACKAUDIT_OK)
        ret_outcome->transport = transport_of(result->failure);
    call->type->judge(call, ret_outcome);
}

static const char *header_of(const void *answer, const char *name)
{
    const struct http_result *result = answer;
    return result == NULL ? NULL : http_header(result, name);
}

void attempt_tell(const struct slackaudit_call *call, const struct call_outcome *outcome,
    struct slackaudit_attempt *ret_attempt)
{
    *ret_attempt = (struct slackaudit_attempt){
        .method = call->method,
        .url = call->address,
        .transport = outcome->transport,
        .os_errno = outcome->os_errno,
        .status = outcome->status,
        .error = outcome->error,
        .broken_body = outcome->broken_body,
        .retry_after_us = outcome->retry_after_us,
        .header = header_of,
        .answer = outcome->result,
    };
}

/* ---- Words: error_set() returns the code it was given, which the outcome has already ---- */

static void describe_answer(const struct slackaudit_call *call, const struct call_outcome *outcome,
    const char *tried, struct error *ret_message)
{
    if (outcome->broken_body)
        (void)error_set(ret_message, SLACKAUDIT_ERROR_INVALID,
            "%s %s: the answer (status %d) is not a whole page: %s (%s)", call->method,
            call->address, outcome->status, outcome->reason, tried);
    else if (outcome->status != 200 || *outcome->error != '\0')
        (void)error_set(ret_message, SLACKAUDIT_ERROR_INVALID,
            "%s %s: the answer has status %d%s%s%s (%s)", call->method, call->address,
            outcome->status, *outcome->error == '\0' ? "" : " and error ", outcome->error,
            outcome->status >= 300 && outcome->status <= 399 ? "; redirects are not followed" : "",
            tried);
}

void attempt_describe(const struct slackaudit_call *call, const struct call_outcome *outcome,
    struct error *ret_message)
{
    int attempts = call->retry.current_attempt + 1;
    char tried[32] = "tried once";
    if (attempts > 1)
        (void)snprintf(tried, sizeof(tried), "tried %d times", attempts); /* fits */
    switch (outcome->code) {
    case SLACKAUDIT_OK:
        describe_answer(call, outcome, tried, ret_message);
        break;
    case SLACKAUDIT_ERROR_LIMIT:
        (void)error_set(ret_message, outcome->code, "%s %s: %s; response_limit is %llu bytes (%s)",
            call->method, call->address, outcome->reason,
            (unsigned long long)call->client->response_limit, tried);
        break;
    case SLACKAUDIT_ERROR_CALLBACK:
        (void)error_set(ret_message, outcome->code, "%s %s: ended by its callback (%s)",
            call->method, call->address, tried);
        break;
    case SLACKAUDIT_ERROR_TRANSPORT:
        (void)error_set(ret_message, outcome->code, "%s %s: no whole answer: %s%s%s (%s)",
            call->method, call->address, slackaudit_transport_name(outcome->transport),
            *outcome->reason == '\0' ? "" : ": ", outcome->reason, tried);
        break;
    default:
        (void)error_set(ret_message, outcome->code, "%s %s: %s (%s)", call->method, call->address,
            outcome->reason, tried);
    }
}

void attempt_answer(const struct slackaudit_call *call, const struct call_outcome *outcome,
    const char *message, struct slackaudit_answer *ret_answer)
{
    const char *request_id = header_of(outcome->result, "x-slack-req-id");
    const char *date = header_of(outcome->result, "Date");
    int64_t server_time = -1;
    if (date != NULL)
        (void)units_parse_http_date(date, &server_time); /* unreadable is as good as absent */
    *ret_answer = (struct slackaudit_answer){
        .code = outcome->code,
        .message = message,
        .transport = outcome->transport,
        .status = outcome->status,
        .error = outcome->error,
        .request_id = request_id == NULL ? "" : request_id,
        .server_time = server_time,
        .retry_after_us = outcome->retry_after_us,
        .attempts = call->retry.current_attempt + 1,
        .broken_body = outcome->broken_body,
        .url = call->url,
        .headers = outcome->result == NULL
                       ? NULL
                       : (const struct slackaudit_header *)outcome->result->headers,
        .header_count = outcome->result == NULL ? 0 : outcome->result->header_count,
        .body = "",
    };
}

const char *slackaudit_answer_header(
    const struct slackaudit_answer *answer, const char *name, size_t nth)
{
    for (size_t i = 0; i < answer->header_count; i++)
        if (ascii_same(answer->headers[i].name, name) && nth-- == 0)
            return answer->headers[i].value;
    return NULL;
}
