#include "daemon/metrics.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"

enum kind { GAUGE, COUNTER };

/* One family of metrics, and how its value is found. A negative value is not known, and left out.
 */
struct source_metric {
    const char *name, *help;
    enum kind kind;
    int64_t (*value)(const struct snapshot_source *source);
};

struct output_metric {
    const char *name, *help;
    enum kind kind;
    int64_t (*value)(const struct snapshot *snapshot, const struct snapshot_output *output);
};

struct position_metric {
    const char *name, *help;
    int64_t (*value)(const struct snapshot_position *position);
};

struct global_metric {
    const char *name, *help;
    enum kind kind;
    int64_t (*value)(const struct snapshot *snapshot);
};

/* ---- What is measured ---- */

#define SOURCE_VALUE(function, expression)                                                         \
    static int64_t function(const struct snapshot_source *source)                                  \
    {                                                                                              \
        return (int64_t)(expression);                                                              \
    }

SOURCE_VALUE(entries_stored, source->walker.counts.stored)
SOURCE_VALUE(entries_duplicate, source->walker.counts.duplicates)
SOURCE_VALUE(entries_outside, source->walker.counts.outside)
SOURCE_VALUE(entries_filtered, source->walker.counts.filtered)
SOURCE_VALUE(entries_damaged, source->walker.counts.damaged)
SOURCE_VALUE(entries_late, source->walker.counts.late)
SOURCE_VALUE(worst_lateness, source->walker.counts.worst_lateness)
SOURCE_VALUE(overlap, source->overlap_seconds)
SOURCE_VALUE(calls, source->walker.calls)
SOURCE_VALUE(calls_left, source->calls_left)
SOURCE_VALUE(paused, source->paused_us / USEC_PER_SEC)
SOURCE_VALUE(pages, source->walker.pages)
SOURCE_VALUE(windows, source->walker.windows)
SOURCE_VALUE(windows_given_up, source->walker.windows_given_up)
SOURCE_VALUE(checkpoint, source->walker.walk.checkpoint)
SOURCE_VALUE(lag, source->lag_seconds)
SOURCE_VALUE(caught_up, source->walker.caught_up)
SOURCE_VALUE(source_failures, source->walker.failures)
SOURCE_VALUE(seen_ids, source->walker.seen_ids)
SOURCE_VALUE(seen_bytes, source->walker.seen_bytes)
SOURCE_VALUE(
    last_success, source->walker.last_success_wall > 0 ? source->walker.last_success_wall : -1)
SOURCE_VALUE(source_well, source->runs && source->walker.state != WALKER_FAILING &&
                              source->walker.state != WALKER_REFUSED &&
                              source->walker.state != WALKER_PAUSED)

static const struct source_metric source_metrics[] = {
    {"source_entries_stored", "Entries that were new and are in the store.", COUNTER,
        entries_stored},
    {"source_entries_duplicate", "Entries that were read again and known.", COUNTER,
        entries_duplicate},
    {"source_entries_outside", "Entries outside the range that was asked for, left out.", COUNTER,
        entries_outside},
    {"source_entries_filtered", "Entries that the source's filter left out.", COUNTER,
        entries_filtered},
    {"source_entries_damaged", "Entries that were not whole JSON.", COUNTER, entries_damaged},
    {"source_entries_late", "Entries that showed after their time had been read.", COUNTER,
        entries_late},
    {"source_worst_lateness_seconds", "The longest that an entry was late.", GAUGE, worst_lateness},
    {"source_overlap_seconds", "The configured overlap: what shows later than this is lost.", GAUGE,
        overlap},
    {"source_calls", "Calls of the API.", COUNTER, calls},
    {"source_calls_left", "Calls that the budget lets go now.", GAUGE, calls_left},
    {"source_paused_seconds", "How long Slack asked to wait still.", GAUGE, paused},
    {"source_pages", "Pages of entries that came whole.", COUNTER, pages},
    {"source_windows", "Windows of time that were read to their end.", COUNTER, windows},
    {"source_windows_given_up", "Windows that were begun again.", COUNTER, windows_given_up},
    {"source_checkpoint_timestamp_seconds", "Up to when everything was read.", GAUGE, checkpoint},
    {"source_lag_seconds", "Slack's time less the checkpoint.", GAUGE, lag},
    {"source_caught_up", "1 when the last window reached the present.", GAUGE, caught_up},
    {"source_failures", "Failed tries in a row.", GAUGE, source_failures},
    {"source_last_success_timestamp_seconds", "When a page came last.", GAUGE, last_success},
    {"source_seen_ids", "Ids kept to know entries again.", GAUGE, seen_ids},
    {"source_seen_bytes", "Memory of these ids.", GAUGE, seen_bytes},
    {"source_well", "0 when the source fails, is refused or pauses.", GAUGE, source_well},
};

