#include "store/block_cache.h"

#include <stdlib.h>

struct shared_block {
    unsigned references;
    int64_t source;
    uint64_t first;
    size_t count;
    size_t memory;
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
        .references = 1, .source = source, .first = first, .count = count, .memory = head + size};
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

static void drop_at(struct block_cache *cache, size_t place)
{
    struct shared_block *block = cache->blocks[place];
    cache->count--;
    cache->size -= block->memory;
    memmove(&cache->blocks[place], &cache->blocks[place + 1],
        (cache->count - place) * sizeof(struct shared_block *));
    shared_block_unref(block);
}

void block_cache_deinit(struct block_cache *cache)
{
    if (cache == NULL)
        return;
    while (cache->count > 0)
        drop_at(cache, cache->count - 1);
}

static void put_first(struct block_cache *cache, size_t place)
{
    struct shared_block *block = cache->blocks[place];
    memmove(&cache->blocks[1], &cache->blocks[0], place * sizeof(struct shared_block *));
    cache->blocks[0] = block;
}

struct shared_block *block_cache_find(struct block_cache *cache, int64_t source, uint64_t sequence)
{
    for (size_t i = 0; i < cache->count; i++) {
        const struct shared_block *block = cache->blocks[i];
        if (block->source == source && sequence >= block->first &&
            sequence - block->first < block->count) {
            put_first(cache, i);
            return cache->blocks[0];
        }
    }
    return NULL;
}

void block_cache_add(struct block_cache *cache, struct shared_block *block)
{
    if (block->memory > BLOCK_CACHE_SHARE)
        return;
    while (cache->count == BLOCK_CACHE_COUNT || cache->size + block->memory > BLOCK_CACHE_SIZE)
        drop_at(cache, cache->count - 1);
    cache->blocks[cache->count++] = shared_block_ref(block);
    cache->size += block->memory;
    put_first(cache, cache->count - 1);
}

void block_cache_drop(struct block_cache *cache, int64_t source)
{
    for (size_t i = cache->count; i-- > 0;)
        if (cache->blocks[i]->source == source)
            drop_at(cache, i);
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
    size_t skipped = sequence - block->first;
    view->shared = shared_block_ref(block);
    view->block = (struct store_block){
        .first = sequence, .count = block->count - skipped, .entries = block->entries + skipped};
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
