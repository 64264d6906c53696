#include "source/source_client.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/limits.h"

/* Name and value pairs for the client, ended by NULL; `secrets` hold what the values point into. */
static int load_headers(const struct config_headers *headers, const char **pairs,
    struct secret **secrets, struct error *error)
{
    for (size_t i = 0; i < headers->count; i++) {
        int r = secret_load(&headers->items[i].value, &secrets[i], error);
        if (r < 0)
            return error_prefix(error, r, "header %s", headers->items[i].name);
        pairs[2 * i] = headers->items[i].name;
        pairs[2 * i + 1] = secret_text(secrets[i]);
    }
    return 0;
}

static int make_client(struct slackaudit_client **ret_client, struct slackaudit_engine *engine,
    const struct config_source *config, const struct slackaudit_options *own,
    const char *const *headers, struct error *error)
{
    struct secret *proxy = NULL;
    if (config->proxy.kind != SECRET_NONE) {
        int r = secret_load(&config->proxy, &proxy, error);
        if (r < 0)
            return error_prefix(error, r, "proxy");
    }
    struct slackaudit_options options = *own;
    options.size = sizeof(options);
    options.base_url = config->base_url;
    options.insecure_http = config->insecure_http;
    options.timeout_us = config->timeout_us;
    options.proxy = config->has_proxy ? secret_text(proxy) : NULL;
    options.ca_file = config->tls.ca_file;
    options.cert_file = config->tls.cert_file;
    options.key_file = config->tls.key_file;
    options.tls_min_version = config->tls.min_version;
    options.headers = headers;
    struct slackaudit_problem problem = {0};
    int r = slackaudit_client_new(ret_client, engine, &options, &problem);
    secret_free(proxy);
    return r < 0 ? error_set(error, r, "%s", problem.text) : 0;
}

int source_client_new(struct slackaudit_client **ret_client, struct slackaudit_engine *engine,
    const struct config_source *config, const struct slackaudit_options *own, struct error *error)
{
    const struct config_headers *headers = &config->headers;
    _cleanup_free_ const char **pairs = calloc(2 * headers->count + 1, sizeof(*pairs));
    _cleanup_free_ struct secret **secrets = calloc(headers->count + 1, sizeof(*secrets));
    if (pairs == NULL || secrets == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for headers");
    int r = load_headers(headers, pairs, secrets, error);
    if (r >= 0)
        r = make_client(ret_client, engine, config, own, pairs, error);
    for (size_t i = 0; i < headers->count; i++)
        secret_free(secrets[i]);
    return r;
}

/* ---- What is asked ---- */

size_t source_own_actions(const struct config_source *config)
{
    size_t count = 0;
    while (config->filter.actions[count] != NULL)
        count++;
    return count > SLACKAUDIT_QUERY_ACTIONS ? count : 0;
}

static char *join_actions(char *const *actions)
{
    struct buffer joined = BUFFER_INIT(LIMIT_CONFIG);
    int r = 0;
    for (size_t i = 0; r >= 0 && actions[i] != NULL; i++)
        r = buffer_printf(&joined, "%s%s", i == 0 ? "" : ",", actions[i]);
    char *text = r < 0 || buffer_text(&joined) == NULL ? NULL : strdup(buffer_text(&joined));
    buffer_deinit(&joined);
    return text;
}

int source_query(
    const struct config_source *config, struct slackaudit_query *ret_query, char **ret_actions)
{
    char *actions =
        source_own_actions(config) > 0 ? strdup("") : join_actions(config->filter.actions);
    if (actions == NULL)
        return ERROR_MEMORY;
    *ret_actions = actions;
    *ret_query = (struct slackaudit_query){.has_limit = true,
        .limit = config->page_limit,
        .action = actions,
        .actor = config->filter.actor,
        .entity = config->filter.entity};
    return 0;
}
