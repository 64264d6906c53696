/*
 * `test --source`: one real call with a source's settings, and what came of it.
 */
#pragma once

#include "ctl/verb.h"

/* Returns DAEMON_EXIT_DONE when Slack gave a page, else CTL_EXIT_NO; or the code of what kept the
 * call from being made. */
int test_source(const struct ctl_request *request, const char *name);
