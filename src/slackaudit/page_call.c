#include "slackaudit/calls.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "slackaudit/attempt.h"
#include "slackaudit/problem.h"
#include "slackaudit/query.h"

struct page_call {
    struct slackaudit_call call; /* first: the one is the other's address */
    bool salvage;
    bool callback_refused;
    struct slackaudit_page *page;
    struct buffer error_body; /* the beginning of an answer that is no page */
    struct slackaudit_page_summary summary;
    bool has_summary;
    void (*on_attempt)(void *user, int attempt);
    slackaudit_page_entry on_entry;
    void (*on_done)(void *user, const struct slackaudit_answer *answer,
        const struct slackaudit_page_summary *summary);
    void *user;
};

static struct page_call *page_call_of(struct slackaudit_call *call)
{
    return (struct page_call *)call;
}

/* ---- One attempt ---- */

static void begin(struct slackaudit_call *call)
{
    struct page_call *page_call = page_call_of(call);
    slackaudit_page_reset(page_call->page, page_call->salvage);
    buffer_clear(&page_call->error_body);
    page_call->has_summary = false;
    if (page_call->on_attempt != NULL)
        page_call->on_attempt(page_call->user, call->retry.current_attempt);
}

/* The splitter's codes and the user's could be the same numbers: this says whose it was. */
static int on_entry(void *user, const struct slackaudit_entry_slice *entry)
{
    struct page_call *page_call = user;
    if (page_call->on_entry != NULL && page_call->on_entry(page_call->user, entry) < 0)
        page_call->callback_refused = true;
    if (call_is_over(&page_call->call))
        page_call->callback_refused = true; /* the entries behind this one are not told */
    return page_call->callback_refused ? SLACKAUDIT_ERROR_CALLBACK : 0;
}

static int take_error_body(struct page_call *page_call, const char *data, size_t size)
{
    size_t room = page_call->error_body.limit - page_call->error_body.size;
    int code = buffer_append(&page_call->error_body, data, size < room ? size : room);
    return code < 0 ? SLACKAUDIT_ERROR_MEMORY : 0;
}

static int take(struct slackaudit_call *call, int status, const char *data, size_t size)
{
    struct page_call *page_call = page_call_of(call);
    if (status != 200)
        return take_error_body(page_call, data, size);
    int code = slackaudit_page_feed(page_call->page, data, size);
    if (code == 0)
        return 0;
    if (page_call->callback_refused)
        return SLACKAUDIT_ERROR_CALLBACK;
    return code == SLACKAUDIT_ERROR_MEMORY ? SLACKAUDIT_ERROR_MEMORY : SLACKAUDIT_ERROR_INVALID;
}

static void judge_page(struct page_call *page_call, struct call_outcome *outcome)
{
    struct slackaudit_page_summary summary = {0};
    int code = page_call->call.refusal;
    if (code == 0)
        code = slackaudit_page_finish(page_call->page, &summary);
    if (code == SLACKAUDIT_ERROR_MEMORY) {
        outcome->code = SLACKAUDIT_ERROR_MEMORY;
        outcome->reason = "no memory for the page";
    } else if (code < 0) {
        outcome->broken_body = true;
        outcome->reason = slackaudit_page_problem(page_call->page);
    } else if (summary.ok_is_false && *summary.error != '\0') {
        slack_error_copy(summary.error, outcome->error);
    } else if (!summary.has_entries) {
        outcome->broken_body = true;
        outcome->reason = "it has no array `entries`";
    } else {
        page_call->summary = summary;
        page_call->has_summary = true;
    }
}

static void judge(struct slackaudit_call *call, struct call_outcome *outcome)
{
    struct page_call *page_call = page_call_of(call);
    if (outcome->code == SLACKAUDIT_OK && outcome->status == 200)
        judge_page(page_call, outcome);
    else if (outcome->code == SLACKAUDIT_OK)
        slack_error_read(buffer_slice(&page_call->error_body), outcome->error);
    else
        outcome->broken_body =
            outcome->code == SLACKAUDIT_ERROR_TRANSPORT && outcome->status == 200;
}

static void finish(struct slackaudit_call *call, struct slackaudit_answer *answer)
{
    struct page_call *page_call = page_call_of(call);
    page_call->on_done(
        page_call->user, answer, page_call->has_summary ? &page_call->summary : NULL);
}

static void destroy(struct slackaudit_call *call)
{
    struct page_call *page_call = page_call_of(call);
    slackaudit_page_free(page_call->page);
    buffer_deinit(&page_call->error_body);
    free(page_call);
}

/* ---- Start ---- */

static void page_call_freep(struct page_call **page_call)
{
    if (*page_call != NULL)
        call_free(&(*page_call)->call);
}

static int start(struct slackaudit_client *client, const struct slackaudit_page_call *request,
    struct slackaudit_call **ret_call, struct error *error)
{
    static const struct call_type type = {
        .begin = begin, .take = take, .judge = judge, .finish = finish, .destroy = destroy};
    if (client == NULL || request == NULL || request->on_done == NULL)
        return error_set(error, ERROR_INVALID, "%s is NULL",
            client == NULL    ? "client"
            : request == NULL ? "request"
                              : "on_done");
    int code = reserved_check(request->reserved, RESERVED_COUNT(request->reserved), error);
    if (code == 0)
        code = query_check(client, &request->query, error);
    if (code < 0)
        return code;
    _cleanup_(address_deinit) struct address address = ADDRESS_INIT;
    code = query_address(&address, client->base_url, &request->query, error);
    if (code < 0)
        return code;

    struct page_call *allocated = calloc(1, sizeof(*allocated));
    if (allocated == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a call");
    allocated->call.type = &type;
    _cleanup_(page_call_freep) struct page_call *page_call = allocated;
    page_call->salvage = request->salvage;
    page_call->error_body = (struct buffer)BUFFER_INIT(LIMIT_RESPONSE_BODY);
    page_call->on_attempt = request->on_attempt;
    page_call->on_entry = request->on_entry;
    page_call->on_done = request->on_done;
    page_call->user = request->user;
    slackaudit_retry_state_init(&page_call->call.retry, request->query.extras.retry_custom);
    code = headers_copy(request->query.extras.headers, &page_call->call.headers, error);
    if (code < 0)
        return code;
    code = call_init(&page_call->call, &type, client, "GET", &address);
    if (code == 0)
        code = slackaudit_page_new(&page_call->page, page_call->salvage, on_entry, page_call);
    if (code == 0)
        code = call_start(&page_call->call);
    if (code < 0)
        return error_set(error, ERROR_MEMORY, "no memory for a call");
    if (ret_call != NULL)
        *ret_call = &page_call->call;
    page_call = NULL; /* its client's now */
    return 0;
}

int slackaudit_client_page(struct slackaudit_client *client,
    const struct slackaudit_page_call *request, struct slackaudit_call **ret_call,
    struct slackaudit_problem *problem)
{
    struct error error = ERROR_INIT;
    int code = start(client, request, ret_call, &error);
    return code < 0 ? problem_tell(problem, code, &error) : SLACKAUDIT_OK;
}
