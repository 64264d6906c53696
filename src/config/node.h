/*
 * The document as it stands in the file, before the schema judges it: a tree of scalars, lists and
 * mappings, each with its place. A node owns everything below it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum config_node_kind {
    CONFIG_NODE_SCALAR,
    CONFIG_NODE_LIST,
    CONFIG_NODE_MAPPING,
    CONFIG_NODE_REFUSED, /* its problem is reported already (an alias, say): nobody asks further */
};

struct config_node {
    enum config_node_kind kind;
    int line, column;         /* from 1 */
    bool quoted;              /* a scalar in quotes or as a block: text, whatever it looks like */
    char *text;               /* scalar: one line of printable UTF-8 */
    struct config_node *keys; /* mapping: scalars, one for each item */
    struct config_node *items;
    size_t count;
};

void config_node_deinit(struct config_node *node);

/* The value of a key, or NULL; of a key that occurs twice, the first. */
const struct config_node *config_node_get(const struct config_node *mapping, const char *key);

/* The value of a key, or the mapping itself when the key is absent: where to point at for a problem
 * with it. */
const struct config_node *config_node_near(const struct config_node *mapping, const char *key);

/* No value: nothing behind the colon, `~` or `null`. */
bool config_node_is_null(const struct config_node *node);

/* One line of UTF-8 without what would break a log line or the dump: control characters, foreign
 * line breaks, byte order marks. */
bool config_node_is_line(const char *text);

enum { CONFIG_NODE_WORDS = 96 };

/* What a person would say stands there: `"1 MB"`, `a list`, `nothing`. `words` has
 * CONFIG_NODE_WORDS bytes; a long scalar is cut. */
const char *config_node_describe(const struct config_node *node, char *words);
