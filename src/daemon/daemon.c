#include "daemon/daemon.h"

#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/prctl.h>

#include "base/units.h"
#include "daemon/daemon_private.h"
#include "sys/service.h"

#define STOP_US                                                                                    \
    (4 * USEC_PER_SEC) /* of the five seconds that the contract gives; the rest is for closing */
#define COLLECT_US (200 * USEC_PER_MSEC)
#define UPKEEP_US  (10 * USEC_PER_SEC)

void daemon_set_log(const struct config *config, int verbosity)
{
    enum log_level level = config->log_level;
    if (verbosity > 0)
        level = LOG_LEVEL_DEBUG;
    else if (verbosity < 0 && level > LOG_LEVEL_WARNING)
        level = LOG_LEVEL_WARNING;
    log_set_level(level);
    if (config->log_format == CONFIG_LOG_AUTO && service_has_journal())
        log_set_sink(service_journal_sink, NULL);
    else
        log_to_stderr(config->log_format == CONFIG_LOG_JSON ? LOG_FORMAT_JSON : LOG_FORMAT_TEXT);
}

static int64_t engine_monotonic(void *clock)
{
    return clock_monotonic_us(clock);
}

static int64_t engine_wall(void *clock)
{
    return clock_wall_us(clock);
}

static uint64_t engine_random(void *clock)
{
    return clock_random(clock);
}

static void engine_ready(void *user, uint32_t events)
{
    struct daemon *daemon = user;
    (void)events; /* the engine finds out itself */
    daemon->engine_ready = true;
}

