/*
 * The verbs of the control socket: they ask the running daemon, or open the store themselves when
 * none runs and the verb allows it, and show the answer to people or, with --json, to machines.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/units.h"
#include "ctl/asker.h"
#include "ctl/configuration.h"
#include "ctl/help.h"
#include "ctl/moment.h"
#include "ctl/print.h"
#include "ctl/show.h"
#include "ctl/verb.h"
#include "daemon/daemon.h"
#include "daemon/verbs.h"

DEFINE_CLEANUP(struct config, config_free)

/* The request's words are what the daemon is asked. */
static int run(const struct ctl_request *request)
{
    struct error error = ERROR_INIT;
    if (verbs_judge(request->words, request->word_count, &error) < 0)
        return print_complaint(DAEMON_EXIT_USAGE, "%s", error.text);
    _cleanup_(config_freep) struct config *config = NULL;
    bool only_asks = strcmp(request->words[0], verb_health.name) == 0;
    int exit_code = only_asks ? configuration_read_to_ask(request, &config)
                              : configuration_read(request, &config);
    if (exit_code == DAEMON_EXIT_CONFIG && strcmp(request->words[0], verb_reload.name) == 0)
        return print_complaint(
            exit_code, "nothing was reloaded: a daemon that runs goes on with what it read");
    if (exit_code != DAEMON_EXIT_DONE)
        return exit_code;
    _cleanup_(asker_close) struct asker asker;
    asker_init(&asker, config);
    exit_code = asker_ask(&asker, request->words, request->word_count);
    return exit_code == DAEMON_EXIT_DONE ? show_answer(request, &asker.answer) : exit_code;
}

const struct ctl_verb verb_health = {
    .name = "health",
    .forms = (const struct ctl_form[]){{"health", "exit 0 when all is well, else 1 and why"}, {0}},
    .run = run,
};

const struct ctl_verb verb_reload = {
    .name = "reload",
    .forms =
        (const struct ctl_form[]){
            {"reload", "read the configuration again; says what is wrong with it"}, {0}},
    .run = run,
};

/* ---- checkpoint ---- */

enum { REDELIVER };

static const struct ctl_option checkpoint_options[] = {
    [REDELIVER] = {"redeliver", NULL, "send again to every output what comes after TIME"},
};

/* The daemon is told Unix seconds: it takes neither ages nor `now`. */
static int set_checkpoint(struct ctl_request *request)
{
    struct error error = ERROR_INIT;
    char seconds_text[UNITS_TEXT_SIZE];
    int64_t seconds = 0;
    struct clock *clock = clock_new_real();
    if (clock == NULL)
        return print_complaint(DAEMON_EXIT_TRY_AGAIN, "no memory");
    int r = moment_read(request->words[3], clock_wall_us(clock) / USEC_PER_SEC, &seconds, &error);
    clock_free(clock);
    if (r < 0)
        return print_complaint(DAEMON_EXIT_USAGE, "TIME: %s", error.text);
    (void)snprintf(seconds_text, sizeof(seconds_text), "%" PRId64, seconds); /* fits */
    request->words[3] = seconds_text;
    if (request->values[REDELIVER] != NULL)
        request->words[request->word_count++] = "--redeliver";
    return run(request);
}

static int run_checkpoint(const struct ctl_request *request)
{
    struct ctl_request asked = *request;
    const char *what = request->word_count > 1 ? request->words[1] : "";
    if (strcmp(what, "set") == 0 && request->word_count == 4)
        return set_checkpoint(&asked);
    if (strcmp(what, "show") == 0 && request->word_count == 2 && request->values[REDELIVER] == NULL)
        return run(request);
    return help_refuse_words(&verb_checkpoint);
}

const struct ctl_verb verb_checkpoint = {
    .name = "checkpoint",
    .forms =
        (const struct ctl_form[]){
            {"checkpoint show", "how far each source is read"},
            {"checkpoint set SOURCE TIME [--redeliver]",
                "go back to an earlier TIME: says how much would be sent again, "
                "and does it when --redeliver is there"},
            {0},
        },
    .about = MOMENT_ABOUT,
    CTL_VERB_OPTIONS(checkpoint_options),
    .run = run_checkpoint,
};

/* ---- forget ---- */

enum { SOURCE, OUTPUT };

static const struct ctl_option forget_options[] = {
    [SOURCE] = {"source", "NAME", "forget the checkpoint and the ids of this source"},
    [OUTPUT] = {"output", "NAME", "forget the positions of this output"},
};

static int run_forget(const struct ctl_request *request)
{
    struct ctl_request asked = *request;
    const char *source = request->values[SOURCE], *output = request->values[OUTPUT];
    if (request->word_count != 1 || (source == NULL) == (output == NULL))
        return help_refuse_words(&verb_forget);
    asked.words[asked.word_count++] = source != NULL ? "--source" : "--output";
    asked.words[asked.word_count++] = source != NULL ? source : output;
    return run(&asked);
}

const struct ctl_verb verb_forget = {
    .name = "forget",
    .forms =
        (const struct ctl_form[]){
            {"forget --source NAME | --output NAME",
                "remove what is kept of a source or output that is not configured any more"},
            {0},
        },
    CTL_VERB_OPTIONS(forget_options),
    .run = run_forget,
};
