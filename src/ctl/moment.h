/*
 * A time as people write it on a command line: Unix seconds, RFC 3339, `now`, or an age such as
 * `-7d`, which is counted back from now.
 */
#pragma once

#include <stdint.h>

#include "base/error.h"

/* For the help of the verbs that take one. */
#define MOMENT_ABOUT                                                                               \
    "TIME is Unix seconds, RFC 3339 (2026-11-22T02:15:15Z), now or an age (-2h, -7d).\n"

/* Returns 0 or ERROR_INVALID: no time, or one before 1970. */
int moment_read(const char *text, int64_t now_seconds, int64_t *ret_seconds, struct error *error);
