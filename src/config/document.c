#include "config/document.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "config/problems.h"

struct document {
    yaml_parser_t parser;
    struct slice text;
    struct config_problems *problems;
    size_t nodes;
};

static int line_of(yaml_mark_t mark)
{
    return (int)mark.line + 1;
}

static int column_of(yaml_mark_t mark)
{
    return (int)mark.column + 1;
}

/* ---- Faults of the text as a whole ---- */

/* Adds a problem and says that there is no tree. */
#define REFUSE(document, line, column, ...)                                                        \
    ({                                                                                             \
        int refused_ = config_problems_add((document)->problems, line, column, __VA_ARGS__);       \
        refused_ < 0 ? refused_ : ERROR_INVALID;                                                   \
    })

/* A byte that is not text: libyaml gives its offset only. */
static int report_byte(struct document *document)
{
    const yaml_parser_t *parser = &document->parser;
    size_t offset = parser->problem_offset;
    if (offset > document->text.size)
        offset = document->text.size;
    int line = 1, column = 1;
    for (size_t i = 0; i < offset; i++) {
        unsigned char byte = (unsigned char)document->text.data[i];
        if (byte == '\n') {
            line++;
            column = 1;
        } else if ((byte & 0xc0) != 0x80) { /* the first byte of a character */
            column++;
        }
    }
    return REFUSE(document, line, column, "the file must be UTF-8 text: %s here", parser->problem);
}

static int report_syntax(struct document *document)
{
    const yaml_parser_t *parser = &document->parser;
    if (parser->error == YAML_MEMORY_ERROR)
        return ERROR_MEMORY;
    if (parser->error == YAML_READER_ERROR)
        return report_byte(document);
    const char *problem = parser->problem != NULL ? parser->problem : "this cannot be read";
    int line = line_of(parser->problem_mark), column = column_of(parser->problem_mark);
    if (parser->context == NULL)
        return REFUSE(document, line, column, "not valid YAML: %s", problem);
    return REFUSE(document, line, column, "not valid YAML: %s (%s that begins on line %d)", problem,
        parser->context, line_of(parser->context_mark));
}

/* libyaml takes some tabs for space and stumbles over others: all that stand where indentation is
 * counted are told at once. */
static int refuse_tabs(struct document *document)
{
    struct slice text = document->text;
    bool found = false;
    int line = 1;
    for (size_t start = 0; start < text.size; line++) {
        const char *end = memchr(text.data + start, '\n', text.size - start);
        size_t stop = end != NULL ? (size_t)(end - text.data) : text.size;
        size_t at = start;
        while (at < stop && text.data[at] == ' ')
            at++;
        if (at < stop && text.data[at] == '\t') {
            int code = config_problems_add(document->problems, line, (int)(at - start) + 1,
                "a tab in the indentation; indent with spaces");
            if (code < 0)
                return code;
            found = true;
        }
        start = stop + 1;
    }
    return found ? ERROR_INVALID : 0;
}

/* ---- Nodes ---- */

/* A yaml_event_t that is all zero is no event, and deleting it does nothing. */
static void event_deinit(yaml_event_t *event)
{
    yaml_event_delete(event);
}

static int next_event(struct document *document, yaml_event_t *ret_event)
{
    if (!yaml_parser_parse(&document->parser, ret_event))
        return report_syntax(document);
    return 0;
}

/* The next free slot of a growing array. */
static struct config_node *append_node(struct config_node **nodes, size_t count)
{
    if ((count & (count - 1)) == 0) { /* 0, 1, 2, 4, ...: full */
        size_t capacity = count == 0 ? 1 : count * 2;
        struct config_node *grown = reallocarray(*nodes, capacity, sizeof(**nodes));
        if (grown == NULL)
            return NULL;
        *nodes = grown;
    }
    struct config_node *node = &(*nodes)[count];
    *node = (struct config_node){0};
    return node;
}

/* Anchors, aliases and tags. The rest of the document stays readable, so only the node is lost. */
static int refuse_feature(
    struct document *document, struct config_node *node, const char *feature, const char *remedy)
{
    node->kind = CONFIG_NODE_REFUSED;
    return config_problems_add(document->problems, node->line, node->column,
        "%s is not accepted here; %s", feature, remedy);
}

static int refuse_decoration(struct document *document, struct config_node *node,
    const yaml_char_t *anchor, const yaml_char_t *tag)
{
    int code = 0;
    if (anchor != NULL)
        code = refuse_feature(document, node, "an anchor (&)", "write the value where it is used");
    if (code == 0 && tag != NULL)
        code = refuse_feature(document, node, "a tag (!)", "write the value alone");
    return code;
}

static int read_scalar(
    struct document *document, const yaml_event_t *event, struct config_node *node)
{
    const char *value = (const char *)event->data.scalar.value;
    int code = refuse_decoration(document, node, event->data.scalar.anchor, event->data.scalar.tag);
    if (code < 0 || node->kind == CONFIG_NODE_REFUSED)
        return code;
    /* Escapes can put into a value what may not stand in the file itself. */
    if (strlen(value) != event->data.scalar.length || !config_node_is_line(value)) {
        node->kind = CONFIG_NODE_REFUSED;
        return config_problems_add(document->problems, node->line, node->column,
            "a value must be one line without control characters");
    }
    node->kind = CONFIG_NODE_SCALAR;
    node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    node->text = strdup(value);
    return node->text == NULL ? ERROR_MEMORY : 0;
}

static int read_node(
    struct document *document, const yaml_event_t *event, int depth, struct config_node *node);

