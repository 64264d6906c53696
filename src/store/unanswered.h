/*
 * The unanswered: what outputs are sending, and no receiver has acknowledged yet. When the process
 * ends in between, the next one sends it again, and the ledger is to know for exactly these entries
 * that the receiver may have them twice.
 *
 * It is a file of fixed places beside the database and no transaction, because a note is written
 * before every batch: it costs one call of write, and nothing is synced. The kernel keeps it when
 * the process is killed. When the machine ends instead, the notes may be old; the head then tells
 * of another start of the machine, and the store says that it does not know. (The kernel's identity
 * of a boot would say so too, but a service in a sandbox does not see it.)
 *
 *     head       40 bytes: a mark of 8, then when the machine was started whose notes they are,
 *                microseconds of Unix time, little endian; 0: of a store that was closed in order
 *     a note     40 bytes: numbers of output and source, first and end of the sequences (end not
 *                included), XXH3 of these four; little endian
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define UNANSWERED_NO_PLACE SIZE_MAX

/* Sequences of one output and source. */
struct unanswered_note {
    int64_t output, source;
    uint64_t first, end; /* equal: a free place */
};

/* Embedded. */
struct unanswered {
    int fd;             /* -1: there is none yet */
    bool is_known;      /* what was read tells all there is to know */
    bool is_incomplete; /* a note of ours could not be written: none follows */
    int64_t noted_us;   /* in the head, while it says that we write notes; 0: it does not */
    size_t places;      /* in the file, the head's too */
};

#define UNANSWERED_INIT                                                                            \
    {                                                                                              \
        .fd = -1                                                                                   \
    }

/* Reads the notes of whoever had the store before; `visit` gets each that is sound, with its place.
 * Without a file nothing is unanswered: it is made with the first note. One that is damaged is no
 * reason not to start: it is not known then what is unanswered. `started_us` says when the
 * machine was started, as far as its clocks know by now: the time of day less the time since. */
int unanswered_open(struct unanswered *unanswered, const char *path, int64_t started_us,
    void (*visit)(void *user, size_t place, const struct unanswered_note *note), void *user,
    struct error *error);

/* Writes a note; `*place` is where its output and source have theirs, and is filled in with a new
 * one when it is UNANSWERED_NO_PLACE. One that cannot be written is no reason to hold delivery: it
 * only says what may be twice, should the process be killed just then. The file then says, until it
 * is opened anew, that it does not tell all. */
void unanswered_note(struct unanswered *unanswered, const char *path, int64_t started_us,
    size_t *place, const struct unanswered_note *note);

/* Syncs, and says in the head that no notes follow. */
void unanswered_close(struct unanswered *unanswered);
