#include "config/manual.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/units.h"
#include "config/tables.h"
#include "config/types.h"

enum { LONGEST_PREFIX = 128 };

/* ---- Cells ---- */

static bool has_choices(const struct schema_key *key)
{
    return key->choices != NULL;
}

static bool is_duration(const struct schema_key *key)
{
    return key->type == &schema_duration;
}

static bool is_size(const struct schema_key *key)
{
    return key->type == &schema_size;
}

static bool is_number(const struct schema_key *key)
{
    return key->type == &schema_integer || key->type == &schema_count ||
           key->type == &schema_integers;
}

static const char *spell(const struct schema_key *key, int64_t value, char *text)
{
    if (is_duration(key))
        return units_format_duration(value, text);
    if (is_size(key))
        return units_format_size((uint64_t)value, text);
    (void)snprintf(text, UNITS_TEXT_SIZE, "%" PRId64, value);
    return text;
}

static int write_range(const struct schema_key *key, struct buffer *output)
{
    char low[UNITS_TEXT_SIZE], high[UNITS_TEXT_SIZE];
    bool is_list = key->type == &schema_mappings || key->type == &schema_texts;
    if (is_number(key) || is_duration(key) || is_size(key)) {
        if (key->high == SCHEMA_NO_LIMIT)
            return buffer_printf(output, ", at least %s", spell(key, key->low, low));
        return buffer_printf(
            output, ", %s to %s", spell(key, key->low, low), spell(key, key->high, high));
    }
    if (is_list && key->low > 0)
        return buffer_printf(output, ", %" PRId64 " to %" PRId64, key->low, key->high);
    if (is_list || key->type == &schema_headers)
        return buffer_printf(output, ", at most %" PRId64, key->high);
    if (key->type == &schema_text)
        return buffer_printf(output, ", at most %" PRId64 " bytes", key->high);
    return 0;
}

static int write_type(const struct schema_key *key, struct buffer *output)
{
    int code = buffer_append_text(output, key->type->name);
    const struct schema_choice *choice = key->choices;
    for (; code == 0 && has_choices(key) && choice->word != NULL; choice++)
        code = buffer_printf(output, "%s `%s`", choice == key->choices ? "" : ",", choice->word);
    return code < 0 ? code : write_range(key, output);
}

static int write_default(const struct schema_key *key, struct buffer *output)
{
    if ((key->flags & SCHEMA_REQUIRED) != 0)
        return buffer_append_text(output, "required");
    if (key->initial == NULL)
        return buffer_append_text(output, "unset");
    if (key->type == &schema_mapping)
        return buffer_append_text(output, "its keys'");
    if (key->supply != NULL)
        return buffer_append_text(output, key->initial);
    if (key->type == &schema_mappings)
        return buffer_append_text(output, "see below");
    return buffer_printf(output, "`%s`", key->initial);
}

static int write_row(
    const struct schema_key *key, const char *prefix, unsigned outer, struct buffer *output)
{
    char text[SCHEMA_KINDS_TEXT];
    unsigned kinds = key->kinds != 0 ? key->kinds : outer;
    int code = buffer_printf(output, "| `%s%s` | %s | ", prefix, key->name,
        kinds == 0 ? "all" : schema_kinds_text(kinds, text));
    if (code == 0)
        code = write_type(key, output);
    if (code == 0)
        code = buffer_append_text(output, " | ");
    if (code == 0)
        code = write_default(key, output);
    return code < 0 ? code : buffer_printf(output, " | %s |\n", key->meaning);
}

/* ---- Tables ---- */

/* `outer`: the kinds that the mapping around the group belongs to. */
static int write_rows(
    const struct schema_group *group, const char *prefix, unsigned outer, struct buffer *output)
{
    int code = 0;
    for (size_t i = 0; i < group->count && code == 0; i++) {
        const struct schema_key *key = &group->keys[i];
        char inner[LONGEST_PREFIX];
        code = write_row(key, prefix, outer, output);
        if (code < 0 || key->type != &schema_mapping || key->group == &schema_tls)
            continue;
        (void)snprintf(inner, sizeof(inner), "%s%s.", prefix, key->name);
        code = write_rows(key->group, inner, key->kinds, output);
    }
    return code;
}

int config_manual(struct buffer *output)
{
    static const struct {
        const char *heading;
        const struct schema_group *group;
        const char *prefix;
    } tables[] = {
        {"Top", &schema_document, ""},
        {"Sources", &schema_source, "sources[]."},
        {"Outputs", &schema_output, "outputs[]."},
        {"TLS", &schema_tls, "tls."},
        {"Retry", &schema_retry_handler, "retry[]."},
    };
    int code = 0;
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]) && code == 0; i++) {
        code = buffer_printf(output,
            "### %s\n\n| key | for | type and range | default | meaning |\n"
            "| --- | --- | --- | --- | --- |\n",
            tables[i].heading);
        if (code == 0)
            code = write_rows(tables[i].group, tables[i].prefix, 0, output);
        if (code == 0)
            code = buffer_append_text(output, "\n");
    }
    return code;
}
