/*
 * `verify`: walks the API again and asks the ledger what every output got of each entry.
 *
 * The walk is made here, so that the daemon's loop stays free: it only answers, some hundreds of
 * ids at a time, and lends its budget of calls. Findings are told as they come; nothing grows with
 * the range.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json_writer.h"
#include "base/limits.h"
#include "base/order.h"
#include "base/units.h"
#include "ctl/api.h"
#include "ctl/asker.h"
#include "ctl/backfill_wait.h"
#include "ctl/moment.h"
#include "ctl/print.h"
#include "ctl/progress.h"
#include "ctl/verb.h"
#include "daemon/daemon.h"
#include "slackaudit/entries.h"
#include "source/intake.h"
#include "source/source_client.h"

enum { SOURCE, FROM, TO, REPAIR };
enum { CHUNK = 1500, ID_DIGITS = 16 };

DEFINE_CLEANUP(struct slackaudit_entries, slackaudit_entries_free)

/* What is wrong with an entry at an output. */
enum finding { NEVER, TWICE, DEAD, FINDINGS };

static const char *const finding_names[FINDINGS] = {"never", "twice", "dead_letter"};
static const char *const finding_words[FINDINGS] = {"never got", "got twice", "in dead letter"};

/* An entry of Slack's. */
struct seen_entry {
    uint64_t key;
    int64_t time;
    char id[LIMIT_ENTRY_ID + 1]; /* "" where it has none */
};

struct output_totals {
    char name[LIMIT_NAME + 1];
    int64_t got, unwanted, pending, before, found[FINDINGS];
    int64_t lacks_from, lacks_to; /* times of what it never got */
    int64_t mended;
};

struct verification {
    const struct ctl_request *request;
    struct api api;
    struct asker asker;
    struct progress progress;
    const char *source;
    int64_t from, to;
    struct seen_entry *chunk; /* CHUNK of them */
    size_t count;
    struct output_totals outputs[LIMIT_OUTPUTS];
    size_t output_count;
    int64_t entries, findings;
    int64_t unjudged, unjudged_until; /* entries that the ledger has forgotten, all before then */
    struct buffer text;
};

/* ---- What is told ---- */

static void note_lack(struct output_totals *output, const struct seen_entry *entry)
{
    bool first = output->found[NEVER]++ == 0;
    output->lacks_from = first ? entry->time : lower(output->lacks_from, entry->time);
    output->lacks_to = first ? entry->time : higher(output->lacks_to, entry->time);
}

static int tell_finding(struct verification *verification, const struct output_totals *output,
    enum finding finding, const struct seen_entry *entry)
{
    char time[UNITS_TEXT_SIZE];
    (void)units_format_time(entry->time, time);
    const char *id = entry->id[0] == '\0' ? NULL : entry->id;
    if (!verification->request->json) {
        progress_clear(&verification->progress);
        printf("%s: %s %s of %s\n", output->name, finding_words[finding],
            id == NULL ? "an entry without an id" : id, time);
        verification->findings++;
        return 0;
    }
    struct json_writer writer = {
        .output = &verification->text, .needs_comma = verification->findings > 0};
    buffer_clear(&verification->text);
    json_writer_open(&writer, NULL, '{');
    json_writer_string(&writer, "output", output->name);
    json_writer_string(&writer, "finding", finding_names[finding]);
    json_writer_string(&writer, "id", id);
    json_writer_string(&writer, "time", time);
    json_writer_close(&writer, '}');
    printf("%.*s", SLICE_PRINT(buffer_slice(&verification->text)));
    verification->findings++;
    return json_writer_end(&writer);
}

static void tell_output(const struct output_totals *output)
{
    printf("%s: got %" PRId64 ", does not want %" PRId64 ", never got %" PRId64
           ", got twice %" PRId64 ", in dead letter %" PRId64 ", on the way %" PRId64
           ", from before its time %" PRId64 "\n",
        output->name, output->got, output->unwanted, output->found[NEVER], output->found[TWICE],
        output->found[DEAD], output->pending, output->before);
    if (output->mended > 0)
        printf(
            "%s: %" PRId64 " entries that it never got were sent\n", output->name, output->mended);
}

static void tell_end(struct verification *verification)
{
    char from[UNITS_TEXT_SIZE], to[UNITS_TEXT_SIZE], until[UNITS_TEXT_SIZE];
    for (size_t i = 0; i < verification->output_count; i++)
        tell_output(&verification->outputs[i]);
    if (verification->unjudged_until > verification->from)
        printf("not judged: %s to %s, of which the ledger knows no more (%" PRId64 " entries)\n",
            units_format_time(verification->from, from),
            units_format_time(lower(verification->unjudged_until, verification->to), until),
            verification->unjudged);
    printf("source %s, %s to %s: %" PRId64 " entries, %s\n", verification->source,
        units_format_time(verification->from, from), units_format_time(verification->to, to),
        verification->entries, verification->findings == 0 ? "nothing is wrong" : "NOT all well");
}

