/*
 * Time spans for people: "500ms", "1.5s", "2m 5s", "1h 30m". The configuration's own spelling
 * (base/units.h) has one unit only and is for amounts that somebody wrote.
 */
#pragma once

#include <stdint.h>

enum { SPAN_TEXT_SIZE = 32 };

/* Rounded to a millisecond below a minute, then to a second, a minute, an hour. Returns `text`. */
const char *span_text(int64_t us, char text[SPAN_TEXT_SIZE]);

enum { SPAN_RANGE_SIZE = 2 * SPAN_TEXT_SIZE + 8 };

/* "1s to 2s", or "1s" when both look alike. */
const char *span_range(int64_t lowest_us, int64_t highest_us, char text[SPAN_RANGE_SIZE]);
