/* slackauditctl: arguments and exit codes, nothing else. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/ctl.h"
#include "daemon/daemon.h"

#define DEFAULT_CONFIG "/etc/slackauditd/slackauditd.yaml"
#define UNIT_RUNTIME   "/run/slackauditd" /* RuntimeDirectory= of the unit */

static const char usage[] =
    "Usage: slackauditctl [OPTION]... VERB [WORD]...\n"
    "Asks and changes a running slackauditd.\n"
    "\n"
    "  status                                how every source and output is doing\n"
    "  health                                exit 0 when all is well, else 1 and why\n"
    "  reload                                read the configuration again; says what is wrong with "
    "it\n"
    "  checkpoint show                       how far each source is read\n"
    "  checkpoint set SOURCE TIME            go back to an earlier TIME (Unix seconds, RFC 3339):\n"
    "                 [--redeliver]          says how much would be sent again, and does it when\n"
    "                                        --redeliver is there\n"
    "  forget --source NAME                  remove what is kept of a source or output that is\n"
    "  forget --output NAME                  not configured any more\n"
    "\n"
    "  -c, --config FILE  the daemon's configuration (default " DEFAULT_CONFIG ")\n"
    "  -j, --json         print the answer as JSON\n"
    "  -V, --version      print the version\n"
    "  -h, --help         print this help\n"
    "\n"
    "With no daemon running, checkpoint and forget open the store themselves.\n"
    "Exit codes: 0 done; 1 the answer is no; 64 bad usage; 69 no daemon; 73 state directory "
    "unusable;\n"
    "            75 try again; 78 configuration error.\n";

/* Options may stand anywhere, but those behind the verb that it owns (--redeliver, --source,
 * --output) are its words. */
static int read_arguments(
    int argc, char **argv, struct ctl_options *options, const char **words, size_t *count)
{
    enum { OPTION_WORD = 256 };
    static const struct option long_options[] = {
        {"config", required_argument, NULL, 'c'},
        {"json", no_argument, NULL, 'j'},
        {"version", no_argument, NULL, 'V'},
        {"help", no_argument, NULL, 'h'},
        {"redeliver", no_argument, NULL, OPTION_WORD},
        {"source", no_argument, NULL, OPTION_WORD},
        {"output", no_argument, NULL, OPTION_WORD},
        {0},
    };
    for (int option; (option = getopt_long(argc, argv, "-c:jVh", long_options, NULL)) != -1;) {
        switch (option) {
        case 'c':
            options->config_path = optarg;
            break;
        case 'j':
            options->json = true;
            break;
        case 'V':
            puts("slackauditctl " SLACKAUDIT_VERSION);
            return DAEMON_EXIT_DONE;
        case 'h':
            fputs(usage, stdout);
            return DAEMON_EXIT_DONE;
        case 1: /* an argument that is no option */
            words[(*count)++] = optarg;
            break;
        case OPTION_WORD:
            words[(*count)++] = argv[optind - 1];
            break;
        default:
            fputs("Try 'slackauditctl --help'.\n", stderr);
            return DAEMON_EXIT_USAGE;
        }
    }
    while (optind < argc)
        words[(*count)++] = argv[optind++];
    return -1;
}

/* systemd tells a unit where its runtime directory is, but no shell: without this an operator would
 * look for the control socket of the unit, which runs with the default configuration, in the state
 * directory. */
static void know_runtime_directory(void)
{
    if (access(UNIT_RUNTIME, F_OK) == 0)
        (void)setenv("RUNTIME_DIRECTORY", UNIT_RUNTIME, 0); /* the next words say where it looked */
}

int main(int argc, char **argv)
{
    enum { MAX_ARGUMENTS = 32 };
    struct ctl_options options = {.config_path = DEFAULT_CONFIG};
    const char *words[MAX_ARGUMENTS];
    size_t count = 0;
    if (argc > MAX_ARGUMENTS) {
        fputs("slackauditctl: too many arguments\n", stderr);
        return DAEMON_EXIT_USAGE;
    }
    int exit_code = read_arguments(argc, argv, &options, words, &count);
    if (exit_code >= 0)
        return exit_code;
    if (count == 0) {
        fputs(usage, stderr);
        return DAEMON_EXIT_USAGE;
    }
    if (strcmp(options.config_path, DEFAULT_CONFIG) == 0)
        know_runtime_directory();
    return ctl_run(&options, words, count);
}
