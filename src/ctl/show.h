/*
 * Answers of the control socket for people, checkpoints as short reports, a text as it is,
 * everything else as indented JSON; or, with --json, as they came.
 */
#pragma once

#include "base/json.h"
#include "ctl/verb.h"

/* Shows what the daemon has answered to the request's words. Returns the exit code that it asks
 * for, having said on standard error what it says no for. */
int show_answer(const struct ctl_request *request, const struct buffer *answer);
