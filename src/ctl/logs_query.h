/*
 * What `logs` asks the API, from its options.
 */
#pragma once

#include "ctl/api.h"

/* The options of `logs`, behind those of every session. */
enum {
    LOGS_OLDEST = API_OPTIONS,
    LOGS_LATEST,
    LOGS_LIMIT,
    LOGS_ACTION,
    LOGS_ACTOR,
    LOGS_ENTITY,
    LOGS_CURSOR,
    LOGS_ALL,
    LOGS_FORMAT,
    LOGS_OPTIONS,
};

/* The query borrows the request's strings. Returns 0, or ERROR_INVALID and which option is wrong;
 * the number of actions is left to the library. */
int logs_query(const struct ctl_request *request, int64_t now_seconds,
    struct slackaudit_query *ret_query, struct error *error);
