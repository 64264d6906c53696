/*
 * Is this text JSON, to the letter of RFC 8259? json-c's strict mode with its UTF-8 check still
 * takes control bytes in strings, names in single quotes, NaN and Infinity, numbers such as 00,
 * -01, 1. and -.5, overlong or surrogate UTF-8 and anything behind a NUL byte (seen with 0.16), and
 * what it takes changes with its version. So json.c asks here first and lets json-c build the
 * values only.
 */
#pragma once

#include "base/error.h"
#include "base/slice.h"

/* Told the offset behind the last digit of each integer that fits neither int64_t nor uint64_t. A
 * negative return value ends the check and is returned. */
typedef int (*json_wide_integer)(void *user, size_t end);

/* Returns 0, ERROR_INVALID with what is wrong at which byte (from 0), or what `wide` returned.
 * Arrays and objects may stand LIMIT_JSON_DEPTH deep. */
int json_check(struct slice bytes, json_wide_integer wide, void *user, struct error *error);
