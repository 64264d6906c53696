#include "output/delivery_parts.h"

#include "base/limits.h"
#include "slackaudit/page.h"

/* Looking at the clock costs about as much as a small entry. An entry counts for its size and a
 * bit, so that neither giants nor a crowd go unnoticed. */
#define WORK_BETWEEN_CLOCKS KIB(64)
#define WORK_OF_AN_ENTRY    KIB(1)

/* ---- Reading ---- */

void delivery_release_block(struct delivery *delivery)
{
    delivery->context.store_type->block_release(delivery->context.store, delivery->block);
    delivery->block = NULL;
    delivery->block_source = NULL;
}

static int condemn(struct delivery_source *source, uint64_t sequence, struct error *error)
{
    struct delivery *delivery = source->delivery;
    struct error found = *error;
    int64_t oldest, latest;
    int code = delivery->context.store_type->condemn(
        source->store_source, sequence, &oldest, &latest, error);
    if (code < 0)
        return code;
    log_error(&delivery->subject,
        "the store holds a damaged batch of source %s (%s); it is dropped and read again from "
        "Slack, so some of its entries may come twice",
        source->name, found.text);
    if (delivery->context.reread != NULL)
        delivery->context.reread(delivery->context.user, source->name, oldest, latest);
    return 0;
}

int delivery_read(struct delivery_source *source, uint64_t sequence,
    const struct store_entry **ret_entry, struct error *error)
{
    struct delivery *delivery = source->delivery;
    struct store_block *block = delivery->block;
    if (block == NULL || delivery->block_source != source || sequence < block->first ||
        sequence - block->first >= block->count) {
        delivery_release_block(delivery);
        struct error local = ERROR_INIT;
        int code =
            delivery->context.store_type->read(source->store_source, sequence, &block, &local);
        if (code == ERROR_CORRUPT) {
            code = condemn(source, sequence, &local);
            if (code == 0)
                code = delivery->context.store_type->read(
                    source->store_source, sequence, &block, &local);
        }
        if (code < 0)
            return error_set(error, code, "cannot read from the store: %s", local.text);
        if (code > 0)
            return code;
        delivery->block = block;
        delivery->block_source = source;
    }
    *ret_entry = &block->entries[sequence > block->first ? sequence - block->first : 0];
    return 0;
}

/* ---- Encoding ---- */

enum taken {
    TAKEN_IN,  /* the message stands in the body */
    TAKEN_NOT, /* the output does not want it */
    TAKEN_NO_ROOM,
    TAKEN_REFUSED, /* it cannot be sent at all; the error says why */
};

/* Room for one more message of at least `size` bytes. The first one always has it. */
static bool has_room(const struct delivery *delivery, const struct encoding *encoding, size_t size)
{
    return encoding->count == 0 || encoding->body.size + size <= delivery->max_bytes;
}

static int encode(struct stretch *stretch, const struct store_entry *entry, struct slice bytes,
    struct error *error)
{
    struct delivery *delivery = stretch->source->delivery;
    struct encoding *encoding = stretch->encoding;
    if (!has_room(delivery, encoding, bytes.size))
        return TAKEN_NO_ROOM;
    const struct format_entry format_entry = {
        .bytes = bytes, .time = entry->time, .source = stretch->source->shown};
    size_t start = encoding->body.size;
    int code = delivery->type->entry(
        delivery->output, &format_entry, encoding->count, &encoding->body, error);
    if (code == 0 && !has_room(delivery, encoding, 0))
        code = ERROR_LIMIT;
    else if (code == 0)
        code = encoding_note_message(encoding, entry->sequence);
    if (code < 0)
        encoding->body.size = start;
    if (code == ERROR_LIMIT && encoding->count > 0)
        return TAKEN_NO_ROOM;
    if (code == ERROR_LIMIT || code == ERROR_INVALID) {
        if (error->code == ERROR_NONE)
            (void)error_set(error, code, "it cannot be written as %s",
                delivery->config->format); /* the verdict is TAKEN_REFUSED, here and below */
        return TAKEN_REFUSED;
    }
    return code < 0 ? code : TAKEN_IN;
}

/* Returns an `enum taken`, or a negative code when memory failed. */
static int take_entry(struct stretch *stretch, const struct store_entry *entry, struct error *error)
{
    struct delivery *delivery = stretch->source->delivery;
    if (entry->flags & STORE_ENTRY_DAMAGED) {
        (void)error_set(error, ERROR_INVALID, "it is no valid JSON");
        return TAKEN_REFUSED;
    }
    if (selection_is_set(&delivery->selection)) {
        struct slackaudit_entry_slice look;
        if (slackaudit_entry_look(entry->bytes.data, entry->bytes.size, &look) < 0) {
            (void)error_set(error, ERROR_INVALID, "it is no valid JSON");
            return TAKEN_REFUSED;
        }
        if (!selection_wants(&delivery->selection,
                (struct slice){.data = look.action, .size = look.action_size}))
            return TAKEN_NOT;
    }
    if (delivery->redact == NULL)
        return encode(stretch, entry, entry->bytes, error);

    buffer_clear(&delivery->redacted);
    int code = redact_apply(delivery->redact, entry->bytes, &delivery->redacted);
    if (code == ERROR_MEMORY)
        return error_set(error, code, "no memory to redact an entry");
    if (code < 0) {
        (void)error_set(error, code, "it cannot be redacted");
        return TAKEN_REFUSED;
    }
    return encode(stretch, entry, buffer_slice(&delivery->redacted), error);
}

