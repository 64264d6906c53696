/*
 * What of a body is still wanted when the piece it came in is gone: one run of bytes, known by the
 * offset of its first byte. A run that lies in the present piece is not copied.
 *
 * Embedded object: CARRY_INIT, carry_deinit(). A pointer that carry_bytes() gives is valid until
 * the next call or the end of the piece.
 */
#pragma once

#include "base/buffer.h"
#include "slackaudit/json_scan.h"

struct carry {
    struct buffer bytes;
    size_t offset; /* of its first byte in the body */
};

#define CARRY_INIT                                                                                 \
    {                                                                                              \
        .bytes = BUFFER_INIT(LIMIT_ENTRY)                                                          \
    }

static inline void carry_deinit(struct carry *carry)
{
    buffer_deinit(&carry->bytes);
}

/* Makes carry->bytes begin with the bytes from `from` to `to` of the body. They continue a run that
 * is carried and began at `from`, or lie in the piece. Returns 0, ERROR_MEMORY or ERROR_LIMIT. */
int carry_keep(struct carry *carry, const struct json_piece *piece, size_t from, size_t to);

/* The bytes from `from` to `to`, in one place: those before the piece are in the run that is
 * carried. Returns as carry_keep(). */
int carry_bytes(struct carry *carry, const struct json_piece *piece, size_t from, size_t to,
    const char **ret_bytes);
