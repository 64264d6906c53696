#include "ctl/arguments.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "config/spelling.h"
#include "ctl/help.h"
#include "ctl/print.h"
#include "daemon/daemon.h"

enum { OWN_OPTION = 256 /* and the place in the verb's table */ };

const struct arguments_general arguments_general[ARGUMENTS_GENERAL] = {
    {'c', {"config", "FILE", "the daemon's configuration (default " ARGUMENTS_DEFAULT_CONFIG ")"}},
    {'j', {"json", NULL, "print the answer as JSON"}},
    {'V', {"version", NULL, "print the version"}},
    {'h',
        {"help", NULL, "print the help; VERB --help prints that of a verb, and so does help VERB"}},
};

static struct option for_getopt(const struct ctl_option *option, int value)
{
    return (struct option){.name = option->name,
        .has_arg = option->value == NULL     ? no_argument
                   : option->value[0] == '[' ? optional_argument
                                             : required_argument,
        .val = value};
}

/* The general options, then those of the verb (NULL: none). */
static void fill_options(
    const struct ctl_verb *verb, struct option options[ARGUMENTS_GENERAL + CTL_OPTIONS + 1])
{
    size_t count = 0;
    for (; count < ARGUMENTS_GENERAL; count++)
        options[count] =
            for_getopt(&arguments_general[count].option, arguments_general[count].letter);
    for (size_t i = 0; verb != NULL && i < verb->option_count; i++)
        options[count++] = for_getopt(&verb->options[i], OWN_OPTION + (int)i);
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

/* The verb whose option `name` is, or NULL. */
static const struct ctl_verb *owner_of(const char *name)
{
    for (size_t i = 0; ctl_verbs[i] != NULL; i++)
        for (size_t j = 0; j < ctl_verbs[i]->option_count; j++)
            if (strcmp(ctl_verbs[i]->options[j].name, name) == 0)
                return ctl_verbs[i];
    return NULL;
}

/* `name` is what stands behind the dashes. It is none of the options, or the beginning of several.
 */
static void complain_of_name(
    const struct ctl_arguments *arguments, const char *name, const struct option *options)
{
    struct spelling spelling = SPELLING_INIT(name);
    const char *first = NULL, *second = NULL;
    for (; options->name != NULL; options++) {
        spelling_offer(&spelling, options->name);
        if (strncmp(options->name, name, strlen(name)) != 0)
            continue;
        second = first == NULL ? NULL : second == NULL ? options->name : second;
        first = first == NULL ? options->name : first;
    }
    const char *meant = spelling_nearest(&spelling);
    /* The caller returns the code. */
    if (second != NULL)
        (void)print_complaint(0, "--%s could be --%s or --%s", name, first, second);
    else if (arguments->verb == NULL && owner_of(name) != NULL)
        (void)print_complaint(0, "--%s belongs to a verb: it stands behind it, as in %s --%s", name,
            owner_of(name)->name, name);
    else
        (void)print_complaint(0, "there is no option --%s%s%s%s", name,
            meant == NULL ? "" : ": did you mean --", meant == NULL ? "" : meant,
            meant == NULL ? "" : "?");
}

/* `found` is what getopt_long() said of `word`. */
static bool refuse_option(
    struct ctl_arguments *arguments, int found, const char *word, const struct option *options)
{
    char name[64];
    bool is_long = strncmp(word, "--", 2) == 0;
    (void)snprintf(name, sizeof(name), "%.*s", (int)strcspn(word, "="),
        word); /* a cut name is no option either */
    if (!is_long)
        (void)snprintf(name, sizeof(name), "-%c", optopt); /* fits */
    /* refuse() returns the code. */
    if (found == ':')
        (void)print_complaint(0, "%s wants a value", name);
    else if (!is_long)
        (void)print_complaint(0, "there is no option %s", name);
    else if (optopt != 0)
        (void)print_complaint(0, "%s takes no value", name);
    else
        complain_of_name(arguments, name + 2, options);
    return refuse(arguments);
}

static bool refuse_verb(struct ctl_arguments *arguments, const char *word)
{
    struct spelling spelling = SPELLING_INIT(word);
    for (size_t i = 0; ctl_verbs[i] != NULL; i++)
        spelling_offer(&spelling, ctl_verbs[i]->name);
    const char *meant = spelling_nearest(&spelling);
    arguments->exit_code = print_complaint(DAEMON_EXIT_USAGE,
        "unknown verb \"%s\"%s%s%s (slackauditctl --help names them all)", word,
        meant == NULL ? "" : ": did you mean \"", meant == NULL ? "" : meant,
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

static void take_own(struct ctl_arguments *arguments, size_t place)
{
    arguments->request.values[place] = optarg == NULL ? "" : optarg;
}

static bool is_number(const char *word)
{
    return word[0] == '-' && word[1] >= '0' && word[1] <= '9';
}

/* Reads on behind `(*argv)[0]`, up to the first word while there is no verb, and leaves `argc` and
 * `argv` at what it has not read. False: nothing is to be run. */
static bool read_on(struct ctl_arguments *arguments, int *argc, char ***argv)
{
    struct option options[ARGUMENTS_GENERAL + CTL_OPTIONS + 1];
    const char *letters = arguments->verb == NULL ? "+:c:jVh" : "-:c:jVh";
    fill_options(arguments->verb, options);
    opterr = 0;
    optind = 0; /* begin anew */
    int at = 1; /* what is looked at next */
    for (int found; (found = getopt_long(*argc, *argv, letters, options, NULL)) != -1;) {
        bool on = true;
        if (found == '?' && arguments->verb != NULL && is_number((*argv)[at])) {
            on = add_word(arguments, (*argv)[at]);
            *argc -= at;
            *argv += at;
            optind = 0; /* begin anew behind it */
        } else if (found == '?' || found == ':') {
            on = refuse_option(arguments, found, (*argv)[at], options);
        } else if (found == 1) { /* an argument that is no option */
            on = add_word(arguments, optarg);
        } else if (found >= OWN_OPTION) {
            take_own(arguments, (size_t)(found - OWN_OPTION));
        } else {
            on = take_general(arguments, found);
        }
        if (!on)
            return false;
        at = optind == 0 ? 1 : optind;
    }
    *argc -= optind;
    *argv += optind;
    return true;
}

static const struct ctl_verb *find_verb(const char *name)
{
    for (size_t i = 0; ctl_verbs[i] != NULL; i++)
        if (strcmp(ctl_verbs[i]->name, name) == 0)
            return ctl_verbs[i];
    return NULL;
}

/* `help`, which is no verb, but what many type first. `name` may be NULL. */
static bool give_help(struct ctl_arguments *arguments, const char *name)
{
    const struct ctl_verb *verb = name == NULL ? NULL : find_verb(name);
    if (name != NULL && verb == NULL)
        return refuse_verb(arguments, name);
    help_write(verb);
    return false;
}

bool arguments_read(struct ctl_arguments *arguments, int argc, char **argv)
{
    arguments->request.config_path = ARGUMENTS_DEFAULT_CONFIG;
    if (!read_on(arguments, &argc, &argv))
        return false;
    if (argc == 0) {
        (void)print_complaint(0, "no verb"); /* the code comes below */
        return refuse(arguments);
    }
    if (strcmp(argv[0], "help") == 0)
        return give_help(arguments, argc > 1 ? argv[1] : NULL);
    arguments->verb = find_verb(argv[0]);
    if (arguments->verb == NULL)
        return refuse_verb(arguments, argv[0]);
    if (!add_word(arguments, argv[0]) || !read_on(arguments, &argc, &argv))
        return false;
    for (int i = 0; i < argc; i++) /* what stands behind -- */
        if (!add_word(arguments, argv[i]))
            return false;
    return true;
}