static void write_output_totals(struct json_writer *writer, const struct output_totals *output)
{
    json_writer_open(writer, NULL, '{');
    json_writer_string(writer, "output", output->name);
    json_writer_number(writer, "got", output->got);
    json_writer_number(writer, "unwanted", output->unwanted);
    json_writer_number(writer, "pending", output->pending);
    json_writer_number(writer, "before", output->before);
    for (size_t i = 0; i < FINDINGS; i++)
        json_writer_number(writer, finding_names[i], output->found[i]);
    json_writer_number(writer, "mended", output->mended);
    json_writer_close(writer, '}');
}

/* The end of the object that run() began, whatever happened. */
static void end_json(struct verification *verification, int exit_code)
{
    struct json_writer writer = {.output = &verification->text, .needs_comma = true};
    buffer_clear(&verification->text);
    json_writer_close(&writer, ']');
    json_writer_string(&writer, "source", verification->source);
    json_writer_time(&writer, "from", verification->from);
    json_writer_time(&writer, "to", verification->to);
    json_writer_number(&writer, "entries", verification->entries);
    json_writer_time(&writer, "not_judged_before",
        verification->unjudged_until > verification->from ? verification->unjudged_until : -1);
    json_writer_number(&writer, "not_judged_entries", verification->unjudged);
    json_writer_open(&writer, "outputs", '[');
    for (size_t i = 0; i < verification->output_count; i++)
        write_output_totals(&writer, &verification->outputs[i]);
    json_writer_close(&writer, ']');
    json_writer_close(&writer, '}');
    json_writer_boolean(&writer, "ok", exit_code == DAEMON_EXIT_DONE);
    json_writer_number(&writer, "exit", exit_code);
    json_writer_close(&writer, '}');
    printf("%.*s\n", SLICE_PRINT(buffer_slice(&verification->text)));
}

/* ---- Judging a chunk ---- */

static int compare_keys(const void *left, const void *right)
{
    uint64_t a = ((const struct seen_entry *)left)->key;
    uint64_t b = ((const struct seen_entry *)right)->key;
    return (a > b) - (a < b);
}

static struct output_totals *totals_of(struct verification *verification, const char *name)
{
    for (size_t i = 0; i < verification->output_count; i++)
        if (strcmp(verification->outputs[i].name, name) == 0)
            return &verification->outputs[i];
    if (verification->output_count == LIMIT_OUTPUTS)
        return NULL;
    struct output_totals *totals = &verification->outputs[verification->output_count++];
    *totals = (struct output_totals){0};
    (void)snprintf(totals->name, sizeof(totals->name), "%s", name); /* a name fits */
    return totals;
}

static const struct seen_entry *entry_at(
    const struct verification *verification, const struct json_value *places, size_t i)
{
    int64_t place = json_integer(json_at(places, i), -1);
    return place < 0 || place >= (int64_t)verification->count ? NULL : &verification->chunk[place];
}

static int find_at(struct verification *verification, struct output_totals *output,
    const struct json_value *places, enum finding finding)
{
    int r = 0;
    for (size_t i = 0; r >= 0 && i < json_length(places); i++) {
        const struct seen_entry *entry = entry_at(verification, places, i);
        if (entry == NULL)
            return ERROR_INVALID;
        if (finding == NEVER)
            note_lack(output, entry);
        else
            output->found[finding]++;
        r = tell_finding(verification, output, finding, entry);
    }
    return r;
}

/* Ids that the store does not know: forgotten, not read yet, or never stored. */
static int judge_unknown(struct verification *verification, struct output_totals *output,
    const struct json_value *places, const struct json_value *result, int64_t *unjudged)
{
    int64_t judged_from = json_integer(json_get(result, "judged_from"), INT64_MAX);
    int64_t settled = json_integer(json_get(result, "settled_until"), -1);
    int r = 0;
    *unjudged = 0;
    for (size_t i = 0; r >= 0 && i < json_length(places); i++) {
        const struct seen_entry *entry = entry_at(verification, places, i);
        if (entry == NULL)
            return ERROR_INVALID;
        if (entry->time < judged_from) {
            ++*unjudged;
        } else if (entry->time >= settled) {
            output->pending++;
        } else {
            note_lack(output, entry);
            r = tell_finding(verification, output, NEVER, entry);
        }
    }
    return r;
}

