/*
 * Answers for people: the status as a short report, everything else as indented JSON or its plain
 * text.
 */
#pragma once

#include "base/json.h"

/* Writes the result of `verb` to standard output. */
int show_result(const char *verb, const struct json_value *result);
