/*
 * The daemon's configuration as its operator needs it: only the form of the file matters. An
 * operator need not be able to read the daemon's secrets.
 */
#pragma once

#include "config/config.h"
#include "ctl/verb.h"

/* Reads the configuration that the request names. Returns DAEMON_EXIT_DONE, or another exit code,
 * having said what is wrong. */
int configuration_read(const struct ctl_request *request, struct config **ret_config);

/* The same to ask the daemon that runs, which a file that was spoiled since it began does not keep
 * from answering: as long as the file says where, what is wrong is said, and the result is
 * DAEMON_EXIT_DONE. Of the configuration only `control` may be used. */
int configuration_read_to_ask(const struct ctl_request *request, struct config **ret_config);

/* Returns DAEMON_EXIT_USAGE, having said that there is no such source or output, and which there
 * are. */
int configuration_no_source(const struct config *config, const char *name);
int configuration_no_output(const struct config *config, const char *name);
