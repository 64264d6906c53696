#include "ctl/show.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/units.h"
#include "ctl/span.h"

static const char *text_of(const struct json_value *object, const char *name)
{
    const char *text = json_string(json_get(object, name));
    return text == NULL ? "-" : text;
}

static int64_t number_of(const struct json_value *object, const char *name)
{
    return json_integer(json_get(object, name), 0);
}

/* An amount of bytes for people: the exact number is in the JSON. */
static const char *about_bytes(int64_t bytes, char text[UNITS_TEXT_SIZE])
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    enum { LAST = sizeof(units) / sizeof(units[0]) - 1 };
    double amount = (double)bytes;
    size_t unit = 0;
    for (; amount >= 1024 && unit < LAST; unit++)
        amount /= 1024;
    (void)snprintf(
        text, UNITS_TEXT_SIZE, unit == 0 ? "%.0f %s" : "%.1f %s", amount, units[unit]); /* fits */
    return text;
}

static void show_walk(const struct json_value *walk)
{
    printf("source %s: read up to %s\n", text_of(walk, "source"), text_of(walk, "checkpoint"));
    printf("    begun at %s; every id is known since %s\n", text_of(walk, "start"),
        text_of(walk, "ids_complete_from"));
}

static void show_walks(const struct json_value *walks)
{
    for (size_t i = 0; i < json_length(walks); i++)
        show_walk(json_at(walks, i));
    if (json_length(walks) == 0)
        puts("no source has been read yet");
}

static void show_rewind(const struct json_value *rewind)
{
    printf("source %s: goes on from %s; what comes after that is sent again, %" PRId64
           " entries as far as is known\n",
        text_of(rewind, "source"), text_of(rewind, "checkpoint"),
        number_of(rewind, "known_entries_sent_again"));
}

static void show_error(const struct json_value *object)
{
    const char *error = json_string(json_get(object, "last_error"));
    int64_t failures = number_of(object, "failures");
    if (error != NULL)
        printf("    failing, %" PRId64 " time%s in a row: %s\n", failures, failures == 1 ? "" : "s",
            error);
}

static void show_source(const struct json_value *source)
{
    const struct json_value *entries = json_get(source, "entries");
    const char *checkpoint = json_string(json_get(source, "checkpoint"));
    int64_t lag = number_of(source, "lag_seconds");
    char behind[SPAN_TEXT_SIZE];
    printf("source %s: %s\n", text_of(source, "name"), text_of(source, "state"));
    if (checkpoint == NULL)
        printf("    nothing is read yet\n");
    else if (lag < 0)
        printf("    read up to %s\n", checkpoint);
    else
        printf("    read up to %s, %s ago\n", checkpoint, span_text(lag * USEC_PER_SEC, behind));
    printf("    entries: %" PRId64 " stored, %" PRId64 " seen before, %" PRId64 " late\n",
        number_of(entries, "stored"), number_of(entries, "duplicates"), number_of(entries, "late"));
    printf("    calls: %" PRId64 " (%" PRId64 " more may go now); pages: %" PRId64
           "; windows: %" PRId64 "\n",
        number_of(source, "calls"), number_of(source, "calls_left"), number_of(source, "pages"),
        number_of(source, "windows"));
    show_error(source);
}

static void show_position(const struct json_value *position)
{
    char size[UNITS_TEXT_SIZE];
    int64_t waiting = number_of(position, "backlog_entries");
    if (waiting == 0)
        printf("    from %s: nothing waits\n", text_of(position, "source"));
    else
        printf("    from %s: %" PRId64 " entries wait, %s\n", text_of(position, "source"), waiting,
            about_bytes(number_of(position, "backlog_bytes"), size));
}

static void show_output(const struct json_value *output)
{
    const struct json_value *sources = json_get(output, "sources");
    printf("output %s: %s\n", text_of(output, "name"), text_of(output, "state"));
    printf("    entries: %" PRId64 " delivered, %" PRId64 " dead letters; batches: %" PRId64
           "; retries: %" PRId64 "\n",
        number_of(output, "delivered"), number_of(output, "dead_letters"),
        number_of(output, "batches"), number_of(output, "retries"));
    for (size_t i = 0; i < json_length(sources); i++)
        show_position(json_at(sources, i));
    show_error(output);
}

static void show_summary(const struct json_value *status)
{
    char live[UNITS_TEXT_SIZE], cap[UNITS_TEXT_SIZE], up[SPAN_TEXT_SIZE];
    const struct json_value *store = json_get(status, "store");
    const char *problem = json_string(json_get(status, "problem"));
    printf("slackauditd %s, up %s: %s\n", text_of(status, "version"),
        span_text(number_of(status, "uptime_seconds") * USEC_PER_SEC, up),
        problem == NULL ? "all is well" : problem);
    printf("store: %s of %s undelivered%s\n", about_bytes(number_of(store, "live_bytes"), live),
        about_bytes(number_of(store, "max_bytes"), cap),
        json_boolean(json_get(store, "disk_full"), false) ? ", the disk is full" : "");
}

static void show_status(const struct json_value *status)
{
    show_summary(status);
    const struct json_value *sources = json_get(status, "sources");
    for (size_t i = 0; i < json_length(sources); i++)
        show_source(json_at(sources, i));
    const struct json_value *outputs = json_get(status, "outputs");
    for (size_t i = 0; i < json_length(outputs); i++)
        show_output(json_at(outputs, i));
    const struct json_value *departed = json_get(status, "departed");
    for (size_t i = 0; i < json_length(departed); i++) {
        printf("not configured any more: output %s\n", text_of(json_at(departed, i), "output"));
        show_position(json_at(departed, i));
    }
}

static int show_json(const struct json_value *result)
{
    struct buffer output = BUFFER_INIT(LIMIT_RESPONSE);
    int r = json_write(result, true, &output);
    if (r >= 0)
        printf("%.*s\n", SLICE_PRINT(buffer_slice(&output)));
    buffer_deinit(&output);
    return r;
}

int show_result(const char *verb, const struct json_value *result)
{
    const char *text = json_string(result);
    if (text != NULL)
        puts(text);
    else if (strcmp(verb, "status") == 0)
        show_status(result);
    else if (strcmp(verb, "checkpoint") == 0 && json_get(result, "source") != NULL)
        show_rewind(result);
    else if (strcmp(verb, "checkpoint") == 0)
        show_walks(result);
    else
        return show_json(result);
    return 0;
}
