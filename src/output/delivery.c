#include "output/delivery_parts.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "store/beside.h"

enum { DEFAULT_MAX_ENTRIES = 1000 };

#define DEFAULT_MAX_BYTES MIB(1)

void delivery_note_change(struct delivery *delivery)
{
    delivery->changed = true;
    loop_task_post(&delivery->pump);
}

static enum delivery_state state_of(const struct delivery *delivery)
{
    if (delivery->setback.kind != SETBACK_NONE)
        return delivery->setback.kind == SETBACK_HELD ? DELIVERY_HELD : DELIVERY_WAITING;
    return delivery_is_caught_up(delivery) ? DELIVERY_IDLE : DELIVERY_ACTIVE;
}

/* The task that does everything but answers. */
static void pump(void *user)
{
    struct delivery *delivery = user;
    if (!delivery_is_waiting(delivery)) {
        struct error error = ERROR_INIT;
        int code = delivery_step(delivery, &error);
        if (code < 0)
            delivery_stuck(delivery, &error);
        else if (code > 0)
            loop_task_post(&delivery->pump);
    }
    bool at_rest = delivery->filling == NULL && delivery->in_flight == 0;
    if (at_rest && !delivery->pump.posted) {
        delivery_release_block(delivery);
        delivery_free_spares(delivery);
    }
    enum delivery_state state = state_of(delivery);
    bool tell = delivery->changed || state != delivery->told_state;
    delivery->changed = false;
    delivery->told_state = state;
    if (tell && delivery->context.changed != NULL)
        delivery->context.changed(delivery->context.user, delivery);
}

/* The gather and the retry timer. */
static void post_pump(void *user)
{
    struct delivery *delivery = user;
    loop_task_post(&delivery->pump);
}

/* ---- Life ---- */

int delivery_keep_state(void *user, struct slice state, struct error *error)
{
    struct delivery *delivery = user;
    for (struct delivery_source *source = delivery->sources; source != NULL; source = source->next)
        for (struct stretch *stretch = source->head; stretch != NULL; stretch = stretch->next)
            if (stretch->output_state.size > 0)
                return error_set(error, ERROR_UNAVAILABLE,
                    "the store has not yet taken the acknowledgement of the last batch");
    return delivery->context.store_type->output_state_set(
        delivery->context.store, delivery->config->name, state, error);
}

static int open_output(struct delivery *delivery, struct error *error)
{
    _cleanup_(buffer_deinit) struct buffer state = BUFFER_INIT(KIB(64));
    int code = delivery->context.store_type->output_state(
        delivery->context.store, delivery->config->name, &state, error);
    if (code < 0)
        return code;
    const struct output_context context = {
        .config = delivery->config,
        .loop = delivery->context.loop,
        .http = delivery->context.http,
        .subject = delivery->subject,
        .state = buffer_slice(&state),
        .keep_state = delivery_keep_state,
        .user = delivery,
    };
    return delivery->type->open(&delivery->output, &context, error);
}

