/*
 * What the walker's source files share.
 *
 *     walker.c          life, the step
 *     walker_stored.c   what a former process left, and ranges to be read again
 *     walker_window.c   which window is opened, and how it is given up
 *     walker_call.c     the calls: a page, a probe of the time
 *     walker_page.c     what a page does to its window
 *     walker_failure.c  what a failed call means and when to try again
 *     walker_clock.c    what time it is
 *     walker_seen.c     which ids are in memory
 *     walker_room.c     the store's cap
 *     walker_client.c   its part in the client (source_client.h), and in the budget
 */
#pragma once

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/log.h"
#include "source/plan.h"
#include "source/slack_clock.h"
#include "source/walker.h"
#include "sys/secret.h"

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
    bool to_now;        /* the open window reaches the present: when it closes we are caught up */
    int64_t walked;     /* the end of the last full window closed below the pieces; -1: none */
    int64_t neighbour;  /* time of the last entry of the open window's last page; -1: none */
    bool salvage;       /* the next call takes damaged entries for dead letter */
    bool ids_are_stale; /* the seen-set must be loaded before the next page */
    uint64_t *cursors;  /* hashes of the open window's cursors */
    size_t cursor_count, cursor_size;

    struct slack_clock clock;
    bool probed;    /* for the window that is planned now */
    int64_t target; /* --once: the moment of the start; -1: not yet known */

    /* The rhythm. Monotonic microseconds. */
    bool caught_up;
    int64_t full_due_us, fresh_due_us;
    int64_t last_new_us;   /* when a new entry came */
    int64_t newest;        /* the newest known second; -1: none */
    int64_t covered_until; /* up to here a closed window has shown everything that was there */
    int64_t lateness_warned_us;

    struct store_window rereads[WALKER_REREADS]; /* waiting; the store has them too */
    size_t reread_count;
    int64_t reread_due_us;

    unsigned failures;
    unsigned give_ups;   /* for the sake of its cursor, in a row */
    uint32_t most_pages; /* that the window got to before it was given up */
    bool paused_logged;
    uint64_t calls, pages, windows, windows_given_up;
    int64_t last_success_wall;
    bool trouble_told; /* that an attempt failed, since the last success */
    char last_error[ERROR_TEXT_SIZE];
};

/* walker.c */
void walker_step_now(struct walker *walker);
void walker_sleep(struct walker *walker, enum walker_state state, int64_t delay_us);
void walker_tell_changed(struct walker *walker);

/* walker_stored.c */
int walker_take_up_windows(struct walker *walker, struct error *error);
/* The open window, a range that is read again, waits for so long. */
void walker_put_reread_back(struct walker *walker, int64_t wait_us);

/* walker_window.c */
/* Opens the window that is due. False: nothing is, or something else was arranged. */
bool walker_open_window(struct walker *walker);
void walker_close_window(struct walker *walker);
int walker_give_up(struct walker *walker, const char *why);
/* The same because of its cursor: again and again it is tried more slowly, and counts as failing.
 */
void walker_give_up_cursor(struct walker *walker, const char *why);

/* walker_seen.c */
/* Fills the seen-set with the ids that the walk needs. Not while a page comes in. */
int walker_load_seen(struct walker *walker, struct error *error);
/* The piece, one of `pieces`, waits now. */
void walker_forget_interior(struct walker *walker, const struct store_window *piece);

/* A window of a second is not: both ends count, and the next one shares its last. */
static inline bool walker_can_narrow(const struct store_window *window)
{
    return window->latest - window->oldest > 1;
}

/* walker_room.c */
/* False: the store is at its cap, and the walk sleeps until outputs have made room. */
bool walker_has_room(struct walker *walker);

/* walker_client.c */
int walker_open_client(struct walker *walker, struct error *error);

/* walker_clock.c */
int64_t walker_slack_now(const struct walker *walker);
/* An answer came, with a page or without. */
void walker_learn_clock(
    struct walker *walker, const struct slackaudit_answer *answer, bool is_page);

/* walker_page.c */
/* A whole page came, and stands in the intake. */
void walker_take_page(struct walker *walker, const struct slackaudit_page_summary *summary);

/* walker_call.c */
void walker_call_page(struct walker *walker);
void walker_call_probe(struct walker *walker);

/* walker_failure.c */
void walker_failed_call(struct walker *walker, const struct slackaudit_answer *answer);
void walker_failed_store(struct walker *walker, const struct error *error);
/* A try that failed: counted, and told to the log when it is the first or there were many. */
void walker_note_failure(struct walker *walker, const char *text);
/* The walk got further. */
void walker_succeeded(struct walker *walker);
