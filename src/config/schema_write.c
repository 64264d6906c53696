/* The writing half of the schema. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "config/schema.h"

static void keep_code(struct schema_writer *writer, int code)
{
    if (writer->code == 0)
        writer->code = code;
}

void schema_write_raw(struct schema_writer *writer, const char *text)
{
    if (writer->code == 0)
        keep_code(writer, buffer_append_text(writer->output, text));
}

/* Whether a plain scalar of these bytes is a string to every YAML reader, here and elsewhere. */
static bool is_safe_plain(const char *text)
{
    static const char *const words[] = {
        "null", "true", "false", "yes", "no", "on", "off", "y", "n"};
    if (!isalpha((unsigned char)*text) && *text != '/' && *text != '_')
        return false;
    for (const char *at = text; *at != '\0'; at++)
        if (!isalnum((unsigned char)*at) && strchr("_./-", *at) == NULL)
            return false;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcasecmp(text, words[i]) == 0)
            return false;
    return true;
}

void schema_write_text(struct schema_writer *writer, const char *text)
{
    if (is_safe_plain(text))
        schema_write_raw(writer, text);
    else if (writer->code == 0) /* a JSON string is a YAML one */
        keep_code(writer, buffer_append_json_string(writer->output, slice_of(text)));
}

void schema_write_indent(struct schema_writer *writer)
{
    int spaces = writer->dash ? writer->indent - 2 : writer->indent;
    for (int i = 0; i < spaces; i++)
        schema_write_raw(writer, " ");
    if (writer->dash)
        schema_write_raw(writer, "- ");
    writer->dash = false;
}

/* The kind that an object is of, from the values of the keys that decide it. */
static unsigned kinds_of_object(
    const struct schema_group *group, const void *object, unsigned outer)
{
    unsigned kinds = outer;
    for (size_t i = 0; i < group->count; i++)
        kinds |= schema_kinds_of_choices(group->keys[i].choices);
    for (size_t i = 0; i < group->count; i++) {
        const struct schema_key *key = &group->keys[i];
        unsigned domain = schema_kinds_of_choices(key->choices);
        if (domain == 0 || schema_find(group, key->name, kinds) != key)
            continue;
        for (const struct schema_choice *choice = key->choices; choice->word != NULL; choice++)
            if (key->type->is_choice(key, object, choice))
                kinds &= ~domain | choice->kinds;
    }
    return kinds;
}

void schema_write_group(
    struct schema_writer *writer, const struct schema_group *group, const void *object)
{
    unsigned outer = writer->kinds;
    writer->kinds = kinds_of_object(group, object, outer);
    for (size_t i = 0; i < group->count; i++) {
        const struct schema_key *key = &group->keys[i];
        if (schema_find(group, key->name, writer->kinds) != key)
            continue;
        bool set = key->type->is_set == NULL || key->type->is_set(key, object);
        schema_write_indent(writer);
        schema_write_raw(writer, set ? "" : "# ");
        schema_write_raw(writer, key->name);
        schema_write_raw(writer, set ? ":" : ":\n");
        if (set)
            key->type->write(writer, key, object);
    }
    writer->kinds = outer;
}
