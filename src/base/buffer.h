/*
 * A growing byte buffer with a cap. The cap is part of its type of use: whoever declares a buffer
 * names the limit from base/limits.h, and nothing that a peer sends can grow it further.
 *
 * Embedded object: start with BUFFER_INIT(limit), end with buffer_deinit(). Not shared between
 * threads. A pointer into `data` is valid until the next call that may grow it. There is no NUL
 * byte behind the content unless buffer_text() put one there. What is appended must not lie in the
 * buffer itself, because growing moves the content.
 */
#pragma once

#include <stdarg.h>

#include "base/error.h"
#include "base/slice.h"

struct buffer {
    char *data;
    size_t size;     /* bytes in use */
    size_t capacity; /* bytes that fit without growing, never more than limit */
    size_t limit;    /* size never passes this */
};

#define BUFFER_INIT(cap)                                                                           \
    {                                                                                              \
        .limit = (cap)                                                                             \
    }

/* Frees the memory; the limit stays, so that the buffer can be used again. */
void buffer_deinit(struct buffer *buffer);

/* Forgets the content and keeps the memory. */
static inline void buffer_clear(struct buffer *buffer)
{
    buffer->size = 0;
}

static inline struct slice buffer_slice(const struct buffer *buffer)
{
    return (struct slice){.data = buffer->data, .size = buffer->size};
}

/* Makes room for `more` bytes behind the content (growth doubles). Returns 0, ERROR_LIMIT past the
 * cap or ERROR_MEMORY; the content is intact in every case. */
int buffer_reserve(struct buffer *buffer, size_t more);

/* Each appends, or returns what buffer_reserve() returned and leaves the content as it was. Those
 * that stand here in full are called for every piece of every entry. */
static inline int buffer_append(struct buffer *buffer, const void *data, size_t size)
{
    if (size == 0)
        return 0; /* `data` may be NULL then */
    if (size > buffer->capacity - buffer->size) {
        int result = buffer_reserve(buffer, size);
        if (result < 0)
            return result;
    }
    memcpy(buffer->data + buffer->size, data, size);
    buffer->size += size;
    return 0;
}

static inline int buffer_append_slice(struct buffer *buffer, struct slice slice)
{
    return buffer_append(buffer, slice.data, slice.size);
}

static inline int buffer_append_text(struct buffer *buffer, const char *text)
{
    return buffer_append(buffer, text, strlen(text));
}

static inline int buffer_append_byte(struct buffer *buffer, char byte)
{
    return buffer_append(buffer, &byte, 1);
}

int buffer_printf(struct buffer *buffer, const char *format, ...) _printf_(2, 3);
int buffer_vprintf(struct buffer *buffer, const char *format, va_list arguments) _printf_(2, 0);

/* Appends `text` as a JSON string with its quotes: `"`, `\` and control bytes escaped, invalid
 * UTF-8 replaced by U+FFFD (one for each byte that no character claims). */
int buffer_append_json_string(struct buffer *buffer, struct slice text);

/* Ends the content with a NUL byte that does not count and returns it as a string, or NULL when
 * there is no memory. Valid until the next change. */
const char *buffer_text(struct buffer *buffer);

/* Gives memory above `keep` bytes back to the system; content past it is dropped. For buffers that
 * once held something large. */
void buffer_shrink(struct buffer *buffer, size_t keep);
