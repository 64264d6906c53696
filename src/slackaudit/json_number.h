/*
 * The grammar of numbers (RFC 8259, 6) as a state machine: no plus sign, no leading zero, a digit
 * on each side of the point. Nothing is computed; any size and precision is valid.
 */
#pragma once

#include <stdbool.h>

enum json_number {
    JSON_NUMBER_NONE, /* the byte does not belong to a number */
    JSON_NUMBER_MINUS,
    JSON_NUMBER_ZERO,
    JSON_NUMBER_INTEGER,
    JSON_NUMBER_POINT,
    JSON_NUMBER_FRACTION,
    JSON_NUMBER_E,
    JSON_NUMBER_E_SIGN,
    JSON_NUMBER_EXPONENT,
};

static inline bool json_is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static inline enum json_number json_number_begin(char byte)
{
    if (byte == '-')
        return JSON_NUMBER_MINUS;
    if (!json_is_digit(byte))
        return JSON_NUMBER_NONE;
    return byte == '0' ? JSON_NUMBER_ZERO : JSON_NUMBER_INTEGER;
}

/* The state behind `byte`, or JSON_NUMBER_NONE. */
static inline enum json_number json_number_continue(enum json_number state, char byte)
{
    bool digit = json_is_digit(byte);
    bool exponent = byte == 'e' || byte == 'E';
    switch (state) {
    case JSON_NUMBER_MINUS:
        return digit ? json_number_begin(byte) : JSON_NUMBER_NONE;
    case JSON_NUMBER_ZERO:
    case JSON_NUMBER_INTEGER:
        if (digit)
            return state == JSON_NUMBER_INTEGER ? state : JSON_NUMBER_NONE;
        if (byte == '.')
            return JSON_NUMBER_POINT;
        return exponent ? JSON_NUMBER_E : JSON_NUMBER_NONE;
    case JSON_NUMBER_POINT:
    case JSON_NUMBER_FRACTION:
        if (digit)
            return JSON_NUMBER_FRACTION;
        return exponent && state == JSON_NUMBER_FRACTION ? JSON_NUMBER_E : JSON_NUMBER_NONE;
    case JSON_NUMBER_E:
        if (byte == '+' || byte == '-')
            return JSON_NUMBER_E_SIGN;
        __attribute__((fallthrough));
    default:
        return digit ? JSON_NUMBER_EXPONENT : JSON_NUMBER_NONE;
    }
}

/* A number may end here. */
static inline bool json_number_is_whole(enum json_number state)
{
    return state == JSON_NUMBER_ZERO || state == JSON_NUMBER_INTEGER ||
           state == JSON_NUMBER_FRACTION || state == JSON_NUMBER_EXPONENT;
}
