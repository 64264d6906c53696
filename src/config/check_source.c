/* Rules of a source and of TLS. */
#include <strings.h>

#include "config/check.h"

int config_check_source(struct schema_reader *reader, const struct schema_site *site)
{
    struct config_source *source = site->object;
    source->line = site->node->line;
    for (size_t i = 0; i < source->headers.count; i++)
        if (strcasecmp(source->headers.items[i].name, "Authorization") == 0)
            return schema_problem_at(
                reader, site, "headers", "Authorization cannot be set; `token` makes it");
    return 0;
}

int config_check_tls(struct schema_reader *reader, const struct schema_site *site)
{
    const struct config_tls *tls = site->object;
    bool has_key = tls->key_file != NULL && *tls->key_file != '\0';
    if (has_key && tls->cert_file != NULL && *tls->cert_file == '\0')
        return schema_problem_at(reader, site, "key_file", "needs a cert_file beside it");
    return 0;
}
