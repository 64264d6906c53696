#include "output/delivery_parts.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"

/* A receiver that takes less than this at once is not worth adapting to. */
#define SMALLEST_MAX_BYTES KIB(4)

static struct stretch *stretch_of(struct output_batch *batch)
{
    return (struct stretch *)((char *)batch - offsetof(struct stretch, batch));
}

/* ---- Splitting ---- */

/* Cuts a batch before its message `index`. The unwanted entries between two messages stay with the
 * one before them. */
static struct stretch *split_before(struct stretch *stretch, size_t index)
{
    struct stretch *rest = stretch_split(stretch, stretch->encoding->sequences[index]);
    if (rest != NULL)
        rest->split = true;
    stretch->split = true;
    return rest;
}

static int halve(struct stretch *stretch)
{
    return split_before(stretch, stretch->encoding->count / 2) == NULL ? ERROR_MEMORY : 0;
}

/* The part before, the named entry alone, the part behind. */
static int single_out(struct stretch *stretch, size_t index)
{
    if (index + 1 < stretch->encoding->count && split_before(stretch, index + 1) == NULL)
        return ERROR_MEMORY;
    struct stretch *named = index > 0 ? split_before(stretch, index) : stretch;
    if (named == NULL)
        return ERROR_MEMORY;
    named->named = true;
    return 0;
}

/* The first messages alone, as far as probes go, then the rest. */
static int split_into_probes(struct stretch *stretch)
{
    size_t last = stretch->encoding->count - 1;
    for (size_t index = last < DELIVERY_PROBES ? last : DELIVERY_PROBES; index > 0; index--)
        if (split_before(stretch, index) == NULL)
            return ERROR_MEMORY;
    return 0;
}

/* ---- Refusals ---- */

static void doubt(struct delivery_source *source)
{
    for (struct stretch *stretch = source->head; stretch != NULL; stretch = stretch->next)
        if (stretch->state == STRETCH_REFUSED && !stretch->certain)
            stretch->state = STRETCH_AGAIN;
}

bool delivery_hold_doubtful(struct delivery *delivery)
{
    if (delivery->doubtful == 0)
        return false;
    char text[ERROR_TEXT_SIZE];
    /* It fits. */
    (void)snprintf(text, sizeof(text),
        "it refused %u single entries and has accepted none since the start; its settings may be "
        "wrong, so nothing goes to dead letter: %.300s",
        delivery->doubtful, delivery->setback.text);
    for (struct delivery_source *source = delivery->sources; source != NULL; source = source->next)
        doubt(source);
    delivery->doubtful = 0;
    delivery_hold(delivery, text);
    return true;
}

static void stick(struct delivery *delivery, int code, const char *text)
{
    struct error error = ERROR_INIT;
    (void)error_set(&error, code, "%s", text); /* returns `code` */
    delivery_stuck(delivery, &error);
}

/* A single entry was refused, or is too large by itself. */
static void refuse_one(struct stretch *stretch, const char *message)
{
    struct delivery *delivery = stretch->source->delivery;
    int code = fates_note(stretch, STORE_DEAD);
    if (code < 0) {
        stretch->state = STRETCH_AGAIN;
        stick(delivery, code, "no memory for the ledger");
        return;
    }
    stretch->state = STRETCH_REFUSED;
    stretch->refused = stretch->encoding->sequences[0];
    free(stretch->reason);
    stretch->reason = strdup(message);
    stretch->certain = delivery->accepted;
    if (!stretch->certain && !stretch->split && delivery->lone_letters < DELIVERY_PROBES) {
        stretch->certain = true;
        delivery->lone_letters++;
    }
    if (stretch->certain)
        return;
    /* A cut text is still a text. */
    (void)snprintf(delivery->setback.text, sizeof(delivery->setback.text), "%s", message);
    if (++delivery->doubtful >= DELIVERY_PROBES)
        (void)delivery_hold_doubtful(delivery); /* it does, after so many */
}

