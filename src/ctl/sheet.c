#include "ctl/sheet.h"

#include <stdint.h>
#include <string.h>

#include "base/limits.h"
#include "ctl/shown.h"

#define STYLE_END "\033[0m"

enum { WIDEST_CHARACTER = 2 };

static const char *const style_begins[] = {[SHEET_PLAIN] = "",
    [SHEET_BOLD] = "\033[1m",
    [SHEET_WELL] = "\033[32m",
    [SHEET_ILL] = "\033[1;31m",
    [SHEET_FAINT] = "\033[2m"};

void sheet_init(struct sheet *sheet, size_t width, bool has_colours)
{
    *sheet = (struct sheet){.width = width,
        .has_colours = has_colours,
        .text = BUFFER_INIT(LIMIT_SHEET),
        .words = BUFFER_INIT(LIMIT_SHEET)};
}

void sheet_deinit(struct sheet *sheet)
{
    buffer_deinit(&sheet->text);
    buffer_deinit(&sheet->words);
}

void sheet_clear(struct sheet *sheet)
{
    buffer_clear(&sheet->text);
    sheet->lines = 0;
    sheet->column = 0;
    sheet->error = 0;
}

static void note(struct sheet *sheet, int r)
{
    if (r < 0 && sheet->error == 0)
        sheet->error = r;
}

static void begin_line(struct sheet *sheet, size_t indent)
{
    if (sheet->lines > 0)
        note(sheet, buffer_append_byte(&sheet->text, '\n'));
    for (size_t i = 0; i < indent; i++)
        note(sheet, buffer_append_byte(&sheet->text, ' '));
    sheet->lines++;
    sheet->column = indent;
}

void sheet_line(struct sheet *sheet, size_t indent, size_t hanging)
{
    begin_line(sheet, indent);
    sheet->hanging = hanging;
    sheet->has_fact = false;
}

/* One column is left for a semicolon, and one free, because a terminal's last one is odd. */
static size_t room_of(const struct sheet *sheet, size_t column)
{
    enum { LEFT_FREE = 2 };
    if (sheet->width == 0)
        return SIZE_MAX;
    return column + LEFT_FREE < sheet->width ? sheet->width - column - LEFT_FREE : 0;
}

/* Appends bytes that stand on this line alone. */
static void put(struct sheet *sheet, enum sheet_style style, struct slice text)
{
    bool styled = sheet->has_colours && style != SHEET_PLAIN && text.size > 0;
    if (styled)
        note(sheet, buffer_append_text(&sheet->text, style_begins[style]));
    note(sheet, buffer_append_slice(&sheet->text, text));
    if (styled)
        note(sheet, buffer_append_text(&sheet->text, STYLE_END));
    sheet->column += shown_width(text);
}

/* How much of `text` goes on the present line: all of it, or up to a space, or, where a word is
 * longer than a line, as much as fits; 0: it begins another line. No more is looked at than a line
 * holds: a long text has many. */
static size_t fitting(const struct sheet *sheet, struct slice text)
{
    size_t size = shown_cut(text, room_of(sheet, sheet->column));
    if (size == text.size)
        return size;
    for (size_t space = size; space > 0; space--)
        if (text.data[space] == ' ')
            return space;
    if (sheet->column <= sheet->hanging)
        return size; /* another line has no more room */
    const char *end = memchr(text.data, ' ', text.size);
    const struct slice word = {text.data, end == NULL ? text.size : (size_t)(end - text.data)};
    return shown_cut(word, room_of(sheet, sheet->hanging)) == word.size ? 0 : size;
}

static struct slice without_spaces(struct slice text)
{
    size_t size = 0;
    while (size < text.size && text.data[size] == ' ')
        size++;
    return (struct slice){text.data + size, text.size - size};
}

static void write_words(struct sheet *sheet, enum sheet_style style)
{
    struct slice rest = buffer_slice(&sheet->words);
    while (rest.size > 0) {
        size_t size = fitting(sheet, rest);
        if (size == 0 && sheet->column <= sheet->hanging)
            size = shown_cut(rest, WIDEST_CHARACTER); /* however narrow it is, it ends */
        put(sheet, style, (struct slice){rest.data, size});
        rest = (struct slice){rest.data + size, rest.size - size};
        if (rest.size == 0)
            return;
        rest = without_spaces(rest);
        begin_line(sheet, sheet->hanging);
    }
}

/* Leaves in sheet->words what is fit to be shown, and returns its width. */
_printf_(2, 0) static size_t
    format_words(struct sheet *sheet, const char *format, va_list arguments)
{
    struct buffer raw = BUFFER_INIT(LIMIT_SHEET);
    size_t width = 0;
    buffer_clear(&sheet->words);
    int r = buffer_vprintf(&raw, format, arguments);
    if (r >= 0)
        r = shown_append(&sheet->words, buffer_slice(&raw), 0, &width);
    note(sheet, r);
    buffer_deinit(&raw);
    return width;
}

void sheet_words(struct sheet *sheet, enum sheet_style style, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)format_words(sheet, format, arguments); /* wherever it ends */
    va_end(arguments);
    write_words(sheet, style);
}

void sheet_fact(struct sheet *sheet, enum sheet_style style, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    size_t width = format_words(sheet, format, arguments);
    va_end(arguments);
    if (sheet->has_fact) {
        put(sheet, SHEET_PLAIN, SLICE_LITERAL(";"));
        if (width + 1 > room_of(sheet, sheet->column))
            begin_line(sheet, sheet->hanging);
        else
            put(sheet, SHEET_PLAIN, SLICE_LITERAL(" "));
    }
    sheet->has_fact = true;
    write_words(sheet, style);
}

int sheet_end(struct sheet *sheet)
{
    if (sheet->lines > 0 && sheet->error == 0)
        note(sheet, buffer_append_byte(&sheet->text, '\n'));
    return sheet->error;
}
