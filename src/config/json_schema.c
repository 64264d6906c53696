#include "config/json_schema.h"

#include <inttypes.h>
#include <string.h>

#include "config/tables.h"
#include "config/types.h"

#define DURATION_PATTERN "^(0|[0-9]+(us|ms|s|m|h|d))$"
#define SIZE_PATTERN     "^[0-9]+(B|KiB|MiB|GiB|TiB)$"

/* Writes with the indentation that people expect; the first failure stays. */
struct writer {
    struct buffer *output;
    int depth;
    bool needs_comma;
    int code;
};

static void keep(struct writer *writer, int code)
{
    if (writer->code == 0)
        writer->code = code;
}

static void begin_line(struct writer *writer, const char *name)
{
    if (writer->needs_comma)
        keep(writer, buffer_append_byte(writer->output, ','));
    if (writer->depth > 0)
        keep(writer, buffer_append_byte(writer->output, '\n'));
    for (int i = 0; i < writer->depth; i++)
        keep(writer, buffer_append_text(writer->output, "  "));
    if (name != NULL) {
        keep(writer, buffer_append_json_string(writer->output, slice_of(name)));
        keep(writer, buffer_append_text(writer->output, ": "));
    }
    writer->needs_comma = true;
}

static void open(struct writer *writer, const char *name, char bracket)
{
    begin_line(writer, name);
    keep(writer, buffer_append_byte(writer->output, bracket));
    writer->depth++;
    writer->needs_comma = false;
}

static void close(struct writer *writer, char bracket)
{
    bool is_empty = !writer->needs_comma;
    writer->depth--;
    writer->needs_comma = false;
    if (!is_empty)
        begin_line(writer, NULL);
    keep(writer, buffer_append_byte(writer->output, bracket));
    writer->needs_comma = true;
}

static void put_text(struct writer *writer, const char *name, const char *text)
{
    begin_line(writer, name);
    keep(writer, buffer_append_json_string(writer->output, slice_of(text)));
}

static void put_number(struct writer *writer, const char *name, int64_t number)
{
    begin_line(writer, name);
    keep(writer, buffer_printf(writer->output, "%" PRId64, number));
}

static void put_word(struct writer *writer, const char *name, const char *word)
{
    begin_line(writer, name);
    keep(writer, buffer_append_text(writer->output, word));
}

/* ---- Types ---- */

static void put_group(struct writer *writer, const struct schema_group *group);

/* YAML takes a bare 1.2 for a number, and so do editors. */
static void put_choice(struct writer *writer, const char *word)
{
    put_text(writer, NULL, word);
    if (word[strspn(word, "0123456789.")] == '\0')
        put_word(writer, NULL, word);
}

static void put_choices(struct writer *writer, const struct schema_choice *choices)
{
    open(writer, "enum", '[');
    for (; choices->word != NULL; choices++)
        put_choice(writer, choices->word);
    close(writer, ']');
}

static void put_bounds(struct writer *writer, const struct schema_key *key)
{
    put_number(writer, "minimum", key->low);
    if (key->high != SCHEMA_NO_LIMIT)
        put_number(writer, "maximum", key->high);
}

/* {file: PATH}, {credential: NAME} or {env: NAME}; some keys take a text, too. */
static void put_secret(struct writer *writer, bool or_text)
{
    static const char *const kinds[] = {"file", "credential", "env"};
    open(writer, "oneOf", '[');
    if (or_text) {
        open(writer, NULL, '{');
        put_text(writer, "type", "string");
        close(writer, '}');
    }
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        open(writer, NULL, '{');
        put_text(writer, "type", "object");
        open(writer, "properties", '{');
        open(writer, kinds[i], '{');
        put_text(writer, "type", "string");
        close(writer, '}');
        close(writer, '}');
        open(writer, "required", '[');
        put_text(writer, NULL, kinds[i]);
        close(writer, ']');
        put_word(writer, "additionalProperties", "false");
        close(writer, '}');
    }
    close(writer, ']');
}

static void put_list(struct writer *writer, const struct schema_key *key)
{
    put_text(writer, "type", "array");
    int64_t least = key->type == &schema_integers ? 0 : key->low;
    if (least > 0 || (key->flags & SCHEMA_NONEMPTY) != 0)
        put_number(writer, "minItems", least > 0 ? least : 1);
    if (key->high != SCHEMA_NO_LIMIT && key->type != &schema_integers)
        put_number(writer, "maxItems", key->high);
    open(writer, "items", '{');
    if (key->type == &schema_mappings) {
        put_group(writer, key->group);
    } else if (key->type == &schema_integers) {
        put_text(writer, "type", "integer");
        put_bounds(writer, key);
    } else if (key->type == &schema_choices) {
        put_choices(writer, key->choices);
    } else {
        put_text(writer, "type", "string");
    }
    close(writer, '}');
}

