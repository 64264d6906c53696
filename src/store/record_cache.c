#include "store/record_cache.h"

#include <stdlib.h>

static void drop_at(struct record_cache *cache, size_t place)
{
    struct loaded_batch *batch = cache->batches[place];
    cache->count--;
    cache->size -= batch->size;
    memmove(&cache->batches[place], &cache->batches[place + 1],
        (cache->count - place) * sizeof(struct loaded_batch *));
    free(batch);
}

void record_cache_deinit(struct record_cache *cache)
{
    if (cache == NULL)
        return;
    while (cache->count > 0)
        drop_at(cache, cache->count - 1);
}

static void put_first(struct record_cache *cache, size_t place)
{
    struct loaded_batch *batch = cache->batches[place];
    memmove(&cache->batches[1], &cache->batches[0], place * sizeof(struct loaded_batch *));
    cache->batches[0] = batch;
}

const struct loaded_batch *record_cache_find(
    struct record_cache *cache, int64_t source, uint64_t sequence)
{
    for (size_t i = 0; i < cache->count; i++) {
        const struct loaded_batch *batch = cache->batches[i];
        if (batch->segment.source == source && sequence >= batch->first &&
            sequence - batch->first < batch->record.entry_count) {
            put_first(cache, i);
            return batch;
        }
    }
    return NULL;
}

struct loaded_batch *loaded_batch_new(struct slice record)
{
    struct loaded_batch *batch = malloc(sizeof(*batch) + record.size);
    if (batch == NULL)
        return NULL;
    *batch = (struct loaded_batch){.size = record.size};
    if (record.size > 0)
        memcpy(batch->bytes, record.data, record.size);
    return batch;
}

void record_cache_add(struct record_cache *cache, struct loaded_batch *batch)
{
    while (cache->count > 0 &&
           (cache->count == RECORD_CACHE_COUNT || cache->size + batch->size > RECORD_CACHE_SIZE))
        drop_at(cache, cache->count - 1);
    cache->batches[cache->count++] = batch;
    cache->size += batch->size;
    put_first(cache, cache->count - 1);
}

void record_cache_drop(struct record_cache *cache, int64_t source)
{
    for (size_t i = cache->count; i-- > 0;)
        if (cache->batches[i]->segment.source == source)
            drop_at(cache, i);
}
