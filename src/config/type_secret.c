/* Secrets, and addresses that may be secrets. */
#include <string.h>

#include "base/cleanup.h"
#include "config/address.h"
#include "config/reference.h"
#include "config/types.h"

DEFINE_CLEANUP(struct secret, secret_free)

/* An address is shown up to its query, where receivers take keys. */
static void write_address(struct schema_writer *writer, const struct secret_reference *reference)
{
    if (config_reference_is_set(reference)) {
        config_reference_write(writer, reference);
        return;
    }
    const char *query = strchr(reference->name, '?');
    if (query != NULL) {
        config_reference_write_hidden(
            writer, reference->name, (size_t)(query - reference->name) + 1);
        return;
    }
    schema_write_raw(writer, " ");
    schema_write_text(writer, reference->name);
    schema_write_raw(writer, "\n");
}

static void release_reference(const struct schema_key *key, void *object)
{
    secret_reference_deinit(schema_field(key, object));
}

static bool reference_is_set(const struct schema_key *key, const void *object)
{
    const struct secret_reference *reference = schema_field(key, object);
    return reference->kind != SECRET_NONE;
}

/* ---- A secret: only a reference will do ---- */

static int read_secret(struct schema_reader *reader, const struct schema_site *site)
{
    if (site->node->kind == CONFIG_NODE_MAPPING)
        return config_reference_read(reader, site, schema_field(site->key, site->object));
    if (site->node->kind == CONFIG_NODE_REFUSED)
        return 0;
    return schema_problem(reader, site, "expected %s; the value itself does not belong here",
        site->key->type->expected);
}

static int examine_secret(struct schema_reader *reader, const struct schema_site *site)
{
    const struct secret_reference *reference = schema_field(site->key, site->object);
    if (!reader->world || !config_reference_is_set(reference))
        return 0;
    return config_reference_load(reader, site, reference, NULL);
}

static void write_secret(
    struct schema_writer *writer, const struct schema_key *key, const void *object)
{
    config_reference_write(writer, schema_field(key, object));
}

const struct schema_type schema_secret = {
    .name = "secret",
    .expected = "{file: PATH}, {credential: NAME} or {env: NAME}",
    .read = read_secret,
    .examine = examine_secret,
    .is_set = reference_is_set,
    .write = write_secret,
    .release = release_reference,
};

/* ---- The address of an HTTP receiver ---- */

/* The address to look at: the plain one or, if the world may be looked at, the loaded one. NULL
 * when there is none to see. */
static int take_value(struct schema_reader *reader, const struct schema_site *site,
    struct secret **ret_secret, const char **ret_text)
{
    const struct secret_reference *reference = schema_field(site->key, site->object);
    *ret_text = NULL;
    if (!config_reference_is_set(reference)) {
        *ret_text = reference->name; /* NULL when it is unset */
        return 0;
    }
    if (!reader->world)
        return 0;
    int code = config_reference_load(reader, site, reference, ret_secret);
    if (*ret_secret != NULL)
        *ret_text = secret_text(*ret_secret);
    return code;
}

static int read_url(struct schema_reader *reader, const struct schema_site *site)
{
    return config_reference_read_open(reader, site, schema_field(site->key, site->object));
}

static int examine_url(struct schema_reader *reader, const struct schema_site *site)
{
    const bool *insecure = schema_partner(site->key, site->object);
    _cleanup_(secret_freep) struct secret *secret = NULL;
    const char *text;
    int code = take_value(reader, site, &secret, &text);
    if (code < 0 || text == NULL)
        return code;
    const char *fault = config_address_http_fault(text, *insecure);
    return fault == NULL ? 0 : schema_problem(reader, site, "%s", fault);
}

static void write_url(
    struct schema_writer *writer, const struct schema_key *key, const void *object)
{
    write_address(writer, schema_field(key, object));
}

const struct schema_type schema_url = {
    .name = "address or secret",
    .expected = "an address such as https://host:8088, or a secret such as {file: PATH}",
    .read = read_url,
    .examine = examine_url,
    .is_set = reference_is_set,
    .write = write_url,
    .release = release_reference,
};

/* ---- The proxy ---- */

static int read_proxy(struct schema_reader *reader, const struct schema_site *site)
{
    struct secret_reference *reference = schema_field(site->key, site->object);
    int code = config_reference_read_open(reader, site, reference);
    if (code < 0 || reference->kind == SECRET_NONE)
        return code;
    *(bool *)schema_partner(site->key, site->object) = true;
    if (reference->kind == SECRET_PLAIN && *reference->name == '\0')
        secret_reference_deinit(reference); /* "": no proxy, whatever the environment says */
    return 0;
}

static int examine_proxy(struct schema_reader *reader, const struct schema_site *site)
{
    _cleanup_(secret_freep) struct secret *secret = NULL;
    const char *text;
    int code = take_value(reader, site, &secret, &text);
    if (code < 0 || text == NULL)
        return code;
    const char *fault = config_address_proxy_fault(text, secret != NULL);
    return fault == NULL ? 0 : schema_problem(reader, site, "%s", fault);
}

static bool proxy_is_set(const struct schema_key *key, const void *object)
{
    return *(const bool *)schema_partner(key, object);
}

static void write_proxy(
    struct schema_writer *writer, const struct schema_key *key, const void *object)
{
    const struct secret_reference *reference = schema_field(key, object);
    if (reference->kind == SECRET_NONE)
        schema_write_raw(writer, " \"\"\n");
    else
        write_address(writer, reference);
}

const struct schema_type schema_proxy = {
    .name = "address or secret",
    .expected = "an address such as http://host:3128, a secret such as {file: PATH}, or \"\"",
    .read = read_proxy,
    .examine = examine_proxy,
    .is_set = proxy_is_set,
    .write = write_proxy,
    .release = release_reference,
};
