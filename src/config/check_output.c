/* Rules of an output. */
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "base/units.h"
#include "config/check.h"
#include "config/path.h"

/* ---- File ---- */

int config_check_rotate(struct schema_reader *reader, const struct schema_site *site)
{
    const struct config_output *output = site->object;
    int code = 0;
    if (output->file.rotate_size != 0 && output->file.rotate_size < KIB(4))
        code = schema_problem_at(reader, site, "size", "must be 0 (off) or at least 4KiB");
    if (code == 0 && output->file.rotate_interval_us != 0 &&
        output->file.rotate_interval_us < USEC_PER_SEC)
        code = schema_problem_at(reader, site, "interval", "must be 0 (off) or at least 1s");
    return code;
}

/* A rotation makes new names beside the file, even if the file itself can be written. */
static int check_file(struct schema_reader *reader, const struct schema_site *site)
{
    const struct config_output *output = site->object;
    struct error error = ERROR_INIT;
    bool rotates = output->file.rotate_size != 0 || output->file.rotate_interval_us != 0;
    if (!reader->world || !rotates || output->file.path == NULL ||
        config_path_check_file(output->file.path, NULL) < 0) /* told already */
        return 0;
    int code = config_path_check_parent(output->file.path, &error);
    if (code == 0 || code == ERROR_MEMORY)
        return code;
    return schema_problem_at(reader, site, "rotate", "%s", error.text);
}

/* ---- Syslog ---- */

static int check_syslog(struct schema_reader *reader, const struct schema_site *site)
{
    enum { LONGEST_DATAGRAM = 65507 }; /* UDP over IPv4: 65535 less both headers */
    const struct config_output *output = site->object;
    enum config_transport transport = output->syslog.transport;
    int code = 0;
    if (output->syslog.host == NULL) /* the address was wrong: no telling what fits it */
        return 0;
    if (transport != CONFIG_TRANSPORT_TLS && config_node_get(site->node, "tls") != NULL)
        code =
            schema_problem_at(reader, site, "tls", "belongs to an address that begins with tls://");
    if (code == 0 && output->has_proxy && transport != CONFIG_TRANSPORT_TLS &&
        transport != CONFIG_TRANSPORT_TCP)
        code = schema_problem_at(
            reader, site, "proxy", "belongs to an address that begins with tcp:// or tls://");
    if (transport != CONFIG_TRANSPORT_UDP)
        return code;
    if (code == 0 && config_node_get(site->node, "framing") != NULL)
        code = schema_problem_at(
            reader, site, "framing", "belongs to a stream; each udp:// datagram is one message");
    if (code == 0 && output->syslog.max_size > LONGEST_DATAGRAM)
        code = schema_problem_at(
            reader, site, "max_size", "must be at most %dB, one udp:// datagram", LONGEST_DATAGRAM);
    return code;
}

/* ---- HTTP ---- */

static int check_http(struct schema_reader *reader, const struct schema_site *site)
{
    const struct config_output *output = site->object;
    int code = 0;
    if (output->http.body == CONFIG_BODY_ARRAY && output->format != NULL &&
        strcmp(output->format, "json") != 0)
        code = schema_problem_at(reader, site, "body", "array is for format: json only");
    for (size_t i = 0; i < output->headers.count && code == 0; i++)
        if (output->http.token.kind != SECRET_NONE &&
            strcasecmp(output->headers.items[i].name, "Authorization") == 0)
            code = schema_problem_at(reader, site, "headers",
                "Authorization cannot be set beside `token`, which makes it");
    return code;
}

/* Fields that other floors read without asking for the type. */
static int complete(struct config_output *output, unsigned kinds)
{
    int code = 0;
    if (output->max_in_flight == 0)
        output->max_in_flight = 1;
    if ((kinds & KIND_HTTP) == 0)
        return 0;
    char **const texts[] = {&output->http.index, &output->http.sourcetype, &output->http.host};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]) && code == 0; i++)
        if (*texts[i] == NULL && (*texts[i] = strdup("")) == NULL)
            code = ERROR_MEMORY;
    if (code == 0 && output->http.method == NULL && (output->http.method = strdup("POST")) == NULL)
        code = ERROR_MEMORY;
    return code;
}

int config_check_output(struct schema_reader *reader, const struct schema_site *site)
{
    struct config_output *output = site->object;
    output->line = site->node->line;
    if (reader->undecided)
        return 0;
    int code = complete(output, reader->kinds);
    if (code == 0 && (reader->kinds & KIND_FILE) != 0)
        code = check_file(reader, site);
    if (code == 0 && (reader->kinds & KIND_SYSLOG) != 0)
        code = check_syslog(reader, site);
    if (code == 0 && (reader->kinds & KIND_HTTP) != 0)
        code = check_http(reader, site);
    return code;
}
