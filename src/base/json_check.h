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

/* What is valid JSON but json-c reads as something else. */
enum json_oddity {
    JSON_WIDE_INTEGER, /* an integer that fits neither int64_t nor uint64_t */
    JSON_NUL_IN_NAME,  /* an escape \u0000 in a member's name */
};

/* Told of each, and the offset behind its last digit. A negative return value ends the check and is
 * returned. */
typedef int (*json_oddity_found)(void *user, enum json_oddity oddity, size_t end);

/* Returns 0, ERROR_INVALID with what is wrong at which byte (from 0), or what `found` (may be NULL)
 * returned. Arrays and objects may stand LIMIT_JSON_DEPTH deep. */
int json_check(struct slice bytes, json_oddity_found found, void *user, struct error *error);
