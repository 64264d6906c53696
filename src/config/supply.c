#include "config/supply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "config/address.h"
#include "config/path.h"
#include "config/retry.h"
#include "config/types.h"

enum { NOTHING_TO_EXAMINE = 1 };

/* Reads a text as if the key's value were it. */
static int read_as_value(
    struct schema_reader *reader, const struct schema_site *site, const char *text)
{
    struct config_node node = {
        .kind = CONFIG_NODE_SCALAR,
        .line = site->node->line,
        .column = site->node->column,
        .quoted = true,
        .text = (char *)text, /* only read */
    };
    struct schema_site value = *site;
    value.node = &node;
    return site->key->type->read(reader, &value);
}

/* systemd gives a list joined by colons; the first is the unit's own. NULL when there is none. */
static int first_directory(const char *variable, char **ret_directory)
{
    const char *list = getenv(variable);
    *ret_directory = NULL;
    if (list == NULL || *list == '\0' || *list == ':')
        return 0;
    *ret_directory = strndup(list, strcspn(list, ":"));
    return *ret_directory == NULL ? ERROR_MEMORY : 0;
}

int config_supply_state_dir(struct schema_reader *reader, const struct schema_site *site)
{
    _cleanup_free_ char *directory = NULL;
    int code = first_directory("STATE_DIRECTORY", &directory);
    if (code < 0)
        return code;
    if (directory != NULL && !config_node_is_line(directory))
        return schema_problem(reader, site, "$STATE_DIRECTORY is not one line of UTF-8");
    return read_as_value(reader, site, directory != NULL ? directory : "/var/lib/slackauditd");
}

int config_supply_control(struct schema_reader *reader, const struct schema_site *site)
{
    _cleanup_free_ char *runtime = NULL, *address = NULL;
    int code = first_directory("RUNTIME_DIRECTORY", &runtime);
    if (code < 0)
        return code;
    if (runtime != NULL)
        config_path_squeeze(runtime);
    const char *directory = runtime != NULL ? runtime : reader->config->state_dir;
    if (directory == NULL) /* its own problem is told already */
        return NOTHING_TO_EXAMINE;
    if (asprintf(&address, "unix:%s/control.sock", directory) < 0) {
        address = NULL;
        return ERROR_MEMORY;
    }
    if (!config_node_is_line(address) || config_address_unix_path(address) == NULL)
        return schema_problem(reader, site,
            "the default, control.sock in %s, is too long a name for a socket; set another",
            runtime != NULL ? "$RUNTIME_DIRECTORY" : "state_dir");
    return read_as_value(reader, site, address);
}

int config_supply_dead_letter(struct schema_reader *reader, const struct schema_site *site)
{
    struct config_output *output = site->object;
    const char *state_dir = reader->config->state_dir;
    if (state_dir == NULL || output->name == NULL)
        return NOTHING_TO_EXAMINE;
    if (asprintf(&output->dead_letter, "%s/dead/%s.ndjson", state_dir, output->name) < 0) {
        output->dead_letter = NULL;
        return ERROR_MEMORY;
    }
    return NOTHING_TO_EXAMINE; /* whether state_dir can be written is told once, there */
}

int config_supply_source_retry(struct schema_reader *reader, const struct schema_site *site)
{
    struct config_source *source = site->object;
    int code = config_retry_copy(&reader->config->retry, &source->retry);
    return code < 0 ? code : NOTHING_TO_EXAMINE;
}

int config_supply_output_retry(struct schema_reader *reader, const struct schema_site *site)
{
    struct config_output *output = site->object;
    int code = config_retry_copy(&reader->config->retry, &output->retry);
    return code < 0 ? code : NOTHING_TO_EXAMINE;
}
