/*
 * The store: the hinge between the walk and the outputs, and the only thing that lasts.
 *
 * To its left the walker writes pages; to its right outputs read entries and acknowledge them. It
 * is one of the two vtables of the tree (the other is output/output.h). store/sqlite.c keeps an
 * index in SQLite and the bytes in segment files; a shared database can stand behind the same
 * calls, since each call is one transaction that is durable when it returns and none stays open
 * across a wait.
 *
 * Words. A *window* is a time range that is being walked; its *pages* come newest first. Each page
 * that brings new entries is a *batch* in the store. While its window is open, a batch can still be
 * given up; when the window closes, its entries get *sequences*: numbers per source, from 1,
 * without gaps, given to the oldest page first and within a page from its last entry to its first,
 * so that they ascend with time. An output's *position* for a source is the sequence of the next
 * entry that it has not acknowledged. A closed *piece* is a window that waits, unnumbered, for the
 * windows below it.
 *
 * The *ledger* is what an auditor judges from. Which id stands behind which sequence is kept, 8
 * bytes each, after the bytes have gone and the seen-set needs it no more; and for each output
 * which sequences it acknowledged and what became of each (store/fates.h), written in the
 * transaction that moves its position. What is too old, or too much, goes, the oldest first, and
 * the ledger says from which second on it still judges.
 *
 * A `visit` must not call the store (that of find() may call fate()). Names are copied. Sources and
 * outputs are known by name; what leaves the configuration keeps its state until it is forgotten.
 * One thread. An error leaves the store as it was before the call.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/hash.h"
#include "base/slice.h"
#include "store/fates.h"
#include "sys/clock.h"

/* Where the walk of a source stands. Times are Unix seconds of Slack's clock; -1: not yet known. */
struct store_walk {
    int64_t start; /* the configured start, turned into a time when the source was first seen */
    int64_t checkpoint; /* `latest` of the last closed window */
    int64_t read_at;    /* Slack's clock when the last closed window was opened */
    int64_t seen_from;  /* the seen-set is complete from here on */
    int64_t width;      /* seconds of the next back-fill window */
};

enum store_window_kind {
    STORE_WINDOW_FULL = 1,   /* moves the checkpoint */
    STORE_WINDOW_FRESH = 2,  /* a short poll at the newest end; never moves the checkpoint */
    STORE_WINDOW_REREAD = 3, /* of a batch that was lost; waiting: not begun yet */
};

/* A window as it is kept. Written with each of its pages. */
struct store_window {
    int64_t id; /* 0 until it is first stored */
    enum store_window_kind kind;
    bool waiting;           /* a closed piece */
    int64_t oldest, latest; /* both inclusive */
    int64_t opened;         /* Slack's clock when it was opened */
    int64_t cursor_wall;    /* the host's wall clock in seconds when `cursor` was received */
    uint64_t fingerprint;   /* of the query: base address and filter */
    uint32_t pages;
    uint64_t entries, bytes; /* new ones, as stored */
    char *cursor; /* of the next page; "" before the first; owned by whoever holds the struct */
};

void store_window_deinit(struct store_window *window);

/* What the commit of a page (or of none) does to its window. */
enum store_outcome {
    STORE_KEEP_OPEN, /* another page follows */
    STORE_WAIT,      /* becomes a waiting piece */
    STORE_CLOSE,     /* its entries get sequences and can be delivered; the window's row goes */
    STORE_GIVE_UP,   /* its batches and ids go, and its row */
};

enum { STORE_ENTRY_DAMAGED = 1 }; /* flags of an entry: not valid JSON, meant for dead letter */

/* An entry on its way in. */
struct store_new_entry {
    struct slice bytes; /* one line, without its line break */
    int64_t time;       /* 0 to 2^32 - 1 */
    struct hash_key key;
    unsigned flags;
};

/* An entry on its way out. Its bytes belong to the block. */
struct store_entry {
    struct slice bytes;
    int64_t time;
    uint64_t sequence;
    unsigned flags;
};

/* Some consecutive entries of one source, ascending by sequence. The entries are shared by all
 * outputs that read them: nobody changes them, and they stay until the block is given back. */
struct store_block {
    uint64_t first; /* sequence of entries[0] */
    size_t count;
    struct store_entry *entries;
};

struct store_usage {
    /* Of batches that some output has not passed, open windows and pieces included; of a source
     * without any position all batches. */
    uint64_t live_bytes;
    uint64_t open_bytes;   /* of these: in open windows and pieces, that no output can reduce */
    uint64_t max_bytes;    /* the cap */
    bool reserve_released; /* the disk is full: only positions are written */
};

/* An output's standing with one source. */
struct store_position {
    const char *output, *source;
    uint64_t sequence;      /* of the next entry to deliver */
    uint64_t next_sequence; /* of the next entry that will be numbered: equal when caught up */
    uint64_t backlog_bytes; /* about: of the batch it stands in, the share that is left */
    bool attached;          /* an output of the running configuration */
};

