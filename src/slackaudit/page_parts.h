/*
 * The insides of the page splitter, shared by its three files: page.c runs the scanner over the
 * pieces, page_top.c reads what stands at the top of a page, page_entries.c the elements of
 * `entries`. Functions return 0 or what ends the page.
 */
#pragma once

#include "slackaudit/carry.h"
#include "slackaudit/entry_fields.h"
#include "slackaudit/page.h"

/* Levels of the scanner at which the parts of a page stand. */
enum {
    LEVEL_TOP = 1,      /* members of the page */
    LEVEL_ELEMENT = 2,  /* elements of `entries` */
    LEVEL_METADATA = 2, /* members of `response_metadata` */
    LEVEL_FIELD = 3,    /* members of an entry */
};

/* Of a text at the top that is kept, as sent: each byte may be an escape, and there are quotes. */
enum { TEXT_RAW_SIZE = 6 * LIMIT_CURSOR + 2 };

enum place { PLACE_TOP, PLACE_METADATA, PLACE_ENTRIES, PLACE_ENTRY };

/* The key whose value comes next, outside entries. */
enum page_key { KEY_OTHER, KEY_ENTRIES, KEY_METADATA, KEY_CURSOR, KEY_OK, KEY_ERROR };

struct slackaudit_page {
    slackaudit_page_entry on_entry;
    void *user;
    bool salvage;

    struct json_scan scan;
    struct json_piece piece;
    struct carry carry;
    enum place place;
    enum page_key key;

    size_t entry_begin;         /* of the element that has begun */
    struct entry_fields fields; /* of it */

    bool entries_seen, has_entries, ok_is_false;
    size_t entries, damaged;
    struct buffer cursor, error;

    bool feeding;           /* an entry may be being told */
    bool to_reset, to_free; /* once it has been */
    int result;             /* negative: what ended the page */
    char problem[160];
};

/* Says why the page is invalid; returns SLACKAUDIT_ERROR_INVALID. */
int page_invalid(struct slackaudit_page *page, const char *format, ...) _printf_(2, 3);

/* What stands between the quotes of the string that has ended. */
int page_string(struct slackaudit_page *page, const char **ret_raw, size_t *ret_size);

/* An event of the scanner, by the part of the page in which it came. */
int page_top_event(struct slackaudit_page *page, enum json_event event);
int page_metadata_event(struct slackaudit_page *page, enum json_event event);
int page_entries_event(struct slackaudit_page *page, enum json_event event);
int page_entry_event(struct slackaudit_page *page, enum json_event event);

/* Behind `entries` or `response_metadata`. */
void page_leave_to_top(struct slackaudit_page *page);

/* The piece ends: keeps what is still wanted of it. */
int page_top_carry(struct slackaudit_page *page);
int page_entries_carry(struct slackaudit_page *page);
