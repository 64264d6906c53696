/*
 * The manual's tables, made from the schema: docs/configuration.md carries them word for word, and
 * a test holds the two together.
 */
#pragma once

#include "base/buffer.h"

/* Appends a Markdown table for each group of keys, each under a heading, in the order of the
 * document. Keys that several places share (`tls`, `retry`) stand once. */
int config_manual(struct buffer *output);
