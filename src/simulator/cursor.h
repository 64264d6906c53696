/*
 * Cursors, opaque to a client: base64 that ends in one or two `=` and may hold `+` and `/`, so that
 * a client that does not encode it in an address is found out.
 *
 * A cursor holds a position and the time it was given out, and nothing of the query: the server
 * forgets `oldest`, `latest` and the filters, as Slack's does. A check sum under the seed tells a
 * made-up one.
 */
#pragma once

#include <stdint.h>

#include "base/slice.h"

enum { CURSOR_TEXT_SIZE = 48 };

struct cursor {
    uint64_t position; /* the page begins with the entry below this index */
    int64_t given_at_us;
};

/* Writes the cursor as a string of fewer than CURSOR_TEXT_SIZE bytes and returns it. `number` makes
 * two cursors for one place and time differ: the count of calls so far. */
const char *cursor_encode(const struct cursor *cursor, uint64_t seed, uint32_t number, char *text);

/* Returns 0, or ERROR_INVALID for anything that cursor_encode() did not make under this seed. */
int cursor_decode(const char *text, uint64_t seed, struct cursor *ret_cursor);
