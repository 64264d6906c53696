#include "base/json_writer.h"

#include <inttypes.h>

#include "base/units.h"

static void keep(struct json_writer *writer, int r)
{
    if (r < 0 && writer->error == 0)
        writer->error = r;
}

static void begin_line(struct json_writer *writer)
{
    if (!writer->is_indented || writer->depth == 0)
        return;
    keep(writer, buffer_append_byte(writer->output, '\n'));
    for (int i = 0; i < writer->depth; i++)
        keep(writer, buffer_append_text(writer->output, "  "));
}

/* What stands before each value: a comma behind another, and its name. */
static void begin(struct json_writer *writer, const char *name)
{
    if (writer->needs_comma)
        keep(writer, buffer_append_byte(writer->output, ','));
    begin_line(writer);
    writer->needs_comma = true;
    if (name == NULL)
        return;
    keep(writer, buffer_append_json_string(writer->output, slice_of(name)));
    keep(writer, buffer_append_text(writer->output, writer->is_indented ? ": " : ":"));
}

void json_writer_open(struct json_writer *writer, const char *name, char bracket)
{
    begin(writer, name);
    keep(writer, buffer_append_byte(writer->output, bracket));
    writer->depth++;
    writer->needs_comma = false;
}

void json_writer_close(struct json_writer *writer, char bracket)
{
    bool is_empty = !writer->needs_comma;
    writer->depth--;
    if (!is_empty && writer->depth == 0 && writer->is_indented)
        keep(writer, buffer_append_byte(writer->output, '\n'));
    else if (!is_empty)
        begin_line(writer);
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

void json_writer_raw(struct json_writer *writer, const char *name, const char *text)
{
    begin(writer, name);
    keep(writer, buffer_append_text(writer->output, text));
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
