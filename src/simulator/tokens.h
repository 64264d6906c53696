/*
 * The bearer tokens that the simulator accepts. They guard nothing, so they are no secrets here.
 * Changed by one thread at a time; its owner locks.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum { TOKENS_MOST = 32, TOKEN_SIZE_MOST = 512 };

struct tokens {
    char *values[TOKENS_MOST]; /* owned */
    size_t count;
};

void tokens_deinit(struct tokens *tokens);

/* Adds one. ERROR_INVALID when it is empty, too long or has a space or control byte; ERROR_LIMIT.
 */
int tokens_add(struct tokens *tokens, const char *value, struct error *error);

/* Adds those of `text`, one a line; empty lines do not count. At an error those before it are
 * added. */
int tokens_add_lines(struct tokens *tokens, const char *text, struct error *error);

/* Puts the tokens of `text`, one a line, in the place of all others; at an error nothing changes.
 */
int tokens_replace(struct tokens *tokens, const char *text, struct error *error);

/* Whether an Authorization header (NULL: none) is let in: `Bearer` and one of the tokens. With no
 * tokens at all any bearer token will do, but one must be there. */
bool tokens_accept(const struct tokens *tokens, const char *authorization);
