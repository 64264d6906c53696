#include "simulator/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/units.h"
#include "sys/file.h"

enum option_type {
    OPTION_HEADING, /* only a line of the help */
    OPTION_COUNT,   /* uint64_t or int64_t, from 0 to `most` */
    OPTION_NUMBER,  /* double, from 0 to `most` */
    OPTION_SECONDS, /* int64_t, with or without a sign */
    OPTION_DURATION,
    OPTION_TIME,
    OPTION_TEXT,
    OPTION_FLAG,
    OPTION_FAULT,
    OPTION_ODD,
    OPTION_TOKEN,
    OPTION_TOKEN_FILE,
};

struct option_row {
    const char *name;
    const char *argument; /* as the help calls it */
    const char *help;
    enum option_type type;
    size_t offset; /* of the field in struct options */
    double most;
};

#define FIELD(field)    offsetof(struct options, field)
#define TIMELINE(field) FIELD(api.history.timeline.field)

static const struct option_row rows[] = {
    {NULL, NULL, "Where it listens", OPTION_HEADING, 0, 0},
    {"listen", "ADDRESS:PORT", "default " OPTIONS_LISTEN_DEFAULT "; port 0 chooses one",
        OPTION_TEXT, FIELD(listen), 0},
    {"url-file", "PATH", "write the base URL there once it is ready", OPTION_TEXT, FIELD(url_file),
        0},

    {NULL, NULL, "The history (a TIME is Unix seconds, RFC 3339, now, -7d or +1h)", OPTION_HEADING,
        0, 0},
    {"seed", "N", "everything follows from it; default 1", OPTION_COUNT, TIMELINE(seed), 0x1p62},
    {"entries", "N", "how many; default 10000", OPTION_COUNT, TIMELINE(entries),
        (double)TIMELINE_ENTRIES_MOST},
    {"from", "TIME", "the first entry's time; default a week before --to", OPTION_TIME,
        TIMELINE(from), 0},
    {"to", "TIME",
        "the end of the span; default now. Entries of the future show when their time comes",
        OPTION_TIME, TIMELINE(to), 0},
    {"rate", "R", "entries a second, in the place of --entries or of --from", OPTION_NUMBER,
        TIMELINE(rate), TIMELINE_RATE_MOST},
    {"burst", "N", "this many of the entries share one second", OPTION_COUNT, TIMELINE(burst),
        (double)TIMELINE_ENTRIES_MOST},
    {"burst-at", "TIME", "which second; default the middle of the span", OPTION_TIME,
        TIMELINE(burst_at), 0},
    {"live", "R", "new entries a second from the start on; default 0", OPTION_NUMBER,
        TIMELINE(live_per_second), TIMELINE_RATE_MOST},
    {"live-since", "TIME",
        "begin the new entries then, so that a restart goes on with the same sequence", OPTION_TIME,
        TIMELINE(live_since), 0},
    {"late", "PERCENT", "of the entries show late; default 0", OPTION_NUMBER,
        FIELD(api.history.late_percent), 100},
    {"late-by", "DURATION", "at most so long after their date_create; default 60s", OPTION_DURATION,
        FIELD(api.history.late_by_us), 0},
    {"entry-size", "BYTES", "pad entries to at least this", OPTION_COUNT,
        FIELD(api.history.entry_size), 1 << 20},
    {"pretty", "PERCENT", "of the entries, in runs of 64, have line breaks between their tokens",
        OPTION_NUMBER, FIELD(api.history.pretty_percent), 100},
    {"odd", "KIND[=COUNT]",
        "put in odd entries: no-id, no-date, huge, deep, invalid-utf8, unknown-entity, "
        "not-an-object, duplicate-id",
        OPTION_ODD, 0, 0},

    {NULL, NULL, "The API", OPTION_HEADING, 0, 0},
    {"token", "TOKEN", "accept this bearer token (repeatable); without any, every token will do",
        OPTION_TOKEN, 0, 0},
    {"token-file", "PATH", "accept the tokens of this file, one a line", OPTION_TOKEN_FILE, 0, 0},
    {"calls-per-minute", "N", "the rate limit; default 50, 0 = off", OPTION_COUNT,
        FIELD(api.calls_per_minute), API_RATE_MOST},
    {"call-burst", "N", "calls that may come at once; default a fifth of a minute's", OPTION_COUNT,
        FIELD(api.call_burst), API_RATE_MOST},
    {"cursor-ttl", "DURATION", "cursors expire after this; default 1h, 0 = never", OPTION_DURATION,
        FIELD(api.cursor_ttl_us), 0},
    {"bare-cursor-errors", NULL, "refuse a cursor with a 400 that has no body", OPTION_FLAG,
        FIELD(api.bare_cursor_errors), 0},
    {"optimistic", "N", "exceed a page's limit by up to N entries to finish a second", OPTION_COUNT,
        FIELD(api.optimistic), API_OPTIMISTIC_MOST},
    {"short-pages", "PERCENT", "of the pages are short, or empty, with more to come", OPTION_NUMBER,
        FIELD(api.short_percent), 90},
    {"enabled-since", "TIME", "an oldest before it is invalid_range", OPTION_TIME,
        FIELD(api.enabled_since), 0},
    {"clock-offset", "SECONDS", "how far the API's clock is ahead (or, below 0, behind)",
        OPTION_SECONDS, FIELD(api.clock_offset_s), 0},
    {"fault", "KIND:WHEN", "a fault on demand, repeatable; see below", OPTION_FAULT, 0, 0},

    {NULL, NULL, "Other", OPTION_HEADING, 0, 0},
    {"help", NULL, "this text, also as -h", OPTION_FLAG, FIELD(help), 0},
    {"version", NULL, "the version, also as -V", OPTION_FLAG, FIELD(version), 0},
};
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static const char help_before[] =
    "Usage: slackaudit-sim [OPTION]...\n"
    "Simulates Slack's Audit Logs API for demos, tests and rule writers. It serves\n"
    "GET /audit/v1/logs, /audit/v1/schemas and /audit/v1/actions (also without the\n"
    "prefix) from a history that a seed makes, and prints `listening on URL` once it\n"
    "is ready. TERM or INT ends it.\n";

