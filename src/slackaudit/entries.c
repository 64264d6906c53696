#include "slackaudit/entries.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/order.h"
#include "slackaudit/entries_parts.h"
#include "slackaudit/problem.h"
#include "slackaudit/query.h"

DEFINE_CLEANUP(struct slackaudit_entries, slackaudit_entries_free)

/* Called by the client as it goes; its engine may stay. */
static void on_client_gone(struct client_follower *follower)
{
    struct slackaudit_entries *entries = (struct slackaudit_entries *)follower;
    slackaudit_call_cancel(entries->call);
    entries->call = NULL;
    entries->client = NULL;
}

static int entries_new(struct slackaudit_entries **ret_entries, struct slackaudit_client *client,
    const struct slackaudit_query *query, bool salvage, struct error *error)
{
    if (ret_entries == NULL || client == NULL)
        return error_set(
            error, ERROR_INVALID, "%s is NULL", ret_entries == NULL ? "ret_entries" : "client");
    int code = query_check(client, query, error);
    if (code < 0)
        return code;
    _cleanup_(slackaudit_entries_freep) struct slackaudit_entries *entries =
        calloc(1, sizeof(*entries));
    if (entries == NULL || query_copy_init(&entries->query, query) < 0)
        return error_set(error, ERROR_MEMORY, "no memory for the entries of a query");
    if (!query->has_limit) {
        entries->query.query.has_limit = true;
        entries->query.query.limit = SLACKAUDIT_QUERY_LIMIT;
    }
    entries->salvage = salvage;
    entries->began_at_cursor = query->cursor != NULL && *query->cursor != '\0';
    entries->page = (struct page_copy)PAGE_COPY_INIT((size_t)client->response_limit);
    entries->times = (struct page_times)PAGE_TIMES_INIT;
    entries->told = (struct told)TOLD_INIT;
    entries->progress.reached = entries->newest_told = entries->server_time = entries->page_end =
        -1;
    entries->follower.gone = on_client_gone;
    client_follow(client, &entries->follower);
    entries->client = client;
    *ret_entries = TAKE(entries);
    return 0;
}

int slackaudit_entries_new(struct slackaudit_entries **ret_entries,
    struct slackaudit_client *client, const struct slackaudit_query *query, bool salvage,
    struct slackaudit_problem *problem)
{
    struct error error = ERROR_INIT;
    int code = entries_new(ret_entries, client, query, salvage, &error);
    return code < 0 ? problem_tell(problem, code, &error) : SLACKAUDIT_OK;
}

void slackaudit_entries_free(struct slackaudit_entries *entries)
{
    if (entries == NULL)
        return;
    if (entries->client != NULL)
        client_unfollow(&entries->follower);
    if (entries->ret_freed != NULL)
        *entries->ret_freed = true;
    slackaudit_call_cancel(entries->call);
    query_copy_deinit(&entries->query);
    page_copy_deinit(&entries->page);
    page_times_deinit(&entries->times);
    told_deinit(&entries->told);
    seen_deinit(&entries->cursors);
    free(entries);
}

void slackaudit_entries_on_ready(
    struct slackaudit_entries *entries, void (*on_ready)(void *user), void *user)
{
    entries->on_ready = on_ready;
    entries->user = user;
}

struct slackaudit_entries_progress slackaudit_entries_progress(
    const struct slackaudit_entries *entries)
{
    return entries->progress;
}

/* 1: the entry is new; 0: it was told before; or an error. One without an id is known by its bytes.
 */
static int note(struct slackaudit_entries *entries, const struct slackaudit_entry_slice *entry)
{
    struct slackaudit_entries_progress *progress = &entries->progress;
    struct slice key = entry->id != NULL ? (struct slice){entry->id, entry->id_size}
                                         : (struct slice){entry->data, entry->size};
    int is_new = told_add(&entries->told, hash_key_of(key), entry->has_date, entry->date_create);
    if (is_new <= 0)
        return is_new;
    if (entry->has_date) {
        int64_t time = entry->date_create;
        progress->reached = progress->reached < 0 ? time : lower(progress->reached, time);
        entries->newest_told = higher(entries->newest_told, time);
    }
    entries->fruitless = 0;
    entries->barren = 0;
    return 1;
}

