/*
 * The schema as a JSON Schema (draft 2020-12), so that an editor completes and checks a
 * configuration while it is written. config/slackauditd.schema.json is what it makes; a test holds
 * the two together.
 *
 * It is no stricter than the daemon: what depends on other keys or on the world outside (which key
 * belongs to which type of output, whether a file can be read) is left to `slackauditd --test`.
 */
#pragma once

#include "base/buffer.h"

/* Appends the JSON Schema, indented, with a line break at its end. 0, ERROR_MEMORY or ERROR_LIMIT.
 */
int config_json_schema(struct buffer *output);
