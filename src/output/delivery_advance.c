#include "output/delivery_parts.h"

#include "base/cleanup.h"
#include "base/units.h"

enum { LETTER_LOG_SECONDS = 60 };

/* A wrong format can refuse thousands: the first is told, then a count every minute. */
static void log_letter(const struct stretch *stretch, const char *reason)
{
    struct delivery *delivery = stretch->source->delivery;
    int64_t now = clock_monotonic_us(delivery->clock);
    delivery->letters_unlogged++;
    bool first = delivery->letters.count == 1;
    if (!first && now - delivery->letter_logged_us < LETTER_LOG_SECONDS * USEC_PER_SEC)
        return;
    log_warning(&delivery->subject,
        "%llu refused for good and kept in %s; the last is number %llu of source %s: %s",
        (unsigned long long)delivery->letters_unlogged, delivery->letters.path,
        (unsigned long long)stretch->refused, stretch->source->name, reason);
    delivery->letter_logged_us = now;
    delivery->letters_unlogged = 0;
}

static int write_letter(struct stretch *stretch, struct error *error)
{
    struct delivery *delivery = stretch->source->delivery;
    const char *reason = stretch->reason == NULL ? "refused" : stretch->reason;
    const struct store_entry *entry;
    int code = delivery_read(stretch->source, stretch->refused, &entry, error);
    if (code < 0)
        return code;
    if (code > 0 || entry->sequence != stretch->refused)
        return 0; /* condemned meanwhile: it comes again under another number */
    code = dead_letter_write(&delivery->letters, stretch->source->shown, entry, reason,
        clock_wall_us(delivery->clock) / USEC_PER_SEC, error);
    if (code < 0)
        return code;
    log_letter(stretch, reason);
    return 0;
}

static bool is_for_dead_letter(const struct stretch *stretch)
{
    return stretch->state == STRETCH_REFUSED &&
           (stretch->certain || stretch->source->delivery->accepted);
}

static int acknowledge(struct delivery_source *source, uint64_t sequence,
    const struct stretch *with_state, struct error *error)
{
    const struct delivery_context *context = &source->delivery->context;
    struct slice state = {.data = NULL};
    if (with_state != NULL)
        state = buffer_slice(&with_state->output_state);
    _cleanup_(buffer_deinit) struct buffer fates = BUFFER_INIT(FATES_LIMIT);
    int code = fates_gather(source, sequence, &fates, error);
    if (code < 0)
        return code;
    struct error local = ERROR_INIT;
    code = context->store_type->acknowledge(context->store, source->delivery->config->name,
        source->store_source, sequence, buffer_slice(&fates), state, &local);
    if (code < 0)
        return error_set(error, code, "cannot keep the position in the store: %s", local.text);
    source->position = sequence;
    return 0;
}

int delivery_advance(struct delivery_source *source, int64_t deadline_us, struct error *error)
{
    struct delivery *delivery = source->delivery;
    uint64_t sequence = source->position;
    const struct stretch *with_state = NULL;
    int code = 0;
    for (struct stretch *stretch = source->head; stretch != NULL && code == 0;
         stretch = stretch->next) {
        if (is_for_dead_letter(stretch)) {
            code = write_letter(stretch, error);
            if (code < 0)
                break;
            stretch->state = STRETCH_PASSED; /* so that it is not written twice */
            if (clock_monotonic_us(delivery->clock) >= deadline_us)
                code = 1;
        }
        if (stretch->state != STRETCH_PASSED)
            break;
        sequence = stretch->end;
        if (stretch->output_state.size > 0)
            with_state = stretch;
    }
    if (sequence == source->position)
        return code;
    int kept = acknowledge(source, sequence, with_state, code < 0 ? NULL : error);
    if (kept < 0)
        return code < 0 ? code : kept;
    while (source->head != NULL && source->head->end <= sequence)
        stretch_free(source->head);
    delivery_note_change(delivery);
    return code;
}
