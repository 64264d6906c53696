/* `retry explain`: what a configured retry stack does. It asks nobody but the configuration. */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "ctl/configuration.h"
#include "ctl/explain.h"
#include "ctl/help.h"
#include "ctl/print.h"
#include "ctl/verb.h"
#include "daemon/daemon.h"

DEFINE_CLEANUP(struct config, config_free)

enum { SOURCE, OUTPUT };

static const struct ctl_option options[] = {
    [SOURCE] = {"source", "NAME", "the stack of this source"},
    [OUTPUT] = {"output", "NAME", "the stack of this output"},
};

/* Returns DAEMON_EXIT_DONE, or says what is wrong. */
static int choose(const struct ctl_request *request, const struct config *config,
    struct explain_subject *ret_subject)
{
    const char *source = request->values[SOURCE], *output = request->values[OUTPUT];
    struct explain_subject subject = {.config = config, .retry = &config->retry};
    if (source != NULL) {
        subject.source = config_find_source(config, source);
        if (subject.source == NULL)
            return configuration_no_source(config, source);
        subject.retry = &subject.source->retry;
    }
    if (output != NULL) {
        subject.output = config_find_output(config, output);
        if (subject.output == NULL)
            return configuration_no_output(config, output);
        subject.retry = &subject.output->retry;
    }
    *ret_subject = subject;
    return DAEMON_EXIT_DONE;
}

static int run(const struct ctl_request *request)
{
    if (request->word_count != 2 || strcmp(request->words[1], "explain") != 0)
        return help_refuse_words(&verb_retry);
    if (request->values[SOURCE] != NULL && request->values[OUTPUT] != NULL)
        return print_complaint(
            DAEMON_EXIT_USAGE, "--source or --output, one at a time: each has a stack of its own");
    _cleanup_(config_freep) struct config *config = NULL;
    struct explain_subject subject;
    int exit_code = configuration_read(request, &config);
    if (exit_code == DAEMON_EXIT_DONE)
        exit_code = choose(request, config, &subject);
    if (exit_code != DAEMON_EXIT_DONE)
        return exit_code;
    _cleanup_(buffer_deinit) struct buffer answer = BUFFER_INIT(LIMIT_RESPONSE);
    int r = request->json ? explain_write_json(&subject, &answer)
                          : explain_write_text(&subject, &answer);
    if (r < 0)
        return print_complaint(DAEMON_EXIT_TRY_AGAIN, "no memory");
    (void)fwrite(answer.data, 1, answer.size, stdout); /* print_end() says whether all went */
    return DAEMON_EXIT_DONE;
}

const struct ctl_verb verb_retry = {
    .name = "retry",
    .forms =
        (const struct ctl_form[]){
            {"retry explain [--source NAME | --output NAME]",
                "what the retry stack does with each failure, or "
                "what the default stack does"},
            {0},
        },
    .about = "Each failure is taken to happen again at every attempt. For each the answer says\n"
             "which handler grants another attempt, how long the wait before it is (a range\n"
             "where chance decides), how long all waits are together, and what happens when no\n"
             "handler wants another attempt. Only the configuration is read, and nothing is\n"
             "called.\n",
    CTL_VERB_OPTIONS(options),
    .run = run,
};
