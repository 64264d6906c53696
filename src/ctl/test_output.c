#include "ctl/test_output.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/json_writer.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/units.h"
#include "ctl/configuration.h"
#include "ctl/print.h"
#include "ctl/span.h"
#include "daemon/daemon.h"
#include "output/output.h"

/* Beyond the output's own time-out, which begins anew with a connection and an answer. */
#define PATIENCE_US (10 * USEC_PER_SEC)

DEFINE_CLEANUP(struct config, config_free)

/* What became of it. */
struct verdict {
    bool well;
    char words[ERROR_TEXT_SIZE];
};

/* ---- A file ---- */

/* Who asks need not be who writes. */
static const char *user_name(char text[32])
{
    const struct passwd *user = getpwuid(geteuid());
    if (user != NULL)
        return user->pw_name;
    (void)snprintf(text, 32, "user %lu", (unsigned long)geteuid()); /* fits */
    return text;
}

/* The nearest directory above the path that exists: the daemon makes those below it. */
static void find_directory(char *path)
{
    do {
        char *slash = strrchr(path, '/');
        if (slash == NULL) {
            memcpy(path, ".", sizeof("."));
            return;
        }
        slash[slash == path] = '\0';
    } while (access(path, F_OK) < 0 && strcmp(path, "/") != 0);
}

static void look_at_place(const char *file, struct verdict *verdict)
{
    char user[32];
    _cleanup_free_ char *directory = strdup(file);
    if (directory == NULL) {
        (void)snprintf(verdict->words, sizeof(verdict->words), "no memory"); /* fits */
        return;
    }
    find_directory(directory);
    int number = access(directory, W_OK | X_OK) == 0 ? 0 : errno;
    verdict->well = number == 0;
    if (verdict->well)
        (void)snprintf(verdict->words, sizeof(verdict->words),
            "%s is not there yet and can be made by %s", file,
            user_name(user)); /* a cut text is still a text */
    else
        (void)snprintf(verdict->words, sizeof(verdict->words),
            "%s is not there and cannot be made by %s: %s: %s", file, user_name(user), directory,
            strerror(number)); /* likewise */
}

static void try_file(const struct config_output *output, struct verdict *verdict)
{
    const char *path = output->file.path;
    char user[32];
    _cleanup_close_ int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    int number = fd < 0 ? errno : 0;
    if (number == ENOENT) {
        look_at_place(path, verdict);
        return;
    }
    verdict->well = number == 0;
    if (verdict->well)
        (void)snprintf(verdict->words, sizeof(verdict->words),
            "%s can be opened for appending by %s; nothing was written to it", path,
            user_name(user)); /* a cut text is still a text */
    else
        (void)snprintf(verdict->words, sizeof(verdict->words), "%s cannot be opened by %s: %s",
            path, user_name(user), strerror(number)); /* likewise */
}

/* ---- A message ---- */

/* The test while it runs. */
struct trial {
    struct loop *loop;
    struct http_engine *http;
    struct output *output;
    struct output_batch batch;
    size_t message_end;
    struct loop_timer deadline;
    bool done;
    struct verdict *verdict;
};

static void message_done(struct output_batch *batch, const struct output_answer *answer)
{
    struct trial *trial = (struct trial *)((char *)batch - offsetof(struct trial, batch));
    struct verdict *verdict = trial->verdict;
    trial->done = true;
    verdict->well = answer->outcome == OUTPUT_DELIVERED;
    (void)snprintf(verdict->words, sizeof(verdict->words), "%s",
        verdict->well ? "the test message was taken"
                      : answer->message); /* a cut text is still a text */
    loop_stop(trial->loop);
}

static void deadline_passed(void *user)
{
    struct trial *trial = user;
    (void)snprintf(trial->verdict->words, sizeof(trial->verdict->words),
        "no end of it in time: the receiver neither takes nor refuses the message"); /* fits */
    loop_stop(trial->loop);
}

