/*
 * Verdicts: what became of an id at an output, in the end, out of what became of each of its
 * sequences.
 *
 * An id may have several sequences, in the source and in the queues beside it (store/beside.h). It
 * was got when one of them was delivered, whatever became of the others. It may be delivered once
 * on each *occasion*: when it was first read; after each reread that it is part of (the checkpoint
 * was set back, the store's copy was damaged); by each back-fill. A repair and a retry of dead
 * letters are no occasions: they deliver what was not delivered on another. More than that is a
 * fault, and nothing else is.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "store/fates.h"

enum verdict {
    VERDICT_GOT,
    VERDICT_TWICE,          /* and nobody asked for it */
    VERDICT_POSSIBLY_TWICE, /* sent again because no answer had come */
    VERDICT_REDELIVERED,    /* again because the checkpoint was set back */
    VERDICT_REREAD,         /* again because the store's copy was damaged */
    VERDICT_BACKFILLED,     /* again because a back-fill was asked for */
    VERDICT_PENDING,
    VERDICT_DEAD,
    VERDICT_UNWANTED,
    VERDICT_BEFORE,
    VERDICT_NEVER,
    VERDICT_UNKNOWN,
    VERDICTS,
};

/* Where a sequence stands. */
enum trace_place {
    TRACE_SOURCE,   /* in the source itself */
    TRACE_REWOUND,  /* the same, after the checkpoint was set back */
    TRACE_REREAD,   /* the same, after damage */
    TRACE_BACKFILL, /* in the queue of a back-fill */
    TRACE_AMENDS,   /* in that of a repair or of dead letters */
};

/* What is known of an id at an output. Embedded; `{0}` is nothing. */
struct tally {
    uint8_t fates[STORE_NEVER + 1]; /* how often it met each */
    uint8_t got[TRACE_AMENDS + 1];  /* deliveries, by their places */
    uint8_t again_dead;             /* in dead letter on an occasion that is not the first */
    bool doubled;                   /* delivered twice on one occasion */
    uint32_t occasion;              /* of the last delivery */
};

/* Adds what became of one sequence. `occasion`, never 0, is a number that no two occasions of the
 * id share; sequences of one occasion come one after the other. */
void tally_add(
    struct tally *tally, enum trace_place place, uint32_t occasion, enum store_fate fate);

enum verdict tally_verdict(const struct tally *tally);
