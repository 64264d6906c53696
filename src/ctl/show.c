#include "ctl/show.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/units.h"

static const char *text_of(const struct json_value *object, const char *name)
{
    const char *text = json_string(json_get(object, name));
    return text == NULL ? "-" : text;
}

static int64_t number_of(const struct json_value *object, const char *name)
{
    return json_integer(json_get(object, name), 0);
}

static void show_error(const struct json_value *object)
{
    const char *error = json_string(json_get(object, "last_error"));
    if (error != NULL)
        printf(
            "    failing %" PRId64 " times in a row: %s\n", number_of(object, "failures"), error);
}

static void show_source(const struct json_value *source)
{
    const struct json_value *entries = json_get(source, "entries");
    printf("source %s: %s\n", text_of(source, "name"), text_of(source, "state"));
    printf("    checkpoint %s, lag %" PRId64 " s, %" PRId64 " entries stored, %" PRId64
           " seen before, %" PRId64 " late\n",
        text_of(source, "checkpoint"), number_of(source, "lag_seconds"),
        number_of(entries, "stored"), number_of(entries, "duplicates"), number_of(entries, "late"));
    printf("    %" PRId64 " calls, %" PRId64 " pages, %" PRId64 " windows; %" PRId64
           " calls left now\n",
        number_of(source, "calls"), number_of(source, "pages"), number_of(source, "windows"),
        number_of(source, "calls_left"));
    show_error(source);
}

static void show_position(const struct json_value *position)
{
    char size[UNITS_TEXT_SIZE];
    printf("    from %s: backlog %" PRId64 " entries, %s\n", text_of(position, "source"),
        number_of(position, "backlog_entries"),
        units_format_size((uint64_t)number_of(position, "backlog_bytes"), size));
}

static void show_output(const struct json_value *output)
{
    const struct json_value *sources = json_get(output, "sources");
    printf("output %s: %s\n", text_of(output, "name"), text_of(output, "state"));
    printf("    %" PRId64 " delivered in %" PRId64 " batches, %" PRId64 " retries, %" PRId64
           " dead letters\n",
        number_of(output, "delivered"), number_of(output, "batches"), number_of(output, "retries"),
        number_of(output, "dead_letters"));
    for (size_t i = 0; i < json_length(sources); i++)
        show_position(json_at(sources, i));
    show_error(output);
}

static void show_status(const struct json_value *status)
{
    char live[UNITS_TEXT_SIZE], cap[UNITS_TEXT_SIZE];
    const struct json_value *store = json_get(status, "store");
    const char *problem = json_string(json_get(status, "problem"));
    printf("slackauditd %s, up %" PRId64 " s: %s\n", text_of(status, "version"),
        number_of(status, "uptime_seconds"), problem == NULL ? "all is well" : problem);
    printf("store: %s of %s undelivered%s\n",
        units_format_size((uint64_t)number_of(store, "live_bytes"), live),
        units_format_size((uint64_t)number_of(store, "max_bytes"), cap),
        json_boolean(json_get(store, "disk_full"), false) ? ", the disk is full" : "");
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

int show_result(const char *verb, const struct json_value *result)
{
    const char *text = json_string(result);
    if (strcmp(verb, "status") == 0) {
        show_status(result);
    } else if (text != NULL) {
        puts(text);
    } else {
        struct buffer output = BUFFER_INIT(LIMIT_RESPONSE);
        int r = json_write(result, true, &output);
        if (r >= 0)
            printf("%.*s\n", SLICE_PRINT(buffer_slice(&output)));
        buffer_deinit(&output);
        return r;
    }
    return 0;
}
