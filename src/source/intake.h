/*
 * The intake: what happens to each entry of a page before it is in the store. It drops what was
 * seen before, counts what lies outside the window, filters where Slack cannot, gives a time to
 * what has none, and notes how late entries show.
 *
 * One for each source; a page at a time: intake_begin(), intake_entry() for each, then
 * intake_keep() once the page is committed or intake_undo() when it is not.
 */
#pragma once

#include "base/seen.h"
#include "config/config.h"
#include "slackaudit/page.h"
#include "store/store.h"

/* Counts since the start. */
struct intake_counts {
    uint64_t stored, duplicates, outside, filtered, damaged, without_id, without_time, late;
    int64_t latest_lateness; /* seconds, of the last late entry */
    int64_t worst_lateness;
};

/* Leaves out entries for a reason of its owner's. */
struct intake_filter {
    /* Before each page of a window. */
    int (*prepare)(void *user, int64_t oldest, int64_t latest, struct error *error);
    bool (*wants)(void *user, struct hash_key key, int64_t time);
    void *user;
};

struct intake {
    const struct store_type *store_type;
    const struct intake_filter *filter; /* or NULL */
    char *const *actions; /* filtered here when not NULL: more than Slack takes in one call */
    size_t action_count;
    struct seen seen;
    struct intake_counts counts;

    /* Of the present page. */
    struct store_source *source;
    struct store_page *page; /* begun with the first new entry */
    int64_t oldest, latest;  /* of the window */
    int64_t covered_until; /* up to here an earlier window has shown everything that was there; -1:
                              none */
    int64_t now;           /* Slack's clock */
    int64_t last_time;     /* of the entry before: newer neighbour of one without a time */
    int64_t lowest, highest; /* times on the page */
    int64_t newest_stored;   /* highest time among new entries; -1: none */
    int64_t newest_known;    /* highest time of all ids of the source; -1: there are none */
    size_t entries;
    struct intake_counts before; /* counts when the page began */
    int64_t newest_before;       /* newest_known likewise */
    struct hash_key *added;      /* keys of this page, to take them out again */
    size_t added_count, added_size;
    struct error error; /* of the entry that ended the page */
};

void intake_init(struct intake *intake, const struct store_type *store_type,
    struct store_source *source, const struct config_source *config);
void intake_deinit(struct intake *intake);

/* Seconds: [from, to). Empty when `to` is not behind `from`. */
struct intake_span {
    int64_t from, to;
};

/* Fills the seen-set from the store with every id from `from` on, without those in the spans. */
int intake_load(struct intake *intake, int64_t from, const struct intake_span *without,
    size_t count, struct error *error);

/* `newer` is the time of the entry before the page's first one, `intake.last_time` of the page
 * before; -1: there is none. */
void intake_begin(struct intake *intake, int64_t oldest, int64_t latest, int64_t newer,
    int64_t covered_until, int64_t now);
/* Whether the entry has one of the actions; what cannot be judged is not dropped. */
bool intake_wants(char *const *actions, size_t count, const struct slackaudit_entry_slice *entry);
/* By what an entry is known: a hash of its id, or of its bytes where it has none. */
struct hash_key intake_key(const struct slackaudit_entry_slice *entry);
/* A slackaudit_page_entry. A negative value is in `error` too. */
int intake_entry(void *intake, const struct slackaudit_entry_slice *entry);
/* The page, now the caller's to commit, or NULL when nothing in it was new. */
struct store_page *intake_take_page(struct intake *intake);
/* Undoes what the page added: the segment is cut back, the keys go. Does nothing when no page is
 * begun. */
void intake_undo(struct intake *intake);
/* The page is in the store. */
void intake_keep(struct intake *intake);
