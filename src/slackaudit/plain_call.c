#include "slackaudit/client.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "slackaudit/attempt.h"
#include "slackaudit/problem.h"

struct plain_call {
    struct slackaudit_call call; /* first: the one is the other's address */
    struct buffer answer_body;
    char *request_body;
    void (*on_done)(void *user, const struct slackaudit_answer *answer);
    void *user;
};

static struct plain_call *plain_call_of(struct slackaudit_call *call)
{
    return (struct plain_call *)call;
}

/* ---- One attempt ---- */

static void begin(struct slackaudit_call *call)
{
    buffer_clear(&plain_call_of(call)->answer_body);
}

static int take(struct slackaudit_call *call, int status, const char *data, size_t size)
{
    (void)status;
    int code = buffer_append(&plain_call_of(call)->answer_body, data, size);
    return problem_code(code);
}

static void judge(struct slackaudit_call *call, struct call_outcome *outcome)
{
    if (outcome->code == SLACKAUDIT_OK)
        slack_error_read(buffer_slice(&plain_call_of(call)->answer_body), outcome->error);
}

static void finish(struct slackaudit_call *call, struct slackaudit_answer *answer)
{
    struct plain_call *plain_call = plain_call_of(call);
    answer->body = plain_call->answer_body.size > 0 ? plain_call->answer_body.data : "";
    answer->body_size = plain_call->answer_body.size;
    plain_call->on_done(plain_call->user, answer);
}

static void destroy(struct slackaudit_call *call)
{
    struct plain_call *plain_call = plain_call_of(call);
    buffer_deinit(&plain_call->answer_body);
    free(plain_call->request_body);
    free(plain_call);
}

/* ---- Start ---- */

static void plain_call_freep(struct plain_call **plain_call)
{
    if (*plain_call != NULL)
        call_free(&(*plain_call)->call);
}

static int check(const struct slackaudit_client *client,
    const struct slackaudit_plain_call *request, struct error *error)
{
    if (client == NULL || request == NULL || request->on_done == NULL)
        return error_set(error, ERROR_INVALID, "%s is NULL",
            client == NULL    ? "client"
            : request == NULL ? "request"
                              : "on_done");
    if (request->method != NULL && !headers_name_is_valid(request->method))
        return error_set(error, ERROR_INVALID, "method is no token (RFC 9110, 9.1)");
    if (request->body == NULL && request->body_size > 0)
        return error_set(error, ERROR_INVALID, "body is NULL, and body_size is not 0");
    for (size_t i = 0; request->query != NULL && request->query[i] != NULL; i += 2)
        if (request->query[i + 1] == NULL)
            return error_set(error, ERROR_INVALID, "query: %s has no value", request->query[i]);
    return address_check_path(request->path, error);
}

static int build_address(
    struct address *address, const char *base_url, const struct slackaudit_plain_call *request)
{
    int code = address_begin(address, base_url, request->path);
    const char *const *query = request->query;
    for (; code == 0 && query != NULL && *query != NULL; query += 2)
        code = address_add(address, query[0], query[1]);
    return code;
}

static int fill(struct plain_call *plain_call, const struct call_type *type,
    struct slackaudit_client *client, const struct slackaudit_plain_call *request,
    struct address *address)
{
    size_t limit =
        client->response_limit < SIZE_MAX / 2 ? (size_t)client->response_limit : SIZE_MAX / 2;
    plain_call->answer_body = (struct buffer)BUFFER_INIT(limit);
    plain_call->on_done = request->on_done;
    plain_call->user = request->user;
    slackaudit_retry_state_init(&plain_call->call.retry, request->retry_custom);
    if (request->body_size > 0) {
        plain_call->request_body = malloc(request->body_size);
        if (plain_call->request_body == NULL)
            return ERROR_MEMORY;
        memcpy(plain_call->request_body, request->body, request->body_size);
        plain_call->call.body = (struct slice){plain_call->request_body, request->body_size};
    }
    return call_init(&plain_call->call, type, client,
        request->method == NULL ? "GET" : request->method, address);
}

static int start(struct slackaudit_client *client, const struct slackaudit_plain_call *request,
    struct slackaudit_call **ret_call, struct error *error)
{
    static const struct call_type type = {
        .begin = begin, .take = take, .judge = judge, .finish = finish, .destroy = destroy};
    int code = check(client, request, error);
    if (code < 0)
        return code;
    _cleanup_(address_deinit) struct address address = ADDRESS_INIT;
    code = build_address(&address, client->base_url, request);
    if (code < 0)
        return error_set(
            error, code, "the query does not fit into an address of %zu bytes", (size_t)LIMIT_URL);
    struct plain_call *allocated = calloc(1, sizeof(*allocated));
    if (allocated == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a call");
    allocated->call.type = &type;
    _cleanup_(plain_call_freep) struct plain_call *plain_call = allocated;
    code = headers_copy(request->headers, &plain_call->call.headers, error);
    if (code < 0)
        return code;
    code = fill(plain_call, &type, client, request, &address);
    if (code == 0)
        code = call_start(&plain_call->call);
    if (code < 0)
        return error_set(error, code, "no memory for a call");
    if (ret_call != NULL)
        *ret_call = &plain_call->call;
    plain_call = NULL; /* its client's now */
    return 0;
}

int slackaudit_client_call(struct slackaudit_client *client,
    const struct slackaudit_plain_call *request, struct slackaudit_call **ret_call,
    struct slackaudit_problem *problem)
{
    struct error error = ERROR_INIT;
    int code = start(client, request, ret_call, &error);
    return code < 0 ? problem_tell(problem, code, &error) : SLACKAUDIT_OK;
}
