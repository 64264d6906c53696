#include "source/walker_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"

enum {
    MANY_CURSORS = 100000, /* pages of one window past which it is taken for a loop */
    CAP_PART = 8,          /* a window that takes this part of the store's cap is cut into pieces */
    LATE_PERCENT = 80,     /* of the overlap: lateness past it is worth a warning */
};

#define LATENESS_WARNING_US (3600 * USEC_PER_SEC)

/* Slack's clock as the answer told it; the host's where it did not. */
static void learn_clock(struct walker *walker, const struct slackaudit_answer *answer)
{
    struct clock *clock = loop_clock(walker->context.loop);
    if (answer->server_time > 0)
        walker->clock_offset_us = answer->server_time * USEC_PER_SEC - clock_monotonic_us(clock);
    else if (!walker->clock_known)
        walker->clock_offset_us = clock_wall_us(clock) - clock_monotonic_us(clock);
    walker->clock_known = true;
    if (walker->context.once && walker->target < 0)
        walker->target = walker_slack_now(walker);
}

/* Remembers a cursor of the open window. True when it came before. */
static bool is_repeated(struct walker *walker, const char *cursor)
{
    uint64_t hash = hash64(slice_of(cursor));
    for (size_t i = 0; i < walker->cursor_count; i++)
        if (walker->cursors[i] == hash)
            return true;
    if (walker->cursor_count == walker->cursor_size) {
        size_t size = walker->cursor_size == 0 ? 64 : walker->cursor_size * 2;
        uint64_t *cursors =
            size > 2 * MANY_CURSORS ? NULL : realloc(walker->cursors, size * sizeof(*cursors));
        if (cursors == NULL)
            return true; /* no window has so many pages: a loop that makes up new cursors */
        walker->cursors = cursors;
        walker->cursor_size = size;
    }
    walker->cursors[walker->cursor_count++] = hash;
    return false;
}

static bool is_too_wide(const struct walker *walker, uint64_t cap)
{
    const struct intake *intake = &walker->intake;
    if (walker->piece_count == LIMIT_PIECES || intake->lowest >= walker->window.latest ||
        intake->lowest < walker->window.oldest)
        return false;
    return walker->window.pages + 1 >= LIMIT_WINDOW_PAGES || walker->window.bytes > cap / CAP_PART;
}

/* What the page does to its window. */
static enum store_outcome judge(
    struct walker *walker, const struct slackaudit_page_summary *summary)
{
    const struct intake *intake = &walker->intake;
    bool wholly_below = intake->highest >= 0 && intake->highest < walker->window.oldest;
    if (summary->next_cursor[0] == '\0' || wholly_below)
        return STORE_CLOSE;
    if (is_repeated(walker, summary->next_cursor))
        return STORE_GIVE_UP;
    struct store_usage usage;
    walker->context.store_type->usage(walker->context.store, &usage);
    if (!is_too_wide(walker, usage.max_bytes))
        return STORE_KEEP_OPEN;
    if (walker->rereading)
        return STORE_KEEP_OPEN;
    /* A short poll that meets so much is no short poll: the full one is made now. */
    return walker->window.kind == STORE_WINDOW_FRESH ? STORE_GIVE_UP : STORE_WAIT;
}

static void closed(struct walker *walker, const struct store_walk *next)
{
    int64_t now_us = clock_monotonic_us(loop_clock(walker->context.loop));
    const struct config_source *config = walker->context.config;
    walker->windows++;
    walker->give_ups = 0;
    if (walker->window.latest > walker->covered_until)
        walker->covered_until = walker->window.latest;
    walker->fresh_due_us = now_us + config->fresh_interval_us;
    if (walker->window.kind == STORE_WINDOW_FULL) {
        if (walker->to_now)
            walker->full_due_us = now_us + config->poll_interval_us;
        walker->caught_up = walker->to_now;
        walker->walk = *next;
        seen_forget(&walker->intake.seen, 0, next->seen_from);
    }
    bool brought = walker->window.entries > 0;
    walker_close_window(walker);
    if (brought)
        walker->context.stored(walker->context.user, walker);
}

