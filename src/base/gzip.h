/*
 * gzip (RFC 1952) through zlib, piece by piece so that no step takes long. A stream owns its zlib
 * state; output is appended to the caller's buffer.
 */
#pragma once

#include <stdbool.h>

#include "base/buffer.h"

struct gzip;

/* Returns 0, ERROR_MEMORY, ERROR_INVALID when `level` is not 1 to 9, or ERROR_UNSUPPORTED when the
 * zlib that is loaded is not the one of its header. */
int gzip_new(struct gzip **ret_gzip, int level);
void gzip_free(struct gzip *gzip);

/* Compresses `input` and appends what comes out to `output` (perhaps nothing yet); `last` ends the
 * member, and the stream is ready for another. Returns 0, or what the buffer refused with: then
 * nothing was appended, the member is given up, and the stream is ready for another. */
int gzip_write(struct gzip *gzip, struct slice input, bool last, struct buffer *output);

/* Decompresses one whole member, for tests and for reading back rotated files. Returns 0,
 * ERROR_CORRUPT when `input` is not exactly one, ERROR_LIMIT when it expands past the buffer's
 * limit, or ERROR_MEMORY. Nothing is appended on failure. */
int gzip_expand(struct slice input, struct buffer *output);
