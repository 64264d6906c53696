#include "daemon/verbs.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/order.h"
#include "base/units.h"
#include "config/spelling.h"
#include "daemon/daemon_private.h"
#include "daemon/verbs_private.h"
#include "source/plan.h"

#define LONGEST_PAUSE_US (INT64_C(86400) * USEC_PER_SEC)

/* Each verb appends the `result` value, or returns a negative code with the error, or REFUSED when
 * it has refused in its own words. */
enum { REFUSED = 1 };

struct verb {
    const char *words; /* as in the help */
    const char *name;
    const char *second;      /* or NULL */
    size_t minimum, maximum; /* words in all */
    bool offline;
    int (*run)(const struct verb_context *context, const char *const *words, size_t count,
        struct json_writer *result, struct error *error);
};

static void refuse(struct buffer *answer, int exit_code, const char *why)
{
    struct json_writer writer = {.output = answer};
    buffer_clear(answer);
    json_writer_open(&writer, NULL, '{');
    json_writer_boolean(&writer, "ok", false);
    json_writer_number(&writer, "exit", exit_code);
    json_writer_string(&writer, "error", why);
    json_writer_close(&writer, '}');
}

static int run_status(const struct verb_context *context, const char *const *words, size_t count,
    struct json_writer *result, struct error *error)
{
    (void)words, (void)count; /* it has no words of its own */
    int r = daemon_write_status(context->daemon, result, "result");
    return r < 0 ? error_set(error, r, "the status does not fit or the store cannot tell it") : 0;
}

static int run_health(const struct verb_context *context, const char *const *words, size_t count,
    struct json_writer *result, struct error *error)
{
    char ill[ERROR_TEXT_SIZE];
    (void)words, (void)count; /* it has no words of its own */
    const char *why = daemon_ill(context->daemon, ill, sizeof(ill));
    json_writer_string(result, "result", "well");
    return why == NULL ? 0 : error_set(error, ERROR_UNAVAILABLE, "%s", why);
}

static int run_reload(const struct verb_context *context, const char *const *words, size_t count,
    struct json_writer *result, struct error *error)
{
    _cleanup_(buffer_deinit) struct buffer report = BUFFER_INIT(LIMIT_CONTROL_LINE);
    (void)words, (void)count; /* it has no words of its own */
    int r = daemon_reload(context->daemon, &report);
    json_writer_string(result, "result", "configuration loaded");
    if (r >= 0)
        return 0;
    if (report.size == 0)
        return error_set(error, r, "the configuration was not loaded: slackauditd is stopping");
    report.size--; /* the last line break: whoever shows the text ends it */
    const char *text = buffer_text(&report);
    refuse(result->output, r == ERROR_INVALID ? DAEMON_EXIT_CONFIG : 1,
        text != NULL ? text : "the configuration was not loaded; the log says why");
    return REFUSED;
}

static int write_walk(void *user, const char *name, const struct store_walk *walk)
{
    struct json_writer *result = user;
    if (source_is_beside(name))
        return 0;
    json_writer_open(result, NULL, '{');
    json_writer_string(result, "source", name);
    json_writer_time(result, "start", walk->start);
    json_writer_time(result, "checkpoint", walk->checkpoint);
    json_writer_time(result, "ids_complete_from", walk->seen_from);
    json_writer_close(result, '}');
    return json_writer_end(result);
}

static int run_checkpoint_show(const struct verb_context *context, const char *const *words,
    size_t count, struct json_writer *result, struct error *error)
{
    (void)words, (void)count; /* it has no words of its own */
    json_writer_open(result, "result", '[');
    int r = context->store_type->sources(context->store, write_walk, result, error);
    json_writer_close(result, ']');
    return r;
}

struct walk_search {
    const char *name;
    bool found;
    struct store_walk walk;
};

static int match_walk(void *user, const char *name, const struct store_walk *walk)
{
    struct walk_search *search = user;
    if (strcmp(name, search->name) == 0) {
        search->found = true;
        search->walk = *walk;
    }
    return 0;
}

