/*
 * The operator's command: asks the running daemon over its control socket, or opens the store
 * itself when none runs and the verb allows it, and shows the answer to people or, with --json, to
 * machines.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct ctl_options {
    const char *config_path;
    bool json; /* print the answer as it came */
};

/* Carries out one verb. Returns an exit code (daemon/daemon.h; 1: the answer is no). */
int ctl_run(const struct ctl_options *options, const char *const *words, size_t count);
