#include "ctl/ctl.h"

#include <stdio.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/units.h"
#include "ctl/show.h"
#include "daemon/control.h"
#include "daemon/daemon.h"
#include "daemon/verbs.h"
#include "sys/file.h"

#define ANSWER_US (30 * USEC_PER_SEC)

static int complain(int exit_code, const char *text)
{
    fprintf(stderr, "slackauditctl: %s\n", text);
    return exit_code;
}

/* Only the form of the file matters here: an operator need not be able to read the daemon's
 * secrets. */
static int read_config(const char *path, struct config **ret_config)
{
    _cleanup_(buffer_deinit) struct buffer text = BUFFER_INIT(LIMIT_CONFIG);
    struct error error = ERROR_INIT;
    if (file_read(path, &text, &error) < 0) {
        (void)complain(DAEMON_EXIT_CONFIG, error.text); /* the code is given below */
        fputs(
            "The daemon's configuration says where to ask; name it with --config FILE.\n", stderr);
        return DAEMON_EXIT_CONFIG;
    }
    struct config_problems problems = {0};
    _cleanup_(buffer_deinit) struct buffer told = BUFFER_INIT(LIMIT_CONFIG);
    int r = config_parse(path, buffer_slice(&text), ret_config, &problems);
    if (config_problems_write(&problems, path, &told) >= 0)
        (void)fwrite(told.data, 1, told.size, stderr); /* there is nowhere else to tell it */
    config_problems_deinit(&problems);
    return r < 0 ? DAEMON_EXIT_CONFIG : DAEMON_EXIT_DONE;
}

/* No daemon runs: the verb works on the store itself, which is locked meanwhile. */
static int ask_store(
    const struct config *config, const char *const *words, size_t count, struct buffer *answer)
{
    struct error error = ERROR_INIT;
    struct clock *clock = clock_new_real();
    if (clock == NULL)
        return complain(DAEMON_EXIT_TRY_AGAIN, "no memory");
    const struct store_options options = {.directory = config->state_dir,
        .max_bytes = config->store_max_size,
        .clock = clock,
        .existing = true};
    struct verb_context context = {.config = config, .store_type = &store_sqlite};
    int exit_code = DAEMON_EXIT_DONE;
    if (context.store_type->open(&context.store, &options, &error) < 0) {
        exit_code = complain(DAEMON_EXIT_STATE, error.text);
    } else {
        verbs_answer(&context, words, count, answer);
        context.store_type->close(context.store);
    }
    clock_free(clock);
    return exit_code;
}

static int ask(
    const struct config *config, const char *const *words, size_t count, struct buffer *answer)
{
    struct error error = ERROR_INIT;
    int r = control_ask(config->control, words, count, ANSWER_US, answer, &error);
    if (r == ERROR_UNAVAILABLE && verbs_work_offline(words[0]))
        return ask_store(config, words, count, answer);
    return r < 0 ? complain(DAEMON_EXIT_UNAVAILABLE, error.text) : DAEMON_EXIT_DONE;
}

static int show(const struct ctl_options *options, const char *verb, const struct buffer *answer)
{
    struct json_document *document = NULL;
    if (json_parse(buffer_slice(answer), &document, NULL) < 0)
        return complain(DAEMON_EXIT_TRY_AGAIN, "the daemon's answer is cut off");
    const struct json_value *root = json_root(document);
    int exit_code = DAEMON_EXIT_DONE;
    if (options->json)
        printf("%.*s", SLICE_PRINT(buffer_slice(answer)));
    if (!json_boolean(json_get(root, "ok"), false)) {
        const char *error = json_string(json_get(root, "error"));
        exit_code = (int)json_integer(json_get(root, "exit"), 1);
        if (!options->json)
            (void)complain(exit_code,
                error == NULL ? "the daemon says no" : error); /* the code is kept above */
    } else if (!options->json && show_result(verb, json_get(root, "result")) < 0) {
        exit_code = complain(DAEMON_EXIT_TRY_AGAIN, "the answer is too long to show");
    }
    json_free(document);
    return exit_code;
}

int ctl_run(const struct ctl_options *options, const char *const *words, size_t count)
{
    struct error error = ERROR_INIT;
    if (verbs_judge(words, count, &error) < 0)
        return complain(DAEMON_EXIT_USAGE, error.text);
    struct config *config = NULL;
    int exit_code = read_config(options->config_path, &config);
    if (exit_code != DAEMON_EXIT_DONE)
        return exit_code;
    _cleanup_(buffer_deinit) struct buffer answer = BUFFER_INIT(LIMIT_RESPONSE);
    exit_code = ask(config, words, count, &answer);
    config_free(config);
    if (exit_code != DAEMON_EXIT_DONE)
        return exit_code;
    return show(options, words[0], &answer);
}
