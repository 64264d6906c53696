/*
 * Blocks that were read, shared by all outputs: outputs that are caught up read the same block
 * within a moment, and only the first one pays for it.
 *
 * A cache is embedded in the store. A block lives as long as the cache or a reader holds it. Memory
 * of the cache is bounded; a block larger than its share (one long entry) is not kept.
 */
#pragma once

#include "store/span_cache.h"
#include "store/store.h"

struct shared_block;

enum {
    BLOCK_CACHE_COUNT = 16,
    BLOCK_CACHE_SIZE =
        1 << 19, /* bytes of all blocks in it; with four times as many nothing is faster */
    BLOCK_CACHE_SHARE = 1 << 19 /* bytes of a block that is kept */
};

struct block_cache {
    struct span_cache spans; /* of struct shared_block */
};

void block_cache_deinit(struct block_cache *cache);

/* A new block with room for its entries and `size` bytes, one reference held by the caller; NULL
 * without memory. Fill `entries` and the bytes before anybody else sees it. */
struct shared_block *shared_block_new(
    int64_t source, uint64_t first, size_t count, size_t size, char **ret_bytes);
struct store_entry *shared_block_entries(struct shared_block *block);
/* One more reference; returns the block. Both take NULL. */
struct shared_block *shared_block_ref(struct shared_block *block);
void shared_block_unref(struct shared_block *block);

/* The block that holds the sequence, or NULL. Borrowed until the cache changes. */
struct shared_block *block_cache_find(struct block_cache *cache, int64_t source, uint64_t sequence);
/* Keeps it if it is not too large. */
void block_cache_add(struct block_cache *cache, struct shared_block *block);
/* Drops all blocks of a source. */
void block_cache_drop(struct block_cache *cache, int64_t source);

/* What a reader gets: the block from `sequence` on, holding a reference; NULL without memory. */
struct store_block *block_view_new(struct shared_block *block, uint64_t sequence);
void block_view_free(struct store_block *view); /* NULL is allowed */
