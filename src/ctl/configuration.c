#include "ctl/configuration.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "ctl/print.h"
#include "daemon/daemon.h"
#include "sys/file.h"

#define CONFIG_FOLDER "/etc/slackauditd/"
#define CONFIG_ENDING ".yaml"

enum { UNIT_SIZE = 256, DIRECTORY_SIZE = UNIT_SIZE + 16 };

/* The unit that runs with this configuration: slackauditd, or slackauditd@NAME with NAME.yaml. */
static bool name_unit(const char *path, char unit[static UNIT_SIZE])
{
    size_t folder = strlen(CONFIG_FOLDER), ending = strlen(CONFIG_ENDING), size = strlen(path);
    if (strncmp(path, CONFIG_FOLDER, folder) != 0 || size <= folder + ending ||
        strcmp(path + size - ending, CONFIG_ENDING) != 0)
        return false;
    const struct slice name = {path + folder, size - folder - ending};
    bool is_default = slice_equal(name, slice_of("slackauditd"));
    int length = snprintf(unit, UNIT_SIZE, is_default ? "%.*s" : "slackauditd@%.*s",
        SLICE_PRINT(name)); /* a longer one is no unit's */
    return length > 0 && length < UNIT_SIZE && memchr(name.data, '/', name.size) == NULL;
}

static void know_directory(const char *variable, const char *parent, const char *unit)
{
    char path[DIRECTORY_SIZE];
    (void)snprintf(path, sizeof(path), "%s/%s", parent, unit); /* it fits */
    if (access(path, F_OK) == 0)
        (void)setenv(variable, path, 0); /* the next words say where it looked */
}

/* systemd tells a unit where its directories are, but no shell: without this an operator would look
 * for the control socket, and for an instance's store, where they are not. */
static void know_directories(const char *config_path)
{
    char unit[UNIT_SIZE];
    if (!name_unit(config_path, unit))
        return;
    know_directory("RUNTIME_DIRECTORY", "/run", unit);
    know_directory("STATE_DIRECTORY", "/var/lib", unit);
}

static int read_configuration(
    const struct ctl_request *request, bool to_ask, struct config **ret_config)
{
    _cleanup_(buffer_deinit) struct buffer text = BUFFER_INIT(LIMIT_CONFIG);
    struct error error = ERROR_INIT;
    know_directories(request->config_path);
    if (file_read(request->config_path, &text, &error) < 0) {
        (void)print_complaint(0, "%s", error.text); /* the code comes below */
        fputs("Name the daemon's configuration with --config FILE.\n", stderr);
        return DAEMON_EXIT_CONFIG;
    }
    struct config_problems problems = {0};
    _cleanup_(buffer_deinit) struct buffer told = BUFFER_INIT(LIMIT_CONFIG);
    int r = config_parse(request->config_path, buffer_slice(&text), ret_config, &problems);
    if (config_problems_write(&problems, request->config_path, &told) >= 0 && told.size > 0)
        (void)fwrite(told.data, 1, told.size, stderr); /* there is nowhere else to tell it */
    config_problems_deinit(&problems);
    if (r < 0 && to_ask &&
        config_parse_control(request->config_path, buffer_slice(&text), ret_config) == 0)
        return print_complaint(DAEMON_EXIT_DONE,
            "the file is wrong; a daemon that runs goes on with what it read, and is asked");
    return r < 0 ? DAEMON_EXIT_CONFIG : DAEMON_EXIT_DONE;
}

int configuration_read(const struct ctl_request *request, struct config **ret_config)
{
    return read_configuration(request, false, ret_config);
}

int configuration_read_to_ask(const struct ctl_request *request, struct config **ret_config)
{
    return read_configuration(request, true, ret_config);
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
