#include "base/hash.h"

#include <stdlib.h>

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

struct hash_stream {
    XXH3_state_t state;
};

struct hash_stream *hash_stream_new(void)
{
    /* xxHash wants its state on a boundary that malloc() does not promise. */
    struct hash_stream *stream = aligned_alloc(_Alignof(struct hash_stream), sizeof(*stream));
    if (stream == NULL)
        return NULL;
    XXH3_INITSTATE(&stream->state);
    hash_stream_reset(stream);
    return stream;
}

void hash_stream_free(struct hash_stream *stream)
{
    free(stream);
}

void hash_stream_reset(struct hash_stream *stream)
{
    (void)XXH3_64bits_reset(&stream->state); /* fails for NULL only */
}

void hash_stream_update(struct hash_stream *stream, struct slice bytes)
{
    if (bytes.size > 0)
        (void)XXH3_64bits_update(&stream->state, bytes.data, bytes.size); /* fails for NULL only */
}

uint64_t hash_stream_value(const struct hash_stream *stream)
{
    return XXH3_64bits_digest(&stream->state);
}
