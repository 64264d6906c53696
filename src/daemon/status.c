#include <stdio.h>
#include <string.h>

#include "base/order.h"
#include "base/units.h"
#include "daemon/backfill_name.h"
#include "daemon/snapshot.h"
#include "daemon/status.h"

static void write_counts(struct json_writer *writer, const struct intake_counts *counts)
{
    json_writer_open(writer, "entries", '{');
    json_writer_number(writer, "stored", (int64_t)counts->stored);
    json_writer_number(writer, "duplicates", (int64_t)counts->duplicates);
    json_writer_number(writer, "outside_window", (int64_t)counts->outside);
    json_writer_number(writer, "filtered", (int64_t)counts->filtered);
    json_writer_number(writer, "damaged", (int64_t)counts->damaged);
    json_writer_number(writer, "without_id", (int64_t)counts->without_id);
    json_writer_number(writer, "without_time", (int64_t)counts->without_time);
    json_writer_number(writer, "late", (int64_t)counts->late);
    json_writer_number(writer, "worst_lateness_seconds", counts->worst_lateness);
    json_writer_close(writer, '}');
}

static void write_walker(struct json_writer *writer, const struct snapshot_source *source)
{
    const struct walker_status *status = &source->walker;
    json_writer_string(writer, "state", walker_state_name(status->state));
    json_writer_boolean(writer, "caught_up", status->caught_up);
    json_writer_time(writer, "checkpoint", status->walk.checkpoint);
    json_writer_number(writer, "lag_seconds", source->lag_seconds);
    json_writer_time(writer, "window_oldest", status->window_oldest);
    json_writer_time(writer, "window_latest", status->window_latest);
    json_writer_number(writer, "waiting_pieces", (int64_t)status->pieces);
    json_writer_number(writer, "calls", (int64_t)status->calls);
    json_writer_number(writer, "calls_left", source->calls_left);
    json_writer_number(writer, "paused_seconds", source->paused_us / USEC_PER_SEC);
    json_writer_number(writer, "pages", (int64_t)status->pages);
    json_writer_number(writer, "windows", (int64_t)status->windows);
    json_writer_number(writer, "windows_given_up", (int64_t)status->windows_given_up);
    write_counts(writer, &status->counts);
    json_writer_number(writer, "seen_ids", (int64_t)status->seen_ids);
    json_writer_number(writer, "seen_bytes", (int64_t)status->seen_bytes);
    json_writer_number(writer, "failures", status->failures);
    json_writer_time(
        writer, "last_success", status->last_success_wall > 0 ? status->last_success_wall : -1);
    json_writer_string(
        writer, "last_error", status->last_error[0] == '\0' ? NULL : status->last_error);
}

static void write_source(struct json_writer *writer, const struct snapshot_source *source)
{
    json_writer_open(writer, NULL, '{');
    json_writer_string(writer, "name", source->name);
    if (source->runs)
        write_walker(writer, source);
    json_writer_close(writer, '}');
}

const char *daemon_delivery_state_name(enum delivery_state state)
{
    static const char *const names[] = {[DELIVERY_IDLE] = "idle",
        [DELIVERY_ACTIVE] = "active",
        [DELIVERY_WAITING] = "waiting",
        [DELIVERY_HELD] = "held"};
    return names[state];
}

/* Those of one output, or with NULL those whose output is not configured. */
static void write_positions(struct json_writer *writer, const struct snapshot *snapshot,
    const char *name, const char *output)
{
    json_writer_open(writer, name, '[');
    for (size_t i = 0; i < snapshot->position_count; i++) {
        const struct snapshot_position *position = &snapshot->positions[i];
        if (output == NULL ? !position->departed : strcmp(output, position->output) != 0)
            continue;
        json_writer_open(writer, NULL, '{');
        if (output == NULL)
            json_writer_string(writer, "output", position->output);
        json_writer_string(writer, "source", position->source);
        json_writer_number(writer, "position", (int64_t)position->sequence);
        json_writer_number(writer, "backlog_entries", (int64_t)position->backlog_entries);
        json_writer_number(writer, "backlog_bytes", (int64_t)position->backlog_bytes);
        json_writer_close(writer, '}');
    }
    json_writer_close(writer, ']');
}

static void write_output(struct json_writer *writer, const struct snapshot *snapshot,
    const struct snapshot_output *output)
{
    const struct delivery_status *status = &output->delivery;
    json_writer_open(writer, NULL, '{');
    json_writer_string(writer, "name", output->name);
    json_writer_string(writer, "state", daemon_delivery_state_name(status->state));
    json_writer_number(writer, "delivered", (int64_t)status->delivered);
    json_writer_number(writer, "batches", (int64_t)status->batches);
    json_writer_number(writer, "dead_letters", (int64_t)status->dead);
    json_writer_number(writer, "retries", (int64_t)status->retries);
    json_writer_number(writer, "failures", status->failures);
    json_writer_string(
        writer, "last_error", status->last_error[0] == '\0' ? NULL : status->last_error);
    write_positions(writer, snapshot, "sources", output->name);
    json_writer_close(writer, '}');
}

static void write_store(struct json_writer *writer, const struct store_usage *usage)
{
    json_writer_open(writer, "store", '{');
    json_writer_number(writer, "live_bytes", (int64_t)usage->live_bytes);
    json_writer_number(writer, "open_bytes", (int64_t)usage->open_bytes);
    json_writer_number(writer, "max_bytes", (int64_t)usage->max_bytes);
    json_writer_boolean(writer, "disk_full", usage->reserve_released);
    json_writer_close(writer, '}');
}

