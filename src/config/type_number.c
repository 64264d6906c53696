/* Numbers, amounts and booleans. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "config/types.h"

const char *schema_scalar(const struct config_node *node)
{
    if (node->kind != CONFIG_NODE_SCALAR || config_node_is_null(node))
        return NULL;
    return node->text;
}

static void write_line(struct schema_writer *writer, const char *text)
{
    schema_write_raw(writer, " ");
    schema_write_raw(writer, text);
    schema_write_raw(writer, "\n");
}

/* ---- Booleans ---- */

static int read_boolean(struct schema_reader *reader, const struct schema_site *site)
{
    const char *text = schema_scalar(site->node);
    bool *field = schema_field(site->key, site->object);
    if (text == NULL || site->node->quoted ||
        (strcmp(text, "true") != 0 && strcmp(text, "false") != 0))
        return schema_unexpected(reader, site);
    *field = strcmp(text, "true") == 0;
    return 0;
}

static void write_boolean(
    struct schema_writer *writer, const struct schema_key *key, const void *object)
{
    const bool *field = schema_field(key, object);
    write_line(writer, *field ? "true" : "false");
}

const struct schema_type schema_boolean = {
    .name = "boolean",
    .expected = "true or false",
    .read = read_boolean,
    .write = write_boolean,
};

/* ---- Ranges ---- */

/* Spells a bound or value the way the file would. */
typedef const char *(*spell_function)(int64_t value, char *text);

static const char *spell_integer(int64_t value, char *text)
{
    (void)snprintf(text, UNITS_TEXT_SIZE, "%" PRId64, value); /* fits */
    return text;
}

static const char *spell_duration(int64_t value, char *text)
{
    return units_format_duration(value, text);
}

static const char *spell_size(int64_t value, char *text)
{
    return units_format_size((uint64_t)value, text);
}

static int check_range(struct schema_reader *reader, const struct schema_site *site, int64_t value,
    spell_function spell, bool *ret_inside)
{
    const struct schema_key *key = site->key;
    char low[UNITS_TEXT_SIZE], high[UNITS_TEXT_SIZE], words[CONFIG_NODE_WORDS];
    *ret_inside = value >= key->low && value <= key->high;
    if (*ret_inside)
        return 0;
    const char *found = config_node_describe(site->node, words);
    if (key->high == SCHEMA_NO_LIMIT)
        return schema_problem(
            reader, site, "must be at least %s, found %s", spell(key->low, low), found);
    return schema_problem(reader, site, "must be %s to %s, found %s", spell(key->low, low),
        spell(key->high, high), found);
}

/* ---- Integers ---- */

/* Decimal digits and nothing else: no octal, no underscores, no fraction. One that is too large
 * for the type becomes the largest, which the range refuses. */
static bool parse_integer(const char *text, int64_t *ret_value)
{
    const char *digits = text + (*text == '-');
    size_t count = strspn(digits, "0123456789");
    if (count == 0 || digits[count] != '\0' || (digits[0] == '0' && count > 1))
        return false;
    errno = 0;
    *ret_value = strtoll(text, NULL, 10); /* saturates */
    return true;
}

static int take_integer(struct schema_reader *reader, const struct schema_site *site,
    int64_t *ret_value, bool *ret_good)
{
    const char *text = schema_scalar(site->node);
    *ret_good = false;
    if (text == NULL || site->node->quoted || !parse_integer(text, ret_value))
        return schema_unexpected(reader, site);
    return check_range(reader, site, *ret_value, spell_integer, ret_good);
}

static int read_integer(struct schema_reader *reader, const struct schema_site *site)
{
    int64_t value;
    bool good;
    int code = take_integer(reader, site, &value, &good);
    if (code == 0 && good)
        *(int *)schema_field(site->key, site->object) = (int)value;
    return code;
}

static int read_count(struct schema_reader *reader, const struct schema_site *site)
{
    int64_t value;
    bool good;
    int code = take_integer(reader, site, &value, &good);
    if (code == 0 && good)
        *(size_t *)schema_field(site->key, site->object) = (size_t)value;
    return code;
}

static void write_integer(
    struct schema_writer *writer, const struct schema_key *key, const void *object)
{
    char text[UNITS_TEXT_SIZE];
    write_line(writer, spell_integer(*(const int *)schema_field(key, object), text));
}

static void write_count(
    struct schema_writer *writer, const struct schema_key *key, const void *object)
{
    char text[UNITS_TEXT_SIZE];
    const size_t *field = schema_field(key, object);
    write_line(writer, spell_integer((int64_t)*field, text));
}

const struct schema_type schema_integer = {
    .name = "integer",
    .expected = "a whole decimal number without quotes",
    .read = read_integer,
    .write = write_integer,
};

const struct schema_type schema_count = {
    .name = "integer",
    .expected = "a whole decimal number without quotes",
    .read = read_count,
    .write = write_count,
};

/* ---- Durations and sizes ---- */

static int read_duration(struct schema_reader *reader, const struct schema_site *site)
{
    const char *text = schema_scalar(site->node);
    int64_t value;
    bool inside;
    if (text == NULL || units_parse_duration(text, &value, NULL) < 0)
        return schema_unexpected(reader, site);
    int code = check_range(reader, site, value, spell_duration, &inside);
    if (code == 0 && inside)
        *(int64_t *)schema_field(site->key, site->object) = value;
    return code;
}

static void write_duration(
    struct schema_writer *writer, const struct schema_key *key, const void *object)
{
    char text[UNITS_TEXT_SIZE];
    const int64_t *field = schema_field(key, object);
    write_line(writer, units_format_duration(*field, text));
}

static int read_size(struct schema_reader *reader, const struct schema_site *site)
{
    const char *text = schema_scalar(site->node);
    uint64_t value;
    bool inside;
    if (text == NULL || units_parse_size(text, &value, NULL) < 0)
        return schema_unexpected(reader, site);
    if (value > INT64_MAX)
        return schema_problem(reader, site, "is more than any disk holds");
    int code = check_range(reader, site, (int64_t)value, spell_size, &inside);
    if (code == 0 && inside)
        *(uint64_t *)schema_field(site->key, site->object) = value;
    return code;
}

static void write_size(
    struct schema_writer *writer, const struct schema_key *key, const void *object)
{
    char text[UNITS_TEXT_SIZE];
    const uint64_t *field = schema_field(key, object);
    write_line(writer, units_format_size(*field, text));
}

const struct schema_type schema_duration = {
    .name = "duration",
    .expected = "a duration such as 500ms, 30s or 7d",
    .read = read_duration,
    .write = write_duration,
};

const struct schema_type schema_size = {
    .name = "size",
    .expected = "a size such as 64KiB",
    .read = read_size,
    .write = write_size,
};
