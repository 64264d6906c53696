/*
 * The daemon's inside, shared by its source files: daemon.c (life cycle), sources.c and outputs.c
 * (what runs, and how a reload changes it), backfills.c, backfill_end.c, backfill_name.c and
 * repair.c (walks beside these), missing.c (what should and cannot), reload.c, once.c, control.c
 * (the socket), verbs.c (what can be asked), snapshot.c (what there is to tell), status.c and
 * metrics.c (told as JSON and for scrapers), listener.c and pages.c (over HTTP), history.c.
 */
#pragma once

#include "base/cleanup.h"
#include "base/json_writer.h"
#include "base/log.h"
#include "base/seen.h"
#include "daemon/backfill_name.h"
#include "daemon/control.h"
#include "daemon/daemon.h"
#include "daemon/generation.h"
#include "daemon/history.h"
#include "output/delivery.h"
#include "source/walker.h"
#include "sys/http_server.h"

struct daemon;

struct daemon_source {
    struct daemon *daemon;
    struct generation *generation;
    const struct config_source *config;
    struct walker *walker;
    struct governor *governor;
    bool told_caught_up; /* in the log, once */
    struct history history;
};

struct daemon_output {
    struct daemon *daemon;
    struct generation *generation;
    const struct config_output *config;
    struct delivery *delivery;
    /* On a reload: it ends what is in flight, then goes or is made again from `successor`. */
    bool leaving;
    int64_t leaving_since_us;
    struct generation *successor;
};

struct daemon_backfill {
    struct daemon_backfill *next;
    struct daemon *daemon;
    struct generation *generation;
    struct backfill_subject subject;
    char name[BESIDE_NAME_SIZE]; /* of its queue */
    char output[LIMIT_NAME + 1]; /* of a repair */
    struct config_source config; /* that of the source, with another name and start */
    struct walker *walker;
    struct governor *governor;
    bool done;
    struct intake_filter filter;
    struct seen have; /* of a repair: what the output has of the present window, and of which: */
    int64_t have_oldest, have_latest, judged_from;
};

struct daemon {
    struct daemon_options options;
    struct generation *generation;
    struct clock *clock;
    struct loop *loop;
    struct http_engine *http;
    struct slackaudit_engine *engine;
    struct slackaudit_clock engine_clock;
    struct loop_watch *engine_watch;
    const struct store_type *store_type;
    struct store *store;
    struct control *control;
    struct http_server *listener; /* NULL when none is configured */

    struct daemon_source **sources; /* pointers, so that walkers can keep theirs */
    size_t source_count;
    struct daemon_output **outputs;
    size_t output_count;
    struct daemon_backfill *backfills;
    char forgettable[BESIDE_NAME_SIZE]; /* see daemon_forget_backfill(); "": none */

    struct loop_timer watchdog, collect, upkeep, deadline;
    struct loop_timer settle; /* an output that leaves has had its time */
    struct loop_task look;    /* something changed: look at it at the end of the turn */
    int64_t started_us;
    /* Why something that is configured does not run; "" when all of it does. */
    char missing[ERROR_TEXT_SIZE];
    unsigned missing_looks; /* at upkeep, since it was tried last */
    unsigned missing_tries;
    bool active; /* something came, went or failed since the last upkeep */
    bool engine_ready;
    bool stopping;
    bool stopped;
    int exit_code;
};

/* daemon.c */
/* Something came, went or failed: upkeep follows. Without it, and while all is well, there is none,
 * so that nothing but its polls wakes a daemon at rest. */
void daemon_note_activity(struct daemon *daemon);
void daemon_stop(struct daemon *daemon);

/* missing.c: a source or output that is configured and cannot run. */
/* Says so in the log, the status and, unless NULL, the report. Returns `code`. */
int daemon_note_missing(
    struct daemon *daemon, int code, const struct error *error, struct buffer *report);
void daemon_forget_missing(struct daemon *daemon);
/* Tries again to start what does not run, ever more slowly. Called at upkeep. */
void daemon_start_missing(struct daemon *daemon);

/* sources.c: makes what runs match the generation; `walker_context` callbacks. The report gets a
 * line for each that cannot run; the code of the last is returned. */
int daemon_apply_sources(
    struct daemon *daemon, struct generation *generation, struct buffer *report);
/* Starts those that do not run. */
int daemon_start_sources(
    struct daemon *daemon, struct generation *generation, struct buffer *report);
void daemon_drop_sources(struct daemon *daemon);
/* The governor of the source's token, shared with all that use it; the caller gives it back. */
int daemon_find_governor(struct daemon *daemon, const struct config_source *config,
    struct governor **ret_governor, struct error *error);