/* ---- Filling ---- */

static int begin(struct stretch *stretch, struct error *error)
{
    struct delivery *delivery = stretch->source->delivery;
    stretch->encoding = encoding_take(delivery);
    if (stretch->encoding == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a batch");
    stretch->reading = stretch->first;
    if (delivery->type->begin == NULL)
        return 0;
    int code = delivery->type->begin(delivery->output, &stretch->encoding->body);
    return code < 0 ? error_set(error, code, "cannot begin a batch") : 0;
}

/* The first entry of the stretch can never be sent. It becomes a stretch of its own. */
static int close_refused(struct stretch *stretch, const char *reason, struct error *error)
{
    uint64_t sequence = stretch->reading;
    if (stretch->end == STRETCH_OPEN)
        stretch->end = sequence + 1;
    if (stretch->end > sequence + 1 && stretch_split(stretch, sequence + 1) == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a batch");
    stretch->state = STRETCH_REFUSED;
    stretch->refused = sequence;
    stretch->fate = STORE_DEAD;
    stretch->certain = true;
    stretch->reason = strdup(reason);
    stretch->source->delivery->filling = NULL;
    stretch_drop_encoding(stretch);
    return 0;
}

/* What was read makes a batch, or was all unwanted, or was nothing. */
static int close_filled(struct stretch *stretch, struct error *error)
{
    struct delivery *delivery = stretch->source->delivery;
    struct encoding *encoding = stretch->encoding;
    if (stretch->end == STRETCH_OPEN)
        stretch->end = stretch->reading;
    else if (stretch->end > stretch->reading && stretch_split(stretch, stretch->reading) == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a batch");
    if (stretch->end == stretch->first) {
        stretch_free(stretch);
        return 0;
    }
    if (encoding->count == 0) {
        stretch->state = STRETCH_PASSED;
        stretch->fate = STORE_UNWANTED;
        delivery->filling = NULL;
        stretch_drop_encoding(stretch);
        return 0;
    }
    delivery->bytes_per_entry = encoding->body.size / (stretch->end - stretch->first);
    if (delivery->type->end == NULL)
        return 0;
    int code = delivery->type->end(delivery->output, &encoding->body);
    return code < 0 ? error_set(error, code, "cannot end a batch") : 0;
}

/* Nothing is there from stretch->reading on. Sequences that were given out all the same were
 * condemned: they come again under new ones. */
static void skip_condemned(struct stretch *stretch)
{
    struct delivery_source *source = stretch->source;
    uint64_t end = source->delivery->context.store_type->next_sequence(source->store_source);
    if (end > stretch->end)
        end = stretch->end;
    if (end > stretch->reading)
        stretch->reading = end;
}

/* Steps over one entry: 0 goes on, 1 ends the batch here. `work` is counted on. */
static int fill_one(struct stretch *stretch, size_t *work, struct error *error)
{
    const struct store_entry *entry;
    int code = delivery_read(stretch->source, stretch->reading, &entry, error);
    if (code < 0)
        return code;
    if (code > 0) {
        skip_condemned(stretch);
        return 1;
    }
    if (entry->sequence >= stretch->end) {
        stretch->reading = stretch->end;
        return 1;
    }
    stretch->reading = entry->sequence;
    *work += entry->bytes.size + WORK_OF_AN_ENTRY;
    struct error problem = ERROR_INIT;
    code = take_entry(stretch, entry, &problem);
    if (code < 0)
        return error_set(error, code, "cannot encode an entry: %s", problem.text);
    if (code == TAKEN_NO_ROOM)
        return 1;
    if (code == TAKEN_REFUSED) {
        /* What stands before it goes first. */
        if (stretch->reading > stretch->first)
            return 1;
        code = close_refused(stretch, problem.text, error);
        return code < 0 ? code : 1;
    }
    stretch->reading++;
    return 0;
}

int delivery_fill(struct delivery *delivery, int64_t deadline_us, struct error *error)
{
    struct stretch *stretch = delivery->filling;
    int code = stretch->encoding == NULL ? begin(stretch, error) : 0;
    size_t work = 0;
    while (code == 0 && stretch->reading < stretch->end &&
           stretch->encoding->count < delivery->max_entries) {
        code = fill_one(stretch, &work, error);
        if (code != 0 || work < WORK_BETWEEN_CLOCKS)
            continue;
        if (clock_monotonic_us(delivery->clock) >= deadline_us)
            return 1;
        work = 0;
    }
    if (code >= 0 && stretch->state == STRETCH_FILLING)
        code = close_filled(stretch, error);
    return code < 0 ? code : 0;
}
