/*
 * What the tables and the manual page say of one key. Private to manual.c and manual_page.c. Words
 * of the file stand between backquotes.
 */
#pragma once

#include "config/schema.h"

enum { MANUAL_PREFIX_SIZE = 128 };

/* "duration, 1h to 3650d". */
int manual_type(const struct schema_key *key, struct buffer *output);

/* "`30d`", "required", "unset". */
int manual_default(const struct schema_key *key, struct buffer *output);
