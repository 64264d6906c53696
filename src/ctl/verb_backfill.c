/* `backfill`: has the daemon walk a range once more, for some outputs or all; lists such walks, and
 * cancels one. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/units.h"
#include "ctl/backfill_wait.h"
#include "ctl/configuration.h"
#include "ctl/help.h"
#include "ctl/moment.h"
#include "ctl/print.h"
#include "ctl/table.h"
#include "ctl/verb.h"
#include "daemon/backfill_name.h"
#include "daemon/daemon.h"

enum { SOURCE, FROM, TO, OUTPUT, OPTIONS };

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
    char shown[BACKFILL_NAME_SIZE];
    daemon_backfill_show(name, shown, sizeof(shown));
    if (request->json)
        printf("{\"ok\":true,\"result\":{\"name\":\"%s\",\"entries\":%" PRId64 "}}\n", name,
            entries); /* names need no escapes */
    else
        printf("%s is read and delivered: %" PRId64 " entries\n", shown, entries);
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

/* ---- Listed, and cancelled ---- */

enum { COLUMNS = 8 };

static const struct table_column columns[COLUMNS] = {{"ID", 0}, {"KIND", 0}, {"OUTPUT", 0},
    {"FROM", 0}, {"TO", 0}, {"STATE", 0}, {"ENTRIES", 0}, {"TO SEND", 0}};

static int add_row(struct table *table, const struct json_value *backfill)
{
    static const char *const members[] = {"id", "kind", "output", "from", "to", "state"};
    static const char *const numbers[] = {"entries", "backlog_entries"};
    int r = 0;
    for (size_t i = 0; r >= 0 && i < sizeof(members) / sizeof(members[0]); i++)
        r = table_add(table, json_text(json_get(backfill, members[i])));
    for (size_t i = 0; r >= 0 && i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        char number[24];
        (void)snprintf(number, sizeof(number), "%" PRId64,
            json_integer(json_get(backfill, numbers[i]), 0)); /* fits */
        r = table_add(table, slice_of(number));
    }
    return r;
}

static int show_list(const struct json_value *list)
{
    struct table table;
    int r = 0;
    if (json_length(list) == 0) {
        printf("no back-fills\n");
        return DAEMON_EXIT_DONE;
    }
    table_init(&table, columns, COLUMNS);
    for (size_t i = 0; r >= 0 && i < json_length(list); i++)
        r = add_row(&table, json_at(list, i));
    if (r >= 0)
        table_print(&table, true);
    table_deinit(&table);
    return r < 0 ? print_complaint(DAEMON_EXIT_TRY_AGAIN, "there are too many to show")
                 : DAEMON_EXIT_DONE;
}

static int ask(const struct ctl_request *request, struct asker *asker)
{
    const struct json_value *result = NULL;
    int exit_code = asker_result(asker, request->words, request->word_count, &result);
    if (exit_code != DAEMON_EXIT_DONE)
        return exit_code;
    if (request->json) {
        printf("%.*s", SLICE_PRINT(buffer_slice(&asker->answer)));
        return DAEMON_EXIT_DONE;
    }
    if (request->word_count == 2)
        return show_list(result);
    printf("%s is cancelled; %" PRId64 " entries that were read are not sent\n", request->words[2],
        json_integer(json_get(result, "entries_not_sent"), 0));
    return DAEMON_EXIT_DONE;
}

/* ---- The verb ---- */

static bool is_word(const struct ctl_request *request, size_t count, const char *word)
{
    return request->word_count == count && strcmp(request->words[1], word) == 0;
}

static int run(const struct ctl_request *request)
{
    const char *source = request->values[SOURCE], *output = request->values[OUTPUT];
    char from[24], to[24];
    bool asks = is_word(request, 2, "list") || is_word(request, 3, "cancel");
    bool begins = request->word_count == 1 && source != NULL && request->values[FROM] != NULL &&
                  request->values[TO] != NULL;
    for (size_t i = 0; i < OPTIONS; i++)
        asks &= request->values[i] == NULL;
    if (!asks && !begins)
        return help_refuse_words(&verb_backfill);
    int exit_code = begins ? read_time(request->values[FROM], from) : DAEMON_EXIT_DONE;
    if (begins && exit_code == DAEMON_EXIT_DONE)
        exit_code = read_time(request->values[TO], to);
    _cleanup_(config_freep) struct config *config = NULL;
    if (exit_code == DAEMON_EXIT_DONE)
        exit_code = configuration_read(request, &config);
    if (exit_code != DAEMON_EXIT_DONE)
        return exit_code;
    if (begins && config_find_source(config, source) == NULL)
        return configuration_no_source(config, source);
    if (output != NULL && config_find_output(config, output) == NULL)
        return configuration_no_output(config, output);
    struct asker asker;
    asker_init(&asker, config);
    exit_code = begins ? backfill(request, &asker, from, to) : ask(request, &asker);
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
                "send again what Slack has of a range, to every output of the source or to one"},
            {"backfill list", "those that run, and those that the ledger knows of"},
            {"backfill cancel ID", "end one: nothing of it is read or sent any more"},
            {0},
        },
    .about = MOMENT_ABOUT
    "\n"
    "The daemon walks the range beside its polling, with the calls that polling\n"
    "leaves, and sends all of it, also what the outputs had already. No checkpoint\n"
    "moves. The daemon goes on when this command is ended, and after a restart; the\n"
    "same command again waits for it, and `backfill cancel` ends it. Repairs are\n"
    "listed too.\n",
    CTL_VERB_OPTIONS(options),
    .run = run,
};
