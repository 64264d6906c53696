/*
 * `test --output`: one message, plainly a test, through the code that delivers.
 *
 * A file output gets no line, because a running daemon keeps account of the file's length: there it
 * is seen whether the file could be written.
 */
#pragma once

#include "ctl/verb.h"

/* Returns DAEMON_EXIT_DONE when the receiver has taken the message, else CTL_EXIT_NO, having said
 * why; or what configuration_read() and its like return. */
int test_output(const struct ctl_request *request, const char *name);
