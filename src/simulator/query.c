#include "simulator/query.h"

#include <string.h>

/* A whole number without sign; false for anything else. 12 digits are a time in the year 33658. */
static bool read_number(const char *text, int64_t *ret_number)
{
    size_t size = strspn(text, "0123456789");
    int64_t number = 0;
    if (size == 0 || size > 12 || text[size] != '\0')
        return false;
    for (size_t i = 0; i < size; i++)
        number = number * 10 + (text[i] - '0');
    *ret_number = number;
    return true;
}

static bool read_range(
    struct query *query, const struct request *request, int64_t now, int64_t enabled_since)
{
    const char *oldest = request_argument(request, "oldest");
    const char *latest = request_argument(request, "latest");
    query->oldest = 0;
    query->latest = now;
    query->has_oldest = oldest != NULL;
    if (oldest != NULL && (!read_number(oldest, &query->oldest) || query->oldest < enabled_since))
        return false;
    if (latest != NULL && !read_number(latest, &query->latest))
        return false;
    return query->oldest <= query->latest && query->latest <= now;
}

static bool is_action_name(struct slice name)
{
    return name.size > 0 &&
           strspn(name.data, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") >=
               name.size;
}

static bool read_actions(struct query_filter *filter, const char *text)
{
    while (text != NULL) {
        struct slice name = {.data = text, .size = strcspn(text, ",")};
        if (filter->action_count == QUERY_ACTIONS_MOST || !is_action_name(name))
            return false;
        filter->actions[filter->action_count++] = name;
        text = text[name.size] == ',' ? text + name.size + 1 : NULL;
    }
    return true;
}

const char *query_read(
    struct query *ret_query, const struct request *request, int64_t now, int64_t enabled_since)
{
    struct query query = {.cursor = request_argument(request, "cursor")};
    const char *limit_text = request_argument(request, "limit");
    int64_t limit = QUERY_LIMIT_DEFAULT;
    if (limit_text != NULL && (!read_number(limit_text, &limit) || limit == 0))
        return "invalid_arguments";
    query.limit = (uint32_t)(limit < QUERY_LIMIT_MOST ? limit : QUERY_LIMIT_MOST);
    if (!read_range(&query, request, now, enabled_since))
        return "invalid_range";
    if (!read_actions(&query.filter, request_argument(request, "action")))
        return "invalid_action";
    query.filter.actor = slice_of(request_argument(request, "actor"));
    query.filter.entity = slice_of(request_argument(request, "entity"));
    *ret_query = query;
    return NULL;
}

static bool has_action(const struct query_filter *filter, const char *name)
{
    if (filter->action_count == 0)
        return true;
    struct slice wanted = slice_of(name);
    for (size_t i = 0; i < filter->action_count; i++) {
        if (slice_equal(filter->actions[i], wanted))
            return true;
    }
    return false;
}

bool query_filter_matches(const struct query_filter *filter, const struct entry *entry,
    const struct vocabulary *vocabulary)
{
    char text[ENTRY_NAME_SIZE];
    if (query_filter_is_empty(filter))
        return true;
    if (entry->odd == ODD_NOT_AN_OBJECT) /* it has no action, no actor and no entity */
        return false;
    return has_action(filter, entry->action->name) &&
           (filter->actor.size == 0 ||
               slice_equal(filter->actor, entry_actor_id(entry, vocabulary))) &&
           (filter->entity.size == 0 ||
               slice_equal(filter->entity, entry_entity_id(entry, vocabulary, text)));
}
