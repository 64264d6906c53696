#include "store/block_cache.h"

#include <stdlib.h>

struct shared_block {
    struct span span; /* first: the one is the other's address */
    unsigned references;
    struct store_entry entries[]; /* the bytes lie behind them */
};

/* ---- A block ---- */

struct shared_block *shared_block_new(
    int64_t source, uint64_t first, size_t count, size_t size, char **ret_bytes)
{
    size_t head = sizeof(struct shared_block) + count * sizeof(struct store_entry);
    struct shared_block *block = malloc(head + size);
    if (block == NULL)
        return NULL;
    *block = (struct shared_block){
        .span = {.source = source, .first = first, .count = count, .memory = head + size},
        .references = 1};
    *ret_bytes = (char *)block + head;
    return block;
}

struct store_entry *shared_block_entries(struct shared_block *block)
{
    return block->entries;
}

struct shared_block *shared_block_ref(struct shared_block *block)
{
    if (block != NULL)
        block->references++;
    return block;
}

void shared_block_unref(struct shared_block *block)
{
    if (block != NULL && --block->references == 0)
        free(block);
}

/* ---- The cache ---- */

static void drop(struct span *span)
{
    shared_block_unref((struct shared_block *)span);
}

static const struct span_cache_type cache_type = {
    .most = BLOCK_CACHE_COUNT, .most_memory = BLOCK_CACHE_SIZE, .drop = drop};

void block_cache_deinit(struct block_cache *cache)
{
    if (cache != NULL)
        span_cache_clear(&cache->spans, &cache_type);
}

struct shared_block *block_cache_find(struct block_cache *cache, int64_t source, uint64_t sequence)
{
    return (struct shared_block *)span_cache_find(&cache->spans, source, sequence);
}

void block_cache_add(struct block_cache *cache, struct shared_block *block)
{
    if (block->span.memory <= BLOCK_CACHE_SHARE)
        span_cache_add(&cache->spans, &cache_type, &shared_block_ref(block)->span);
}

void block_cache_drop(struct block_cache *cache, int64_t source)
{
    span_cache_forget(&cache->spans, &cache_type, source);
}

/* ---- A view ---- */

struct block_view {
    struct store_block block; /* first: the reader's pointer is this one */
    struct shared_block *shared;
};

struct store_block *block_view_new(struct shared_block *block, uint64_t sequence)
{
    struct block_view *view = malloc(sizeof(*view));
    if (view == NULL)
        return NULL;
    size_t skipped = sequence - block->span.first;
    view->shared = shared_block_ref(block);
    view->block = (struct store_block){.first = sequence,
        .count = block->span.count - skipped,
        .entries = block->entries + skipped};
    return &view->block;
}

void block_view_free(struct store_block *block)
{
    if (block == NULL)
        return;
    struct block_view *view = (struct block_view *)block;
    shared_block_unref(view->shared);
    free(view);
}
