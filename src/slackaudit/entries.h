/*
 * All entries of a query, one after the other: pages, cursors and their faults are dealt with here.
 *
 * Entries come as the API gives them, newest first, each once. Each page is asked for with `oldest`
 * and `latest` beside its cursor, because the API forgets them otherwise. Without `latest` the time
 * of the first answer is taken for it (unless its entries are newer), so that the walk ends. A page
 * is told when it is whole, and one page is in memory at a time (a limit that is not set is 9999,
 * about 7 MiB; `response_limit` bounds it). Beside it some 24 bytes are kept for each of the last
 * 50,000 to 100,000 entries and for those of the last minute of history that was told.
 *
 * A cursor that is refused, that comes again or that leads back to newer entries would lose the
 * rest or never end: the walk then goes on from the time it has come to, and what was told already
 * is not told again. Entries that the API shows outside the range, or a second time, are passed
 * over and counted. A page wholly before `oldest` is the last. All of this holds when the order of
 * entries is off by a minute at most, and when single entries have a wrong time or none. (A walk
 * that was begun at a caller's cursor may tell entries of the second in which that cursor stood
 * again.)
 *
 * An entry that becomes visible behind the walk's place is not told; whoever collects entries for
 * good reads an overlap again, as slackauditd does.
 *
 * Public header of libslackaudit: plain C11 and C++17. One thread at a time uses an engine and
 * everything that belongs to it.
 */
#pragma once

#include "slackaudit/calls.h"

#ifdef __cplusplus
extern "C" {
#endif

struct slackaudit_entries;

/* What slackaudit_entries_next() and slackaudit_entries_try() return, beside errors. */
enum slackaudit_entries_result {
    SLACKAUDIT_ENTRIES_END = 0,
    SLACKAUDIT_ENTRIES_ENTRY = 1,
    SLACKAUDIT_ENTRIES_WAIT = 2, /* a page is under way */
};

/* Begins at the query's cursor, if it has one, else at its newest entry; nothing is sent yet.
 * `salvage` as in page.h. The caller frees it; without its client it has no more pages
 * (ERROR_INVALID). Errors as
 * slackaudit_client_page().
 */
SLACKAUDIT_API int slackaudit_entries_new(struct slackaudit_entries **ret_entries,
    struct slackaudit_client *client, const struct slackaudit_query *query, bool salvage,
    struct slackaudit_problem *problem);

/* A page that is under way is cancelled. NULL is allowed. */
SLACKAUDIT_API void slackaudit_entries_free(struct slackaudit_entries *entries);

/* The next entry, waited for where a page must come first (not from inside a callback: the engine
 * is turned). ENTRY and the entry, whose pointers are valid until the next call with `entries`;
 * END; or negative: what the call ended with, ERROR_REFUSED for an answer that is no page, or for
 * cursors that lead nowhere (10,000 pages in a row without a new entry do), ERROR_LIMIT for more
 * than 20 million entries of about the same time, ERROR_CALLBACK when a callback freed `entries`
 * meanwhile. After any other error the walk can go on with another call, where it was.
 */
SLACKAUDIT_API int slackaudit_entries_next(struct slackaudit_entries *entries,
    struct slackaudit_entry_slice *ret_entry, struct slackaudit_problem *problem);

/* The same without waiting: WAIT while a page is under way, which the first call begins. */
SLACKAUDIT_API int slackaudit_entries_try(struct slackaudit_entries *entries,
    struct slackaudit_entry_slice *ret_entry, struct slackaudit_problem *problem);

/* After WAIT, `on_ready` tells from a turn of the engine that the page has come, or failed: time
 * for another slackaudit_entries_try(), which answers WAIT again when the page had nothing new. It
 * may call that, and may free `entries`. NULL: nobody is told. */
SLACKAUDIT_API void slackaudit_entries_on_ready(
    struct slackaudit_entries *entries, void (*on_ready)(void *user), void *user);

struct slackaudit_entries_progress {
    uint64_t entries;  /* told */
    uint64_t passed;   /* passed over: told before, or outside the range */
    uint64_t pages;    /* that came whole */
    uint64_t restarts; /* because of a cursor */
    int64_t reached;   /* Unix seconds: of the oldest that was told; -1 before the first */
};

/* How far it has come. */
SLACKAUDIT_API struct slackaudit_entries_progress slackaudit_entries_progress(
    const struct slackaudit_entries *entries);

#ifdef __cplusplus
}
#endif
