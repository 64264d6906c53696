/*
 * The seen-set: which ids of a source are already in the store. Exact (up to the width of the key,
 * base/hash.h), bounded, at most 24 bytes an id.
 *
 * The keys stand in one array ordered by their hash (linear probing whose entries are kept sorted
 * by their home slot), so that a search ends early and the array grows, shrinks and forgets in
 * place, without a second copy. It is filled from the store at the start; the store is the durable
 * side of it.
 *
 * Embedded object. Times are Unix seconds.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/hash.h"

struct seen_slot;

struct seen {
    struct seen_slot *slots;
    size_t home_count; /* slots a key can call home */
    size_t slot_count; /* with the overflow behind the last home */
    size_t count;      /* keys in it */
};

void seen_deinit(struct seen *seen);

/* Adds a key. 1: it is new; 0: it was there already (its time stays); ERROR_MEMORY; ERROR_LIMIT
 * past LIMIT_SEEN. */
int seen_add(struct seen *seen, struct hash_key key, int64_t time);

/* Whether the key is in it. */
bool seen_has(const struct seen *seen, struct hash_key key);

/* Takes a key out again, if it is there. */
void seen_remove(struct seen *seen, struct hash_key key);

/* Forgets every key whose time is in [from, to) and gives memory back. */
void seen_forget(struct seen *seen, int64_t from, int64_t to);

/* Bytes of memory behind the set. */
size_t seen_memory(const struct seen *seen);
