/*
 * The page splitter: takes the body of a `/logs` answer as it arrives and yields its entries.
 *
 * One pass, no whole page in memory: only an entry that crosses the border of two chunks is copied.
 * The whole body is validated as JSON (RFC 8259, UTF-8 included, no deeper than 512 levels)
 * whatever is looked at, so a page that finishes is a page that any strict parser accepts. What it
 * tells does not depend on how the body is cut into chunks.
 *
 * An entry is yielded byte for byte, except that each line break between its tokens becomes one
 * space: an entry is one line everywhere behind this point. Big integers, number spellings, escapes
 * and unknown fields are kept because nothing is ever written anew.
 *
 * A key that occurs twice in one object counts as it was last; `entries` twice is an error, because
 * the first had been yielded already. A page has at most 100,000 entries.
 *
 * Public header of libslackaudit: plain C11 and C++17, nothing of the tree behind it. An object
 * belongs to one thread at a time.
 */
#pragma once

#include "slackaudit/common.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Why an entry is not whole (salvaging only): what was found first, but the size before all. */
enum slackaudit_damage {
    SLACKAUDIT_WHOLE = 0,
    SLACKAUDIT_DAMAGE_UTF8,   /* a string is not UTF-8 */
    SLACKAUDIT_DAMAGE_SYNTAX, /* its brackets match, but it is not JSON */
    SLACKAUDIT_DAMAGE_DEPTH,  /* nested past the limit */
    SLACKAUDIT_DAMAGE_SIZE,   /* longer than 8 MiB; the bytes are its first 64 KiB */
};

/* One entry. All pointers are valid during the callback only and have no NUL byte behind them. Of a
 * damaged entry every line break became a space, and a field is absent when it stands behind the
 * damage or the cut. */
struct slackaudit_entry_slice {
    /* The element of `entries`: `{` to `}` (any JSON value when it is no object). */
    const char *data;
    size_t size;
    /* Its string `id` between the quotes, escapes as sent; NULL when absent, not a string, empty or
     * longer than 256 bytes. */
    const char *id;
    size_t id_size;
    /* Likewise, of any length. */
    const char *action;
    size_t action_size;
    /* `date_create` is a number of digits alone, in the range of int64_t. */
    bool has_date;
    int64_t date_create; /* Unix seconds; 0 without has_date */
    enum slackaudit_damage damage;
};

/* A negative return value ends the feed and is returned by it. The callback may free or reset the
 * page, which ends the feed with SLACKAUDIT_ERROR_CALLBACK; to feed it more is refused there
 * (SLACKAUDIT_ERROR_INVALID). */
typedef int (*slackaudit_page_entry)(void *user, const struct slackaudit_entry_slice *entry);

/* What a body turned out to be, once it is whole. The strings are owned by the splitter until the
 * next reset. */
struct slackaudit_page_summary {
    bool has_entries;        /* there was an array `entries` at the top */
    size_t entries;          /* its elements */
    size_t damaged;          /* of them not whole (salvaging only) */
    const char *next_cursor; /* decoded; "" when empty, null or absent */
    const char *error;       /* the string `error` at the top, decoded, or "" */
    bool ok_is_false;        /* `"ok": false` at the top */
};

struct slackaudit_page;

/* With `salvage`, an entry that is not valid JSON but whose brackets and quotes match is yielded as
 * damaged instead of making the page invalid, so that its neighbours are not lost; so is an entry
 * of more than 8 MiB. `on_entry` may be NULL: entries are counted only. The caller frees the
 * splitter. Returns 0, SLACKAUDIT_ERROR_MEMORY, or SLACKAUDIT_ERROR_INVALID without `ret_page`. */
SLACKAUDIT_API int slackaudit_page_new(
    struct slackaudit_page **ret_page, bool salvage, slackaudit_page_entry on_entry, void *user);
/* NULL is allowed. */
SLACKAUDIT_API void slackaudit_page_free(struct slackaudit_page *page);

/* Ready for another body; keeps its memory. */
SLACKAUDIT_API void slackaudit_page_reset(struct slackaudit_page *page, bool salvage);

/* The next piece of the body, of any size. Returns 0, SLACKAUDIT_ERROR_MEMORY, what the callback
 * returned, or SLACKAUDIT_ERROR_INVALID: not JSON, a `next_cursor` that is neither a string nor
 * null (to take it for the last page could lose entries), or a cap was passed;
 * slackaudit_page_problem() says what and where. After a negative value only reset and free are
 * allowed. */
SLACKAUDIT_API int slackaudit_page_feed(
    struct slackaudit_page *page, const char *data, size_t size);

/* The body has ended: 0 and the summary, or SLACKAUDIT_ERROR_INVALID when it is not one whole JSON
 * value that is an object. */
SLACKAUDIT_API int slackaudit_page_finish(
    struct slackaudit_page *page, struct slackaudit_page_summary *ret_summary);

/* In words, with the byte offset: "invalid escape in a string at byte 1234". Empty until a call has
 * returned SLACKAUDIT_ERROR_INVALID. Owned by the splitter until the next reset. */
SLACKAUDIT_API const char *slackaudit_page_problem(const struct slackaudit_page *page);

/* Looks at one entry alone (as stored, on one line) and finds its id, action and time. The slice is
 * the value without white space around it; it points into `data`. Any JSON value of at most 8 MiB
 * will do. Returns 0 or SLACKAUDIT_ERROR_INVALID; allocates nothing. */
SLACKAUDIT_API int slackaudit_entry_look(
    const char *data, size_t size, struct slackaudit_entry_slice *ret_entry);

#ifdef __cplusplus
}
#endif
