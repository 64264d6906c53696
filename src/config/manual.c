#include "config/manual.h"

#include <stdio.h>

#include "config/manual_cells.h"
#include "config/tables.h"
#include "config/types.h"

static int write_row(
    const struct schema_key *key, const char *prefix, unsigned outer, struct buffer *output)
{
    char text[SCHEMA_KINDS_TEXT];
    unsigned kinds = key->kinds != 0 ? key->kinds : outer;
    int code = buffer_printf(output, "| `%s%s` | %s | ", prefix, key->name,
        kinds == 0 ? "all" : schema_kinds_text(kinds, text));
    if (code == 0)
        code = manual_type(key, output);
    if (code == 0)
        code = buffer_append_text(output, " | ");
    if (code == 0)
        code = manual_default(key, output);
    return code < 0 ? code : buffer_printf(output, " | %s |\n", key->meaning);
}

/* ---- Tables ---- */

/* `outer`: the kinds that the mapping around the group belongs to. */
static int write_rows(
    const struct schema_group *group, const char *prefix, unsigned outer, struct buffer *output)
{
    int code = 0;
    for (size_t i = 0; i < group->count && code == 0; i++) {
        const struct schema_key *key = &group->keys[i];
        char inner[MANUAL_PREFIX_SIZE];
        code = write_row(key, prefix, outer, output);
        if (code < 0 || key->type != &schema_mapping || key->group == &schema_tls)
            continue;
        /* Fits: names of keys are ours. */
        (void)snprintf(inner, sizeof(inner), "%s%s.", prefix, key->name);
        code = write_rows(key->group, inner, key->kinds, output);
    }
    return code;
}

int config_manual(struct buffer *output)
{
    static const struct {
        const char *heading;
        const struct schema_group *group;
        const char *prefix;
    } tables[] = {
        {"Top", &schema_document, ""},
        {"Sources", &schema_source, "sources[]."},
        {"Outputs", &schema_output, "outputs[]."},
        {"TLS", &schema_tls, "tls."},
        {"Retry", &schema_retry_handler, "retry[]."},
    };
    int code = 0;
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]) && code == 0; i++) {
        code = buffer_printf(output,
            "### %s\n\n| key | for | type and range | default | meaning |\n"
            "| --- | --- | --- | --- | --- |\n",
            tables[i].heading);
        if (code == 0)
            code = write_rows(tables[i].group, tables[i].prefix, 0, output);
        if (code == 0)
            code = buffer_append_text(output, "\n");
    }
    return code;
}
