/* From a file to a configuration that is whole, or to everything that is wrong with it. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "config/config.h"
#include "config/document.h"
#include "config/dump.h"
#include "config/problems.h"
#include "config/schema.h"
#include "sys/file.h"

DEFINE_CLEANUP(struct config, config_free)

void config_free(struct config *config)
{
    if (config == NULL)
        return;
    for (size_t i = 0; i < config->source_count; i++)
        free(config->sources[i].canonical);
    for (size_t i = 0; i < config->output_count; i++)
        free(config->outputs[i].canonical);
    schema_release_group(&schema_document, config);
    free(config->path);
    free(config);
}

static int read_document(
    struct slice text, bool world, struct config *config, struct config_problems *problems)
{
    _cleanup_(config_node_deinit) struct config_node root = {0};
    struct schema_reader reader = {.problems = problems, .config = config, .world = world};
    struct schema_site site = {.node = &root, .object = config};
    int code = config_document_read(text, &root, problems);
    if (code < 0)
        return code;
    if (root.kind == CONFIG_NODE_REFUSED)
        return ERROR_INVALID;
    if (root.kind != CONFIG_NODE_MAPPING)
        return schema_problem(
            &reader, &site, "the file must be a mapping with `sources` and `outputs`");
    return schema_read_group(&reader, &schema_document, &site);
}

static int load(const char *name, struct slice text, bool world, struct config **ret_config,
    struct config_problems *problems)
{
    size_t before = config_problems_total(problems);
    _cleanup_(config_freep) struct config *config = calloc(1, sizeof(*config));
    if (config == NULL || (config->path = strdup(name)) == NULL)
        return ERROR_MEMORY;
    int code = read_document(text, world, config, problems);
    config_problems_sort(problems);
    if (code < 0)
        return code;
    if (config_problems_total(problems) > before)
        return ERROR_INVALID;
    code = config_write_canonical(config);
    if (code < 0)
        return code;
    *ret_config = TAKE(config);
    return 0;
}

int config_parse(const char *name, struct slice text, struct config **ret_config,
    struct config_problems *problems)
{
    return load(name, text, false, ret_config, problems);
}

/* Without these the default would be that of some daemon, and not of this one. */
static bool says_where_control_is(const struct config_node *document)
{
    return config_node_get(document, "control") != NULL ||
           config_node_get(document, "state_dir") != NULL || getenv("RUNTIME_DIRECTORY") != NULL;
}

int config_parse_control(const char *name, struct slice text, struct config **ret_config)
{
    struct config_problems problems = {0}; /* told already */
    _cleanup_(config_node_deinit) struct config_node root = {0};
    _cleanup_(config_freep) struct config *config = calloc(1, sizeof(*config));
    if (config == NULL || (config->path = strdup(name)) == NULL)
        return ERROR_MEMORY;
    struct schema_reader reader = {.problems = &problems, .config = config};
    struct schema_site site = {.node = &root, .object = config};
    int code = config_document_read(text, &root, &problems);
    if (root.kind != CONFIG_NODE_MAPPING) { /* no YAML: what is left is the environment */
        config_node_deinit(&root);
        root = (struct config_node){.kind = CONFIG_NODE_MAPPING};
    }
    if (code != ERROR_MEMORY)
        code = schema_read_group(&reader, &schema_document, &site);
    config_problems_deinit(&problems);
    if (code == ERROR_MEMORY)
        return code;
    if (config->control == NULL || !says_where_control_is(&root))
        return ERROR_MISSING;
    *ret_config = TAKE(config);
    return 0;
}

/* The text may hold secrets, in headers. */
static void wipe(struct buffer *text)
{
    if (text->data != NULL)
        explicit_bzero(text->data, text->capacity);
    buffer_deinit(text);
}

int config_load(const char *path, struct config **ret_config, struct config_problems *problems)
{
    _cleanup_(wipe) struct buffer text = BUFFER_INIT(LIMIT_CONFIG);
    struct error error = ERROR_INIT;
    int code = file_read(path, &text, &error);
    if (code == ERROR_MEMORY)
        return code;
    if (code < 0) {
        code = config_problems_add(problems, 0, 0, "%s", error.text);
        return code < 0 ? code : ERROR_INVALID;
    }
    return load(path, buffer_slice(&text), true, ret_config, problems);
}

const struct config_source *config_find_source(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->source_count; i++)
        if (config->sources[i].name != NULL && strcmp(config->sources[i].name, name) == 0)
            return &config->sources[i];
    return NULL;
}

const struct config_output *config_find_output(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->output_count; i++)
        if (config->outputs[i].name != NULL && strcmp(config->outputs[i].name, name) == 0)
            return &config->outputs[i];
    return NULL;
}
