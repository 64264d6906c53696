#include "format/redact.h"

#include <stdlib.h>

#include "base/json_text.h"
#include "base/limits.h"

#define REPLACEMENT "\"(redacted)\""

/* The paths as a tree of names: `a.b` and `a.c` share the node `a`. */
struct node {
    struct slice name; /* owned */
    bool replaced;     /* a path ends here */
    struct node *child, *sibling;
};

struct redact {
    struct node root;
};

static void free_nodes(struct node *node)
{
    while (node != NULL) {
        struct node *next = node->sibling;
        free_nodes(node->child); /* as deep as a path has names */
        free((char *)node->name.data);
        free(node);
        node = next;
    }
}

void redact_free(struct redact *redact)
{
    if (redact == NULL)
        return;
    free_nodes(redact->root.child);
    free(redact);
}

static struct node *child_named(const struct node *parent, struct slice name)
{
    for (struct node *child = parent->child; child != NULL; child = child->sibling)
        if (slice_equal(child->name, name))
            return child;
    return NULL;
}

static struct node *add_child(struct node *parent, struct slice name)
{
    struct node *child = calloc(1, sizeof(*child));
    char *copy = strndup(name.data, name.size);
    if (child == NULL || copy == NULL) {
        free(child);
        free(copy);
        return NULL;
    }
    child->name = (struct slice){.data = copy, .size = name.size};
    child->sibling = parent->child;
    parent->child = child;
    return child;
}

static int add_path(struct redact *redact, const char *path, struct error *error)
{
    struct node *node = &redact->root;
    for (const char *at = path;; at++) {
        struct slice name = {.data = at, .size = strcspn(at, ".")};
        if (name.size == 0)
            return error_set(error, ERROR_INVALID,
                "redact: the path \"%s\" has an empty name; write it as actor.user.email", path);
        if (name.size > LIMIT_ENTRY_ID)
            return error_set(error, ERROR_INVALID,
                "redact: a name of the path \"%.40s...\" is longer than %d bytes", path,
                LIMIT_ENTRY_ID);
        struct node *child = child_named(node, name);
        if (child == NULL)
            child = add_child(node, name);
        if (child == NULL)
            return error_set(error, ERROR_MEMORY, "no memory for the paths of redact");
        node = child;
        at += name.size;
        if (*at == '\0')
            break;
    }
    node->replaced = true;
    return 0;
}