static int read_list(
    struct document *document, const yaml_event_t *event, int depth, struct config_node *node)
{
    node->kind = CONFIG_NODE_LIST;
    int code = refuse_decoration(
        document, node, event->data.sequence_start.anchor, event->data.sequence_start.tag);
    while (code == 0) {
        _cleanup_(event_deinit) yaml_event_t next = {0};
        code = next_event(document, &next);
        if (code < 0 || next.type == YAML_SEQUENCE_END_EVENT)
            break;
        struct config_node *item = append_node(&node->items, node->count);
        if (item == NULL)
            return ERROR_MEMORY;
        node->count++;
        code = read_node(document, &next, depth + 1, item);
    }
    return code;
}

/* Keys and values grow together, so that a half-read mapping can be freed. */
static struct config_node *append_pair(struct config_node *mapping)
{
    struct config_node *key = append_node(&mapping->keys, mapping->count);
    if (key == NULL || append_node(&mapping->items, mapping->count) == NULL)
        return NULL;
    mapping->count++;
    return key;
}

static int read_key(
    struct document *document, const yaml_event_t *event, int depth, struct config_node *key)
{
    int code = read_node(document, event, depth + 1, key);
    if (code < 0 || key->kind == CONFIG_NODE_SCALAR)
        return code;
    if (key->kind != CONFIG_NODE_REFUSED)
        return REFUSE(document, key->line, key->column, "a key must be a plain word");
    return ERROR_INVALID; /* what follows belongs to a key that nobody can name */
}

static int read_mapping(
    struct document *document, const yaml_event_t *event, int depth, struct config_node *node)
{
    node->kind = CONFIG_NODE_MAPPING;
    int code = refuse_decoration(
        document, node, event->data.mapping_start.anchor, event->data.mapping_start.tag);
    while (code == 0) {
        _cleanup_(event_deinit) yaml_event_t next = {0}, value = {0};
        code = next_event(document, &next);
        if (code < 0 || next.type == YAML_MAPPING_END_EVENT)
            break;
        struct config_node *key = append_pair(node);
        if (key == NULL)
            return ERROR_MEMORY;
        code = read_key(document, &next, depth, key);
        if (code == 0)
            code = next_event(document, &value);
        if (code == 0)
            code = read_node(document, &value, depth + 1, &node->items[node->count - 1]);
    }
    return code;
}

/* `depth` counts the lists and mappings around the node, so the recursion is bounded. */
static int read_node(
    struct document *document, const yaml_event_t *event, int depth, struct config_node *node)
{
    node->line = line_of(event->start_mark);
    node->column = column_of(event->start_mark);
    if (++document->nodes > LIMIT_CONFIG_NODES)
        return REFUSE(document, node->line, node->column, "more than %d values in one file",
            LIMIT_CONFIG_NODES);
    if (depth > LIMIT_CONFIG_DEPTH)
        return REFUSE(document, node->line, node->column,
            "lists and mappings lie more than %d deep in each other", LIMIT_CONFIG_DEPTH);
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return read_scalar(document, event, node);
    case YAML_SEQUENCE_START_EVENT:
        return read_list(document, event, depth, node);
    case YAML_MAPPING_START_EVENT:
        return read_mapping(document, event, depth, node);
    default: /* the parser's grammar leaves only an alias */
        return refuse_feature(document, node, "an alias (*)", "write the value where it is used");
    }
}

/* ---- The document ---- */

static int read_root(struct document *document, struct config_node *root)
{
    _cleanup_(event_deinit) yaml_event_t stream = {0}, start = {0}, first = {0}, end = {0},
                                         after = {0};
    int code = next_event(document, &stream);
    if (code == 0)
        code = next_event(document, &start);
    if (code < 0)
        return code;
    if (start.type == YAML_STREAM_END_EVENT)
        return REFUSE(document, 1, 1, "the file is empty: it needs `sources` and `outputs`");
    code = next_event(document, &first);
    if (code == 0)
        code = read_node(document, &first, 0, root);
    if (code == 0)
        code = next_event(document, &end);
    if (code == 0)
        code = next_event(document, &after);
    if (code < 0)
        return code;
    if (after.type != YAML_STREAM_END_EVENT)
        return REFUSE(document, line_of(after.start_mark), column_of(after.start_mark),
            "a second document begins here; the file must hold one");
    return 0;
}

static int read_text(struct document *document, struct config_node *root)
{
    int code = refuse_tabs(document);
    if (code < 0)
        return code;
    if (!yaml_parser_initialize(&document->parser))
        return ERROR_MEMORY;
    /* Said outright: libyaml would otherwise guess UTF-16 from the first bytes. */
    yaml_parser_set_encoding(&document->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(
        &document->parser, (const unsigned char *)document->text.data, document->text.size);
    code = read_root(document, root);
    yaml_parser_delete(&document->parser);
    return code;
}

int config_document_read(
    struct slice text, struct config_node *ret_root, struct config_problems *problems)
{
    struct document document = {.text = text, .problems = problems};
    if (text.size > LIMIT_CONFIG)
        return REFUSE(&document, 0, 0, "the file is longer than %zu bytes", LIMIT_CONFIG);
    if (text.size >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0) /* a byte order mark */
        document.text = (struct slice){.data = text.data + 3, .size = text.size - 3};
    if (document.text.size == 0)
        document.text.data = ""; /* libyaml asserts that there is a pointer */
    _cleanup_(config_node_deinit) struct config_node root = {0};
    int code = read_text(&document, &root);
    if (code < 0)
        return code;
    *ret_root = root;
    root = (struct config_node){0};
    return 0;
}
