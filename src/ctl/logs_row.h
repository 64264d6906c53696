/*
 * An entry as a row of a table.
 */
#pragma once

#include "ctl/table.h"

enum { LOGS_ROW_COLUMNS = 5 };

extern const struct table_column logs_row_columns[LOGS_ROW_COLUMNS];

/* Adds the row of an entry. Returns as table_add(). */
int logs_row_add(struct table *table, struct slice entry);
