#include "ctl/shown.h"

#include <stdbool.h>
#include <stdint.h>
#include <wchar.h>

#include "base/utf8.h"

#define ELLIPSIS "\xE2\x80\xA6"

/* The number of a character of one to four bytes. */
static uint32_t code_of(const char *character, size_t size)
{
    const unsigned char *bytes = (const unsigned char *)character;
    uint32_t code = size == 1 ? bytes[0] : bytes[0] & (0xFFU >> (size + 1));
    for (size_t i = 1; i < size; i++)
        code = code << 6 | (bytes[i] & 0x3F);
    return code;
}

/* Neither what a terminal obeys (C0, DEL, C1) nor what turns the writing round (Unicode's
 * Bidi_Control) nor what begins another line. */
static bool is_fit(uint32_t code)
{
    bool turns = code == 0x61C || code == 0x200E || code == 0x200F ||
                 (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
    bool is_control = code < 0x20 || (code >= 0x7F && code < 0xA0);
    return !is_control && !turns && code != 0x2028 && code != 0x2029;
}

static size_t columns_of(uint32_t code)
{
    int width = wcwidth((wchar_t)code);
    return width < 0 ? 1 : (size_t)width; /* the locale does not know it */
}

/* Appends the character at the start of `text`, or a question mark. Returns its size there. */
static size_t append_one(struct buffer *buffer, struct slice text, size_t *ret_width, int *ret_r)
{
    size_t size = utf8_character(text);
    uint32_t code = size == 0 ? 0 : code_of(text.data, size);
    bool fit = size > 0 && is_fit(code);
    *ret_width = fit ? columns_of(code) : 1;
    *ret_r = fit ? buffer_append(buffer, text.data, size) : buffer_append_byte(buffer, '?');
    return size > 0 ? size : 1;
}

int shown_append(struct buffer *buffer, struct slice text, size_t widest, size_t *ret_width)
{
    size_t start = buffer->size, width = 0;
    size_t end = start, end_width = 0; /* where the ellipsis goes if there is more to come */
    int r = 0;
    while (r >= 0 && text.size > 0) {
        size_t columns;
        size_t size = append_one(buffer, text, &columns, &r);
        width += columns;
        if (r >= 0 && widest > 0 && width > widest) {
            buffer->size = end;
            width = end_width + 1;
            r = buffer_append_text(buffer, ELLIPSIS);
            break;
        }
        if (width < widest) {
            end = buffer->size;
            end_width = width;
        }
        text = (struct slice){text.data + size, text.size - size};
    }
    if (r >= 0)
        *ret_width = width;
    else
        buffer->size = start;
    return r;
}

size_t shown_width(struct slice text)
{
    size_t width = 0;
    for (size_t at = 0; at < text.size;) {
        const struct slice rest = {text.data + at, text.size - at};
        size_t size = utf8_character(rest);
        width += size == 0 ? 1 : columns_of(code_of(rest.data, size));
        at += size == 0 ? 1 : size;
    }
    return width;
}

size_t shown_cut(struct slice text, size_t widest)
{
    size_t width = 0, at = 0;
    while (at < text.size) {
        const struct slice rest = {text.data + at, text.size - at};
        size_t size = utf8_character(rest);
        width += size == 0 ? 1 : columns_of(code_of(rest.data, size));
        if (width > widest)
            break;
        at += size == 0 ? 1 : size;
    }
    return at;
}
