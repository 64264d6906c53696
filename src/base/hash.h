/*
 * Hashes, all from xxHash (XXH3): not secret, not against an attacker who may choose the input
 * freely, but wide enough that an accident does not happen.
 */
#pragma once

#include <stdint.h>

#include "base/slice.h"

/* An entry's key in the seen-set: 96 bits of the XXH3-128 of its id. Among a million ids that stand
 * in the set at once, a new id meets a wrong match with a chance of about 1 in 10^22. */
struct hash_key {
    uint32_t word[3];
};

struct hash_key hash_key_of(struct slice id);
uint64_t hash64(struct slice bytes);

/* A running 64-bit checksum, for bytes that are written piece by piece. */
struct hash_stream;
struct hash_stream *hash_stream_new(void); /* NULL without memory */
void hash_stream_free(struct hash_stream *stream);
void hash_stream_reset(struct hash_stream *stream);
void hash_stream_update(struct hash_stream *stream, struct slice bytes);
uint64_t hash_stream_value(
    const struct hash_stream *stream); /* equals hash64() of all bytes so far */