static int set_up(struct delivery *delivery, struct error *error)
{
    const struct config_output *config = delivery->config;
    delivery->selection = (struct selection){.only = config->only, .except = config->except};
    int code = redact_new(&delivery->redact, config->redact, error);
    if (code < 0)
        return code;
    if (dead_letter_init(&delivery->letters, config->dead_letter, config->name) < 0)
        return error_set(error, ERROR_MEMORY, "no memory for an output");
    delivery->retry_stack = config_retry_build(&config->retry);
    if (delivery->retry_stack == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a retry stack");
    slackaudit_retry_state_init(&delivery->retry_state, NULL);
    return open_output(delivery, error);
}

/* The batch settings; what a configuration built by hand leaves at zero gets a default. */
static void set_limits(struct delivery *delivery)
{
    const struct config_output *config = delivery->config;
    size_t entries = config->batch.max_entries;
    uint64_t bytes = config->batch.max_bytes;
    delivery->max_entries = entries == 0 ? DEFAULT_MAX_ENTRIES : entries;
    if (delivery->max_entries > LIMIT_BATCH_ENTRIES)
        delivery->max_entries = LIMIT_BATCH_ENTRIES;
    delivery->max_bytes = bytes == 0 ? DEFAULT_MAX_BYTES : bytes;
    if (delivery->max_bytes > LIMIT_BATCH)
        delivery->max_bytes = LIMIT_BATCH;
    delivery->max_wait_us = config->batch.max_wait_us;
    bool one = delivery->type->one_at_a_time || config->max_in_flight < 1;
    delivery->max_in_flight = one ? 1 : (size_t)config->max_in_flight;
}

DEFINE_CLEANUP(struct delivery, delivery_free)

int delivery_new_with(struct delivery **ret_delivery, const struct delivery_context *context,
    const struct output_type *type, struct error *error)
{
    _cleanup_(delivery_freep) struct delivery *delivery = calloc(1, sizeof(*delivery));
    if (delivery == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for an output");
    delivery->context = *context;
    delivery->config = context->config;
    delivery->clock = loop_clock(context->loop);
    delivery->subject = (struct log_subject){.kind = "output", .name = context->config->name};
    delivery->type = type;
    delivery->redacted = (struct buffer)BUFFER_INIT(2 * LIMIT_ENTRY);
    loop_task_init(&delivery->pump, context->loop, pump, delivery);
    loop_timer_init(&delivery->gather, context->loop, post_pump, delivery);
    loop_timer_init(&delivery->retry, context->loop, post_pump, delivery);
    set_limits(delivery);
    int code = set_up(delivery, error);
    if (code < 0)
        return code;
    *ret_delivery = TAKE(delivery);
    return 0;
}

int delivery_new(
    struct delivery **ret_delivery, const struct delivery_context *context, struct error *error)
{
    const struct output_type *type = output_find(context->config);
    if (type == NULL)
        return error_set(
            error, ERROR_INVALID, "there is no receiver \"%s\"", context->config->http.api);
    return delivery_new_with(ret_delivery, context, type, error);
}

void delivery_free(struct delivery *delivery)
{
    if (delivery == NULL)
        return;
    while (delivery->sources != NULL)
        delivery_remove_source(delivery, delivery->sources->name);
    if (delivery->output != NULL)
        delivery->type->close(delivery->output);
    loop_task_cancel(&delivery->pump);
    loop_timer_stop(&delivery->gather);
    loop_timer_stop(&delivery->retry);
    delivery_free_spares(delivery);
    slackaudit_retry_stack_free(delivery->retry_stack);
    redact_free(delivery->redact);
    buffer_deinit(&delivery->redacted);
    dead_letter_deinit(&delivery->letters);
    free(delivery);
}

/* ---- Sources ---- */

/* The place that points to the source of that name, or to the end of the list. */
static struct delivery_source **find_source(struct delivery *delivery, const char *name)
{
    struct delivery_source **place = &delivery->sources;
    while (*place != NULL && strcmp((*place)->name, name) != 0)
        place = &(*place)->next;
    return place;
}

int delivery_add_source(struct delivery *delivery, const char *name,
    struct store_source *store_source, struct error *error)
{
    struct delivery_source **place = find_source(delivery, name);
    if (*place != NULL)
        return 0;
    _cleanup_free_ struct delivery_source *source = calloc(1, sizeof(*source));
    _cleanup_free_ char *copy = strdup(name);
    struct slice configured = source_configured(name);
    _cleanup_free_ char *shown = strndup(configured.data, configured.size);
    if (source == NULL || copy == NULL || shown == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for source %s", name);
    int code = delivery->context.store_type->attach(
        delivery->context.store, delivery->config->name, store_source, &source->position, error);
    if (code < 0)
        return code;
    source->delivery = delivery;
    source->store_source = store_source;
    source->name = TAKE(copy);
    source->shown = TAKE(shown);
    doubt_load(source);
    *place = TAKE(source);
    if (delivery->turn == NULL)
        delivery->turn = *place;
    loop_task_post(&delivery->pump);
    return 0;
}

void delivery_remove_source(struct delivery *delivery, const char *name)
{
    struct delivery_source **place = find_source(delivery, name);
    struct delivery_source *source = *place;
    if (source == NULL)
        return;
    while (source->head != NULL) {
        if (source->head->state == STRETCH_SENDING) {
            delivery->type->cancel(delivery->output, &source->head->batch);
            delivery->in_flight--;
        }
        stretch_free(source->head);
    }
    if (delivery->block_source == source)
        delivery_release_block(delivery);
    if (delivery->turn == source)
        delivery->turn = source->next == NULL ? delivery->sources : source->next;
    if (delivery->turn == source)
        delivery->turn = NULL;
    *place = source->next;
    delivery->context.store_type->detach(
        delivery->context.store, delivery->config->name, source->store_source);
    free(source->name);
    free(source->shown);
    free(source);
    delivery_note_change(delivery);
}

/* ---- From outside ---- */

void delivery_wake(struct delivery *delivery)
{
    loop_task_post(&delivery->pump);
}

void delivery_source_rests(struct delivery *delivery, const char *name, int64_t until_us)
{
    struct delivery_source *source = *find_source(delivery, name);
    if (source == NULL)
        return;
    source->rests_until_us = until_us;
    if (source->gathering_us != 0)
        loop_task_post(&delivery->pump);
}

void delivery_drain(struct delivery *delivery)
{
    delivery->draining = true;
    delivery_drop_filling(delivery);
    delivery_note_change(delivery);
}

bool delivery_is_quiet(const struct delivery *delivery)
{
    return delivery->in_flight == 0;
}

bool delivery_is_caught_up(const struct delivery *delivery)
{
    for (const struct delivery_source *source = delivery->sources; source != NULL;
         source = source->next)
        if (source->position < delivery_given_out(source))
            return false;
    return true;
}

void delivery_retry_now(struct delivery *delivery)
{
    loop_timer_stop(&delivery->retry);
    delivery->setback.doublings = 0;
    set_limits(delivery); /* what was learned about max_bytes may be out of date */
    slackaudit_retry_state_init(&delivery->retry_state, NULL);
    delivery_note_change(delivery);
}

void delivery_reopen(struct delivery *delivery)
{
    if (delivery->type->reopen != NULL)
        delivery->type->reopen(delivery->output);
}

void delivery_status(const struct delivery *delivery, struct delivery_status *ret_status)
{
    *ret_status = (struct delivery_status){
        .state = state_of(delivery),
        .delivered = delivery->delivered,
        .dead = delivery->letters.count,
        .retries = delivery->retries,
        .batches = delivery->batches,
        .failures = delivery->setback.tries,
        .retry_at_us = delivery_is_waiting(delivery) ? delivery->retry.at_us : 0,
        .last_success_us = delivery->last_success_us,
    };
    /* Fits: both have one size. */
    (void)snprintf(
        ret_status->last_error, sizeof(ret_status->last_error), "%s", delivery->setback.text);
}
