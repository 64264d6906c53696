#include "base/units.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "base/utf8.h"

/* Amounts: digits and a unit */

struct unit {
    const char *name;
    uint64_t factor;
};

/* Largest first: the first that divides an amount gives its shortest spelling. */
static const struct unit duration_units[] = {
    {"d", USEC_PER_DAY},
    {"h", USEC_PER_HOUR},
    {"m", 60 * USEC_PER_SEC},
    {"s", USEC_PER_SEC},
    {"ms", USEC_PER_MSEC},
    {"us", UINT64_C(1)},
};

static const struct unit size_units[] = {
    {"TiB", UINT64_C(1) << 40},
    {"GiB", UINT64_C(1) << 30},
    {"MiB", UINT64_C(1) << 20},
    {"KiB", UINT64_C(1) << 10},
    {"B", UINT64_C(1)},
};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Reads one or more digits and moves `text` behind them; false when there are none or they pass
 * `most`. */
static bool take_number(const char **text, uint64_t most, uint64_t *ret_number)
{
    const char *at = *text;
    uint64_t number = 0;
    for (; *at >= '0' && *at <= '9'; at++) {
        uint64_t digit = (uint64_t)(*at - '0');
        if (number > (most - digit) / 10)
            return false;
        number = number * 10 + digit;
    }
    if (at == *text)
        return false;
    *text = at;
    *ret_number = number;
    return true;
}

static bool parse_amount(
    const char *text, const struct unit *units, size_t count, uint64_t most, uint64_t *ret_amount)
{
    uint64_t number;
    if (!take_number(&text, most, &number))
        return false;
    if (*text == '\0' && number == 0) {
        *ret_amount = 0;
        return true;
    }
    for (size_t i = 0; i < count; i++) {
        if (strcmp(text, units[i].name) == 0) {
            if (number > most / units[i].factor)
                return false;
            *ret_amount = number * units[i].factor;
            return true;
        }
    }
    return false;
}

static void format_amount(
    uint64_t amount, const struct unit *units, size_t count, const char *sign, char *text)
{
    const struct unit *unit = units;
    while (unit < units + count - 1 && amount % unit->factor != 0)
        unit++;
    if (amount == 0)
        (void)snprintf(text, UNITS_TEXT_SIZE, "0"); /* fits */
    else
        (void)snprintf(text, UNITS_TEXT_SIZE, "%s%" PRIu64 "%s", sign, amount / unit->factor,
            unit->name); /* a sign, 20 digits and a unit fit */
}

/* Refuses with a quotation of `text` that is short enough to leave room for what was expected. */
static int refuse(struct error *error, const char *text, const char *expected)
{
    struct slice quoted = slice_of(text);
    quoted.size = utf8_cut(quoted, 64);
    return error_set(error, ERROR_INVALID, "\"%.*s\" is not %s", SLICE_PRINT(quoted), expected);
}

int units_parse_duration(const char *text, int64_t *ret_us, struct error *error)
{
    uint64_t us;
    if (!parse_amount(text, duration_units, COUNT_OF(duration_units), INT64_MAX, &us))
        return refuse(error, text,
            "a duration: write a whole number and one of us, ms, s, m, h, d, such as 500ms or 10m");
    *ret_us = (int64_t)us;
    return 0;
}

int units_parse_size(const char *text, uint64_t *ret_bytes, struct error *error)
{
    uint64_t bytes;
    if (!parse_amount(text, size_units, COUNT_OF(size_units), UINT64_MAX, &bytes))
        return refuse(error, text,
            "a size: write a whole number and one of B, KiB, MiB, GiB, TiB, such as 64KiB");
    *ret_bytes = bytes;
    return 0;
}

const char *units_format_duration(int64_t us, char *text)
{
    uint64_t magnitude = us < 0 ? -(uint64_t)us : (uint64_t)us;
    format_amount(magnitude, duration_units, COUNT_OF(duration_units), us < 0 ? "-" : "", text);
    return text;
}

const char *units_format_size(uint64_t bytes, char *text)
{
    format_amount(bytes, size_units, COUNT_OF(size_units), "", text);
    return text;
}

/* Times: pieces of a date, each taken from the front of what is left */

