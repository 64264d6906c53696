/*
 * slackaudit-sim: a simulator of Slack's Audit Logs API. This file has the arguments and exit
 * codes; the rest is in simulator/.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "base/cleanup.h"
#include "simulator/options.h"
#include "simulator/server.h"
#include "sys/file.h"

enum { EXIT_USAGE = 64, EXIT_UNAVAILABLE = 69 };

DEFINE_CLEANUP(struct clock, clock_free)
DEFINE_CLEANUP(struct api, api_free)
DEFINE_CLEANUP(struct server, server_free)

static int fail(int code, const struct error *error)
{
    fprintf(stderr, "slackaudit-sim: %s\n", error->text);
    if (code == EXIT_USAGE)
        fprintf(stderr, "Try 'slackaudit-sim --help'.\n");
    return code;
}

static int print_help(void)
{
    _cleanup_(buffer_deinit) struct buffer text = BUFFER_INIT(64 << 10);
    if (options_append_help(&text) < 0)
        return EXIT_FAILURE;
    (void)fwrite(text.data, 1, text.size, stdout); /* a closed pipe is the reader's wish */
    return EXIT_SUCCESS;
}

static int write_url_file(const char *path, const char *url, struct error *error)
{
    _cleanup_(buffer_deinit) struct buffer line = BUFFER_INIT(4 << 10);
    int r = buffer_printf(&line, "%s\n", url);
    return r < 0 ? r : file_write_atomic(path, buffer_slice(&line), 0644, error);
}

/* The usual soft limit is below what the server takes: each connection is a descriptor. */
static void allow_descriptors(void)
{
    const rlim_t wanted = SERVER_CONNECTIONS_MOST + 64;
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    (void)setrlimit(RLIMIT_NOFILE, &limit); /* then it serves as many as it may */
}

/* Serves until one of the signals, which are blocked, comes. */
static int serve(struct options *options, struct clock *clock, const sigset_t *signals)
{
    struct error error = ERROR_INIT;
    _cleanup_(api_freep) struct api *api = NULL;
    _cleanup_(server_freep) struct server *server = NULL;
    if (api_new(&api, &options->api, clock, &error) < 0)
        return fail(EXIT_USAGE, &error);
    int r = server_new(&server, api, options->listen, &error);
    if (r < 0)
        return fail(r == ERROR_INVALID ? EXIT_USAGE : EXIT_UNAVAILABLE, &error);
    if (options->url_file != NULL &&
        write_url_file(options->url_file, server_url(server), &error) < 0)
        return fail(EXIT_USAGE, &error);
    printf("listening on %s\n", server_url(server));
    (void)fflush(stdout); /* whoever closed it does not want to know */
    int signal_number;
    (void)sigwait(signals, &signal_number); /* fails only for a wrong set */
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    struct error error = ERROR_INIT;
    sigset_t signals;
    _cleanup_(options_deinit) struct options options = {0};
    _cleanup_(clock_freep) struct clock *clock = clock_new_real();
    if (clock == NULL)
        return EXIT_FAILURE;
    if (options_read(&options, argc, argv, clock_wall_us(clock) / 1000000, &error) < 0)
        return fail(EXIT_USAGE, &error);
    if (options.help)
        return print_help();
    if (options.version) {
        printf("slackaudit-sim " SLACKAUDIT_VERSION "\n");
        return EXIT_SUCCESS;
    }
    /* blocked before the first thread starts, so that all inherit it and sigwait() gets them */
    (void)sigemptyset(&signals); /* these four fail only for what is no signal, set or change */
    (void)sigaddset(&signals, SIGTERM);
    (void)sigaddset(&signals, SIGINT);
    (void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
    (void)signal(
        SIGPIPE, SIG_IGN); /* a client that goes away is an error of its connection alone */
    allow_descriptors();
    return serve(&options, clock, &signals);
}
