/* `backfill`: has the daemon walk a range once more, for some outputs or all. */
#include <inttypes.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/units.h"
#include "ctl/backfill_wait.h"
#include "ctl/configuration.h"
#include "ctl/moment.h"
#include "ctl/print.h"
#include "ctl/verb.h"
#include "daemon/daemon.h"

enum { SOURCE, FROM, TO, OUTPUT };

DEFINE_CLEANUP(struct config, config_free)
DEFINE_CLEANUP(struct clock, clock_free)

static int read_time(const char *text, char seconds[24])
{
    struct error error = ERROR_INIT;
    int64_t time = 0;
    _cleanup_(clock_freep) struct clock *clock = clock_new_real();
    if (clock == NULL)
        return print_complaint(DAEMON_EXIT_TRY_AGAIN, "no memory");
    if (moment_read(text, clock_wall_us(clock) / USEC_PER_SEC, &time, &error) < 0)
        return print_complaint(DAEMON_EXIT_USAGE, "%s", error.text);
    (void)snprintf(seconds, 24, "%" PRId64, time); /* fits */
    return DAEMON_EXIT_DONE;
}

static void tell(const struct ctl_request *request, const char *name, int64_t entries)
{
    if (request->json)
        printf("{\"ok\":true,\"result\":{\"name\":\"%s\",\"entries\":%" PRId64 "}}\n", name,
            entries); /* names need no escapes */
    else
        printf("%s is read and delivered: %" PRId64 " entries\n", name, entries);
}

static int backfill(
    const struct ctl_request *request, struct asker *asker, const char *from, const char *to)
{
    const char *const words[] = {
        "backfill", "start", request->values[SOURCE], from, to, request->values[OUTPUT]};
    char name[BACKFILL_NAME_SIZE];
    int64_t entries = 0;
    struct progress progress;
    int exit_code = backfill_begin(asker, words, request->values[OUTPUT] == NULL ? 5 : 6, name);
    if (exit_code != DAEMON_EXIT_DONE)
        return exit_code;
    progress_init(&progress, "backfill", request->json);
    exit_code = backfill_wait(asker, &progress, name, &entries);
    progress_show(&progress, 1, 1, "read and sent");
    progress_clear(&progress);
    if (exit_code == DAEMON_EXIT_DONE)
        tell(request, name, entries);
    return exit_code;
}

static int run(const struct ctl_request *request)
{
    const char *source = request->values[SOURCE], *output = request->values[OUTPUT];
    char from[24], to[24];
    if (request->word_count != 1 || source == NULL || request->values[FROM] == NULL ||
        request->values[TO] == NULL)
        return print_complaint(DAEMON_EXIT_USAGE,
            "wrong words for backfill: it is `slackauditctl backfill --source NAME --from TIME "
            "--to TIME [--output NAME]`");
    int exit_code = read_time(request->values[FROM], from);
    if (exit_code == DAEMON_EXIT_DONE)
        exit_code = read_time(request->values[TO], to);
    _cleanup_(config_freep) struct config *config = NULL;
    if (exit_code == DAEMON_EXIT_DONE)
        exit_code = configuration_read(request, &config);
    if (exit_code != DAEMON_EXIT_DONE)
        return exit_code;
    if (config_find_source(config, source) == NULL)
        return configuration_no_source(config, source);
    if (output != NULL && config_find_output(config, output) == NULL)
        return configuration_no_output(config, output);
    struct asker asker;
    asker_init(&asker, config);
    exit_code = backfill(request, &asker, from, to);
    asker_close(&asker);
    return exit_code;
}

static const struct ctl_option options[] = {
    [SOURCE] = {"source", "NAME", "whose entries"},
    [FROM] = {"from", "TIME", "entries of this second and later"},
    [TO] = {"to", "TIME", "entries of this second and earlier"},
    [OUTPUT] = {"output", "NAME", "for this output only"},
};

const struct ctl_verb verb_backfill = {
    .name = "backfill",
    .forms =
        (const struct ctl_form[]){
            {"backfill --source NAME --from TIME --to TIME [--output NAME]",
                "send again what Slack has of a range, to every\noutput of the source or to one"},
            {0},
        },
    .about = MOMENT_ABOUT
    "\n"
    "The daemon walks the range beside its polling, with the calls that polling leaves, and sends\n"
    "all of it, also what the outputs had already. No checkpoint moves. The daemon goes on when\n"
    "this command is ended, and after a restart; the same command again waits for it.\n",
    CTL_VERB_OPTIONS(options),
    .run = run,
};
