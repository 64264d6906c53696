/* Rules between sources and outputs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "config/check.h"
#include "config/path.h"

/* Elements of `sources` or `outputs` as they stand in the file; the structs run parallel to them.
 */
static const struct config_node *element_node(
    const struct config_node *document, const char *list, size_t index)
{
    return &config_node_get(document, list)->items[index];
}

static int problem_in(struct schema_reader *reader, const struct schema_site *document,
    const char *list, size_t index, const char *key, const char *text)
{
    struct config_place list_place = {.parent = document->place, .key = list};
    struct config_place place = {.parent = &list_place, .index = index};
    struct schema_site site = {.node = element_node(document->node, list, index), .place = &place};
    return schema_problem_at(reader, &site, key, "%s", text);
}

/* ---- Names ---- */

static int check_name(struct schema_reader *reader, const struct schema_site *site,
    const char *list, size_t index, size_t earlier)
{
    char text[80];
    /* It fits. */
    (void)snprintf(
        text, sizeof(text), "must be unique; %s[%zu] has this name already", list, earlier);
    return problem_in(reader, site, list, index, "name", text);
}

static int check_source_names(struct schema_reader *reader, const struct schema_site *site)
{
    const struct config *config = site->object;
    int code = 0;
    for (size_t i = 0; i < config->source_count && code == 0; i++) {
        for (size_t j = 0; j < i && config->sources[i].name != NULL; j++) {
            if (config->sources[j].name == NULL ||
                strcmp(config->sources[i].name, config->sources[j].name) != 0)
                continue;
            code = check_name(reader, site, "sources", i, j);
            break;
        }
    }
    return code;
}

static int check_output_names(struct schema_reader *reader, const struct schema_site *site)
{
    const struct config *config = site->object;
    int code = 0;
    for (size_t i = 0; i < config->output_count && code == 0; i++) {
        for (size_t j = 0; j < i && config->outputs[i].name != NULL; j++) {
            if (config->outputs[j].name == NULL ||
                strcmp(config->outputs[i].name, config->outputs[j].name) != 0)
                continue;
            code = check_name(reader, site, "outputs", i, j);
            break;
        }
    }
    return code;
}

/* A source whose own name was wrong may be the one that is meant. */
static bool all_sources_have_names(const struct config *config)
{
    for (size_t i = 0; i < config->source_count; i++)
        if (config->sources[i].name == NULL)
            return false;
    return config->source_count > 0;
}

static int check_output_sources(
    struct schema_reader *reader, const struct schema_site *site, size_t index)
{
    const struct config *config = site->object;
    char *const *names = config->outputs[index].sources;
    int code = 0;
    for (size_t i = 0; names != NULL && names[i] != NULL && code == 0; i++) {
        if (config_find_source(config, names[i]) != NULL)
            continue;
        char text[128];
        /* It fits. */
        (void)snprintf(text, sizeof(text), "there is no source of the name \"%.64s\"", names[i]);
        code = problem_in(reader, site, "outputs", index, "sources", text);
    }
    return code;
}

/* ---- Files ---- */

/* A file that an output writes. */
struct target {
    size_t output;
    const char *key;
    const char *path; /* borrowed */
    char *resolved;
};

struct targets {
    struct target *items;
    size_t count;
};

static void targets_deinit(struct targets *targets)
{
    for (size_t i = 0; i < targets->count; i++)
        free(targets->items[i].resolved);
    free(targets->items);
}

static int add_target(
    struct targets *targets, bool world, size_t output, const char *key, const char *path)
{
    if (path == NULL)
        return 0;
    struct target *target = &targets->items[targets->count++];
    *target = (struct target){.output = output, .key = key, .path = path};
    return world ? config_path_resolve(path, &target->resolved)
                 : config_path_normalise(path, &target->resolved);
}

static bool is_same_target(const struct target *left, const struct target *right, bool world)
{
    return strcmp(left->resolved, right->resolved) == 0 ||
           (world && config_path_same_file(left->path, right->path));
}

static int compare_target(struct schema_reader *reader, const struct schema_site *site,
    const struct targets *targets, size_t index)
{
    const struct config *config = site->object;
    const struct target *target = &targets->items[index];
    const char *name = config->outputs[target->output].name;
    for (size_t i = 0; i < index; i++) {
        const struct target *earlier = &targets->items[i];
        const char *earlier_name = config->outputs[earlier->output].name;
        bool twins = name != NULL && earlier_name != NULL && strcmp(name, earlier_name) == 0;
        /* Two of one name, which is told already, have one default. */
        if (twins && strcmp(target->key, "dead_letter") == 0)
            continue;
        if (!is_same_target(target, earlier, reader->world))
            continue;
        char text[96];
        /* It fits. */
        (void)snprintf(text, sizeof(text), "must be a file of its own; outputs[%zu].%s is the same",
            earlier->output, earlier->key);
        return problem_in(reader, site, "outputs", target->output, target->key, text);
    }
    return 0;
}

static int check_targets(struct schema_reader *reader, const struct schema_site *site)
{
    const struct config *config = site->object;
    _cleanup_(targets_deinit) struct targets targets = {
        .items = calloc(config->output_count * 2 + 1, sizeof(*targets.items))};
    if (targets.items == NULL)
        return ERROR_MEMORY;
    int code = 0;
    for (size_t i = 0; i < config->output_count && code == 0; i++)
        code = add_target(&targets, reader->world, i, "path", config->outputs[i].file.path);
    for (size_t i = 0; i < config->output_count && code == 0; i++)
        code =
            add_target(&targets, reader->world, i, "dead_letter", config->outputs[i].dead_letter);
    for (size_t i = 0; i < targets.count && code == 0; i++)
        code = compare_target(reader, site, &targets, i);
    return code;
}

int config_check_document(struct schema_reader *reader, const struct schema_site *site)
{
    const struct config *config = site->object;
    int code = check_source_names(reader, site);
    if (code == 0)
        code = check_output_names(reader, site);
    for (size_t i = 0; i < config->output_count && code == 0; i++)
        if (all_sources_have_names(config))
            code = check_output_sources(reader, site, i);
    return code < 0 ? code : check_targets(reader, site);
}
