/*
 * Reads JSON to the letter of RFC 8259 and tells what is there. json-c's own parser, in its strict
 * mode too, takes control bytes in strings, names in single quotes, NaN and Infinity, numbers such
 * as 00, -01, 1. and -.5, overlong or surrogate UTF-8 and anything behind a NUL byte (seen with
 * 0.16); and where memory fails it loses members, elements and ends of strings without a word. So
 * json.c has json-c hold the values only.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "base/slice.h"

enum json_word { JSON_WORD_NULL, JSON_WORD_FALSE, JSON_WORD_TRUE };

/* What is told, in the order of the text. A negative return value ends the reading and is returned.
 * Slices lie in the text. */
struct json_events {
    int (*open)(void *user, bool is_object); /* an array or an object begins */
    int (*close)(void *user);                /* the innermost ends */
    /* What stands between the quotes; `escaped`: there is a backslash in it. */
    int (*name)(void *user, struct slice raw, bool escaped); /* of the member whose value is next */
    int (*string)(void *user, struct slice raw, bool escaped);
    /* `is_integer`: neither fraction nor exponent. */
    int (*number)(void *user, struct slice text, bool is_integer);
    int (*word)(void *user, enum json_word word);
};

/* Returns 0, ERROR_INVALID with what is wrong at which byte (from 0), or what an event returned.
 * Arrays and objects may stand LIMIT_JSON_DEPTH deep. */
int json_read(
    struct slice bytes, const struct json_events *events, void *user, struct error *error);
