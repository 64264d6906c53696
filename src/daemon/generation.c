#include "daemon/generation.h"

#include <stdlib.h>

struct generation *generation_new(struct config *config)
{
    struct generation *generation = calloc(1, sizeof(*generation));
    if (generation == NULL) {
        config_free(config);
        return NULL;
    }
    *generation = (struct generation){.references = 1, .config = config};
    return generation;
}

struct generation *generation_ref(struct generation *generation)
{
    generation->references++;
    return generation;
}

void generation_unref(struct generation *generation)
{
    if (generation == NULL || --generation->references > 0)
        return;
    config_free(generation->config);
    free(generation);
}
