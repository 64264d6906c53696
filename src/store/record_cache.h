/*
 * Batches that are being read: where their bytes lie, and their checked records. An output works
 * through a batch block by block; this spares it the database for all blocks but the first.
 *
 * Embedded in the store. What is found is borrowed until the cache changes.
 */
#pragma once

#include "store/batch_record.h"
#include "store/segment.h"
#include "store/span_cache.h"

struct loaded_batch {
    struct span span; /* first: the one is the other's address */
    struct segment_id segment;
    int64_t offset;
    struct record record;
    size_t size;
    char bytes[]; /* the record's */
};

enum {
    RECORD_CACHE_COUNT = 8,
    RECORD_CACHE_SIZE = 1 << 19, /* bytes of all, when there is more than one */
};

struct record_cache {
    struct span_cache spans; /* of struct loaded_batch */
};

void record_cache_deinit(struct record_cache *cache);

/* The batch that holds the sequence, or NULL. */
const struct loaded_batch *record_cache_find(
    struct record_cache *cache, int64_t source, uint64_t sequence);

/* A batch with a copy of the record's bytes, not yet parsed; NULL without memory. It is the
 * caller's to free() until it is added. */
struct loaded_batch *loaded_batch_new(struct slice record);
void record_cache_add(struct record_cache *cache, struct loaded_batch *batch);

/* Drops all batches of a source. */
void record_cache_drop(struct record_cache *cache, int64_t source);
