/*
 * The inside of the iterator over all entries, shared by its two files: entries.c is what callers
 * use, and entries_page.c asks for pages and finds the way from one to the next. Private to
 * slackaudit/.
 */
#pragma once

#include "slackaudit/client_parts.h"
#include "slackaudit/entries.h"
#include "slackaudit/page_copy.h"
#include "slackaudit/page_times.h"
#include "slackaudit/query_copy.h"
#include "slackaudit/told.h"

struct slackaudit_entries {
    struct client_follower follower;  /* first: the one is the other's address */
    struct slackaudit_client *client; /* NULL once it has gone */
    struct query_copy query; /* of the next page; `latest` narrows when the walk begins anew */
    bool salvage;
    bool began_at_cursor; /* the caller's: what is newer is not ours to tell */
    bool begins_anew;
    bool ended;
    struct slackaudit_call *call;  /* under way */
    struct page_copy page;         /* its entries that are in the range */
    struct page_times times;       /* of all its entries */
    int64_t page_end;              /* where the walk is when the page was told; -1: where it was */
    size_t outside, before_oldest; /* entries of the page that comes, by their time */
    size_t before_in_a_row;        /* of all pages, up to the last */
    int64_t newest_told;           /* Unix seconds; -1 before the first */
    int64_t server_time;           /* of the last answer; -1 unknown */
    struct told told;
    struct seen cursors; /* used since the walk began anew */
    unsigned fruitless;  /* restarts */
    unsigned barren;     /* pages in a row without a new entry */
    int failure;         /* to be returned by the next call; `problem` goes with it */
    struct slackaudit_problem problem;
    struct slackaudit_entries_progress progress;
    void (*on_ready)(void *user);
    void *user;
    bool *ret_freed; /* of a call that waits, and outlives what it waits for */
};

/* All of the page before has been told: asks for the next. 0, or a negative code of the library. */
int entries_ask_for_page(struct slackaudit_entries *entries, struct slackaudit_problem *problem);
