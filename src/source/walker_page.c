/* What a page does to its window: kept open, closed, cut into a piece, or given up. */
#include "source/walker_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/units.h"

enum {
    MANY_CURSORS = 100000, /* pages of one window past which it is taken for a loop */
    CAP_PART = 8,          /* a window that takes this part of the store's cap is cut into pieces */
    LATE_PERCENT = 80,     /* of the overlap: lateness past it is worth a warning */
};

#define LATENESS_WARNING_US USEC_PER_HOUR

static bool is_repeated(const struct walker *walker, const char *cursor)
{
    uint64_t hash = hash64(slice_of(cursor));
    for (size_t i = 0; i < walker->cursor_count; i++)
        if (walker->cursors[i] == hash)
            return true;
    return walker->cursor_count >= MANY_CURSORS; /* no window has so many pages: new cursors, but a
                                                    loop all the same */
}

/* Makes room for one more. */
static int reserve_cursor(struct walker *walker)
{
    if (walker->cursor_count < walker->cursor_size)
        return 0;
    size_t size = walker->cursor_size == 0 ? 64 : walker->cursor_size * 2;
    uint64_t *cursors = realloc(walker->cursors, size * sizeof(*cursors));
    if (cursors == NULL)
        return ERROR_MEMORY;
    walker->cursors = cursors;
    walker->cursor_size = size;
    return 0;
}

static bool is_too_wide(const struct walker *walker, uint64_t cap)
{
    const struct intake *intake = &walker->intake;
    if (walker->piece_count == LIMIT_PIECES || !walker_can_narrow(&walker->window) ||
        intake->lowest >= walker->window.latest || intake->lowest < walker->window.oldest)
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
    if (walker->window.kind == STORE_WINDOW_REREAD)
        return STORE_KEEP_OPEN;
    /* A short poll that meets so much is no short poll: the full one is made now. */
    return walker->window.kind == STORE_WINDOW_FRESH ? STORE_GIVE_UP : STORE_WAIT;
}

static void closed(struct walker *walker, const struct store_walk *next)
{
    int64_t now_us = clock_monotonic_us(loop_clock(walker->context.loop));
    const struct config_source *config = walker->context.config;
    walker->windows++;
    if (walker->window.latest > walker->covered_until)
        walker->covered_until = walker->window.latest;
    walker->fresh_due_us = now_us + config->fresh_interval_us;
    if (walker->window.kind == STORE_WINDOW_FULL) {
        if (walker->to_now)
            walker->full_due_us = now_us + config->poll_interval_us;
        walker->caught_up = walker->to_now;
        walker->walk = *next;
        walker->walked = walker->window.latest;
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
    walker->walked = -1; /* what lies below it is to be read, the overlap too */
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
    if (copy == NULL || reserve_cursor(walker) < 0) {
        free(copy);
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
        if (outcome == STORE_KEEP_OPEN)
            walker->cursors[walker->cursor_count++] = hash64(slice_of(cursor));
        walker->neighbour = walker->intake.last_time;
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

/* The first request of a process leaves `latest` to Slack, and the answer's time freezes it. */
static void freeze_latest(struct walker *walker)
{
    struct store_window *window = &walker->window;
    if (window->latest >= 0)
        return;
    int64_t now = walker_slack_now(walker);
    window->latest = now > window->oldest ? now : window->oldest;
    window->opened = now;
}

/* The page's window is walked again, from its top. */
static void drop_page(struct walker *walker, const char *next_cursor)
{
    if (walker->window.kind != STORE_WINDOW_FRESH || is_repeated(walker, next_cursor)) {
        walker_give_up_cursor(walker, "its cursor came back");
        return;
    }
    if (walker_give_up(walker, "a short poll met more than it can take") < 0)
        return;
    walker->caught_up = false;
    walker_sleep(walker, WALKER_WALKING, 0);
}

/* The walk got further with this page; a window that is walked again must first get as far as it
 * had been. */
static void note_progress(struct walker *walker, enum store_outcome outcome)
{
    bool ended = outcome == STORE_CLOSE || outcome == STORE_WAIT;
    if (!ended && walker->window.pages <= walker->most_pages)
        return;
    walker_succeeded(walker);
    walker->give_ups = 0;
    if (ended)
        walker->most_pages = 0;
}

/* What the walk is once the page's window is closed. */
static struct store_walk walk_after(
    const struct walker *walker, const struct slackaudit_page_summary *summary)
{
    struct store_window window = walker->window;
    window.pages++;
    bool small = window.pages == 1 && summary->entries < (size_t)walker->context.config->page_limit;
    return plan_closed(&walker->walk, walker->context.config->overlap_us / USEC_PER_SEC, &window,
        walker->pieces, walker->piece_count, walker->intake.newest_known, small);
}

/* A whole page came. */
void walker_take_page(struct walker *walker, const struct slackaudit_page_summary *summary)
{
    freeze_latest(walker);
    uint64_t late_before = walker->intake.before.late;
    enum store_outcome outcome = judge(walker, summary);
    if (outcome == STORE_GIVE_UP) {
        drop_page(walker, summary->next_cursor);
        return;
    }
    struct store_walk next = walker->walk;
    if (outcome == STORE_CLOSE && walker->window.kind == STORE_WINDOW_FULL)
        next = walk_after(walker, summary);
    if (commit_page(walker, outcome, summary->next_cursor, &next) < 0)
        return;
    walker->pages++;
    note_new_entries(walker);
    note_progress(walker, outcome);
    warn_of_lateness(walker, late_before);
    if (outcome == STORE_CLOSE)
        closed(walker, &next);
    else if (outcome == STORE_WAIT)
        cut_off_piece(walker);
    walker_sleep(walker, WALKER_WALKING, 0);
    walker_tell_changed(walker);
}
