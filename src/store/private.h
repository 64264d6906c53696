/*
 * What the source files of the SQLite store share: its structs and the steps that more than one
 * needs. Nobody outside this folder includes it.
 *
 *     sqlite.c       open, close, the vtable, changes as transactions
 *     schema.c       the tables
 *     database.c     SQLite behind a few verbs
 *     sources.c      sources: walks, seen ids, rewind, forget
 *     windows.c      windows as rows, and what their outcome does to their batches
 *     pages.c        pages on their way in, and the commit
 *     reading.c      blocks on their way out, condemned batches
 *     outputs.c      outputs: names, states, forget
 *     positions.c    outputs' positions: attach, acknowledge, what all have passed
 *     collect.c      upkeep: segments and ids that nobody needs
 *     ledger.c       what outputs acknowledged, and what is asked about it
 *     past.c         ids of batches that are gone
 *     rereads.c      what is read again although it was known; the checkpoint set back
 *     sending.c      what outputs are sending, kept in unanswered.c
 *     segment.c, batch_record.c, span_cache.c, block_cache.c, record_cache.c, reserve.c
 *
 * Sources, outputs and positions are all held in memory (they are few); windows, batches and
 * records stay in the database. Memory changes after the transaction that it mirrors, never before.
 */
#pragma once

#include "store/block_cache.h"
#include "store/database.h"
#include "store/record_cache.h"
#include "store/reserve.h"
#include "store/segment.h"
#include "store/store.h"
#include "store/unanswered.h"

struct store_output {
    struct store_output *next;
    int64_t id;
    char *name;
};

/* A row of `acknowledged`. */
struct ledger_range {
    uint64_t first, end; /* equal: there is none */
    size_t size;         /* bytes of its fates */
};

/* Where the ledger was looked at last: all from `first` to `end` (not included) has this fate. */
struct ledger_look {
    uint64_t first, end;
    enum store_fate fate;
};

/* An output's position in one source. */
struct position {
    struct position *next;
    struct store_output *output;
    uint64_t sequence;
    bool attached;
    uint64_t begun;           /* the ledger of the output begins with this sequence */
    struct ledger_range last; /* of what it acknowledged, the range that grows */
    struct ledger_look look;
    size_t place;                  /* in store/unanswered.h */
    uint64_t sent_first, sent_end; /* being sent, and not acknowledged when that was noted */
    bool sent_known;               /* by this process */
};

struct store_source {
    struct store_source *next;
    struct store *store;
    int64_t id;
    char *name;
    struct store_walk walk;
    uint64_t next_sequence;
    uint64_t live_bytes; /* of batches in state 0 */
    uint64_t open_bytes; /* of these, in windows */
    struct position *positions;

    int64_t segment;     /* number of the file that the next page goes to */
    int64_t segment_end; /* where its last transaction left it */
    bool segment_named;  /* its name is synced */
    struct store_page *page;
    bool untidy;         /* collect may find something */
    int64_t judged_from; /* the ledger has forgotten no id from this second on */
};

struct store {
    char *directory;
    uint64_t max_bytes;
    int lock_fd;
    struct database *database;
    struct segments segments;
    struct reserve reserve;
    struct block_cache blocks;
    struct record_cache records;
    struct store_source *sources;
    struct store_source *forgotten; /* their handles may still be held */
    struct store_output *outputs;
    int64_t next_batch; /* ids of batches are not used twice in a process */
    struct clock *clock;
    int64_t ledger_seconds;
    uint64_t past_ids; /* how many the ledger keeps of batches that are gone */
    struct unanswered unanswered;
    char *unanswered_path;
};

/* ---- sqlite.c ---- */

/* Runs `change` in a transaction of its own. It may run twice: when the disk is full and the
 * reserve could be released, it is tried again. */
typedef int (*store_change)(struct store *store, void *user, struct error *error);
int store_apply(struct store *store, store_change change, void *user, struct error *error);
/* The same for what must not use up the reserve: on a full disk it is released for others. */
int store_apply_page(struct store *store, store_change change, void *user, struct error *error);

/* ---- sources.c ---- */