/* Sums over all sources, the newest step last. */
static void write_history(struct json_writer *writer, const struct snapshot *snapshot)
{
    json_writer_open(writer, "history", '{');
    json_writer_number(writer, "step_seconds", HISTORY_STEP_SECONDS);
    for (int kind = 0; kind < 2; kind++) {
        json_writer_open(writer, kind == 0 ? "entries" : "lag_seconds", '[');
        for (size_t age = HISTORY_STEPS; age-- > 0;) {
            int64_t sum = 0, most = -1; /* a lag that nobody knows */
            for (size_t i = 0; i < snapshot->source_count; i++) {
                struct history_step step = history_at(snapshot->sources[i].history, age);
                sum += step.entries;
                most = higher(most, step.lag);
            }
            json_writer_number(writer, NULL, kind == 0 ? sum : most);
        }
        json_writer_close(writer, ']');
    }
    json_writer_close(writer, '}');
}

int status_write(const struct snapshot *snapshot, bool with_history, struct json_writer *writer,
    const char *name)
{
    json_writer_open(writer, name, '{');
    json_writer_string(writer, "version", snapshot->version);
    json_writer_time(writer, "time", snapshot->wall_us / USEC_PER_SEC);
    json_writer_number(writer, "uptime_seconds", snapshot->uptime_seconds);
    json_writer_string(writer, "problem", snapshot->is_ill ? snapshot->why : NULL);
    write_store(writer, &snapshot->usage);
    json_writer_open(writer, "sources", '[');
    for (size_t i = 0; i < snapshot->source_count; i++)
        write_source(writer, &snapshot->sources[i]);
    json_writer_close(writer, ']');
    json_writer_open(writer, "outputs", '[');
    for (size_t i = 0; i < snapshot->output_count; i++)
        write_output(writer, snapshot, &snapshot->outputs[i]);
    json_writer_close(writer, ']');
    write_positions(writer, snapshot, "departed", NULL);
    if (with_history)
        write_history(writer, snapshot);
    json_writer_close(writer, '}');
    return json_writer_end(writer);
}

int daemon_write_status(struct daemon *daemon, struct json_writer *writer, const char *name)
{
    struct snapshot snapshot = {0};
    int r = snapshot_take(daemon, &snapshot);
    if (r >= 0)
        r = status_write(&snapshot, false, writer, name);
    snapshot_deinit(&snapshot);
    return r;
}

const char *daemon_ill(struct daemon *daemon, char *text, size_t size)
{
    if (daemon->missing[0] != '\0') {
        (void)snprintf(text, size, "%s", daemon->missing); /* a cut text is still a text */
        return text;
    }
    for (size_t i = 0; i < daemon->source_count; i++) {
        const struct daemon_source *source = daemon->sources[i];
        struct walker_status status;
        if (source->walker == NULL)
            continue;
        walker_status(source->walker, &status);
        if (status.state != WALKER_FAILING && status.state != WALKER_REFUSED &&
            status.state != WALKER_PAUSED)
            continue;
        const char *error = status.last_error;
        bool has_error = *error != '\0';
        bool says_all =
            has_error && status.state != WALKER_PAUSED; /* there it names who holds it */
        (void)snprintf(text, size, "source %s: %s%s%s", source->config->name,
            says_all ? "" : walker_state_name(status.state), has_error && !says_all ? ": " : "",
            error); /* a cut text is still a text */
        return text;
    }
    for (size_t i = 0; i < daemon->output_count; i++) {
        struct delivery_status status;
        delivery_status(daemon->outputs[i]->delivery, &status);
        if (status.state != DELIVERY_WAITING && status.state != DELIVERY_HELD)
            continue;
        (void)snprintf(text, size, "output %s: %s: %s", daemon->outputs[i]->config->name,
            daemon_delivery_state_name(status.state),
            status.last_error); /* a cut text is still a text */
        return text;
    }
    return NULL;
}

static int name_output(void *user, const struct store_position *position)
{
    const struct daemon *daemon = user;
    if (config_find_output(daemon->generation->config, position->output) != NULL)
        return 0;
    char size[UNITS_TEXT_SIZE], source[BESIDE_NAME_SIZE];
    daemon_backfill_show(position->source, source, sizeof(source));
    log_warning(&(struct log_subject){.kind = "output", .name = position->output},
        "is not configured any more; its backlog of %s from %s is kept: configure it again, "
        "or `slackauditctl forget --output %s`",
        units_format_size(position->backlog_bytes, size), source, position->output);
    return 0;
}

static int name_source(void *user, const char *name, const struct store_walk *walk)
{
    const struct daemon *daemon = user;
    (void)walk; /* its name is all that matters here */
    if (!source_is_beside(name) && config_find_source(daemon->generation->config, name) == NULL)
        log_warning(&(struct log_subject){.kind = "source", .name = name},
            "is not configured any more; its place is kept: configure it again, or `slackauditctl "
            "forget --source %s`",
            name);
    return 0;
}

void daemon_name_departed(struct daemon *daemon)
{
    struct error error = ERROR_INIT;
    int r = daemon->store_type->sources(daemon->store, name_source, daemon, &error);
    if (r >= 0)
        r = daemon->store_type->positions(daemon->store, name_output, daemon, &error);
    if (r < 0)
        log_warning(NULL, "the store cannot tell what it keeps: %s", error.text);
}
