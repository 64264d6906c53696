/* Where a source begins when it is seen first: now, -7d, a time. */
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "config/types.h"

static int read_start(struct schema_reader *reader, const struct schema_site *site)
{
    struct config_source *source = site->object;
    const char *text = schema_scalar(site->node);
    int64_t value;
    if (text == NULL)
        return schema_unexpected(reader, site);
    if (strcmp(text, "now") == 0) {
        source->start = CONFIG_START_NOW;
        source->start_value = 0;
    } else if (text[0] == '-') {
        /* The API knows whole seconds only. */
        if (units_parse_duration(text + 1, &value, NULL) < 0 || value % USEC_PER_SEC != 0)
            return schema_unexpected(reader, site);
        source->start = CONFIG_START_AGO;
        source->start_value = value / USEC_PER_SEC;
    } else {
        if (units_parse_time(text, &value, NULL) < 0)
            return schema_unexpected(reader, site);
        source->start = CONFIG_START_AT;
        source->start_value =
            value > 0 ? value : 0; /* nothing is older, and none is spelled with a minus */
    }
    return 0;
}

static void write_start(
    struct schema_writer *writer, const struct schema_key *key, const void *object)
{
    const struct config_source *source = object;
    char units[UNITS_TEXT_SIZE], text[UNITS_TEXT_SIZE + 4] = " now\n";
    (void)key;
    if (source->start == CONFIG_START_AGO)
        (void)snprintf(text, sizeof(text), " -%s\n",
            units_format_duration(source->start_value * USEC_PER_SEC, units)); /* fits */
    else if (source->start == CONFIG_START_AT)
        (void)snprintf(text, sizeof(text), " %s\n",
            units_format_time(source->start_value, units)); /* likewise */
    schema_write_raw(writer, text);
}

const struct schema_type schema_start = {
    .name = "time or age",
    .expected = "now, an age such as -7d, a time such as 2026-11-22T02:15:15Z or Unix seconds",
    .read = read_start,
    .write = write_start,
};
