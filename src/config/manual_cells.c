#include "config/manual_cells.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/units.h"
#include "config/types.h"

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
    (void)snprintf(text, UNITS_TEXT_SIZE, "%" PRId64, value); /* fits */
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

int manual_type(const struct schema_key *key, struct buffer *output)
{
    int code = buffer_append_text(output, key->type->name);
    const struct schema_choice *choice = key->choices;
    for (; code == 0 && has_choices(key) && choice->word != NULL; choice++)
        code = buffer_printf(output, "%s `%s`", choice == key->choices ? "" : ",", choice->word);
    return code < 0 ? code : write_range(key, output);
}

int manual_default(const struct schema_key *key, struct buffer *output)
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
