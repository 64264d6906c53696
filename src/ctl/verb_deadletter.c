/* `deadletter`: what receivers refused for good, listed, or sent to them again. */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json_writer.h"
#include "base/limits.h"
#include "ctl/asker.h"
#include "ctl/configuration.h"
#include "ctl/help.h"
#include "ctl/print.h"
#include "ctl/progress.h"
#include "ctl/table.h"
#include "ctl/verb.h"
#include "daemon/daemon.h"

enum { OUTPUT };
enum { COLUMNS = 5 };

DEFINE_CLEANUP(struct config, config_free)

static const struct table_column columns[COLUMNS] = {
    {"TIME", 0}, {"OUTPUT", 0}, {"SOURCE", 0}, {"ID", 40}, {"REASON", 100}};

/* A verb at work on the outputs that were named, or on all of them. */
struct work {
    const struct ctl_request *request;
    struct asker asker;
    struct table table;
    struct buffer json; /* values of an array, gathered */
    bool printed;
    struct progress progress;
    int64_t letters, moved, kept;
};

/* ---- List ---- */

static int add_row(struct work *work, const struct json_value *letter)
{
    static const char *const members[COLUMNS] = {"time", "output", "source", "id", "reason"};
    int r = 0;
    for (size_t i = 0; r >= 0 && i < COLUMNS; i++)
        r = table_add(&work->table, json_text(json_get(letter, members[i])));
    return r;
}

static int add_json(struct work *work, const struct json_value *letter)
{
    int r = work->letters == 0 ? 0 : buffer_append_text(&work->json, ",");
    return r < 0 ? r : json_write(letter, false, &work->json);
}

static int show_letters(struct work *work, const struct json_value *letters)
{
    int r = 0;
    for (size_t i = 0; r >= 0 && i < json_length(letters); i++) {
        const struct json_value *letter = json_at(letters, i);
        r = work->request->json ? add_json(work, letter) : add_row(work, letter);
        work->letters++;
    }
    if (r < 0)
        return print_complaint(DAEMON_EXIT_TRY_AGAIN, "there are too many to show");
    if (work->request->json) {
        printf("%.*s", SLICE_PRINT(buffer_slice(&work->json)));
        buffer_clear(&work->json);
    } else if (json_length(letters) > 0) {
        table_print(&work->table, !work->printed);
        work->printed = true;
    }
    return DAEMON_EXIT_DONE;
}

/* Where the next question goes on; "" at the end. It outlives the answer that it came with. */
static void keep_place(const struct json_value *result, char place[64])
{
    const char *next = json_string(json_get(result, "next"));
    (void)snprintf(place, 64, "%s", next == NULL ? "" : next); /* fits */
}

static int list(struct work *work, const char *output)
{
    char place[64] = "";
    do {
        const char *const words[] = {"deadletter", "list", output, place};
        const struct json_value *result = NULL;
        int exit_code = asker_result(&work->asker, words, place[0] == '\0' ? 3 : 4, &result);
        if (exit_code == DAEMON_EXIT_DONE)
            exit_code = show_letters(work, json_get(result, "letters"));
        if (exit_code != DAEMON_EXIT_DONE)
            return exit_code;
        keep_place(result, place);
    } while (place[0] != '\0');
    return DAEMON_EXIT_DONE;
}

static void end_list(struct work *work)
{
    if (!work->request->json && work->letters == 0)
        printf("no dead letters\n");
}

/* ---- Retry ---- */

