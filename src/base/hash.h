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
