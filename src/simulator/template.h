/*
 * Templates for JSON texts: readable in the source, cut into pieces once, quick to fill in.
 *
 * In a template `'` stands for `"`, and `$` with a letter is a marker that the writer's callback
 * replaces:
 *
 *     {'id':'$i','name':'$w'}
 *
 * What the callback writes is not looked at again, so texts from the vocabulary may hold both
 * signs. A compiled template is immutable and may be used by several threads.
 */
#pragma once

#include "simulator/writer.h"

struct template_piece {
    struct slice text; /* written as it is */
    char marker;       /* and then this one; 0 for the last piece */
};

struct text_template {
    char *text; /* owned; the pieces point into it */
    struct template_piece *pieces;
    size_t piece_count;
};

/* Compiles `source`. Returns 0 or ERROR_MEMORY. */
int template_init(struct text_template *template, const char *source);
void template_deinit(struct text_template *template);

typedef void (*template_marker_function)(void *user, char marker, struct writer *writer);

void template_write(const struct text_template *template, struct writer *writer,
    template_marker_function on_marker, void *user);