static int judge_output(struct verification *verification, const struct json_value *answer,
    const struct json_value *result, int64_t *unjudged)
{
    const char *name = json_string(json_get(answer, "output"));
    struct output_totals *output = name == NULL ? NULL : totals_of(verification, name);
    if (output == NULL)
        return ERROR_INVALID;
    output->got += json_integer(json_get(answer, "got"), 0);
    output->unwanted += json_integer(json_get(answer, "unwanted"), 0);
    output->pending += json_integer(json_get(answer, "pending"), 0);
    output->before += json_integer(json_get(answer, "before"), 0);
    int r = find_at(verification, output, json_get(answer, "never"), NEVER);
    if (r >= 0)
        r = find_at(verification, output, json_get(answer, "twice"), TWICE);
    if (r >= 0)
        r = find_at(verification, output, json_get(answer, "dead"), DEAD);
    return r < 0
               ? r
               : judge_unknown(verification, output, json_get(answer, "unknown"), result, unjudged);
}

static int take_answer(struct verification *verification, const struct json_value *result)
{
    const struct json_value *outputs = json_get(result, "outputs");
    int64_t forgotten = 0;
    int r = 0;
    for (size_t i = 0; r >= 0 && i < json_length(outputs); i++) {
        int64_t unjudged;
        r = judge_output(verification, json_at(outputs, i), result, &unjudged);
        forgotten = r < 0 ? 0 : higher(forgotten, unjudged);
    }
    verification->unjudged += forgotten;
    verification->unjudged_until = json_integer(json_get(result, "judged_from"), -1);
    return r < 0 ? print_complaint(DAEMON_EXIT_TRY_AGAIN, "the daemon's answer cannot be read")
                 : DAEMON_EXIT_DONE;
}

/* Ascending, each once. */
static void sort_chunk(struct verification *verification)
{
    struct seen_entry *chunk = verification->chunk;
    size_t count = 0;
    qsort(chunk, verification->count, sizeof(*chunk), compare_keys);
    for (size_t i = 0; i < verification->count; i++)
        if (count == 0 || chunk[count - 1].key != chunk[i].key)
            chunk[count++] = chunk[i];
    verification->count = count;
}

static int judge_chunk(struct verification *verification)
{
    char oldest[24], latest[24], ids[CHUNK * ID_DIGITS + 1];
    int64_t low = INT64_MAX, high = -1;
    sort_chunk(verification);
    for (size_t i = 0; i < verification->count; i++) {
        const struct seen_entry *entry = &verification->chunk[i];
        low = lower(low, entry->time);
        high = higher(high, entry->time);
        (void)snprintf(ids + i * ID_DIGITS, ID_DIGITS + 1, "%016" PRIx64, entry->key); /* all fit */
    }
    (void)snprintf(oldest, sizeof(oldest), "%" PRId64, low);  /* fits */
    (void)snprintf(latest, sizeof(latest), "%" PRId64, high); /* fits */
    const char *const words[] = {"ledger", "judge", verification->source, oldest, latest, ids};
    const struct json_value *result = NULL;
    int exit_code = verification->count == 0
                        ? DAEMON_EXIT_DONE
                        : asker_result(&verification->asker, words, 6, &result);
    if (exit_code == DAEMON_EXIT_DONE && result != NULL)
        exit_code = take_answer(verification, result);
    verification->entries += (int64_t)verification->count;
    verification->count = 0;
    return exit_code;
}

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
        int exit_code =
            verification->count == CHUNK || ends ? judge_chunk(verification) : DAEMON_EXIT_DONE;
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
        if (output->found[NEVER] == 0)
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
    return exit_code == DAEMON_EXIT_DONE && verification->findings > 0 ? CTL_EXIT_NO : exit_code;
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
    verification->chunk = calloc(CHUNK, sizeof(*verification->chunk));
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
            end_json(verification, exit_code);
        else if (exit_code == DAEMON_EXIT_DONE || exit_code == CTL_EXIT_NO)
            tell_end(verification);
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
                "ask Slack again what there was, and the ledger\nwhat every output got of it"},
            {0},
        },
    .about = MOMENT_ABOUT
    "\n"
    "Named is each id that an output never got, got twice, or has in dead letter; the exit code\n"
    "is 1 then. \"Twice\" is also what was sent again after a lost answer: the receiver may\n"
    "have it twice. What was never read is counted as never got once the overlap has passed.\n"
    "Calls count in the budget of the running daemon.\n"
    "\n"
    "A repair reaches only the outputs that lack something, and sends them only that.\n",
    CTL_VERB_OPTIONS(options),
    .run = run,
};
