#include "source/walker_private.h"

#include <stdlib.h>

DEFINE_CLEANUP(struct walker, walker_free)

static const char *walker_name(const struct walker *walker)
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

int64_t walker_rests_until_us(const struct walker *walker)
{
    return walker->call == NULL && loop_timer_is_set(&walker->timer) ? walker->timer.at_us : 0;
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

/* No page comes in before the ids are those of the store: with too few an entry would come twice,
 * with too many one would be lost. */
static bool load_ids(struct walker *walker)
{
    struct error error = ERROR_INIT;
    if (walker_load_seen(walker, &error) < 0) {
        walker_failed_store(walker, &error);
        return false;
    }
    walker->ids_are_stale = false;
    return true;
}

static void step(void *user)
{
    struct walker *walker = user;
    if (walker->call != NULL || walker->state == WALKER_DONE)
        return;
    if (walker->ids_are_stale && !load_ids(walker))
        return;
    if (!walker_has_room(walker))
        return;
    if (walker->ids_are_stale) { /* room was made by giving something up */
        walker_sleep(walker, WALKER_WALKING, 0);
        return;
    }
    if (!walker->is_open && !walker_open_window(walker))
        return;
    walker_call_page(walker);
}

void walker_step_now(struct walker *walker)
{
    if (walker->call == NULL && loop_timer_after(&walker->timer, 0) < 0)
        log_error(
            &walker->subject, "no memory for a timer: the source stands still until a reload");
}

void walker_room(struct walker *walker)
{
    if (walker->state == WALKER_PAUSED)
        walker_step_now(walker);
}

void walker_retry_now(struct walker *walker)
{
    if (walker->state == WALKER_FAILING || walker->state == WALKER_REFUSED)
        walker_step_now(walker);
}

/* What the answers depend on besides the range: when it changes, an open window begins again. */
static uint64_t fingerprint_of(const struct config_source *config)
{
    struct buffer text = BUFFER_INIT(LIMIT_CONFIG);
    /* It fits: all of it stood in a configuration, which is no longer. Without memory the window
     * begins again. */
    (void)buffer_printf(
        &text, "%s\n%s\n%s\n", config->base_url, config->filter.actor, config->filter.entity);
    for (size_t i = 0; config->filter.actions[i] != NULL; i++)
        (void)buffer_printf(&text, "%s\n", config->filter.actions[i]);
    uint64_t fingerprint = hash64(buffer_slice(&text));
    buffer_deinit(&text);
    return fingerprint;
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
    walker->intake.filter = walker->context.filter;
    walker->covered_until = walker->walk.checkpoint;
    r = walker_take_up_windows(walker, error);
    if (r >= 0)
        r = walker_load_seen(walker, error);
    walker->ids_are_stale = false;
    return r;
}

int walker_new(
    struct walker **ret_walker, const struct walker_context *context, struct error *error)
{
    _cleanup_(walker_freep) struct walker *walker = calloc(1, sizeof(*walker));
    if (walker == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for source %s", context->config->name);
    walker->context = *context;
    walker->subject = (struct log_subject){.kind = "source", .name = context->config->name};
    walker->target = context->until > 0 ? context->until : -1;
    walker->newest = walker->walked = walker->neighbour = -1;
    walker->fingerprint = fingerprint_of(context->config);
    (void)governor_ref(context->governor); /* returns what it is given */
    loop_timer_init(&walker->timer, context->loop, step, walker);
    int r = take_up(walker, error);
    if (r >= 0)
        r = open_client(walker, error);
    if (r >= 0 && loop_timer_after(&walker->timer, 0) < 0)
        r = error_set(error, ERROR_MEMORY, "no memory for a timer");
    if (r < 0)
        return r;
    *ret_walker = TAKE(walker);
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
    for (size_t i = 0; i < walker->reread_count; i++)
        store_window_deinit(&walker->rereads[i]);
    governor_unref(walker->context.governor);
    free(walker->cursors);
    free(walker);
}
