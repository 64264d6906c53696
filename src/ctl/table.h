/*
 * A table for people: rows are gathered, then printed in columns that are as wide as their widest
 * cell. Printed in parts, the columns grow and never shrink.
 *
 * Cells come from strangers (ctl/shown.h), and one that is wider than its column may be is cut.
 */
#pragma once

#include <stdbool.h>

#include "base/buffer.h"

enum { TABLE_COLUMNS = 8 };

struct table_column {
    const char *title;
    size_t widest; /* in columns of a terminal; 0: any width */
};

/* Embedded object. */
struct table {
    const struct table_column *columns;
    size_t column_count;
    size_t widths[TABLE_COLUMNS];
    struct buffer cells; /* of the rows at hand, a NUL byte behind each */
    size_t column;       /* of the next cell */
};

/* `columns` must outlive the table. */
void table_init(struct table *table, const struct table_column *columns, size_t count);
void table_deinit(struct table *table);

/* The next cell, of the present row or of a new one; empty ones are shown as "-". Returns 0,
 * ERROR_MEMORY or ERROR_LIMIT. */
int table_add(struct table *table, struct slice cell);

/* Prints the rows at hand on standard output, under the titles if `head` is true, and forgets them.
 */
void table_print(struct table *table, bool head);