static const char help_after[] =
    "\n"
    "Faults: --fault KIND:WHEN[,WHEN...], as in\n"
    "            429:every=7  reset:at=3,count=2  slow:probability=0.05,for=5s\n"
    "  every=N        each Nth call\n"
    "  at=N           the Nth call, and with count=M the M-1 after it\n"
    "  probability=P  a call in 1/P\n"
    "  count=N        alone: the first N calls; else: at most N times in all\n"
    "  for=DURATION   how long: the wait of slow and stall (3s), the Retry-After of\n"
    "                 429 and 503 (1s)\n"
    "  Calls are counted for each rule, those alone that its kind can strike and that\n"
    "  token and rate limit let in. One fault strikes a call; another that was due\n"
    "  strikes at the next one.\n"
    "  any call:             429 500 503 unauthorized html broken-json truncate reset\n"
    "                        reset-body slow stall\n"
    "  /logs:                repeat-entries wrong-order outside\n"
    "  /logs with a cursor:  repeat-cursor expire-cursor\n"
    "\n"
    "For tests, and not Slack's (no token wanted, not counted):\n"
    "  GET  /_sim/stats     counts as JSON: calls, pages, calls by status, entries\n"
    "                       served, faults, budget\n"
    "  GET  /_sim/expected  every entry once, oldest first, as a file must hold it;\n"
    "                       takes oldest, latest, action, actor, entity; damaged=1\n"
    "                       gives the entries that are no JSON instead\n"
    "  POST /_sim/faults    new rules, one a line, in the place of all others;\n"
    "                       answers that are slow or stall go on\n"
    "  POST /_sim/token     new tokens, one a line, in the place of all others\n"
    "\n"
    "Exit codes: 0 done; 64 bad usage; 69 address unavailable.\n";

static int read_count(const struct option_row *row, const char *text, uint64_t *ret_count)
{
    char *end;
    unsigned long long count = *text >= '0' && *text <= '9' ? strtoull(text, &end, 10) : 0;
    if (*text < '0' || *text > '9' || *end != '\0' || (double)count > row->most)
        return ERROR_INVALID;
    *ret_count = count;
    return 0;
}

