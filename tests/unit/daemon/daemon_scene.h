/*
 * A daemon put together by hand: the real store, loop, engines and outputs, and a tiny API whose
 * answers a test chooses. The test turns the loop itself.
 */
#pragma once

#include "daemon/daemon_private.h"

#include <sys/epoll.h>
#include <time.h>

#include "base/json.h"
#include "base/limits.h"
#include "base/units.h"
#include "check_main.h"
#include "sys/folder.h"
#include "sys/server.h"

enum { SCENE_TURNS = 200000 };

struct daemon_scene {
    struct daemon daemon;
    char folder[FOLDER_SIZE], config[PATH_SIZE], token[PATH_SIZE];
    struct server api;
    char page[256]; /* the answer to every call */
    struct server_step step;
};

static inline void daemon_ready(void *user, uint32_t events)
{
    struct daemon *daemon = user;
    (void)events;
    daemon->engine_ready = true;
}

static inline int64_t scene_monotonic(void *clock)
{
    return clock_monotonic_us(clock);
}

static inline int64_t scene_wall(void *clock)
{
    return clock_wall_us(clock);
}

static inline uint64_t scene_random(void *clock)
{
    return clock_random(clock);
}

static inline void scene_settle(void *user)
{
    struct daemon *daemon = user;
    daemon_settle_outputs(daemon);
}

static inline void scene_nothing(void *user)
{
    (void)user;
}

/* An empty page, with the date of the host. */
static inline void scene_answer_pages(struct daemon_scene *scene)
{
    static const char body[] = "{\"entries\":[],\"response_metadata\":{\"next_cursor\":\"\"}}";
    char date[64];
    time_t now = time(NULL);
    struct tm parts;
    ck_assert_ptr_nonnull(gmtime_r(&now, &parts));
    ck_assert_uint_gt(strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &parts), 0);
    (void)snprintf(scene->page, sizeof(scene->page),
        "HTTP/1.1 200 OK\r\nDate: %s\r\nContent-Length: %zu\r\n\r\n%s", date, strlen(body), body);
    scene->step = (struct server_step){.kind = STEP_ANSWER, .text = scene->page};
}

/* Every call hangs. */
static inline void scene_stall(struct daemon_scene *scene)
{
    scene->step = (struct server_step){.kind = STEP_STALL, .text = ""};
}

/* A source that asks the tiny API; further keys follow. */
static inline const char *scene_source(
    struct daemon_scene *scene, const char *name, const char *keys)
{
    static char text[4][PATH_SIZE + 256];
    static int turn;
    char *source = text[turn++ % 4];
    (void)snprintf(source, sizeof(text[0]),
        "  - {name: %s, token: {file: \"%s\"}, base_url: \"http://127.0.0.1:%u/\", start: now%s}\n",
        name, scene->token, scene->api.port, keys);
    return source;
}

static inline const char *scene_file(struct daemon_scene *scene, const char *name, const char *path)
{
    static char text[4][PATH_SIZE + 256];
    static int turn;
    char *output = text[turn++ % 4];
    (void)snprintf(output, sizeof(text[0]), "  - {name: %s, type: file, path: \"%s/%s\"}\n", name,
        scene->folder, path);
    return output;
}

static inline void scene_configure(
    struct daemon_scene *scene, const char *sources, const char *outputs)
{
    char text[8192];
    (void)snprintf(text, sizeof(text),
        "state_dir: \"%s/state\"\ncontrol: \"unix:%s/control.sock\"\nlog: {level: "
        "error}\nsources:\n"
        "%soutputs:\n%s",
        scene->folder, scene->folder, sources, outputs);
    folder_write(scene->config, text, 0600);
}

static inline struct config *scene_load(struct daemon_scene *scene)
{
    struct config *config = NULL;
    struct config_problems problems = {0};
    int r = config_load(scene->config, &config, &problems);
    ck_assert_msg(r == 0, "%s", problems.count > 0 ? problems.items[0].text : "no problem named");
    config_problems_deinit(&problems);
    return config;
}

