/*
 * The record of a batch: what lies where in its bytes, and the ids of its entries. It is written
 * once with the batch and kept, after the bytes have gone, as long as the ids are needed.
 *
 *     header    version, count of entries, count of blocks: 4 bytes each
 *     entries   20 bytes each, in the order of arrival (newest first): 3 bytes size, 1 byte flags,
 *               4 bytes time, 12 bytes key
 *     blocks    16 bytes each: 4 bytes count of entries, 4 bytes size, 8 bytes XXH3 of the bytes
 *     checksum  8 bytes: XXH3 of all before
 *
 * Numbers are little endian. In the segment each entry has a line break behind it; a block's bytes
 * are its entries so. A block is what is read and checked at once: at most LIMIT_STORE_BLOCK bytes
 * and LIMIT_STORE_BLOCK_ENTRIES entries, or a single longer entry.
 */
#pragma once

#include <stdint.h>

#include "base/buffer.h"
#include "base/hash.h"
#include "base/limits.h"

enum {
    RECORD_VERSION = 1,
    RECORD_HEADER_SIZE = 12,
    RECORD_ENTRY_SIZE = 20,
    RECORD_BLOCK_SIZE = 16,
    RECORD_CHECKSUM_SIZE = 8,
    /* Of the largest page, every entry in a block of its own. */
    RECORD_LIMIT = RECORD_HEADER_SIZE +
                   (RECORD_ENTRY_SIZE + RECORD_BLOCK_SIZE) * LIMIT_PAGE_ENTRIES +
                   RECORD_CHECKSUM_SIZE,
};

struct record_entry {
    uint32_t size; /* without the line break; 1 to LIMIT_ENTRY */
    uint8_t flags;
    uint32_t time; /* Unix seconds */
    struct hash_key key;
};

struct record_block {
    uint32_t count; /* entries */
    uint32_t size;  /* bytes in the segment */
    uint64_t checksum;
};

/* ---- Writing ---- */

/* A record that grows entry by entry; embedded. Every block is told after its entries. */
struct record_builder {
    struct buffer entries; /* with the header in front; in the end the whole record */
    struct buffer blocks;
    uint32_t count; /* entries */
};

#define RECORD_BUILDER_INIT                                                                        \
    {                                                                                              \
        .entries = BUFFER_INIT(RECORD_LIMIT), .blocks = BUFFER_INIT(RECORD_LIMIT)                  \
    }
void record_builder_deinit(struct record_builder *builder);

/* ERROR_LIMIT past LIMIT_PAGE_ENTRIES, or ERROR_MEMORY. */
int record_builder_entry(struct record_builder *builder, const struct record_entry *entry);
int record_builder_block(struct record_builder *builder, const struct record_block *block);

/* Completes it. The slice is valid until the builder changes. */
int record_builder_finish(struct record_builder *builder, struct slice *ret_record);

/* ---- Reading ---- */

/* A view into bytes that belong to the caller. */
struct record {
    const char *entries, *blocks;
    uint32_t entry_count, block_count;
};

/* Checks the whole record: version, sizes, checksum, and that the blocks make up the entries.
 * ERROR_CORRUPT says what is wrong. */
int record_parse(struct slice bytes, struct record *ret_record, struct error *error);

struct record_entry record_entry(const struct record *record, uint32_t index);
struct record_block record_block(const struct record *record, uint32_t index);

/* Bytes of all blocks. */
uint64_t record_size(const struct record *record);
