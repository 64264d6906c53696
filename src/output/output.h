/*
 * Outputs: the vtable that every receiver implements. (The other vtable of the tree is
 * store/store.h.)
 *
 * An output is a thin thing: it takes a batch of encoded entries, hands it to its receiver without
 * blocking, and says what the receiver answered. Everything that makes delivery reliable stands in
 * output/delivery.h and is written once: positions, reading ahead, selection, redaction, the retry
 * stack, splitting and bisecting, dead letters, holding, backoff.
 *
 * To add one: see docs/adding-an-output.md.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/log.h"
#include "config/config.h"
#include "format/format.h"
#include "slackaudit/retry.h"
#include "sys/http.h"
#include "sys/loop.h"

struct output; /* an instance; each type has its own */

/* What became of a batch. */
enum output_outcome {
    OUTPUT_DELIVERED,      /* acknowledged as the type understands it (a file: synced) */
    OUTPUT_FAILED,         /* not delivered, or nobody knows: the same batch comes again */
    OUTPUT_TOO_LARGE,      /* 413: a smaller batch may pass; a single entry is refused for good */
    OUTPUT_REFUSED,        /* entries were refused for good (400, 422); see `refused` */
    OUTPUT_SENDER_REFUSED, /* we or the place were refused (401, 403, 404, ...): hold and alarm */
};

struct output_answer {
    enum output_outcome outcome;
    const char *message; /* in words, for the log and the dead letter; no secret; valid during the
                            call */
    int status;          /* HTTP status, or 0 */
    enum slackaudit_transport transport; /* for a failure that is none of the connection: OTHER */
    int os_errno;
    int64_t retry_after_us; /* -1: not asked for */
    long refused;           /* OUTPUT_REFUSED: index of the refused entry in the batch, or -1 when
                               not known */
    struct slice state; /* OUTPUT_DELIVERED: kept in the transaction that moves the position; data
                           NULL: none; valid during the call */
};

/* Consecutive entries of one source, encoded and framed. Owned by the delivery; it stays as it is
 * until `done` has returned or the batch was cancelled. */
struct output_batch {
    const char *source;
    uint64_t first;     /* sequence of the first message's entry */
    size_t count;       /* messages in it, at least one; entries that the output does not want are
                           not in it */
    struct buffer body; /* what the type's `begin`, `entry` and `end` made */
    const size_t *ends; /* for each message, where it ends in `body` */
    /* Called exactly once by the output, from inside `send` or later, unless cancelled. Nothing is
     * sent or cancelled from inside it. */
    void (*done)(struct output_batch *batch, const struct output_answer *answer);
    void *sending; /* the output's own, while it sends */
};

/* What an output is made from. Everything outlives it. */
struct output_context {
    const struct config_output *config;
    struct loop *loop;
    struct http_engine *http;
    struct log_subject subject;
    struct slice state; /* what was kept with the last acknowledged batch; valid during `open` */
    /* Keeps state outside of a batch, in a transaction of its own (a file notes a rotation before
     * the rename). ERROR_UNAVAILABLE while an acknowledged batch's own state could not be stored
     * yet: what is kept never runs ahead of the position. */
    int (*keep_state)(void *user, struct slice state, struct error *error);
    void *user;
};

struct output_type {
    const char *name; /* as in the configuration: "file", "syslog", or the api of an http output */

    /* At most one batch is in flight, whatever `max_in_flight` says: for types that keep state. The
     * state of one batch is in the store before the next comes. */
    bool one_at_a_time;

    /* `open` takes back what was in flight when the last process ended, so that sending it again
     * repeats nothing. Of other types the ledger says that the receiver may have it twice. */
    bool settles;

    /* Makes an instance. No waiting, no network: what needs the receiver comes with the first
     * batch. ERROR_... when it can never work (a file that cannot be opened). */
    int (*open)(
        struct output **ret_output, const struct output_context *context, struct error *error);

    /* Encoding a batch into `body`: `begin` once, `entry` for each, `end` once; begin and end may
     * be NULL. An error of `entry` leaves the body as it was; ERROR_INVALID sends the entry to dead
     * letter with the text, ERROR_LIMIT ends the batch before it. A batch may be begun and not be
     * sent, and `entry` be called once more for an index when the entry made the batch too long. */
    int (*begin)(struct output *output, struct buffer *body);
    int (*entry)(struct output *output, const struct format_entry *entry, size_t index,
        struct buffer *body, struct error *error);
    int (*end)(struct output *output, struct buffer *body);

    /* Sends it. Every result comes through batch->done. */
    void (*send)(struct output *output, struct output_batch *batch);
    /* Gives it up: no `done` any more. What the receiver may have got is not known. */
    void (*cancel)(struct output *output, struct output_batch *batch);

    /* USR1: external rotation. May be NULL. */
    void (*reopen)(struct output *output);
    /* Nothing is in flight any more. NULL is allowed. */
    void (*close)(struct output *output);
};

extern const struct output_type output_file;
extern const struct output_type output_stdout;
extern const struct output_type output_syslog;
extern const struct output_type output_generic;    /* http, api: generic */
extern const struct output_type output_splunk_hec; /* http, api: splunk_hec */

/* The type that a configured output wants. Never NULL for a configuration that was loaded. */
const struct output_type *output_find(const struct config_output *config);
