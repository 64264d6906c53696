/*
 * Reads YAML text into nodes, over libyaml's event parser.
 *
 * Only what a configuration needs is let in: one document of mappings, lists and scalars. Anchors,
 * aliases and tags are refused (a YAML bomb needs them), so is a tab that indents, a value of
 * several lines, and whatever passes LIMIT_CONFIG, LIMIT_CONFIG_DEPTH or LIMIT_CONFIG_NODES.
 */
#pragma once

#include "base/slice.h"
#include "config/config.h"
#include "config/node.h"

/* Returns 0 with the tree, which the caller ends with config_node_deinit(): problems that leave the
 * tree readable (an alias) may have been added. ERROR_INVALID with at least one problem when there
 * is no tree; ERROR_MEMORY. */
int config_document_read(
    struct slice text, struct config_node *ret_root, struct config_problems *problems);
