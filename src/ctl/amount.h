/*
 * Amounts for people: "1,234 entries", "1.5 MiB", "12.3 a second". The exact numbers are in the
 * JSON; what can be read back is written by base/units.h.
 */
#pragma once

#include <stdint.h>

enum { AMOUNT_TEXT_SIZE = 40 };

/* Each returns `text`. A number, its thousands apart: */
const char *amount_count(int64_t count, char text[AMOUNT_TEXT_SIZE]);
/* Bytes, to a tenth of the unit that suits them. */
const char *amount_bytes(int64_t bytes, char text[AMOUNT_TEXT_SIZE]);
/* To a tenth below a hundred. */
const char *amount_rate(double rate, char text[AMOUNT_TEXT_SIZE]);
