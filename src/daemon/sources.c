#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "daemon/daemon_private.h"

static void stored(void *user, struct walker *walker)
{
    struct daemon_source *source = user;
    (void)walker; /* deliveries find out by themselves which source has more */
    daemon_note_activity(source->daemon);
    for (size_t i = 0; i < source->daemon->output_count; i++)
        delivery_wake(source->daemon->outputs[i]->delivery);
}

/* The line that tells a new operator that all of it works. */
static void tell_caught_up(struct daemon_source *source, const struct walker_status *status)
{
    char until[UNITS_TEXT_SIZE];
    source->told_caught_up = true;
    log_info(&(struct log_subject){.kind = "source", .name = source->config->name},
        "has caught up: %llu entries stored since the start, read up to %s",
        (unsigned long long)status->counts.stored,
        units_format_time(status->walk.checkpoint, until));
}

static bool is_well(enum walker_state state)
{
    return state == WALKER_STARTING || state == WALKER_WALKING || state == WALKER_RESTING;
}

/* Deliveries that gather its entries learn when more can come. */
static void tell_rest(const struct daemon_source *source, const struct walker *walker)
{
    int64_t until_us = walker_rests_until_us(walker);
    for (size_t i = 0; i < source->daemon->output_count; i++)
        delivery_source_rests(source->daemon->outputs[i]->delivery, source->config->name, until_us);
}

static void changed(void *user, struct walker *walker)
{
    struct daemon_source *source = user;
    struct walker_status status;
    walker_status(walker, &status);
    tell_rest(source, walker);
    if (!is_well(status.state))
        daemon_note_activity(source->daemon);
    if (!source->told_caught_up && status.caught_up)
        tell_caught_up(source, &status);
    loop_task_post(&source->daemon->look);
}

struct daemon_source *daemon_find_source(const struct daemon *daemon, const char *name)
{
    for (size_t i = 0; i < daemon->source_count; i++)
        if (strcmp(daemon->sources[i]->config->name, name) == 0)
            return daemon->sources[i];
    return NULL;
}

/* Sources that use one token share one governor: the limit is the organization's. The name is a
 * hash, so that the token does not stand in the store. */
int daemon_find_governor(struct daemon *daemon, const struct config_source *config,
    struct governor **ret_governor, struct error *error)
{
    struct secret *token = NULL;
    int r = secret_load(&config->token, &token, error);
    if (r < 0)
        return r;
    char name[32];
    (void)snprintf(name, sizeof(name), "token-%016llx",
        (unsigned long long)hash64(slice_of(secret_text(token)))); /* fits */
    secret_free(token);
    for (size_t i = 0; i < daemon->source_count; i++) {
        struct governor *governor = daemon->sources[i]->governor;
        if (governor != NULL && strcmp(governor_name(governor), name) == 0) {
            *ret_governor = governor_ref(governor);
            return 0;
        }
    }
    const struct governor_context context = {
        .clock = daemon->clock, .store_type = daemon->store_type, .store = daemon->store};
    return governor_new(ret_governor, &context, name, config->calls_per_minute, error);
}

/* Of each governor the lowest limit that any of its sources has now. */
static void set_limits(struct daemon *daemon)
{
    for (size_t i = 0; i < daemon->source_count; i++) {
        struct governor *governor = daemon->sources[i]->governor;
        int lowest = daemon->sources[i]->config->calls_per_minute;
        for (size_t j = 0; j < daemon->source_count; j++) {
            const struct daemon_source *other = daemon->sources[j];
            if (other->governor == governor && other->config->calls_per_minute < lowest)
                lowest = other->config->calls_per_minute;
        }
        if (governor != NULL)
            governor_limit(governor, lowest);
    }
}

void daemon_halt_source(struct daemon_source *source)
{
    walker_free(source->walker);
    source->walker = NULL;
    governor_unref(source->governor);
    source->governor = NULL;
}

int daemon_resume_source(struct daemon_source *source, struct error *error)
{
    struct daemon *daemon = source->daemon;
    int r = daemon_find_governor(daemon, source->config, &source->governor, error);
    if (r < 0)
        return error_prefix(error, r, "source %s", source->config->name);
    const struct walker_context context = {
        .config = source->config,
        .version = daemon->options.version,
        .loop = daemon->loop,
        .engine = daemon->engine,
        .store_type = daemon->store_type,
        .store = daemon->store,
        .governor = source->governor,
        .once = daemon->options.once,
        .stored = stored,
        .changed = changed,
        .user = source,
    };
    r = walker_new(&source->walker, &context, error);
    if (r < 0) {
        daemon_halt_source(source);
        return error_prefix(error, r, "source %s", source->config->name);
    }
    set_limits(daemon);
    return 0;
}

