/*
 * Lists of request headers that a caller gave. Private to slackaudit/. A value may be a secret: it
 * is wiped when the list goes, and no text shows it.
 */
#pragma once

#include "sys/http.h"

/* Embedded object; all zero is an empty list. */
struct headers {
    struct http_header *items; /* names and values are owned */
    size_t count;
};

void headers_deinit(struct headers *headers);

/* Copies pairs of name and value that end with NULL (NULL: none). ERROR_INVALID for a name that is
 * no token (RFC 9110, 5.6.2), a value with a control character, a name without a value, or
 * Authorization, which is made of the token; ERROR_LIMIT past LIMIT_HEADERS. The text begins with
 * "headers". */
int headers_copy(const char *const *pairs, struct headers *ret_headers, struct error *error);

/* Whether there is one of that name; case does not matter. */
bool headers_have(const struct headers *headers, const char *name);

/* What may stand in the value of a header: no control character but the tab. */
bool headers_value_is_valid(const char *value);
/* A token of RFC 9110, 5.6.2: a header's name, a method. */
bool headers_name_is_valid(const char *name);
