#include "slackaudit/entries.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/order.h"
#include "base/seen.h"
#include "slackaudit/client_parts.h"
#include "slackaudit/page_copy.h"
#include "slackaudit/problem.h"
#include "slackaudit/query.h"
#include "slackaudit/query_copy.h"

/* How far behind its place a walk that begins again reads, should the order of entries be a little
 * off; and how often it begins again without a single new entry. */
enum { RESTART_MARGIN_SECONDS = 60, FRUITLESS_RESTARTS = 3 };

struct slackaudit_entries {
    struct slackaudit_client *client;
    struct query_copy query; /* of the next page; `latest` narrows when the walk begins anew */
    bool salvage;
    bool began_at_cursor; /* the caller's: what is newer is not ours to tell */
    bool begins_anew;
    bool ended;
    struct slackaudit_call *call; /* under way */
    struct page_copy page;
    size_t outside, before_oldest; /* entries of the page that comes, by their time */
    int64_t newest_told;           /* Unix seconds; -1 before the first */
    struct seen told;    /* ids from the walk's place to RESTART_MARGIN_SECONDS after it */
    struct seen cursors; /* used since the walk began anew */
    unsigned fruitless;
    int failure; /* to be returned by the next call; `problem` goes with it */
    struct slackaudit_problem problem;
    struct slackaudit_entries_progress progress;
    void (*on_ready)(void *user);
    void *user;
};

DEFINE_CLEANUP(struct slackaudit_entries, slackaudit_entries_free)

/* ---- A page comes in ---- */

static void on_attempt(void *user, int attempt)
{
    (void)attempt;
    struct slackaudit_entries *entries = user;
    page_copy_clear(&entries->page);
    entries->outside = entries->before_oldest = 0;
}

static bool is_in_range(
    const struct slackaudit_entries *entries, const struct slackaudit_entry_slice *entry)
{
    const struct slackaudit_query *query = &entries->query.query;
    return !entry->has_date || ((!query->has_oldest || entry->date_create >= query->oldest) &&
                                   (!query->has_latest || entry->date_create <= query->latest));
}

static int on_entry(void *user, const struct slackaudit_entry_slice *entry)
{
    struct slackaudit_entries *entries = user;
    const struct slackaudit_query *query = &entries->query.query;
    if (!is_in_range(entries, entry)) {
        entries->before_oldest +=
            query->has_oldest && entry->has_date && entry->date_create < query->oldest;
        entries->outside++;
        return 0;
    }
    int code = page_copy_add(&entries->page, entry);
    if (code < 0)
        entries->failure = problem_code(code);
    return code;
}

/* What was told already is kept near the walk's place only. */
static void forget_what_is_behind(struct slackaudit_entries *entries)
{
    if (entries->progress.reached >= 0)
        seen_forget(
            &entries->told, entries->progress.reached + RESTART_MARGIN_SECONDS + 1, INT64_MAX);
}

static int fail(struct slackaudit_entries *entries, int code, const char *text)
{
    entries->failure = code;
    problem_fill(&entries->problem, code, text);
    return code;
}

/* From the top of what is left, without a cursor. */
static int begin_anew(struct slackaudit_entries *entries, const char *why)
{
    struct error error = ERROR_INIT;
    bool lost = entries->began_at_cursor && entries->progress.reached < 0;
    if (lost || ++entries->fruitless > FRUITLESS_RESTARTS) {
        (void)error_set(&error, SLACKAUDIT_ERROR_REFUSED, "/logs: %s, and %s",
            why, /* the code is given below */
            lost ? "there is no place to go on from but that cursor"
                 : "the walk came no further without it");
        entries->fruitless = 0;
        return fail(entries, SLACKAUDIT_ERROR_REFUSED, error.text);
    }
    entries->progress.restarts++;
    entries->begins_anew = true;
    seen_deinit(&entries->cursors);
    return query_copy_set_cursor(&entries->query, NULL);
}

static int follow(struct slackaudit_entries *entries, const struct slackaudit_answer *answer,
    const struct slackaudit_page_summary *summary)
{
    struct slackaudit_query *query = &entries->query.query;
    const char *next_cursor = summary->next_cursor;
    bool is_behind = entries->before_oldest > 0 && entries->before_oldest == summary->entries;
    if (*next_cursor == '\0' || is_behind) {
        entries->ended = true;
        return 0;
    }
    if (!query->has_latest && answer->server_time >= 0) {
        query->has_latest = true;
        query->latest = answer->server_time;
    }
    int is_new = seen_add(&entries->cursors, hash_key_of(slice_of(next_cursor)), 0);
    if (is_new < 0)
        return is_new;
    if (is_new == 0)
        return begin_anew(entries, "a cursor came a second time");
    return query_copy_set_cursor(&entries->query, next_cursor);
}

