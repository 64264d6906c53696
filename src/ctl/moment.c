#include "ctl/moment.h"

#include <string.h>

#include "base/units.h"

int moment_read(const char *text, int64_t now_seconds, int64_t *ret_seconds, struct error *error)
{
    int64_t seconds = now_seconds, age_us = 0;
    int r = 0;
    if (text[0] == '-')
        r = units_parse_duration(text + 1, &age_us, NULL);
    else if (strcmp(text, "now") != 0)
        r = units_parse_time(text, &seconds, NULL);
    if (r < 0)
        return error_set(error, r,
            "\"%.64s\" is not a time: write an age such as -7d (ms, s, m, h or d), a time such as "
            "2026-11-22T02:15:15Z, Unix seconds, or now",
            text);
    seconds -= age_us / USEC_PER_SEC;
    if (seconds < 0)
        return error_set(error, ERROR_INVALID, "\"%.64s\" is before 1970", text);
    *ret_seconds = seconds;
    return 0;
}
