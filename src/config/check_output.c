/* Rules of an output. */
#include <string.h>

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
    if (!reader->world || !rotates || output->file.path == NULL)
        return 0;
    int code = config_path_check_file(output->file.path, &error);
    if (code < 0 && code != ERROR_MEMORY) /* told already, at the path */
        return 0;
    if (code == 0)
        code = config_path_check_parent(output->file.path, &error);
    if (code == 0 || code == ERROR_MEMORY)
        return code;
    return schema_problem_at(reader, site, "rotate", "%s", error.text);
}

/* ---- HTTP ---- */

static int check_http(struct schema_reader *reader, const struct schema_site *site)
{
    const struct config_output *output = site->object;
    int code = 0;
    if (output->http.body == CONFIG_BODY_ARRAY && output->format != NULL &&
        strcmp(output->format, "json") != 0)
        code = schema_problem_at(reader, site, "body", "array is for format: json only");
    if (code == 0 && output->http.token.kind != SECRET_NONE)
        code = config_check_no_authorization(
            reader, site, "cannot be set beside `token`, which makes it");
    return code;
}

/* ---- All ---- */

/* Texts that other floors read without asking whether the type has them: empty instead of NULL. */
static int complete(struct config_output *output)
{
    const struct {
        char **text;
        const char *value;
    } texts[] = {
        {&output->http.method, "POST"},
        {&output->http.index, ""},
        {&output->http.sourcetype, ""},
        {&output->http.host, ""},
        {&output->tls.ca_file, ""},
        {&output->tls.cert_file, ""},
        {&output->tls.key_file, ""},
        {&output->tls.min_version, "1.2"},
    };
    if (output->max_in_flight == 0)
        output->max_in_flight = 1;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (*texts[i].text == NULL && (*texts[i].text = strdup(texts[i].value)) == NULL)
            return ERROR_MEMORY;
    return 0;
}

int config_check_output(struct schema_reader *reader, const struct schema_site *site)
{
    struct config_output *output = site->object;
    output->line = site->node->line;
    int code = complete(output);
    if (code == 0)
        code = check_file(reader, site);
    return code < 0 ? code : check_http(reader, site);
}
