/*
 * UTF-8 inside the scanner's inner loop (RFC 3629): a whole character at once where four bytes can
 * be read, byte by byte at the border of a piece and for finding the byte that is wrong.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* A character of which some bytes are still to come. */
struct json_utf8 {
    unsigned char wanted;    /* continuation bytes still to come */
    unsigned char low, high; /* bounds of the next one */
};

/* The size of the valid character beyond ASCII that begins at `at`, or 0; reads up to four bytes.
 */
static inline size_t json_utf8_size(const char *at)
{
    const unsigned char *byte = (const unsigned char *)at;
    if (byte[0] < 0xe0)
        return byte[0] >= 0xc2 && (byte[1] & 0xc0) == 0x80 ? 2 : 0;
    if ((byte[1] & 0xc0) != 0x80 || (byte[2] & 0xc0) != 0x80)
        return 0;
    if (byte[0] < 0xf0) {
        unsigned value = (byte[0] & 0x0fU) << 12 | (byte[1] & 0x3fU) << 6;
        return value >= 0x800 && (value & 0xf800) != 0xd800 ? 3 : 0;
    }
    unsigned value = (byte[0] & 0x0fU) << 18 | (byte[1] & 0x3fU) << 12;
    return (byte[3] & 0xc0) == 0x80 && value >= 0x10000 && value < 0x110000 ? 4 : 0;
}

/* Takes the first byte of a character beyond ASCII; false when no character begins so. */
static inline bool json_utf8_begin(struct json_utf8 *utf8, char first)
{
    unsigned char lead = (unsigned char)first;
    utf8->wanted = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    utf8->low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80; /* no overlong forms */
    utf8->high = lead == 0xed   ? 0x9f
                 : lead == 0xf4 ? 0x8f
                                : 0xbf; /* no surrogates, no more than
                                           U+10FFFF */
    return lead >= 0xc2 && lead <= 0xf4;
}

/* Takes the next byte; false when it cannot follow, and then it does not belong to the character.
 */
static inline bool json_utf8_continue(struct json_utf8 *utf8, char next)
{
    unsigned char byte = (unsigned char)next;
    if (byte < utf8->low || byte > utf8->high)
        return false;
    utf8->wanted--;
    utf8->low = 0x80;
    utf8->high = 0xbf;
    return true;
}
