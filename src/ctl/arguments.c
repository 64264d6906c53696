#include "ctl/arguments.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "config/spelling.h"
#include "ctl/help.h"
#include "ctl/print.h"
#include "daemon/daemon.h"

enum {
    GENERAL_OPTIONS = 4,
    OWN_OPTION = 256, /* and the place in the verb's table */
};

static const struct option general[GENERAL_OPTIONS] = {
    {"config", required_argument, NULL, 'c'},
    {"json", no_argument, NULL, 'j'},
    {"version", no_argument, NULL, 'V'},
    {"help", no_argument, NULL, 'h'},
};

/* The general options, then those of the verb (NULL: none). */
static void fill_options(
    const struct ctl_verb *verb, struct option options[GENERAL_OPTIONS + CTL_OPTIONS + 1])
{
    size_t count = 0;
    for (; count < GENERAL_OPTIONS; count++)
        options[count] = general[count];
    for (size_t i = 0; verb != NULL && i < verb->option_count; i++)
        options[count++] = (struct option){
            .name = verb->options[i].name,
            .has_arg = verb->options[i].value == NULL ? no_argument : required_argument,
            .val = OWN_OPTION + (int)i,
        };
    options[count] = (struct option){0};
}

/* ---- What is wrong ---- */

static bool refuse(struct ctl_arguments *arguments)
{
    if (arguments->verb == NULL)
        fputs("Try 'slackauditctl --help'.\n", stderr);
    else
        fprintf(stderr, "Try 'slackauditctl %s --help'.\n", arguments->verb->name);
    arguments->exit_code = DAEMON_EXIT_USAGE;
    return false;
}

/* `found` is what getopt_long() said. */
static bool refuse_option(struct ctl_arguments *arguments, int found, char **argv)
{
    const char letter[] = {'-', (char)optopt, '\0'};
    const char *word = optopt > 0 && optopt < OWN_OPTION ? letter : argv[optind - 1];
    if (found == ':')
        (void)print_complaint(0, "%s: its value is missing", word); /* the code comes below */
    else
        (void)print_complaint(
            0, "%s: there is no such option, or its value is wrong", word); /* likewise */
    return refuse(arguments);
}

static bool refuse_verb(struct ctl_arguments *arguments, const char *word)
{
    struct spelling spelling = SPELLING_INIT(word);
    for (size_t i = 0; ctl_verbs[i] != NULL; i++)
        spelling_offer(&spelling, ctl_verbs[i]->name);
    const char *meant = spelling_nearest(&spelling);
    arguments->exit_code = print_complaint(DAEMON_EXIT_USAGE,
        "unknown verb \"%s\"%s%s%s; slackauditctl --help names them all", word,
        meant == NULL ? "" : ", did you mean \"", meant == NULL ? "" : meant,
        meant == NULL ? "" : "\"?");
    return false;
}

/* ---- Reading ---- */

static bool add_word(struct ctl_arguments *arguments, const char *word)
{
    struct ctl_request *request = &arguments->request;
    if (request->word_count == CTL_WORDS) {
        (void)print_complaint(0, "too many words"); /* the code comes below */
        return refuse(arguments);
    }
    request->words[request->word_count++] = word;
    return true;
}

/* False: it ends the command. */
static bool take_general(struct ctl_arguments *arguments, int option)
{
    switch (option) {
    case 'c':
        arguments->request.config_path = optarg;
        arguments->request.config_given = true;
        return true;
    case 'j':
        arguments->request.json = true;
        return true;
    case 'V':
        printf("slackauditctl %s\n", arguments->request.version);
        return false;
    default:
        help_write(arguments->verb);
        return false;
    }
}

static bool take_own(struct ctl_arguments *arguments, size_t place, char **argv)
{
    if (arguments->verb != NULL && arguments->verb->options_are_words)
        return add_word(arguments, argv[optind - 1]);
    arguments->request.values[place] = optarg == NULL ? "" : optarg;
    return true;
}

/* Reads on from `argv[1]`, up to the first word while there is no verb. False: nothing is to be
 * run. */
static bool read_on(struct ctl_arguments *arguments, int argc, char **argv)
{
    struct option options[GENERAL_OPTIONS + CTL_OPTIONS + 1];
    const char *letters = arguments->verb == NULL ? "+:c:jVh" : "-:c:jVh";
    fill_options(arguments->verb, options);
    opterr = 0;
    optind = 0; /* begin anew */
    for (int found; (found = getopt_long(argc, argv, letters, options, NULL)) != -1;) {
        bool on;
        if (found == '?' || found == ':')
            on = refuse_option(arguments, found, argv);
        else if (found == 1) /* an argument that is no option */
            on = add_word(arguments, optarg);
        else if (found >= OWN_OPTION)
            on = take_own(arguments, (size_t)(found - OWN_OPTION), argv);
        else
            on = take_general(arguments, found);
        if (!on)
            return false;
    }
    return true;
}

bool arguments_read(struct ctl_arguments *arguments, int argc, char **argv)
{
    arguments->request.config_path = ARGUMENTS_DEFAULT_CONFIG;
    if (!read_on(arguments, argc, argv))
        return false;
    int first = optind;
    if (first >= argc) {
        (void)print_complaint(0, "no verb"); /* the code comes below */
        return refuse(arguments);
    }
    for (size_t i = 0; ctl_verbs[i] != NULL && arguments->verb == NULL; i++)
        if (strcmp(ctl_verbs[i]->name, argv[first]) == 0)
            arguments->verb = ctl_verbs[i];
    if (arguments->verb == NULL)
        return refuse_verb(arguments, argv[first]);
    if (!add_word(arguments, argv[first]) || !read_on(arguments, argc - first, argv + first))
        return false;
    for (int i = first + optind; i < argc; i++) /* what stands behind -- */
        if (!add_word(arguments, argv[i]))
            return false;
    return true;
}
