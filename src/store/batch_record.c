#include "store/batch_record.h"

#include <endian.h>

static void put32(char *place, uint32_t value)
{
    value = htole32(value);
    memcpy(place, &value, sizeof(value));
}

static void put64(char *place, uint64_t value)
{
    value = htole64(value);
    memcpy(place, &value, sizeof(value));
}

static uint32_t get32(const char *place)
{
    uint32_t value;
    memcpy(&value, place, sizeof(value));
    return le32toh(value);
}

static uint64_t get64(const char *place)
{
    uint64_t value;
    memcpy(&value, place, sizeof(value));
    return le64toh(value);
}

/* ---- Writing ---- */

void record_builder_deinit(struct record_builder *builder)
{
    if (builder == NULL)
        return;
    buffer_deinit(&builder->entries);
    buffer_deinit(&builder->blocks);
}

int record_builder_entry(struct record_builder *builder, const struct record_entry *entry)
{
    if (builder->entries.size == 0) {
        int result =
            buffer_append(&builder->entries, (char[RECORD_HEADER_SIZE]){0}, RECORD_HEADER_SIZE);
        if (result < 0)
            return result;
    }
    if (builder->count == LIMIT_PAGE_ENTRIES)
        return ERROR_LIMIT;
    char text[RECORD_ENTRY_SIZE];
    put32(text, entry->size | (uint32_t)entry->flags << 24);
    put32(text + 4, entry->time);
    for (size_t i = 0; i < 3; i++)
        put32(text + 8 + 4 * i, entry->key.word[i]);
    int result = buffer_append(&builder->entries, text, sizeof(text));
    builder->count += result == 0;
    return result;
}

int record_builder_block(struct record_builder *builder, const struct record_block *block)
{
    char text[RECORD_BLOCK_SIZE];
    put32(text, block->count);
    put32(text + 4, block->size);
    put64(text + 8, block->checksum);
    return buffer_append(&builder->blocks, text, sizeof(text));
}

int record_builder_finish(struct record_builder *builder, struct slice *ret_record)
{
    struct buffer *bytes = &builder->entries;
    char *header = bytes->data;
    put32(header, RECORD_VERSION);
    put32(header + 4, builder->count);
    put32(header + 8, (uint32_t)(builder->blocks.size / RECORD_BLOCK_SIZE));
    int result = buffer_append_slice(bytes, buffer_slice(&builder->blocks));
    if (result == 0) {
        char checksum[RECORD_CHECKSUM_SIZE];
        put64(checksum, hash64(buffer_slice(bytes)));
        result = buffer_append(bytes, checksum, sizeof(checksum));
    }
    if (result == 0)
        *ret_record = buffer_slice(bytes);
    return result;
}

/* ---- Reading ---- */

struct record_entry record_entry(const struct record *record, uint32_t index)
{
    const char *place = record->entries + (size_t)index * RECORD_ENTRY_SIZE;
    uint32_t size = get32(place);
    return (struct record_entry){
        .size = size & 0xffffff,
        .flags = (uint8_t)(size >> 24),
        .time = get32(place + 4),
        .key = {{get32(place + 8), get32(place + 12), get32(place + 16)}},
    };
}

struct record_block record_block(const struct record *record, uint32_t index)
{
    const char *place = record->blocks + (size_t)index * RECORD_BLOCK_SIZE;
    return (struct record_block){
        .count = get32(place), .size = get32(place + 4), .checksum = get64(place + 8)};
}

uint64_t record_size(const struct record *record)
{
    uint64_t size = 0;
    for (uint32_t i = 0; i < record->block_count; i++)
        size += record_block(record, i).size;
    return size;
}

static int check_frame(struct slice bytes, struct record *record, struct error *error)
{
    if (bytes.size < RECORD_HEADER_SIZE + RECORD_CHECKSUM_SIZE || bytes.size > RECORD_LIMIT)
        return error_set(error, ERROR_CORRUPT, "a record of %zu bytes cannot be one", bytes.size);
    uint32_t version = get32(bytes.data);
    if (version != RECORD_VERSION)
        return error_set(error, ERROR_CORRUPT, "a record of unknown version %u", version);
    record->entry_count = get32(bytes.data + 4);
    record->block_count = get32(bytes.data + 8);
    uint64_t blocks = RECORD_HEADER_SIZE + (uint64_t)record->entry_count * RECORD_ENTRY_SIZE;
    uint64_t end = blocks + (uint64_t)record->block_count * RECORD_BLOCK_SIZE;
    if (end + RECORD_CHECKSUM_SIZE != bytes.size || record->entry_count > LIMIT_PAGE_ENTRIES)
        return error_set(error, ERROR_CORRUPT, "a record of %zu bytes with %u entries in %u blocks",
            bytes.size, record->entry_count, record->block_count);
    struct slice covered = {.data = bytes.data, .size = end};
    if (hash64(covered) != get64(bytes.data + end))
        return error_set(error, ERROR_CORRUPT, "the checksum of a record is wrong");
    record->entries = bytes.data + RECORD_HEADER_SIZE;
    record->blocks = bytes.data + blocks;
    return 0;
}

static bool block_is_sound(
    const struct record *record, const struct record_block *block, uint32_t first)
{
    if (block->count == 0 || block->count > record->entry_count - first ||
        block->count > LIMIT_STORE_BLOCK_ENTRIES)
        return false;
    uint64_t size = 0;
    for (uint32_t i = 0; i < block->count; i++) {
        uint32_t entry_size = record_entry(record, first + i).size;
        if (entry_size == 0 || entry_size > LIMIT_ENTRY)
            return false;
        size += entry_size + 1;
    }
    return size == block->size && (size <= LIMIT_STORE_BLOCK || block->count == 1);
}

int record_parse(struct slice bytes, struct record *ret_record, struct error *error)
{
    struct record record;
    int result = check_frame(bytes, &record, error);
    if (result < 0)
        return result;
    uint32_t first = 0;
    for (uint32_t i = 0; i < record.block_count; i++) {
        struct record_block block = record_block(&record, i);
        if (!block_is_sound(&record, &block, first))
            return error_set(error, ERROR_CORRUPT, "block %u of a record is not possible", i);
        first += block.count;
    }
    if (first == 0 || first != record.entry_count)
        return error_set(error, ERROR_CORRUPT, "a record whose blocks hold %u of its %u entries",
            first, record.entry_count);
    *ret_record = record;
    return 0;
}
