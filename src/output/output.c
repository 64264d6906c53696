#include "output/output.h"

/* The types behind `type: http`, told apart by `api`. */
static const struct output_type *const http_types[] = {
    &output_generic,
    &output_splunk_hec,
};

static const struct output_type *find_http(const char *api)
{
    for (size_t i = 0; i < sizeof(http_types) / sizeof(http_types[0]); i++)
        if (strcmp(http_types[i]->name, api) == 0)
            return http_types[i];
    return NULL;
}

const struct output_type *output_find(const struct config_output *config)
{
    switch (config->type) {
    case CONFIG_OUTPUT_FILE:
        return &output_file;
    case CONFIG_OUTPUT_STDOUT:
        return &output_stdout;
    case CONFIG_OUTPUT_SYSLOG:
        return &output_syslog;
    case CONFIG_OUTPUT_HTTP:
        return find_http(config->http.api);
    }
    return NULL;
}
