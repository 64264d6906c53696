/*
 * Everything that a status, a scraper or a page shows, read at one moment from the running parts:
 * so that all of them say the same.
 *
 * Embedded object: all zero is empty, snapshot_deinit(). Names are borrowed from the configuration
 * in use: a snapshot does not outlive the turn of the loop it was taken in.
 */
#pragma once

#include "base/limits.h"
#include "daemon/daemon_private.h"

struct snapshot_source {
    const char *name;
    bool runs; /* without it the rest is zero */
    struct walker_status walker;
    int64_t lag_seconds;     /* Slack's clock less the checkpoint; -1: not known */
    int64_t overlap_seconds; /* configured */
    int64_t calls_left, paused_us;
    const struct history *history;
};

/* What of a source an output has not acknowledged. */
struct snapshot_position {
    char output[LIMIT_NAME + 1], source[BESIDE_NAME_SIZE];
    bool departed; /* its output is not configured any more */
    uint64_t sequence, backlog_entries, backlog_bytes;
};

struct snapshot_output {
    const char *name;
    struct delivery_status delivery;
};

struct snapshot {
    int64_t now_us, wall_us, uptime_seconds;
    const char *version;
    bool is_ill;
    char why[ERROR_TEXT_SIZE]; /* in words, when it is ill */
    struct store_usage usage;
    struct snapshot_source *sources;
    size_t source_count;
    struct snapshot_output *outputs;
    size_t output_count;
    struct snapshot_position *positions;
    size_t position_count;
};

/* ERROR_MEMORY, or what the store failed with. */
int snapshot_take(struct daemon *daemon, struct snapshot *ret_snapshot);
void snapshot_deinit(struct snapshot *snapshot);

/* Of one source. */
void snapshot_take_source(const struct daemon_source *source, struct snapshot_source *taken);
