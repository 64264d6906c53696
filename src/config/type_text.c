/* Free text. */
#include <stdlib.h>
#include <string.h>

#include "config/types.h"

int schema_keep_text(char **field, const char *text)
{
    char *copy = strdup(text);
    if (copy == NULL)
        return ERROR_MEMORY;
    free(*field);
    *field = copy;
    return 0;
}

void schema_release_text(const struct schema_key *key, void *object)
{
    char **field = schema_field(key, object);
    free(*field);
    *field = NULL;
}

int schema_read_text(struct schema_reader *reader, const struct schema_site *site)
{
    const struct schema_key *key = site->key;
    const char *text = schema_scalar(site->node);
    if (text == NULL)
        return schema_unexpected(reader, site);
    int64_t size = (int64_t)strlen(text);
    if (size == 0 && (key->flags & SCHEMA_NONEMPTY) != 0)
        return schema_problem(reader, site, "must not be empty");
    if (size > key->high)
        return schema_problem(reader, site, "must be at most %lld bytes, found %lld",
            (long long)key->high, (long long)size);
    const char *fault = key->fault != NULL && size > 0 ? key->fault(text) : NULL;
    if (fault != NULL) {
        char words[CONFIG_NODE_WORDS];
        return schema_problem(
            reader, site, "%s, found %s", fault, config_node_describe(site->node, words));
    }
    return schema_keep_text(schema_field(key, site->object), text);
}

void schema_write_text_line(
    struct schema_writer *writer, const struct schema_key *key, const void *object)
{
    schema_write_raw(writer, " ");
    schema_write_text(writer, *(char *const *)schema_field(key, object));
    schema_write_raw(writer, "\n");
}

const struct schema_type schema_text = {
    .name = "text",
    .expected = "text",
    .read = schema_read_text,
    .write = schema_write_text_line,
    .release = schema_release_text,
};
