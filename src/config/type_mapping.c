/* Mappings and lists of mappings: where one group of rows lies in another. */
#include <stdlib.h>

#include "config/types.h"

/* ---- One ---- */

static int read_mapping(struct schema_reader *reader, const struct schema_site *site)
{
    const struct schema_key *key = site->key;
    /* An absent mapping is an empty one: its keys have their defaults. */
    if (site->node->kind != CONFIG_NODE_MAPPING)
        return schema_unexpected(reader, site);
    struct schema_site inner = *site;
    inner.object = schema_field(key, site->object);
    return schema_read_group(reader, key->group, &inner);
}

static void write_mapping(
    struct schema_writer *writer, const struct schema_key *key, const void *object)
{
    schema_write_raw(writer, "\n");
    writer->indent += 2;
    schema_write_group(writer, key->group, schema_field(key, object));
    writer->indent -= 2;
}

static void release_mapping(const struct schema_key *key, void *object)
{
    schema_release_group(key->group, schema_field(key, object));
}

const struct schema_type schema_mapping = {
    .name = "mapping",
    .expected = "a mapping",
    .read = read_mapping,
    .write = write_mapping,
    .release = release_mapping,
};

/* ---- Many ---- */

static int read_element(
    struct schema_reader *reader, const struct schema_site *list, size_t index, void *element)
{
    struct config_place place = {.parent = list->place, .index = index};
    struct schema_site site = {
        .key = list->key,
        .node = &list->node->items[index],
        .place = &place,
        .object = element,
    };
    char words[CONFIG_NODE_WORDS];
    if (site.node->kind == CONFIG_NODE_REFUSED)
        return 0;
    if (site.node->kind != CONFIG_NODE_MAPPING)
        return schema_problem(reader, &site, "expected a mapping that describes %s, found %s",
            list->key->group->noun, config_node_describe(site.node, words));
    return schema_read_group(reader, list->key->group, &site);
}

static int read_mappings(struct schema_reader *reader, const struct schema_site *site)
{
    const struct schema_key *key = site->key;
    void **field = schema_field(key, site->object);
    size_t *count = schema_partner(key, site->object);
    if (site->node->kind != CONFIG_NODE_LIST)
        return schema_unexpected(reader, site);
    if ((int64_t)site->node->count < key->low)
        return schema_problem(reader, site, "must describe at least one");
    if ((int64_t)site->node->count > key->high)
        return schema_problem(reader, site, "must have at most %lld elements, found %zu",
            (long long)key->high, site->node->count);
    *field = calloc(site->node->count + 1, key->group->size);
    if (*field == NULL)
        return ERROR_MEMORY;
    *count = site->node->count;
    int code = 0;
    for (size_t i = 0; i < *count && code == 0; i++)
        code = read_element(reader, site, i, (char *)*field + i * key->group->size);
    return code;
}

static void write_mappings(
    struct schema_writer *writer, const struct schema_key *key, const void *object)
{
    char *elements = *(char *const *)schema_field(key, object);
    size_t count = *(const size_t *)schema_partner(key, object);
    schema_write_raw(writer, count == 0 ? " []\n" : "\n");
    writer->indent += 4;
    for (size_t i = 0; i < count; i++) {
        writer->dash = true;
        schema_write_group(writer, key->group, elements + i * key->group->size);
    }
    writer->indent -= 4;
}

static void release_mappings(const struct schema_key *key, void *object)
{
    void **field = schema_field(key, object);
    size_t *count = schema_partner(key, object);
    for (size_t i = 0; i < *count; i++)
        schema_release_group(key->group, (char *)*field + i * key->group->size);
    free(*field);
    *field = NULL;
    *count = 0;
}

const struct schema_type schema_mappings = {
    .name = "list of mappings",
    .expected = "a list of mappings",
    .read = read_mappings,
    .write = write_mappings,
    .release = release_mappings,
};
