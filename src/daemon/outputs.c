#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/units.h"
#include "daemon/daemon_private.h"
#include "daemon/names.h"

#define LEAVING_US (5 * USEC_PER_SEC) /* what is in flight at a reload may end within */

static void changed(void *user, struct delivery *delivery)
{
    struct daemon_output *output = user;
    (void)delivery;
    daemon_note_activity(output->daemon);
    loop_task_post(&output->daemon->look);
}

/* A source that does not run at the moment does it when it comes back. */
static void reread(void *user, const char *name, int64_t oldest, int64_t latest)
{
    struct daemon_output *output = user;
    struct daemon *daemon = output->daemon;
    struct daemon_source *source = daemon_find_source(daemon, name);
    if (source != NULL && source->walker != NULL) {
        walker_reread(source->walker, oldest, latest);
        return;
    }
    struct store_source *handle = NULL;
    struct error error = ERROR_INIT;
    int r = daemon->store_type->source(daemon->store, name, &handle, NULL, &error);
    if (r >= 0)
        r = walker_leave_reread(daemon->store_type, handle, oldest, latest, &error);
    if (r < 0)
        log_error(&(struct log_subject){.kind = "source", .name = name},
            "what must be read again cannot be noted: %s", error.text);
}

static bool output_wants(const struct config_output *config, const char *source)
{
    for (size_t i = 0; config->sources[i] != NULL; i++)
        if (strcmp(config->sources[i], source) == 0)
            return true;
    return config->sources[0] == NULL;
}

/* Lets the delivery take part in the sources that `config` wants and that run. Adding one twice
 * changes nothing. */
static int join_sources(
    struct daemon_output *output, const struct config_output *config, struct error *error)
{
    struct daemon *daemon = output->daemon;
    for (size_t i = 0; i < daemon->source_count; i++) {
        struct daemon_source *source = daemon->sources[i];
        if (source->walker == NULL || !output_wants(config, source->config->name))
            continue;
        int r = delivery_add_source(
            output->delivery, source->config->name, walker_source(source->walker), error);
        if (r < 0)
            return error_prefix(error, r, "output %s", config->name);
    }
    return 0;
}

struct beside_search {
    const struct daemon_output *output;
    struct names names;
};

static int note_beside(void *user, const struct store_position *position)
{
    struct beside_search *beside = user;
    const struct config *config = beside->output->generation->config;
    if (strcmp(position->output, beside->output->config->name) != 0 ||
        !source_is_beside(position->source))
        return 0;
    char configured[LIMIT_NAME + 1];
    (void)snprintf(configured, sizeof(configured), "%.*s",
        SLICE_PRINT(source_configured(position->source))); /* a name fits */
    if (config_find_source(config, configured) == NULL)
        return 0;
    return names_add(&beside->names, position->source);
}

static int join_beside(struct daemon_output *output, struct error *error)
{
    struct daemon *daemon = output->daemon;
    struct beside_search beside = {.output = output, .names = NAMES_INIT};
    int r = daemon->store_type->positions(daemon->store, note_beside, &beside, error);
    const char *name = NULL;
    while (r >= 0 && (name = names_next(&beside.names, name)) != NULL) {
        struct store_source *source = NULL;
        r = daemon->store_type->source(daemon->store, name, &source, NULL, error);
        if (r >= 0)
            r = delivery_add_source(output->delivery, name, source, error);
    }
    names_deinit(&beside.names);
    return r;
}

/* An output that does not run yet has its positions all the same, so that it gets what is stored
 * from now on. */
static int claim_positions(
    struct daemon *daemon, const struct config_output *config, struct error *error)
{
    for (size_t i = 0; i < daemon->source_count; i++) {
        struct daemon_source *source = daemon->sources[i];
        if (source->walker == NULL || !output_wants(config, source->config->name))
            continue;
        uint64_t sequence;
        struct store_source *handle = walker_source(source->walker);
        int r = daemon->store_type->attach(daemon->store, config->name, handle, &sequence, error);
        if (r < 0)
            return error_prefix(error, r, "output %s", config->name);
        daemon->store_type->detach(daemon->store, config->name, handle);
    }
    return 0;
}

static void output_free(struct daemon_output *output)
{
    delivery_free(output->delivery);
    generation_unref(output->successor);
    generation_unref(output->generation);
    free(output);
}

static void remove_output(struct daemon *daemon, size_t place)
{
    output_free(daemon->outputs[place]);
    daemon->output_count--;
    memmove(&daemon->outputs[place], &daemon->outputs[place + 1],
        (daemon->output_count - place) * sizeof(daemon->outputs[0]));
}

void daemon_drop_outputs(struct daemon *daemon)
{
    while (daemon->output_count > 0)
        remove_output(daemon, daemon->output_count - 1);
    free(daemon->outputs);
    daemon->outputs = NULL;
}

static int start_output(struct daemon_output *output, struct error *error)
{
    struct daemon *daemon = output->daemon;
    const struct delivery_context context = {
        .config = output->config,
        .loop = daemon->loop,
        .http = daemon->http,
        .store_type = daemon->store_type,
        .store = daemon->store,
        .reread = reread,
        .changed = changed,
        .user = output,
    };
    int r = delivery_new(&output->delivery, &context, error);
    if (r < 0)
        return error_prefix(error, r, "output %s", output->config->name);
    r = join_sources(output, output->config, error);
    return r < 0 ? r : join_beside(output, error);
}

