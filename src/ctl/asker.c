#include "ctl/asker.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/units.h"
#include "ctl/print.h"
#include "ctl/verb.h"
#include "daemon/control.h"
#include "daemon/daemon.h"
#include "daemon/verbs.h"
#include "sys/owner.h"

#define ANSWER_US (30 * USEC_PER_SEC)

void asker_init(struct asker *asker, const struct config *config)
{
    *asker = (struct asker){.config = config, .answer = BUFFER_INIT(LIMIT_RESPONSE)};
}

void asker_close(struct asker *asker)
{
    if (asker == NULL)
        return;
    if (asker->store != NULL)
        store_sqlite.close(asker->store);
    clock_free(asker->clock);
    json_free(asker->document);
    buffer_deinit(&asker->answer);
    *asker = (struct asker){0};
}

/* No daemon runs: the verb works on the store itself, and in the daemon's name, which has to open
 * later what we make. */
static int open_store(struct asker *asker)
{
    struct error error = ERROR_INIT;
    const struct config *config = asker->config;
    asker->clock = clock_new_real();
    if (asker->clock == NULL)
        return print_complaint(DAEMON_EXIT_TRY_AGAIN, "no memory");
    const struct store_options options = {.directory = config->state_dir,
        .max_bytes = config->store_max_size,
        .ledger_us = config->store_ledger_us,
        .clock = asker->clock,
        .existing = true};
    if (owner_become(config->state_dir, &error) < 0)
        return print_complaint(DAEMON_EXIT_STATE, "%s", error.text);
    if (store_sqlite.open(&asker->store, &options, &error) < 0)
        return print_complaint(DAEMON_EXIT_STATE, "%s", error.text);
    return DAEMON_EXIT_DONE;
}

int asker_ask(struct asker *asker, const char *const *words, size_t count)
{
    struct error error = ERROR_INIT;
    buffer_clear(&asker->answer);
    if (asker->store == NULL) {
        int r =
            control_ask(asker->config->control, words, count, ANSWER_US, &asker->answer, &error);
        if (r >= 0)
            return DAEMON_EXIT_DONE;
        if (r != ERROR_UNAVAILABLE || !verbs_work_offline(words[0]))
            return print_complaint(DAEMON_EXIT_UNAVAILABLE, "%s", error.text);
        int exit_code = open_store(asker);
        if (exit_code != DAEMON_EXIT_DONE)
            return exit_code;
    }
    const struct verb_context context = {
        .config = asker->config, .store_type = &store_sqlite, .store = asker->store};
    verbs_answer(&context, words, count, &asker->answer);
    return DAEMON_EXIT_DONE;
}

int asker_result(struct asker *asker, const char *const *words, size_t count,
    const struct json_value **ret_result)
{
    int exit_code = asker_ask(asker, words, count);
    if (exit_code != DAEMON_EXIT_DONE)
        return exit_code;
    json_free(asker->document);
    asker->document = NULL;
    if (json_parse(buffer_slice(&asker->answer), &asker->document, NULL) < 0)
        return print_complaint(DAEMON_EXIT_TRY_AGAIN, "the daemon's answer is cut off");
    const struct json_value *root = json_root(asker->document);
    if (!json_boolean(json_get(root, "ok"), false)) {
        const char *error = json_string(json_get(root, "error"));
        return print_complaint((int)json_integer(json_get(root, "exit"), CTL_EXIT_NO), "%s",
            error == NULL ? "the daemon says no" : error);
    }
    *ret_result = json_get(root, "result");
    return DAEMON_EXIT_DONE;
}