int sources_load(struct store *store, struct error *error);
void source_free(struct store_source *source);
/* NULL when the store does not know it. */
struct store_source *source_find(const struct store *store, const char *name);
/* One that no page is being written of. ERROR_MISSING, ERROR_INVALID. */
int source_find_at_rest(const struct store *store, const char *name,
    struct store_source **ret_source, struct error *error);
/* Part of a transaction: writes the source's row. ERROR_MISSING when the source was forgotten. */
int source_write(struct store_source *source, const struct store_walk *walk, uint64_t next_sequence,
    struct error *error);
int store_source_get(struct store *store, const char *name, struct store_source **ret_source,
    struct store_walk *ret_walk, struct error *error);
int store_seen(struct store_source *source, int64_t from,
    int (*visit)(void *user, struct hash_key key, int64_t time), void *user, struct error *error);
int store_sources(struct store *store,
    int (*visit)(void *user, const char *name, const struct store_walk *walk), void *user,
    struct error *error);
int store_forget_source(struct store *store, const char *name, struct error *error);

/* ---- rereads.c ---- */

int store_rewind(struct store *store, const char *name, int64_t checkpoint, struct error *error);
int store_rereads(struct store_source *source,
    int (*visit)(void *user, const struct store_reread *reread), void *user, struct error *error);
/* Parts of a transaction. What gets a sequence from now on may be there already. */
int reread_note(struct store_source *source, int64_t oldest, int64_t newest,
    enum store_reread_reason reason, struct error *error);
/* Forgets those of which nothing from before is known any more. */
int rereads_trim(struct store_source *source, struct error *error);

/* ---- windows.c ---- */

int store_windows(struct store_source *source, struct store_window **ret_windows, size_t *ret_count,
    struct error *error);

/* Parts of a transaction. Each says what it did to the numbers, for memory to follow afterwards. */

/* Writes the row; `*ret_id` is its id, new when the window had none. ERROR_MISSING for a row that
 * is gone. */
int window_write(struct store_source *source, const struct store_window *window, bool waiting,
    int64_t *ret_id, struct error *error);
/* Gives the window's batches their sequences from `*sequence` on, last page first, moves
 * `*sequence` on and takes the row away. `*ret_bytes` is what the batches hold. */
int window_close(struct store_source *source, int64_t id, uint64_t *sequence, uint64_t *ret_bytes,
    struct error *error);
/* Drops the window's batches and their ids and takes the row away. */
int window_give_up(
    struct store_source *source, int64_t id, uint64_t *ret_bytes, struct error *error);

/* ---- pages.c ---- */

int store_page_begin(
    struct store_source *source, struct store_page **ret_page, struct error *error);
int store_page_append(
    struct store_page *page, const struct store_new_entry *entry, struct error *error);
int store_commit(struct store_source *source, struct store_page *page, struct store_window *window,
    enum store_outcome outcome, const struct store_walk *walk, struct error *error);
void store_page_abort(struct store_page *page);

/* ---- reading.c ---- */

int store_read(struct store_source *source, uint64_t sequence, struct store_block **ret_block,
    struct error *error);
void store_block_release(struct store *store, struct store_block *block);
/* Moves `*sequence` behind the condemned batches that it stands in. */
int sequence_skip_condemned(struct store_source *source, uint64_t *sequence, struct error *error);
uint64_t store_next_sequence(const struct store_source *source);
int store_condemn(struct store_source *source, uint64_t sequence, int64_t *ret_oldest,
    int64_t *ret_latest, struct error *error);

/* ---- outputs.c ---- */

int outputs_load(struct store *store, struct error *error);
void output_free(struct store_output *output);
/* Finds the output or makes it known, in a transaction of its own. */
int output_get(
    struct store *store, const char *name, struct store_output **ret_output, struct error *error);
/* Part of a transaction. */
int output_write_state(
    struct store *store, int64_t output, struct slice state, struct error *error);
int store_output_state(
    struct store *store, const char *output, struct buffer *state, struct error *error);
int store_output_state_set(
    struct store *store, const char *output, struct slice state, struct error *error);
int store_forget_output(struct store *store, const char *name, struct error *error);

