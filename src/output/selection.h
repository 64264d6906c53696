/*
 * Selection: which entries an output wants, by their action. `only` and `except` are lists of shell
 * patterns (fnmatch(3), case matters); an entry is wanted when `only` is empty or has a match, and
 * `except` has none. An entry without an action counts as one with an empty action.
 */
#pragma once

#include <stdbool.h>

#include "base/slice.h"

struct selection {
    char *const *only, *const *except; /* lists that end with NULL; not owned */
};

/* False when every entry is wanted, so that nobody needs to look for its action. */
static inline bool selection_is_set(const struct selection *selection)
{
    return *selection->only != NULL || *selection->except != NULL;
}

/* `raw_action` is what stands between the quotes, escapes as sent. */
bool selection_wants(const struct selection *selection, struct slice raw_action);