/* Folder, token and API; what is configured starts with scene_start(). */
static inline void scene_begin(struct daemon_scene *scene)
{
    struct daemon *daemon = &scene->daemon;
    struct slackaudit_problem problem;
    *scene = (struct daemon_scene){0};
    folder_make(scene->folder);
    (void)folder_path(scene->config, scene->folder, "config.yaml");
    folder_write(folder_path(scene->token, scene->folder, "token"), "xoxp-test-token\n", 0600);
    daemon->options = (struct daemon_options){.config_path = scene->config, .version = "0"};
    daemon->clock = clock_new_real();
    ck_assert_int_eq(loop_new(&daemon->loop, daemon->clock, NULL), 0);
    ck_assert_int_eq(http_engine_new(&daemon->http, daemon->loop, NULL), 0);
    daemon->engine_clock = (struct slackaudit_clock){.monotonic_us = scene_monotonic,
        .wall_us = scene_wall,
        .random = scene_random,
        .user = daemon->clock};
    ck_assert_int_eq(slackaudit_engine_new(&daemon->engine, &daemon->engine_clock, &problem), 0);
    ck_assert_int_eq(loop_watch(daemon->loop, &daemon->engine_watch,
                         slackaudit_engine_fd(daemon->engine), EPOLLIN, daemon_ready, daemon, NULL),
        0);
    loop_task_init(&daemon->look, daemon->loop, scene_settle, daemon);
    struct loop_timer *timers[] = {
        &daemon->watchdog, &daemon->collect, &daemon->upkeep, &daemon->deadline, &daemon->settle};
    for (size_t i = 0; i < sizeof(timers) / sizeof(timers[0]); i++)
        loop_timer_init(timers[i], daemon->loop, scene_nothing, daemon);
    scene_answer_pages(scene);
    server_init(&scene->api, daemon->loop, &scene->step, 1);
    daemon->store_type = &store_sqlite;
}

static inline void scene_start(struct daemon_scene *scene)
{
    struct daemon *daemon = &scene->daemon;
    struct error error = ERROR_INIT;
    daemon->generation = generation_new(scene_load(scene));
    const struct store_options options = {.directory = daemon->generation->config->state_dir,
        .max_bytes = daemon->generation->config->store_max_size,
        .clock = daemon->clock};
    ck_assert_msg(
        daemon->store_type->open(&daemon->store, &options, &error) == 0, "%s", error.text);
    ck_assert_int_eq(daemon_apply_sources(daemon, daemon->generation, NULL), 0);
    ck_assert_int_eq(daemon_apply_outputs(daemon, daemon->generation, NULL), 0);
}

static inline void scene_end(struct daemon_scene *scene)
{
    struct daemon *daemon = &scene->daemon;
    daemon_drop_sources(daemon);
    daemon_drop_outputs(daemon);
    loop_task_cancel(&daemon->look);
    loop_timer_stop(&daemon->settle);
    loop_timer_stop(&daemon->upkeep);
    daemon->store_type->close(daemon->store);
    loop_unwatch(daemon->engine_watch);
    slackaudit_engine_free(daemon->engine);
    http_engine_free(daemon->http);
    server_deinit(&scene->api);
    loop_free(daemon->loop);
    clock_free(daemon->clock);
    generation_unref(daemon->generation);
    folder_remove(scene->folder);
}

static inline void scene_turn(struct daemon_scene *scene)
{
    struct daemon *daemon = &scene->daemon;
    int64_t wait = slackaudit_engine_wait_us(daemon->engine);
    if (wait < 0 || wait > 20 * USEC_PER_MSEC)
        wait = 20 * USEC_PER_MSEC;
    ck_assert_int_eq(loop_turn(daemon->loop, wait), 0);
    if (daemon->engine_ready || slackaudit_engine_wait_us(daemon->engine) == 0) {
        daemon->engine_ready = false;
        ck_assert_int_eq(slackaudit_engine_turn(daemon->engine, 0), 0);
    }
}

