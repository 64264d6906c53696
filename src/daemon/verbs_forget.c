/* `forget`: what the store keeps of a source or an output that is not configured any more. */
#include <stdio.h>
#include <string.h>

#include "daemon/daemon_private.h"
#include "daemon/verbs_private.h"

struct beside_search {
    const char *source;
    char name[BESIDE_NAME_SIZE]; /* "": none is left */
};

static int match_beside(void *user, const char *name, const struct store_walk *walk)
{
    struct beside_search *search = user;
    (void)walk; /* its name is all that matters here */
    if (source_is_beside(name) && source_belongs_to(name, search->source))
        (void)snprintf(search->name, sizeof(search->name), "%s", name); /* it fits */
    return 0;
}

/* The queues beside a source that is gone. */
static int forget_beside(
    const struct verb_context *context, const char *source, struct error *error)
{
    struct beside_search search = {.source = source};
    for (;;) {
        search.name[0] = '\0';
        int r = context->store_type->sources(context->store, match_beside, &search, error);
        if (r < 0 || search.name[0] == '\0')
            return r;
        if (context->daemon != NULL)
            daemon_leave_source(context->daemon, search.name);
        r = context->store_type->forget_source(context->store, search.name, error);
        if (r < 0)
            return r;
    }
}

int verb_forget_name(const struct verb_context *context, const char *const *words, size_t count,
    struct json_writer *result, struct error *error)
{
    bool is_source = strcmp(words[1], "--source") == 0;
    (void)count; /* exactly three, the table says so */
    if (!is_source && strcmp(words[1], "--output") != 0)
        return error_set(error, ERROR_INVALID, "forget what? --source NAME or --output NAME");
    if (is_source ? config_find_source(context->config, words[2]) != NULL
                  : config_find_output(context->config, words[2]) != NULL)
        return error_set(error, ERROR_DENIED,
            "\"%s\" is configured: take it out of the configuration and reload first", words[2]);
    json_writer_string(result, "result", "forgotten");
    if (!is_source)
        return context->store_type->forget_output(context->store, words[2], error);
    int r = context->store_type->forget_source(context->store, words[2], error);
    return r < 0 ? r : forget_beside(context, words[2], error);
}
