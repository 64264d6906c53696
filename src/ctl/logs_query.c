#include "ctl/logs_query.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/moment.h"

static int read_time(const struct ctl_request *request, int option, const char *name,
    int64_t now_seconds, bool *ret_has, int64_t *ret_seconds, struct error *error)
{
    const char *text = request->values[option];
    if (text == NULL)
        return 0;
    int r = moment_read(text, now_seconds, ret_seconds, error);
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
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || limit < 1 ||
        limit > SLACKAUDIT_QUERY_LIMIT)
        return error_set(error, ERROR_INVALID, "--limit: \"%s\" is not a number from 1 to %d", text,
            SLACKAUDIT_QUERY_LIMIT);
    query->has_limit = true;
    query->limit = (int)limit;
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
    if (r >= 0 && query.has_oldest && query.has_latest && query.oldest > query.latest)
        r = error_set(error, ERROR_INVALID, "--oldest %s is after --latest %s",
            request->values[LOGS_OLDEST], request->values[LOGS_LATEST]);
    if (r < 0)
        return r;
    *ret_query = query;
    return 0;
}
