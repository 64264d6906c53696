#include "output/delivery_parts.h"

#include <stdlib.h>

#include "base/limits.h"

static struct stretch *stretch_new(struct delivery_source *source, uint64_t first, uint64_t end)
{
    struct stretch *stretch = calloc(1, sizeof(*stretch));
    if (stretch == NULL)
        return NULL;
    stretch->source = source;
    stretch->state = STRETCH_AGAIN;
    stretch->first = first;
    stretch->end = end;
    stretch->output_state = (struct buffer)BUFFER_INIT(KIB(64));
    stretch->fates = (struct buffer)BUFFER_INIT(FATES_LIMIT);
    return stretch;
}

/* Puts `stretch` behind `previous`, or first when that is NULL. */
static void insert(
    struct delivery_source *source, struct stretch *previous, struct stretch *stretch)
{
    struct stretch *next = previous == NULL ? source->head : previous->next;
    stretch->previous = previous;
    stretch->next = next;
    *(previous == NULL ? &source->head : &previous->next) = stretch;
    *(next == NULL ? &source->tail : &next->previous) = stretch;
    source->queued++;
}

struct stretch *stretch_append(struct delivery_source *source, uint64_t first, uint64_t end)
{
    struct stretch *stretch = stretch_new(source, first, end);
    if (stretch != NULL)
        insert(source, source->tail, stretch);
    return stretch;
}

struct stretch *stretch_split(struct stretch *stretch, uint64_t at)
{
    struct stretch *rest = stretch_new(stretch->source, at, stretch->end);
    if (rest == NULL)
        return NULL;
    rest->split = stretch->split;
    rest->sent = stretch->sent;
    rest->doubtful = stretch->doubtful;
    stretch->end = at;
    insert(stretch->source, stretch, rest);
    return rest;
}

void stretch_free(struct stretch *stretch)
{
    if (stretch == NULL)
        return;
    struct delivery_source *source = stretch->source;
    *(stretch->previous == NULL ? &source->head : &stretch->previous->next) = stretch->next;
    *(stretch->next == NULL ? &source->tail : &stretch->next->previous) = stretch->previous;
    source->queued--;
    if (source->delivery->filling == stretch)
        source->delivery->filling = NULL;
    stretch_drop_encoding(stretch);
    buffer_deinit(&stretch->output_state);
    buffer_deinit(&stretch->fates);
    free(stretch->reason);
    free(stretch);
}

void delivery_drop_filling(struct delivery *delivery)
{
    struct stretch *stretch = delivery->filling;
    if (stretch == NULL)
        return;
    delivery->filling = NULL;
    if (stretch->end == STRETCH_OPEN) {
        stretch_free(stretch);
        return;
    }
    stretch_drop_encoding(stretch);
    stretch->state = STRETCH_AGAIN;
}

/* ---- Encodings ---- */

struct encoding *encoding_take(struct delivery *delivery)
{
    struct encoding *encoding = delivery->spare;
    if (encoding != NULL) {
        delivery->spare = encoding->next;
        encoding->next = NULL;
        return encoding;
    }
    encoding = calloc(1, sizeof(*encoding));
    /* The cap of a batch bounds what is gathered; one entry alone may pass it, in a format that
     * makes it longer. */
    if (encoding != NULL)
        encoding->body = (struct buffer)BUFFER_INIT(LIMIT_BATCH + 2 * LIMIT_ENTRY);
    return encoding;
}

int encoding_note_message(struct encoding *encoding, uint64_t sequence)
{
    if (encoding->count == encoding->capacity) {
        size_t capacity = encoding->capacity == 0 ? 64 : encoding->capacity * 2;
        size_t *ends = realloc(encoding->ends, capacity * sizeof(*ends));
        if (ends == NULL)
            return ERROR_MEMORY;
        encoding->ends = ends;
        uint64_t *sequences = realloc(encoding->sequences, capacity * sizeof(*sequences));
        if (sequences == NULL)
            return ERROR_MEMORY;
        encoding->sequences = sequences;
        encoding->capacity = capacity;
    }
    encoding->ends[encoding->count] = encoding->body.size;
    encoding->sequences[encoding->count] = sequence;
    encoding->count++;
    return 0;
}

void stretch_drop_encoding(struct stretch *stretch)
{
    struct delivery *delivery = stretch->source->delivery;
    struct encoding *encoding = stretch->encoding;
    if (encoding == NULL)
        return;
    stretch->encoding = NULL;
    stretch->batch.body = (struct buffer){0};
    stretch->batch.ends = NULL;
    /* A giant that went alone must not keep its memory. */
    buffer_clear(&encoding->body);
    if (encoding->body.capacity > 2 * delivery->max_bytes)
        buffer_shrink(&encoding->body, delivery->max_bytes);
    encoding->count = 0;
    encoding->next = delivery->spare;
    delivery->spare = encoding;
}

void delivery_free_spares(struct delivery *delivery)
{
    while (delivery->spare != NULL) {
        struct encoding *encoding = delivery->spare;
        delivery->spare = encoding->next;
        buffer_deinit(&encoding->body);
        free(encoding->ends);
        free(encoding->sequences);
        free(encoding);
    }
}