/* Date and time of day as written. The text is read by hand because strptime() follows the locale
 * of the program that the library is linked into. */
struct date {
    int year, month, day; /* month from 1 */
    int hour, minute, second;
    int offset; /* seconds east of UTC */
};

static bool take_byte(const char **text, char byte)
{
    if (**text != byte)
        return false;
    (*text)++;
    return true;
}

/* Exactly `count` digits. */
static bool take_digits(const char **text, int count, int *ret_value)
{
    int value = 0;
    for (int i = 0; i < count; i++) {
        char digit = (*text)[i];
        if (digit < '0' || digit > '9')
            return false;
        value = value * 10 + (digit - '0');
    }
    *text += count;
    *ret_value = value;
    return true;
}

/* One of `count` words; yields its index. */
static bool take_word(const char **text, const char *const *words, int count, int *ret_index)
{
    for (int i = 0; i < count; i++) {
        size_t size = strlen(words[i]);
        if (strncmp(*text, words[i], size) == 0) {
            *text += size;
            *ret_index = i;
            return true;
        }
    }
    return false;
}

static bool take_literal(const char **text, const char *literal)
{
    int index;
    return take_word(text, &literal, 1, &index);
}

/* hh:mm:ss */
static bool take_time_of_day(const char **text, struct date *date)
{
    return take_digits(text, 2, &date->hour) && take_byte(text, ':') &&
           take_digits(text, 2, &date->minute) && take_byte(text, ':') &&
           take_digits(text, 2, &date->second);
}

static int days_of_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

static bool date_to_seconds(const struct date *date, int64_t *ret_seconds)
{
    if (date->month < 1 || date->month > 12 || date->day < 1 ||
        date->day > days_of_month(date->year, date->month) || date->hour > 23 ||
        date->minute > 59 || date->second > 60)
        return false;
    struct tm parts = {
        .tm_year = date->year - 1900,
        .tm_mon = date->month - 1,
        .tm_mday = date->day,
        .tm_hour = date->hour,
        .tm_min = date->minute,
    };
    int64_t minute = (int64_t)timegm(&parts) - date->offset;
    /* A leap second stands only at the end of a day in UTC; it counts as the second after it. */
    if (date->second == 60 && (minute + 60) % 86400 != 0)
        return false;
    *ret_seconds = minute + date->second;
    return true;
}

/* "Z" or "+hh:mm". */
static bool take_offset(const char **text, int *ret_offset)
{
    if (take_byte(text, 'Z') || take_byte(text, 'z')) {
        *ret_offset = 0;
        return true;
    }
    int hours, minutes, sign = 1;
    if (take_byte(text, '-'))
        sign = -1;
    else if (!take_byte(text, '+'))
        return false;
    if (!take_digits(text, 2, &hours) || !take_byte(text, ':') || !take_digits(text, 2, &minutes) ||
        hours > 23 || minutes > 59)
        return false;
    *ret_offset = sign * (hours * 3600 + minutes * 60);
    return true;
}

/* RFC 3339, section 5.6. */
static bool parse_rfc3339(const char *text, int64_t *ret_seconds)
{
    struct date date = {0};
    if (!take_digits(&text, 4, &date.year) || !take_byte(&text, '-') ||
        !take_digits(&text, 2, &date.month) || !take_byte(&text, '-') ||
        !take_digits(&text, 2, &date.day) || !(take_byte(&text, 'T') || take_byte(&text, 't')) ||
        !take_time_of_day(&text, &date))
        return false;
    if (take_byte(&text, '.')) {
        int digit;
        if (!take_digits(&text, 1, &digit))
            return false;
        while (take_digits(&text, 1, &digit))
            continue;
    }
    return take_offset(&text, &date.offset) && *text == '\0' && date_to_seconds(&date, ret_seconds);
}

int units_parse_time(const char *text, int64_t *ret_seconds, struct error *error)
{
    const char *end = text;
    uint64_t seconds;
    if (take_number(&end, INT64_MAX, &seconds) && *end == '\0') {
        *ret_seconds = (int64_t)seconds;
        return 0;
    }
    if (parse_rfc3339(text, ret_seconds))
        return 0;
    return refuse(
        error, text, "a time: write Unix seconds or RFC 3339, such as 2026-11-22T02:15:15Z");
}

