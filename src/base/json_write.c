#include <inttypes.h>

#include "base/json.h"

/* Values stand no deeper than LIMIT_JSON_DEPTH, so a call for each level will do. */
struct writer {
    struct buffer *output;
    bool indent;
    int level;
};

static int write_value(struct writer *writer, const struct json_value *value);

/* A new line for what stands in the brackets, or for the closing one. */
static int write_break(struct writer *writer)
{
    if (!writer->indent)
        return 0;
    return buffer_printf(writer->output, "\n%*s", 2 * writer->level, "");
}

/* Before an element or a member: the first has no comma. */
static int write_separator(struct writer *writer, bool is_first)
{
    int code = is_first ? 0 : buffer_append_byte(writer->output, ',');
    return code < 0 ? code : write_break(writer);
}

static int write_elements(struct writer *writer, const struct json_value *array)
{
    int code = 0;
    for (size_t i = 0; code == 0 && i < json_length(array); i++) {
        code = write_separator(writer, i == 0);
        if (code == 0)
            code = write_value(writer, json_at(array, i));
    }
    return code;
}

static int write_members(struct writer *writer, const struct json_value *object)
{
    int code = 0;
    bool is_first = true;
    struct json_member member = {0};
    while (code == 0 && json_next(object, &member)) {
        code = write_separator(writer, is_first);
        is_first = false;
        if (code == 0)
            code = buffer_append_json_string(writer->output, slice_of(member.name));
        if (code == 0)
            code = buffer_append_text(writer->output, writer->indent ? ": " : ":");
        if (code == 0)
            code = write_value(writer, member.value);
    }
    return code;
}

static int write_nested(struct writer *writer, const struct json_value *value)
{
    bool is_object = json_is_object(value);
    int code = buffer_append_byte(writer->output, is_object ? '{' : '[');
    writer->level++;
    if (code == 0)
        code = is_object ? write_members(writer, value) : write_elements(writer, value);
    writer->level--;
    if (code == 0 && json_length(value) > 0)
        code = write_break(writer);
    return code < 0 ? code : buffer_append_byte(writer->output, is_object ? '}' : ']');
}

static int write_value(struct writer *writer, const struct json_value *value)
{
    switch (json_kind(value)) {
    case JSON_BOOLEAN:
        return buffer_append_text(writer->output, json_boolean(value, false) ? "true" : "false");
    case JSON_INTEGER:
        return buffer_printf(writer->output, "%" PRId64, json_integer(value, 0));
    case JSON_NUMBER:
        return buffer_append_slice(writer->output, json_spelling(value));
    case JSON_STRING:
        return buffer_append_json_string(writer->output, json_text(value));
    case JSON_ARRAY:
    case JSON_OBJECT:
        return write_nested(writer, value);
    default:
        return buffer_append_text(writer->output, "null");
    }
}

int json_write(const struct json_value *value, bool indent, struct buffer *output)
{
    size_t start = output->size;
    struct writer writer = {.output = output, .indent = indent};
    int code = write_value(&writer, value);
    if (code < 0)
        output->size = start;
    return code;
}
