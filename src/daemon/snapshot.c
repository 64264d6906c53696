#include "daemon/snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"

void snapshot_deinit(struct snapshot *snapshot)
{
    free(snapshot->sources);
    free(snapshot->outputs);
    free(snapshot->positions);
    *snapshot = (struct snapshot){0};
}

void snapshot_take_source(const struct daemon_source *source, struct snapshot_source *taken)
{
    *taken = (struct snapshot_source){.lag_seconds = -1};
    taken->name = source->config->name;
    taken->history = &source->history;
    taken->overlap_seconds = source->config->overlap_us / USEC_PER_SEC;
    if (source->walker == NULL)
        return;
    taken->runs = true;
    walker_status(source->walker, &taken->walker);
    const struct walker_status *status = &taken->walker;
    taken->lag_seconds = status->walk.checkpoint < 0 || status->slack_now < 0
                             ? -1
                             : status->slack_now - status->walk.checkpoint;
    taken->calls_left = governor_calls_left(source->governor);
    taken->paused_us = governor_paused_us(source->governor);
}

struct position_reader {
    struct snapshot *snapshot;
    const struct config *config;
    size_t size; /* of the array */
};

static int take_position(void *user, const struct store_position *position)
{
    struct position_reader *reader = user;
    struct snapshot *snapshot = reader->snapshot;
    if (source_is_beside(position->source) && position->sequence == position->next_sequence)
        return 0; /* a queue that is through */
    if (snapshot->position_count == reader->size) {
        size_t size = reader->size == 0 ? 16 : 2 * reader->size;
        void *grown = reallocarray(snapshot->positions, size, sizeof(*snapshot->positions));
        if (grown == NULL)
            return ERROR_MEMORY;
        snapshot->positions = grown;
        reader->size = size;
    }
    struct snapshot_position *taken = &snapshot->positions[snapshot->position_count++];
    *taken = (struct snapshot_position){
        .departed = config_find_output(reader->config, position->output) == NULL,
        .sequence = position->sequence,
        .backlog_entries = position->next_sequence - position->sequence,
        .backlog_bytes = position->backlog_bytes,
    };
    (void)snprintf(taken->output, sizeof(taken->output), "%s", position->output); /* it fits */
    (void)snprintf(taken->source, sizeof(taken->source), "%s", position->source); /* it fits */
    return 0;
}

static int take_parts(struct daemon *daemon, struct snapshot *snapshot)
{
    /* One more, so that none is no failure. */
    snapshot->sources = calloc(daemon->source_count + 1, sizeof(*snapshot->sources));
    snapshot->outputs = calloc(daemon->output_count + 1, sizeof(*snapshot->outputs));
    if (snapshot->sources == NULL || snapshot->outputs == NULL)
        return ERROR_MEMORY;
    for (; snapshot->source_count < daemon->source_count; snapshot->source_count++)
        snapshot_take_source(
            daemon->sources[snapshot->source_count], &snapshot->sources[snapshot->source_count]);
    for (; snapshot->output_count < daemon->output_count; snapshot->output_count++) {
        const struct daemon_output *output = daemon->outputs[snapshot->output_count];
        struct snapshot_output *taken = &snapshot->outputs[snapshot->output_count];
        taken->name = output->config->name;
        delivery_status(output->delivery, &taken->delivery);
    }
    struct position_reader reader = {.snapshot = snapshot, .config = daemon->generation->config};
    return daemon->store_type->positions(daemon->store, take_position, &reader, NULL);
}

int snapshot_take(struct daemon *daemon, struct snapshot *ret_snapshot)
{
    struct snapshot snapshot = {
        .now_us = clock_monotonic_us(daemon->clock),
        .wall_us = clock_wall_us(daemon->clock),
        .version = daemon->options.version,
    };
    snapshot.uptime_seconds = (snapshot.now_us - daemon->started_us) / USEC_PER_SEC;
    snapshot.is_ill = daemon_ill(daemon, snapshot.why, sizeof(snapshot.why)) != NULL;
    daemon->store_type->usage(daemon->store, &snapshot.usage);
    int r = take_parts(daemon, &snapshot);
    if (r < 0) {
        snapshot_deinit(&snapshot);
        return r;
    }
    *ret_snapshot = snapshot;
    return 0;
}
