#include "format/format.h"

const struct format_type *const format_types[] = {
    &format_json,
    &format_rfc5424,
    &format_rfc3164,
    NULL,
};

const struct format_type *format_find(const char *name)
{
    for (const struct format_type *const *type = format_types; *type != NULL; type++)
        if (strcmp((*type)->name, name) == 0)
            return *type;
    return NULL;
}

int format_encode(const struct format_type *type, const struct format_options *options,
    const struct format_entry *entry, struct buffer *output)
{
    size_t start = output->size;
    int result = type->append(options, entry, output);
    if (result < 0)
        output->size = start;
    return result;
}