/* The part that was read becomes a closed piece; what lies below is walked first. */
static void cut_off_piece(struct walker *walker)
{
    int64_t seconds = walker->window.latest - walker->window.oldest;
    walker->walk.width = plan_narrow(seconds, walker->window.pages);
    log_debug(&walker->subject,
        "window too wide: %u pages for its last %lld seconds; what lies below comes first",
        walker->window.pages, (long long)seconds);
    walker->pieces[walker->piece_count++] = walker->window;
    walker->window = (struct store_window){0};
    walker_forget_interior(walker, &walker->pieces[walker->piece_count - 1]);
    walker_close_window(walker);
}

static void warn_of_lateness(struct walker *walker, uint64_t late_before)
{
    const struct intake_counts *counts = &walker->intake.counts;
    int64_t overlap = walker->context.config->overlap_us / USEC_PER_SEC;
    int64_t now_us = clock_monotonic_us(loop_clock(walker->context.loop));
    if (counts->late == late_before || counts->latest_lateness * 100 < overlap * LATE_PERCENT)
        return;
    if (walker->lateness_warned_us > 0 && now_us - walker->lateness_warned_us < LATENESS_WARNING_US)
        return;
    walker->lateness_warned_us = now_us;
    log_warning(&walker->subject,
        "an entry showed %lld s after it was made, close to the overlap of %lld s: raise "
        "`overlap`, or later ones will be missed",
        (long long)counts->latest_lateness, (long long)overlap);
}

/* Everything that the page changes, in one transaction. `next` is the walk behind a close. */
static int commit_page(struct walker *walker, enum store_outcome outcome, const char *cursor,
    const struct store_walk *next)
{
    struct store_window *window = &walker->window;
    char *copy = strdup(outcome == STORE_KEEP_OPEN ? cursor : "");
    if (copy == NULL) {
        intake_undo(&walker->intake);
        struct error error = ERROR_INIT;
        (void)error_set(
            &error, ERROR_MEMORY, "no memory for a cursor"); /* told by walker_failed_store */
        walker_failed_store(walker, &error);
        return ERROR_MEMORY;
    }
    int64_t was_oldest = window->oldest;
    char *was_cursor = window->cursor;
    window->cursor = copy;
    window->cursor_wall = clock_wall_us(loop_clock(walker->context.loop)) / USEC_PER_SEC;
    if (outcome == STORE_WAIT) {
        window->oldest = walker->intake.lowest;
        window->waiting = true;
    }
    struct error error = ERROR_INIT;
    struct store_page *page = intake_take_page(&walker->intake);
    bool brought = page != NULL;
    int r = walker->context.store_type->commit(walker->source, page, window, outcome, next, &error);
    if (r >= 0) {
        if (!brought)
            window->pages++; /* the store counts the pages that brought something */
        free(was_cursor);
        intake_keep(&walker->intake);
        return 0;
    }
    free(copy);
    window->cursor = was_cursor;
    window->oldest = was_oldest;
    window->waiting = false;
    intake_undo(&walker->intake);
    walker_failed_store(walker, &error);
    return r;
}

static void note_new_entries(struct walker *walker)
{
    if (walker->intake.newest_stored < 0)
        return;
    walker->last_new_us = clock_monotonic_us(loop_clock(walker->context.loop));
    if (walker->intake.newest_stored > walker->newest)
        walker->newest = walker->intake.newest_stored;
}

/* A whole page came. */
static void take_page(struct walker *walker, const struct slackaudit_page_summary *summary)
{
    if (walker->window.latest <
        0) { /* the first request of a process leaves `latest` to Slack and freezes it here */
        walker->window.latest = walker_slack_now(walker);
        walker->window.opened = walker->window.latest;
    }
    uint64_t late_before = walker->intake.before.late;
    enum store_outcome outcome = judge(walker, summary);
    if (outcome == STORE_GIVE_UP) {
        bool fresh = walker->window.kind == STORE_WINDOW_FRESH;
        if (walker_give_up(walker,
                fresh ? "a short poll met more than it can take" : "its cursor came back") < 0)
            return;
        walker->caught_up = fresh ? false : walker->caught_up;
        walker_sleep(walker, WALKER_WALKING,
            walker->give_ups > 2 ? walker->context.config->poll_interval_us : 0);
        return;
    }
    struct store_walk next = walker->walk;
    if (outcome == STORE_CLOSE && walker->window.kind == STORE_WINDOW_FULL) {
        struct store_window window = walker->window;
        window.pages++;
        bool small =
            window.pages == 1 && summary->entries < (size_t)walker->context.config->page_limit;
        next = plan_closed(&walker->walk, walker->context.config->overlap_us / USEC_PER_SEC,
            &window, walker->pieces, walker->piece_count, small);
    }
    if (commit_page(walker, outcome, summary->next_cursor, &next) < 0)
        return;
    walker->pages++;
    note_new_entries(walker);
    warn_of_lateness(walker, late_before);
    if (outcome == STORE_CLOSE)
        closed(walker, &next);
    else if (outcome == STORE_WAIT)
        cut_off_piece(walker);
    walker_sleep(walker, WALKER_WALKING, 0);
    walker_tell_changed(walker);
}

