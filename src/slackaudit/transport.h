/*
 * What failed in a call or a stream of sys/http.h, in the words of the retry stack. Beside the
 * public headers: for the client, and for outputs that ask the same stack.
 */
#pragma once

#include "slackaudit/retry.h"
#include "sys/http.h"

/* OTHER for what is no failure of the connection: a cap, or a body that its reader refused. */
enum slackaudit_transport transport_of(enum http_failure failure);
