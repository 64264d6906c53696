#include "config/dump.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "config/schema.h"

int config_dump(const struct config *config, struct buffer *output)
{
    struct schema_writer writer = {.output = output};
    schema_write_group(&writer, &schema_document, config);
    return writer.code;
}

/* One source or output alone. Defaults make it longer than what stands in the file, never by much.
 */
static int write_one(const struct schema_group *group, const void *object, char **ret_text)
{
    _cleanup_(buffer_deinit) struct buffer text = BUFFER_INIT(2 * LIMIT_CONFIG);
    struct schema_writer writer = {.output = &text, .canonical = true};
    schema_write_group(&writer, group, object);
    if (writer.code < 0)
        return writer.code;
    char *copy = strndup(text.data, text.size);
    if (copy == NULL)
        return ERROR_MEMORY;
    *ret_text = copy;
    return 0;
}

int config_write_canonical(struct config *config)
{
    int code = 0;
    for (size_t i = 0; i < config->source_count && code == 0; i++)
        code = write_one(&schema_source, &config->sources[i], &config->sources[i].canonical);
    for (size_t i = 0; i < config->output_count && code == 0; i++)
        code = write_one(&schema_output, &config->outputs[i], &config->outputs[i].canonical);
    return code;
}