static int keep_state(void *user, struct slice state, struct error *error)
{
    (void)user, (void)state, (void)error; /* nothing that is sent here counts */
    return 0;
}

/* An entry that no rule takes for one of Slack's. */
static int write_entry(const struct config_output *output, const char *version, int64_t now,
    struct clock *clock, struct buffer *entry)
{
    struct json_writer writer = {.output = entry};
    char id[64];
    (void)snprintf(id, sizeof(id), "slackaudit-test-%" PRId64 "-%08" PRIx32, now,
        (uint32_t)clock_random(clock)); /* fits */
    json_writer_open(&writer, NULL, '{');
    json_writer_string(&writer, "id", id);
    json_writer_number(&writer, "date_create", now);
    json_writer_string(&writer, "action", "slackaudit_test");
    json_writer_open(&writer, "actor", '{');
    json_writer_string(&writer, "type", "user");
    json_writer_open(&writer, "user", '{');
    json_writer_string(&writer, "id", "USLACKAUDIT");
    json_writer_string(&writer, "name", "slackauditctl");
    json_writer_close(&writer, '}');
    json_writer_close(&writer, '}');
    json_writer_open(&writer, "entity", '{');
    json_writer_string(&writer, "type", "app");
    json_writer_open(&writer, "app", '{');
    json_writer_string(&writer, "id", "ASLACKAUDIT");
    json_writer_string(&writer, "name", "slackauditd");
    json_writer_close(&writer, '}');
    json_writer_close(&writer, '}');
    json_writer_open(&writer, "context", '{');
    json_writer_string(&writer, "ua", version);
    json_writer_close(&writer, '}');
    json_writer_open(&writer, "details", '{');
    json_writer_string(&writer, "note", "a test of slackauditd, and no event of Slack's");
    json_writer_string(&writer, "output", output->name);
    json_writer_close(&writer, '}');
    json_writer_close(&writer, '}');
    return json_writer_end(&writer);
}

/* The source that the message is said to come from. */
static const char *source_of(const struct config *config, const struct config_output *output)
{
    return output->sources[0] != NULL ? output->sources[0] : config->sources[0].name;
}

static int encode(struct trial *trial, const struct output_type *type,
    const struct format_entry *entry, struct error *error)
{
    struct buffer *body = &trial->batch.body;
    int r = type->begin == NULL ? 0 : type->begin(trial->output, body);
    if (r >= 0)
        r = type->entry(trial->output, entry, 0, body, error);
    trial->message_end = body->size;
    if (r >= 0 && type->end != NULL)
        r = type->end(trial->output, body);
    if (r < 0 && error->code == ERROR_NONE)
        return error_set(error, r, "the message cannot be made: %s", error_code_name(r));
    return r;
}

/* Opens the output, makes the message and sends it; the verdict is there when this returns 0. */
static int send_message(struct trial *trial, const struct config *config,
    const struct config_output *output, const char *version, struct error *error)
{
    const struct output_type *type = output_find(output);
    const struct output_context context = {.config = output,
        .loop = trial->loop,
        .http = trial->http,
        .subject = {.kind = "output", .name = output->name},
        .keep_state = keep_state};
    _cleanup_(buffer_deinit) struct buffer bytes = BUFFER_INIT(KIB(16));
    int r = type->open(&trial->output, &context, error);
    if (r < 0)
        return r;
    struct clock *clock = loop_clock(trial->loop);
    const char *source = source_of(config, output);
    int64_t now = clock_wall_us(clock) / USEC_PER_SEC;
    r = write_entry(output, version, now, clock, &bytes);
    const struct format_entry entry = {
        .bytes = buffer_slice(&bytes), .time = now, .source = source};
    if (r >= 0)
        r = encode(trial, type, &entry, error);
    if (r >= 0)
        r = loop_timer_after(&trial->deadline, 2 * output->timeout_us + PATIENCE_US);
    if (r >= 0) {
        trial->batch.source = source;
        trial->batch.count = 1;
        trial->batch.ends = &trial->message_end;
        trial->batch.done = message_done;
        type->send(trial->output, &trial->batch);
        r = trial->done ? 0 : loop_run(trial->loop);
    }
    if (r >= 0 && !trial->done)
        type->cancel(trial->output, &trial->batch);
    type->close(trial->output);
    return r;
}

