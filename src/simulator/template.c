#include "simulator/template.h"

#include <stdlib.h>

#include "base/error.h"

static size_t count_markers(const char *source)
{
    size_t count = 0;
    for (; *source != '\0'; source++)
        count += *source == '$';
    return count;
}

int template_init(struct text_template *template, const char *source)
{
    size_t most = count_markers(source) + 1;
    char *text = strdup(source);
    struct template_piece *pieces = calloc(most, sizeof(*pieces));
    if (text == NULL || pieces == NULL) {
        free(text);
        free(pieces);
        return ERROR_MEMORY;
    }
    size_t count = 0;
    char *start = text;
    for (char *at = text; count < most; at++) {
        if (*at == '\'')
            *at = '"';
        if (*at != '$' && *at != '\0')
            continue;
        pieces[count].text = (struct slice){.data = start, .size = (size_t)(at - start)};
        pieces[count].marker = *at == '$' ? at[1] : '\0';
        if (pieces[count++].marker == '\0')
            break;
        start = at + 2;
        at++;
    }
    *template = (struct text_template){.text = text, .pieces = pieces, .piece_count = count};
    return 0;
}

void template_deinit(struct text_template *template)
{
    free(template->text);
    free(template->pieces);
    *template = (struct text_template){0};
}

void template_write(const struct text_template *template, struct writer *writer,
    template_marker_function on_marker, void *user)
{
    for (size_t i = 0; i < template->piece_count; i++) {
        const struct template_piece *piece = &template->pieces[i];
        writer_slice(writer, piece->text);
        if (piece->marker != '\0')
            on_marker(user, piece->marker, writer);
    }
}
