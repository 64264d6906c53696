#include "config/manual_page.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "config/manual_cells.h"
#include "config/tables.h"
#include "config/types.h"

/* A page that is being written: mandoc(1) wants short lines, and each sentence on its own. */
struct page {
    struct buffer *output;
    size_t column;
    bool is_bold;
};

enum { LONGEST_LINE = 76 };

static int end_line(struct page *page)
{
    page->column = 0;
    return buffer_append_byte(page->output, '\n');
}

/* Turns what stands between backquotes bold, and keeps the rest from meaning anything to mdoc(7).
 */
static int put_word(struct page *page, struct slice word)
{
    int code = 0;
    size_t size = word.size;
    for (size_t i = 0; i < word.size; i++)
        size += word.data[i] == '`' ? strlen("\\fB") - 1 : 0;
    if (page->column > 0 && page->column + 1 + size > LONGEST_LINE)
        code = end_line(page);
    else if (page->column > 0)
        code = buffer_append_byte(page->output, ' ');
    if (code == 0 && page->column == 0 && (*word.data == '.' || *word.data == '\''))
        code = buffer_append_text(page->output, "\\&"); /* else it would be a macro */
    for (size_t i = 0; i < word.size && code == 0; i++) {
        char byte = word.data[i];
        if (byte == '`') {
            page->is_bold = !page->is_bold;
            code = buffer_append_text(page->output, page->is_bold ? "\\fB" : "\\fR");
        } else if (byte == '\\') {
            code = buffer_append_text(page->output, "\\e");
        } else {
            code = buffer_append_byte(page->output, byte);
        }
    }
    page->column += size + 1;
    return code;
}

/* Sentences; each begins a line. */
static int put_sentences(struct buffer *output, struct slice text)
{
    struct page page = {.output = output};
    int code = 0;
    for (size_t at = 0; at < text.size && code == 0;) {
        const char *begin = text.data + at;
        const char *space = memchr(begin, ' ', text.size - at);
        size_t size = space == NULL ? text.size - at : (size_t)(space - begin);
        if (size > 0)
            code = put_word(&page, (struct slice){begin, size});
        if (code == 0 && size > 0 && begin[size - 1] == '.' && space != NULL)
            code = end_line(&page);
        at += size + 1;
    }
    return code == 0 && page.column > 0 ? end_line(&page) : code;
}

static int put_facts(const struct schema_key *key, unsigned kinds, struct buffer *output)
{
    _cleanup_(buffer_deinit) struct buffer facts = BUFFER_INIT(LIMIT_LOG_LINE);
    char text[SCHEMA_KINDS_TEXT];
    int code = buffer_append_text(&facts, "Takes: ");
    if (code == 0)
        code = manual_type(key, &facts);
    if (code == 0)
        code = buffer_append_text(&facts, "; default: ");
    if (code == 0)
        code = manual_default(key, &facts);
    if (code == 0 && kinds != 0)
        code = buffer_printf(&facts, "; for %s", schema_kinds_text(kinds, text));
    return code < 0 ? code : put_sentences(output, buffer_slice(&facts));
}

static int put_key(
    const struct schema_key *key, const char *prefix, unsigned outer, struct buffer *output)
{
    int code = buffer_printf(output, ".It Cm %s%s\n", prefix, key->name);
    if (code == 0)
        code = put_sentences(output, slice_of(key->meaning));
    if (code == 0)
        code = buffer_append_text(output, ".Pp\n");
    return code < 0 ? code : put_facts(key, key->kinds != 0 ? key->kinds : outer, output);
}

/* `outer`: the kinds that the mapping around the group belongs to. */
static int put_keys(
    const struct schema_group *group, const char *prefix, unsigned outer, struct buffer *output)
{
    int code = 0;
    for (size_t i = 0; i < group->count && code == 0; i++) {
        const struct schema_key *key = &group->keys[i];
        char inner[MANUAL_PREFIX_SIZE];
        code = put_key(key, prefix, outer, output);
        if (code < 0 || key->type != &schema_mapping || key->group == &schema_tls)
            continue;
        (void)snprintf(inner, sizeof(inner), "%s%s.", prefix, key->name); /* names are short */
        code = put_keys(key->group, inner, key->kinds, output);
    }
    return code;
}

int config_manual_page(struct buffer *output)
{
    static const struct {
        const char *heading;
        const struct schema_group *group;
        const char *prefix;
    } parts[] = {
        {"Top level", &schema_document, ""},
        {"In each of sources", &schema_source, ""},
        {"In each of outputs", &schema_output, ""},
        {"In tls", &schema_tls, ""},
        {"In each of retry", &schema_retry_handler, ""},
    };
    int code = 0;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && code == 0; i++) {
        code = buffer_printf(output, ".Ss %s\n.Bl -tag -width Ds\n", parts[i].heading);
        if (code == 0)
            code = put_keys(parts[i].group, parts[i].prefix, 0, output);
        if (code == 0)
            code = buffer_append_text(output, ".El\n");
    }
    return code;
}
