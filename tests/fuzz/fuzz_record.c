/*
 * The record of a batch, from whatever bytes the database holds: nothing is read outside of them,
 * and what is accepted makes sense and is written again to the same bytes.
 *
 * The last 8 bytes of an input are replaced by the right checksum for a second try, because no
 * fuzzer finds it by itself.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "store/batch_record.h"

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void write_again(const struct record *record, struct slice bytes)
{
    _cleanup_(record_builder_deinit) struct record_builder builder = RECORD_BUILDER_INIT;
    for (uint32_t i = 0; i < record->entry_count; i++) {
        struct record_entry entry = record_entry(record, i);
        require(record_builder_entry(&builder, &entry) == 0);
    }
    for (uint32_t i = 0; i < record->block_count; i++) {
        struct record_block block = record_block(record, i);
        require(record_builder_block(&builder, &block) == 0);
    }
    struct slice again;
    require(record_builder_finish(&builder, &again) == 0);
    require(slice_equal(bytes, again));
}

static void look_at(const struct record *record)
{
    uint64_t size = 0;
    uint32_t entry = 0;
    for (uint32_t i = 0; i < record->block_count; i++) {
        struct record_block block = record_block(record, i);
        require(block.count > 0 && block.count <= record->entry_count - entry);
        require(block.size <= LIMIT_STORE_BLOCK || block.count == 1);
        uint64_t in_block = 0;
        for (uint32_t end = entry + block.count; entry < end; entry++)
            in_block += (uint64_t)record_entry(record, entry).size + 1;
        require(in_block == block.size);
        size += in_block;
    }
    require(entry == record->entry_count && size == record_size(record));
}

static void try_record(struct slice bytes)
{
    struct record record;
    struct error error = ERROR_INIT;
    int result = record_parse(bytes, &record, &error);
    require(result == 0 || (result == ERROR_CORRUPT && error.text[0] != '\0'));
    if (result < 0)
        return;
    look_at(&record);
    write_again(&record, bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    try_record((struct slice){.data = (const char *)data, .size = size});
    if (size < RECORD_CHECKSUM_SIZE)
        return 0;
    _cleanup_free_ char *copy = malloc(size);
    require(copy != NULL);
    size_t covered = size - RECORD_CHECKSUM_SIZE;
    memcpy(copy, data, covered);
    uint64_t checksum = hash64((struct slice){.data = copy, .size = covered});
    for (size_t i = 0; i < RECORD_CHECKSUM_SIZE; i++)
        copy[covered + i] = (char)(checksum >> (8 * i));
    try_record((struct slice){.data = copy, .size = size});
    return 0;
}
