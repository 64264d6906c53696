/* HTTP headers: names that the user chooses, values that may be secrets. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config/reference.h"
#include "config/types.h"

/* A token of RFC 9110, 5.6.2. */
static bool is_token(const char *name)
{
    bool good = *name != '\0';
    for (; *name != '\0'; name++)
        good = good && (isalnum((unsigned char)*name) || strchr("!#$%&'*+-.^_`|~", *name) != NULL);
    return good;
}

static const char *name_fault(const struct config_headers *headers, const char *name)
{
    /* They say how the message is framed, which only its sender knows. */
    static const char *const framing[] = {
        "Content-Length", "Transfer-Encoding", "Connection", "Content-Encoding"};
    if (!is_token(name))
        return "is not the name of a header";
    for (size_t i = 0; i < sizeof(framing) / sizeof(framing[0]); i++)
        if (strcasecmp(name, framing[i]) == 0)
            return "cannot be set; the sender sets it";
    for (size_t i = 0; i < headers->count; i++)
        if (strcasecmp(name, headers->items[i].name) == 0)
            return "stands twice; the case of letters makes no difference";
    return NULL;
}

static int read_header(struct schema_reader *reader, const struct schema_site *headers,
    size_t index, struct config_headers *field)
{
    const struct config_node *name = &headers->node->keys[index];
    struct config_place place = {.parent = headers->place, .key = name->text};
    struct schema_site site = {.key = headers->key, .node = name, .place = &place};
    const char *fault = name_fault(field, name->text);
    if (fault != NULL)
        return schema_problem(reader, &site, "%s", fault);
    struct config_header *header = &field->items[field->count++];
    int code = schema_keep_text(&header->name, name->text);
    if (code < 0)
        return code;
    site.node = &headers->node->items[index];
    if (site.node->kind == CONFIG_NODE_LIST || config_node_is_null(site.node))
        return schema_problem(reader, &site, "expected text, or a secret such as {file: PATH}");
    size_t problems = config_problems_total(reader->problems);
    code = config_reference_read_open(reader, &site, &header->value);
    bool clean = problems == config_problems_total(reader->problems);
    if (code < 0 || !clean || !reader->world || !config_reference_is_set(&header->value))
        return code;
    return config_reference_load(reader, &site, &header->value, NULL);
}

static int read_headers(struct schema_reader *reader, const struct schema_site *site)
{
    struct config_headers *field = schema_field(site->key, site->object);
    const struct config_node *node = site->node;
    if (node->kind != CONFIG_NODE_MAPPING)
        return schema_unexpected(reader, site);
    if ((int64_t)node->count > site->key->high)
        return schema_problem(reader, site, "must have at most %lld headers, found %zu",
            (long long)site->key->high, node->count);
    field->items = calloc(node->count + 1, sizeof(*field->items));
    if (field->items == NULL)
        return ERROR_MEMORY;
    int code = 0;
    for (size_t i = 0; i < node->count && code == 0; i++)
        code = read_header(reader, site, i, field);
    return code;
}

static void write_headers(
    struct schema_writer *writer, const struct schema_key *key, const void *object)
{
    const struct config_headers *field = schema_field(key, object);
    schema_write_raw(writer, field->count == 0 ? " {}\n" : "\n");
    writer->indent += 2;
    for (size_t i = 0; i < field->count; i++) {
        const struct config_header *header = &field->items[i];
        schema_write_indent(writer);
        schema_write_text(writer, header->name);
        schema_write_raw(writer, ":");
        if (config_reference_is_set(&header->value))
            config_reference_write(writer, &header->value);
        else
            config_reference_write_hidden(writer, header->value.name, 0);
    }
    writer->indent -= 2;
}

static void release_headers(const struct schema_key *key, void *object)
{
    struct config_headers *field = schema_field(key, object);
    for (size_t i = 0; i < field->count; i++) {
        free(field->items[i].name);
        secret_reference_deinit(&field->items[i].value);
    }
    free(field->items);
    *field = (struct config_headers){0};
}

const struct schema_type schema_headers = {
    .name = "mapping of headers",
    .expected = "a mapping of header names to values",
    .read = read_headers,
    .write = write_headers,
    .release = release_headers,
};
