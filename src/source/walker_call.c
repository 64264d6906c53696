/* The calls: a page of the open window, and a probe of the time. */
#include "source/walker_private.h"

#include <string.h>

#include "base/units.h"
#include "source/source_client.h"

static void page_attempt(void *user, int attempt)
{
    struct walker *walker = user;
    (void)attempt; /* the first and the later ones begin alike: with nothing */
    intake_undo(&walker->intake);
    intake_begin(&walker->intake, walker->window.oldest,
        walker->window.latest < 0 ? INT64_MAX : walker->window.latest, walker->neighbour,
        walker->covered_until, walker_slack_now(walker));
}

static void note_answer(struct walker *walker)
{
    walker->last_success_wall = clock_wall_us(loop_clock(walker->context.loop)) / USEC_PER_SEC;
}

static int page_entry(void *user, const struct slackaudit_entry_slice *entry)
{
    struct walker *walker = user;
    return intake_entry(&walker->intake, entry);
}

static void page_done(void *user, const struct slackaudit_answer *answer,
    const struct slackaudit_page_summary *summary)
{
    struct walker *walker = user;
    walker->call = NULL;
    if (summary != NULL && walker->intake.highest >= 0)
        slack_clock_saw(&walker->clock, walker->intake.highest);
    walker_learn_clock(walker, answer, summary != NULL);
    if (summary == NULL) {
        intake_undo(&walker->intake);
        walker_failed_call(walker, answer);
        return;
    }
    note_answer(walker);
    if (summary->damaged > 0)
        log_warning(&walker->subject,
            "%zu entries of a page are not valid JSON and go to dead letter (window %lld to %lld, "
            "page %u, request %s)",
            summary->damaged, (long long)walker->window.oldest, (long long)walker->window.latest,
            walker->window.pages + 1, answer->request_id);
    walker->salvage = false;
    walker_take_page(walker, summary);
}

/* Starts the call; what is wrong with its parameters shows here. */
static void start_call(struct walker *walker, const struct slackaudit_page_call *call)
{
    struct slackaudit_problem problem = {0};
    int r = slackaudit_client_page(walker->client, call, &walker->call, &problem);
    if (r >= 0) {
        walker->state = WALKER_WALKING;
        return;
    }
    const struct slackaudit_answer answer = {
        .code = r, .message = problem.text, .error = "", .request_id = ""};
    walker_failed_call(walker, &answer);
}

void walker_call_page(struct walker *walker)
{
    const struct store_window *window = &walker->window;
    const struct intake_filter *filter = walker->context.filter;
    struct error unready = ERROR_INIT;
    if (filter != NULL &&
        filter->prepare(filter->user, window->oldest, window->latest, &unready) < 0) {
        walker_failed_store(walker, &unready);
        return;
    }
    struct slackaudit_query query;
    _cleanup_free_ char *actions = NULL;
    if (source_query(walker->context.config, &query, &actions) < 0) {
        struct error error = ERROR_INIT;
        (void)error_set(&error, ERROR_MEMORY, "no memory for the filter"); /* told below */
        walker_failed_store(walker, &error);
        return;
    }
    query.has_oldest = true;
    query.oldest = window->oldest;
    query.has_latest = window->latest >= 0;
    query.latest = window->latest >= 0 ? window->latest : 0;
    query.cursor = window->cursor;
    const struct slackaudit_page_call call = {
        .query = query,
        .salvage = walker->salvage,
        .on_attempt = page_attempt,
        .on_entry = page_entry,
        .on_done = page_done,
        .user = walker,
    };
    start_call(walker, &call);
}

/* The probe asks for the time: the answer's, and that of the newest entry. */
static int probe_entry(void *user, const struct slackaudit_entry_slice *entry)
{
    struct walker *walker = user;
    if (entry->has_date && entry->date_create > 0 && entry->date_create <= UINT32_MAX)
        slack_clock_saw(&walker->clock, entry->date_create);
    return 0;
}

static void ignore_attempt(void *user, int attempt)
{
    (void)user;
    (void)attempt;
}

static void probe_done(void *user, const struct slackaudit_answer *answer,
    const struct slackaudit_page_summary *summary)
{
    struct walker *walker = user;
    walker->call = NULL;
    walker_learn_clock(walker, answer, summary != NULL);
    if (summary == NULL) {
        walker_failed_call(walker, answer);
        return;
    }
    note_answer(walker);
    walker->probed = true;
    walker->salvage = false;
    walker_sleep(walker, WALKER_WALKING, 0);
}

void walker_call_probe(struct walker *walker)
{
    const struct slackaudit_page_call call = {.query = {.has_limit = true, .limit = 1},
        .on_attempt = ignore_attempt,
        .on_entry = probe_entry,
        .on_done = probe_done,
        .user = walker};
    start_call(walker, &call);
}
