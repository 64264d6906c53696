/*
 * Fates: what became of entries at an output, told for consecutive sequences as a list of runs. The
 * ledger keeps it so; an entry costs nothing while its neighbours have the same fate, and a byte
 * where every other one is unwanted.
 *
 *     run       count * 4 + fate, in groups of 7 bits, the lowest first; the top bit of a byte says
 *               that another follows
 *
 * A list of no bytes stands for "each delivered once", however many there are.
 */
#pragma once

#include <stdint.h>

#include "base/buffer.h"

enum store_fate {
    STORE_DELIVERED, /* acknowledged, and sent once */
    STORE_REPEATED,  /* acknowledged, but sent before without an answer, by this process or by one
                        that ended just then: it may have come twice */
    STORE_UNWANTED,  /* the output does not want it */
    STORE_DEAD,      /* in dead letter */

    /* Never in a list; what the ledger answers beside these. */
    STORE_PENDING, /* behind the output's position */
    STORE_BEFORE,  /* from before the ledger or the output's part in the source */
    STORE_NEVER,   /* the position has passed it, and nobody acknowledged it */
};

/* A run while a list is made or read. Embedded; `{0}` is an empty one. */
struct fate_run {
    uint64_t count;
    enum store_fate fate;
};

/* Adds `count` entries of that fate: a run that goes on grows, a new one writes the last.
 * ERROR_LIMIT or ERROR_MEMORY of the buffer. */
int fates_add(struct buffer *list, struct fate_run *run, uint64_t count, enum store_fate fate);
/* Writes the run that is open. */
int fates_end(struct buffer *list, struct fate_run *run);

/* Takes the next run off the list: 1; 0 at its end; ERROR_CORRUPT. */
int fates_next(struct slice *list, struct fate_run *ret_run);
