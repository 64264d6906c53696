#include "source/walker_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"

#define CURSOR_LIFE                                                                                \
    (10 * 60) /* seconds after which a cursor kept across a restart is not trusted (Slack gives no \
                 figure) */
#define FLOWING_US (60 * USEC_PER_SEC)
#define PAUSE_US   USEC_PER_SEC

const char *walker_name(const struct walker *walker)
{
    return walker->context.config->name;
}

struct store_source *walker_source(const struct walker *walker)
{
    return walker->source;
}

const char *walker_state_name(enum walker_state state)
{
    static const char *const names[] = {
        [WALKER_STARTING] = "starting",
        [WALKER_WALKING] = "walking",
        [WALKER_RESTING] = "resting",
        [WALKER_PAUSED] = "paused: the store is full",
        [WALKER_FAILING] = "failing",
        [WALKER_REFUSED] = "token refused",
        [WALKER_DONE] = "done",
    };
    return names[state];
}

static int64_t monotonic(const struct walker *walker)
{
    return clock_monotonic_us(loop_clock(walker->context.loop));
}

int64_t walker_slack_now(const struct walker *walker)
{
    struct clock *clock = loop_clock(walker->context.loop);
    int64_t now_us = walker->clock_known ? clock_monotonic_us(clock) + walker->clock_offset_us
                                         : clock_wall_us(clock);
    return now_us / USEC_PER_SEC;
}

void walker_tell_changed(struct walker *walker)
{
    walker->context.changed(walker->context.user, walker);
}

