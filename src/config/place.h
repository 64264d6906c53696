/*
 * Where in the document something stands, as a person would write it: `outputs[1].batch.max_bytes`.
 * Places live on the stack, each pointing to the one it lies in.
 */
#pragma once

#include <stddef.h>

struct config_place {
    const struct config_place *parent; /* NULL: the document */
    const char *key;                   /* NULL: an element of a list */
    size_t index;                      /* of the element, from 0 */
};

enum { CONFIG_PLACE_TEXT = 256 };

/* Writes the place and ": " behind it to `text` (CONFIG_PLACE_TEXT bytes); "" for the document. A
 * very long one is cut. */
const char *config_place_text(const struct config_place *place, char *text);
