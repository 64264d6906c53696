/*
 * Slack's name for an error, out of a body like {"ok":false,"error":"invalid_cursor"}. Private to
 * slackaudit/.
 */
#pragma once

#include "base/slice.h"

enum { SLACK_ERROR_SIZE = 128 };

/* Puts the name into `ret_name` (SLACK_ERROR_SIZE bytes), or "" when the body is no such JSON:
 * servers also answer with HTML or nothing. */
void slack_error_read(struct slice body, char *ret_name);

/* Copies a name that came from outside: cut to size at a whole character, each control character a
 * `?`. */
void slack_error_copy(const char *name, char *ret_name);
