/* The window: which one is opened, how it is given up, and what comes between two of them. */
#include "source/walker_private.h"

#include "base/units.h"

#define FLOWING_US (60 * USEC_PER_SEC)

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
    walker->rereading = false;
    walker->cursor_count = 0;
}

int walker_give_up(struct walker *walker, const char *why)
{
    intake_undo(&walker->intake);
    struct error error = ERROR_INIT;
    int r = 0;
    if (walker->window.id != 0)
        r = walker->context.store_type->commit(
            walker->source, NULL, &walker->window, STORE_GIVE_UP, &walker->walk, &error);
    if (r >= 0)
        r = walker_load_seen(walker, walker->walk.seen_from, &error);
    if (r < 0) {
        walker_failed_store(walker, &error);
        return r;
    }
    walker->windows_given_up++;
    walker->give_ups++;
    log_info(&walker->subject, "giving up the window after %u pages and walking it again: %s",
        walker->window.pages, why);
    walker_close_window(walker);
    return 0;
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
    walker->cursor_count = 0;
    log_debug(
        &walker->subject, "window opened: %lld to %lld", (long long)oldest, (long long)latest);
}

/* The lowest piece has nothing missing below it: its entries can go. */
static int release_piece(struct walker *walker)
{
    struct store_window *piece = &walker->pieces[walker->piece_count - 1];
    struct store_walk next = plan_closed(
        &walker->walk, overlap(walker), piece, walker->pieces, walker->piece_count - 1, false);
    next.width = walker->walk.width;
    struct error error = ERROR_INIT;
    int r =
        walker->context.store_type->commit(walker->source, NULL, piece, STORE_CLOSE, &next, &error);
    if (r < 0) {
        walker_failed_store(walker, &error);
        return r;
    }
    walker->walk = next;
    walker->piece_count--;
    walker->windows++;
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
    return config->fresh_interval_us > 0 && walker->newest >= 0 &&
           monotonic(walker) - walker->last_new_us < patience;
}

static void rest(struct walker *walker)
{
    walker->caught_up = true;
    if (walker->context.once) {
        walker->state = WALKER_DONE;
        loop_timer_stop(&walker->timer);
        walker_tell_changed(walker);
        return;
    }
    int64_t due = walker->full_due_us;
    if (is_flowing(walker) && walker->fresh_due_us < due)
        due = walker->fresh_due_us;
    walker_sleep(walker, WALKER_RESTING, due - monotonic(walker));
}

/* The configured start becomes a time, once; it is stored with the first window. */
static void resolve_start(struct walker *walker)
{
    if (walker->walk.start >= 0)
        return;
    const struct config_source *config = walker->context.config;
    int64_t start =
        config->start == CONFIG_START_AT ? config->start_value : walker_slack_now(walker);
    if (config->start == CONFIG_START_AGO)
        start -= config->start_value;
    if (start < PLAN_BEGINNING) /* Slack has nothing before, and refuses to be asked */
        start = PLAN_BEGINNING;
    walker->walk.start = start;
    walker->walk.seen_from = start;
}

/* Opens the next full window. False: a call, a rest or a wait was arranged instead. */
static bool open_full(struct walker *walker)
{
    if (walker->walk.start < 0 && !walker->clock_known &&
        walker->context.config->start != CONFIG_START_AT) {
        walker_call_probe(walker); /* a start that is relative is relative to Slack's clock */
        return false;
    }
    resolve_start(walker);
    for (;;) {
        int64_t now = walker->target >= 0 ? walker->target : walker_slack_now(walker);
        const struct store_window *piece =
            walker->piece_count == 0 ? NULL : &walker->pieces[walker->piece_count - 1];
        struct plan plan = plan_next(&walker->walk, overlap(walker), piece, now);
        if (plan.action == PLAN_RELEASE) {
            if (release_piece(walker) < 0)
                return false;
            continue;
        }
        if (plan.action == PLAN_NOTHING) {
            walker->full_due_us = monotonic(walker) + walker->context.config->poll_interval_us;
            if (!walker->clock_known)
                walker_call_probe(walker); /* the host's clock says so; only Slack's counts */
            else
                rest(walker);
            return false;
        }
        if (!walker->clock_known &&
            !plan.to_now) { /* where a back-fill ends is for Slack's clock to say */
            walker_call_probe(walker);
            return false;
        }
        set_window(walker, STORE_WINDOW_FULL, plan.oldest, walker->clock_known ? plan.latest : -1,
            plan.to_now);
        return true;
    }
}

static bool open_fresh(struct walker *walker)
{
    int64_t now = walker_slack_now(walker);
    int64_t oldest = walker->newest - PLAN_FRESH_BACK;
    if (oldest < walker->walk.seen_from)
        oldest = walker->walk.seen_from;
    if (oldest > now)
        return false;
    set_window(walker, STORE_WINDOW_FRESH, oldest, now, false);
    return true;
}

/* Decides what is due. */
bool walker_open_window(struct walker *walker)
{
    if (walker->reread_count > 0 && walker->clock_known) {
        walker->reread_count--;
        set_window(walker, STORE_WINDOW_FRESH, walker->rereads[walker->reread_count].oldest,
            walker->rereads[walker->reread_count].latest, false);
        walker->rereading = true;
        return true;
    }
    if (!walker->caught_up || (monotonic(walker) >= walker->full_due_us && !walker->context.once))
        return open_full(walker);
    bool fresh =
        is_flowing(walker) && !walker->context.once && monotonic(walker) >= walker->fresh_due_us;
    if (fresh && open_fresh(walker))
        return true;
    rest(walker);
    return false;
}
