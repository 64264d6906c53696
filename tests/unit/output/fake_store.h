/*
 * A store in memory for tests of delivery: entries are put straight in, one output has a position
 * in each source, and every call can be made to fail. What it hands out is copied, so that a
 * sanitizer sees who holds a block too long.
 */
#pragma once

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "store/store.h"

/* For what is checked very often: an assertion of Check writes a message each time it holds. */
#define must(condition)                                                                            \
    do {                                                                                           \
        if (!(condition))                                                                          \
            ck_abort_msg("%s does not hold", #condition);                                          \
    } while (0)

enum { FAKE_SOURCES = 4 };

struct fake_entry {
    char *bytes;
    int64_t time;
    unsigned flags;
};

struct store_source {
    const char *name;
    struct fake_entry *entries; /* of sequence 1, 2, ... */
    size_t count;
    uint64_t position; /* 0: the output never took part */
    bool attached;
    uint64_t corrupt;              /* a batch at this sequence fails its check; 0: none */
    uint64_t gap_first, gap_end;   /* condemned */
    unsigned acknowledged;         /* calls */
    uint64_t sent_first, sent_end; /* noted as being sent */
    unsigned notes;
    struct buffer
        told; /* the fate of each passed sequence: d, r (repeated), u (unwanted), x (dead) */
};

struct store {
    struct store_source sources[FAKE_SOURCES];
    size_t source_count;
    struct buffer state;
    size_t block_entries; /* in one block at most */
    unsigned blocks;      /* handed out and not given back */
    unsigned reads;
    /* So many of the next calls fail. */
    unsigned fail_acknowledge, fail_read, fail_state;
    unsigned fail_state_after; /* these pass before */
};

static inline void fake_store_init(struct store *store)
{
    *store = (struct store){.block_entries = 3, .state = BUFFER_INIT(KIB(64))};
}

static inline void fake_store_deinit(struct store *store)
{
    ck_assert_uint_eq(store->blocks, 0);
    for (size_t i = 0; i < store->source_count; i++) {
        for (size_t j = 0; j < store->sources[i].count; j++)
            free(store->sources[i].entries[j].bytes);
        free(store->sources[i].entries);
        buffer_deinit(&store->sources[i].told);
    }
    buffer_deinit(&store->state);
}

static inline struct store_source *fake_store_source(struct store *store, const char *name)
{
    for (size_t i = 0; i < store->source_count; i++)
        if (strcmp(store->sources[i].name, name) == 0)
            return &store->sources[i];
    ck_assert_uint_lt(store->source_count, FAKE_SOURCES);
    struct store_source *source = &store->sources[store->source_count++];
    *source = (struct store_source){.name = name, .position = 1};
    return source;
}

static inline void fake_store_add(struct store_source *source, const char *bytes, unsigned flags)
{
    if ((source->count & (source->count - 1)) == 0) /* doubled at each power of two */
        source->entries = realloc(source->entries,
            (source->count == 0 ? 1 : 2 * source->count) * sizeof(*source->entries));
    source->entries[source->count++] =
        (struct fake_entry){.bytes = strdup(bytes), .time = 1700000000, .flags = flags};
}

/* {"id":"NAME-SEQUENCE","action":"ACTION"}, `count` times. */
static inline void fake_store_add_many(
    struct store_source *source, size_t count, const char *action)
{
    for (size_t i = 0; i < count; i++) {
        char text[256];
        snprintf(text, sizeof(text), "{\"id\":\"%s-%zu\",\"action\":\"%s\"}", source->name,
            source->count + 1, action);
        fake_store_add(source, text, 0);
    }
}

/* ---- The vtable ---- */

static inline int fake_attach(struct store *store, const char *output, struct store_source *source,
    uint64_t *ret_sequence, struct error *error)
{
    (void)store;
    (void)output;
    (void)error;
    if (source->position == 0)
        source->position = source->count + 1;
    source->attached = true;
    *ret_sequence = source->position;
    return 0;
}

static inline void fake_detach(struct store *store, const char *output, struct store_source *source)
{
    (void)store;
    (void)output;
    source->attached = false;
}

static inline int fake_output_state(
    struct store *store, const char *output, struct buffer *state, struct error *error)
{
    (void)output;
    (void)error;
    buffer_clear(state);
    return buffer_append_slice(state, buffer_slice(&store->state));
}

static inline int fake_keep(struct store *store, struct slice state)
{
    buffer_clear(&store->state);
    return buffer_append_slice(&store->state, state);
}

static inline int fake_output_state_set(
    struct store *store, const char *output, struct slice state, struct error *error)
{
    (void)output;
    if (store->fail_state_after > 0) {
        store->fail_state_after--;
    } else if (store->fail_state > 0) {
        store->fail_state--;
        return error_set(error, ERROR_FULL, "the disk is full");
    }
    return fake_keep(store, state);
}

static inline struct store *fake_store_of(struct store_source *source);

static inline int fake_read(struct store_source *source, uint64_t sequence,
    struct store_block **ret_block, struct error *error)
{
    struct store *store = fake_store_of(source);
    store->reads++;
    if (store->fail_read > 0) {
        store->fail_read--;
        return error_set(error, ERROR_IO, "the disk is broken");
    }
    must(sequence >= 1);
    if (sequence >= source->gap_first && sequence < source->gap_end)
        sequence = source->gap_end;
    if (sequence > source->count)
        return 1;
    if (source->corrupt != 0 && sequence >= source->corrupt)
        return error_set(
            error, ERROR_CORRUPT, "checksum of batch at %llu", (unsigned long long)sequence);
    size_t count = source->count + 1 - sequence;
    if (count > store->block_entries)
        count = store->block_entries;
    if (source->corrupt != 0 && sequence + count > source->corrupt)
        count = source->corrupt - sequence;
    if (sequence < source->gap_first && sequence + count > source->gap_first)
        count = source->gap_first - sequence;
    struct store_block *block = malloc(sizeof(*block));
    *block = (struct store_block){
        .first = sequence, .count = count, .entries = calloc(count, sizeof(*block->entries))};
    for (size_t i = 0; i < count; i++) {
        const struct fake_entry *entry = &source->entries[sequence - 1 + i];
        size_t size = strlen(entry->bytes);
        char *copy = malloc(size + 1);
        memcpy(copy, entry->bytes, size);
        block->entries[i] = (struct store_entry){.bytes = {copy, size},
            .time = entry->time,
            .sequence = sequence + i,
            .flags = entry->flags};
    }
    store->blocks++;
    *ret_block = block;
    return 0;
}

static inline void fake_block_release(struct store *store, struct store_block *block)
{
    if (block == NULL)
        return;
    for (size_t i = 0; i < block->count; i++)
        free((char *)block->entries[i].bytes.data);
    free(block->entries);
    free(block);
    store->blocks--;
}

static inline uint64_t fake_next_sequence(const struct store_source *source)
{
    return source->count + 1;
}

/* A list tells of every sequence from the position on, or of fewer behind a gap. */
static inline void fake_note_fates(
    struct store_source *source, uint64_t sequence, struct slice fates)
{
    uint64_t from = source->position == 0 ? 1 : source->position, told = 0;
    struct fate_run run = {.count = sequence - from, .fate = STORE_DELIVERED};
    if (sequence <= from)
        return;
    source->told.limit = MIB(4);
    size_t start = source->told.size;
    int more = fates.size == 0 ? 1 : fates_next(&fates, &run);
    for (; more > 0; more = fates_next(&fates, &run))
        for (told += run.count; run.count > 0; run.count--)
            ck_assert_int_eq(buffer_append_byte(&source->told, "drux"[run.fate]), 0);
    ck_assert_int_eq(more, 0);
    ck_assert_uint_eq(source->told.size - start, told);
    if (source->gap_end == 0)
        ck_assert_uint_eq(told, sequence - from);
    else
        ck_assert_uint_le(told, sequence - from);
}

/* What the ledger was told of the first entries, a letter each. */
static inline void fake_expect_told(struct store_source *source, const char *letters)
{
    const char *told = buffer_text(&source->told);
    ck_assert_ptr_nonnull(told);
    ck_assert_msg(strncmp(told, letters, strlen(letters)) == 0, "%s is not %s", told, letters);
}

static inline int fake_acknowledge(struct store *store, const char *output,
    struct store_source *source, uint64_t sequence, struct slice fates, struct slice state,
    struct error *error)
{
    (void)output;
    ck_assert_uint_le(sequence, source->count + 1);
    if (store->fail_acknowledge > 0) {
        store->fail_acknowledge--;
        return error_set(error, ERROR_FULL, "the disk is full");
    }
    source->acknowledged++;
    fake_note_fates(source, sequence, fates);
    if (sequence > source->position)
        source->position = sequence;
    return state.data == NULL ? 0 : fake_keep(store, state);
}

/* Everything from `corrupt` on, as one batch. */
static inline int fake_condemn(struct store_source *source, uint64_t sequence, int64_t *ret_oldest,
    int64_t *ret_latest, struct error *error)
{
    (void)error;
    ck_assert_uint_ne(source->corrupt, 0);
    ck_assert_uint_ge(sequence, source->corrupt);
    source->gap_first = source->corrupt;
    source->gap_end = source->count + 1;
    source->corrupt = 0;
    if (source->position >= source->gap_first)
        source->position = source->gap_end;
    *ret_oldest = 100;
    *ret_latest = 200;
    return 0;
}

static inline void fake_sending(struct store *store, const char *output,
    struct store_source *source, uint64_t first, uint64_t end)
{
    (void)store, (void)output;
    source->sent_first = first;
    source->sent_end = end;
    source->notes++;
}

static inline void fake_unanswered(struct store *store, const char *output,
    const struct store_source *source, uint64_t *ret_first, uint64_t *ret_end)
{
    (void)store, (void)output;
    bool is_open = source->sent_end > source->position;
    *ret_first = !is_open                                ? 0
                 : source->sent_first > source->position ? source->sent_first
                                                         : source->position;
    *ret_end = is_open ? source->sent_end : 0;
}

static const struct store_type fake_store = {
    .name = "fake",
    .attach = fake_attach,
    .detach = fake_detach,
    .output_state = fake_output_state,
    .output_state_set = fake_output_state_set,
    .read = fake_read,
    .block_release = fake_block_release,
    .next_sequence = fake_next_sequence,
    .acknowledge = fake_acknowledge,
    .condemn = fake_condemn,
    .sending = fake_sending,
    .unanswered = fake_unanswered,
};

static struct store *fake_store_owner; /* one store in a test */

static inline struct store *fake_store_of(struct store_source *source)
{
    ck_assert(
        source >= fake_store_owner->sources && source < fake_store_owner->sources + FAKE_SOURCES);
    return fake_store_owner;
}