struct daemon_source *daemon_find_source(const struct daemon *daemon, const char *name);
/* Stops the walker of a source, or starts it again from the store; when that fails it stays
 * stopped.
 */
void daemon_halt_source(struct daemon_source *source);
/* Takes it out of what runs; it is missing then. */
void daemon_drop_source(struct daemon_source *source);
int daemon_resume_source(struct daemon_source *source, struct error *error);

/* outputs.c */
int daemon_apply_outputs(
    struct daemon *daemon, struct generation *generation, struct buffer *report);
/* Starts those that do not run, and has the others take part in sources that are new. */
int daemon_start_outputs(
    struct daemon *daemon, struct generation *generation, struct buffer *report);
/* Lets an output that runs take part in every source beside the configured ones that it has a
 * position in. ERROR_MISSING when no such output runs. */
int daemon_join_beside(struct daemon *daemon, const char *output, struct error *error);
/* No output that runs takes part in this source of the store any more; the positions stay. */
void daemon_leave_source(struct daemon *daemon, const char *name);
/* Goes on with outputs that were leaving and are quiet by now. */
void daemon_settle_outputs(struct daemon *daemon);
void daemon_drop_outputs(struct daemon *daemon);

/* backfills.c: walks beside the ordinary ones */
/* Takes up those that are not done, in the place of what runs. */
void daemon_start_backfills(struct daemon *daemon, struct generation *generation);
void daemon_drop_backfills(struct daemon *daemon);
/* Begins one for these outputs, or finds the one that runs already; its name is that of its queue.
 */
int daemon_add_backfill(struct daemon *daemon, const struct backfill_subject *wanted,
    const char *const *outputs, size_t count, char ret_name[BESIDE_NAME_SIZE], struct error *error);
/* One that runs, by the name of its queue; or NULL. */
const struct daemon_backfill *daemon_find_backfill(const struct daemon *daemon, const char *name);
void daemon_backfill_free(struct daemon_backfill *backfill); /* NULL is allowed */

/* backfill_end.c */
/* Ends those that are done. */
void daemon_settle_backfills(struct daemon *daemon);
/* Ends one by the name of its queue, running or not: nothing of it is read or sent any more.
 * `*ret_left` says how many entries that were read some output does not get. */
int daemon_cancel_backfill(
    struct daemon *daemon, const char *name, int64_t *ret_left, struct error *error);
/* What a process that ended in the middle of it has left: forgets the queue of a back-fill that has
 * not all of its outputs yet, since nobody was told that it begins, and brings a cancellation to
 * its end. Before any is taken up. */
void daemon_mend_backfills(struct daemon *daemon);
/* Forgets the queue of a finished one of which the ledger knows nothing any more; one at each call,
 * which the call before has found, so that whoever waits for it sees its end. Called at upkeep. */
void daemon_forget_backfill(struct daemon *daemon);
/* The walk's width in the queue of one that was cancelled: there is no next window. */
enum { BACKFILL_CANCELLED = 0 };

/* repair.c */
/* Fills in the filter that leaves out what the output has. */
void daemon_repair_init(struct daemon_backfill *backfill);

/* reload.c: reads the configuration again. Problems are logged, and appended to `report` when it is
 * not NULL. ERROR_INVALID: the old one is kept. */
int daemon_reload(struct daemon *daemon, struct buffer *report);

/* once.c */
void daemon_look_once(struct daemon *daemon);

/* status.c: the state of everything as one JSON object. */
int daemon_write_status(struct daemon *daemon, struct json_writer *writer, const char *name);
const char *daemon_delivery_state_name(enum delivery_state state);
/* NULL when all is well, else why not (written into `text`). */
const char *daemon_ill(struct daemon *daemon, char *text, size_t size);
/* Names in the log what the store keeps for names that are not configured. */
void daemon_name_departed(struct daemon *daemon);

/* listener.c: the HTTP listener. Opens it when the configuration wants one and none runs (never for
 * `--once`, which is gone before anybody could look). ERROR_UNAVAILABLE, ERROR_INVALID,
 * ERROR_MEMORY. */
int daemon_start_listener(struct daemon *daemon, const struct config *config, struct error *error);
/* On a reload, before the new generation is in use: closes one whose address changed. One that
 * cannot be opened is missing. */
int daemon_apply_listener(
    struct daemon *daemon, const struct config *config, struct buffer *report);
/* Notes for the plots what every source has done so far. Called at upkeep. */
void daemon_note_history(struct daemon *daemon);

/* verbs.c */
void daemon_answer(void *daemon, const char *const *words, size_t count, struct buffer *answer);
