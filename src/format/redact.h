/*
 * Redaction: the values of some fields of an entry replaced by "(redacted)", all other bytes kept
 * as they are.
 *
 * A field is named by a path such as `actor.user.email`: names of members, joined by dots (a name
 * that itself has a dot cannot be told). Arrays on the way are entered for every element, so that
 * `details.users.email` reaches each user of a list. Whatever stands at the end of the path is
 * replaced whole, an object or array too. A member counts under every spelling of its name
 * (`\u0065mail` is `email`) and each time it occurs. A string that holds JSON is a string.
 *
 * Only the way to a receiver is redacted: a dead letter keeps the entry, because it is sent through
 * the same output once more when it is retried.
 */
#pragma once

#include "base/buffer.h"
#include "base/cleanup.h"

struct redact;

/* Compiles paths (a list that ends with NULL; they are copied). An empty list gives NULL in
 * `ret_redact`: nothing to do. ERROR_INVALID for an empty name within a path or one longer than 256
 * bytes; ERROR_MEMORY. */
int redact_new(struct redact **ret_redact, char *const *paths, struct error *error);
void redact_free(struct redact *redact);
DEFINE_CLEANUP(struct redact, redact_free)

/* Appends the entry with its fields replaced. ERROR_INVALID when the entry is no JSON; then, as
 * after what the buffer refused with, `output` is as it was. */
int redact_apply(const struct redact *redact, struct slice entry, struct buffer *output);
