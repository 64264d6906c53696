/*
 * Words for amounts, as people write them: durations `500ms 30s 10m 24h 7d`, sizes `64KiB 10MiB
 * 1GiB`, times as Unix seconds or RFC 3339. Durations are microseconds everywhere in the tree
 * (`..._us`), times are whole Unix seconds unless a name says otherwise.
 */
#pragma once

#include <stdint.h>

#include "base/buffer.h"

#define USEC_PER_MSEC INT64_C(1000)
#define USEC_PER_SEC  INT64_C(1000000)
#define USEC_PER_HOUR (3600 * USEC_PER_SEC)
#define USEC_PER_DAY  (24 * USEC_PER_HOUR)

enum { UNITS_TEXT_SIZE = 40 };

/* Each returns 0 or ERROR_INVALID with a text that names what was expected. No sign, no fraction,
 * no space; overflow is invalid. "0" alone is a duration and a size. */
int units_parse_duration(const char *text, int64_t *ret_us, struct error *error);
int units_parse_size(const char *text, uint64_t *ret_bytes, struct error *error);

/* A time: Unix seconds, or RFC 3339 with `Z` or an offset (a fraction is cut off). */
int units_parse_time(const char *text, int64_t *ret_seconds, struct error *error);

/* An HTTP date (RFC 9110, 5.6.7: IMF-fixdate and the two obsolete forms). */
int units_parse_http_date(const char *text, int64_t *ret_seconds);

/* The shortest spelling that units_parse_...() reads back to the same value. `text` has
 * UNITS_TEXT_SIZE bytes. */
const char *units_format_duration(int64_t us, char *text);
const char *units_format_size(uint64_t bytes, char *text);
/* RFC 3339 in UTC: 2026-11-22T02:15:15Z. */
const char *units_format_time(int64_t seconds, char *text);
