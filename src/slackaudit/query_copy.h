/*
 * A query with strings of its own, for what outlives the call it was passed to. Private to
 * slackaudit/.
 *
 * Embedded object; all zero is an empty query.
 */
#pragma once

#include "slackaudit/calls.h"
#include "slackaudit/texts.h"

struct query_copy {
    struct slackaudit_query query; /* the cursor is `cursor` */
    struct texts texts;
    const char **lists; /* what the extras point to */
    char *cursor;
};

/* 0 or ERROR_MEMORY; query_copy_deinit() is right in every case. */
int query_copy_init(struct query_copy *copy, const struct slackaudit_query *query);
void query_copy_deinit(struct query_copy *copy);

/* Takes the place of the cursor; NULL: none. 0 or ERROR_MEMORY (the old one stays). */
int query_copy_set_cursor(struct query_copy *copy, const char *cursor);
