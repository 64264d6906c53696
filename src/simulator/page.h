/*
 * Makes one page of /logs: the entries from a position downwards, newest first, and the cursor to
 * what follows.
 *
 * A page takes what shows at this moment and what the filter wants, until `limit`. It also ends
 * early: after a long search for entries that the filter wants, at PAGE_BYTES_MOST, or when it is
 * told to be short. Then a cursor says that more follows. Whether anything does follow is not
 * looked into, so a walk may end with an empty page.
 */
#pragma once

#include "simulator/history.h"
#include "simulator/query.h"

#define PAGE_BYTES_MOST                                                                            \
    ((size_t)64 << 20) /* a page stops at the first entry past it, more or less */

enum {
    PAGE_SEARCH_MOST = 1000000, /* entries looked at for one page */
    PAGE_OVERLAP = 10,          /* entries of the page before that `repeats_entries` sends again */
    PAGE_OUTSIDE = 5,           /* entries on either side of the range that `is_outside` sends */
};

/* How the last page says that it is the last. */
enum page_end { PAGE_END_EMPTY, PAGE_END_NULL, PAGE_END_ABSENT, PAGE_END_NO_METADATA, PAGE_ENDS };

/* One page's order. */
struct page {
    const struct query *query;
    uint64_t length;   /* entries made so far */
    uint64_t position; /* from the cursor; `length` or more without one */
    int64_t now_us;
    uint32_t limit;      /* at most the query's: less makes a short page, 0 an empty one */
    uint32_t optimistic; /* this many more may finish the last entry's second */
    uint32_t number;     /* of the call, for the cursor */
    enum page_end end;
    bool repeats_cursor;  /* gives the cursor of the request again */
    bool repeats_entries; /* begins with entries of the page before and ends with its last twice */
    bool is_reversed;     /* oldest first */
    bool is_outside;      /* holds entries outside the range too */
};

/* Appends the body. `ret_entries` gets the number of entries in it. Returns 0, ERROR_MEMORY, or
 * what the buffer refused with. */
int page_append(const struct history *history, const struct page *page, struct buffer *body,
    uint32_t *ret_entries);
