#include "sys/http.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "sys/http_message.h"
#include "sys/http_transfer.h"

struct http_call {
    struct loop *loop;
    struct http_transfer *transfer;
    struct http_headers headers;
    int (*on_body)(void *user, int status, const char *data, size_t size);
    void (*done)(void *user, const struct http_result *result);
    void *user;
    uint64_t limit;
    uint64_t received;
    int64_t started_us;
    enum http_failure refusal; /* ours, which libcurl knows only as an error of a callback */
    char refusal_message[HTTP_MESSAGE_SIZE];
    bool in_callback; /* of the user: the call must outlive it */
    bool cancelled;   /* in there */
};

static void http_call_free(struct http_call *call)
{
    if (call == NULL)
        return;
    http_transfer_free(call->transfer);
    http_headers_deinit(&call->headers);
    loop_hold_clock(call->loop, false);
    free(call);
}

DEFINE_CLEANUP(struct http_call, http_call_free)

void http_cancel(struct http_call *call)
{
    if (call == NULL)
        return;
    if (!call->in_callback) {
        http_call_free(call);
        return;
    }
    call->cancelled = true;
    http_transfer_free(TAKE(call->transfer));
}

static int refuse(struct http_call *call, enum http_failure failure, const char *message)
{
    call->refusal = failure;
    (void)snprintf(call->refusal_message, sizeof(call->refusal_message), "%s", message); /* fits */
    return -1;
}

static int on_header(void *user, struct slice line)
{
    struct http_call *call = user;
    int code = http_headers_add(&call->headers, line);
    if (code == ERROR_LIMIT)
        return refuse(call, HTTP_TOO_LARGE, "the answer has more headers than are read");
    if (code < 0)
        return refuse(call, HTTP_OTHER, "no memory for the headers of the answer");
    return 0;
}

static int on_body(void *user, int status, struct slice data)
{
    struct http_call *call = user;
    call->received += data.size;
    if (call->received > call->limit)
        return refuse(call, HTTP_TOO_LARGE, "the answer is longer than is read");
    if (call->on_body == NULL)
        return 0;

    call->in_callback = true;
    int code = call->on_body(call->user, status, data.data, data.size);
    call->in_callback = false;
    if (call->cancelled) {
        http_call_free(call);
        return -1;
    }
    return code < 0 ? refuse(call, HTTP_REFUSED, "the answer was given up") : 0;
}

static void on_end(void *user, const struct http_transfer_end *end)
{
    struct http_call *call = user;
    /* First, so that its memory is not held while the next call begins in `done`. */
    http_transfer_free(TAKE(call->transfer));

    _cleanup_free_ struct http_header *headers = http_headers_list(&call->headers);
    struct http_result result = {
        .failure = end->failure,
        .os_errno = end->os_errno,
        .message = end->message,
        .status = end->status,
        .headers = headers,
        .header_count = headers == NULL ? 0 : call->headers.count,
        .elapsed_us = clock_monotonic_us(loop_clock(call->loop)) - call->started_us,
    };
    if (call->refusal != HTTP_OK) {
        result.failure = call->refusal;
        result.os_errno = 0;
        result.message = call->refusal_message;
    } else if (headers == NULL && call->headers.count > 0) {
        result.failure = HTTP_OTHER;
        result.message = "no memory for the headers of the answer";
    }
    call->in_callback = true;
    call->done(call->user, &result);
    http_call_free(call);
}

static void on_abandon(void *user)
{
    http_cancel(user);
}

static const struct http_transfer_events call_events = {
    .header = on_header,
    .body = on_body,
    .end = on_end,
    .abandon = on_abandon,
};

int http_start(struct http_engine *engine, const struct http_request *request,
    struct http_call **ret_call, struct error *error)
{
    int code = http_check_request(request, error);
    if (code < 0)
        return code;
    struct http_call *made = calloc(1, sizeof(*made));
    if (made == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for an HTTP call");
    *made = (struct http_call){
        .loop = http_engine_loop(engine),
        .headers = HTTP_HEADERS_INIT,
        .on_body = request->on_body,
        .done = request->done,
        .user = request->user,
        .limit = request->response_limit > 0 ? request->response_limit : LIMIT_RESPONSE,
    };
    made->started_us = clock_monotonic_us(loop_clock(made->loop));
    /* The answer comes in real time: a simulated clock must not pass it by. */
    loop_hold_clock(made->loop, true);
    _cleanup_(http_call_freep) struct http_call *call = made;
    code = http_transfer_start(engine, request, false, &call_events, call, &call->transfer, error);
    if (code < 0)
        return code;
    *ret_call = TAKE(call);
    return 0;
}