struct store_options {
    const char *directory; /* created with 0700 when absent */
    uint64_t max_bytes;
    struct clock *clock;
    bool existing;     /* ERROR_MISSING, and nothing is made, where no store is yet */
    int64_t ledger_us; /* how long ids are kept when nothing else needs them; 0: no longer */
};

/* What the ledger is asked about: ids (the first eight bytes of their keys, ledger_id()),
 * ascending, none twice, whose entries all have times from `oldest` to `latest`. */
struct store_inquiry {
    const uint64_t *ids;
    size_t count;
    int64_t oldest, latest;
};

enum store_reread_reason {
    STORE_REREAD_REWIND = 1, /* the checkpoint was set back */
    STORE_REREAD_DAMAGE = 2, /* a batch was condemned */
};

/* Why entries that were delivered may have another sequence: from this one on, those of the times
 * from `oldest` to `newest` were read again. */
struct store_reread {
    uint64_t sequence;
    int64_t oldest, newest;
    enum store_reread_reason reason;
};

struct store;
struct store_source; /* one source's handle */
struct store_page;   /* one page being written */

struct store_type {
    const char *name;

    /* Opens and locks the store, checks its integrity, finishes what a crash left (cuts segments
     * back, removes what no transaction names). ERROR_LOCKED; ERROR_CORRUPT and ERROR_UNSUPPORTED
     * (a newer version wrote it): nothing is changed, the text says what to do; ERROR_READ_ONLY;
     * ERROR_FULL when the disk has not even room for an empty store. A store that is there opens on
     * a full disk too. */
    int (*open)(struct store **ret_store, const struct store_options *options, struct error *error);
    void (*close)(struct store *store);

    /* Knows the source from now on. `ret_walk` is where it stands (all -1 and width 0 when new). A
     * handle lasts until the store is closed; asking twice gives the same. */
    int (*source)(struct store *store, const char *name, struct store_source **ret_source,
        struct store_walk *ret_walk, struct error *error);
    /* Its windows, the newest (highest `latest`) first: waiting pieces, ranges to be read again,
     * and at most one open window. The caller frees the array and each window. */
    int (*windows)(struct store_source *source, struct store_window **ret_windows,
        size_t *ret_count, struct error *error);
    /* Every id whose time is `from` or later, in any order, delivered or not. A negative return of
     * `visit` ends it. */
    int (*seen)(struct store_source *source, int64_t from,
        int (*visit)(void *user, struct hash_key key, int64_t time), void *user,
        struct error *error);

    /* A page on its way in: bytes go to the segment as they come, and count for nothing until the
     * commit. One at a time for each source. ERROR_FULL when the disk is. */
    int (*page_begin)(
        struct store_source *source, struct store_page **ret_page, struct error *error);
    int (*page_append)(
        struct store_page *page, const struct store_new_entry *entry, struct error *error);
    /* Syncs the segment, then writes in one transaction: the batch (none when nothing was
     * appended), `window` (its id is filled in; pages, entries and bytes are counted on), the
     * outcome, and `walk`. `page` is freed in every case; on failure it has been aborted, and
     * `window` is as it was. `page` may be NULL: then only window and walk change; so may `window`
     * (without a page) and `walk`. After STORE_CLOSE and STORE_GIVE_UP the window's id is 0 again;
     * a page that is given with STORE_GIVE_UP is dropped. A call that changes nothing costs
     * nothing. */
    int (*commit)(struct store_source *source, struct store_page *page, struct store_window *window,
        enum store_outcome outcome, const struct store_walk *walk, struct error *error);
    /* Cuts the segment back. NULL is allowed. The only call allowed, beside a commit that then
     * fails, after page_append failed. */
    void (*page_abort)(struct store_page *page);

    /* A pause that Retry-After asked for, by a name that stands for the token (never the token
     * itself). 0: none. Wall clock, seconds. */
    int (*pause_set)(
        struct store *store, const char *name, int64_t until_wall, struct error *error);
    int (*pause_get)(
        struct store *store, const char *name, int64_t *ret_until_wall, struct error *error);

    /* Makes `output` take part in `source`: its position if it has one, else the next sequence to
     * be given out. Detached, it keeps its position and still holds what it has not passed. (Of a
     * source that no output has a position for, everything is kept until the cap; the first output
     * does not get it, since a new output begins with what is stored from then on.) */
    int (*attach)(struct store *store, const char *output, struct store_source *source,
        uint64_t *ret_sequence, struct error *error);
    void (*detach)(struct store *store, const char *output, struct store_source *source);
    /* What the output keeps beside its positions (a file: path, identity, length); empty when there
     * is none. The buffer is the caller's. */
    int (*output_state)(
        struct store *store, const char *output, struct buffer *state, struct error *error);

