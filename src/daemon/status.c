#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "daemon/daemon_private.h"

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

static void write_source(struct json_writer *writer, const struct daemon_source *source)
{
    json_writer_open(writer, NULL, '{');
    json_writer_string(writer, "name", source->config->name);
    if (source->walker != NULL) {
        struct walker_status status;
        walker_status(source->walker, &status);
        int64_t lag = status.walk.checkpoint < 0 || status.slack_now < 0
                          ? -1
                          : status.slack_now - status.walk.checkpoint;
        json_writer_string(writer, "state", walker_state_name(status.state));
        json_writer_boolean(writer, "caught_up", status.caught_up);
        json_writer_time(writer, "checkpoint", status.walk.checkpoint);
        json_writer_number(writer, "lag_seconds", lag);
        json_writer_time(writer, "window_oldest", status.window_oldest);
        json_writer_time(writer, "window_latest", status.window_latest);
        json_writer_number(writer, "waiting_pieces", (int64_t)status.pieces);
        json_writer_number(writer, "calls", (int64_t)status.calls);
        json_writer_number(writer, "calls_left", governor_calls_left(source->governor));
        json_writer_number(
            writer, "paused_seconds", governor_paused_us(source->governor) / USEC_PER_SEC);
        json_writer_number(writer, "pages", (int64_t)status.pages);
        json_writer_number(writer, "windows", (int64_t)status.windows);
        json_writer_number(writer, "windows_given_up", (int64_t)status.windows_given_up);
        write_counts(writer, &status.counts);
        json_writer_number(writer, "seen_ids", (int64_t)status.seen_ids);
        json_writer_number(writer, "seen_bytes", (int64_t)status.seen_bytes);
        json_writer_number(writer, "failures", status.failures);
        json_writer_time(
            writer, "last_success", status.last_success_wall > 0 ? status.last_success_wall : -1);
        json_writer_string(
            writer, "last_error", status.last_error[0] == '\0' ? NULL : status.last_error);
    }
    json_writer_close(writer, '}');
}

static const char *delivery_state_name(enum delivery_state state)
{
    static const char *const names[] = {[DELIVERY_IDLE] = "idle",
        [DELIVERY_ACTIVE] = "active",
        [DELIVERY_WAITING] = "waiting",
        [DELIVERY_HELD] = "held"};
    return names[state];
}

struct position_writer {
    struct json_writer *writer;
    const char *output; /* NULL: only those whose output is not configured */
    const struct config *config;
};

static int write_position(void *user, const struct store_position *position)
{
    const struct position_writer *writer = user;
    bool departed = config_find_output(writer->config, position->output) == NULL;
    if (writer->output == NULL ? !departed : strcmp(writer->output, position->output) != 0)
        return 0;
    json_writer_open(writer->writer, NULL, '{');
    if (writer->output == NULL)
        json_writer_string(writer->writer, "output", position->output);
    json_writer_string(writer->writer, "source", position->source);
    json_writer_number(writer->writer, "position", (int64_t)position->sequence);
    json_writer_number(
        writer->writer, "backlog_entries", (int64_t)(position->next_sequence - position->sequence));
    json_writer_number(writer->writer, "backlog_bytes", (int64_t)position->backlog_bytes);
    json_writer_close(writer->writer, '}');
    return json_writer_end(writer->writer);
}

static int write_positions(
    struct daemon *daemon, struct json_writer *writer, const char *name, const char *output)
{
    struct position_writer chosen = {
        .writer = writer, .output = output, .config = daemon->generation->config};
    json_writer_open(writer, name, '[');
    int r = daemon->store_type->positions(daemon->store, write_position, &chosen, NULL);
    json_writer_close(writer, ']');
    return r;
}

static int write_output(struct json_writer *writer, const struct daemon_output *output)
{
    struct delivery_status status;
    delivery_status(output->delivery, &status);
    json_writer_open(writer, NULL, '{');
    json_writer_string(writer, "name", output->config->name);
    json_writer_string(writer, "state", delivery_state_name(status.state));
    json_writer_number(writer, "delivered", (int64_t)status.delivered);
    json_writer_number(writer, "batches", (int64_t)status.batches);
    json_writer_number(writer, "dead_letters", (int64_t)status.dead);
    json_writer_number(writer, "retries", (int64_t)status.retries);
    json_writer_number(writer, "failures", status.failures);
    json_writer_string(
        writer, "last_error", status.last_error[0] == '\0' ? NULL : status.last_error);
    int r = write_positions(output->daemon, writer, "sources", output->config->name);
    json_writer_close(writer, '}');
    return r;
}

static void write_store(struct daemon *daemon, struct json_writer *writer)
{
    struct store_usage usage;
    daemon->store_type->usage(daemon->store, &usage);
    json_writer_open(writer, "store", '{');
    json_writer_number(writer, "live_bytes", (int64_t)usage.live_bytes);
    json_writer_number(writer, "open_bytes", (int64_t)usage.open_bytes);
    json_writer_number(writer, "max_bytes", (int64_t)usage.max_bytes);
    json_writer_boolean(writer, "disk_full", usage.reserve_released);
    json_writer_close(writer, '}');
}

int daemon_write_status(struct daemon *daemon, struct json_writer *writer, const char *name)
{
    char ill[ERROR_TEXT_SIZE];
    int r = 0;
    json_writer_open(writer, name, '{');
    json_writer_string(writer, "version", daemon->options.version);
    json_writer_number(writer, "uptime_seconds",
        (clock_monotonic_us(daemon->clock) - daemon->started_us) / USEC_PER_SEC);
    json_writer_string(writer, "problem", daemon_ill(daemon, ill, sizeof(ill)));
    write_store(daemon, writer);
    json_writer_open(writer, "sources", '[');
    for (size_t i = 0; i < daemon->source_count; i++)
        write_source(writer, daemon->sources[i]);
    json_writer_close(writer, ']');
    json_writer_open(writer, "outputs", '[');
    for (size_t i = 0; r >= 0 && i < daemon->output_count; i++)
        r = write_output(writer, daemon->outputs[i]);
    json_writer_close(writer, ']');
    if (r >= 0)
        r = write_positions(daemon, writer, "departed", NULL);
    json_writer_close(writer, '}');
    return r < 0 ? r : json_writer_end(writer);
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
            delivery_state_name(status.state), status.last_error); /* a cut text is still a text */
        return text;
    }
    return NULL;
}

static int name_output(void *user, const struct store_position *position)
{
    const struct daemon *daemon = user;
    if (config_find_output(daemon->generation->config, position->output) != NULL)
        return 0;
    char size[UNITS_TEXT_SIZE];
    log_warning(&(struct log_subject){.kind = "output", .name = position->output},
        "is not configured any more; its backlog of %s from source %s is kept: configure it again, "
        "or `slackauditctl forget --output %s`",
        units_format_size(position->backlog_bytes, size), position->source, position->output);
    return 0;
}

static int name_source(void *user, const char *name, const struct store_walk *walk)
{
    const struct daemon *daemon = user;
    (void)walk; /* its name is all that matters here */
    if (config_find_source(daemon->generation->config, name) == NULL)
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
