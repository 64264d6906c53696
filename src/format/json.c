#include "format/format.h"

static int append_message(
    const struct format_options *options, const struct format_entry *entry, struct buffer *output)
{
    (void)options; /* the entry says it all */
    return buffer_append_slice(output, entry->bytes);
}

const struct format_type format_json = {
    .name = "json",
    .append = append_message,
};
