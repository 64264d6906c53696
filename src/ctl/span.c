#include "ctl/span.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"

enum { MS_PER_SEC = 1000 };

/* "2m 5s", without a second part that is zero. */
static void write_two(int64_t amount, int64_t unit, const char *names[2], char *text)
{
    if (amount % unit == 0)
        (void)snprintf(text, SPAN_TEXT_SIZE, "%" PRId64 "%s", amount / unit, names[0]); /* fits */
    else
        (void)snprintf(text, SPAN_TEXT_SIZE, "%" PRId64 "%s %" PRId64 "%s", amount / unit, names[0],
            amount % unit, names[1]); /* likewise */
}

static int64_t rounded(int64_t us, int64_t unit_us)
{
    return (us + unit_us / 2) / unit_us;
}

/* "1.5s": the fraction has no zeros at its end. */
static void write_seconds(int64_t ms, char *text)
{
    int size =
        snprintf(text, SPAN_TEXT_SIZE, "%" PRId64 ".%03" PRId64, ms / MS_PER_SEC, ms % MS_PER_SEC);
    while (text[size - 1] == '0')
        size--;
    if (text[size - 1] == '.')
        size--;
    (void)snprintf(text + size, SPAN_TEXT_SIZE - (size_t)size, "s"); /* there is room */
}

const char *span_text(int64_t us, char text[SPAN_TEXT_SIZE])
{
    const int64_t minute = 60, hour = 60, day = 24;
    int64_t ms = rounded(us, USEC_PER_MSEC);
    int64_t seconds = rounded(us, USEC_PER_SEC);
    int64_t minutes = rounded(us, minute * USEC_PER_SEC);
    int64_t hours = rounded(us, minute * hour * USEC_PER_SEC);
    if (ms == 0)
        (void)snprintf(text, SPAN_TEXT_SIZE, "0"); /* fits, like all of them */
    else if (ms < MS_PER_SEC)
        (void)snprintf(text, SPAN_TEXT_SIZE, "%" PRId64 "ms", ms); /* likewise */
    else if (ms < minute * MS_PER_SEC)
        write_seconds(ms, text);
    else if (seconds < minute * hour)
        write_two(seconds, minute, (const char *[]){"m", "s"}, text);
    else if (minutes < hour * day)
        write_two(minutes, hour, (const char *[]){"h", "m"}, text);
    else
        write_two(hours, day, (const char *[]){"d", "h"}, text);
    return text;
}

const char *span_range(int64_t lowest_us, int64_t highest_us, char text[SPAN_RANGE_SIZE])
{
    char lowest[SPAN_TEXT_SIZE], highest[SPAN_TEXT_SIZE];
    (void)span_text(lowest_us, lowest); /* returns what it is given; likewise below */
    (void)span_text(highest_us, highest);
    if (strcmp(lowest, highest) == 0)
        (void)snprintf(text, SPAN_RANGE_SIZE, "%s", lowest); /* fits */
    else
        (void)snprintf(text, SPAN_RANGE_SIZE, "%s to %s", lowest, highest); /* likewise */
    return text;
}
