/*
 * The control endpoint for tests, below /_sim/. None of it is Slack's, none of it wants a token,
 * and none of its calls is counted.
 *
 *     GET  /_sim/stats      counts as JSON
 *     POST /_sim/faults     the body's rules, one a line (simulator/fault.h), replace all others;
 * empty: none POST /_sim/token      the body's tokens, one a line, replace all others; empty: any
 * will do GET  /_sim/expected   every entry once, oldest first, one a line, exactly as a file must
 * hold it; late ones that do not show yet are there too. Takes oldest, latest, action, actor and
 * entity as /logs does; damaged=1 gives the entries that are no JSON instead of the others.
 */
#pragma once

#include "simulator/api.h"

/* Returns 0 or a negative code; then nothing can be sent. */
int control_answer(struct api *api, const struct request *request, struct answer *answer);
