/*
 * JSON off the hot path, over json-c: error bodies, /schemas and /actions, receivers' replies, the
 * control socket. Pages go through slackaudit/page.h instead.
 *
 * A document owns all its values; a `struct json_value *` is borrowed from it and never freed
 * alone. Parsing is strict (RFC 8259, UTF-8 checked, no trailing bytes) and no deeper than
 * LIMIT_JSON_DEPTH. Every accessor takes NULL and then answers as if the value were absent, so that
 * a path can be followed in one expression.
 *
 * A null is NULL too: json_find() and json_next() tell it from what is absent. A member sent twice
 * counts as it was last. A NUL byte in a member's name is read as U+FFFD.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"

struct json_document;
struct json_value;

/* Returns 0, ERROR_INVALID (with the byte offset in the text) or ERROR_MEMORY. `bytes` is not kept.
 */
int json_parse(struct slice bytes, struct json_document **ret_document, struct error *error);
void json_free(struct json_document *document);
const struct json_value *json_root(const struct json_document *document);

enum json_kind {
    JSON_NULL, /* or absent */
    JSON_BOOLEAN,
    JSON_INTEGER, /* in the range of int64_t, with neither fraction nor exponent */
    JSON_NUMBER,  /* any other number */
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT,
};
enum json_kind json_kind(const struct json_value *value);

/* A member of an object, an element of an array; NULL when absent or when the value is of another
 * type. */
const struct json_value *json_get(const struct json_value *object, const char *name);
const struct json_value *json_at(const struct json_value *array, size_t index);
size_t json_length(
    const struct json_value *array); /* elements of an array, members of an object, else 0 */

/* Whether `object` is one and has the member; its value is NULL when that is null. */
bool json_find(
    const struct json_value *object, const char *name, const struct json_value **ret_value);

/* A walk over the members of an object in the order sent. */
struct json_member {
    const char *name; /* owned by the document */
    const struct json_value *value;
    const void *place; /* of the walk */
};
/* Moves to the next member, to the first from a `member` that is all zero; false behind the last,
 * with `member` all zero again, and for what is no object. */
bool json_next(const struct json_value *object, struct json_member *member);

bool json_is_object(const struct json_value *value);
bool json_is_array(const struct json_value *value);

/* The string, or NULL when the value is none (or holds a NUL byte). Owned by the document. */
const char *json_string(const struct json_value *value);
/* The same with its size, whatever it holds, with a NUL byte behind it; {NULL, 0} when the value is
 * none. */
struct slice json_text(const struct json_value *value);
/* The integer, or `fallback` when the value is none or does not fit. */
int64_t json_integer(const struct json_value *value, int64_t fallback);
/* Any number, rounded; past the range of a double it is infinite. */
double json_number(const struct json_value *value, double fallback);
/* A JSON_NUMBER as it was written; {NULL, 0} when the value is none. */
struct slice json_spelling(const struct json_value *value);
bool json_boolean(const struct json_value *value, bool fallback);

/* Appends the value as JSON (NULL: null); `indent` is for people. Numbers come back as they were
 * read, but -0 without its sign. Returns 0, or what the buffer refused with: its content is as it
 * was then. (json-c's own writer says nothing when memory fails, and leaves out what follows.) */
int json_write(const struct json_value *value, bool indent, struct buffer *output);
