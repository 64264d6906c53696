/*
 * The parts of a delivery, for its own source files and tests only.
 *
 * What lies between a source's position and the place it has been read to is a queue of
 * *stretches*: consecutive sequences with one fate. A stretch is filled (read, encoded), sent, and
 * in the end passed or refused; from the head of the queue, passed ones move the position and
 * refused ones go to dead letter. Splitting a batch splits its stretch; sending it again means
 * filling it again, within the same bounds.
 *
 *     delivery.c          life, sources, the pump
 *     delivery_turn.c     what comes next: whose turn it is, gathering, sending
 *     delivery_stretch.c  the queue
 *     delivery_fill.c     store -> batch
 *     delivery_answer.c   what an answer means for the stretch
 *     delivery_fates.c    what the ledger is told
 *     delivery_doubt.c    what a receiver may have already, across the end of the process
 *     delivery_advance.c  position and dead letters
 *     delivery_setback.c  waiting after failures, holding, and the log lines about both
 */
#pragma once

#include "base/limits.h"
#include "format/redact.h"
#include "output/dead_letter.h"
#include "output/delivery.h"
#include "output/selection.h"

enum stretch_state {
    STRETCH_AGAIN,   /* to be filled: split off, or sent before without success */
    STRETCH_FILLING, /* one at a time */
    STRETCH_SENDING,
    STRETCH_PASSED,  /* delivered or unwanted */
    STRETCH_REFUSED, /* its one message is meant for dead letter */
};

/* The memory that a batch is encoded into; used again by later batches. */
struct encoding {
    struct encoding *next; /* while spare */
    struct buffer body;
    size_t count;
    size_t *ends;        /* of the messages in `body` */
    uint64_t *sequences; /* of their entries */
    size_t capacity;     /* of both arrays */
};

#define STRETCH_OPEN UINT64_MAX /* as `end`: as far as there are entries and room */

struct stretch {
    struct output_batch batch; /* what the output sees while the stretch is sent */
    struct delivery_source *source;
    struct stretch *next, *previous;
    enum stretch_state state;
    uint64_t first, end;        /* sequences, `end` not included */
    uint64_t reading;           /* FILLING: the next to look at */
    struct encoding *encoding;  /* FILLING, SENDING */
    struct buffer output_state; /* PASSED: what the output wants kept with it */
    bool split;                 /* part of a batch that was refused or too large */
    bool named;                 /* the entry that the receiver named, alone */
    bool sent;                  /* at least once */
    bool doubtful;              /* and nobody knows whether it arrived */
    enum store_fate fate;       /* PASSED: of its entries, unless `fates` tells of each */
    struct buffer fates;        /* PASSED: see store/fates.h */
    unsigned round;             /* SENDING: the delivery's when it was sent */
    uint64_t refused;           /* REFUSED: the sequence of the message */
    bool certain; /* REFUSED: the entry itself is at fault, not perhaps our configuration */
    char *reason; /* REFUSED; owned; NULL: no memory for it */
};

struct delivery_source {
    struct delivery *delivery;
    struct delivery_source *next;
    char *name;  /* in the store */
    char *shown; /* to receivers: that of the configured source that it belongs to */
    struct store_source *store_source;
    uint64_t position; /* as in the store */
    struct stretch *head, *tail;
    size_t queued;          /* stretches */
    int64_t gathering_us;   /* monotonic: since when entries wait for more; 0: they do not */
    uint64_t gathered_end;  /* what lies before it need not wait any more */
    int64_t rests_until_us; /* monotonic: nothing comes before */
    /* What was being sent when the last delivery ended, and what the store has noted for the next
     * one; ends are not included. */
    uint64_t doubt_first, doubt_end, noted_first, noted_end;
};

enum setback_kind {
    SETBACK_NONE,
    SETBACK_STUCK,  /* the store, the dead letter or memory fails */
    SETBACK_FAILED, /* the output's tries fail */
    SETBACK_HELD,   /* refused as a sender */
};

/* A time of failures, from the first to the next success. The delivery's `retry` timer is set while
 * it waits for the next try. */
struct setback {
    enum setback_kind kind;
    unsigned tries;     /* that failed in a row */
    unsigned doublings; /* of the wait, past the retry stack or while held */
    int64_t since_us, logged_us;
    char text[ERROR_TEXT_SIZE]; /* of the last failure */
};

struct delivery {
    struct delivery_context context;
    const struct config_output *config;
    struct clock *clock;
    struct log_subject subject;
    const struct output_type *type;
    struct output *output;
    struct selection selection;
    struct redact *redact;  /* NULL: nothing to redact */
    struct buffer redacted; /* one entry */

    size_t max_entries, max_in_flight;
    uint64_t max_bytes;       /* of a batch's body; lowered when the receiver takes less */
    int64_t max_wait_us;      /* that entries are gathered for */
    uint64_t bytes_per_entry; /* in the last batch */

    struct delivery_source *sources, *turn;
    struct stretch *filling;
    struct encoding *spare;
    struct store_block *block; /* being read, of `block_source` */
    struct delivery_source *block_source;
    size_t in_flight;
    bool draining;

    struct slackaudit_retry_stack *retry_stack;
    struct slackaudit_retry_state retry_state;
    struct setback setback;
    unsigned
        round; /* counts failures: an answer to what was sent before the last tells nothing new */

    bool accepted;      /* something was, by this process */
    bool index_doubted; /* the receiver named an entry that it then accepted alone */
    unsigned doubtful;  /* refused single entries that wait for something to be accepted */
    unsigned
        lone_letters; /* entries that came alone and were refused before anything was accepted */

