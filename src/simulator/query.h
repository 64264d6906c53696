/*
 * What a call to /logs asks for: the arguments checked as Slack checks them, and the filter they
 * make.
 */
#pragma once

#include "simulator/entry.h"
#include "simulator/exchange.h"

enum { QUERY_LIMIT_MOST = 9999, QUERY_LIMIT_DEFAULT = 100, QUERY_ACTIONS_MOST = 30 };

/* Wants all that are set. Borrows from the request. */
struct query_filter {
    struct slice actions[QUERY_ACTIONS_MOST]; /* any of them */
    size_t action_count;
    struct slice actor, entity; /* size 0: any */
};

struct query {
    int64_t oldest, latest; /* both inclusive; 0 and the present when absent */
    bool has_oldest;
    uint32_t limit;
    const char *cursor; /* NULL on a walk's first page */
    struct query_filter filter;
};

/* Reads the arguments. Returns NULL, or the name of Slack's error: invalid_range for a time that is
 * no number, in the future, before `enabled_since` (0: never too early) or the wrong way round;
 * invalid_action for more than 30 names or one that cannot be a name; invalid_arguments (the
 * simulator's own choice) for a limit that is not 1 or more. A limit above 9999 counts as 9999.
 * `now` is in seconds. */
const char *query_read(
    struct query *ret_query, const struct request *request, int64_t now, int64_t enabled_since);

/* Whether the filter wants the entry. */
bool query_filter_matches(const struct query_filter *filter, const struct entry *entry,
    const struct vocabulary *vocabulary);
static inline bool query_filter_is_empty(const struct query_filter *filter)
{
    return filter->action_count == 0 && filter->actor.size == 0 && filter->entity.size == 0;
}
