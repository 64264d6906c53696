/*
 * Calls that wait: each returns when its answer is there, retries and their waits included.
 *
 * They turn the client's engine meanwhile, so other calls of that engine go on, and their callbacks
 * come. From inside a callback they are refused. A signal does not end the wait.
 *
 * Each returns 0 and a response of whatever status, which the caller frees; or a negative code, and
 * the problem says what failed and how often it was tried: ERROR_INVALID for a parameter (no
 * request was sent), ERROR_TRANSPORT when no whole answer came, ERROR_LIMIT past `response_limit`,
 * ERROR_CALLBACK when a callback freed the client meanwhile, ERROR_SYSTEM, ERROR_MEMORY.
 *
 * Public header of libslackaudit: plain C11 and C++17. One thread at a time uses a client.
 */
#pragma once

#include "slackaudit/response.h"

#ifdef __cplusplus
extern "C" {
#endif

/* /logs: one page; `query` may be NULL (the newest entries, as many as the API likes). */
SLACKAUDIT_API int slackaudit_logs(struct slackaudit_client *client,
    const struct slackaudit_query *query, struct slackaudit_response **ret_response,
    struct slackaudit_problem *problem);

/* /schemas; `extras` may be NULL. */
SLACKAUDIT_API int slackaudit_schemas(struct slackaudit_client *client,
    const struct slackaudit_extras *extras, struct slackaudit_response **ret_response,
    struct slackaudit_problem *problem);

/* /actions; `extras` may be NULL. */
SLACKAUDIT_API int slackaudit_actions(struct slackaudit_client *client,
    const struct slackaudit_extras *extras, struct slackaudit_response **ret_response,
    struct slackaudit_problem *problem);

/* Any method and path of the API. */
SLACKAUDIT_API int slackaudit_api_call(struct slackaudit_client *client,
    const struct slackaudit_request *request, struct slackaudit_response **ret_response,
    struct slackaudit_problem *problem);

#ifdef __cplusplus
}
#endif