#define OUTPUT_VALUE(function, expression)                                                         \
    static int64_t function(const struct snapshot *snapshot, const struct snapshot_output *output) \
    {                                                                                              \
        (void)snapshot; /* few look at it */                                                       \
        return (int64_t)(expression);                                                              \
    }

/* Since the start of the system as the loop counts it; the wall clock only names the moment. */
static int64_t wall_seconds(const struct snapshot *snapshot, int64_t monotonic_us)
{
    return (snapshot->wall_us - (snapshot->now_us - monotonic_us)) / USEC_PER_SEC;
}

OUTPUT_VALUE(delivered, output->delivery.delivered)
OUTPUT_VALUE(batches, output->delivery.batches)
OUTPUT_VALUE(retries, output->delivery.retries)
OUTPUT_VALUE(dead_letters, output->delivery.dead)
OUTPUT_VALUE(output_failures, output->delivery.failures)
OUTPUT_VALUE(last_delivery, output->delivery.last_success_us == 0
                                ? -1
                                : wall_seconds(snapshot, output->delivery.last_success_us))
OUTPUT_VALUE(output_well,
    output->delivery.state != DELIVERY_WAITING && output->delivery.state != DELIVERY_HELD)
OUTPUT_VALUE(output_held, output->delivery.state == DELIVERY_HELD)

static const struct output_metric output_metrics[] = {
    {"output_entries_delivered", "Entries that the receiver acknowledged.", COUNTER, delivered},
    {"output_batches", "Batches that were sent.", COUNTER, batches},
    {"output_batches_retried", "Batches that were sent again.", COUNTER, retries},
    {"output_dead_letters", "Entries that the receiver refused for good.", COUNTER, dead_letters},
    {"output_failures", "Failed tries in a row.", GAUGE, output_failures},
    {"output_last_success_timestamp_seconds", "When a batch was acknowledged last.", GAUGE,
        last_delivery},
    {"output_well", "0 when the output waits to try again, or is held.", GAUGE, output_well},
    {"output_held", "1 when the receiver refuses the sender: a person must act.", GAUGE,
        output_held},
};

static int64_t backlog_entries(const struct snapshot_position *position)
{
    return (int64_t)position->backlog_entries;
}

static int64_t backlog_bytes(const struct snapshot_position *position)
{
    return (int64_t)position->backlog_bytes;
}

static const struct position_metric position_metrics[] = {
    {"output_backlog_entries", "Entries of the source that the output has not acknowledged.",
        backlog_entries},
    {"output_backlog_bytes", "The same in bytes, about.", backlog_bytes},
};

#define GLOBAL_VALUE(function, expression)                                                         \
    static int64_t function(const struct snapshot *snapshot)                                       \
    {                                                                                              \
        return (int64_t)(expression);                                                              \
    }

GLOBAL_VALUE(ready, !snapshot->is_ill)
GLOBAL_VALUE(started, snapshot->wall_us / USEC_PER_SEC - snapshot->uptime_seconds)
GLOBAL_VALUE(store_live, snapshot->usage.live_bytes)
GLOBAL_VALUE(store_open, snapshot->usage.open_bytes)
GLOBAL_VALUE(store_max, snapshot->usage.max_bytes)
GLOBAL_VALUE(disk_full, snapshot->usage.reserve_released)

static const struct global_metric global_metrics[] = {
    {"ready", "1 when every source and output is well.", GAUGE, ready},
    {"start_timestamp_seconds", "When the daemon began.", GAUGE, started},
    {"store_live_bytes", "Bytes that some output has not acknowledged.", GAUGE, store_live},
    {"store_open_bytes", "Of these, in windows that are still being read.", GAUGE, store_open},
    {"store_max_bytes", "The store's cap.", GAUGE, store_max},
    {"store_disk_full", "1 while the disk is full.", GAUGE, disk_full},
};

/* ---- Writing ---- */

struct writer {
    struct buffer *output;
    enum metrics_format format;
    int code; /* the first failure */
};

static void _printf_(2, 3) write_text(struct writer *writer, const char *format, ...)
{
    if (writer->code < 0)
        return;
    va_list arguments;
    va_start(arguments, format);
    writer->code = buffer_vprintf(writer->output, format, arguments);
    va_end(arguments);
}

