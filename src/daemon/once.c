#include "daemon/daemon_private.h"

enum { ONCE_TRIES = 10 }; /* of a source or output without progress (contract) */

static bool source_is_done(struct daemon *daemon, const struct daemon_source *source)
{
    struct walker_status status;
    walker_status(source->walker, &status);
    if (status.failures >= ONCE_TRIES) {
        log_error(NULL, "source %s: %u tries without progress: %s", source->config->name,
            status.failures, status.last_error);
        daemon->exit_code = DAEMON_EXIT_TRY_AGAIN;
    }
    return status.state == WALKER_DONE;
}

static bool output_is_done(struct daemon *daemon, const struct daemon_output *output)
{
    struct delivery_status status;
    delivery_status(output->delivery, &status);
    if (status.failures >= ONCE_TRIES) {
        log_error(NULL, "output %s: %u tries without progress: %s", output->config->name,
            status.failures, status.last_error);
        daemon->exit_code = DAEMON_EXIT_TRY_AGAIN;
    }
    return delivery_is_quiet(output->delivery) && delivery_is_caught_up(output->delivery);
}

void daemon_look_once(struct daemon *daemon)
{
    bool done = daemon->missing[0] == '\0';
    if (daemon->missing_tries >= ONCE_TRIES)
        daemon->exit_code = DAEMON_EXIT_TRY_AGAIN;
    for (size_t i = 0; i < daemon->source_count; i++)
        done &= source_is_done(daemon, daemon->sources[i]);
    for (size_t i = 0; i < daemon->output_count; i++)
        done &= output_is_done(daemon, daemon->outputs[i]);
    if (done || daemon->exit_code != DAEMON_EXIT_DONE)
        daemon_stop(daemon);
}
