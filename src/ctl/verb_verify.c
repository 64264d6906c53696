/*
 * `verify`: walks the API again and asks the ledger what every output got of each entry.
 *
 * The walk is made here, so that the daemon's loop stays free: it only answers, some hundreds of
 * ids at a time, and lends its budget of calls. What is found is judged and told next door
 * (ctl/verification.h).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/units.h"
#include "ctl/backfill_wait.h"
#include "ctl/moment.h"
#include "ctl/print.h"
#include "ctl/verb.h"
#include "ctl/verification.h"
#include "daemon/daemon.h"
#include "slackaudit/entries.h"
#include "source/intake.h"
#include "source/source_client.h"

enum { SOURCE, FROM, TO, REPAIR };

DEFINE_CLEANUP(struct slackaudit_entries, slackaudit_entries_free)

/* ---- The walk ---- */

static void take_entry(
    struct verification *verification, const struct slackaudit_entry_slice *entry, int64_t *time)
{
    struct seen_entry *seen = &verification->chunk[verification->count++];
    if (entry->has_date && entry->date_create > 0 && entry->date_create <= UINT32_MAX)
        *time = entry->date_create; /* else it has its newer neighbour's, as in the store */
    *seen = (struct seen_entry){.key = ledger_id(intake_key(entry)), .time = *time};
    if (entry->id != NULL && entry->id_size <= LIMIT_ENTRY_ID)
        memcpy(seen->id, entry->id, entry->id_size);
}

static void show_progress(struct verification *verification, int64_t reached)
{
    char words[UNITS_TEXT_SIZE];
    progress_show(&verification->progress, verification->to - reached,
        verification->to - verification->from, units_format_time(reached, words));
}

static int walk(struct verification *verification, struct slackaudit_entries *entries)
{
    const struct config_source *config = verification->api.source;
    size_t own_actions = source_own_actions(config);
    int64_t time = verification->to;
    for (;;) {
        struct slackaudit_entry_slice entry;
        struct slackaudit_problem problem = {0};
        int told = slackaudit_entries_next(entries, &entry, &problem);
        if (told < 0)
            return api_complain(&verification->api, told, problem.text);
        bool is_wanted =
            told == SLACKAUDIT_ENTRIES_ENTRY &&
            (own_actions == 0 || intake_wants(config->filter.actions, own_actions, &entry));
        if (is_wanted)
            take_entry(verification, &entry, &time);
        bool ends = told == SLACKAUDIT_ENTRIES_END;
        int exit_code = verification->count == VERIFICATION_CHUNK || ends
                            ? verification_judge(verification)
                            : DAEMON_EXIT_DONE;
        if (exit_code != DAEMON_EXIT_DONE || ends)
            return exit_code;
        if (verification->count == 0)
            show_progress(verification, time);
    }
}

/* ---- Mending ---- */

/* The daemon walks what lies between, and sends what the ledger says that the output never got. */
static int repair_output(struct verification *verification, struct output_totals *output)
{
    char from[24], to[24], name[BACKFILL_NAME_SIZE];
    (void)snprintf(from, sizeof(from), "%" PRId64, output->lacks_from); /* fits */
    (void)snprintf(to, sizeof(to), "%" PRId64, output->lacks_to);       /* fits */
    const char *const words[] = {
        "backfill", "repair", verification->source, from, to, output->name};
    int exit_code = backfill_begin(&verification->asker, words, 6, name);
    if (exit_code == DAEMON_EXIT_DONE)
        exit_code =
            backfill_wait(&verification->asker, &verification->progress, name, &output->mended);
    return exit_code;
}

static int repair(struct verification *verification)
{
    int exit_code = DAEMON_EXIT_DONE;
    for (size_t i = 0; exit_code == DAEMON_EXIT_DONE && i < verification->output_count; i++) {
        struct output_totals *output = &verification->outputs[i];
        if (output->found[FINDING_NEVER] == 0)
            continue;
        progress_init(&verification->progress, "repair", verification->request->json);
        exit_code = repair_output(verification, output);
        progress_show(&verification->progress, 1, 1, output->name);
        progress_clear(&verification->progress);
    }
    return exit_code;
}

/* ---- All of it ---- */

