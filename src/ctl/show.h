/*
 * Answers for people: the status and the checkpoints as short reports, a text as it is, everything
 * else as indented JSON.
 */
#pragma once

#include "base/json.h"

/* Writes the result of `verb` to standard output. */
int show_result(const char *verb, const struct json_value *result);
