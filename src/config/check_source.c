/* Rules of a source and of TLS. */
#include <strings.h>

#include "config/check.h"

int config_check_no_authorization(
    struct schema_reader *reader, const struct schema_site *site, const char *reason)
{
    const struct config_node *headers = config_node_get(site->node, "headers");
    if (headers == NULL || headers->kind != CONFIG_NODE_MAPPING)
        return 0;
    struct config_place headers_place = {.parent = site->place, .key = "headers"};
    for (size_t i = 0; i < headers->count; i++) {
        const struct config_node *name = &headers->keys[i];
        struct config_place place = {.parent = &headers_place, .key = name->text};
        const struct schema_site header = {.node = name, .place = &place};
        if (strcasecmp(name->text, "Authorization") == 0)
            return schema_problem(reader, &header, "%s", reason);
    }
    return 0;
}

int config_check_source(struct schema_reader *reader, const struct schema_site *site)
{
    struct config_source *source = site->object;
    source->line = site->node->line;
    return config_check_no_authorization(reader, site, "cannot be set; `token` makes it");
}

int config_check_tls(struct schema_reader *reader, const struct schema_site *site)
{
    const struct config_tls *tls = site->object;
    bool has_key = tls->key_file != NULL && *tls->key_file != '\0';
    if (has_key && tls->cert_file != NULL && *tls->cert_file == '\0')
        return schema_problem_at(reader, site, "key_file", "needs a cert_file beside it");
    return 0;
}