static int open_engines(struct daemon *daemon, struct error *error)
{
    daemon->clock = clock_new_real();
    if (daemon->clock == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the clock");
    daemon->started_us = clock_monotonic_us(daemon->clock);
    int r = loop_new(&daemon->loop, daemon->clock, error);
    if (r >= 0)
        r = http_engine_new(&daemon->http, daemon->loop, error);
    if (r < 0)
        return r;
    daemon->engine_clock = (struct slackaudit_clock){.monotonic_us = engine_monotonic,
        .wall_us = engine_wall,
        .random = engine_random,
        .user = daemon->clock};
    struct slackaudit_problem problem = {0};
    r = slackaudit_engine_new(&daemon->engine, &daemon->engine_clock, &problem);
    if (r < 0)
        return error_set(error, r, "%s", problem.text);
    return loop_watch(daemon->loop, &daemon->engine_watch, slackaudit_engine_fd(daemon->engine),
        EPOLLIN, engine_ready, daemon, error);
}

static int open_store(struct daemon *daemon, struct error *error)
{
    const struct config *config = daemon->generation->config;
    const struct store_options options = {.directory = config->state_dir,
        .max_bytes = config->store_max_size,
        .ledger_us = config->store_ledger_us,
        .clock = daemon->clock};
    daemon->store_type = &store_sqlite;
    return daemon->store_type->open(&daemon->store, &options, error);
}

static void begin_stop(struct daemon *daemon)
{
    daemon->stopping = true;
    service_stopping();
    log_info(NULL, "stopping: what is in flight may end, the rest stays in the store");
    for (size_t i = 0; i < daemon->source_count; i++)
        daemon_halt_source(daemon->sources[i]);
    daemon_drop_backfills(daemon);
    for (size_t i = 0; i < daemon->output_count; i++)
        delivery_drain(daemon->outputs[i]->delivery);
    if (loop_timer_after(&daemon->deadline, STOP_US) < 0)
        daemon->stopped = true;
    loop_task_post(&daemon->look);
}

void daemon_stop(struct daemon *daemon)
{
    if (daemon->stopping)
        daemon->stopped = true;
    else
        begin_stop(daemon);
}

static void stop_signal(void *user, int number)
{
    struct daemon *daemon = user;
    (void)number; /* TERM and INT mean the same */
    if (daemon->options.once && !daemon->stopping)
        daemon->exit_code = DAEMON_EXIT_TRY_AGAIN; /* it was not done */
    daemon_stop(daemon);
}

static void hangup_signal(void *user, int number)
{
    (void)number;
    (void)daemon_reload(
        user, NULL); /* what is wrong stands in the log, and the old configuration goes on */
}

static void reopen_signal(void *user, int number)
{
    struct daemon *daemon = user;
    (void)number;
    log_info(NULL, "reopening files");
    for (size_t i = 0; i < daemon->output_count; i++)
        delivery_reopen(daemon->outputs[i]->delivery);
}

static void deadline(void *user)
{
    struct daemon *daemon = user;
    log_warning(NULL,
        "a receiver did not answer in time: what was in flight is sent again at the next start");
    daemon->stopped = true;
}

static void pet_watchdog(void *user)
{
    struct daemon *daemon = user;
    service_watchdog();
    if (loop_timer_after(&daemon->watchdog, service_watchdog_interval_us()) < 0)
        log_error(NULL, "no memory for the watchdog's timer");
}

/* Drops what every output has passed, a slice at a time. */
static void collect(void *user)
{
    struct daemon *daemon = user;
    struct error error = ERROR_INIT;
    int r = daemon->store_type->collect(daemon->store, &error);
    if (r < 0) {
        log_warning(NULL, "upkeep of the store: %s", error.text);
        daemon_note_activity(daemon); /* it is tried again */
    }
    for (size_t i = 0; i < daemon->source_count; i++)
        if (daemon->sources[i]->walker != NULL)
            walker_room(daemon->sources[i]->walker);
    for (struct daemon_backfill *each = daemon->backfills; each != NULL; each = each->next)
        walker_room(each->walker);
    if (r > 0 && loop_timer_after(&daemon->collect, 0) < 0)
        log_error(NULL, "no memory for a timer");
}

static void settle(void *user)
{
    struct daemon *daemon = user;
    loop_task_post(&daemon->look);
}

static void plan_upkeep(struct daemon *daemon)
{
    if (!loop_timer_is_set(&daemon->upkeep) && loop_timer_after(&daemon->upkeep, UPKEEP_US) < 0)
        log_error(NULL, "no memory for a timer");
}

void daemon_note_activity(struct daemon *daemon)
{
    daemon->active = true;
    plan_upkeep(daemon);
}

static void give_memory_back(void)
{
#ifdef __GLIBC__          /* others give it back by themselves, or have no way to say so */
    (void)malloc_trim(0); /* whether there was any does not matter */
#endif
}

/* What is due now and then as long as something happens, and once more when it is over: the status
 * line, the page's history, upkeep that no event asked for, memory that is free. */
static void upkeep(void *user)
{
    struct daemon *daemon = user;
    bool was_active = daemon->active;
    daemon->active = false;
    daemon_note_history(daemon);
    daemon_start_missing(daemon);
    daemon_forget_backfill(daemon);
    loop_task_post(&daemon->look);
    char ill[ERROR_TEXT_SIZE];
    const char *why = daemon_ill(daemon, ill, sizeof(ill));
    service_status("%s", why == NULL ? "all sources and outputs are well" : why);
    if (!loop_timer_is_set(&daemon->collect))
        collect(daemon);
    if (!was_active)
        give_memory_back();
    if (was_active || why != NULL || daemon->listener != NULL) /* a page wants its history */
        plan_upkeep(daemon);
}

/* Looks once a turn at whatever changed in it. */
static void look(void *user)
{
    struct daemon *daemon = user;
    if (!daemon->stopping)
        daemon_settle_outputs(daemon);
    daemon_settle_backfills(daemon);
    if (!loop_timer_is_set(&daemon->collect) && loop_timer_after(&daemon->collect, COLLECT_US) < 0)
        log_error(NULL, "no memory for a timer");
    if (daemon->options.once && !daemon->stopping)
        daemon_look_once(daemon);
    if (!daemon->stopping)
        return;
    for (size_t i = 0; i < daemon->output_count; i++)
        if (!delivery_is_quiet(daemon->outputs[i]->delivery))
            return;
    daemon->stopped = true;
}

static int watch_signals(struct daemon *daemon, struct error *error)
{
    int r = loop_signal(daemon->loop, SIGTERM, stop_signal, daemon, error);
    if (r >= 0)
        r = loop_signal(daemon->loop, SIGINT, stop_signal, daemon, error);
    if (r >= 0)
        r = loop_signal(daemon->loop, SIGHUP, hangup_signal, daemon, error);
    if (r >= 0)
        r = loop_signal(daemon->loop, SIGUSR1, reopen_signal, daemon, error);
    return r;
}

static void init_timers(struct daemon *daemon)
{
    loop_timer_init(&daemon->watchdog, daemon->loop, pet_watchdog, daemon);
    loop_timer_init(&daemon->collect, daemon->loop, collect, daemon);
    loop_timer_init(&daemon->upkeep, daemon->loop, upkeep, daemon);
    loop_timer_init(&daemon->deadline, daemon->loop, deadline, daemon);
    loop_timer_init(&daemon->settle, daemon->loop, settle, daemon);
    loop_task_init(&daemon->look, daemon->loop, look, daemon);
}

static int start_timers(struct daemon *daemon, struct error *error)
{
    int r = loop_timer_after(&daemon->upkeep, UPKEEP_US);
    if (r >= 0 && service_watchdog_interval_us() > 0)
        r = loop_timer_after(&daemon->watchdog, service_watchdog_interval_us());
    return r < 0 ? error_set(error, r, "no memory for timers") : 0;
}

static int exit_code_of_store(int code)
{
    return code == ERROR_MEMORY ? DAEMON_EXIT_TRY_AGAIN : DAEMON_EXIT_STATE;
}

/* Of a source or output that cannot start: the configuration was checked, so most of what is left
 * is the world. */
static int exit_code_of_part(int code)
{
    switch (code) {
    case ERROR_MEMORY:
    case ERROR_UNAVAILABLE:
    case ERROR_LOCKED:
        return DAEMON_EXIT_TRY_AGAIN;
    case ERROR_IO:
    case ERROR_FULL:
    case ERROR_CORRUPT:
        return DAEMON_EXIT_STATE;
    default:
        return DAEMON_EXIT_CONFIG;
    }
}

/* Outputs join the sources that run, so the sources come first; their first call goes out in the
 * loop. */
static int start_parts(struct daemon *daemon)
{
    int r = daemon_apply_sources(daemon, daemon->generation, NULL);
    if (r >= 0)
        r = daemon_apply_outputs(daemon, daemon->generation, NULL);
    daemon_start_backfills(daemon, daemon->generation);
    return r < 0 ? exit_code_of_part(r) : DAEMON_EXIT_DONE;
}

/* Each step of the start with the exit code that its failure means. The error stays unset where the
 * log has it already. */
static int start(struct daemon *daemon, struct error *error)
{
    int r = open_engines(daemon, error);
    if (r >= 0) {
        init_timers(daemon);
        /* Before what takes time, so that a signal waits for the loop: as the first process of a
         * container it would be lost, and an early HUP would end us. */
        r = watch_signals(daemon, error);
    }
    if (r >= 0)
        r = start_timers(daemon, error);
    if (r < 0)
        return DAEMON_EXIT_TRY_AGAIN;
    r = open_store(daemon, error);
    if (r < 0)
        return exit_code_of_store(r);
    r = control_new(&daemon->control, daemon->loop, daemon->generation->config->control,
        daemon_answer, daemon, error);
    if (r < 0)
        return r == ERROR_MEMORY ? DAEMON_EXIT_TRY_AGAIN : DAEMON_EXIT_UNAVAILABLE;
    r = daemon_start_listener(daemon, daemon->generation->config, error);
    if (r < 0)
        return r == ERROR_MEMORY ? DAEMON_EXIT_TRY_AGAIN : DAEMON_EXIT_UNAVAILABLE;
    return start_parts(daemon);
}

static void turn_until_stopped(struct daemon *daemon)
{
    while (!daemon->stopped) {
        int64_t wait = slackaudit_engine_wait_us(daemon->engine);
        if (loop_turn(daemon->loop, wait) < 0) {
            log_error(NULL, "the event loop failed");
            daemon->exit_code = DAEMON_EXIT_TRY_AGAIN;
            return;
        }
        if (daemon->engine_ready || slackaudit_engine_wait_us(daemon->engine) == 0) {
            daemon->engine_ready = false;
            if (slackaudit_engine_turn(daemon->engine, 0) < 0) {
                log_error(NULL, "the API client's loop failed");
                daemon->exit_code = DAEMON_EXIT_TRY_AGAIN;
                return;
            }
        }
    }
}

static void finish(struct daemon *daemon)
{
    daemon_drop_backfills(daemon);
    daemon_drop_sources(daemon);
    daemon_drop_outputs(daemon);
    control_free(daemon->control);
    http_server_free(daemon->listener);
    if (daemon->loop != NULL) {
        loop_timer_stop(&daemon->watchdog);
        loop_timer_stop(&daemon->collect);
        loop_timer_stop(&daemon->upkeep);
        loop_timer_stop(&daemon->deadline);
        loop_timer_stop(&daemon->settle);
        loop_task_cancel(&daemon->look);
    }
    if (daemon->store != NULL)
        daemon->store_type->close(daemon->store);
    loop_unwatch(daemon->engine_watch);
    slackaudit_engine_free(daemon->engine);
    http_engine_free(daemon->http);
    loop_free(daemon->loop);
    clock_free(daemon->clock);
    generation_unref(daemon->generation);
}

int daemon_run(struct config *config, const struct daemon_options *options)
{
    /* Secrets are in memory: no core dump, and no other process of this user may look inside. */
    (void)prctl(PR_SET_DUMPABLE, 0); /* cannot fail with this argument */
    /* It starts no process, but as the first one of a container it becomes the parent of what
     * others leave there: the kernel takes these away when they end. */
    (void)signal(SIGCHLD, SIG_IGN); /* cannot fail with these arguments */
    daemon_set_log(config, options->verbosity);
    struct daemon daemon = {.options = *options, .generation = generation_new(config)};
    if (daemon.generation == NULL)
        return DAEMON_EXIT_TRY_AGAIN;
    struct error error = ERROR_INIT;
    int exit_code = start(&daemon, &error);
    if (exit_code == DAEMON_EXIT_DONE) {
        daemon_name_departed(&daemon);
        log_info(NULL, "slackauditd %s: %zu source%s, %zu output%s, store in %s", options->version,
            daemon.source_count, daemon.source_count == 1 ? "" : "s", daemon.output_count,
            daemon.output_count == 1 ? "" : "s", config->state_dir);
        service_ready("polling");
        turn_until_stopped(&daemon);
        exit_code = daemon.exit_code;
    } else if (error.code != ERROR_NONE) {
        log_error(NULL, "%s", error.text);
    }
    finish(&daemon);
    return exit_code;
}
