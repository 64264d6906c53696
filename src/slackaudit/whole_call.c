/* Calls that take a body as it is: whole, or in chunks. */
#include "slackaudit/calls.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "slackaudit/attempt.h"
#include "slackaudit/problem.h"
#include "slackaudit/query.h"

struct whole_call {
    struct slackaudit_call call; /* first: the one is the other's address */
    struct buffer answer_body;   /* whole, or when it goes to on_body the beginning of an error */
    bool is_streamed;
    char *request_body;
    struct slackaudit_events events;
};

static struct whole_call *whole_call_of(struct slackaudit_call *call)
{
    return (struct whole_call *)call;
}

/* ---- One attempt ---- */

static void begin(struct slackaudit_call *call)
{
    struct whole_call *whole_call = whole_call_of(call);
    buffer_clear(&whole_call->answer_body);
    if (whole_call->events.on_attempt != NULL)
        whole_call->events.on_attempt(whole_call->events.user, call->retry.current_attempt);
}

static int hand_over(struct whole_call *whole_call, int status, const char *data, size_t size)
{
    if (status != 200) {
        size_t room = whole_call->answer_body.limit - whole_call->answer_body.size;
        if (buffer_append(&whole_call->answer_body, data, size < room ? size : room) < 0)
            return SLACKAUDIT_ERROR_MEMORY;
    }
    int code = whole_call->events.on_body(whole_call->events.user, status, data, size);
    return code < 0 ? SLACKAUDIT_ERROR_CALLBACK : 0;
}

static int take(struct slackaudit_call *call, int status, const char *data, size_t size)
{
    struct whole_call *whole_call = whole_call_of(call);
    if (whole_call->is_streamed)
        return hand_over(whole_call, status, data, size);
    return problem_code(buffer_append(&whole_call->answer_body, data, size));
}

static void judge(struct slackaudit_call *call, struct call_outcome *outcome)
{
    if (outcome->code == SLACKAUDIT_OK)
        slack_error_read(buffer_slice(&whole_call_of(call)->answer_body), outcome->error);
}

static void finish(struct slackaudit_call *call, struct slackaudit_answer *answer)
{
    struct whole_call *whole_call = whole_call_of(call);
    /* A part of a body would look like a whole one. */
    if (!whole_call->is_streamed && answer->code == SLACKAUDIT_OK) {
        const char *body = buffer_text(&whole_call->answer_body);
        if (body == NULL) {
            answer->code = SLACKAUDIT_ERROR_MEMORY;
            answer->message = "no memory for the body of the answer";
        } else {
            answer->body = body;
            answer->body_size = whole_call->answer_body.size;
            answer->inside = &whole_call->answer_body;
        }
    }
    whole_call->events.on_done(whole_call->events.user, answer);
}

static void destroy(struct slackaudit_call *call)
{
    struct whole_call *whole_call = whole_call_of(call);
    buffer_deinit(&whole_call->answer_body);
    free(whole_call->request_body);
    free(whole_call);
}

/* ---- Start ---- */

static const struct call_type whole_call_type = {
    .begin = begin, .take = take, .judge = judge, .finish = finish, .destroy = destroy};

static void whole_call_freep(struct whole_call **whole_call)
{
    if (*whole_call != NULL)
        call_free(&(*whole_call)->call);
}

static int check_events(const struct slackaudit_client *client,
    const struct slackaudit_events *events, struct error *error)
{
    if (client == NULL || events == NULL || events->on_done == NULL)
        return error_set(error, ERROR_INVALID, "%s is NULL",
            client == NULL   ? "client"
            : events == NULL ? "events"
                             : "on_done");
    return reserved_check(events->reserved, RESERVED_COUNT(events->reserved), error);
}

static int check_request(const struct slackaudit_request *request, struct error *error)
{
    if (request == NULL)
        return error_set(error, ERROR_INVALID, "request is NULL");
    if (request->method != NULL && !headers_name_is_valid(request->method))
        return error_set(error, ERROR_INVALID, "method is no token (RFC 9110, 9.1)");
    if (request->body == NULL && request->body_size > 0)
        return error_set(error, ERROR_INVALID, "body is NULL, and body_size is not 0");
    int code = extras_check(&request->extras, error);
    return code < 0 ? code : address_check_path(request->path, error);
}

static size_t body_limit(const struct slackaudit_client *client, bool is_streamed)
{
    if (is_streamed)
        return LIMIT_RESPONSE_BODY;
    /* One byte less than the type holds, for the NUL behind it. */
    return client->response_limit < SIZE_MAX / 2 ? (size_t)client->response_limit : SIZE_MAX / 2;
}

