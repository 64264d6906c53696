#include "ctl/amount.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { GROUP = 3, TENTHS_BELOW = 100 };

const char *amount_count(int64_t count, char text[AMOUNT_TEXT_SIZE])
{
    char digits[AMOUNT_TEXT_SIZE];
    (void)snprintf(digits, sizeof(digits), "%" PRId64, count); /* fits, also in groups */
    size_t size = strlen(digits), at = 0;
    for (size_t i = 0; i < size; i++) {
        text[at++] = digits[i];
        size_t left = size - i - 1;
        if (left > 0 && left % GROUP == 0 && digits[i] != '-')
            text[at++] = ',';
    }
    text[at] = '\0';
    return text;
}

const char *amount_bytes(int64_t bytes, char text[AMOUNT_TEXT_SIZE])
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    enum { LAST = sizeof(units) / sizeof(units[0]) - 1 };
    double amount = (double)bytes;
    size_t unit = 0;
    for (; amount >= 1024 && unit < LAST; unit++)
        amount /= 1024;
    (void)snprintf(
        text, AMOUNT_TEXT_SIZE, unit == 0 ? "%.0f %s" : "%.1f %s", amount, units[unit]); /* fits */
    return text;
}

const char *amount_rate(double rate, char text[AMOUNT_TEXT_SIZE])
{
    if (rate >= TENTHS_BELOW)
        return amount_count((int64_t)(rate + 0.5), text);
    (void)snprintf(text, AMOUNT_TEXT_SIZE, "%.1f", rate); /* fits */
    return text;
}
