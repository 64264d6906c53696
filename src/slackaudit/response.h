/*
 * A response: an answer that is kept, with its body, for as long as the caller wants.
 *
 * Calls that wait (sync.h) return one; a callback makes one of its answer by
 * slackaudit_answer_keep().
 *
 * Public header of libslackaudit: plain C11 and C++17. An object belongs to one thread at a time
 * and to nobody else: it outlives call, client and engine.
 */
#pragma once

#include "slackaudit/body.h"
#include "slackaudit/calls.h"

#ifdef __cplusplus
extern "C" {
#endif

struct slackaudit_response;

/* Makes the answer outlive its `on_done`: takes the body over and copies the rest. Once a call, or
 * ERROR_INVALID, where the body is kept whole. The caller frees the response; `answer->body` is the
 * response's from then on. The answer of a response may be kept too, any number of times: all of it
 * is copied. ERROR_MEMORY. */
SLACKAUDIT_API int slackaudit_answer_keep(const struct slackaudit_answer *answer,
    struct slackaudit_response **ret_response, struct slackaudit_problem *problem);

/* NULL is allowed. Values that were read from it are gone too. */
SLACKAUDIT_API void slackaudit_response_free(struct slackaudit_response *response);

/* Url, status, headers, body and all else; owned by the response. */
SLACKAUDIT_API const struct slackaudit_answer *slackaudit_response_answer(
    const struct slackaudit_response *response);

/* The body as JSON, parsed when it is first asked for; owned by the response. A page of 9999
 * entries takes some 100 MiB as JSON: see slackaudit/value.h. ERROR_INVALID when the body is not
 * JSON (servers answer with HTML too), ERROR_LIMIT, ERROR_MEMORY. */
SLACKAUDIT_API int slackaudit_response_json(struct slackaudit_response *response,
    const struct slackaudit_value **ret_value, struct slackaudit_problem *problem);

/* The body as an answer of /logs. Strings and entries are owned by the
 * response. Returns as slackaudit_response_json(). A body of another kind has its fields absent. */
SLACKAUDIT_API int slackaudit_response_logs(struct slackaudit_response *response,
    struct slackaudit_logs_body *ret_logs, struct slackaudit_problem *problem);
/* Likewise, of /schemas. */
SLACKAUDIT_API int slackaudit_response_schemas(struct slackaudit_response *response,
    struct slackaudit_schemas_body *ret_schemas, struct slackaudit_problem *problem);
/* Likewise, of /actions. */
SLACKAUDIT_API int slackaudit_response_actions(struct slackaudit_response *response,
    struct slackaudit_actions_body *ret_actions, struct slackaudit_problem *problem);

#ifdef __cplusplus
}
#endif
