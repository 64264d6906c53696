/*
 * A sheet of text for people, laid out for a width: lines of facts that stand one behind the other
 * as long as there is room, and go on under a hanging indent where there is none.
 *
 *     sheet_line(&sheet, 4, 4);
 *     sheet_fact(&sheet, SHEET_PLAIN, "lag %s", lag);
 *     sheet_fact(&sheet, SHEET_ILL, "%s", error);
 *     sheet_end(&sheet);
 *
 * Whatever is written becomes fit to be shown (ctl/shown.h). Colours are the sheet's own, and each
 * line ends without any, so that lines can be left out. What does not fit the buffer leaves its
 * error to the end: sheet_end() says whether all of it is there.
 */
#pragma once

#include <stdbool.h>

#include "base/buffer.h"

enum sheet_style { SHEET_PLAIN, SHEET_BOLD, SHEET_WELL, SHEET_ILL, SHEET_FAINT };

/* Embedded object. */
struct sheet {
    size_t width;       /* columns; 0: lines never end */
    bool has_colours;   /* styles are shown */
    struct buffer text; /* whole lines, a line feed behind each */
    size_t lines;       /* begun */
    size_t column;      /* where the next word goes */
    size_t hanging;     /* indent of what the line goes on with */
    bool has_fact;      /* on the present line */
    struct buffer words;
    int error; /* the first */
};

void sheet_init(struct sheet *sheet, size_t width, bool has_colours);
void sheet_deinit(struct sheet *sheet);
/* An empty sheet again. */
void sheet_clear(struct sheet *sheet);

/* Begins a line. What does not fit it goes on at `hanging`. */
void sheet_line(struct sheet *sheet, size_t indent, size_t hanging);
/* Appends to the line, which is broken between words. */
void sheet_words(struct sheet *sheet, enum sheet_style style, const char *format, ...)
    _printf_(3, 4);
/* Appends a fact, behind a semicolon when another stands before it. A fact that fits a line of its
 * own is not broken. */
void sheet_fact(struct sheet *sheet, enum sheet_style style, const char *format, ...)
    _printf_(3, 4);
/* Ends the last line. 0, or the first error. */
int sheet_end(struct sheet *sheet);
