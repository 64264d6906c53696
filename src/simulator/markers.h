/*
 * Fills in the markers of templates (simulator/vocabulary.h lists them) for one entry that is being
 * written.
 */
#pragma once

#include "simulator/entry.h"

/* What the markers draw from. `dice` moves on with each marker that needs chance, so the same entry
 * begun again gives the same text. */
struct rendering {
    const struct entry *entry;
    const struct vocabulary *vocabulary;
    struct dice dice;
};

/* A template_marker_function; `user` is a struct rendering. `marker` is one of the list. */
void markers_write(void *user, char marker, struct writer *writer);
