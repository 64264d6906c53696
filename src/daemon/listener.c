/* The HTTP listener's life, and what its page remembers. */
#include <string.h>

#include "daemon/pages.h"
#include "daemon/snapshot.h"
#include "sys/service.h"

/* systemd would accept on its behalf, and nobody would answer. */
static void name_unused_socket(const struct config *config)
{
    if (service_has_socket() && strcmp(config->http_listen, "systemd") != 0)
        log_warning(NULL,
            "the socket that systemd passes is not used: say `http: {listen: systemd}` "
            "in the configuration, or stop the socket unit");
}

int daemon_start_listener(struct daemon *daemon, const struct config *config, struct error *error)
{
    name_unused_socket(config);
    if (daemon->listener != NULL || *config->http_listen == '\0' || daemon->options.once)
        return 0;
    int r = http_server_new(
        &daemon->listener, daemon->loop, config->http_listen, pages_answer, daemon, error);
    if (r < 0)
        return error_prefix(error, r, "http.listen");
    daemon_note_activity(daemon); /* its page has a history, which upkeep writes */
    const char *name = http_server_name(daemon->listener);
    log_info(NULL, "status, metrics and probes on %s", name);
    if (!http_server_is_local(daemon->listener))
        log_warning(NULL,
            "http.listen: other machines can ask %s; what it tells is no secret, but names sources "
            "and outputs and their errors",
            name);
    return 0;
}

int daemon_apply_listener(struct daemon *daemon, const struct config *config, struct buffer *report)
{
    struct error error = ERROR_INIT;
    if (strcmp(daemon->generation->config->http_listen, config->http_listen) != 0) {
        http_server_free(daemon->listener);
        daemon->listener = NULL;
    }
    int r = daemon_start_listener(daemon, config, &error);
    return r < 0 ? daemon_note_missing(daemon, r, &error, report) : 0;
}

void daemon_note_history(struct daemon *daemon)
{
    int64_t now_us = clock_monotonic_us(daemon->clock);
    for (size_t i = 0; i < daemon->source_count; i++) {
        struct daemon_source *source = daemon->sources[i];
        if (source->walker == NULL)
            continue;
        struct snapshot_source taken;
        snapshot_take_source(source, &taken);
        history_note(&source->history, now_us, taken.walker.counts.stored, taken.lag_seconds);
    }
}
