#include "base/buffer.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"

enum { SMALLEST_CAPACITY = 63 }; /* with the NUL byte a whole 64 */

void buffer_deinit(struct buffer *buffer)
{
    if (buffer == NULL)
        return;
    free(buffer->data);
    buffer->data = NULL;
    buffer->size = 0;
    buffer->capacity = 0;
}

/* One byte more than the capacity is allocated, so that buffer_text() and vsnprintf() find room for
 * their NUL byte even in a buffer that stands at its limit. */
static int set_capacity(struct buffer *buffer, size_t capacity)
{
    char *data = capacity == SIZE_MAX ? NULL : realloc(buffer->data, capacity + 1);
    if (data == NULL)
        return ERROR_MEMORY;
    buffer->data = data;
    buffer->capacity = capacity;
    return 0;
}

int buffer_reserve(struct buffer *buffer, size_t more)
{
    if (more <= buffer->capacity - buffer->size)
        return 0;
    if (more > buffer->limit - buffer->size)
        return ERROR_LIMIT;
    size_t needed = buffer->size + more;
    /* Doubled together with its NUL byte, so that the allocator sees powers of two. */
    size_t doubled = buffer->capacity > SIZE_MAX / 2 - 1 ? SIZE_MAX : buffer->capacity * 2 + 1;
    size_t capacity = needed > doubled ? needed : doubled;
    if (capacity < SMALLEST_CAPACITY)
        capacity = SMALLEST_CAPACITY;
    if (capacity > buffer->limit)
        capacity = buffer->limit;
    return set_capacity(buffer, capacity);
}

_printf_(2, 0) int buffer_vprintf(struct buffer *buffer, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    size_t spare = buffer->capacity - buffer->size;
    bool allocated = buffer->data != NULL;
    char *end = allocated ? buffer->data + buffer->size : NULL;
    int written = vsnprintf(end, allocated ? spare + 1 : 0, format, arguments);
    int result = written < 0 ? ERROR_INVALID : 0;
    if (result == 0 && (!allocated || (size_t)written > spare)) {
        result = buffer_reserve(buffer, (size_t)written);
        if (result == 0 && written > 0)
            written = vsnprintf(buffer->data + buffer->size, (size_t)written + 1, format, again);
    }
    va_end(again);
    if (result == 0)
        buffer->size += (size_t)written;
    return result;
}

int buffer_printf(struct buffer *buffer, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int result = buffer_vprintf(buffer, format, arguments);
    va_end(arguments);
    return result;
}

/* The letter of JSON's two-character escape (RFC 8259, section 7), or NUL when a byte has none. */
static char short_escape(char byte)
{
    switch (byte) {
    case '"':
    case '\\':
        return byte;
    case '\b':
        return 'b';
    case '\f':
        return 'f';
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    case '\t':
        return 't';
    default:
        return '\0';
    }
}

/* Appends what stands for the one byte that cannot be copied. */
static int append_escaped(struct buffer *buffer, char byte)
{
    char letter = short_escape(byte);
    if (letter != '\0')
        return buffer_append(buffer, (char[]){'\\', letter}, 2);
    if ((unsigned char)byte < 0x20)
        return buffer_printf(buffer, "\\u%04x", (unsigned)byte);
    return buffer_append_slice(buffer, SLICE_LITERAL("\xEF\xBF\xBD"));
}

/* How many bytes of `text` stand for themselves in a JSON string. */
static size_t plain_run(struct slice text)
{
    size_t at = 0;
    while (at < text.size) {
        unsigned char byte = (unsigned char)text.data[at];
        size_t size = 1;
        if (byte >= 0x80)
            size = utf8_character((struct slice){text.data + at, text.size - at});
        else if (byte < 0x20 || byte == '"' || byte == '\\')
            size = 0;
        if (size == 0)
            break;
        at += size;
    }
    return at;
}

static int append_json_content(struct buffer *buffer, struct slice text)
{
    while (text.size > 0) {
        size_t run = plain_run(text);
        int result = buffer_append(buffer, text.data, run);
        if (result == 0 && run < text.size) {
            result = append_escaped(buffer, text.data[run]);
            run++;
        }
        if (result < 0)
            return result;
        text.data += run;
        text.size -= run;
    }
    return 0;
}

int buffer_append_json_string(struct buffer *buffer, struct slice text)
{
    size_t start = buffer->size;
    int result = buffer_append_byte(buffer, '"');
    if (result == 0)
        result = append_json_content(buffer, text);
    if (result == 0)
        result = buffer_append_byte(buffer, '"');
    if (result < 0)
        buffer->size = start;
    return result;
}

const char *buffer_text(struct buffer *buffer)
{
    if (buffer->data == NULL && set_capacity(buffer, 0) < 0)
        return NULL;
    buffer->data[buffer->size] = '\0';
    return buffer->data;
}

void buffer_shrink(struct buffer *buffer, size_t keep)
{
    if (buffer->capacity <= keep)
        return;
    if (buffer->size > keep)
        buffer->size = keep;
    if (keep == 0)
        buffer_deinit(buffer);
    else
        (void)set_capacity(buffer, keep); /* without memory to move it, the larger block stays */
}
