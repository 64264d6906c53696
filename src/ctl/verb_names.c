/* `names`: what the configuration calls its sources or outputs, for scripts and for shells that
 * complete a word. */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json_writer.h"
#include "base/limits.h"
#include "ctl/configuration.h"
#include "ctl/help.h"
#include "ctl/print.h"
#include "ctl/verb.h"
#include "daemon/daemon.h"

DEFINE_CLEANUP(struct config, config_free)

static size_t count_of(const struct config *config, bool is_source)
{
    return is_source ? config->source_count : config->output_count;
}

static const char *name_at(const struct config *config, bool is_source, size_t i)
{
    return is_source ? config->sources[i].name : config->outputs[i].name;
}

static int print_json(const struct config *config, bool is_source)
{
    _cleanup_(buffer_deinit) struct buffer text = BUFFER_INIT(LIMIT_CONFIG);
    struct json_writer writer = {.output = &text};
    json_writer_open(&writer, NULL, '{');
    json_writer_boolean(&writer, "ok", true);
    json_writer_open(&writer, "result", '[');
    for (size_t i = 0; i < count_of(config, is_source); i++)
        json_writer_string(&writer, NULL, name_at(config, is_source, i));
    json_writer_close(&writer, ']');
    json_writer_close(&writer, '}');
    if (json_writer_end(&writer) < 0)
        return print_complaint(DAEMON_EXIT_TRY_AGAIN, "no memory");
    printf("%.*s\n", SLICE_PRINT(buffer_slice(&text)));
    return DAEMON_EXIT_DONE;
}

static int run(const struct ctl_request *request)
{
    const char *what = request->word_count == 2 ? request->words[1] : "";
    bool is_source = strcmp(what, "sources") == 0;
    if (!is_source && strcmp(what, "outputs") != 0)
        return help_refuse_words(&verb_names);
    _cleanup_(config_freep) struct config *config = NULL;
    int exit_code = configuration_read(request, &config);
    if (exit_code != DAEMON_EXIT_DONE)
        return exit_code;
    if (request->json)
        return print_json(config, is_source);
    for (size_t i = 0; i < count_of(config, is_source); i++)
        puts(name_at(config, is_source, i));
    return DAEMON_EXIT_DONE;
}

const struct ctl_verb verb_names = {
    .name = "names",
    .forms =
        (const struct ctl_form[]){
            {"names sources", "the configured sources, a name a line"},
            {"names outputs", "the configured outputs, a name a line"},
            {0},
        },
    .run = run,
};
