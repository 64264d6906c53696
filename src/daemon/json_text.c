#include "daemon/json_text.h"

#include <inttypes.h>

#include "base/units.h"

static void keep(struct json_text *text, int r)
{
    if (r < 0 && text->error == 0)
        text->error = r;
}

/* What stands before each value: a comma behind another, and its name. */
static void begin(struct json_text *text, const char *name)
{
    if (text->needs_comma)
        keep(text, buffer_append_byte(text->output, ','));
    text->needs_comma = true;
    if (name == NULL)
        return;
    keep(text, buffer_append_json_string(text->output, slice_of(name)));
    keep(text, buffer_append_byte(text->output, ':'));
}

void json_text_open(struct json_text *text, const char *name, char bracket)
{
    begin(text, name);
    keep(text, buffer_append_byte(text->output, bracket));
    text->needs_comma = false;
}

void json_text_close(struct json_text *text, char bracket)
{
    keep(text, buffer_append_byte(text->output, bracket));
    text->needs_comma = true;
}

void json_text_string(struct json_text *text, const char *name, const char *value)
{
    begin(text, name);
    if (value == NULL)
        keep(text, buffer_append_text(text->output, "null"));
    else
        keep(text, buffer_append_json_string(text->output, slice_of(value)));
}

void json_text_number(struct json_text *text, const char *name, int64_t value)
{
    begin(text, name);
    keep(text, buffer_printf(text->output, "%" PRId64, value));
}

void json_text_boolean(struct json_text *text, const char *name, bool value)
{
    begin(text, name);
    keep(text, buffer_append_text(text->output, value ? "true" : "false"));
}

void json_text_time(struct json_text *text, const char *name, int64_t seconds)
{
    char time[UNITS_TEXT_SIZE];
    json_text_string(text, name, seconds < 0 ? NULL : units_format_time(seconds, time));
}

int json_text_end(const struct json_text *text)
{
    return text->error;
}
