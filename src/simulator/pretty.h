/*
 * JSON with line breaks between its tokens, the way a pretty-printer lays it out. Everything inside
 * strings stays as it is, and so do the spellings of numbers.
 */
#pragma once

#include "base/buffer.h"

/* Appends `json` (valid, without space between tokens) laid out on many lines. Returns 0 or what
 * the buffer refused with. */
int pretty_append(struct slice json, struct buffer *output);

/* Replaces each line break in `size` bytes of `text` by one space: what is left to do for a line of
 * a file, as valid JSON has line breaks between tokens only. */
void pretty_flatten(char *text, size_t size);
