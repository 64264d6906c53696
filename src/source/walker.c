#include "source/walker_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"

/* Seconds after which a cursor kept across a restart is not trusted; Slack gives no figure. */
enum { CURSOR_LIFE = 10 * 60 };

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

static void step(void *user)
{
    struct walker *walker = user;
    if (walker->call != NULL || walker->state == WALKER_DONE)
        return;
    if (!walker_has_room(walker))
        return;
    if (!walker->is_open && !walker_open_window(walker))
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
    if (walker_load_seen(
            walker, oldest < walker->walk.seen_from ? oldest : walker->walk.seen_from, &error) < 0)
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
        r = walker_load_seen(walker, walker->walk.seen_from, error);
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