static int retry(struct work *work, const char *output)
{
    char place[64] = "";
    bool resumed = false, again = false;
    do {
        const char *const words[] = {"deadletter", "retry", output, place};
        const struct json_value *result = NULL;
        int exit_code = asker_result(&work->asker, words, place[0] == '\0' ? 3 : 4, &result);
        if (exit_code != DAEMON_EXIT_DONE)
            return exit_code;
        /* One that broke off is ended first; what came since has another turn, once. */
        if (place[0] == '\0' && !again)
            resumed = json_boolean(json_get(result, "resumed"), false);
        work->moved += json_integer(json_get(result, "moved"), 0);
        work->kept += json_integer(json_get(result, "kept"), 0);
        keep_place(result, place);
        if (place[0] != '\0')
            progress_show(&work->progress, json_integer(json_get(result, "offset"), 0),
                json_integer(json_get(result, "size"), 0), output);
        again = place[0] == '\0' && resumed && !again;
        resumed &= !again;
    } while (place[0] != '\0' || again);
    return DAEMON_EXIT_DONE;
}

static void end_retry(struct work *work)
{
    progress_clear(&work->progress);
    if (work->request->json) {
        struct json_writer writer = {.output = &work->json};
        json_writer_number(&writer, "sent_again", work->moved);
        json_writer_number(&writer, "kept", work->kept);
        printf("%.*s", SLICE_PRINT(buffer_slice(&work->json)));
        return;
    }
    printf("%lld letters are on their way to their receivers again\n", (long long)work->moved);
    if (work->kept > 0)
        printf("%lld stay: they are no valid JSON, or their source is not configured\n",
            (long long)work->kept);
}

/* ---- The verb ---- */

static int work_on(struct work *work, const struct config *config, bool retries)
{
    const char *only = work->request->values[OUTPUT];
    int exit_code = DAEMON_EXIT_DONE;
    if (only != NULL && config_find_output(config, only) == NULL)
        return configuration_no_output(config, only);
    if (work->request->json)
        printf("{\"result\":%s", retries ? "{" : "[");
    for (size_t i = 0; exit_code == DAEMON_EXIT_DONE && i < config->output_count; i++) {
        const char *name = config->outputs[i].name;
        if (only == NULL || strcmp(only, name) == 0)
            exit_code = retries ? retry(work, name) : list(work, name);
    }
    bool done = exit_code == DAEMON_EXIT_DONE;
    if (retries && (done || work->request->json))
        end_retry(work);
    else if (done)
        end_list(work);
    if (work->request->json)
        printf(
            "%s,\"ok\":%s,\"exit\":%d}\n", retries ? "}" : "]", done ? "true" : "false", exit_code);
    return exit_code;
}

static int run(const struct ctl_request *request)
{
    const char *what = request->word_count == 2 ? request->words[1] : "";
    bool retries = strcmp(what, "retry") == 0;
    if (!retries && strcmp(what, "list") != 0)
        return help_refuse_words(&verb_deadletter);
    _cleanup_(config_freep) struct config *config = NULL;
    int exit_code = configuration_read(request, &config);
    if (exit_code != DAEMON_EXIT_DONE)
        return exit_code;
    struct work work = {.request = request, .json = BUFFER_INIT(LIMIT_RESPONSE)};
    asker_init(&work.asker, config);
    table_init(&work.table, columns, COLUMNS);
    progress_init(&work.progress, "deadletter", request->json || !retries);
    exit_code = work_on(&work, config, retries);
    progress_clear(&work.progress);
    table_deinit(&work.table);
    buffer_deinit(&work.json);
    asker_close(&work.asker);
    return exit_code;
}

static const struct ctl_option options[] = {
    [OUTPUT] = {"output", "NAME", "only the letters of this output"},
};

const struct ctl_verb verb_deadletter = {
    .name = "deadletter",
    .forms =
        (const struct ctl_form[]){
            {"deadletter list [--output NAME]", "what receivers refused for good, and why"},
            {"deadletter retry [--output NAME]", "send it to them again"},
            {0},
        },
    .about = "A retry puts every letter's entry into a queue of its output and takes it out of\n"
             "the file; what is refused again comes back as a new letter. One that breaks off\n"
             "is ended by the next. What is no valid JSON stays, since it can never be sent.\n",
    CTL_VERB_OPTIONS(options),
    .run = run,
};