static int read_number(const struct option_row *row, const char *text, double *ret_number)
{
    char *end;
    double number = strtod(text, &end);
    if (end == text || *end != '\0' || !(number >= 0 && number <= row->most))
        return ERROR_INVALID;
    *ret_number = number;
    return 0;
}

static int read_seconds(const char *text, int64_t *ret_seconds)
{
    char *end;
    long long seconds = strtoll(text, &end, 10);
    if (end == text || *end != '\0' || llabs(seconds) > INT32_MAX)
        return ERROR_INVALID;
    *ret_seconds = seconds;
    return 0;
}

static int read_time(const char *text, int64_t now, int64_t *ret_seconds)
{
    int64_t us;
    if (strcmp(text, "now") == 0) {
        *ret_seconds = now;
        return 0;
    }
    if (*text != '-' && *text != '+')
        return units_parse_time(text, ret_seconds, NULL);
    int r = units_parse_duration(text + 1, &us, NULL);
    if (r < 0)
        return r;
    *ret_seconds = now + (*text == '-' ? -us : us) / USEC_PER_SEC;
    return 0;
}

static int read_token_file(struct tokens *tokens, const char *path, struct error *error)
{
    _cleanup_(buffer_deinit) struct buffer content = BUFFER_INIT(TOKENS_MOST * TOKEN_SIZE_MOST);
    int r = file_read(path, &content, error);
    if (r < 0)
        return r;
    const char *text = buffer_text(&content);
    if (text == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the tokens");
    r = tokens_add_lines(tokens, text, error);
    if (r < 0)
        return error_prefix(error, r, "%s", path);
    if (tokens->count == 0)
        return error_set(error, ERROR_INVALID, "%s: there is no token in it", path);
    return 0;
}

/* Options that are more than one value in one field. Returns 1 when the row is none of them. */
static int apply_special(
    struct options *options, const struct option_row *row, const char *value, struct error *error)
{
    switch (row->type) {
    case OPTION_FAULT:
        return fault_plan_add(&options->api.faults, value, error);
    case OPTION_ODD:
        return odd_plan_add(&options->api.history.odd, value, error);
    case OPTION_TOKEN:
        return tokens_add(&options->api.tokens, value, error);
    case OPTION_TOKEN_FILE:
        return read_token_file(&options->api.tokens, value, error);
    default:
        return 1;
    }
}

static int refuse_value(const struct option_row *row, const char *value, struct error *error)
{
    char wanted[64] = "a duration such as 500ms, 30s or 10m";
    if (row->type == OPTION_COUNT)
        (void)snprintf(
            wanted, sizeof(wanted), "a whole number from 0 to %.0f", row->most); /* fits */
    else if (row->type == OPTION_NUMBER)
        (void)snprintf(wanted, sizeof(wanted), "a number from 0 to %.0f", row->most); /* likewise */
    else if (row->type == OPTION_SECONDS)
        (void)snprintf(wanted, sizeof(wanted), "whole seconds"); /* likewise */
    return error_set(
        error, ERROR_INVALID, "--%s: expected %s, found \"%s\"", row->name, wanted, value);
}

static int apply(
    struct options *options, const struct option_row *row, const char *value, struct error *error)
{
    void *field = (char *)options + row->offset;
    int r = apply_special(options, row, value, error);
    if (r <= 0)
        return r;
    r = 0;
    if (row->type == OPTION_COUNT)
        r = read_count(row, value, field);
    else if (row->type == OPTION_NUMBER)
        r = read_number(row, value, field);
    else if (row->type == OPTION_SECONDS)
        r = read_seconds(value, field);
    else if (row->type == OPTION_DURATION)
        r = units_parse_duration(value, field, NULL);
    else if (row->type == OPTION_TEXT)
        *(const char **)field = value;
    else if (row->type == OPTION_FLAG)
        *(bool *)field = true;
    return r < 0 ? refuse_value(row, value, error) : 0;
}

/* Times come last, because --clock-offset may stand behind them. */
static int apply_times(
    struct options *options, const char *const *times, int64_t wall_seconds, struct error *error)
{
    int64_t now = wall_seconds + options->api.clock_offset_s;
    for (int i = 0; i < ROWS; i++) {
        int64_t *field = (int64_t *)((char *)options + rows[i].offset);
        if (times[i] != NULL && read_time(times[i], now, field) < 0)
            return error_set(error, ERROR_INVALID,
                "--%s: \"%s\" is no time: Unix seconds, RFC 3339, now, -DURATION or +DURATION",
                rows[i].name, times[i]);
    }
    return 0;
}

static void make_long_options(struct option *long_options)
{
    for (int i = 0; i < ROWS; i++) {
        if (rows[i].type != OPTION_HEADING)
            *long_options++ = (struct option){.name = rows[i].name,
                .has_arg = rows[i].argument != NULL ? required_argument : no_argument,
                .val = 256 + i};
    }
}

/* The row of what getopt_long() found; -1 for what it could not read. */
static int row_of(int found)
{
    const char *name = found == 'h' ? "help" : "version";
    if (found >= 256)
        return found - 256;
    for (int i = 0; i < ROWS && found != '?' && found != ':'; i++) {
        if (rows[i].name != NULL && strcmp(rows[i].name, name) == 0)
            return i;
    }
    return -1;
}

static void options_init(struct options *options)
{
    *options = (struct options){
        .listen = OPTIONS_LISTEN_DEFAULT,
        .api =
            {
                .history = HISTORY_SETTINGS_INIT,
                .calls_per_minute = 50,
                .cursor_ttl_us = USEC_PER_HOUR,
            },
    };
    options->api.history.late_by_us = 60 * USEC_PER_SEC;
}

int options_read(
    struct options *options, int argc, char **argv, int64_t wall_seconds, struct error *error)
{
    struct option long_options[ROWS + 1] = {0};
    const char *times[ROWS] = {0};
    options_init(options);
    make_long_options(long_options);
    opterr = 0;
    optind = 0; /* begin anew, also in a test that reads several lines */
    for (int found; (found = getopt_long(argc, argv, ":hV", long_options, NULL)) != -1;) {
        int row = row_of(found);
        if (row < 0)
            return error_set(error, ERROR_INVALID,
                found == ':' ? "%s: its value is missing" : "%s: there is no such option",
                argv[optind > 1 ? optind - 1 : 1]);
        int r = 0;
        if (rows[row].type == OPTION_TIME)
            times[row] = optarg;
        else
            r = apply(options, &rows[row], optarg, error);
        if (r < 0)
            return r;
    }
    if (optind < argc)
        return error_set(error, ERROR_INVALID, "%s: there are options only", argv[optind]);
    options->api.faults.dice.state = options->api.history.timeline.seed;
    return apply_times(options, times, wall_seconds, error);
}

void options_deinit(struct options *options)
{
    tokens_deinit(&options->api.tokens);
}

/* The help of an option, in as many lines as it needs. */
static int append_row(struct buffer *output, const char *left, const char *help)
{
    enum { INDENT = 27, WIDTH = 80 };
    int r = buffer_printf(output, "  %-24s ", left);
    while (r == 0) {
        size_t size = strlen(help);
        while (size > WIDTH - INDENT) /* words are ours, and shorter */
            while (help[--size] != ' ')
                ;
        r = buffer_printf(output, "%.*s\n", (int)size, help);
        if (r < 0 || help[size] == '\0')
            return r;
        help += size + 1;
        r = buffer_printf(output, "%*s", INDENT, "");
    }
    return r;
}

int options_append_help(struct buffer *output)
{
    int r = buffer_append_text(output, help_before);
    for (int i = 0; i < ROWS && r == 0; i++) {
        char left[48];
        if (rows[i].type == OPTION_HEADING) {
            r = buffer_printf(output, "\n%s:\n", rows[i].help);
            continue;
        }
        /* Fits: the names are ours. */
        (void)snprintf(left, sizeof(left), "--%s%s%s", rows[i].name,
            rows[i].argument == NULL ? "" : " ", rows[i].argument == NULL ? "" : rows[i].argument);
        r = append_row(output, left, rows[i].help);
    }
    return r < 0 ? r : buffer_append_text(output, help_after);
}
