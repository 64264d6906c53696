#include "ctl/table.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/order.h"
#include "base/utf8.h"

#define ELLIPSIS "\xE2\x80\xA6"

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

/* The number of a character of two to four bytes. */
static uint32_t code_of(const unsigned char *bytes, size_t size)
{
    uint32_t code = bytes[0] & (0xFFU >> (size + 1));
    for (size_t i = 1; i < size; i++)
        code = code << 6 | (bytes[i] & 0x3F);
    return code;
}

/* Of what a terminal obeys (C0, DEL, C1) and what turns the writing round (Unicode's Bidi_Control),
 * nothing is shown. */
static bool is_shown(const char *character, size_t size)
{
    const unsigned char *bytes = (const unsigned char *)character;
    if (size == 1)
        return bytes[0] >= 0x20 && bytes[0] != 0x7F;
    uint32_t code = code_of(bytes, size);
    bool turns = code == 0x61C || code == 0x200E || code == 0x200F ||
                 (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
    return code >= 0xA0 && !turns && code != 0x2028 && code != 0x2029;
}

/* Appends what is fit to be shown, at most `widest` characters; `*ret_width` counts them. */
static int append_shown(struct buffer *buffer, struct slice cell, size_t widest, size_t *ret_width)
{
    size_t width = 0, last = buffer->size; /* before the last character */
    int r = 0;
    while (r >= 0 && cell.size > 0) {
        size_t size = utf8_character(cell);
        bool shown = size > 0 && is_shown(cell.data, size);
        if (widest > 0 && width == widest) {
            buffer->size = last;
            r = buffer_append_text(buffer, ELLIPSIS);
            break;
        }
        last = buffer->size;
        r = shown ? buffer_append(buffer, cell.data, size) : buffer_append_byte(buffer, '?');
        width++;
        size = size > 0 ? size : 1;
        cell = (struct slice){cell.data + size, cell.size - size};
    }
    *ret_width = width;
    return r;
}

int table_add(struct table *table, struct slice cell)
{
    size_t column = table->column, start = table->cells.size, width = 0;
    if (cell.size == 0)
        cell = SLICE_LITERAL("-");
    int r = append_shown(&table->cells, cell, table->columns[column].widest, &width);
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

/* How many characters a text has that append_shown() made. */
static size_t width_of(const char *text)
{
    size_t width = 0;
    for (; *text != '\0'; text++)
        width += ((unsigned char)*text & 0xC0) != 0x80;
    return width;
}

static void print_cell(const struct table *table, size_t column, const char *text)
{
    bool last = column + 1 == table->column_count;
    fputs(text, stdout);
    if (last)
        putchar('\n');
    else
        printf("%*s", (int)(table->widths[column] - width_of(text) + GAP), "");
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
