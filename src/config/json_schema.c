#include "config/json_schema.h"

#include <string.h>

#include "base/json_writer.h"
#include "config/tables.h"
#include "config/types.h"

#define DURATION_PATTERN "^(0|[0-9]+(us|ms|s|m|h|d))$"
#define SIZE_PATTERN     "^[0-9]+(B|KiB|MiB|GiB|TiB)$"

/* ---- Types ---- */

static void put_group(struct json_writer *writer, const struct schema_group *group);

/* YAML takes a bare 1.2 for a number, and so do editors. */
static void put_choice(struct json_writer *writer, const char *word)
{
    json_writer_string(writer, NULL, word);
    if (word[strspn(word, "0123456789.")] == '\0')
        json_writer_raw(writer, NULL, word);
}

static void put_choices(struct json_writer *writer, const struct schema_choice *choices)
{
    json_writer_open(writer, "enum", '[');
    for (; choices->word != NULL; choices++)
        put_choice(writer, choices->word);
    json_writer_close(writer, ']');
}

static void put_bounds(struct json_writer *writer, const struct schema_key *key)
{
    json_writer_number(writer, "minimum", key->low);
    if (key->high != SCHEMA_NO_LIMIT)
        json_writer_number(writer, "maximum", key->high);
}

/* {file: PATH}, {credential: NAME} or {env: NAME}; some keys take a text, too. */
static void put_secret(struct json_writer *writer, bool or_text)
{
    static const char *const kinds[] = {"file", "credential", "env"};
    json_writer_open(writer, "oneOf", '[');
    if (or_text) {
        json_writer_open(writer, NULL, '{');
        json_writer_string(writer, "type", "string");
        json_writer_close(writer, '}');
    }
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        json_writer_open(writer, NULL, '{');
        json_writer_string(writer, "type", "object");
        json_writer_open(writer, "properties", '{');
        json_writer_open(writer, kinds[i], '{');
        json_writer_string(writer, "type", "string");
        json_writer_close(writer, '}');
        json_writer_close(writer, '}');
        json_writer_open(writer, "required", '[');
        json_writer_string(writer, NULL, kinds[i]);
        json_writer_close(writer, ']');
        json_writer_boolean(writer, "additionalProperties", false);
        json_writer_close(writer, '}');
    }
    json_writer_close(writer, ']');
}

static void put_list(struct json_writer *writer, const struct schema_key *key)
{
    json_writer_string(writer, "type", "array");
    int64_t least = key->type == &schema_integers ? 0 : key->low;
    if (least > 0 || (key->flags & SCHEMA_NONEMPTY) != 0)
        json_writer_number(writer, "minItems", least > 0 ? least : 1);
    if (key->high != SCHEMA_NO_LIMIT && key->type != &schema_integers)
        json_writer_number(writer, "maxItems", key->high);
    json_writer_open(writer, "items", '{');
    if (key->type == &schema_mappings) {
        put_group(writer, key->group);
    } else if (key->type == &schema_integers) {
        json_writer_string(writer, "type", "integer");
        put_bounds(writer, key);
    } else if (key->type == &schema_choices) {
        put_choices(writer, key->choices);
    } else {
        json_writer_string(writer, "type", "string");
    }
    json_writer_close(writer, '}');
}

static void put_headers(struct json_writer *writer)
{
    json_writer_string(writer, "type", "object");
    json_writer_open(writer, "additionalProperties", '{');
    put_secret(writer, true);
    json_writer_close(writer, '}');
}

static bool is_list(const struct schema_key *key)
{
    return key->type == &schema_mappings || key->type == &schema_texts ||
           key->type == &schema_integers || key->type == &schema_choices;
}

/* What a value of the row may be. Whatever has no case of its own is text. */
static void put_type(struct json_writer *writer, const struct schema_key *key)
{
    if (key->type == &schema_mapping) {
        put_group(writer, key->group);
    } else if (is_list(key)) {
        put_list(writer, key);
    } else if (key->choices != NULL && key->type != &schema_syslog_address) {
        put_choices(writer, key->choices);
    } else if (key->type == &schema_boolean) {
        json_writer_string(writer, "type", "boolean");
    } else if (key->type == &schema_integer || key->type == &schema_count) {
        json_writer_string(writer, "type", "integer");
        put_bounds(writer, key);
    } else if (key->type == &schema_duration || key->type == &schema_size) {
        json_writer_open(writer, "type", '[');
        json_writer_string(writer, NULL, "string");
        json_writer_string(writer, NULL, "integer");
        json_writer_close(writer, ']');
        json_writer_string(
            writer, "pattern", key->type == &schema_duration ? DURATION_PATTERN : SIZE_PATTERN);
    } else if (key->type == &schema_secret) {
        put_secret(writer, false);
    } else if (key->type == &schema_url || key->type == &schema_proxy) {
        put_secret(writer, true);
    } else if (key->type == &schema_headers) {
        put_headers(writer);
    } else if (key->type == &schema_start) {
        json_writer_open(writer, "type", '[');
        json_writer_string(writer, NULL, "string");
        json_writer_string(writer, NULL, "integer");
        json_writer_close(writer, ']');
    } else {
        json_writer_string(writer, "type", "string");
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
static void put_property(struct json_writer *writer, const struct schema_group *group, size_t row)
{
    const struct schema_key *key = &group->keys[row];
    bool is_shared = rows_of(group, key->name) > 1;
    json_writer_open(writer, key->name, '{');
    json_writer_string(writer, "description", key->meaning);
    if (is_shared) {
        json_writer_open(writer, "anyOf", '[');
        for (size_t i = row; i < group->count; i++) {
            if (strcmp(group->keys[i].name, key->name) != 0)
                continue;
            json_writer_open(writer, NULL, '{');
            put_type(writer, &group->keys[i]);
            json_writer_close(writer, '}');
        }
        json_writer_close(writer, ']');
    } else {
        put_type(writer, key);
        if (key->choices != NULL && key->initial != NULL && key->supply == NULL)
            json_writer_string(writer, "default", key->initial);
    }
    json_writer_close(writer, '}');
}

static void put_group(struct json_writer *writer, const struct schema_group *group)
{
    json_writer_string(writer, "type", "object");
    json_writer_open(writer, "properties", '{');
    for (size_t i = 0; i < group->count; i++)
        if (is_first_row(group, i))
            put_property(writer, group, i);
    json_writer_close(writer, '}');
    json_writer_open(writer, "required", '[');
    for (size_t i = 0; i < group->count; i++) {
        const struct schema_key *key = &group->keys[i];
        if ((key->flags & SCHEMA_REQUIRED) != 0 && key->kinds == 0)
            json_writer_string(writer, NULL, key->name);
    }
    json_writer_close(writer, ']');
    json_writer_boolean(writer, "additionalProperties", false);
}

int config_json_schema(struct buffer *output)
{
    struct json_writer writer = {.output = output, .is_indented = true};
    json_writer_open(&writer, NULL, '{');
    json_writer_string(&writer, "$schema", "https://json-schema.org/draft/2020-12/schema");
    json_writer_string(&writer, "title", "slackauditd.yaml");
    json_writer_string(&writer, "description", "The configuration of slackauditd.");
    put_group(&writer, &schema_document);
    json_writer_close(&writer, '}');
    int code = json_writer_end(&writer);
    return code < 0 ? code : buffer_append_byte(output, '\n');
}
