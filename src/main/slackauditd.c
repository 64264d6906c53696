/* slackauditd: arguments and exit codes, nothing else. */
#include <getopt.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "daemon/daemon.h"

#define DEFAULT_CONFIG "/etc/slackauditd/slackauditd.yaml"

static const char usage[] =
    "Usage: slackauditd [OPTION]...\n"
    "Polls Slack's Audit Logs API and forwards every entry to files, syslog and HTTP\n"
    "collectors.\n"
    "\n"
    "  -c, --config FILE  configuration (default " DEFAULT_CONFIG ")\n"
    "  -t, --test         check the configuration and exit: 0 when it is right, 78\n"
    "                     when not\n"
    "  -T, --dump         print the effective configuration, secrets redacted, and\n"
    "                     exit\n"
    "      --once         poll every source up to now, deliver all of it, and exit:\n"
    "                     0, or 75 after ten tries of a source or output without\n"
    "                     progress\n"
    "  -v, --verbose      log debug lines too\n"
    "  -q, --quiet        log warnings and errors only\n"
    "  -V, --version      print the version\n"
    "  -h, --help         print this help\n"
    "\n"
    "Signals: TERM and INT stop, a second one at once; HUP reads the configuration\n"
    "         again; USR1 reopens files.\n"
    "Exit codes: 0 done; 64 bad usage; 69 address unavailable; 73 state directory\n"
    "            unusable; 75 could not finish, try again; 78 configuration error.\n";

struct arguments {
    struct daemon_options options;
    bool test, dump;
};

enum { OPTION_ONCE = 256 };
static const struct option options[] = {
    {"config", required_argument, NULL, 'c'},
    {"test", no_argument, NULL, 't'},
    {"dump", no_argument, NULL, 'T'},
    {"once", no_argument, NULL, OPTION_ONCE},
    {"verbose", no_argument, NULL, 'v'},
    {"quiet", no_argument, NULL, 'q'},
    {"version", no_argument, NULL, 'V'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

/* Returns -1 to go on, else the exit code. */
static int read_arguments(int argc, char **argv, struct arguments *arguments)
{
    for (int option; (option = getopt_long(argc, argv, "c:tTvqVh", options, NULL)) != -1;) {
        switch (option) {
        case 'c':
            arguments->options.config_path = optarg;
            break;
        case 't':
            arguments->test = true;
            break;
        case 'T':
            arguments->dump = true;
            break;
        case OPTION_ONCE:
            arguments->options.once = true;
            break;
        case 'v':
            arguments->options.verbosity = 1;
            break;
        case 'q':
            arguments->options.verbosity = -1;
            break;
        case 'V':
            puts("slackauditd " SLACKAUDIT_VERSION);
            return DAEMON_EXIT_DONE;
        case 'h':
            fputs(usage, stdout);
            return DAEMON_EXIT_DONE;
        default:
            fputs("Try 'slackauditd --help'.\n", stderr);
            return DAEMON_EXIT_USAGE;
        }
    }
    if (optind < argc) {
        fprintf(stderr, "slackauditd: unexpected argument '%s'\nTry 'slackauditd --help'.\n",
            argv[optind]);
        return DAEMON_EXIT_USAGE;
    }
    return -1;
}

static int load(const char *path, struct config **ret_config)
{
    struct config_problems problems = {0};
    _cleanup_(buffer_deinit) struct buffer text = BUFFER_INIT(LIMIT_CONFIG);
    int r = config_load(path, ret_config, &problems);
    bool unread = problems.count > 0 && problems.items[0].line == 0;
    if (unread)
        fputs("slackauditd: ", stderr);
    if (config_problems_write(&problems, path, &text) >= 0 && text.size > 0)
        (void)fwrite(text.data, 1, text.size, stderr); /* there is nowhere else to tell it */
    if (unread)
        fputs("Name another file with --config FILE.\n", stderr);
    config_problems_deinit(&problems);
    if (r == ERROR_MEMORY) {
        fputs("slackauditd: no memory for the configuration\n", stderr);
        return DAEMON_EXIT_TRY_AGAIN;
    }
    return r < 0 ? DAEMON_EXIT_CONFIG : DAEMON_EXIT_DONE;
}

static int dump(const struct config *config)
{
    struct buffer text = BUFFER_INIT(8 * LIMIT_CONFIG);
    int r = config_dump(config, &text);
    if (r >= 0 && fwrite(text.data, 1, text.size, stdout) != text.size)
        r = ERROR_IO;
    buffer_deinit(&text);
    if (r < 0 || fflush(stdout) != 0) {
        fputs("slackauditd: cannot write the configuration\n", stderr);
        return DAEMON_EXIT_TRY_AGAIN;
    }
    return DAEMON_EXIT_DONE;
}

int main(int argc, char **argv)
{
    struct arguments arguments = {
        .options = {.config_path = DEFAULT_CONFIG, .version = SLACKAUDIT_VERSION}};
    int exit_code = read_arguments(argc, argv, &arguments);
    if (exit_code >= 0)
        return exit_code;
    struct config *config = NULL;
    exit_code = load(arguments.options.config_path, &config);
    if (exit_code != DAEMON_EXIT_DONE)
        return exit_code;
    if (!arguments.test && !arguments.dump)
        return daemon_run(config, &arguments.options);
    if (arguments.dump)
        exit_code = dump(config);
    config_free(config);
    return exit_code;
}
