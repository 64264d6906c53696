#include "ctl/configuration.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "ctl/print.h"
#include "daemon/daemon.h"
#include "sys/file.h"

#define UNIT_RUNTIME "/run/slackauditd" /* RuntimeDirectory= of the unit */

/* systemd tells a unit where its runtime directory is, but no shell: without this an operator would
 * look for the control socket of the unit, which runs with the default configuration, in the state
 * directory. */
static void know_runtime_directory(void)
{
    if (access(UNIT_RUNTIME, F_OK) == 0)
        (void)setenv("RUNTIME_DIRECTORY", UNIT_RUNTIME, 0); /* the next words say where it looked */
}

int configuration_read(const struct ctl_request *request, struct config **ret_config)
{
    _cleanup_(buffer_deinit) struct buffer text = BUFFER_INIT(LIMIT_CONFIG);
    struct error error = ERROR_INIT;
    if (!request->config_given)
        know_runtime_directory();
    if (file_read(request->config_path, &text, &error) < 0) {
        (void)print_complaint(0, "%s", error.text); /* the code comes below */
        fputs("Name the daemon's configuration with --config FILE.\n", stderr);
        return DAEMON_EXIT_CONFIG;
    }
    struct config_problems problems = {0};
    _cleanup_(buffer_deinit) struct buffer told = BUFFER_INIT(LIMIT_CONFIG);
    int r = config_parse(request->config_path, buffer_slice(&text), ret_config, &problems);
    if (config_problems_write(&problems, request->config_path, &told) >= 0)
        (void)fwrite(told.data, 1, told.size, stderr); /* there is nowhere else to tell it */
    config_problems_deinit(&problems);
    return r < 0 ? DAEMON_EXIT_CONFIG : DAEMON_EXIT_DONE;
}

int configuration_no_source(const struct config *config, const char *name)
{
    (void)print_complaint(0, "no source \"%s\" in %s", name, config->path); /* the code: below */
    fputs("There are:", stderr);
    for (size_t i = 0; i < config->source_count; i++)
        fprintf(stderr, " %s", config->sources[i].name);
    fputc('\n', stderr);
    return DAEMON_EXIT_USAGE;
}

int configuration_no_output(const struct config *config, const char *name)
{
    (void)print_complaint(0, "no output \"%s\" in %s", name, config->path); /* the code: below */
    fputs("There are:", stderr);
    for (size_t i = 0; i < config->output_count; i++)
        fprintf(stderr, " %s", config->outputs[i].name);
    fputc('\n', stderr);
    return DAEMON_EXIT_USAGE;
}
