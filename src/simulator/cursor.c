#include "simulator/cursor.h"

#include <string.h>

#include "base/error.h"
#include "simulator/dice.h"

/* Position, time, number, check sum; an odd number adds two more bytes, so that the text ends in
 * two `=` instead of one. */
enum { SHORT_SIZE = 26, LONG_SIZE = 28 };

enum { PURPOSE_CURSOR = 50 };

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void put_number(unsigned char *bytes, uint64_t number, size_t size)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = (unsigned char)(number >> (8 * i));
}

static uint64_t take_number(const unsigned char *bytes, size_t size)
{
    uint64_t number = 0;
    for (size_t i = 0; i < size; i++)
        number |= (uint64_t)bytes[i] << (8 * i);
    return number;
}

static uint64_t check_sum(const unsigned char *bytes, size_t size, uint64_t seed)
{
    uint64_t sum = dice_of(seed, PURPOSE_CURSOR, size);
    for (size_t i = 0; i < size; i++)
        sum = dice_mix(sum ^ bytes[i]);
    return sum;
}

static void base64_encode(const unsigned char *bytes, size_t size, char *text)
{
    for (size_t at = 0; at < size; at += 3) {
        size_t left = size - at;
        uint32_t group = (uint32_t)bytes[at] << 16 | (left > 1 ? (uint32_t)bytes[at + 1] << 8 : 0) |
                         (left > 2 ? bytes[at + 2] : 0);
        *text++ = alphabet[group >> 18];
        *text++ = alphabet[group >> 12 & 63];
        *text++ = left > 1 ? alphabet[group >> 6 & 63] : '=';
        *text++ = left > 2 ? alphabet[group & 63] : '=';
    }
    *text = '\0';
}

/* Decodes into `bytes` of LONG_SIZE + 2 and returns how many there are, or 0 when it is no base64
 * of a cursor. */
static size_t base64_decode(const char *text, unsigned char *bytes)
{
    size_t size = strlen(text), count = 0;
    if (size % 4 != 0 || size >= CURSOR_TEXT_SIZE || size < 4 || size / 4 * 3 > LONG_SIZE + 2)
        return 0;
    size_t padding = (size_t)(text[size - 1] == '=') + (size_t)(text[size - 2] == '=');
    for (size_t at = 0; at < size; at += 4) {
        uint32_t group = 0;
        for (size_t i = at; i < at + 4; i++) {
            const char *place = i < size - padding ? strchr(alphabet, text[i]) : alphabet;
            if (place == NULL)
                return 0;
            group = group << 6 | (uint32_t)(place - alphabet);
        }
        bytes[count++] = (unsigned char)(group >> 16);
        bytes[count++] = (unsigned char)(group >> 8);
        bytes[count++] = (unsigned char)group;
    }
    return count - padding;
}

const char *cursor_encode(const struct cursor *cursor, uint64_t seed, uint32_t number, char *text)
{
    unsigned char bytes[LONG_SIZE] = {0};
    size_t size = number % 2 == 0 ? SHORT_SIZE : LONG_SIZE;
    put_number(bytes, cursor->position, 8);
    put_number(bytes + 8, (uint64_t)cursor->given_at_us, 8);
    put_number(bytes + 16, number, 4);
    put_number(bytes + size - 6, check_sum(bytes, size - 6, seed), 6);
    base64_encode(bytes, size, text);
    return text;
}

int cursor_decode(const char *text, uint64_t seed, struct cursor *ret_cursor)
{
    unsigned char bytes[LONG_SIZE + 2];
    char again[CURSOR_TEXT_SIZE];
    size_t size = base64_decode(text, bytes);
    if (size != SHORT_SIZE && size != LONG_SIZE)
        return ERROR_INVALID;
    base64_encode(bytes, size, again);
    if (strcmp(again, text) !=
        0) /* two texts can decode to the same bytes; only one was made here */
        return ERROR_INVALID;
    uint64_t sum = check_sum(bytes, size - 6, seed) & (UINT64_MAX >> 16);
    if (take_number(bytes + size - 6, 6) != sum)
        return ERROR_INVALID;
    *ret_cursor = (struct cursor){
        .position = take_number(bytes, 8),
        .given_at_us = (int64_t)take_number(bytes + 8, 8),
    };
    return 0;
}