int redact_new(struct redact **ret_redact, char *const *paths, struct error *error)
{
    if (*paths == NULL) {
        *ret_redact = NULL;
        return 0;
    }
    _cleanup_(redact_freep) struct redact *redact = calloc(1, sizeof(*redact));
    if (redact == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the paths of redact");
    for (; *paths != NULL; paths++) {
        int result = add_path(redact, *paths, error);
        if (result < 0)
            return result;
    }
    *ret_redact = TAKE(redact);
    return 0;
}

/* ---- The scan ---- */

/* One pass over an entry that the splitter has found to be JSON. It does not check that again, but
 * never leaves the slice whatever stands there. */
struct scan {
    const char *at, *end;
    const char *kept; /* not yet copied from here on */
    unsigned depth;
    struct buffer *output;
};

static void skip_space(struct scan *scan)
{
    while (scan->at < scan->end &&
           (*scan->at == ' ' || *scan->at == '\t' || *scan->at == '\n' || *scan->at == '\r'))
        scan->at++;
}

static bool take(struct scan *scan, char byte)
{
    skip_space(scan);
    if (scan->at == scan->end || *scan->at != byte)
        return false;
    scan->at++;
    return true;
}

/* From behind the opening quote to behind the closing one; `ret_raw` is what stands between. */
static int skip_string(struct scan *scan, struct slice *ret_raw)
{
    const char *start = scan->at;
    while (scan->at < scan->end && *scan->at != '"')
        scan->at += *scan->at == '\\' && scan->end - scan->at > 1 ? 2 : 1;
    if (scan->at == scan->end)
        return ERROR_INVALID;
    *ret_raw = (struct slice){.data = start, .size = (size_t)(scan->at - start)};
    scan->at++;
    return 0;
}

static bool is_delimiter(char byte)
{
    return byte == ',' || byte == ']' || byte == '}' || byte == ' ' || byte == '\t' ||
           byte == '\n' || byte == '\r';
}

/* Numbers, true, false, null. */
static int skip_word(struct scan *scan)
{
    const char *start = scan->at;
    while (scan->at < scan->end && !is_delimiter(*scan->at))
        scan->at++;
    return scan->at > start ? 0 : ERROR_INVALID;
}

/* A whole value, which nothing inside of is looked for: only strings and brackets matter. */
static int skip_value(struct scan *scan)
{
    skip_space(scan);
    if (scan->at == scan->end)
        return ERROR_INVALID;
    if (*scan->at != '"' && *scan->at != '{' && *scan->at != '[')
        return skip_word(scan);
    size_t open = 0;
    do {
        if (scan->at == scan->end)
            return ERROR_INVALID;
        char byte = *scan->at++;
        struct slice raw;
        if (byte == '"' && skip_string(scan, &raw) < 0)
            return ERROR_INVALID;
        if (byte == '{' || byte == '[')
            open++;
        if (byte == '}' || byte == ']')
            open--;
    } while (open > 0);
    return 0;
}

/* The node below `node` for a member whose name is spelled `raw`, or NULL. */
static const struct node *child_spelled(const struct node *node, struct slice raw)
{
    if (memchr(raw.data, '\\', raw.size) == NULL)
        return child_named(node, raw);
    char text[6 * LIMIT_ENTRY_ID]; /* each byte of a name is at most spelled \u0061 */
    if (raw.size > sizeof(text))
        return NULL;
    size_t size = json_text_decode(raw.data, raw.size, text);
    return child_named(node, (struct slice){.data = text, .size = size});
}

static int replace_value(struct scan *scan)
{
    skip_space(scan);
    struct slice before = {.data = scan->kept, .size = (size_t)(scan->at - scan->kept)};
    int result = skip_value(scan);
    if (result == 0)
        result = buffer_append_slice(scan->output, before);
    if (result == 0)
        result = buffer_append_slice(scan->output, SLICE_LITERAL(REPLACEMENT));
    scan->kept = scan->at;
    return result;
}

static int walk_value(struct scan *scan, const struct node *node);

static int walk_member(struct scan *scan, const struct node *node)
{
    struct slice raw;
    if (!take(scan, '"') || skip_string(scan, &raw) < 0 || !take(scan, ':'))
        return ERROR_INVALID;
    const struct node *child = child_spelled(node, raw);
    if (child == NULL)
        return skip_value(scan);
    return child->replaced ? replace_value(scan) : walk_value(scan, child);
}

static int walk_inside(struct scan *scan, const struct node *node, char close)
{
    if (take(scan, close))
        return 0;
    do {
        int result = close == '}' ? walk_member(scan, node) : walk_value(scan, node);
        if (result < 0)
            return result;
    } while (take(scan, ','));
    return take(scan, close) ? 0 : ERROR_INVALID;
}

/* Below a node that some path goes through. It nests no deeper than the entry. */
static int walk_value(struct scan *scan, const struct node *node)
{
    bool object = take(scan, '{');
    if (!object && !take(scan, '['))
        return skip_value(scan);
    if (++scan->depth > LIMIT_JSON_DEPTH)
        return ERROR_INVALID;
    int result = walk_inside(scan, node, object ? '}' : ']');
    scan->depth--;
    return result;
}

int redact_apply(const struct redact *redact, struct slice entry, struct buffer *output)
{
    size_t start = output->size;
    struct scan scan = {
        .at = entry.data, .end = entry.data + entry.size, .kept = entry.data, .output = output};
    int result = walk_value(&scan, &redact->root);
    skip_space(&scan);
    if (result == 0 && scan.at != scan.end)
        result = ERROR_INVALID;
    if (result == 0)
        result = buffer_append(output, scan.kept, (size_t)(scan.end - scan.kept));
    if (result < 0)
        output->size = start;
    return result;
}