    /* The entries from `sequence` on, as far as they lie together: 0 and a block (with at least the
     * entry asked for, never an earlier one), 1 when nothing is there yet, ERROR_CORRUPT when a
     * checksum fails. Give it back with block_release. Where a batch was condemned its sequences
     * are skipped: the block then begins later than `sequence`. */
    int (*read)(struct store_source *source, uint64_t sequence, struct store_block **ret_block,
        struct error *error);
    void (*block_release)(struct store *store, struct store_block *block); /* NULL is allowed */
    uint64_t (*next_sequence)(const struct store_source *source);

    /* Moves the position forward to `sequence`; `state`, when its data is not NULL, is kept with it
     * in the same transaction. `fates` (store/fates.h) tells what became of the entries, the
     * last that of `sequence - 1`; empty: each was delivered once. A position never moves back; one
     * that comes to stand in a condemned batch goes on to its end. ERROR_INVALID for a sequence not
     * yet given out, ERROR_MISSING for an output that was never attached. */
    int (*acknowledge)(struct store *store, const char *output, struct store_source *source,
        uint64_t sequence, struct slice fates, struct slice state, struct error *error);
    /* Moves the position past all that was given out, and tells the ledger nothing: nobody
     * acknowledged it. The errors of acknowledge(). */
    int (*skip)(
        struct store *store, const char *output, struct store_source *source, struct error *error);
    /* State alone (a rotation noted before the rename). */
    int (*output_state_set)(
        struct store *store, const char *output, struct slice state, struct error *error);

    /* After ERROR_CORRUPT of a read: drops the batch that holds `sequence` and its ids (but for the
     * ledger), moves every position in it behind it, and says which time range must be read again
     * (with the ids of `seen` asked for anew). ERROR_MISSING when there is no such batch. */
    int (*condemn)(struct store_source *source, uint64_t sequence, int64_t *ret_oldest,
        int64_t *ret_latest, struct error *error);

    /* The ledger: visits every sequence that one of the ids has (an id may have several, when it
     * was read again; 0: not yet numbered). `*ret_from` is the second from which on no id was
     * forgotten. ERROR_CORRUPT; a negative return of `visit` ends it. */
    int (*find)(struct store_source *source, const struct store_inquiry *inquiry,
        int (*visit)(void *user, uint64_t id, uint64_t sequence), void *user, int64_t *ret_from,
        struct error *error);
    /* What became of a sequence at an output. Cheap when asked in ascending order.
     * ERROR_MISSING for an output that has no position in the source. */
    int (*fate)(struct store_source *source, const char *output, uint64_t sequence,
        enum store_fate *ret_fate, struct error *error);

    /* Visits, in the order in which they began, the rereads that the ledger knows of. */
    int (*rereads)(struct store_source *source,
        int (*visit)(void *user, const struct store_reread *reread), void *user,
        struct error *error);

    /* Notes, for whoever opens the store next, that an output is sending sequences from `first` up
     * to `end` (not included; equal: none), in place of what was noted before. No transaction, and
     * so cheap that it is done for each batch: it outlives this process, and not always the
     * machine. Nothing where there is no ledger. */
    void (*sending)(struct store *store, const char *output, struct store_source *source,
        uint64_t first, uint64_t end);
    /* What was noted and is not acknowledged, and so may reach the receiver twice: equal when
     * nothing is; `*ret_end` is UINT64_MAX when the machine ended before it was known how far. */
    void (*unanswered)(struct store *store, const char *output, const struct store_source *source,
        uint64_t *ret_first, uint64_t *ret_end);

    /* A slice of upkeep: drops batches that every output has passed, ids older than seen_from and
     * than the ledger's age, empty segments; takes the reserve back when there is room. 1: there is
     * more to do. */
    int (*collect)(struct store *store, struct error *error);

    void (*usage)(struct store *store, struct store_usage *ret_usage);
    /* Another cap, and another age of the ledger, from now on (a reload). */
    void (*set_limits)(struct store *store, uint64_t max_bytes, int64_t ledger_us);
    /* Visits every pair of output and source that has a position. */
    int (*positions)(struct store *store,
        int (*visit)(void *user, const struct store_position *position), void *user,
        struct error *error);
    /* Visits every source that the store knows. */
    int (*sources)(struct store *store,
        int (*visit)(void *user, const char *name, const struct store_walk *walk), void *user,
        struct error *error);
    /* Removes all that is known of a source or an output. ERROR_MISSING when nothing is;
     * ERROR_INVALID while a page of the source is being written or the output is attached. Refuse
     * it for what is configured before calling: a handle of the source is dead afterwards. */
    int (*forget_source)(struct store *store, const char *name, struct error *error);
    int (*forget_output)(struct store *store, const char *name, struct error *error);
    /* Moves the checkpoint (and the start, if it is later) back to an earlier time so that what
     * follows is read and delivered again: windows are given up, ids from then on go. ERROR_INVALID
     * for a time that is not earlier and while a page is being written. */
    int (*rewind)(struct store *store, const char *source, int64_t checkpoint, struct error *error);
};

/* An id as the ledger knows it. */
static inline uint64_t ledger_id(struct hash_key key)
{
    return (uint64_t)key.word[1] << 32 | key.word[0];
}

extern const struct store_type store_sqlite;
