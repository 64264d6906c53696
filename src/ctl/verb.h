/*
 * Verbs: what slackauditctl can be asked to do. A verb has a name, a help text, options of its own,
 * and a function that does it.
 *
 * To add one: a file verb_NAME.c that ends in its struct, a line here and one in ctl/verbs.c, and a
 * heading in docs/man/slackauditctl.1, where `ninja verb-docs` puts its forms and options.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum { CTL_OPTIONS = 24, CTL_WORDS = 64 };

/* Exit code of a verb that ran well and has to say no. The others are in daemon/daemon.h. */
enum { CTL_EXIT_NO = 1 };

/* An option of one verb. */
struct ctl_option {
    const char *name;    /* without the dashes */
    const char *value;   /* what the help calls its value; NULL: it takes none; "[=SECONDS]": it
                          * may be left out, and stands behind a = otherwise */
    const char *meaning; /* for the help, which breaks its lines */
};

/* One way to say a verb. */
struct ctl_form {
    const char *words;   /* "checkpoint set SOURCE TIME [--redeliver]" */
    const char *meaning; /* for the list of verbs, which breaks its lines */
};

/* What a verb is asked. The strings live as long as the arguments of main(). */
struct ctl_request {
    const char *version;
    const char *config_path;
    bool config_given;            /* it was named, and is not the default one */
    bool json;                    /* answer a machine */
    const char *words[CTL_WORDS]; /* the verb and what stands behind it */
    size_t word_count;
    /* Of the verb's options, by their place in its table: the value, "" for one that takes none,
     * NULL for one that was not given. The last one counts. */
    const char *values[CTL_OPTIONS];
};

struct ctl_verb {
    const char *name;
    const struct ctl_form *forms; /* ended by a form without words */
    const char *about;            /* paragraphs for its own help; may be NULL */
    const struct ctl_option *options;
    size_t option_count;
    /* Returns an exit code, having said on standard error what went wrong. */
    int (*run)(const struct ctl_request *request);
};

#define CTL_VERB_OPTIONS(table) .options = (table), .option_count = sizeof(table) / sizeof(*(table))

/* All of them, in the order of the help, ended by NULL. */
extern const struct ctl_verb *const ctl_verbs[];

/* verb_control.c: what a daemon is asked over its control socket. */
extern const struct ctl_verb verb_health, verb_reload, verb_checkpoint, verb_forget;
extern const struct ctl_verb verb_status, verb_names;
extern const struct ctl_verb verb_logs, verb_schemas, verb_actions, verb_test, verb_retry;
extern const struct ctl_verb verb_deadletter, verb_verify, verb_backfill;
