/*
 * The command line: which verb, with which words and options; and the help, which is written from
 * the same tables.
 *
 * The general options (--config, --json, --help, --version) may stand anywhere, the verb's own ones
 * behind it. What begins with a dash and a digit is a word, such as an age: no option has a digit.
 */
#pragma once

#include "ctl/verb.h"

#define ARGUMENTS_DEFAULT_CONFIG "/etc/slackauditd/slackauditd.yaml"

/* What every verb takes. */
struct arguments_general {
    char letter;
    struct ctl_option option;
};

enum { ARGUMENTS_GENERAL = 4 };
extern const struct arguments_general arguments_general[ARGUMENTS_GENERAL];

struct ctl_arguments {
    struct ctl_request request;
    const struct ctl_verb *verb;
    int exit_code; /* when there is nothing to run */
};

/* True: run the verb. False: all that was asked for is said (the help, the version, what is wrong),
 * and `exit_code` says how it went. The request's `version` is filled in before. */
bool arguments_read(struct ctl_arguments *arguments, int argc, char **argv);
