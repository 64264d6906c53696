/* `status`: how every source and output is doing, once or again and again. */
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/units.h"
#include "ctl/asker.h"
#include "ctl/configuration.h"
#include "ctl/help.h"
#include "ctl/print.h"
#include "ctl/screen.h"
#include "ctl/show.h"
#include "ctl/status_view.h"
#include "ctl/verb.h"
#include "ctl/watch.h"
#include "daemon/daemon.h"

enum { WATCH };

#define USUAL_INTERVAL_US (2 * USEC_PER_SEC)

DEFINE_CLEANUP(struct config, config_free)

/* Seconds, with or without a fraction. -1: it is no number, or out of range. */
static int64_t read_seconds(const char *text)
{
    char *end = NULL;
    double seconds = text[0] >= '0' && text[0] <= '9' ? strtod(text, &end) : -1;
    bool is_number = end != NULL && *end == '\0';
    double most = (double)(WATCH_LONGEST_US / USEC_PER_SEC);
    return is_number && seconds <= most ? (int64_t)(seconds * (double)USEC_PER_SEC) : -1;
}

/* A number is seconds; durations as in the configuration are taken too. */
static int read_interval(const char *text, int64_t *ret_us)
{
    int64_t us = USUAL_INTERVAL_US;
    if (text[0] != '\0' && units_parse_duration(text, &us, NULL) < 0)
        us = read_seconds(text);
    if (us < WATCH_SHORTEST_US || us > WATCH_LONGEST_US)
        return print_complaint(DAEMON_EXIT_USAGE,
            "--watch: \"%.64s\" is not 0.1 to 86400 seconds, nor a duration such as 500ms or 1m",
            text);
    *ret_us = us;
    return DAEMON_EXIT_DONE;
}

static int show_once(const struct ctl_request *request, const struct config *config)
{
    const struct json_value *status = NULL;
    struct sheet sheet;
    _cleanup_(asker_close) struct asker asker;
    asker_init(&asker, config);
    int exit_code = request->json ? asker_ask(&asker, request->words, 1)
                                  : asker_result(&asker, request->words, 1, &status);
    if (exit_code != DAEMON_EXIT_DONE)
        return exit_code;
    if (request->json)
        return show_answer(request, &asker.answer);
    sheet_init(&sheet, screen_columns(), screen_has_colours());
    status_view(&sheet, status, NULL, STATUS_FULL);
    if (sheet_end(&sheet) < 0)
        exit_code = print_complaint(DAEMON_EXIT_TRY_AGAIN, "the status is too long to show");
    else
        printf("%.*s", SLICE_PRINT(buffer_slice(&sheet.text)));
    sheet_deinit(&sheet);
    return exit_code;
}

static int run(const struct ctl_request *request)
{
    const char *watch = request->values[WATCH];
    int64_t interval_us = 0;
    if (request->word_count != 1)
        return help_refuse_words(&verb_status);
    int exit_code = watch == NULL ? DAEMON_EXIT_DONE : read_interval(watch, &interval_us);
    if (exit_code != DAEMON_EXIT_DONE)
        return exit_code;
    _cleanup_(config_freep) struct config *config = NULL;
    exit_code = configuration_read_to_ask(request, &config);
    if (exit_code != DAEMON_EXIT_DONE)
        return exit_code;
    return watch == NULL ? show_once(request, config) : watch_status(request, config, interval_us);
}

static const struct ctl_option options[] = {
    [WATCH] = {"watch", "[=SECONDS]", "show it again and again, every 2 seconds or so often"},
};

const struct ctl_verb verb_status = {
    .name = "status",
    .forms =
        (const struct ctl_form[]){
            {"status [--watch[=SECONDS]]", "how every source and output is doing"}, {0}},
    .about = "Watched on a terminal it is drawn anew in place, for its width and height, until\n"
             "q or Ctrl-C; elsewhere each look is a block of lines that begins with its time,\n"
             "and with --json a line of its own. A daemon that is away is waited for. Rates\n"
             "are known from the second look on, and are those of the last half to whole\n"
             "minute.\n",
    CTL_VERB_OPTIONS(options),
    .run = run,
};