static void source_free(struct daemon_source *source)
{
    daemon_halt_source(source);
    generation_unref(source->generation);
    free(source);
}

static void remove_source(struct daemon *daemon, size_t place)
{
    source_free(daemon->sources[place]);
    daemon->source_count--;
    memmove(&daemon->sources[place], &daemon->sources[place + 1],
        (daemon->source_count - place) * sizeof(daemon->sources[0]));
}

void daemon_drop_source(struct daemon_source *source)
{
    struct daemon *daemon = source->daemon;
    for (size_t i = 0; i < daemon->source_count; i++)
        if (daemon->sources[i] == source) {
            remove_source(daemon, i);
            return;
        }
}

void daemon_drop_sources(struct daemon *daemon)
{
    while (daemon->source_count > 0)
        remove_source(daemon, daemon->source_count - 1);
    free(daemon->sources);
    daemon->sources = NULL;
}

static int add_source(struct daemon *daemon, struct generation *generation,
    const struct config_source *config, struct error *error)
{
    struct daemon_source **sources =
        realloc(daemon->sources, (daemon->source_count + 1) * sizeof(struct daemon_source *));
    if (sources == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for source %s", config->name);
    daemon->sources = sources;
    struct daemon_source *source = calloc(1, sizeof(*source));
    if (source == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for source %s", config->name);
    *source = (struct daemon_source){
        .daemon = daemon, .generation = generation_ref(generation), .config = config};
    int r = daemon_resume_source(source, error);
    if (r < 0) {
        source_free(source);
        return r;
    }
    daemon->sources[daemon->source_count++] = source;
    set_limits(daemon);
    return 0;
}

/* The same source as before goes on undisturbed. False: with another token it is made again, since
 * another governor may be its own then. */
static bool keep_source(struct daemon_source *source)
{
    struct error error = ERROR_INIT;
    int r = walker_reload_token(source->walker, &error);
    if (r < 0)
        log_warning(&(struct log_subject){.kind = "source", .name = source->config->name},
            "keeps its old token: %s", error.text);
    walker_retry_now(source->walker);
    return r <= 0;
}

/* What left the configuration keeps its place in the store; outputs only stop asking for it. */
static void retire_source(struct daemon *daemon, size_t place)
{
    daemon_leave_source(daemon, daemon->sources[place]->config->name);
    remove_source(daemon, place);
}

struct departed {
    struct daemon *daemon;
    const struct config *config;
};

static int abandon_departed(void *user, const char *name, const struct store_walk *walk)
{
    const struct departed *departed = user;
    struct daemon *daemon = departed->daemon;
    struct store_source *source = NULL;
    struct error error = ERROR_INIT;
    (void)walk; /* its place stays */
    if (source_is_beside(name) || config_find_source(departed->config, name) != NULL)
        return 0;
    int r = daemon->store_type->source(daemon->store, name, &source, NULL, &error);
    if (r >= 0)
        r = walker_abandon(daemon->store_type, source, &error);
    if (r < 0)
        log_warning(&(struct log_subject){.kind = "source", .name = name},
            "what it held open stays in the store: %s", error.text);
    return 0;
}

/* Half-read windows of sources that are not configured would hold up the others at the cap. */
static void abandon_all_departed(struct daemon *daemon, const struct config *config)
{
    struct departed departed = {.daemon = daemon, .config = config};
    struct error error = ERROR_INIT;
    if (daemon->store_type->sources(daemon->store, abandon_departed, &departed, &error) < 0)
        log_warning(NULL, "the store cannot tell what it keeps: %s", error.text);
}

int daemon_start_sources(
    struct daemon *daemon, struct generation *generation, struct buffer *report)
{
    int result = 0;
    for (size_t i = 0; i < generation->config->source_count; i++) {
        const struct config_source *config = &generation->config->sources[i];
        struct error error = ERROR_INIT;
        if (daemon_find_source(daemon, config->name) != NULL)
            continue;
        int r = add_source(daemon, generation, config, &error);
        if (r < 0) /* the others start all the same */
            result = daemon_note_missing(daemon, r, &error, report);
    }
    return result;
}

int daemon_apply_sources(
    struct daemon *daemon, struct generation *generation, struct buffer *report)
{
    for (size_t i = daemon->source_count; i-- > 0;) {
        struct daemon_source *source = daemon->sources[i];
        const struct config_source *config =
            config_find_source(generation->config, source->config->name);
        if (config == NULL)
            retire_source(daemon, i);
        else if (strcmp(config->canonical, source->config->canonical) != 0 || !keep_source(source))
            remove_source(daemon, i); /* made again, from where the store says it stands */
    }
    set_limits(daemon);
    abandon_all_departed(daemon, generation->config);
    return daemon_start_sources(daemon, generation, report);
}