static int fill(struct whole_call *whole_call, struct slackaudit_client *client,
    const struct slackaudit_request *request, const struct slackaudit_events *events,
    struct address *address)
{
    whole_call->events = *events;
    whole_call->is_streamed = events->on_body != NULL;
    whole_call->answer_body =
        (struct buffer)BUFFER_INIT(body_limit(client, whole_call->is_streamed));
    slackaudit_retry_state_init(&whole_call->call.retry, request->extras.retry_custom);
    if (request->body_size > 0) {
        whole_call->request_body = malloc(request->body_size);
        if (whole_call->request_body == NULL)
            return ERROR_MEMORY;
        memcpy(whole_call->request_body, request->body, request->body_size);
        whole_call->call.body = (struct slice){whole_call->request_body, request->body_size};
    }
    return call_init(&whole_call->call, &whole_call_type, client,
        request->method == NULL ? "GET" : request->method, address);
}

/* Whatever was asked has been checked, and is complete in `address`. */
static int start(struct slackaudit_client *client, const struct slackaudit_request *request,
    const struct slackaudit_events *events, struct address *address,
    struct slackaudit_call **ret_call, struct error *error)
{
    struct whole_call *allocated = calloc(1, sizeof(*allocated));
    if (allocated == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a call");
    allocated->call.type = &whole_call_type;
    _cleanup_(whole_call_freep) struct whole_call *whole_call = allocated;
    int code = headers_copy(request->extras.headers, &whole_call->call.headers, error);
    if (code < 0)
        return code;
    code = fill(whole_call, client, request, events, address);
    if (code == 0)
        code = call_start(&whole_call->call);
    if (code < 0)
        return error_set(error, code, "no memory for a call");
    if (ret_call != NULL)
        *ret_call = &whole_call->call;
    whole_call = NULL; /* its client's now */
    return 0;
}

static int start_request(struct slackaudit_client *client, const struct slackaudit_request *request,
    const struct slackaudit_events *events, struct slackaudit_call **ret_call, struct error *error)
{
    int code = check_events(client, events, error);
    if (code == 0)
        code = check_request(request, error);
    if (code < 0)
        return code;
    _cleanup_(address_deinit) struct address address = ADDRESS_INIT;
    code = extras_address(&address, client->base_url, request->path, &request->extras, error);
    return code < 0 ? code : start(client, request, events, &address, ret_call, error);
}

static int start_logs(struct slackaudit_client *client, const struct slackaudit_query *query,
    const struct slackaudit_events *events, struct slackaudit_call **ret_call, struct error *error)
{
    int code = check_events(client, events, error);
    if (code == 0)
        code = query_check(client, query, error);
    if (code < 0)
        return code;
    _cleanup_(address_deinit) struct address address = ADDRESS_INIT;
    code = query_address(&address, client->base_url, query, error);
    const struct slackaudit_request request = {.extras = query->extras};
    return code < 0 ? code : start(client, &request, events, &address, ret_call, error);
}

int slackaudit_client_call(struct slackaudit_client *client,
    const struct slackaudit_request *request, const struct slackaudit_events *events,
    struct slackaudit_call **ret_call, struct slackaudit_problem *problem)
{
    struct error error = ERROR_INIT;
    int code = start_request(client, request, events, ret_call, &error);
    return code < 0 ? problem_tell(problem, code, &error) : SLACKAUDIT_OK;
}

int slackaudit_client_logs(struct slackaudit_client *client, const struct slackaudit_query *query,
    const struct slackaudit_events *events, struct slackaudit_call **ret_call,
    struct slackaudit_problem *problem)
{
    struct error error = ERROR_INIT;
    int code = start_logs(client, query, events, ret_call, &error);
    return code < 0 ? problem_tell(problem, code, &error) : SLACKAUDIT_OK;
}

static int call_path(struct slackaudit_client *client, const char *path,
    const struct slackaudit_extras *extras, const struct slackaudit_events *events,
    struct slackaudit_call **ret_call, struct slackaudit_problem *problem)
{
    struct slackaudit_request request = {.path = path};
    if (extras != NULL)
        request.extras = *extras;
    return slackaudit_client_call(client, &request, events, ret_call, problem);
}

int slackaudit_client_schemas(struct slackaudit_client *client,
    const struct slackaudit_extras *extras, const struct slackaudit_events *events,
    struct slackaudit_call **ret_call, struct slackaudit_problem *problem)
{
    return call_path(client, "schemas", extras, events, ret_call, problem);
}

int slackaudit_client_actions(struct slackaudit_client *client,
    const struct slackaudit_extras *extras, const struct slackaudit_events *events,
    struct slackaudit_call **ret_call, struct slackaudit_problem *problem)
{
    return call_path(client, "actions", extras, events, ret_call, problem);
}