/* Writes `value` with `width` digits and what follows them; returns the place behind. */
static char *put_number(char *text, int value, size_t width, char follows)
{
    for (size_t i = width; i-- > 0; value /= 10)
        text[i] = (char)('0' + value % 10);
    text[width] = follows;
    return text + width + 1;
}

/* By hand: some formats do it for every entry, and printf is slow. */
static void put_time(char *text, const struct tm *parts)
{
    text = put_number(text, parts->tm_year + 1900, 4, '-');
    text = put_number(text, parts->tm_mon + 1, 2, '-');
    text = put_number(text, parts->tm_mday, 2, 'T');
    text = put_number(text, parts->tm_hour, 2, ':');
    text = put_number(text, parts->tm_min, 2, ':');
    text = put_number(text, parts->tm_sec, 2, 'Z');
    *text = '\0';
}

const char *units_format_time(int64_t seconds, char *text)
{
    time_t time = (time_t)seconds;
    struct tm parts;
    /* RFC 3339 ends with the year 9999; what lies outside is spelled as the number that is read
     * back. */
    if (gmtime_r(&time, &parts) == NULL || parts.tm_year < -1900 || parts.tm_year > 8099)
        (void)snprintf(text, UNITS_TEXT_SIZE, "%" PRId64, seconds); /* fits */
    else
        put_time(text, &parts);
    return text;
}

/* HTTP dates: RFC 9110, section 5.6.7 */

static const char *const months[] = {
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
static const char *const long_days[] = {
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
static const char *const short_days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

static bool take_month(const char **text, struct date *date)
{
    int index;
    if (!take_word(text, months, COUNT_OF(months), &index))
        return false;
    date->month = index + 1;
    return true;
}

/* Behind the day's name: ", 06 Nov 1994 08:49:37 GMT". */
static bool take_imf_fixdate(const char **text, struct date *date)
{
    return take_literal(text, ", ") && take_digits(text, 2, &date->day) && take_byte(text, ' ') &&
           take_month(text, date) && take_byte(text, ' ') && take_digits(text, 4, &date->year) &&
           take_byte(text, ' ') && take_time_of_day(text, date) && take_literal(text, " GMT");
}

/* Behind the day's name: ", 06-Nov-94 08:49:37 GMT". The century is POSIX's choice, which needs no
 * clock and differs from the RFC's only for dates that no server sends. */
static bool take_rfc850_date(const char **text, struct date *date)
{
    if (!take_literal(text, ", ") || !take_digits(text, 2, &date->day) || !take_byte(text, '-') ||
        !take_month(text, date) || !take_byte(text, '-') || !take_digits(text, 2, &date->year))
        return false;
    date->year += date->year < 69 ? 2000 : 1900;
    return take_byte(text, ' ') && take_time_of_day(text, date) && take_literal(text, " GMT");
}

/* Behind the day's name: " Nov  6 08:49:37 1994". */
static bool take_asctime_date(const char **text, struct date *date)
{
    if (!take_byte(text, ' ') || !take_month(text, date) || !take_byte(text, ' '))
        return false;
    int day_digits = take_byte(text, ' ') ? 1 : 2;
    return take_digits(text, day_digits, &date->day) && take_byte(text, ' ') &&
           take_time_of_day(text, date) && take_byte(text, ' ') &&
           take_digits(text, 4, &date->year);
}

int units_parse_http_date(const char *text, int64_t *ret_seconds)
{
    struct date date = {0};
    int weekday; /* not compared with the date: a wrong name makes the time no worse */
    bool taken;
    if (take_word(&text, long_days, COUNT_OF(long_days), &weekday)) {
        taken = take_rfc850_date(&text, &date);
    } else if (take_word(&text, short_days, COUNT_OF(short_days), &weekday)) {
        taken = *text == ',' ? take_imf_fixdate(&text, &date) : take_asctime_date(&text, &date);
    } else {
        taken = false;
    }
    if (!taken || *text != '\0' || !date_to_seconds(&date, ret_seconds))
        return ERROR_INVALID;
    return 0;
}
