#include "ctl/logs_query.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"

int logs_time(const char *text, int64_t now_seconds, int64_t *ret_seconds, struct error *error)
{
    int64_t age_us = 0;
    if (strcmp(text, "now") == 0) {
        *ret_seconds = now_seconds;
        return 0;
    }
    int r = text[0] == '-' ? units_parse_duration(text + 1, &age_us, NULL)
                           : units_parse_time(text, ret_seconds, NULL);
    if (r < 0)
        return error_set(error, r,
            "\"%.64s\" is not a time: write an age such as -7d, a time such as "
            "2026-11-22T02:15:15Z, Unix seconds, or now",
            text);
    if (text[0] == '-')
        *ret_seconds = now_seconds - age_us / USEC_PER_SEC;
    return 0;
}

static int read_time(const struct ctl_request *request, int option, const char *name,
    int64_t now_seconds, bool *ret_has, int64_t *ret_seconds, struct error *error)
{
    const char *text = request->values[option];
    if (text == NULL)
        return 0;
    int r = logs_time(text, now_seconds, ret_seconds, error);
    if (r < 0)
        return error_prefix(error, r, "--%s", name);
    *ret_has = true;
    return 0;
}

static int read_limit(const char *text, struct slackaudit_query *query, struct error *error)
{
    char *end = NULL;
    if (text == NULL)
        return 0;
    errno = 0;
    long limit = strtol(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 ||
        limit > SLACKAUDIT_QUERY_LIMIT)
        return error_set(error, ERROR_INVALID, "--limit: \"%s\" is not a number from 1 to %d", text,
            SLACKAUDIT_QUERY_LIMIT);
    query->has_limit = true;
    query->limit = (int)limit; /* 0 is the library's to refuse */
    return 0;
}

int logs_query(const struct ctl_request *request, int64_t now_seconds,
    struct slackaudit_query *ret_query, struct error *error)
{
    struct slackaudit_query query = {
        .action = request->values[LOGS_ACTION],
        .actor = request->values[LOGS_ACTOR],
        .entity = request->values[LOGS_ENTITY],
        .cursor = request->values[LOGS_CURSOR],
    };
    int r = read_time(
        request, LOGS_OLDEST, "oldest", now_seconds, &query.has_oldest, &query.oldest, error);
    if (r >= 0)
        r = read_time(
            request, LOGS_LATEST, "latest", now_seconds, &query.has_latest, &query.latest, error);
    if (r >= 0)
        r = read_limit(request->values[LOGS_LIMIT], &query, error);
    if (r < 0)
        return r;
    *ret_query = query;
    return 0;
}
