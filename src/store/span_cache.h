/*
 * The frame of the store's caches: spans of a source's sequence that were read, found by a sequence
 * that lies in them, the last used first. What a span holds, and how it goes, is its owner's.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* What is cached begins with one. */
struct span {
    int64_t source; /* its id */
    uint64_t first; /* sequence */
    size_t count;   /* sequences */
    size_t memory;  /* bytes */
};

enum { SPAN_CACHE_MOST = 16 };

struct span_cache_type {
    size_t most;        /* spans, at most SPAN_CACHE_MOST */
    size_t most_memory; /* bytes of all of them, when there is more than one */
    void (*drop)(struct span *span);
};

/* Embedded object; all zero is empty. Every call names the same type. */
struct span_cache {
    struct span *spans[SPAN_CACHE_MOST]; /* the last used first */
    size_t count;
    size_t memory; /* bytes */
};

/* The span that holds the sequence, or NULL. Borrowed until the cache changes. */
struct span *span_cache_find(struct span_cache *cache, int64_t source, uint64_t sequence);

/* Takes the span over; those that were used least go for it. */
void span_cache_add(
    struct span_cache *cache, const struct span_cache_type *type, struct span *span);

/* Drops all spans of a source, or all. */
void span_cache_forget(
    struct span_cache *cache, const struct span_cache_type *type, int64_t source);
void span_cache_clear(struct span_cache *cache, const struct span_cache_type *type);