static int count_id(void *user, struct hash_key key, int64_t time)
{
    (void)key, (void)time; /* only how many there are */
    ++*(int64_t *)user;
    return 0;
}

/* How many entries the store knows from that time on. */
static int count_again(const struct verb_context *context, const char *name, int64_t from,
    int64_t *ret_count, struct error *error)
{
    struct store_source *source;
    struct store_walk walk;
    int64_t count = 0;
    int r = context->store_type->source(context->store, name, &source, &walk, error);
    if (r >= 0)
        r = context->store_type->seen(source, from, count_id, &count, error);
    if (r >= 0)
        *ret_count = count;
    return r;
}

/* Stops the walk while its place is moved under it. */
static int rewind_source(
    const struct verb_context *context, const char *name, int64_t checkpoint, struct error *error)
{
    struct daemon *daemon = context->daemon;
    struct daemon_source *running = daemon == NULL ? NULL : daemon_find_source(daemon, name);
    if (running != NULL)
        daemon_halt_source(running);
    int r = context->store_type->rewind(context->store, name, checkpoint, error);
    if (running == NULL || daemon->stopping)
        return r;
    struct error resume_error = ERROR_INIT;
    int resumed = daemon_resume_source(running, &resume_error);
    if (resumed < 0) {
        (void)daemon_note_missing(daemon, resumed, &resume_error, NULL); /* the verb is done */
        daemon_drop_source(running);
    }
    return r;
}

static int run_checkpoint_set(const struct verb_context *context, const char *const *words,
    size_t count, struct json_writer *result, struct error *error)
{
    const char *name = words[2];
    bool redeliver = count == 5 && strcmp(words[4], "--redeliver") == 0;
    int64_t time = 0;
    int64_t again = 0;
    struct walk_search search = {.name = name};
    if (count == 5 && !redeliver)
        return error_set(error, ERROR_INVALID,
            "unknown word \"%s\": only --redeliver may follow the time", words[4]);
    int r = units_parse_time(words[3], &time, error);
    if (r >= 0)
        r = context->store_type->sources(context->store, match_walk, &search, error);
    if (r < 0)
        return r;
    if (!search.found)
        return error_set(error, ERROR_MISSING, "no source \"%s\" in the store", name);
    if (time < PLAN_BEGINNING)
        return error_set(error, ERROR_INVALID,
            "Slack has no entries from before March 2018: choose a later time");
    if (time >= search.walk.checkpoint)
        return error_set(error, ERROR_INVALID,
            "the checkpoint only moves back: a later one would skip entries that were not read");
    r = count_again(context, name, time, &again, error);
    if (r < 0)
        return r;
    if (!redeliver)
        return error_set(error, ERROR_DENIED,
            "all entries from then on are sent again to every output (%lld known since): say "
            "--redeliver if you want that",
            (long long)again);
    json_writer_open(result, "result", '{');
    json_writer_string(result, "source", name);
    json_writer_time(result, "checkpoint", time);
    json_writer_number(result, "known_entries_sent_again", again);
    json_writer_close(result, '}');
    return rewind_source(context, name, time, error);
}

struct beside_search {
    const char *source;
    char name[BESIDE_NAME_SIZE]; /* "": none is left */
};

static int match_beside(void *user, const char *name, const struct store_walk *walk)
{
    struct beside_search *search = user;
    (void)walk; /* its name is all that matters here */
    if (source_is_beside(name) && source_belongs_to(name, search->source))
        (void)snprintf(search->name, sizeof(search->name), "%s", name); /* it fits */
    return 0;
}

/* The queues beside a source that is gone. */
static int forget_beside(
    const struct verb_context *context, const char *source, struct error *error)
{
    struct beside_search search = {.source = source};
    for (;;) {
        search.name[0] = '\0';
        int r = context->store_type->sources(context->store, match_beside, &search, error);
        if (r < 0 || search.name[0] == '\0')
            return r;
        for (size_t i = 0; context->daemon != NULL && i < context->daemon->output_count; i++)
            delivery_remove_source(context->daemon->outputs[i]->delivery, search.name);
        r = context->store_type->forget_source(context->store, search.name, error);
        if (r < 0)
            return r;
    }
}

