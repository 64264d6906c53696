/* The window: which one is opened, how it is given up, and what comes between two of them. */
#include "source/walker_private.h"

#include "base/units.h"

#define FLOWING_US (60 * USEC_PER_SEC)

enum { QUICK_GIVE_UPS = 2 }; /* more are not made at full speed */

static int64_t monotonic(const struct walker *walker)
{
    return clock_monotonic_us(loop_clock(walker->context.loop));
}

static int64_t overlap(const struct walker *walker)
{
    return walker->context.config->overlap_us / USEC_PER_SEC;
}

void walker_close_window(struct walker *walker)
{
    store_window_deinit(&walker->window);
    walker->window = (struct store_window){0};
    walker->is_open = false;
    walker->to_now = false;
    walker->neighbour = -1;
    walker->cursor_count = 0;
}

int walker_give_up(struct walker *walker, const char *why)
{
    intake_undo(&walker->intake);
    if (walker->window.kind == STORE_WINDOW_REREAD)
        walker_put_reread_back(walker, walker->context.config->poll_interval_us);
    if (walker->window.id != 0) {
        struct error error = ERROR_INIT;
        int r = walker->context.store_type->commit(
            walker->source, NULL, &walker->window, STORE_GIVE_UP, &walker->walk, &error);
        if (r < 0) {
            walker_failed_store(walker, &error);
            return r;
        }
        walker->ids_are_stale = true;
    }
    walker->windows_given_up++;
    if (walker->window.kind == STORE_WINDOW_FRESH)
        walker->fresh_due_us = monotonic(walker) + walker->context.config->fresh_interval_us;
    log_info(&walker->subject, "giving up the window after %u pages and walking it again: %s",
        walker->window.pages, why);
    walker_close_window(walker);
    return 0;
}

void walker_give_up_cursor(struct walker *walker, const char *why)
{
    if (walker->window.pages > walker->most_pages)
        walker->most_pages = walker->window.pages;
    if (walker_give_up(walker, why) < 0)
        return;
    if (++walker->give_ups == 1) { /* cursors expire: that is nothing to worry about */
        walker_sleep(walker, WALKER_WALKING, 0);
        return;
    }
    walker_note_failure(walker, why);
    if (walker->give_ups <= QUICK_GIVE_UPS)
        walker_sleep(walker, WALKER_WALKING, 0);
    else
        walker_sleep(walker, WALKER_FAILING, walker->context.config->poll_interval_us);
}

static void set_window(
    struct walker *walker, enum store_window_kind kind, int64_t oldest, int64_t latest, bool to_now)
{
    store_window_deinit(&walker->window);
    walker->window = (struct store_window){.kind = kind,
        .oldest = oldest,
        .latest = latest,
        .opened = walker_slack_now(walker),
        .fingerprint = walker->fingerprint};
    walker->is_open = true;
    walker->to_now = to_now;
    walker->probed = false;
    walker->neighbour = -1;
    walker->cursor_count = 0;
    log_debug(
        &walker->subject, "window opened: %lld to %lld", (long long)oldest, (long long)latest);
}

/* A piece that reached the present when it was read ends a round, though a long one: the next is
 * due a poll's time after that present. */
static void note_round(struct walker *walker, const struct store_window *piece)
{
    if (walker->piece_count > 0 || piece->latest < piece->opened)
        return;
    int64_t ago_us = (walker_slack_now(walker) - piece->opened) * USEC_PER_SEC;
    walker->full_due_us = monotonic(walker) - ago_us + walker->context.config->poll_interval_us;
    walker->caught_up = true;
}

