#include "daemon/verbs.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/order.h"
#include "base/units.h"
#include "config/spelling.h"
#include "daemon/daemon_private.h"
#include "daemon/verbs_private.h"

#define LONGEST_PAUSE_US USEC_PER_DAY

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
        .run = verb_checkpoint_show},
    {.words = "checkpoint set SOURCE TIME [--redeliver]",
        .name = "checkpoint",
        .second = "set",
        .minimum = 4,
        .maximum = 5,
        .offline = true,
        .run = verb_checkpoint_set},
    {.words = "forget --source|--output NAME",
        .name = "forget",
        .minimum = 3,
        .maximum = 3,
        .offline = true,
        .run = verb_forget_name},
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
    {.words = "backfill cancel ID",
        .name = "backfill",
        .second = "cancel",
        .minimum = 3,
        .maximum = 3,
        .run = verb_backfill_cancel},
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
