/* Rules of a retry handler. */
#include "base/units.h"
#include "config/check.h"

/* Judged by what stands in the file, so that a list with a wrong element does not count as empty.
 */
static bool has_condition(const struct config_node *when)
{
    if (when->kind != CONFIG_NODE_MAPPING)
        return true; /* told already */
    for (size_t i = 0; i < when->count; i++)
        if (when->items[i].kind != CONFIG_NODE_LIST || when->items[i].count > 0)
            return true;
    return false;
}

int config_check_handler(struct schema_reader *reader, const struct schema_site *site)
{
    const struct config_node *when = config_node_get(site->node, "when");
    bool is_match = (reader->kinds & KIND_ANY_HANDLER) == KIND_MATCH;
    if (is_match && (when == NULL || !has_condition(when)))
        return schema_problem_at(reader, site, "when",
            "must hold at least one of status, error and transport with something in it");
    return 0;
}

int config_check_interval(struct schema_reader *reader, const struct schema_site *site)
{
    const struct config_retry_handler *handler = site->object;
    char factor[UNITS_TEXT_SIZE];
    if (handler->interval.cap_us == 0 || handler->interval.factor_us <= handler->interval.cap_us)
        return 0;
    return schema_problem_at(reader, site, "cap", "must be at least the factor, %s",
        units_format_duration(handler->interval.factor_us, factor));
}
