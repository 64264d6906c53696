#include "output/delivery_parts.h"

/* ---- From before ---- */

void doubt_load(struct delivery_source *source)
{
    const struct delivery *delivery = source->delivery;
    const struct delivery_context *context = &delivery->context;
    if (delivery->type->settles)
        return;
    context->store_type->unanswered(context->store, delivery->config->name, source->store_source,
        &source->doubt_first, &source->doubt_end);
    bool is_known = source->doubt_end != UINT64_MAX;
    if (!is_known) {
        /* Nothing is noted: at most what a delivery has in flight. */
        source->doubt_end = source->position + delivery->max_entries * delivery->max_in_flight;
    } else {
        source->noted_first = source->doubt_first;
        source->noted_end = source->doubt_end;
    }
    if (source->doubt_end > delivery_given_out(source))
        source->doubt_end = delivery_given_out(source);
    if (!is_known)
        doubt_note(source); /* or the notes of others would make it known that nothing is */
}

struct stretch *doubt_append(struct delivery_source *source, uint64_t first)
{
    bool is_doubtful = first >= source->doubt_first && first < source->doubt_end;
    uint64_t end = is_doubtful                   ? source->doubt_end
                   : first < source->doubt_first ? source->doubt_first
                                                 : STRETCH_OPEN;
    struct stretch *stretch = stretch_append(source, first, end);
    if (stretch != NULL)
        stretch->doubtful = is_doubtful;
    return stretch;
}

/* ---- For later ---- */

/* The receiver may have it. */
static bool may_have_come(const struct stretch *stretch)
{
    return stretch->state == STRETCH_SENDING || stretch->doubtful ||
           (stretch->state == STRETCH_PASSED && stretch->sent);
}

void doubt_note(struct delivery_source *source)
{
    const struct delivery *delivery = source->delivery;
    const struct delivery_context *context = &delivery->context;
    uint64_t first = UINT64_MAX, end = 0;
    if (delivery->type->settles)
        return;
    if (source->position < source->doubt_end) {
        first = source->doubt_first;
        end = source->doubt_end;
    }
    for (const struct stretch *stretch = source->head; stretch != NULL; stretch = stretch->next) {
        if (!may_have_come(stretch))
            continue;
        first = stretch->first < first ? stretch->first : first;
        end = stretch->end > end ? stretch->end : end;
    }
    if (end == 0)
        first = 0;
    bool is_old = end == 0 && source->noted_end <= source->position;
    if (is_old || (first == source->noted_first && end == source->noted_end))
        return;
    source->noted_first = first;
    source->noted_end = end;
    context->store_type->sending(
        context->store, delivery->config->name, source->store_source, first, end);
}
