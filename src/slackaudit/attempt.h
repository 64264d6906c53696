/*
 * What an attempt came to: from the transfer's result to what handlers, the user and people are
 * told. Private to slackaudit/.
 */
#pragma once

#include "slackaudit/call_parts.h"

/* Fills `ret_outcome` from the result and from what the call's type makes of the body. Valid as
 * long as the result. */
void attempt_judge(struct slackaudit_call *call, const struct http_result *result,
    struct call_outcome *ret_outcome);

/* What handlers and the client's `attempt_ended` see. Valid as long as the outcome. */
void attempt_tell(const struct slackaudit_call *call, const struct call_outcome *outcome,
    struct slackaudit_attempt *ret_attempt);

/* One sentence for people: what failed, where, how often it was tried; left empty when nothing did.
 */
void attempt_describe(const struct slackaudit_call *call, const struct call_outcome *outcome,
    struct error *ret_message);

/* What `on_done` is told, but for the body. Valid as long as the outcome and the message. */
void attempt_answer(const struct slackaudit_call *call, const struct call_outcome *outcome,
    const char *message, struct slackaudit_answer *ret_answer);