/* OpenMetrics names a counter's family without its suffix. */
static void write_head(struct writer *writer, const char *name, enum kind kind, const char *help)
{
    const char *suffix = kind == COUNTER && writer->format == METRICS_PROMETHEUS ? "_total" : "";
    write_text(writer, "# HELP slackauditd_%s%s %s\n", name, suffix, help);
    write_text(writer, "# TYPE slackauditd_%s%s %s\n", name, suffix,
        kind == COUNTER ? "counter" : "gauge");
}

/* Names of sources and outputs hold no character that a label would have to escape. */
static void write_sample(
    struct writer *writer, const char *name, enum kind kind, const char *labels, int64_t value)
{
    write_text(writer, "slackauditd_%s%s%s %" PRId64 "\n", name, kind == COUNTER ? "_total" : "",
        labels, value);
}

enum { LABELS_SIZE = 3 * LIMIT_NAME + 64 };

static void write_sources(struct writer *writer, const struct snapshot *snapshot)
{
    for (size_t m = 0; m < sizeof(source_metrics) / sizeof(source_metrics[0]); m++) {
        const struct source_metric *metric = &source_metrics[m];
        write_head(writer, metric->name, metric->kind, metric->help);
        for (size_t i = 0; i < snapshot->source_count; i++) {
            const struct snapshot_source *source = &snapshot->sources[i];
            char labels[LABELS_SIZE];
            bool applies = source->runs || metric->value == source_well;
            int64_t value = applies ? metric->value(source) : -1;
            (void)snprintf(labels, sizeof(labels), "{source=\"%s\"}", source->name); /* it fits */
            if (value >= 0)
                write_sample(writer, metric->name, metric->kind, labels, value);
        }
    }
}

static void write_outputs(struct writer *writer, const struct snapshot *snapshot)
{
    for (size_t m = 0; m < sizeof(output_metrics) / sizeof(output_metrics[0]); m++) {
        const struct output_metric *metric = &output_metrics[m];
        write_head(writer, metric->name, metric->kind, metric->help);
        for (size_t i = 0; i < snapshot->output_count; i++) {
            const struct snapshot_output *output = &snapshot->outputs[i];
            char labels[LABELS_SIZE];
            int64_t value = metric->value(snapshot, output);
            (void)snprintf(labels, sizeof(labels), "{output=\"%s\"}", output->name); /* it fits */
            if (value >= 0)
                write_sample(writer, metric->name, metric->kind, labels, value);
        }
    }
}

static void write_positions(struct writer *writer, const struct snapshot *snapshot)
{
    for (size_t m = 0; m < sizeof(position_metrics) / sizeof(position_metrics[0]); m++) {
        const struct position_metric *metric = &position_metrics[m];
        write_head(writer, metric->name, GAUGE, metric->help);
        for (size_t i = 0; i < snapshot->position_count; i++) {
            const struct snapshot_position *position = &snapshot->positions[i];
            char labels[LABELS_SIZE];
            (void)snprintf(labels, sizeof(labels), "{output=\"%s\",source=\"%s\"}",
                position->output, position->source); /* it fits */
            write_sample(writer, metric->name, GAUGE, labels, metric->value(position));
        }
    }
}

static void write_globals(struct writer *writer, const struct snapshot *snapshot)
{
    write_text(writer,
        "# HELP slackauditd_build_info The version that runs.\n"
        "# TYPE slackauditd_build_info gauge\n"
        "slackauditd_build_info{version=\"%s\"} 1\n",
        snapshot->version);
    for (size_t m = 0; m < sizeof(global_metrics) / sizeof(global_metrics[0]); m++) {
        const struct global_metric *metric = &global_metrics[m];
        write_head(writer, metric->name, metric->kind, metric->help);
        write_sample(writer, metric->name, metric->kind, "", metric->value(snapshot));
    }
}

enum metrics_format metrics_choose(const char *accept)
{
    return strstr(accept, "application/openmetrics-text") != NULL ? METRICS_OPENMETRICS
                                                                  : METRICS_PROMETHEUS;
}

const char *metrics_content_type(enum metrics_format format)
{
    return format == METRICS_OPENMETRICS
               ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
               : "text/plain; version=0.0.4; charset=utf-8";
}

int metrics_write(
    const struct snapshot *snapshot, enum metrics_format format, struct buffer *output)
{
    struct writer writer = {.output = output, .format = format};
    write_globals(&writer, snapshot);
    write_sources(&writer, snapshot);
    write_outputs(&writer, snapshot);
    write_positions(&writer, snapshot);
    if (format == METRICS_OPENMETRICS)
        write_text(&writer, "# EOF\n");
    return writer.code;
}