/* ---- positions.c ---- */

/* After the outputs. */
int positions_load(struct store *store, struct error *error);
void positions_free(struct store_source *source);
/* NULL when the output has none in the source. */
struct position *position_find(const struct store_source *source, const char *output);
/* Takes it out of memory; true when the output had one. */
bool position_drop(struct store_source *source, const struct store_output *output);

/* Marks the batches that every position is past, in a transaction of its own. Done at the start
 * too, so that a crash between a change of positions and this loses nothing. */
int positions_settle(struct store_source *source, struct error *error);

int store_attach(struct store *store, const char *output, struct store_source *source,
    uint64_t *ret_sequence, struct error *error);
void store_detach(struct store *store, const char *output, struct store_source *source);
int store_acknowledge(struct store *store, const char *output, struct store_source *source,
    uint64_t sequence, struct slice fates, struct slice state, struct error *error);
int store_skip(
    struct store *store, const char *output, struct store_source *source, struct error *error);
int store_positions(struct store *store,
    int (*visit)(void *user, const struct store_position *position), void *user,
    struct error *error);

/* ---- collect.c ---- */

int store_collect(struct store *store, struct error *error);
/* After the start: cuts every segment back to what live batches name, removes those of which
 * nothing is left, and finds where each source goes on. */
int segments_recover(struct store *store, struct error *error);

/* ---- ledger.c ---- */

/* Part of a transaction: what lies before `end` was acknowledged, and these are the fates of the
 * last of it; empty: all from the position on was delivered once. `*ret_last` is the range that
 * grows from now on. ERROR_INVALID for a list that tells of more sequences than there are. */
int ledger_write(struct store_source *source, const struct position *position, uint64_t end,
    struct slice fates, struct ledger_range *ret_last, struct error *error);
/* Finds the range that grows. */
int ledger_load(struct store_source *source, struct position *position, struct error *error);
/* Part of a transaction: forgets ranges that end at or before `sequence`. */
int ledger_trim(struct store_source *source, uint64_t sequence, struct error *error);
int store_find(struct store_source *source, const struct store_inquiry *inquiry,
    int (*visit)(void *user, uint64_t id, uint64_t sequence), void *user, int64_t *ret_from,
    struct error *error);
int store_fate(struct store_source *source, const char *output, uint64_t sequence,
    enum store_fate *ret_fate, struct error *error);

/* ---- sending.c ---- */

/* After the positions. */
int sending_load(struct store *store, struct error *error);
void store_sending(struct store *store, const char *output, struct store_source *source,
    uint64_t first, uint64_t end);
void store_unanswered(struct store *store, const char *output, const struct store_source *source,
    uint64_t *ret_first, uint64_t *ret_end);

/* ---- past.c ---- */

int past_load(struct store *store, struct error *error);

/* Some consecutive ids on their way out of their batches' records. Embedded. */
struct past_writer {
    struct store_source *source;
    struct buffer ids;
    uint64_t first; /* sequence of the first */
    uint32_t count;
    int64_t oldest, newest;
    uint64_t written; /* ids, in all rows */
    bool lost;        /* ids were not kept, up to this time: */
    int64_t lost_newest;
};

void past_writer_init(struct past_writer *writer, struct store_source *source);
void past_writer_deinit(struct past_writer *writer);
/* Parts of a transaction. The record is that of a closed batch that begins with `first`. */
int past_writer_add(struct past_writer *writer, uint64_t first, int64_t oldest, int64_t newest,
    struct slice record, struct error *error);
int past_writer_end(struct past_writer *writer, struct error *error);

/* Asks all rows whose times touch the inquiry's. */
int past_find(struct store_source *source, const struct store_inquiry *inquiry,
    int (*visit)(void *user, uint64_t id, uint64_t sequence), void *user, struct error *error);
/* Drops what is too old or too much, a slice. 1: something was done. */
int past_collect(struct store *store, struct error *error);
/* Calls `visit` when the inquiry asks for the id. */
int inquiry_match(const struct store_inquiry *inquiry, uint64_t id, uint64_t sequence,
    int (*visit)(void *user, uint64_t id, uint64_t sequence), void *user);