/* The next of the page at hand that was not told before: 1, 0 when there is none, or an error. */
static int take(struct slackaudit_entries *entries, struct slackaudit_entry_slice *ret_entry,
    struct slackaudit_problem *problem)
{
    struct slackaudit_entry_slice entry;
    while (page_copy_take(&entries->page, &entry)) {
        int is_new = note(entries, &entry);
        if (is_new < 0) {
            page_copy_untake(&entries->page); /* it is not lost: the next call comes to it again */
            problem_fill(problem, problem_code(is_new),
                "/logs: too many entries of about the same time to tell them apart");
            return problem_code(is_new);
        }
        if (is_new == 1) {
            entries->progress.entries++;
            *ret_entry = entry;
            return 1;
        }
        entries->progress.passed++;
    }
    return 0;
}

static int told_failure(struct slackaudit_entries *entries, struct slackaudit_problem *problem)
{
    int code = entries->failure;
    problem_fill(problem, code, entries->problem.text);
    entries->failure = 0;
    return code;
}

static int refuse(struct slackaudit_problem *problem, const char *text)
{
    problem_fill(problem, SLACKAUDIT_ERROR_INVALID, text);
    return SLACKAUDIT_ERROR_INVALID;
}

int slackaudit_entries_try(struct slackaudit_entries *entries,
    struct slackaudit_entry_slice *ret_entry, struct slackaudit_problem *problem)
{
    if (entries == NULL || ret_entry == NULL)
        return problem_of_null(problem, entries == NULL ? "entries" : "ret_entry");
    if (entries->call != NULL)
        return SLACKAUDIT_ENTRIES_WAIT;
    int taken = take(entries, ret_entry, problem);
    if (taken != 0)
        return taken < 0 ? taken : SLACKAUDIT_ENTRIES_ENTRY;
    if (entries->failure < 0)
        return told_failure(entries, problem);
    if (entries->ended)
        return SLACKAUDIT_ENTRIES_END;
    if (entries->client == NULL)
        return refuse(problem, "entries: their client was freed before the last was told");
    int code = entries_ask_for_page(entries, problem);
    return code < 0 ? code : SLACKAUDIT_ENTRIES_WAIT;
}

/* Turns once, during which anything may be freed. Negative: `entries` may be gone. */
static int wait_for_page(struct slackaudit_entries *entries, struct slackaudit_problem *problem)
{
    struct slackaudit_engine *engine = entries->client->engine;
    if (engine->turning)
        return refuse(problem, "entries: a page cannot be waited for inside a callback");
    bool freed = false;
    engine_keep(engine);
    entries->ret_freed = &freed;
    int code = slackaudit_engine_turn(engine, -1);
    engine_release(engine);
    if (freed) {
        problem_fill(problem, SLACKAUDIT_ERROR_CALLBACK,
            "entries: a callback freed them while a page was waited for");
        return SLACKAUDIT_ERROR_CALLBACK;
    }
    entries->ret_freed = NULL;
    if (code < 0)
        problem_fill(problem, code, "the engine cannot wait for a page of /logs");
    return code;
}

int slackaudit_entries_next(struct slackaudit_entries *entries,
    struct slackaudit_entry_slice *ret_entry, struct slackaudit_problem *problem)
{
    int code;
    while (
        (code = slackaudit_entries_try(entries, ret_entry, problem)) == SLACKAUDIT_ENTRIES_WAIT) {
        int waited = wait_for_page(entries, problem);
        if (waited < 0)
            return waited;
    }
    return code;
}
