/*
 * Delivery: one for each output. It reads entries from the store at the output's own pace, encodes
 * them into batches, hands these to the output and moves the position when the receiver has
 * acknowledged.
 *
 *     idle -> filling (up to the batch's limits) -> in flight -> acknowledged: position moves
 *               -> failed: the retry stack, then capped backoff for ever; the same entries again
 *               -> too large, refused: split until one entry is left; that one to dead letter
 *               -> sender refused: held, alarm, tried again slowly
 *
 * A batch holds entries of one source in order; sources take turns. Nothing is kept in memory but
 * what is in flight: a batch that must be sent again is read again from the store, and ends where
 * it ended before. Entries that the output does not want (`only`, `except`) move the position
 * without being sent. A damaged entry, and one that the format cannot express, goes to dead letter.
 * The dead letter is synced before the position moves.
 *
 * How long it waits. With fewer than batch.max_entries of a source (or about batch.max_bytes) at
 * hand, entries gather for batch.max_wait from the first one on; that is 1 s for HTTP and nothing
 * for the other types, which gain nothing by it. They do not wait for entries that cannot come
 * before the wait is over, because their source rests until its next poll. What is there when the
 * wait is over goes whole, in as many batches as it takes. A failed batch waits as the output's
 * retry stack says and, past the stack, 1 s doubling to 60 s, half of it random; Retry-After is
 * honoured as a minimum. A held output is tried after 30 s growing to 5 min. While a failure lasts
 * only one batch is in flight.
 *
 * With max_in_flight above 1 several batches are in flight, of one source too; their
 * acknowledgements count in order, so that a failed one holds the position of the later ones, which
 * are not sent again.
 *
 * What is refused. An index that the receiver names only serves to single that entry out: it is
 * sent alone next, and goes to dead letter when it is refused alone. Without an index the batch is
 * bisected. Before anything was ever accepted (by this process) a refusal may as well be the fault
 * of a wrong setting. Then single entries are tried, at most DELIVERY_PROBES; as soon as one is
 * accepted, the refused ones before it go to dead letter; when none is, the output is held and none
 * does. Entries that came alone, and not out of a refused batch, go to dead letter at once, though
 * no more than DELIVERY_PROBES of them.
 *
 * No step takes longer than about 10 ms, apart from the sync of a file and of the store.
 */
#pragma once

#include "base/units.h"
#include "output/output.h"
#include "store/store.h"

enum { DELIVERY_PROBES = 5 };

/* The waits named above: past the stack (half of each random), and while it is held. Both double.
 */
#define DELIVERY_BACKOFF_FIRST_US (1 * USEC_PER_SEC)
#define DELIVERY_BACKOFF_LAST_US  (60 * USEC_PER_SEC)
#define DELIVERY_HOLD_FIRST_US    (30 * USEC_PER_SEC)
#define DELIVERY_HOLD_LAST_US     (300 * USEC_PER_SEC)

struct delivery;

enum delivery_state {
    DELIVERY_IDLE,    /* caught up */
    DELIVERY_ACTIVE,  /* filling or in flight */
    DELIVERY_WAITING, /* after a failure, for the next try */
    DELIVERY_HELD,    /* refused as a sender */
};

struct delivery_status {
    enum delivery_state state;
    /* Since the start: entries acknowledged; to dead letter; batches sent again; batches sent. */
    uint64_t delivered, dead, retries, batches;
    unsigned failures;                /* tries in a row without progress */
    int64_t retry_at_us;              /* monotonic; WAITING and HELD */
    int64_t last_success_us;          /* monotonic; 0: none */
    char last_error[ERROR_TEXT_SIZE]; /* "" after a success */
};

/* All of it outlives the delivery. */
struct delivery_context {
    const struct config_output *config;
    struct loop *loop;
    struct http_engine *http;
    const struct store_type *store_type;
    struct store *store;
    /* A batch of `source` was found corrupt in the store and condemned; the range must be read
     * again from the API. */
    void (*reread)(void *user, const char *source, int64_t oldest, int64_t latest);
    /* Something changed that a status or `--once` looks at: an acknowledgement, a failure, idle. It
     * may call anything here but delivery_free() and delivery_remove_source(). */
    void (*changed)(void *user, struct delivery *delivery);
    void *user;
};

/* Opens the output too. ERROR_... as output_type.open; the text does not name the output, which the
 * caller knows. */
int delivery_new(
    struct delivery **ret_delivery, const struct delivery_context *context, struct error *error);

/* Takes part in a source from now on (its position comes from the store). */
int delivery_add_source(
    struct delivery *delivery, const char *name, struct store_source *source, struct error *error);
/* Or no longer. Its batches in flight are cancelled: the receiver may have them, and gets them
 * again if the source comes back. NULL-safe for a name that takes no part. */
void delivery_remove_source(struct delivery *delivery, const char *name);

/* There may be new entries. */
void delivery_wake(struct delivery *delivery);

/* The source rests: none of its entries comes before `until_us` (monotonic), so those at hand need
 * not wait for company until then. NULL-safe for a name that takes no part. */
void delivery_source_rests(struct delivery *delivery, const char *name, int64_t until_us);

/* Fill no more batches; what is in flight may end. delivery_is_quiet() is true when nothing is. */
void delivery_drain(struct delivery *delivery);
bool delivery_is_quiet(const struct delivery *delivery);
/* Nothing left to deliver in any source. */
bool delivery_is_caught_up(const struct delivery *delivery);

/* Forget the wait after a failure and try at once (HUP). */
void delivery_retry_now(struct delivery *delivery);
/* USR1: as output_type.reopen. */
void delivery_reopen(struct delivery *delivery);

void delivery_status(const struct delivery *delivery, struct delivery_status *ret_status);

/* Cancels what is in flight (it is sent again at the next start) and detaches from the sources.
 * NULL is allowed. */
void delivery_free(struct delivery *delivery);
