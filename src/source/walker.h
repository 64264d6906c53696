/*
 * The walker: reads one source's audit trail from the API into the store, window by window, for
 * ever.
 *
 * It is a small machine around one question, "which call comes next?":
 *
 *     step:      room in the store? -> an open window? (else ask the plan for one, or rest)
 *                -> call the next page
 *     page done: commit page, ids and place in one transaction
 *                -> next page | close | cut off a piece | give up the window
 *
 * A window can always be given up, because nothing outside depends on it before it closes; that is
 * the one answer to a cursor that is refused, repeats or has grown old. What fails past the retry
 * stack is tried again at the next poll. A walker can be freed at any moment and made again from
 * the store.
 *
 * One thread; callbacks come from inside the loop.
 */
#pragma once

#include "base/units.h"
#include "config/config.h"
#include "slackaudit/calls.h"
#include "source/governor.h"
#include "source/intake.h"
#include "store/store.h"
#include "sys/loop.h"

struct walker;

enum walker_state {
    WALKER_STARTING, /* no answer yet */
    WALKER_WALKING,  /* a call is under way */
    WALKER_RESTING,  /* caught up; waits for the next poll */
    WALKER_PAUSED,   /* the store is at its cap */
    WALKER_FAILING,  /* the last call failed past its retries; waits */
    WALKER_REFUSED,  /* the token is refused; waits */
    WALKER_DONE,     /* --once: everything up to the start is in the store */
};

struct walker_status {
    enum walker_state state;
    bool caught_up;    /* the last full window reached the present */
    unsigned failures; /* tries in a row without progress */
    uint64_t calls, pages, windows, windows_given_up;
    struct intake_counts counts;
    size_t seen_ids, seen_bytes;
    struct store_walk walk;
    size_t pieces;
    int64_t window_oldest, window_latest; /* of the open window; -1: none */
    int64_t last_success_wall;            /* seconds; 0: none */
    int64_t slack_now;                    /* Slack's clock; -1: not yet known */
    char last_error[ERROR_TEXT_SIZE];
};

/* How long it waits when the stack is through. What fails otherwise is tried again at the next
 * poll; a refused token ever more slowly; a question that was refused by itself after so many
 * polls. */
#define WALKER_REFUSED_FIRST_US (30 * USEC_PER_SEC)
#define WALKER_REFUSED_LAST_US  (300 * USEC_PER_SEC)
enum { WALKER_PERMANENT_POLLS = 5 };

/* Whether an answer says that the token, or the app behind it, may not read the audit log. `error`
 * is Slack's name for it, or "". */
bool walker_is_token_refused(int status, const char *error);

/* What a person should do about this name of an error, in half a sentence; "" where nothing more is
 * known. Static. */
const char *walker_refusal_advice(const char *error);

/* Everything outlives the walker. */
struct walker_context {
    const struct config_source *config;
    const char *version; /* for the user agent */
    struct loop *loop;
    struct slackaudit_engine *engine;
    const struct store_type *store_type;
    struct store *store;
    struct governor *governor;
    bool once;
    int64_t until; /* with `once`: the walk ends at this second and not at the present; 0: it does
                      not */
    bool spare;    /* takes only the calls that others leave, and half of the store */
    const struct intake_filter *filter; /* or NULL */
    /* Entries became deliverable. */
    void (*stored)(void *user, struct walker *walker);
    /* Something that a status or `--once` looks at changed. */
    void (*changed)(void *user, struct walker *walker);
    void *user;
};

/* Takes up the walk where the store says it stands; the first call goes out in the loop. */
int walker_new(
    struct walker **ret_walker, const struct walker_context *context, struct error *error);
/* Cancels the call under way; its window goes on at the next start. NULL is allowed. */
void walker_free(struct walker *walker);

struct store_source *walker_source(const struct walker *walker);
void walker_status(const struct walker *walker, struct walker_status *ret_status);
/* The monotonic time before which it makes no call, so that no entry comes; 0 while a call is under
 * way. */
int64_t walker_rests_until_us(const struct walker *walker);
/* "walking", "resting", ... */
const char *walker_state_name(enum walker_state state);

/* Entries were acknowledged: a walk that pauses at the store's cap looks again. */
void walker_room(struct walker *walker);
/* Forgets the wait after a failure and tries at once (HUP). */
void walker_retry_now(struct walker *walker);
/* Reads the token again and, when it is another, tries at once. 0: the same; 1: another. */
int walker_reload_token(struct walker *walker, struct error *error);
/* A batch of this range was lost to a fault of the disk: walk it again beside the ordinary windows.
 * The store keeps the range until that is done. */
void walker_reread(struct walker *walker, int64_t oldest, int64_t latest);

/* Of a source without a walker. */

/* The same, for its next walker to do. */
int walker_leave_reread(const struct store_type *store_type, struct store_source *source,
    int64_t oldest, int64_t latest, struct error *error);
/* Gives up its open window and its pieces: they take room that no output can make, and are walked
 * again when the source comes back. */
int walker_abandon(
    const struct store_type *store_type, struct store_source *source, struct error *error);