static int run_forget(const struct verb_context *context, const char *const *words, size_t count,
    struct json_writer *result, struct error *error)
{
    bool is_source = strcmp(words[1], "--source") == 0;
    (void)count; /* exactly three, the table says so */
    if (!is_source && strcmp(words[1], "--output") != 0)
        return error_set(error, ERROR_INVALID, "forget what? --source NAME or --output NAME");
    if (is_source ? config_find_source(context->config, words[2]) != NULL
                  : config_find_output(context->config, words[2]) != NULL)
        return error_set(error, ERROR_DENIED,
            "\"%s\" is configured: take it out of the configuration and reload first", words[2]);
    json_writer_string(result, "result", "forgotten");
    if (!is_source)
        return context->store_type->forget_output(context->store, words[2], error);
    int r = context->store_type->forget_source(context->store, words[2], error);
    return r < 0 ? r : forget_beside(context, words[2], error);
}

/* For who makes calls beside the daemon in a source's name: they count in the same budget. */
static int run_budget(const struct verb_context *context, const char *const *words, size_t count,
    struct json_writer *result, struct error *error)
{
    struct daemon_source *source = daemon_find_source(context->daemon, words[1]);
    int64_t pause_us = 0;
    if (count == 3) {
        int r = units_parse_duration(words[2], &pause_us, error);
        if (r < 0)
            return r;
    }
    if (source == NULL || source->governor == NULL)
        return error_set(error, ERROR_MISSING, "the daemon runs no source \"%s\"", words[1]);
    struct error unkept = ERROR_INIT;
    pause_us = lower(pause_us, LONGEST_PAUSE_US);
    if (pause_us > 0 && governor_pause(source->governor, pause_us, &unkept) < 0)
        log_warning(
            NULL, "the pause that Slack asked for will not outlive a restart: %s", unkept.text);
    int64_t wait_us =
        pause_us > 0 ? governor_paused_us(source->governor) : governor_ask(source->governor);
    json_writer_open(result, "result", '{');
    json_writer_string(result, "source", words[1]);
    json_writer_number(result, "wait_us", wait_us);
    json_writer_number(result, "calls_left", governor_calls_left(source->governor));
    json_writer_close(result, '}');
    return 0;
}

static const struct verb verbs[] = {
    {.words = "status", .name = "status", .minimum = 1, .maximum = 1, .run = run_status},
    {.words = "health", .name = "health", .minimum = 1, .maximum = 1, .run = run_health},
    {.words = "reload", .name = "reload", .minimum = 1, .maximum = 1, .run = run_reload},
    {.words = "checkpoint show",
        .name = "checkpoint",
        .second = "show",
        .minimum = 2,
        .maximum = 2,
        .offline = true,
        .run = run_checkpoint_show},
    {.words = "checkpoint set SOURCE TIME [--redeliver]",
        .name = "checkpoint",
        .second = "set",
        .minimum = 4,
        .maximum = 5,
        .offline = true,
        .run = run_checkpoint_set},
    {.words = "forget --source|--output NAME",
        .name = "forget",
        .minimum = 3,
        .maximum = 3,
        .offline = true,
        .run = run_forget},
    {.words = "budget SOURCE [PAUSE]",
        .name = "budget",
        .minimum = 2,
        .maximum = 3,
        .run = run_budget},
    {.words = "backfill start SOURCE FROM TO [OUTPUT]...",
        .name = "backfill",
        .second = "start",
        .minimum = 5,
        .maximum = 5 + LIMIT_OUTPUTS,
        .run = verb_backfill_start},
    {.words = "backfill repair SOURCE FROM TO OUTPUT",
        .name = "backfill",
        .second = "repair",
        .minimum = 6,
        .maximum = 6,
        .run = verb_backfill_start},
    {.words = "backfill list",
        .name = "backfill",
        .second = "list",
        .minimum = 2,
        .maximum = 2,
        .run = verb_backfill_list},
    {.words = "ledger judge SOURCE OLDEST LATEST IDS",
        .name = "ledger",
        .second = "judge",
        .minimum = 6,
        .maximum = 6,
        .offline = true,
        .run = verb_ledger_judge},
    {.words = "deadletter list OUTPUT [PLACE]",
        .name = "deadletter",
        .second = "list",
        .minimum = 3,
        .maximum = 4,
        .offline = true,
        .run = verb_deadletter_list},
    {.words = "deadletter retry OUTPUT [PLACE]",
        .name = "deadletter",
        .second = "retry",
        .minimum = 3,
        .maximum = 4,
        .offline = true,
        .run = verb_deadletter_retry},
};