/* The lowest piece has nothing missing below it: its entries can go. */
static int release_piece(struct walker *walker)
{
    struct store_window *piece = &walker->pieces[walker->piece_count - 1];
    struct store_walk next = plan_closed(&walker->walk, overlap(walker), piece, walker->pieces,
        walker->piece_count - 1, walker->intake.newest_known, false);
    next.width = walker->walk.width;
    struct error error = ERROR_INIT;
    int r =
        walker->context.store_type->commit(walker->source, NULL, piece, STORE_CLOSE, &next, &error);
    if (r < 0) {
        walker_failed_store(walker, &error);
        return r;
    }
    walker->walk = next;
    walker->walked = piece->latest;
    walker->piece_count--;
    walker->windows++;
    note_round(walker, piece);
    store_window_deinit(piece);
    seen_forget(&walker->intake.seen, 0, next.seen_from);
    walker->context.stored(walker->context.user, walker);
    return 0;
}

/* Entries came lately, so short polls between the full ones are worth their calls. */
static bool is_flowing(const struct walker *walker)
{
    const struct config_source *config = walker->context.config;
    int64_t patience =
        config->poll_interval_us > FLOWING_US ? config->poll_interval_us : FLOWING_US;
    return !walker->context.once && config->fresh_interval_us > 0 && walker->newest >= 0 &&
           monotonic(walker) - walker->last_new_us < patience;
}

static void rest(struct walker *walker)
{
    walker->caught_up = true;
    walker->probed = false;
    if (walker->reread_count == 0)
        walker_succeeded(walker);
    if (walker->context.once && walker->reread_count == 0) {
        walker->state = WALKER_DONE;
        loop_timer_stop(&walker->timer);
        walker_tell_changed(walker);
        return;
    }
    int64_t due = walker->context.once ? INT64_MAX : walker->full_due_us;
    if (walker->reread_count > 0 && walker->reread_due_us < due)
        due = walker->reread_due_us;
    if (is_flowing(walker) && walker->fresh_due_us < due)
        due = walker->fresh_due_us;
    walker_sleep(walker, WALKER_RESTING, due - monotonic(walker));
}

/* The configured start becomes a time, once, and is kept: the API may fail for days from here on.
 * False: the store refused. */
static bool resolve_start(struct walker *walker)
{
    if (walker->walk.start >= 0)
        return true;
    const struct config_source *config = walker->context.config;
    int64_t start =
        config->start == CONFIG_START_AT ? config->start_value : walker_slack_now(walker);
    if (config->start == CONFIG_START_AGO)
        start -= config->start_value;
    /* A clock that is ahead must not put the start behind entries that come only now. */
    int64_t newest = walker->clock.newest;
    if (config->start != CONFIG_START_AT && newest > 0 && start > newest)
        start = newest + 1;
    if (start < PLAN_BEGINNING) /* Slack has nothing before, and refuses to be asked */
        start = PLAN_BEGINNING;
    struct store_walk walk = walker->walk;
    walk.start = walk.seen_from = start;
    struct error error = ERROR_INIT;
    if (walker->context.store_type->commit(
            walker->source, NULL, NULL, STORE_KEEP_OPEN, &walk, &error) < 0) {
        walker_failed_store(walker, &error);
        return false;
    }
    walker->walk = walk;
    return true;
}

/* What is due, with every piece released that can be. False: something else comes first. */
static bool make_plan(struct walker *walker, struct plan *ret_plan)
{
    if (walker->clock.known &&
        plan_heed_clock(&walker->walk, walker->intake.newest_known, walker_slack_now(walker))) {
        log_warning(&walker->subject,
            "Slack's clock went back behind what was read: it goes on from the newest entry that "
            "is known");
        walker->ids_are_stale = true; /* more of them are needed */
        walker_sleep(walker, WALKER_WALKING, 0);
        return false;
    }
    for (;;) {
        int64_t now = walker->target >= 0 ? walker->target : walker_slack_now(walker);
        const struct store_window *piece =
            walker->piece_count == 0 ? NULL : &walker->pieces[walker->piece_count - 1];
        *ret_plan = plan_next(&walker->walk, overlap(walker), piece, walker->walked, now);
        if (ret_plan->action != PLAN_RELEASE)
            return true;
        if (release_piece(walker) < 0)
            return false;
    }
}

