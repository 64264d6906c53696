/*
 * The text of a JSON string that was found valid before (the page splitter does): decoding and
 * comparing it. `raw` is what stands between the quotes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* A key that is looked for has at most this many bytes, each as long as the escape \u0061. */
enum { JSON_KEY_SIZE = 24, JSON_KEY_RAW_SIZE = 6 * JSON_KEY_SIZE };

/* Writes the text, in UTF-8, to `text`, which has room for `size` bytes (it is never longer than
 * `raw`), and returns its size. An escaped surrogate without its other half, which the grammar
 * allows, becomes U+FFFD. */
size_t json_text_decode(const char *raw, size_t size, char *text);

/* The text equals `word`, of at most JSON_KEY_SIZE bytes. `escaped`: `raw` has a backslash. */
bool json_text_is(const char *raw, size_t size, bool escaped, const char *word);
