#include <string.h>

#include "base/order.h"
#include "slackaudit/entries_parts.h"
#include "slackaudit/problem.h"

/* How often a walk begins again without a single new entry, and how many entries a page has at
 * least whose times alone say that it lies elsewhere than it should. */
enum { FRUITLESS_RESTARTS = 3, TELLING_PAGE = 8 };

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

int entries_ask_for_page(struct slackaudit_entries *entries, struct slackaudit_problem *problem)
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
