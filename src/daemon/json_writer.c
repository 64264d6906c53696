#include "daemon/json_writer.h"

#include <inttypes.h>

#include "base/units.h"

static void keep(struct json_writer *writer, int r)
{
    if (r < 0 && writer->error == 0)
        writer->error = r;
}

/* What stands before each value: a comma behind another, and its name. */
static void begin(struct json_writer *writer, const char *name)
{
    if (writer->needs_comma)
        keep(writer, buffer_append_byte(writer->output, ','));
    writer->needs_comma = true;
    if (name == NULL)
        return;
    keep(writer, buffer_append_json_string(writer->output, slice_of(name)));
    keep(writer, buffer_append_byte(writer->output, ':'));
}

void json_writer_open(struct json_writer *writer, const char *name, char bracket)
{
    begin(writer, name);
    keep(writer, buffer_append_byte(writer->output, bracket));
    writer->needs_comma = false;
}

void json_writer_close(struct json_writer *writer, char bracket)
{
    keep(writer, buffer_append_byte(writer->output, bracket));
    writer->needs_comma = true;
}

void json_writer_string(struct json_writer *writer, const char *name, const char *value)
{
    begin(writer, name);
    if (value == NULL)
        keep(writer, buffer_append_text(writer->output, "null"));
    else
        keep(writer, buffer_append_json_string(writer->output, slice_of(value)));
}

void json_writer_number(struct json_writer *writer, const char *name, int64_t value)
{
    begin(writer, name);
    keep(writer, buffer_printf(writer->output, "%" PRId64, value));
}

void json_writer_boolean(struct json_writer *writer, const char *name, bool value)
{
    begin(writer, name);
    keep(writer, buffer_append_text(writer->output, value ? "true" : "false"));
}

void json_writer_time(struct json_writer *writer, const char *name, int64_t seconds)
{
    char time[UNITS_TEXT_SIZE];
    json_writer_string(writer, name, seconds < 0 ? NULL : units_format_time(seconds, time));
}

int json_writer_end(const struct json_writer *writer)
{
    return writer->error;
}