void walker_sleep(struct walker *walker, enum walker_state state, int64_t delay_us)
{
    bool changed = walker->state != state;
    walker->state = state;
    if (loop_timer_after(&walker->timer, delay_us < 0 ? 0 : delay_us) < 0)
        log_error(
            &walker->subject, "no memory for a timer: the source stands still until a reload");
    if (changed)
        walker_tell_changed(walker);
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
        r = intake_load(&walker->intake, walker->walk.seen_from, &error);
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

/* The piece, or the open window, that only takes room while outputs have little left to give back:
 * it is given up and walked in narrower windows. Returns false when there is none, or the store
 * refused. */
static bool give_up_for_room(struct walker *walker)
{
    const struct store_walk *walk = &walker->walk;
    if (walker->is_open && walker->window.bytes > 0) {
        walker->walk.width =
            plan_narrow(walker->window.latest - walker->window.oldest, walker->window.pages * 2);
        return walker_give_up(walker, "it fills the store") == 0;
    }
    if (walker->piece_count == 0)
        return false;
    struct error error = ERROR_INIT;
    struct store_window *highest = &walker->pieces[0];
    int r = walker->context.store_type->commit(
        walker->source, NULL, highest, STORE_GIVE_UP, walk, &error);
    if (r >= 0)
        r = intake_load(&walker->intake, walk->seen_from, &error);
    if (r < 0) {
        walker_failed_store(walker, &error);
        return false;
    }
    log_info(&walker->subject,
        "giving up a closed piece: it fills the store and waits for what lies below it");
    store_window_deinit(highest);
    memmove(highest, highest + 1, --walker->piece_count * sizeof(*highest));
    return true;
}

/* At the cap polling waits for the outputs, unless it is this walk's own undeliverable part that
 * fills the store. */
static bool has_room(struct walker *walker)
{
    struct store_usage usage;
    walker->context.store_type->usage(walker->context.store, &usage);
    uint64_t mark = walker->paused_logged ? usage.max_bytes - usage.max_bytes / 8 : usage.max_bytes;
    while (usage.live_bytes >= mark && usage.open_bytes >= usage.max_bytes / 2) {
        if (walker->is_open && walker->window.latest <= walker->window.oldest)
            return true; /* a window of one second cannot be narrowed: it is finished past the cap
                          */
        if (!give_up_for_room(walker))
            break;
        walker->context.store_type->usage(walker->context.store, &usage);
    }
    if (usage.live_bytes < mark) {
        if (walker->paused_logged)
            log_info(&walker->subject, "the store has room again: polling goes on");
        walker->paused_logged = false;
        return true;
    }
    if (!walker->paused_logged)
        log_warning(&walker->subject,
            "the store is at its cap (%llu of %llu bytes undelivered): polling pauses until the "
            "outputs catch up; nothing is dropped",
            (unsigned long long)usage.live_bytes, (unsigned long long)usage.max_bytes);
    walker->paused_logged = true;
    walker_sleep(walker, WALKER_PAUSED, PAUSE_US);
    return false;
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
    seen_forget_before(&walker->intake.seen, next.seen_from);
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

/* Decides what is due. False: nothing is, or it was arranged. */
static bool open_window(struct walker *walker)
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

static void step(void *user)
{
    struct walker *walker = user;
    if (walker->call != NULL || walker->state == WALKER_DONE)
        return;
    if (!has_room(walker))
        return;
    if (!walker->is_open && !open_window(walker))
        return;
    walker_call_page(walker);
}

static void step_now(struct walker *walker)
{
    if (walker->call == NULL && loop_timer_after(&walker->timer, 0) < 0)
        log_error(
            &walker->subject, "no memory for a timer: the source stands still until a reload");
}

void walker_room(struct walker *walker)
{
    if (walker->state == WALKER_PAUSED)
        step_now(walker);
}

void walker_retry_now(struct walker *walker)
{
    if (walker->state == WALKER_FAILING || walker->state == WALKER_REFUSED)
        step_now(walker);
}

void walker_reread(struct walker *walker, int64_t oldest, int64_t latest)
{
    if (walker->reread_count == WALKER_REREADS) { /* one range over all of them loses nothing */
        oldest = oldest < walker->rereads[0].oldest ? oldest : walker->rereads[0].oldest;
        latest = latest > walker->rereads[0].latest ? latest : walker->rereads[0].latest;
        walker->reread_count = 0;
    }
    walker->rereads[walker->reread_count].oldest = oldest;
    walker->rereads[walker->reread_count].latest = latest;
    walker->reread_count++;
    struct error error = ERROR_INIT;
    if (intake_load(&walker->intake,
            oldest < walker->walk.seen_from ? oldest : walker->walk.seen_from, &error) < 0)
        log_warning(&walker->subject, "%s: entries near the damaged batch may be delivered twice",
            error.text);
    step_now(walker);
}

/* What the answers depend on besides the range: when it changes, an open window begins again. */
static uint64_t fingerprint_of(const struct config_source *config)
{
    struct buffer text = BUFFER_INIT(LIMIT_CONFIG);
    (void)buffer_printf(&text, "%s\n%s\n%s\n", config->base_url, config->filter.actor,
        config->filter.entity); /* short text: checked lengths */
    for (size_t i = 0; config->filter.actions[i] != NULL; i++)
        (void)buffer_printf(&text, "%s\n", config->filter.actions[i]);
    uint64_t fingerprint = hash64(buffer_slice(&text));
    buffer_deinit(&text);
    return fingerprint;
}

/* Takes over the windows that a former process left: pieces wait on, an open window goes on if its
 * cursor can be trusted. */
static int take_up_windows(struct walker *walker, struct error *error)
{
    struct store_window *windows = NULL;
    size_t count = 0;
    int r = walker->context.store_type->windows(walker->source, &windows, &count, error);
    if (r < 0)
        return r;
    int64_t wall = clock_wall_us(loop_clock(walker->context.loop)) / USEC_PER_SEC;
    for (size_t i = 0; i < count; i++) {
        struct store_window *window = &windows[i];
        int64_t age = wall - window->cursor_wall;
        bool usable = window->fingerprint == walker->fingerprint &&
                      window->kind == STORE_WINDOW_FULL &&
                      (window->waiting ? walker->piece_count < LIMIT_PIECES
                                       : !walker->is_open && age >= 0 && age <= CURSOR_LIFE);
        if (r >= 0 && !usable)
            r = walker->context.store_type->commit(
                walker->source, NULL, window, STORE_GIVE_UP, &walker->walk, error);
        if (r < 0 || !usable) {
            store_window_deinit(window);
        } else if (window->waiting) {
            walker->pieces[walker->piece_count++] = *window;
        } else {
            walker->window = *window;
            walker->is_open = true;
            walker->to_now = walker->piece_count == 0 && window->latest == window->opened;
        }
    }
    free(windows);
    return r;
}

static int open_client(struct walker *walker, struct error *error)
{
    const struct config_source *config = walker->context.config;
    int r = secret_load(&config->token, &walker->token, error);
    if (r < 0)
        return r;
    walker->retry = config_retry_build(&config->retry);
    if (walker->retry == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the retry stack");
    return walker_open_client(walker, error);
}

static int take_up(struct walker *walker, struct error *error)
{
    int r = walker->context.store_type->source(
        walker->context.store, walker_name(walker), &walker->source, &walker->walk, error);
    if (r < 0)
        return r;
    intake_init(
        &walker->intake, walker->context.store_type, walker->source, walker->context.config);
    walker->covered_until = walker->walk.checkpoint;
    r = take_up_windows(walker, error);
    if (r >= 0)
        r = intake_load(&walker->intake, walker->walk.seen_from, error);
    return r;
}

int walker_new(
    struct walker **ret_walker, const struct walker_context *context, struct error *error)
{
    struct walker *walker = calloc(1, sizeof(*walker));
    if (walker == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for source %s", context->config->name);
    walker->context = *context;
    walker->subject = (struct log_subject){.kind = "source", .name = context->config->name};
    walker->target = -1;
    walker->newest = -1;
    walker->fingerprint = fingerprint_of(context->config);
    (void)governor_ref(context->governor);
    loop_timer_init(&walker->timer, context->loop, step, walker);
    int r = take_up(walker, error);
    if (r >= 0)
        r = open_client(walker, error);
    if (r >= 0 && loop_timer_after(&walker->timer, 0) < 0)
        r = error_set(error, ERROR_MEMORY, "no memory for a timer");
    if (r < 0) {
        walker_free(walker);
        return r;
    }
    *ret_walker = walker;
    return 0;
}

void walker_free(struct walker *walker)
{
    if (walker == NULL)
        return;
    loop_timer_stop(&walker->timer);
    slackaudit_call_cancel(walker->call);
    if (walker->source != NULL)
        intake_deinit(&walker->intake);
    slackaudit_client_free(walker->client);
    slackaudit_retry_stack_free(walker->retry);
    secret_free(walker->token);
    store_window_deinit(&walker->window);
    for (size_t i = 0; i < walker->piece_count; i++)
        store_window_deinit(&walker->pieces[i]);
    governor_unref(walker->context.governor);
    free(walker->cursors);
    free(walker);
}