/* Whether Slack's clock must be asked before the plan can be followed: the host's does not count,
 * and a disputed one stands still at the newest entry that was shown. */
static bool is_time_unsure(const struct walker *walker, const struct plan *plan)
{
    bool depends = plan->action == PLAN_NOTHING || !plan->to_now;
    if (!walker->clock.known)
        return depends || walker->context.until > 0;
    return walker->clock.disputed && !walker->probed && !walker->context.once &&
           (plan->action == PLAN_NOTHING || plan->to_now);
}

/* While the clock stands still at the newest entry, late ones may show below it. */
static struct plan plan_again(const struct walker *walker, struct plan plan)
{
    bool still = walker->clock.disputed && walker->probed && walker->piece_count == 0 &&
                 walker_slack_now(walker) == walker->walk.checkpoint;
    if (!still || walker->context.once || plan.action != PLAN_NOTHING)
        return plan;
    return (struct plan){.action = PLAN_WINDOW,
        .oldest = plan_oldest(&walker->walk, overlap(walker)),
        .latest = walker->walk.checkpoint,
        .to_now = true};
}

/* Opens the next full window. False: a call, a rest or a wait was arranged instead. */
static bool open_full(struct walker *walker)
{
    if (walker->walk.start < 0 && !walker->clock.known &&
        walker->context.config->start != CONFIG_START_AT) {
        walker_call_probe(walker); /* a start that is relative is relative to Slack's clock */
        return false;
    }
    if (!resolve_start(walker))
        return false;
    struct plan plan;
    bool was_behind = !walker->caught_up;
    if (!make_plan(walker, &plan))
        return false;
    if (is_time_unsure(walker, &plan)) {
        walker_call_probe(walker);
        return false;
    }
    plan = plan_again(walker, plan);
    bool round_ended = was_behind && walker->caught_up && monotonic(walker) < walker->full_due_us;
    if (plan.action == PLAN_NOTHING)
        walker->full_due_us = monotonic(walker) + walker->context.config->poll_interval_us;
    if (plan.action == PLAN_NOTHING || (round_ended && !walker->context.once)) {
        rest(walker);
        return false;
    }
    set_window(walker, STORE_WINDOW_FULL, plan.oldest, walker->clock.known ? plan.latest : -1,
        plan.to_now);
    return true;
}

/* Nothing can have come since the newest known entry while the clock stands still. */
static bool open_fresh(struct walker *walker)
{
    int64_t now = walker_slack_now(walker);
    int64_t oldest = walker->newest - PLAN_FRESH_BACK;
    if (oldest < walker->walk.seen_from)
        oldest = walker->walk.seen_from;
    walker->fresh_due_us = monotonic(walker) + walker->context.config->fresh_interval_us;
    if (oldest > now || walker->clock.disputed)
        return false;
    set_window(walker, STORE_WINDOW_FRESH, oldest, now, false);
    return true;
}

/* The last range that must be read again, as far as it is not in the future. */
static bool open_reread(struct walker *walker)
{
    int64_t now = walker_slack_now(walker);
    struct store_window *range = &walker->rereads[walker->reread_count - 1];
    if (range->oldest > now) { /* a clock that went back */
        walker->reread_due_us = monotonic(walker) + walker->context.config->poll_interval_us;
        return false;
    }
    walker->reread_count--;
    set_window(walker, STORE_WINDOW_REREAD, range->oldest,
        range->latest < now ? range->latest : now, false);
    walker->window.id = range->id;
    return true;
}

/* Decides what is due. */
bool walker_open_window(struct walker *walker)
{
    int64_t now_us = monotonic(walker);
    if (walker->reread_count > 0 && walker->clock.known && now_us >= walker->reread_due_us &&
        open_reread(walker))
        return true;
    if (!walker->caught_up || (now_us >= walker->full_due_us && !walker->context.once))
        return open_full(walker);
    if (is_flowing(walker) && now_us >= walker->fresh_due_us && open_fresh(walker))
        return true;
    rest(walker);
    return false;
}
