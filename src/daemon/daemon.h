/*
 * The daemon: wires the floors together and keeps them going.
 *
 *     configuration -> store -> one walker a source, one delivery an output -> loop, until a signal
 *
 * Everything that lives is in `struct daemon` (daemon/daemon_private.h); this header is what main()
 * needs.
 */
#pragma once

#include <stdbool.h>

#include "config/config.h"

/* Exit codes of the contract (sysexits.h has their names). */
enum daemon_exit {
    DAEMON_EXIT_DONE = 0,
    DAEMON_EXIT_USAGE = 64,
    DAEMON_EXIT_UNAVAILABLE = 69, /* port or address */
    DAEMON_EXIT_STATE = 73,       /* the state directory cannot be used */
    DAEMON_EXIT_TRY_AGAIN = 75,
    DAEMON_EXIT_CONFIG = 78,
};

struct daemon_options {
    const char *config_path;
    const char *version;
    bool once;
    int verbosity; /* added to the configured log level: -1 quiet, 1 verbose */
};

/* Runs with the configuration (which it takes over) until a signal or the end of `--once`. Returns
 * an exit code; what went wrong is in the log. */
int daemon_run(struct config *config, const struct daemon_options *options);

/* Sets up the log as configured; before that it is text on standard error. */
void daemon_set_log(const struct config *config, int verbosity);