#define SCENE_UNTIL(scene, condition)                                                              \
    do {                                                                                           \
        for (int turn_ = 0; turn_ < SCENE_TURNS && !(condition); turn_++)                          \
            scene_turn(scene);                                                                     \
        ck_assert_msg(condition, "waited in vain for %s", #condition);                             \
    } while (0)

static inline int scene_reload(struct daemon_scene *scene)
{
    struct buffer report = BUFFER_INIT(KIB(64));
    int r = daemon_reload(&scene->daemon, &report);
    buffer_deinit(&report);
    return r;
}

/* Runs a verb as the control socket would; its exit code, 0 for ok. */
static inline int scene_verb(struct daemon_scene *scene, const char *const *words)
{
    struct buffer answer = BUFFER_INIT(MIB(4));
    struct json_document *document = NULL;
    size_t count = 0;
    while (words[count] != NULL)
        count++;
    daemon_answer(&scene->daemon, words, count, &answer);
    ck_assert_msg(
        json_parse(buffer_slice(&answer), &document, NULL) == 0, "%s", buffer_text(&answer));
    const struct json_value *root = json_root(document);
    int code = json_boolean(json_get(root, "ok"), false)
                   ? 0
                   : (int)json_integer(json_get(root, "exit"), -1);
    json_free(document);
    buffer_deinit(&answer);
    return code;
}

#define SCENE_VERB(scene, ...) scene_verb(scene, (const char *const[]){__VA_ARGS__, NULL})

struct scene_search {
    const char *output, *source;
    uint64_t sequence;
    bool found;
};

static inline int scene_match(void *user, const struct store_position *position)
{
    struct scene_search *search = user;
    if (strcmp(position->output, search->output) == 0 &&
        strcmp(position->source, search->source) == 0) {
        search->found = true;
        search->sequence = position->sequence;
    }
    return 0;
}

/* The output's position in the source, 0 when it has none. */
static inline uint64_t scene_position(
    struct daemon_scene *scene, const char *output, const char *source)
{
    struct scene_search search = {.output = output, .source = source};
    struct daemon *daemon = &scene->daemon;
    ck_assert_int_eq(daemon->store_type->positions(daemon->store, scene_match, &search, NULL), 0);
    return search.found ? search.sequence : 0;
}

static inline enum walker_state scene_state(struct daemon_scene *scene, const char *name)
{
    struct walker_status status;
    struct daemon_source *source = daemon_find_source(&scene->daemon, name);
    ck_assert_ptr_nonnull(source);
    walker_status(source->walker, &status);
    return status.state;
}

/* Puts entries into the source past the walker, as a closed window would. */
static inline void scene_store_entries(struct daemon_scene *scene, const char *name, int count)
{
    struct daemon *daemon = &scene->daemon;
    struct store_source *source;
    struct store_page *page;
    struct store_walk walk;
    struct error error = ERROR_INIT;
    static int number;
    ck_assert_int_eq(daemon->store_type->source(daemon->store, name, &source, &walk, &error), 0);
    ck_assert_int_eq(daemon->store_type->page_begin(source, &page, &error), 0);
    int64_t now = time(NULL);
    for (int i = 0; i < count; i++) {
        char text[64];
        int size = snprintf(text, sizeof(text), "{\"id\":\"t%d\"}", number++);
        struct slice bytes = {.data = text, .size = (size_t)size};
        const struct store_new_entry entry = {
            .bytes = bytes, .time = now, .key = hash_key_of(bytes)};
        ck_assert_int_eq(daemon->store_type->page_append(page, &entry, &error), 0);
    }
    struct store_window window = {
        .kind = STORE_WINDOW_FRESH, .oldest = now, .latest = now, .opened = now};
    ck_assert_msg(
        daemon->store_type->commit(source, page, &window, STORE_CLOSE, &walk, &error) == 0, "%s",
        error.text);
    for (size_t i = 0; i < daemon->output_count; i++)
        delivery_wake(daemon->outputs[i]->delivery);
}

static inline struct daemon_output *scene_output(struct daemon_scene *scene, const char *name)
{
    for (size_t i = 0; i < scene->daemon.output_count; i++)
        if (strcmp(scene->daemon.outputs[i]->config->name, name) == 0)
            return scene->daemon.outputs[i];
    return NULL;
}

/* Lines in a file below the scene's folder. */
static inline size_t scene_lines(struct daemon_scene *scene, const char *name)
{
    char path[PATH_SIZE];
    FILE *file = fopen(folder_path(path, scene->folder, name), "r");
    size_t lines = 0;
    if (file == NULL)
        return 0;
    for (int byte; (byte = fgetc(file)) != EOF;)
        lines += byte == '\n';
    fclose(file);
    return lines;
}
