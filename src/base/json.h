/*
 * JSON off the hot path, over json-c: error bodies, /schemas and /actions, receivers' replies, the
 * control socket. Pages go through slackaudit/page.h instead.
 *
 * A document owns all its values; a `struct json_value *` is borrowed from it and never freed
 * alone. Parsing is strict (RFC 8259, UTF-8 checked, no trailing bytes) and no deeper than
 * LIMIT_JSON_DEPTH. Every accessor takes NULL and then answers as if the value were absent, so that
 * a path can be followed in one expression.
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

/* A member of an object, an element of an array; NULL when absent or when the value is of another
 * type. */
const struct json_value *json_get(const struct json_value *object, const char *name);
const struct json_value *json_at(const struct json_value *array, size_t index);
size_t json_length(
    const struct json_value *array); /* elements of an array, members of an object, else 0 */

bool json_is_object(const struct json_value *value);
bool json_is_array(const struct json_value *value);

/* The string, or NULL when the value is none (or holds a NUL byte). Owned by the document. */
const char *json_string(const struct json_value *value);
/* The integer, or `fallback` when the value is none or does not fit. */
int64_t json_integer(const struct json_value *value, int64_t fallback);
bool json_boolean(const struct json_value *value, bool fallback);

/* Appends the value as JSON (NULL: null); `indent` is for people. Fractions, exponents and the
 * digits of large integers come back as they were read; an integer beyond 64 bits gets an exponent
 * of 0. Returns 0, ERROR_MEMORY, or what the buffer refused with. */
int json_write(const struct json_value *value, bool indent, struct buffer *output);