static void put_headers(struct writer *writer)
{
    put_text(writer, "type", "object");
    open(writer, "additionalProperties", '{');
    put_secret(writer, true);
    close(writer, '}');
}

static bool is_list(const struct schema_key *key)
{
    return key->type == &schema_mappings || key->type == &schema_texts ||
           key->type == &schema_integers || key->type == &schema_choices;
}

/* What a value of the row may be. Whatever has no case of its own is text. */
static void put_type(struct writer *writer, const struct schema_key *key)
{
    if (key->type == &schema_mapping) {
        put_group(writer, key->group);
    } else if (is_list(key)) {
        put_list(writer, key);
    } else if (key->choices != NULL && key->type != &schema_syslog_address) {
        put_choices(writer, key->choices);
    } else if (key->type == &schema_boolean) {
        put_text(writer, "type", "boolean");
    } else if (key->type == &schema_integer || key->type == &schema_count) {
        put_text(writer, "type", "integer");
        put_bounds(writer, key);
    } else if (key->type == &schema_duration || key->type == &schema_size) {
        open(writer, "type", '[');
        put_text(writer, NULL, "string");
        put_text(writer, NULL, "integer");
        close(writer, ']');
        put_text(
            writer, "pattern", key->type == &schema_duration ? DURATION_PATTERN : SIZE_PATTERN);
    } else if (key->type == &schema_secret) {
        put_secret(writer, false);
    } else if (key->type == &schema_url || key->type == &schema_proxy) {
        put_secret(writer, true);
    } else if (key->type == &schema_headers) {
        put_headers(writer);
    } else if (key->type == &schema_start) {
        open(writer, "type", '[');
        put_text(writer, NULL, "string");
        put_text(writer, NULL, "integer");
        close(writer, ']');
    } else {
        put_text(writer, "type", "string");
    }
}

/* ---- Groups ---- */

static size_t rows_of(const struct schema_group *group, const char *name)
{
    size_t count = 0;
    for (size_t i = 0; i < group->count; i++)
        count += strcmp(group->keys[i].name, name) == 0;
    return count;
}

static bool is_first_row(const struct schema_group *group, size_t row)
{
    for (size_t i = 0; i < row; i++)
        if (strcmp(group->keys[i].name, group->keys[row].name) == 0)
            return false;
    return true;
}

/* A key that means different things for different types of output has any of their types. */
static void put_property(struct writer *writer, const struct schema_group *group, size_t row)
{
    const struct schema_key *key = &group->keys[row];
    bool is_shared = rows_of(group, key->name) > 1;
    open(writer, key->name, '{');
    put_text(writer, "description", key->meaning);
    if (is_shared) {
        open(writer, "anyOf", '[');
        for (size_t i = row; i < group->count; i++) {
            if (strcmp(group->keys[i].name, key->name) != 0)
                continue;
            open(writer, NULL, '{');
            put_type(writer, &group->keys[i]);
            close(writer, '}');
        }
        close(writer, ']');
    } else {
        put_type(writer, key);
        if (key->choices != NULL && key->initial != NULL && key->supply == NULL)
            put_text(writer, "default", key->initial);
    }
    close(writer, '}');
}

static void put_group(struct writer *writer, const struct schema_group *group)
{
    put_text(writer, "type", "object");
    open(writer, "properties", '{');
    for (size_t i = 0; i < group->count; i++)
        if (is_first_row(group, i))
            put_property(writer, group, i);
    close(writer, '}');
    open(writer, "required", '[');
    for (size_t i = 0; i < group->count; i++) {
        const struct schema_key *key = &group->keys[i];
        if ((key->flags & SCHEMA_REQUIRED) != 0 && key->kinds == 0)
            put_text(writer, NULL, key->name);
    }
    close(writer, ']');
    put_word(writer, "additionalProperties", "false");
}

int config_json_schema(struct buffer *output)
{
    struct writer writer = {.output = output};
    open(&writer, NULL, '{');
    put_text(&writer, "$schema", "https://json-schema.org/draft/2020-12/schema");
    put_text(&writer, "title", "slackauditd.yaml");
    put_text(&writer, "description", "The configuration of slackauditd.");
    put_group(&writer, &schema_document);
    close(&writer, '}');
    keep(&writer, buffer_append_byte(output, '\n'));
    return writer.code;
}