static void page_attempt(void *user, int attempt)
{
    struct walker *walker = user;
    (void)attempt; /* the first and the later ones begin alike: with nothing */
    intake_undo(&walker->intake);
    intake_begin(&walker->intake, walker->window.oldest,
        walker->window.latest < 0 ? INT64_MAX : walker->window.latest, walker->covered_until,
        walker_slack_now(walker));
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
    if (answer->code == SLACKAUDIT_OK)
        learn_clock(walker, answer);
    if (summary == NULL) {
        intake_undo(&walker->intake);
        walker_failed_call(walker, answer);
        return;
    }
    walker_succeeded(walker);
    if (summary->damaged > 0)
        log_warning(&walker->subject,
            "%zu entries of a page are not valid JSON and go to dead letter (window %lld to %lld, "
            "page %u, request %s)",
            summary->damaged, (long long)walker->window.oldest, (long long)walker->window.latest,
            walker->window.pages + 1, answer->request_id);
    walker->salvage = false;
    take_page(walker, summary);
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

/* The filter as Slack takes it; a longer list is filtered by the intake. */
static char *join_actions(char *const *actions)
{
    struct buffer joined = BUFFER_INIT(LIMIT_CONFIG);
    for (size_t i = 0; actions[i] != NULL; i++)
        if (buffer_printf(&joined, "%s%s", i == 0 ? "" : ",", actions[i]) < 0) {
            buffer_deinit(&joined);
            return NULL;
        }
    char *text = buffer_text(&joined) == NULL ? NULL : strdup(buffer_text(&joined));
    buffer_deinit(&joined);
    return text;
}

static const char *or_null(const char *text)
{
    return text == NULL || text[0] == '\0' ? NULL : text;
}

void walker_call_page(struct walker *walker)
{
    const struct config_source *config = walker->context.config;
    const struct store_window *window = &walker->window;
    _cleanup_free_ char *actions =
        walker->intake.actions == NULL ? join_actions(config->filter.actions) : NULL;
    const struct slackaudit_page_call call = {
        .query =
            {
                .has_oldest = true,
                .oldest = window->oldest,
                .has_latest = window->latest >= 0,
                .latest = window->latest,
                .limit = config->page_limit,
                .action = or_null(actions),
                .actor = or_null(config->filter.actor),
                .entity = or_null(config->filter.entity),
                .cursor = or_null(window->cursor),
            },
        .salvage = walker->salvage,
        .on_attempt = page_attempt,
        .on_entry = page_entry,
        .on_done = page_done,
        .user = walker,
    };
    start_call(walker, &call);
}

static int ignore_entry(void *user, const struct slackaudit_entry_slice *entry)
{
    (void)user;
    (void)entry; /* the probe asks for the time, not for entries */
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
    if (answer->code == SLACKAUDIT_OK && answer->server_time > 0)
        learn_clock(walker, answer);
    if (summary == NULL) {
        walker_failed_call(walker, answer);
        return;
    }
    learn_clock(walker, answer);
    walker_succeeded(walker);
    walker_sleep(walker, WALKER_WALKING, 0);
}

void walker_call_probe(struct walker *walker)
{
    const struct slackaudit_page_call call = {.query = {.limit = 1},
        .on_attempt = ignore_attempt,
        .on_entry = ignore_entry,
        .on_done = probe_done,
        .user = walker};
    start_call(walker, &call);
}
