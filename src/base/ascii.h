/*
 * Letters of protocols: the case of A to Z does not matter, and of nothing else. The C library's
 * own functions for this follow the locale, which is the program's that uses the library: in a
 * Turkish one, I and i are two letters, and "SET-COOKIE" is not "Set-Cookie".
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

static inline char ascii_lower(char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
}

/* The first `size` bytes are the same; a NUL byte is a byte like any other. */
static inline bool ascii_same_bytes(const char *left, const char *right, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (ascii_lower(left[i]) != ascii_lower(right[i]))
            return false;
    return true;
}

static inline bool ascii_begins(const char *text, const char *beginning)
{
    for (; *beginning != '\0'; text++, beginning++)
        if (ascii_lower(*text) != ascii_lower(*beginning))
            return false;
    return true;
}

static inline bool ascii_same(const char *left, const char *right)
{
    for (; ascii_lower(*left) == ascii_lower(*right); left++, right++)
        if (*left == '\0')
            return true;
    return false;
}
