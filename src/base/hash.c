#include "base/hash.h"

/* Compiled in: a key is made for every entry, and the call would cost as much as the hash of so
 * short an id. */
#define XXH_INLINE_ALL
#include <xxhash.h>

struct hash_key hash_key_of(struct slice id)
{
    XXH128_hash_t hash = XXH3_128bits(id.data, id.size);
    return (struct hash_key){{
        (uint32_t)hash.low64,
        (uint32_t)(hash.low64 >> 32),
        (uint32_t)hash.high64,
    }};
}

uint64_t hash64(struct slice bytes)
{
    return XXH3_64bits(bytes.data, bytes.size);
}
