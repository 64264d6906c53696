/* What outputs are sending, in the places that store/unanswered.h has for their positions. */
#include "base/units.h"
#include "store/private.h"

/* A note of an output or a source that is gone leaves its place unused. */
static void note_found(void *user, size_t place, const struct unanswered_note *note)
{
    struct store *store = user;
    for (struct store_source *source = store->sources; source != NULL; source = source->next)
        for (struct position *each = source->positions; each != NULL; each = each->next)
            if (source->id == note->source && each->output->id == note->output) {
                each->place = place;
                each->sent_first = note->first;
                each->sent_end = note->end;
            }
}

/* Never 0, which stands for none. A store that was opened without a clock takes every start for the
 * same. */
static int64_t started_us(const struct store *store)
{
    return store->clock == NULL ? USEC_PER_SEC
                                : clock_wall_us(store->clock) - clock_monotonic_us(store->clock);
}

int sending_load(struct store *store, struct error *error)
{
    return unanswered_open(
        &store->unanswered, store->unanswered_path, started_us(store), note_found, store, error);
}

void store_sending(struct store *store, const char *output, struct store_source *source,
    uint64_t first, uint64_t end)
{
    struct position *position = position_find(source, output);
    if (position == NULL || store->ledger_seconds == 0)
        return;
    position->sent_known = true;
    position->sent_first = first;
    position->sent_end = end;
    const struct unanswered_note note = {
        .output = position->output->id, .source = source->id, .first = first, .end = end};
    unanswered_note(
        &store->unanswered, store->unanswered_path, started_us(store), &position->place, &note);
}

void store_unanswered(struct store *store, const char *output, const struct store_source *source,
    uint64_t *ret_first, uint64_t *ret_end)
{
    const struct position *position = position_find(source, output);
    *ret_first = *ret_end = 0;
    if (position == NULL || store->ledger_seconds == 0)
        return;
    bool is_known = store->unanswered.is_known || position->sent_known;
    uint64_t first = is_known ? position->sent_first : 0;
    uint64_t end = is_known ? position->sent_end : UINT64_MAX;
    if (end <= position->sequence || end <= first)
        return;
    *ret_first = first > position->sequence ? first : position->sequence;
    *ret_end = end;
}
