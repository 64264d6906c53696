#include "ctl/table.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/order.h"
#include "ctl/shown.h"

enum { GAP = 2 };

void table_init(struct table *table, const struct table_column *columns, size_t count)
{
    *table = (struct table){
        .columns = columns, .column_count = count, .cells = BUFFER_INIT(LIMIT_RESPONSE)};
    for (size_t i = 0; i < count; i++)
        table->widths[i] = strlen(columns[i].title);
}

void table_deinit(struct table *table)
{
    buffer_deinit(&table->cells);
}

int table_add(struct table *table, struct slice cell)
{
    size_t column = table->column, start = table->cells.size, width = 0;
    if (cell.size == 0)
        cell = SLICE_LITERAL("-");
    int r = shown_append(&table->cells, cell, table->columns[column].widest, &width);
    if (r >= 0)
        r = buffer_append_byte(&table->cells, '\0');
    if (r < 0) {
        table->cells.size = start;
        return r;
    }
    table->column = (column + 1) % table->column_count;
    table->widths[column] = (size_t)higher((int64_t)table->widths[column], (int64_t)width);
    return 0;
}

static void print_cell(const struct table *table, size_t column, const char *text)
{
    bool last = column + 1 == table->column_count;
    fputs(text, stdout);
    if (last)
        putchar('\n');
    else
        printf("%*s", (int)(table->widths[column] - shown_width(slice_of(text)) + GAP), "");
}

void table_print(struct table *table, bool head)
{
    for (size_t i = 0; head && i < table->column_count; i++)
        print_cell(table, i, table->columns[i].title);
    const char *cell = table->cells.data;
    for (size_t column = 0; cell < table->cells.data + table->cells.size;) {
        print_cell(table, column, cell);
        cell += strlen(cell) + 1;
        column = column + 1 == table->column_count ? 0 : column + 1;
    }
    buffer_clear(&table->cells);
}
