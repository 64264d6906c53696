#include "slackaudit/entries.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/order.h"
#include "slackaudit/client_parts.h"
#include "slackaudit/page_copy.h"
#include "slackaudit/page_times.h"
#include "slackaudit/problem.h"
#include "slackaudit/query.h"
#include "slackaudit/query_copy.h"
#include "slackaudit/told.h"

/* How often a walk begins again without a single new entry, and how many entries a page has at
 * least whose times alone say that it lies elsewhere than it should. */
enum { FRUITLESS_RESTARTS = 3, TELLING_PAGE = 8 };

struct slackaudit_entries {
    struct client_follower follower;  /* first: the one is the other's address */
    struct slackaudit_client *client; /* NULL once it has gone */
    struct query_copy query; /* of the next page; `latest` narrows when the walk begins anew */
    bool salvage;
    bool began_at_cursor; /* the caller's: what is newer is not ours to tell */
    bool begins_anew;
    bool ended;
    struct slackaudit_call *call;  /* under way */
    struct page_copy page;         /* its entries that are in the range */
    struct page_times times;       /* of all its entries */
    int64_t page_end;              /* where the walk is when the page was told; -1: where it was */
    size_t outside, before_oldest; /* entries of the page that comes, by their time */
    size_t before_in_a_row;        /* of all pages, up to the last */
    int64_t newest_told;           /* Unix seconds; -1 before the first */
    int64_t server_time;           /* of the last answer; -1 unknown */
    struct told told;
    struct seen cursors; /* used since the walk began anew */
    unsigned fruitless;  /* restarts */
    unsigned barren;     /* pages in a row without a new entry */
    int failure;         /* to be returned by the next call; `problem` goes with it */
    struct slackaudit_problem problem;
    struct slackaudit_entries_progress progress;
    void (*on_ready)(void *user);
    void *user;
    bool *ret_freed; /* of a call that waits, and outlives what it waits for */
};

DEFINE_CLEANUP(struct slackaudit_entries, slackaudit_entries_free)

static int fail(struct slackaudit_entries *entries, int code, const char *text)
{
    entries->failure = code;
    problem_fill(&entries->problem, code, text);
    return code;
}

/* ---- A page comes in ---- */

static void on_attempt(void *user, int attempt)
{
    (void)attempt;
    struct slackaudit_entries *entries = user;
    page_copy_clear(&entries->page);
    page_times_clear(&entries->times);
    entries->outside = entries->before_oldest = 0;
}

static bool is_in_range(
    const struct slackaudit_entries *entries, const struct slackaudit_entry_slice *entry)
{
    const struct slackaudit_query *query = &entries->query.query;
    return !entry->has_date || ((!query->has_oldest || entry->date_create >= query->oldest) &&
                                   (!query->has_latest || entry->date_create <= query->latest));
}

/* So far that the order of entries, which may be off a little, brings none of the range behind it.
 */
static bool is_before_oldest(
    const struct slackaudit_entries *entries, const struct slackaudit_entry_slice *entry)
{
    const struct slackaudit_query *query = &entries->query.query;
    return query->has_oldest && entry->has_date &&
           entry->date_create < query->oldest - TOLD_MARGIN_SECONDS;
}

static int on_entry(void *user, const struct slackaudit_entry_slice *entry)
{
    struct slackaudit_entries *entries = user;
    bool in_range = is_in_range(entries, entry);
    int code = entry->has_date ? page_times_add(&entries->times, entry->date_create, in_range) : 0;
    if (!in_range) {
        entries->before_oldest += is_before_oldest(entries, entry);
        entries->outside++;
    } else if (code == 0) {
        code = page_copy_add(&entries->page, entry);
    }
    if (code < 0)
        entries->failure = problem_code(code);
    return code;
}

/* ---- Where the walk goes on ---- */

/* From the top of what is left, without a cursor. */
static int begin_anew(struct slackaudit_entries *entries, const char *why)
{
    struct error error = ERROR_INIT;
    bool lost = entries->began_at_cursor && entries->told.place < 0 && entries->page_end < 0;
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

/* The page that came is the last that the range can have. One entry alone does not tell: its time
 * may be wrong. */
static bool is_behind_range(
    struct slackaudit_entries *entries, const struct slackaudit_page_summary *summary)
{
    if (entries->before_oldest < summary->entries)
        entries->before_in_a_row = 0;
    entries->before_in_a_row += entries->before_oldest;
    return entries->before_oldest > 0 && entries->before_oldest == summary->entries &&
           entries->before_in_a_row > 1;
}

/* A cursor that leads back up, to where everything was told that will be told. */
static bool is_led_back(const struct slackaudit_entries *entries)
{
    return entries->told.place >= 0 && entries->times.in_range >= TELLING_PAGE &&
           entries->times.oldest > told_horizon(&entries->told);
}

/* The time of the first answer ends the range, so that new entries do not: unless it lags behind
 * the entries themselves, when it would cut off what it has not come to. */
static void end_range(struct slackaudit_entries *entries, int64_t server_time)
{
    struct slackaudit_query *query = &entries->query.query;
    if (query->has_latest || server_time < 0 || server_time < entries->times.newest ||
        (query->has_oldest && server_time < query->oldest))
        return;
    query->has_latest = true;
    query->latest = server_time;
}

static int follow(struct slackaudit_entries *entries, const struct slackaudit_answer *answer,
    const struct slackaudit_page_summary *summary)
{
    bool is_last = *summary->next_cursor == '\0' || is_behind_range(entries, summary);
    if (is_led_back(entries)) {
        entries->progress.passed += summary->entries - entries->outside;
        page_copy_clear(&entries->page);
        return begin_anew(entries, "a cursor led back to entries that were told");
    }
    entries->page_end = page_times_end(&entries->times);
    if (is_last) {
        entries->ended = true;
        return 0;
    }
    end_range(entries, answer->server_time);
    int is_new = seen_add(&entries->cursors, hash_key_of(slice_of(summary->next_cursor)), 0);
    if (is_new < 0)
        return is_new;
    if (is_new == 0)
        return begin_anew(entries, "a cursor came a second time");
    int code = query_copy_set_cursor(&entries->query, summary->next_cursor);
    if (code == 0 && ++entries->barren > LIMIT_BARREN_PAGES) {
        entries->barren = 0;
        return fail(entries, SLACKAUDIT_ERROR_REFUSED,
            "/logs: page after page came without a new entry, and none was the last");
    }
    return code;
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
    entries->page_end = -1;
    if (answer->server_time >= 0)
        entries->server_time = answer->server_time;
    int code = judge(entries, answer, summary);
    if (code < 0 && entries->failure == 0)
        (void)fail(entries, problem_code(code), "/logs: no memory to go on"); /* told by next */
    if (entries->on_ready != NULL)
        entries->on_ready(entries->user); /* it may free the entries */
}

/* All that came before has been told by now, so the walk's place is known. A time that is still to
 * come is refused by the API. */
static void narrow(struct slackaudit_entries *entries)
{
    struct slackaudit_query *query = &entries->query.query;
    const struct told *told = &entries->told;
    told_move(&entries->told, entries->page_end);
    if (entries->begins_anew && told->place >= 0) {
        int64_t latest = told_horizon(told);
        if (entries->server_time >= 0)
            latest = lower(latest, higher(told->place, entries->server_time));
        if (entries->began_at_cursor)
            latest = lower(latest, entries->newest_told);
        query->latest = query->has_latest ? lower(query->latest, latest) : latest;
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
    int code = ask_for_page(entries, problem);
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