static int split_refused(struct stretch *stretch, long index)
{
    struct delivery *delivery = stretch->source->delivery;
    bool known = index >= 0 && (size_t)index < stretch->encoding->count;
    if (known && !delivery->index_doubted)
        return single_out(stretch, (size_t)index);
    return delivery->accepted ? halve(stretch) : split_into_probes(stretch);
}

static int split_too_large(struct stretch *stretch)
{
    struct delivery *delivery = stretch->source->delivery;
    uint64_t half = stretch->encoding->body.size / 2;
    if (half >= SMALLEST_MAX_BYTES && half < delivery->max_bytes) {
        delivery->max_bytes = half;
        log_warning(&delivery->subject,
            "a batch of %zu bytes was too large for it; batches are at most %zu bytes from now on "
            "(set batch.max_bytes lower)",
            stretch->encoding->body.size, (size_t)half);
    }
    return halve(stretch);
}

/* The receiver stands and answers, but does not want this. */
static void handle_refusal(struct stretch *stretch, const struct output_answer *answer)
{
    struct delivery *delivery = stretch->source->delivery;
    if (delivery->accepted || delivery->setback.kind == SETBACK_FAILED)
        delivery_recovered(delivery);
    if (stretch->encoding->count == 1) {
        refuse_one(stretch, answer->message);
        return;
    }
    stretch->state = STRETCH_AGAIN;
    int code = answer->outcome == OUTPUT_TOO_LARGE ? split_too_large(stretch)
                                                   : split_refused(stretch, answer->refused);
    if (code < 0)
        stick(delivery, code, "no memory to split a batch");
}

/* ---- Success ---- */

/* What the position is to move with. */
static int note_delivered(struct stretch *stretch, const struct output_answer *answer)
{
    int code = fates_note(stretch, stretch->doubtful ? STORE_REPEATED : STORE_DELIVERED);
    if (code < 0 || answer->state.data == NULL)
        return code;
    buffer_clear(&stretch->output_state);
    return buffer_append_slice(&stretch->output_state, answer->state);
}

static void handle_delivered(struct stretch *stretch, const struct output_answer *answer)
{
    struct delivery *delivery = stretch->source->delivery;
    int code = note_delivered(stretch, answer);
    /* Without its state a batch would be cut off a file again and sent again: the position must not
     * move then. */
    if (code < 0) {
        stretch->state = STRETCH_AGAIN;
        stick(delivery, code, "no memory for the state of the output");
        return;
    }
    stretch->state = STRETCH_PASSED;
    delivery->delivered += stretch->encoding->count;
    delivery->accepted = true;
    delivery->doubtful = 0;
    if (stretch->named)
        delivery->index_doubted = true;
    delivery->last_success_us = clock_monotonic_us(delivery->clock);
    if (stretch->round == delivery->round)
        delivery_recovered(delivery);
}

void delivery_answered(struct output_batch *batch, const struct output_answer *answer)
{
    struct stretch *stretch = stretch_of(batch);
    struct delivery_source *source = stretch->source;
    struct delivery *delivery = source->delivery;
    delivery->in_flight--;
    stretch->state = STRETCH_AGAIN;
    bool news = stretch->round == delivery->round;
    switch (answer->outcome) {
    case OUTPUT_DELIVERED:
        handle_delivered(stretch, answer);
        break;
    case OUTPUT_TOO_LARGE:
    case OUTPUT_REFUSED:
        handle_refusal(stretch, answer);
        break;
    case OUTPUT_FAILED:
        delivery->turn = source; /* it goes first */
        stretch->doubtful |= fates_answer_is_lost(answer);
        if (news)
            delivery_failed(delivery, answer);
        break;
    case OUTPUT_SENDER_REFUSED:
        if (news)
            delivery_hold(delivery, answer->message);
        break;
    }
    stretch_drop_encoding(stretch);
    if (answer->outcome != OUTPUT_DELIVERED)
        doubt_note(source);

    struct error error = ERROR_INIT;
    if (delivery_advance(source, 0, &error) < 0)
        delivery_stuck(delivery, &error);
    delivery_note_change(delivery);
}
