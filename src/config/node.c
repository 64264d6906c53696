#include "config/node.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/slice.h"
#include "base/utf8.h"

void config_node_deinit(struct config_node *node)
{
    for (size_t i = 0; i < node->count; i++) {
        if (node->keys != NULL)
            config_node_deinit(&node->keys[i]);
        config_node_deinit(&node->items[i]);
    }
    free(node->keys);
    free(node->items);
    if (node->text != NULL)
        explicit_bzero(node->text, strlen(node->text)); /* it may be a header's secret value */
    free(node->text);
    *node = (struct config_node){0};
}

const struct config_node *config_node_get(const struct config_node *mapping, const char *key)
{
    if (mapping->kind != CONFIG_NODE_MAPPING)
        return NULL;
    for (size_t i = 0; i < mapping->count; i++)
        if (strcmp(mapping->keys[i].text, key) == 0)
            return &mapping->items[i];
    return NULL;
}

const struct config_node *config_node_near(const struct config_node *mapping, const char *key)
{
    const struct config_node *value = config_node_get(mapping, key);
    return value != NULL ? value : mapping;
}

bool config_node_is_line(const char *text)
{
    struct slice whole = slice_of(text);
    if (utf8_valid_prefix(whole) != whole.size)
        return false;
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
        bool control = *at < 0x20 || *at == 0x7f || (*at == 0xc2 && at[1] < 0xa0);
        bool separator = at[0] == 0xe2 && at[1] == 0x80 && (at[2] == 0xa8 || at[2] == 0xa9);
        bool mark = at[0] == 0xef && at[1] == 0xbb && at[2] == 0xbf;
        bool no_character = at[0] == 0xef && at[1] == 0xbf && at[2] >= 0xbe;
        if (control || separator || mark || no_character)
            return false;
    }
    return true;
}

bool config_node_is_null(const struct config_node *node)
{
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL"};
    if (node->kind != CONFIG_NODE_SCALAR || node->quoted)
        return false;
    for (size_t i = 0; i < sizeof(nulls) / sizeof(nulls[0]); i++)
        if (strcmp(node->text, nulls[i]) == 0)
            return true;
    return false;
}

const char *config_node_describe(const struct config_node *node, char *words)
{
    enum { SHOWN = 64 };
    if (node->kind == CONFIG_NODE_MAPPING)
        return "a mapping";
    if (node->kind == CONFIG_NODE_LIST)
        return "a list";
    if (node->kind == CONFIG_NODE_REFUSED || config_node_is_null(node))
        return "nothing";
    size_t size = strlen(node->text);
    size_t shown = utf8_cut((struct slice){.data = node->text, .size = size}, SHOWN);
    /* It fits. */
    (void)snprintf(
        words, CONFIG_NODE_WORDS, "\"%.*s%s\"", (int)shown, node->text, shown < size ? "..." : "");
    return words;
}
