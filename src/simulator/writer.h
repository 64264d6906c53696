/*
 * Writes text into memory of a fixed size, fast: everything here is inline, and running out of room
 * is noted once instead of being asked after each piece. Whoever opens a writer looks at `overflow`
 * at the end.
 *
 * A writer owns nothing.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

struct writer {
    char *at;      /* the next byte goes here */
    char *end;     /* one past the last byte */
    bool overflow; /* something did not fit and was left out */
};

static inline void writer_put(struct writer *writer, const char *data, size_t size)
{
    if ((size_t)(writer->end - writer->at) < size) {
        writer->overflow = true;
        return;
    }
    memcpy(writer->at, data, size);
    writer->at += size;
}

static inline void writer_slice(struct writer *writer, struct slice slice)
{
    writer_put(writer, slice.data, slice.size);
}

static inline void writer_text(struct writer *writer, const char *text)
{
    writer_put(writer, text, strlen(text));
}

static inline void writer_decimal(struct writer *writer, int64_t number)
{
    char digits[20];
    size_t first = sizeof(digits);
    uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
    do {
        digits[--first] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    if (number < 0)
        digits[--first] = '-';
    writer_put(writer, digits + first, sizeof(digits) - first);
}

/* The lowest `digits` (at most 16) hexadecimal digits of `number`. */
static inline void writer_hex(struct writer *writer, uint64_t number, unsigned digits)
{
    char text[16];
    for (unsigned i = 0; i < digits; i++)
        text[i] = "0123456789abcdef"[(number >> (4 * (digits - 1 - i))) & 15];
    writer_put(writer, text, digits);
}