static int judge(struct slackaudit_entries *entries, const struct slackaudit_answer *answer,
    const struct slackaudit_page_summary *summary)
{
    if (summary != NULL) {
        entries->progress.pages++;
        entries->progress.passed += entries->outside;
        return follow(entries, answer, summary);
    }
    page_copy_clear(&entries->page);
    if (entries->failure < 0 && answer->code == SLACKAUDIT_ERROR_CALLBACK)
        return fail(entries, entries->failure, "/logs: the page cannot be held in memory");
    bool is_cursor_refused =
        entries->query.cursor != NULL &&
        (answer->status == 400 || strcmp(answer->error, "invalid_cursor") == 0);
    if (is_cursor_refused)
        return begin_anew(entries, "a cursor was refused");
    return fail(
        entries, answer->code < 0 ? answer->code : SLACKAUDIT_ERROR_REFUSED, answer->message);
}

static void on_done(void *user, const struct slackaudit_answer *answer,
    const struct slackaudit_page_summary *summary)
{
    struct slackaudit_entries *entries = user;
    entries->call = NULL;
    forget_what_is_behind(entries);
    int code = judge(entries, answer, summary);
    if (code < 0 && entries->failure == 0)
        (void)fail(entries, problem_code(code), "/logs: no memory to go on"); /* told by next */
    if (entries->on_ready != NULL)
        entries->on_ready(entries->user); /* it may free the entries */
}

/* All that came before has been told by now, so the walk's place is known. */
static void narrow(struct slackaudit_entries *entries)
{
    struct slackaudit_query *query = &entries->query.query;
    if (entries->begins_anew && entries->progress.reached >= 0) {
        int64_t place = entries->progress.reached + RESTART_MARGIN_SECONDS;
        if (entries->began_at_cursor)
            place = lower(place, entries->newest_told);
        query->latest = query->has_latest ? lower(query->latest, place) : place;
        query->has_latest = true;
    }
    entries->begins_anew = false;
}

static int ask_for_page(struct slackaudit_entries *entries, struct slackaudit_problem *problem)
{
    narrow(entries);
    const struct slackaudit_page_call call = {
        .query = entries->query.query,
        .salvage = entries->salvage,
        .on_attempt = on_attempt,
        .on_entry = on_entry,
        .on_done = on_done,
        .user = entries,
    };
    return slackaudit_client_page(entries->client, &call, &entries->call, problem);
}

/* ---- The caller ---- */

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
    entries->client = client;
    entries->salvage = salvage;
    entries->began_at_cursor = query->cursor != NULL && *query->cursor != '\0';
    entries->page = (struct page_copy)PAGE_COPY_INIT((size_t)client->response_limit);
    entries->progress.reached = entries->newest_told = -1;
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
    slackaudit_call_cancel(entries->call);
    query_copy_deinit(&entries->query);
    page_copy_deinit(&entries->page);
    seen_deinit(&entries->told);
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

/* 1: the entry is new; 0: it was told before; or an error. An entry without a time stands where the
 * walk stands, one without an id is known by its bytes. */
static int note(struct slackaudit_entries *entries, const struct slackaudit_entry_slice *entry)
{
    int64_t reached = entries->progress.reached;
    int64_t time = entry->has_date ? entry->date_create : reached;
    struct slice key = entry->id != NULL ? (struct slice){entry->id, entry->id_size}
                                         : (struct slice){entry->data, entry->size};
    int is_new = seen_add(&entries->told, hash_key_of(key), time);
    if (is_new <= 0)
        return is_new;
    if (entry->has_date && (reached < 0 || time < reached))
        entries->progress.reached = time;
    if (entry->has_date)
        entries->newest_told = higher(entries->newest_told, time);
    entries->fruitless = 0;
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

int slackaudit_entries_try(struct slackaudit_entries *entries,
    struct slackaudit_entry_slice *ret_entry, struct slackaudit_problem *problem)
{
    if (entries == NULL || ret_entry == NULL) {
        problem_fill(problem, SLACKAUDIT_ERROR_INVALID,
            entries == NULL ? "entries is NULL" : "ret_entry is NULL");
        return SLACKAUDIT_ERROR_INVALID;
    }
    if (entries->call != NULL)
        return SLACKAUDIT_ENTRIES_WAIT;
    int taken = take(entries, ret_entry, problem);
    if (taken != 0)
        return taken < 0 ? taken : SLACKAUDIT_ENTRIES_ENTRY;
    if (entries->failure < 0) {
        int code = entries->failure;
        problem_fill(problem, code, entries->problem.text);
        entries->failure = 0;
        return code;
    }
    if (entries->ended)
        return SLACKAUDIT_ENTRIES_END;
    int code = ask_for_page(entries, problem);
    return code < 0 ? code : SLACKAUDIT_ENTRIES_WAIT;
}

int slackaudit_entries_next(struct slackaudit_entries *entries,
    struct slackaudit_entry_slice *ret_entry, struct slackaudit_problem *problem)
{
    int code;
    while (
        (code = slackaudit_entries_try(entries, ret_entry, problem)) == SLACKAUDIT_ENTRIES_WAIT) {
        int turned = slackaudit_engine_turn(entries->client->engine, -1);
        if (turned < 0) {
            problem_fill(problem, turned, "the engine cannot wait for a page of /logs");
            return turned;
        }
    }
    return code;
}
