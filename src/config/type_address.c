/* Addresses that are no secrets. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "config/address.h"
#include "config/types.h"

/* ---- The API ---- */

/* The client appends the names of calls, so the address ends in a slash. */
static int read_base_url(struct schema_reader *reader, const struct schema_site *site)
{
    struct config_address address;
    char **field = schema_field(site->key, site->object);
    const char *text = schema_scalar(site->node);
    if (text == NULL)
        return schema_unexpected(reader, site);
    const char *fault = config_address_parse(text, &address);
    if (fault == NULL && address.has_query)
        fault = "must not hold a query (?)";
    if (fault != NULL)
        return schema_problem(reader, site, "%s", fault);
    bool ends_in_slash = text[strlen(text) - 1] == '/';
    _cleanup_free_ char *whole = NULL;
    if (asprintf(&whole, "%s%s", text, ends_in_slash ? "" : "/") < 0) {
        whole = NULL;
        return ERROR_MEMORY;
    }
    free(*field);
    *field = TAKE(whole);
    return 0;
}

static int examine_base_url(struct schema_reader *reader, const struct schema_site *site)
{
    const char *text = *(char *const *)schema_field(site->key, site->object);
    const bool *insecure = schema_partner(site->key, site->object);
    const char *fault = config_address_http_fault(text, *insecure);
    return fault == NULL ? 0 : schema_problem(reader, site, "%s", fault);
}

const struct schema_type schema_base_url = {
    .name = "address",
    .expected = "an address such as https://host/path/",
    .read = read_base_url,
    .examine = examine_base_url,
    .write = schema_write_text_line,
    .release = schema_release_text,
};

/* ---- A syslog server ---- */

static const struct {
    const char *scheme;
    enum config_transport transport;
    uint16_t port; /* RFC 5426, common practice, RFC 5425 */
} syslog_schemes[] = {
    {"udp", CONFIG_TRANSPORT_UDP, 514},
    {"tcp", CONFIG_TRANSPORT_TCP, 514},
    {"tls", CONFIG_TRANSPORT_TLS, 6514},
};

enum { SYSLOG_SCHEMES = sizeof(syslog_schemes) / sizeof(syslog_schemes[0]) };

static const char *parse_syslog(
    const char *text, struct config_address *ret_address, size_t *ret_scheme)
{
    const char *fault = config_address_parse(text, ret_address);
    if (fault != NULL)
        return fault;
    size_t scheme = 0;
    while (scheme < SYSLOG_SCHEMES &&
           !config_address_has_scheme(ret_address, syslog_schemes[scheme].scheme))
        scheme++;
    if (scheme == SYSLOG_SCHEMES)
        return "must begin with udp://, tcp://, tls:// or unix://";
    if (ret_address->has_user)
        return "must not hold user information; syslog has none";
    if (ret_address->path.size > 0 || ret_address->has_query || ret_address->has_fragment)
        return "must end behind the host and port";
    *ret_scheme = scheme;
    return NULL;
}

static int read_syslog_address(struct schema_reader *reader, const struct schema_site *site)
{
    struct config_output *output = site->object;
    const char *text = schema_scalar(site->node);
    if (text == NULL)
        return schema_unexpected(reader, site);
    if (strncmp(text, "unix:", strlen("unix:")) == 0) {
        const char *path = config_address_unix_path(text);
        if (path == NULL)
            return schema_problem(
                reader, site, "must be unix:// and the path of a socket, at most 107 bytes");
        output->syslog.transport = CONFIG_TRANSPORT_UNIX;
        return schema_keep_text(&output->syslog.host, path);
    }
    struct config_address address;
    size_t scheme;
    const char *fault = parse_syslog(text, &address, &scheme);
    if (fault != NULL)
        return schema_problem(reader, site, "%s", fault);
    free(output->syslog.host);
    output->syslog.host = strndup(address.host.data, address.host.size);
    output->syslog.transport = syslog_schemes[scheme].transport;
    output->syslog.port = address.port != 0 ? address.port : syslog_schemes[scheme].port;
    return output->syslog.host == NULL ? ERROR_MEMORY : 0;
}

static void write_syslog_address(
    struct schema_writer *writer, const struct schema_key *key, const void *object)
{
    enum { ADDRESS = 512 }; /* a host has 253 bytes, a socket's path 107 */
    const struct config_output *output = object;
    const char *host = output->syslog.host, *scheme = "";
    char text[ADDRESS];
    (void)key;
    for (size_t i = 0; i < SYSLOG_SCHEMES; i++)
        if (syslog_schemes[i].transport == output->syslog.transport)
            scheme = syslog_schemes[i].scheme;
    bool bracketed = strchr(host, ':') != NULL;
    if (output->syslog.transport == CONFIG_TRANSPORT_UNIX)
        (void)snprintf(text, sizeof(text), "unix:%s%s", *host == '/' ? "//" : "", host); /* fits */
    else
        (void)snprintf(text, sizeof(text), "%s://%s%s%s:%u", scheme, bracketed ? "[" : "", host,
            bracketed ? "]" : "", output->syslog.port); /* fits */
    schema_write_raw(writer, " ");
    schema_write_text(writer, text);
    schema_write_raw(writer, "\n");
}

static void release_syslog_address(const struct schema_key *key, void *object)
{
    struct config_output *output = object;
    (void)key;
    free(output->syslog.host);
    output->syslog.host = NULL;
}

/* The words of the choices are the beginnings of addresses. */
static bool names_scheme(const struct schema_choice *choice, const char *text)
{
    return strncasecmp(text, choice->word, strlen(choice->word)) == 0;
}

static bool has_scheme(
    const struct schema_key *key, const void *object, const struct schema_choice *choice)
{
    const struct config_output *output = object;
    (void)key;
    return (int)output->syslog.transport == choice->value;
}

const struct schema_type schema_syslog_address = {
    .name = "address",
    .expected = "an address such as tls://host:6514",
    .read = read_syslog_address,
    .write = write_syslog_address,
    .release = release_syslog_address,
    .names_choice = names_scheme,
    .is_choice = has_scheme,
};

/* ---- The control socket ---- */

static int read_socket(struct schema_reader *reader, const struct schema_site *site)
{
    const char *text = schema_scalar(site->node);
    if (text == NULL)
        return schema_unexpected(reader, site);
    const char *path = config_address_unix_path(text);
    if (path == NULL)
        return schema_problem(
            reader, site, "must be unix: and the path of a socket, at most 107 bytes");
    return schema_keep_text(schema_field(site->key, site->object), path);
}

static void write_socket(
    struct schema_writer *writer, const struct schema_key *key, const void *object)
{
    enum { ADDRESS = 256 }; /* a socket's path has 107 bytes at most */
    char text[ADDRESS];
    (void)snprintf(
        text, sizeof(text), "unix:%s", *(char *const *)schema_field(key, object)); /* fits */
    schema_write_raw(writer, " ");
    schema_write_text(writer, text);
    schema_write_raw(writer, "\n");
}

const struct schema_type schema_socket = {
    .name = "address",
    .expected = "an address such as unix:/run/slackauditd/control.sock",
    .read = read_socket,
    .write = write_socket,
    .release = schema_release_text,
};
