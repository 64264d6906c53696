/*
 * gzip (RFC 1952) through zlib, piece by piece so that no step takes long. A stream owns its zlib
 * state; output is appended to the caller's buffer.
 */
#pragma once

#include <stdbool.h>

#include "base/buffer.h"

struct gzip;

/* Returns 0 or ERROR_MEMORY. `level` 1 to 9. */
int gzip_new(struct gzip **ret_gzip, int level);
void gzip_free(struct gzip *gzip);

/* Compresses `input` and appends what comes out to `output`; `last` ends the member. Returns 0, or
 * what the buffer refused with. After `last` the stream is ready for another member. */
int gzip_write(struct gzip *gzip, struct slice input, bool last, struct buffer *output);

/* Decompresses one whole member, for tests and for reading back rotated files. ERROR_CORRUPT when
 * it is none. */
int gzip_expand(struct slice input, struct buffer *output);
