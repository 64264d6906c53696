#include "output/delivery_parts.h"

#include "base/units.h"

enum {
    SLICE_MS = 10,
    QUEUED_STRETCHES = 64, /* past it a source waits for the head of its queue */
};

uint64_t delivery_given_out(const struct delivery_source *source)
{
    return source->delivery->context.store_type->next_sequence(source->store_source);
}

/* Where reading goes on. */
static uint64_t next_to_read(const struct delivery_source *source)
{
    return source->tail == NULL ? source->position : source->tail->end;
}

static size_t batches_allowed(const struct delivery *delivery)
{
    return delivery->setback.kind == SETBACK_NONE && delivery->accepted ? delivery->max_in_flight
                                                                        : 1;
}

/* True when its entries need not wait for company, else `*wake_us` is when they need not any more
 * (monotonic; it is only ever made earlier). */
static bool is_gathered(struct delivery_source *source, int64_t *wake_us)
{
    const struct delivery *delivery = source->delivery;
    uint64_t next = next_to_read(source), end = delivery_given_out(source);
    if (next >= end) {
        source->gathering_us = 0;
        return false;
    }
    if (delivery->max_wait_us == 0 || next < source->gathered_end)
        return true;
    int64_t now = clock_monotonic_us(delivery->clock);
    if (source->gathering_us == 0)
        source->gathering_us = now;
    int64_t ready = source->gathering_us + delivery->max_wait_us;
    if (end - next >= delivery->max_entries || now >= ready || ready <= source->rests_until_us ||
        (end - next) * delivery->bytes_per_entry >= delivery->max_bytes) {
        source->gathered_end = end;
        source->gathering_us = 0;
        return true;
    }
    if (ready < *wake_us)
        *wake_us = ready;
    return false;
}

static struct stretch *first_again(const struct delivery_source *source)
{
    struct stretch *stretch = source->head;
    while (stretch != NULL && stretch->state != STRETCH_AGAIN)
        stretch = stretch->next;
    return stretch;
}

static struct delivery_source *next_in_turn(const struct delivery_source *source)
{
    return source->next == NULL ? source->delivery->sources : source->next;
}

/* Finds what to send next and begins to fill it: what must be sent again before what is new. 1:
 * there is nothing (the gather timer is set when something will be). */
static int choose(struct delivery *delivery, struct error *error)
{
    struct delivery_source *source = delivery->turn;
    int64_t wake_us = INT64_MAX;
    while (source != NULL) {
        struct stretch *stretch = first_again(source);
        if (stretch == NULL && source->queued < QUEUED_STRETCHES && is_gathered(source, &wake_us)) {
            stretch = doubt_append(source, next_to_read(source));
            if (stretch == NULL)
                return error_set(error, ERROR_MEMORY, "no memory for a batch");
        }
        if (stretch != NULL) {
            stretch->state = STRETCH_FILLING;
            delivery->filling = stretch;
            return 0;
        }
        source = next_in_turn(source);
        if (source == delivery->turn)
            break;
    }
    loop_timer_stop(&delivery->gather);
    if (wake_us != INT64_MAX && loop_timer_at(&delivery->gather, wake_us) < 0)
        loop_task_post(&delivery->pump); /* no memory: look again at once */
    return 1;
}

static void send_batch(struct delivery *delivery, struct stretch *stretch)
{
    struct encoding *encoding = stretch->encoding;
    delivery->filling = NULL;
    delivery->turn = next_in_turn(stretch->source);
    stretch->state = STRETCH_SENDING;
    stretch->round = delivery->round;
    stretch->batch = (struct output_batch){
        .source = stretch->source->shown,
        .first = encoding->sequences[0],
        .count = encoding->count,
        .body = encoding->body,
        .ends = encoding->ends,
        .done = delivery_answered,
    };
    delivery->in_flight++;
    delivery->batches++;
    if (stretch->sent)
        delivery->retries++;
    stretch->sent = true;
    doubt_note(stretch->source);
    delivery->type->send(delivery->output, &stretch->batch);
}

/* Every source, since the first thing that is accepted settles what was refused before. */
static int advance_all(struct delivery *delivery, int64_t deadline_us, struct error *error)
{
    int code = 0;
    for (struct delivery_source *source = delivery->sources; source != NULL && code == 0;
         source = source->next)
        code = delivery_advance(source, deadline_us, error);
    return code;
}

int delivery_step(struct delivery *delivery, struct error *error)
{
    int64_t deadline_us = clock_monotonic_us(delivery->clock) + SLICE_MS * USEC_PER_MSEC;
    int code = advance_all(delivery, deadline_us, error);
    if (code != 0)
        return code;
    if (delivery->draining || delivery->in_flight >= batches_allowed(delivery))
        return 0;
    if (delivery->filling == NULL) {
        code = choose(delivery, error);
        if (code < 0)
            return code;
        if (code > 0) {
            if (delivery->in_flight == 0 && !loop_timer_is_set(&delivery->gather))
                (void)delivery_hold_doubtful(delivery); /* nothing is to be sent either way */
            delivery_unstuck(delivery);
            return 0;
        }
    }
    code = delivery_fill(delivery, deadline_us, error);
    if (code != 0)
        return code;
    delivery_unstuck(delivery);
    if (delivery->filling != NULL)
        send_batch(delivery, delivery->filling);
    return 1;
}
