#include "store/record_cache.h"

#include <stdlib.h>

/* ---- A batch ---- */

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

/* ---- The cache ---- */

static void drop(struct span *span)
{
    free(span); /* the batch's address */
}

static const struct span_cache_type cache_type = {
    .most = RECORD_CACHE_COUNT, .most_memory = RECORD_CACHE_SIZE, .drop = drop};

void record_cache_deinit(struct record_cache *cache)
{
    if (cache != NULL)
        span_cache_clear(&cache->spans, &cache_type);
}

const struct loaded_batch *record_cache_find(
    struct record_cache *cache, int64_t source, uint64_t sequence)
{
    return (const struct loaded_batch *)span_cache_find(&cache->spans, source, sequence);
}

void record_cache_add(struct record_cache *cache, struct loaded_batch *batch)
{
    span_cache_add(&cache->spans, &cache_type, &batch->span);
}

void record_cache_drop(struct record_cache *cache, int64_t source)
{
    span_cache_forget(&cache->spans, &cache_type, source);
}
