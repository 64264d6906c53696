/*
 * A configuration in use. What was made from it holds it, so that strings of the old one stay after
 * a reload as long as anything needs them; the last one that lets go frees it.
 */
#pragma once

#include "config/config.h"

struct generation {
    unsigned references;
    struct config *config;
};

/* Takes `config` over, also when it fails; NULL without memory. */
struct generation *generation_new(struct config *config);
/* One more reference; returns the generation. */
struct generation *generation_ref(struct generation *generation);
void generation_unref(struct generation *generation); /* NULL is allowed */
