/*
 * The keys of the configuration as a part of the manual page slackauditd.yaml(5), in mdoc. The page
 * in docs/man carries it word for word, and a test holds the two together.
 */
#pragma once

#include "base/buffer.h"

/* Appends a tagged list for each group of keys, each in a subsection. 0, ERROR_MEMORY or
 * ERROR_LIMIT. */
int config_manual_page(struct buffer *output);
