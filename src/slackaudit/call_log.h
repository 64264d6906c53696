/*
 * The debug lines of a call, for the `log` of its client. Private to slackaudit/. The client's log
 * may end the call: look at call_is_over() afterwards.
 *
 * No secret gets into a line: of the request's headers, those that the library makes show their
 * value except Authorization, and a caller's show their name; of the answer's, Set-Cookie shows its
 * name; and the token, wherever a server repeats it, becomes stars.
 */
#pragma once

#include "slackaudit/call_parts.h"

void call_log(struct slackaudit_call *call, const char *format, ...) _printf_(2, 3);

/* An attempt begins: its number and the headers. */
void call_log_request(struct slackaudit_call *call);

/* An attempt has ended. */
void call_log_answer(struct slackaudit_call *call, const struct call_outcome *outcome);