static int add_output(struct daemon *daemon, struct generation *generation,
    const struct config_output *config, struct error *error)
{
    int r = claim_positions(daemon, config, error);
    if (r < 0)
        return r;
    struct daemon_output **outputs =
        realloc(daemon->outputs, (daemon->output_count + 1) * sizeof(struct daemon_output *));
    if (outputs == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for output %s", config->name);
    daemon->outputs = outputs;
    struct daemon_output *output = calloc(1, sizeof(*output));
    if (output == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for output %s", config->name);
    *output = (struct daemon_output){
        .daemon = daemon, .generation = generation_ref(generation), .config = config};
    r = start_output(output, error);
    if (r < 0) {
        output_free(output);
        return r;
    }
    daemon->outputs[daemon->output_count++] = output;
    return 0;
}

static struct daemon_output *find_output(const struct daemon *daemon, const char *name)
{
    for (size_t i = 0; i < daemon->output_count; i++)
        if (strcmp(daemon->outputs[i]->config->name, name) == 0)
            return daemon->outputs[i];
    return NULL;
}

static bool from_file(const struct secret_reference *reference)
{
    return reference->kind == SECRET_FILE;
}

int daemon_join_beside(struct daemon *daemon, const char *name, struct error *error)
{
    struct daemon_output *output = find_output(daemon, name);
    if (output == NULL)
        return error_set(error, ERROR_MISSING, "output %s does not run", name);
    int r = join_beside(output, error);
    delivery_wake(output->delivery);
    return r;
}

void daemon_leave_source(struct daemon *daemon, const char *name)
{
    for (size_t i = 0; i < daemon->output_count; i++)
        delivery_remove_source(daemon->outputs[i]->delivery, name);
}

/* A secret in a file may be another one now, though the configuration says the same: such an output
 * is made again. */
static bool has_secret_files(const struct config_output *config)
{
    for (size_t i = 0; i < config->headers.count; i++)
        if (from_file(&config->headers.items[i].value))
            return true;
    return from_file(&config->http.url) || from_file(&config->http.token) ||
           from_file(&config->proxy);
}

static void let_go(struct daemon_output *output, struct generation *successor)
{
    generation_unref(output->successor);
    output->successor = successor == NULL ? NULL : generation_ref(successor);
    if (output->leaving)
        return;
    struct daemon *daemon = output->daemon;
    output->leaving = true;
    output->leaving_since_us = clock_monotonic_us(daemon->clock);
    delivery_drain(output->delivery);
    if (!loop_timer_is_set(&daemon->settle) && loop_timer_after(&daemon->settle, LEAVING_US) < 0)
        log_error(NULL, "no memory for a timer");
}

/* The output has nothing in flight: it goes, and its successor, if it has one, takes its place. */
static void settle(struct daemon *daemon, size_t place)
{
    struct daemon_output *output = daemon->outputs[place];
    struct generation *successor =
        output->successor == NULL ? NULL : generation_ref(output->successor);
    const struct config_output *config =
        successor == NULL ? NULL : config_find_output(successor->config, output->config->name);
    for (size_t i = 0; config == NULL && i < daemon->source_count; i++)
        delivery_remove_source(output->delivery,
            daemon->sources[i]->config->name); /* keeps its positions until it is forgotten */
    remove_output(daemon, place);
    struct error error = ERROR_INIT;
    int r = config == NULL ? 0 : add_output(daemon, successor, config, &error);
    if (r < 0)
        (void)daemon_note_missing(daemon, r, &error, NULL); /* tried again at upkeep */
    generation_unref(successor);
}

void daemon_settle_outputs(struct daemon *daemon)
{
    int64_t now = clock_monotonic_us(daemon->clock);
    for (size_t i = daemon->output_count; i-- > 0;) {
        struct daemon_output *output = daemon->outputs[i];
        bool late = now - output->leaving_since_us >= LEAVING_US;
        if (!output->leaving)
            continue;
        if (late || delivery_is_quiet(output->delivery))
            settle(daemon, i);
        else if (!loop_timer_is_set(&daemon->settle) &&
                 loop_timer_at(&daemon->settle, output->leaving_since_us + LEAVING_US) < 0)
            log_error(NULL, "no memory for a timer");
    }
}

/* What the output, or its successor, wants. */
static const struct config_output *wanted_config(const struct daemon_output *output)
{
    return output->successor == NULL
               ? output->config
               : config_find_output(output->successor->config, output->config->name);
}

int daemon_start_outputs(
    struct daemon *daemon, struct generation *generation, struct buffer *report)
{
    int result = 0;
    for (size_t i = 0; i < generation->config->output_count; i++) {
        const struct config_output *config = &generation->config->outputs[i];
        struct daemon_output *output = find_output(daemon, config->name);
        struct error error = ERROR_INIT;
        int r = output == NULL ? add_output(daemon, generation, config, &error)
                               : join_sources(output, wanted_config(output), &error);
        if (r < 0) /* the others start all the same */
            result = daemon_note_missing(daemon, r, &error, report);
    }
    return result;
}

int daemon_apply_outputs(
    struct daemon *daemon, struct generation *generation, struct buffer *report)
{
    for (size_t i = 0; i < daemon->output_count; i++) {
        struct daemon_output *output = daemon->outputs[i];
        const struct config_output *config =
            config_find_output(generation->config, output->config->name);
        bool same = config != NULL && !output->leaving &&
                    strcmp(config->canonical, output->config->canonical) == 0 &&
                    !has_secret_files(config);
        if (same)
            delivery_retry_now(output->delivery);
        else
            let_go(output, config == NULL ? NULL : generation);
    }
    int result = daemon_start_outputs(daemon, generation, report);
    daemon_settle_outputs(daemon);
    return result;
}