enum { VERBS = sizeof(verbs) / sizeof(verbs[0]) };

bool verbs_work_offline(const char *name)
{
    for (size_t i = 0; i < VERBS; i++)
        if (strcmp(verbs[i].name, name) == 0)
            return verbs[i].offline;
    return false;
}

static const struct verb *find(const char *const *words, size_t count)
{
    for (size_t i = 0; i < VERBS; i++) {
        const struct verb *verb = &verbs[i];
        bool fits =
            strcmp(verb->name, words[0]) == 0 && count >= verb->minimum && count <= verb->maximum;
        if (fits && (verb->second == NULL || strcmp(verb->second, words[1]) == 0))
            return verb;
    }
    return NULL;
}

/* All forms of the verb that was meant. */
static int refuse_words(const char *name, struct error *error)
{
    char forms[ERROR_TEXT_SIZE] = "";
    size_t size = 0;
    for (size_t i = 0; i < VERBS; i++) {
        if (strcmp(verbs[i].name, name) != 0)
            continue;
        int written = snprintf(forms + size, sizeof(forms) - size, "%s`slackauditctl %s`",
            size == 0 ? "" : " or ", verbs[i].words);
        size += (size_t)written; /* all forms of all verbs together would fit */
    }
    return error_set(error, ERROR_INVALID, "wrong words for %s: it is %s", name, forms);
}

int verbs_judge(const char *const *words, size_t count, struct error *error)
{
    struct spelling spelling = SPELLING_INIT(words[0]);
    if (find(words, count) != NULL)
        return 0;
    for (size_t i = 0; i < VERBS; i++) {
        if (strcmp(verbs[i].name, words[0]) == 0)
            return refuse_words(words[0], error);
        spelling_offer(&spelling, verbs[i].name);
    }
    const char *meant = spelling_nearest(&spelling);
    return error_set(error, ERROR_INVALID,
        "unknown verb \"%s\"%s%s%s (slackauditctl --help names them all)", words[0],
        meant == NULL ? "" : ": did you mean \"", meant == NULL ? "" : meant,
        meant == NULL ? "" : "\"?");
}

void verbs_answer(const struct verb_context *context, const char *const *words, size_t count,
    struct buffer *answer)
{
    struct error error = ERROR_INIT;
    if (verbs_judge(words, count, &error) < 0) {
        refuse(answer, DAEMON_EXIT_USAGE, error.text);
        return;
    }
    const struct verb *verb = find(words, count);
    if (context->daemon == NULL && !verb->offline) {
        refuse(answer, DAEMON_EXIT_UNAVAILABLE, "no daemon is running");
        return;
    }
    struct json_writer writer = {.output = answer};
    json_writer_open(&writer, NULL, '{');
    json_writer_boolean(&writer, "ok", true);
    int r = verb->run(context, words, count, &writer, &error);
    if (r == REFUSED)
        return;
    json_writer_close(&writer, '}');
    if (r < 0)
        refuse(answer, r == ERROR_INVALID ? DAEMON_EXIT_USAGE : 1, error.text);
    else if (json_writer_end(&writer) < 0)
        refuse(answer, 1, "the answer does not fit");
}

void daemon_answer(void *user, const char *const *words, size_t count, struct buffer *answer)
{
    struct daemon *daemon = user;
    const struct verb_context context = {.daemon = daemon,
        .config = daemon->generation->config,
        .store_type = daemon->store_type,
        .store = daemon->store};
    verbs_answer(&context, words, count, answer);
}