static int verify(struct verification *verification)
{
    _cleanup_free_ char *actions = NULL;
    struct slackaudit_query query;
    struct slackaudit_problem problem = {0};
    if (source_query(verification->api.source, &query, &actions) < 0)
        return print_complaint(DAEMON_EXIT_TRY_AGAIN, "no memory");
    query.has_oldest = query.has_latest = true;
    query.oldest = verification->from;
    query.latest = verification->to;
    _cleanup_(slackaudit_entries_freep) struct slackaudit_entries *entries = NULL;
    int r = slackaudit_entries_new(&entries, verification->api.client, &query, true, &problem);
    if (r < 0)
        return api_complain(&verification->api, r, problem.text);
    show_progress(verification, verification->to);
    int exit_code = walk(verification, entries);
    if (exit_code == DAEMON_EXIT_DONE)
        show_progress(verification, verification->from);
    progress_clear(&verification->progress);
    if (exit_code == DAEMON_EXIT_DONE && verification->request->values[REPAIR] != NULL)
        exit_code = repair(verification);
    return exit_code == DAEMON_EXIT_DONE && verification->faults > 0 ? CTL_EXIT_NO : exit_code;
}

/* ---- The verb ---- */

static int read_range(struct verification *verification)
{
    const struct ctl_request *request = verification->request;
    struct error error = ERROR_INIT;
    int64_t now = clock_wall_us(verification->api.clock) / USEC_PER_SEC;
    const char *to = request->values[TO] == NULL ? "now" : request->values[TO];
    if (moment_read(request->values[FROM], now, &verification->from, &error) < 0 ||
        moment_read(to, now, &verification->to, &error) < 0)
        return print_complaint(DAEMON_EXIT_USAGE, "%s", error.text);
    if (verification->from > verification->to)
        return print_complaint(DAEMON_EXIT_USAGE, "--from is after --to");
    return DAEMON_EXIT_DONE;
}

/* The session is that of the source, whatever token the environment has. */
static int open_session(struct verification *verification)
{
    struct ctl_request session = *verification->request;
    memset(session.values, 0, sizeof(session.values));
    session.values[API_SOURCE] = verification->source;
    int exit_code = api_open(&verification->api, &session, API_TOKEN_WANTED);
    if (exit_code != DAEMON_EXIT_DONE)
        return exit_code;
    asker_init(&verification->asker, verification->api.config);
    verification->chunk = calloc(VERIFICATION_CHUNK, sizeof(*verification->chunk));
    return verification->chunk == NULL ? print_complaint(DAEMON_EXIT_TRY_AGAIN, "no memory")
                                       : read_range(verification);
}

static int run(const struct ctl_request *request)
{
    if (request->word_count != 1 || request->values[SOURCE] == NULL ||
        request->values[FROM] == NULL)
        return print_complaint(DAEMON_EXIT_USAGE,
            "wrong words for verify: it is `slackauditctl verify --source NAME --from TIME [--to "
            "TIME] [--repair]`");
    struct verification *verification = calloc(1, sizeof(*verification));
    if (verification == NULL)
        return print_complaint(DAEMON_EXIT_TRY_AGAIN, "no memory");
    verification->request = request;
    verification->source = request->values[SOURCE];
    verification->text = (struct buffer)BUFFER_INIT(MIB(1));
    verification->unjudged_until = -1;
    int exit_code = open_session(verification);
    if (exit_code == DAEMON_EXIT_DONE) {
        progress_init(&verification->progress, "verify", request->json);
        if (request->json)
            printf("{\"result\":{\"findings\":[");
        exit_code = verify(verification);
        if (request->json)
            verification_end_json(verification, exit_code);
        else if (exit_code == DAEMON_EXIT_DONE || exit_code == CTL_EXIT_NO)
            verification_tell_end(verification);
    }
    asker_close(&verification->asker);
    api_deinit(&verification->api);
    free(verification->chunk);
    buffer_deinit(&verification->text);
    free(verification);
    return exit_code;
}

static const struct ctl_option options[] = {
    [SOURCE] = {"source", "NAME", "whose entries"},
    [FROM] = {"from", "TIME", "entries of this second and later"},
    [TO] = {"to", "TIME", "entries of this second and earlier; without it, up to now"},
    [REPAIR] = {"repair", NULL, "have the daemon send what an output never got"},
};

const struct ctl_verb verb_verify = {
    .name = "verify",
    .forms =
        (const struct ctl_form[]){
            {"verify --source NAME --from TIME [--to TIME] [--repair]",
                "ask Slack again what there was, and the ledger what every output got of it"},
            {0},
        },
    .about = MOMENT_ABOUT
    "\n"
    "Named is each id that an output never got, got twice, or has in dead letter; the\n"
    "exit code is 1 then. Named too, and nothing wrong, is what it may have got\n"
    "twice, because it was sent again when no answer had come. What it got again\n"
    "because of `backfill` or `checkpoint set` is counted, and named with --json.\n"
    "What was never read is counted as never got once the overlap has passed. Calls\n"
    "count in the budget of the running daemon.\n"
    "\n"
    "A repair reaches only the outputs that lack something, and sends them only that.\n",
    CTL_VERB_OPTIONS(options),
    .run = run,
};