static int try_message(const struct config *config, const struct config_output *output,
    const char *version, struct verdict *verdict)
{
    struct error error = ERROR_INIT;
    struct trial trial = {.batch = {.body = BUFFER_INIT(LIMIT_BATCH)}, .verdict = verdict};
    struct clock *clock = clock_new_real();
    int r = clock == NULL ? error_set(&error, ERROR_MEMORY, "no memory")
                          : loop_new(&trial.loop, clock, &error);
    if (r >= 0) {
        loop_timer_init(&trial.deadline, trial.loop, deadline_passed, &trial);
        r = http_engine_new(&trial.http, trial.loop, &error);
    }
    if (r >= 0)
        r = send_message(&trial, config, output, version, &error);
    if (r < 0)
        (void)snprintf(verdict->words, sizeof(verdict->words), "%s",
            error.code == ERROR_NONE ? error_code_name(r) : error.text); /* both fit */
    if (trial.loop != NULL)
        loop_timer_stop(&trial.deadline);
    http_engine_free(trial.http);
    loop_free(trial.loop);
    clock_free(clock);
    buffer_deinit(&trial.batch.body);
    return r;
}

/* ---- The answer ---- */

static int tell_json(const struct config_output *output, const struct verdict *verdict)
{
    struct buffer text = BUFFER_INIT(LIMIT_CONTROL_LINE);
    struct json_writer writer = {.output = &text};
    json_writer_open(&writer, NULL, '{');
    json_writer_boolean(&writer, "ok", verdict->well);
    json_writer_open(&writer, "result", '{');
    json_writer_string(&writer, "output", output->name);
    json_writer_string(&writer, "type", output_find(output)->name);
    json_writer_boolean(&writer, "message_sent", output->type != CONFIG_OUTPUT_FILE);
    json_writer_string(&writer, "text", verdict->words);
    json_writer_close(&writer, '}');
    json_writer_close(&writer, '}');
    printf("%.*s\n", SLICE_PRINT(buffer_slice(&text))); /* all of it fits: lengths are capped */
    buffer_deinit(&text);
    return verdict->well ? DAEMON_EXIT_DONE : CTL_EXIT_NO;
}

static int tell(const struct ctl_request *request, const struct config_output *output,
    const struct verdict *verdict)
{
    if (request->json)
        return tell_json(output, verdict);
    /* The message itself is all that stands on standard output, where it goes there. */
    print_fit(output->type == CONFIG_OUTPUT_STDOUT ? stderr : stdout, "output %s: %s, %s\n",
        output->name, verdict->well ? "well" : "NOT well", verdict->words);
    return verdict->well ? DAEMON_EXIT_DONE : CTL_EXIT_NO;
}

int test_output(const struct ctl_request *request, const char *name)
{
    _cleanup_(config_freep) struct config *config = NULL;
    struct verdict verdict = {.well = false};
    log_set_level(LOG_LEVEL_WARNING);
    int exit_code = configuration_read(request, &config);
    if (exit_code != DAEMON_EXIT_DONE)
        return exit_code;
    const struct config_output *output = config_find_output(config, name);
    if (output == NULL)
        return configuration_no_output(config, name);
    char version[64];
    (void)snprintf(version, sizeof(version), "slackauditctl/%s",
        request->version); /* a cut version is still a name */
    if (output->type == CONFIG_OUTPUT_FILE)
        try_file(output, &verdict);
    else
        (void)try_message(config, output, version, &verdict); /* the verdict says it */
    return tell(request, output, &verdict);
}
