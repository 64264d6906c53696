#include "store/span_cache.h"

#include <string.h>

static void drop_at(struct span_cache *cache, const struct span_cache_type *type, size_t place)
{
    struct span *span = cache->spans[place];
    cache->count--;
    cache->memory -= span->memory;
    memmove(&cache->spans[place], &cache->spans[place + 1],
        (cache->count - place) * sizeof(struct span *));
    type->drop(span);
}

static void put_first(struct span_cache *cache, size_t place)
{
    struct span *span = cache->spans[place];
    memmove(&cache->spans[1], &cache->spans[0], place * sizeof(struct span *));
    cache->spans[0] = span;
}

struct span *span_cache_find(struct span_cache *cache, int64_t source, uint64_t sequence)
{
    for (size_t i = 0; i < cache->count; i++) {
        const struct span *span = cache->spans[i];
        if (span->source == source && sequence >= span->first &&
            sequence - span->first < span->count) {
            put_first(cache, i);
            return cache->spans[0];
        }
    }
    return NULL;
}

void span_cache_add(struct span_cache *cache, const struct span_cache_type *type, struct span *span)
{
    while (cache->count > 0 &&
           (cache->count == type->most || cache->memory + span->memory > type->most_memory))
        drop_at(cache, type, cache->count - 1);
    cache->spans[cache->count++] = span;
    cache->memory += span->memory;
    put_first(cache, cache->count - 1);
}

void span_cache_forget(struct span_cache *cache, const struct span_cache_type *type, int64_t source)
{
    for (size_t i = cache->count; i-- > 0;)
        if (cache->spans[i]->source == source)
            drop_at(cache, type, i);
}

void span_cache_clear(struct span_cache *cache, const struct span_cache_type *type)
{
    while (cache->count > 0)
        drop_at(cache, type, cache->count - 1);
}
