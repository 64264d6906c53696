/*
 * Dead letters: what a receiver refused for good, or what is no JSON, kept in a file of its own so
 * that nothing is discarded silently.
 *
 * One line of JSON for each: {"time", "output", "source", "sequence", "id", "reason", "entry": the
 * entry itself} or, when the entry is no valid JSON, "entry_base64". `id` is null when the entry
 * has none. The entry is the stored one, whatever `redact` says: it is meant to be sent again.
 *
 * The file is made with mode 0600 (its directory with 0700) at the first letter. It is opened for
 * each letter, since letters are rare and somebody may have moved the file meanwhile. A letter is
 * synced before dead_letter_write() returns; what a crash left of an unfinished one is cut off by
 * the next.
 */
#pragma once

#include "base/buffer.h"
#include "store/store.h"

struct dead_letter {
    char *path;
    const char *output; /* belongs to the delivery */
    uint64_t count;     /* written since the start */
};

/* Copies `path`. ERROR_MEMORY. */
int dead_letter_init(struct dead_letter *letters, const char *path, const char *output);
void dead_letter_deinit(struct dead_letter *letters);

/* `wall_seconds` is when it happened. ERROR_FULL and the like: nothing was written (a part is cut
 * back) and the position must not move. */
int dead_letter_write(struct dead_letter *letters, const char *source,
    const struct store_entry *entry, const char *reason, int64_t wall_seconds, struct error *error);