    struct dead_letter letters;
    int64_t letter_logged_us;
    uint64_t letters_unlogged;

    struct loop_task pump;
    struct loop_timer gather, retry;
    uint64_t delivered, retries, batches;
    int64_t last_success_us;
    bool changed;                   /* context.changed is to be called */
    enum delivery_state told_state; /* at the last call */
};

/* ---- delivery.c ---- */

/* delivery_new() with a type of the caller's. */
int delivery_new_with(struct delivery **ret_delivery, const struct delivery_context *context,
    const struct output_type *type, struct error *error);
/* output_context.keep_state; `user` is the delivery. */
int delivery_keep_state(void *user, struct slice state, struct error *error);
/* Has the pump run soon, and context.changed be called after it. */
void delivery_note_change(struct delivery *delivery);

/* ---- delivery_turn.c ---- */

/* One step of the pump: at most one batch is filled and sent, so that other outputs get their turn.
 * 1: there is more to do at once. Negative: the store, the dead letter or memory failed. */
int delivery_step(struct delivery *delivery, struct error *error);
/* The sequence that the next entry of the source will get. */
uint64_t delivery_given_out(const struct delivery_source *source);

/* ---- delivery_stretch.c ---- */

/* Adds a stretch behind all others, AGAIN. NULL without memory. */
struct stretch *stretch_append(struct delivery_source *source, uint64_t first, uint64_t end);
/* Cuts it in two at `at`, which lies inside; the second half is AGAIN and returned. NULL without
 * memory; then nothing has changed. */
struct stretch *stretch_split(struct stretch *stretch, uint64_t at);
/* Out of the queue, with all it has; a batch in flight must have been cancelled. */
void stretch_free(struct stretch *stretch);
/* Gives the encoding back to the delivery. */
void stretch_drop_encoding(struct stretch *stretch);
/* Stops filling; the stretch is AGAIN or, when it was open, gone. Nothing when none is filled. */
void delivery_drop_filling(struct delivery *delivery);
/* Takes a spare encoding, or makes one. NULL without memory. */
struct encoding *encoding_take(struct delivery *delivery);
int encoding_note_message(struct encoding *encoding, uint64_t sequence);
void delivery_free_spares(struct delivery *delivery);

/* ---- delivery_fill.c ---- */

/* Goes on filling delivery->filling until it is complete (0) or the time is over (1). Complete, it
 * is FILLING still with a batch to send, or PASSED or REFUSED without one, or it is gone because
 * there was nothing; delivery->filling tells whether. Negative: the store or memory failed. */
int delivery_fill(struct delivery *delivery, int64_t deadline_us, struct error *error);

/* Reads one entry; valid until the next call. The entry may have a later sequence when those before
 * were condemned; 1: there is none. A batch that is corrupt is condemned on the way. */
int delivery_read(struct delivery_source *source, uint64_t sequence,
    const struct store_entry **ret_entry, struct error *error);
void delivery_release_block(struct delivery *delivery);

/* ---- delivery_answer.c ---- */

/* output_batch.done of every batch. */
void delivery_answered(struct output_batch *batch, const struct output_answer *answer);
/* True when single entries were refused, nothing was ever accepted and nothing else is left to try:
 * the output is then held. */
bool delivery_hold_doubtful(struct delivery *delivery);

/* ---- delivery_fates.c ---- */

/* What the ledger is told. */

#define FATES_LIMIT MIB(2) /* bytes: of all entries that a queue of stretches can hold */

/* Nobody knows whether what was sent arrived. */
bool fates_answer_is_lost(const struct output_answer *answer);
/* Notes in the stretch, still encoded, what became of its messages; the other entries are unwanted.
 * ERROR_MEMORY. */
int fates_note(struct stretch *stretch, enum store_fate fate);
/* Tells of the passed stretches at the head of the queue that end at `end` or before. */
int fates_gather(
    const struct delivery_source *source, uint64_t end, struct buffer *list, struct error *error);

/* ---- delivery_doubt.c ---- */

/* Asks the store what an earlier delivery was sending, once the position is known. */
void doubt_load(struct delivery_source *source);
/* Adds a stretch from `first` on behind all others, open unless it begins before the end of what is
 * in doubt: so that all of it is in doubt, or nothing. NULL without memory. */
struct stretch *doubt_append(struct delivery_source *source, uint64_t first);
/* Has the store note what is in doubt now, if that has changed. */
void doubt_note(struct delivery_source *source);

/* ---- delivery_advance.c ---- */

/* Moves the position over what is done at the head of the source's queue. 1: the time was over,
 * there is more. A negative code is a store or dead letter that cannot be written. */
int delivery_advance(struct delivery_source *source, int64_t deadline_us, struct error *error);

/* ---- delivery_setback.c ---- */

/* The output failed: asks the retry stack, else backs off. */
void delivery_failed(struct delivery *delivery, const struct output_answer *answer);
/* The store, the dead letter or memory failed: backs off. */
void delivery_stuck(struct delivery *delivery, const struct error *error);
/* What delivery_stuck() was called for works again. */
void delivery_unstuck(struct delivery *delivery);
/* We were refused: waits long. */
void delivery_hold(struct delivery *delivery, const char *text);
/* A receiver that answered as it should. */
void delivery_recovered(struct delivery *delivery);
static inline bool delivery_is_waiting(const struct delivery *delivery)
{
    return loop_timer_is_set(&delivery->retry);
}
