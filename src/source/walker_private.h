/*
 * What the walker's source files share: walker.c (life, the step), walker_window.c (which window is
 * open), walker_seen.c (which ids are in memory), walker_room.c (the store's cap),
 * walker_client.c (the client and its budget), walker_call.c (a page's call and what its end does to
 * the window), walker_failure.c (what a failed call means and when to try again).
 */
#pragma once

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/log.h"
#include "sys/secret.h"
#include "source/plan.h"
#include "source/walker.h"

enum { WALKER_REREADS = 8 };

struct walker {
    struct walker_context context;
    struct log_subject subject;
    enum walker_state state;
    struct secret *token;
    struct slackaudit_retry_stack *retry;
    struct slackaudit_client *client;
    struct slackaudit_call *call; /* under way */
    struct loop_timer timer;      /* the next step */
    struct intake intake;
    struct store_source *source;
    uint64_t fingerprint;

    /* Where the walk stands; the store has the same. */
    struct store_walk walk;
    struct store_window pieces[LIMIT_PIECES]; /* the lowest last */
    size_t piece_count;
    struct store_window window; /* the open one */
    bool is_open;
    bool to_now;       /* the open window reaches the present: when it closes we are caught up */
    bool rereading;    /* the open window is one of `rereads` */
    bool salvage;      /* the next call takes damaged entries for dead letter */
    uint64_t *cursors; /* hashes of the open window's cursors */
    size_t cursor_count, cursor_size;

    /* Slack's clock: known once an answer came, carried on by the monotonic clock. */
    bool clock_known;
    int64_t clock_offset_us;
    int64_t target; /* --once: the moment of the start; -1: not yet known */

    /* The rhythm. Monotonic microseconds. */
    bool caught_up;
    int64_t full_due_us, fresh_due_us;
    int64_t last_new_us;   /* when a new entry came */
    int64_t newest;        /* the newest known second; -1: none */
    int64_t covered_until; /* up to here a closed window has shown everything that was there */
    int64_t lateness_warned_us;

    struct {
        int64_t oldest, latest;
    } rereads[WALKER_REREADS];
    size_t reread_count;

    unsigned failures;
    unsigned give_ups; /* in a row */
    bool paused_logged;
    uint64_t calls, pages, windows, windows_given_up;
    int64_t last_success_wall;
    char last_error[ERROR_TEXT_SIZE];
};

/* walker.c */
int64_t walker_slack_now(const struct walker *walker);
void walker_sleep(struct walker *walker, enum walker_state state, int64_t delay_us);
void walker_tell_changed(struct walker *walker);

/* walker_window.c */
/* Opens the window that is due. False: nothing is, or something else was arranged. */
bool walker_open_window(struct walker *walker);
void walker_close_window(struct walker *walker);
int walker_give_up(struct walker *walker, const char *why);

/* walker_seen.c */
/* Fills the seen-set with the ids from `from` on that the walk needs. */
int walker_load_seen(struct walker *walker, int64_t from, struct error *error);
/* The piece, one of `pieces`, waits now. */
void walker_forget_interior(struct walker *walker, const struct store_window *piece);

/* walker_room.c */
/* False: the store is at its cap, and the walk sleeps until outputs have made room. */
bool walker_has_room(struct walker *walker);

/* walker_client.c */
int walker_open_client(struct walker *walker, struct error *error);

/* walker_call.c */
void walker_call_page(struct walker *walker);
void walker_call_probe(struct walker *walker);

/* walker_failure.c */
void walker_failed_call(struct walker *walker, const struct slackaudit_answer *answer);
void walker_failed_store(struct walker *walker, const struct error *error);
void walker_succeeded(struct walker *walker);
