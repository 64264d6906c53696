#include "config/reference.h"

#include <ctype.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "base/limits.h"
#include "config/spelling.h"
#include "config/types.h"

static const struct {
    const char *key;
    enum secret_kind kind;
} reference_kinds[] = {
    {"file", SECRET_FILE},
    {"credential", SECRET_CREDENTIAL},
    {"env", SECRET_ENV},
};

enum { REFERENCE_KINDS = sizeof(reference_kinds) / sizeof(reference_kinds[0]) };
enum { LONGEST_REFERENCE = 4095 };

static bool is_variable_name(const char *name)
{
    bool good = *name != '\0' && !isdigit((unsigned char)*name);
    for (; *name != '\0'; name++)
        good = good && (isalnum((unsigned char)*name) || *name == '_');
    return good;
}

static const char *name_fault(enum secret_kind kind, const char *name)
{
    bool is_directory = strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
    if (*name == '\0')
        return "must not be empty";
    if (strlen(name) > LONGEST_REFERENCE)
        return "is too long for a name";
    if (kind == SECRET_CREDENTIAL && (strchr(name, '/') != NULL || is_directory))
        return "must be the name of a credential, without a slash";
    if (kind == SECRET_ENV && !is_variable_name(name))
        return "must be the name of an environment variable";
    return NULL;
}

static int refuse_reference_key(struct schema_reader *reader, const struct schema_site *site)
{
    struct spelling spelling = SPELLING_INIT(site->place->key);
    for (size_t i = 0; i < REFERENCE_KINDS; i++)
        spelling_offer(&spelling, reference_kinds[i].key);
    const char *nearest = spelling_nearest(&spelling);
    if (nearest != NULL)
        return schema_problem(reader, site, "unknown key; did you mean \"%s\"?", nearest);
    return schema_problem(reader, site, "unknown key; a secret has file, credential or env");
}

int config_reference_read(struct schema_reader *reader, const struct schema_site *site,
    struct secret_reference *reference)
{
    const struct config_node *node = site->node;
    if (node->count != 1)
        return schema_problem(
            reader, site, "a secret needs exactly one of file, credential and env");
    struct config_place place = {.parent = site->place, .key = node->keys[0].text};
    struct schema_site at = {.node = &node->keys[0], .place = &place};
    size_t kind = 0;
    while (kind < REFERENCE_KINDS && strcmp(reference_kinds[kind].key, place.key) != 0)
        kind++;
    if (kind == REFERENCE_KINDS)
        return refuse_reference_key(reader, &at);
    at.node = &node->items[0];
    const char *name = schema_scalar(at.node);
    if (at.node->kind == CONFIG_NODE_REFUSED)
        return 0;
    const char *fault =
        name == NULL ? "expected a name" : name_fault(reference_kinds[kind].kind, name);
    if (fault != NULL)
        return schema_problem(reader, &at, "%s", fault);
    reference->kind = reference_kinds[kind].kind;
    return schema_keep_text(&reference->name, name);
}

bool config_reference_is_set(const struct secret_reference *reference)
{
    return reference->kind != SECRET_NONE && reference->kind != SECRET_PLAIN;
}

int config_reference_load(struct schema_reader *reader, const struct schema_site *site,
    const struct secret_reference *reference, struct secret **ret_secret)
{
    struct error error = ERROR_INIT;
    struct secret *secret = NULL;
    int code = secret_load(reference, &secret, &error);
    if (code == 0 && ret_secret != NULL)
        *ret_secret = TAKE(secret);
    secret_free(secret);
    if (code == 0 || code == ERROR_MEMORY)
        return code;
    return schema_problem(reader, site, "%s", error.text);
}

void config_reference_write(struct schema_writer *writer, const struct secret_reference *reference)
{
    for (size_t i = 0; i < REFERENCE_KINDS; i++) {
        if (reference_kinds[i].kind != reference->kind)
            continue;
        schema_write_raw(writer, " {");
        schema_write_raw(writer, reference_kinds[i].key);
        schema_write_raw(writer, ": ");
        schema_write_text(writer, reference->name);
        schema_write_raw(writer, "}\n");
    }
}

void config_reference_write_hidden(struct schema_writer *writer, const char *value, size_t shown)
{
    _cleanup_(buffer_deinit) struct buffer text = BUFFER_INIT(LIMIT_CONFIG);
    int code = buffer_append(&text, value, shown);
    if (code == 0 && writer->canonical)
        code = buffer_printf(&text, "(%016llx)", (unsigned long long)hash64(slice_of(value)));
    else if (code == 0)
        code = buffer_append_text(&text, "(redacted)");
    const char *whole = code == 0 ? buffer_text(&text) : NULL;
    if (whole == NULL) {
        writer->code = writer->code < 0 ? writer->code : ERROR_MEMORY;
        return;
    }
    schema_write_raw(writer, " ");
    schema_write_text(writer, whole);
    schema_write_raw(writer, "\n");
}

int config_reference_read_open(struct schema_reader *reader, const struct schema_site *site,
    struct secret_reference *reference)
{
    if (site->node->kind == CONFIG_NODE_MAPPING)
        return config_reference_read(reader, site, reference);
    const char *text = schema_scalar(site->node);
    if (text == NULL) /* a list or nothing: no value to repeat by mistake */
        return schema_unexpected(reader, site);
    if (strlen(text) > LIMIT_SECRET)
        return schema_problem(reader, site, "must be at most %zu bytes", LIMIT_SECRET);
    reference->kind = SECRET_PLAIN;
    return schema_keep_text(&reference->name, text);
}
