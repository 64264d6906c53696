#include "simulator/pretty.h"

enum { INDENT_MOST = 16 }; /* past this depth lines are not moved further to the right */

static int append_line_break(struct buffer *output, unsigned depth)
{
    static const char text[] = "\n                                ";
    unsigned indent = 2 * (depth < INDENT_MOST ? depth : INDENT_MOST);
    return buffer_append(output, text, 1 + indent);
}

/* The size of the string that begins at `at`, with its quotes. */
static size_t string_size(struct slice json, size_t at)
{
    size_t end = at + 1;
    while (end < json.size && json.data[end] != '"')
        end += json.data[end] == '\\' ? 2 : 1;
    return (end < json.size ? end + 1 : json.size) - at;
}

/* Appends one token that is no string, with the space around it. */
static int append_token(struct slice json, size_t at, unsigned *depth, struct buffer *output)
{
    char token = json.data[at];
    char next = at + 1 < json.size ? json.data[at + 1] : '\0';
    int r = 0;
    if ((token == '}' || token == ']') && *depth > 0)
        *depth -= 1;
    if ((token == '}' && json.data[at - 1] != '{') || (token == ']' && json.data[at - 1] != '['))
        r = append_line_break(output, *depth);
    if (r == 0)
        r = buffer_append_byte(output, token);
    if (token == '{' || token == '[')
        *depth += 1;
    if (r == 0 && token == ':')
        r = buffer_append_byte(output, ' ');
    bool breaks = token == ',' || (token == '{' && next != '}') || (token == '[' && next != ']');
    return r == 0 && breaks ? append_line_break(output, *depth) : r;
}

int pretty_append(struct slice json, struct buffer *output)
{
    unsigned depth = 0;
    for (size_t at = 0; at < json.size;) {
        size_t size = json.data[at] == '"' ? string_size(json, at) : 1;
        int r = json.data[at] == '"' ? buffer_append(output, json.data + at, size)
                                     : append_token(json, at, &depth, output);
        if (r < 0)
            return r;
        at += size;
    }
    return 0;
}

void pretty_flatten(char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\n')
            text[i] = ' ';
    }
}
