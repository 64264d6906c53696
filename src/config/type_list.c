/* Lists of single values. */
#include <stdio.h>
#include <stdlib.h>

#include "config/types.h"

/* Whether the node is a list of a good length; else tells. */
static int check_list(struct schema_reader *reader, const struct schema_site *site, bool *ret_good)
{
    const struct schema_key *key = site->key;
    *ret_good = false;
    if (site->node->kind != CONFIG_NODE_LIST)
        return schema_unexpected(reader, site);
    if (site->node->count == 0 && (key->flags & SCHEMA_NONEMPTY) != 0)
        return schema_problem(reader, site, "must not be empty");
    if ((int64_t)site->node->count > key->high)
        return schema_problem(reader, site, "must have at most %lld elements, found %zu",
            (long long)key->high, site->node->count);
    *ret_good = true;
    return 0;
}

/* An element as a row of its own: same name for the messages, its own type, range and field. */
static struct schema_site element_site(const struct schema_site *list,
    const struct schema_key *element, const struct config_place *place, void *field)
{
    return (struct schema_site){
        .key = element,
        .node = &list->node->items[place->index],
        .place = place,
        .object = field,
    };
}

/* ---- Texts ---- */

enum { LONGEST_ELEMENT = 256 };

static void release_texts(const struct schema_key *key, void *object)
{
    char ***field = schema_field(key, object);
    for (char **text = *field; text != NULL && *text != NULL; text++)
        free(*text);
    free(*field);
    *field = NULL;
}

static int read_texts(struct schema_reader *reader, const struct schema_site *site)
{
    char ***field = schema_field(site->key, site->object);
    const struct schema_key element = {
        .type = &schema_text,
        .high = LONGEST_ELEMENT,
        .flags = SCHEMA_NONEMPTY,
        .fault = site->key->fault,
    };
    bool good;
    int code = check_list(reader, site, &good);
    if (code < 0 || !good)
        return code;
    *field = calloc(site->node->count + 1, sizeof(**field));
    if (*field == NULL)
        return ERROR_MEMORY;
    size_t kept = 0; /* a wrong element leaves no hole */
    for (size_t i = 0; i < site->node->count && code == 0; i++) {
        struct config_place place = {.parent = site->place, .index = i};
        struct schema_site at = element_site(site, &element, &place, &(*field)[kept]);
        code = schema_read_text(reader, &at);
        kept += (*field)[kept] != NULL;
    }
    return code;
}

static void write_texts(
    struct schema_writer *writer, const struct schema_key *key, const void *object)
{
    char *const *texts = *(char *const *const *)schema_field(key, object);
    schema_write_raw(writer, " [");
    for (size_t i = 0; texts[i] != NULL; i++) {
        schema_write_raw(writer, i > 0 ? ", " : "");
        schema_write_text(writer, texts[i]);
    }
    schema_write_raw(writer, "]\n");
}

const struct schema_type schema_texts = {
    .name = "list of texts",
    .expected = "a list such as [a, b]",
    .read = read_texts,
    .write = write_texts,
    .release = release_texts,
};

/* ---- Numbers and words, both kept as int ---- */

static void release_ints(const struct schema_key *key, void *object)
{
    int **field = schema_field(key, object);
    free(*field);
    *field = NULL;
    *(size_t *)schema_partner(key, object) = 0;
}

static int read_ints(
    struct schema_reader *reader, const struct schema_site *site, const struct schema_key *element)
{
    int **field = schema_field(site->key, site->object);
    size_t *count = schema_partner(site->key, site->object);
    bool good;
    int code = check_list(reader, site, &good);
    if (code < 0 || !good)
        return code;
    *field = calloc(site->node->count + 1, sizeof(**field));
    if (*field == NULL)
        return ERROR_MEMORY;
    *count = site->node->count;
    for (size_t i = 0; i < *count && code == 0; i++) {
        struct config_place place = {.parent = site->place, .index = i};
        struct schema_site at = element_site(site, element, &place, &(*field)[i]);
        code = element->type->read(reader, &at);
    }
    return code;
}

static int read_integers(struct schema_reader *reader, const struct schema_site *site)
{
    /* `low` and `high` of such a row are those of its elements; the length needs no other limit. */
    struct schema_key element = {
        .type = &schema_integer, .low = site->key->low, .high = site->key->high};
    return read_ints(reader, site, &element);
}

static int read_choices(struct schema_reader *reader, const struct schema_site *site)
{
    struct schema_key element = {.type = &schema_choice, .choices = site->key->choices};
    return read_ints(reader, site, &element);
}

static void write_integers(
    struct schema_writer *writer, const struct schema_key *key, const void *object)
{
    const int *values = *(int *const *)schema_field(key, object);
    size_t count = *(const size_t *)schema_partner(key, object);
    schema_write_raw(writer, " [");
    for (size_t i = 0; i < count; i++) {
        char text[16];
        (void)snprintf(text, sizeof(text), "%s%d", i > 0 ? ", " : "", values[i]); /* fits */
        schema_write_raw(writer, text);
    }
    schema_write_raw(writer, "]\n");
}

static void write_choices(
    struct schema_writer *writer, const struct schema_key *key, const void *object)
{
    const int *values = *(int *const *)schema_field(key, object);
    size_t count = *(const size_t *)schema_partner(key, object);
    schema_write_raw(writer, " [");
    for (size_t i = 0; i < count; i++) {
        schema_write_raw(writer, i > 0 ? ", " : "");
        for (const struct schema_choice *choice = key->choices; choice->word != NULL; choice++)
            if (choice->value == values[i])
                schema_write_text(writer, choice->word);
    }
    schema_write_raw(writer, "]\n");
}

const struct schema_type schema_integers = {
    .name = "list of integers",
    .expected = "a list such as [408, 425]",
    .read = read_integers,
    .write = write_integers,
    .release = release_ints,
};

const struct schema_type schema_choices = {
    .name = "list of",
    .expected = "a list such as [a, b]",
    .read = read_choices,
    .write = write_choices,
    .release = release_ints,
};
