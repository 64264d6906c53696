#include <string.h>

#include "base/limits.h"
#include "daemon/daemon_private.h"
#include "sys/service.h"

#define WRONG "the new configuration is wrong: the old one goes on unchanged"

static void say_problems(
    const char *path, const struct config_problems *problems, struct buffer *report)
{
    for (size_t i = 0; i < problems->count; i++) {
        _cleanup_(buffer_deinit) struct buffer line = BUFFER_INIT(LIMIT_LOG_LINE);
        (void)config_problem_write(&problems->items[i], path, &line); /* a cut text is a text */
        log_error(NULL, "%.*s", SLICE_PRINT(buffer_slice(&line)));
    }
    if (problems->more > 0)
        log_error(NULL, "%s: and %zu problems more", path, problems->more);
    log_error(NULL, WRONG);
    if (report != NULL && buffer_append_text(report, WRONG "\n") >= 0)
        (void)config_problems_write(problems, path, report); /* a report that is full says enough */
}

/* What cannot change while the daemon runs. */
static void name_what_waits(const struct config *before, const struct config *after)
{
    if (strcmp(before->state_dir, after->state_dir) != 0)
        log_warning(NULL, "`state_dir` takes effect at the next start");
    if (strcmp(before->control, after->control) != 0)
        log_warning(NULL, "`control` takes effect at the next start");
}

static int apply(struct daemon *daemon, struct generation *generation, struct buffer *report)
{
    name_what_waits(daemon->generation->config, generation->config);
    daemon_set_log(generation->config, daemon->options.verbosity);
    daemon->store_type->set_limits(
        daemon->store, generation->config->store_max_size, generation->config->store_ledger_us);
    loop_task_post(&daemon->look); /* there may be room now, or too much in the ledger */
    daemon_forget_missing(daemon);
    int r = daemon_apply_sources(daemon, generation, report);
    int outputs = daemon_apply_outputs(daemon, generation, report);
    daemon_start_backfills(daemon, generation);
    int listener = daemon_apply_listener(daemon, generation->config, report);
    generation_unref(daemon->generation);
    daemon->generation = generation_ref(generation);
    r = r < 0 ? r : outputs < 0 ? outputs : listener;
    daemon_name_departed(daemon);
    log_info(NULL, "configuration loaded: %zu source%s, %zu output%s%s", daemon->source_count,
        daemon->source_count == 1 ? "" : "s", generation->config->output_count,
        generation->config->output_count == 1 ? "" : "s",
        r < 0 ? "; what cannot run is tried again" : "");
    return r;
}

int daemon_reload(struct daemon *daemon, struct buffer *report)
{
    if (daemon->stopping)
        return ERROR_CANCELLED;
    const char *path = daemon->options.config_path;
    log_info(NULL, "reading %s again", path);
    service_reloading();
    struct config *config = NULL;
    struct config_problems problems = {0};
    int r = config_load(path, &config, &problems);
    if (r < 0) {
        say_problems(path, &problems, report);
        config_problems_deinit(&problems);
        service_ready("the configuration file is wrong; the old configuration goes on");
        return r;
    }
    struct generation *generation = generation_new(config);
    r = generation == NULL ? ERROR_MEMORY : apply(daemon, generation, report);
    generation_unref(generation);
    service_ready("polling");
    return r;
}
