/*
 * What the tests of the client share: a server on raw sockets that follows a script, a client, and
 * a record of all that it told. Time stands still while an attempt is under way and jumps over
 * every wait, so each wait is known exactly and none is waited for.
 */
#pragma once

#include <check.h>
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "base/units.h"
#include "slackaudit/sync.h"
#include "sys/server.h"

#define TOKEN "xoxp-1234567890-secret"
#define TWO_ENTRIES                                                                                \
    "{\"entries\":[{\"id\":\"b\",\"date_create\":20,\"action\":\"user_login\"},"                   \
    "{\"id\":\"a\",\"date_create\":10,\"action\":\"user_logout\"}],"                               \
    "\"response_metadata\":{\"next_cursor\":\"bmV4dA==\"}}"

enum { SCENE_STEPS = 16, SCENE_WAITS = 128, SCENE_GATES = 4 };

struct scene {
    struct clock *clock; /* the client's; moved by hand */
    struct clock *server_clock;
    struct loop *server_loop;
    struct server server;
    struct server_step steps[SCENE_STEPS];
    char *texts[SCENE_STEPS];
    size_t step_count;
    struct slackaudit_engine *engine;
    struct slackaudit_retry_stack *stack;
    struct slackaudit_client *client;
    struct slackaudit_call *call; /* the last that was started */
    char base_url[64];

    /* What the gate answers before it opens. */
    int64_t gates[SCENE_GATES];
    size_t gate_count, gates_asked;

    /* Attempts: let go, told as ended; and the time from each end to the next beginning. */
    unsigned begun, ended;
    int64_t ended_at_us;
    int64_t waits[SCENE_WAITS];
    size_t wait_count;
    struct slackaudit_attempt last_attempt; /* without its pointers */

    /* Page calls. */
    unsigned attempts_told;
    int last_attempt_number;
    unsigned entries, damaged; /* of the present attempt */
    char ids[64];              /* likewise */
    int (*during_entry)(struct scene *scene);
    void (*during_attempt)(struct scene *scene);

    /* The end. */
    unsigned done;
    struct slackaudit_answer answer; /* without its pointers */
    char message[SLACKAUDIT_TEXT], error[256], request_id[64], header[64];
    bool has_summary;
    struct slackaudit_page_summary summary; /* likewise */
    char next_cursor[64];
    struct buffer body;
    struct slackaudit_response *response; /* kept by a test */

    struct buffer log;
};

/* ---- What the client is lent ---- */

static inline int64_t scene_monotonic(void *user)
{
    return clock_monotonic_us(((struct scene *)user)->clock);
}

static inline int64_t scene_wall(void *user)
{
    return clock_wall_us(((struct scene *)user)->clock);
}

static inline uint64_t scene_random(void *user)
{
    return clock_random(((struct scene *)user)->clock);
}

static inline void scene_log(void *user, const char *text)
{
    struct scene *scene = user;
    ck_assert_int_eq(buffer_append_text(&scene->log, text), 0);
    ck_assert_int_eq(buffer_append_byte(&scene->log, '\n'), 0);
}

static inline int64_t scene_may_start(void *user)
{
    struct scene *scene = user;
    if (scene->gates_asked < scene->gate_count)
        return scene->gates[scene->gates_asked++];
    if (scene->ended > 0 && scene->wait_count < SCENE_WAITS)
        scene->waits[scene->wait_count++] = scene_monotonic(scene) - scene->ended_at_us;
    scene->begun++;
    return 0;
}

static inline void scene_attempt_ended(void *user, const struct slackaudit_attempt *attempt)
{
    struct scene *scene = user;
    scene->ended++;
    scene->ended_at_us = scene_monotonic(scene);
    scene->last_attempt = *attempt;
}

static inline void scene_on_attempt(void *user, int attempt)
{
    struct scene *scene = user;
    scene->attempts_told++;
    scene->last_attempt_number = attempt;
    scene->entries = scene->damaged = 0;
    scene->ids[0] = '\0';
    if (scene->during_attempt != NULL)
        scene->during_attempt(scene);
}

static inline int scene_on_entry(void *user, const struct slackaudit_entry_slice *entry)
{
    struct scene *scene = user;
    scene->entries++;
    scene->damaged += entry->damage != SLACKAUDIT_WHOLE;
    if (entry->id != NULL && strlen(scene->ids) + entry->id_size < sizeof(scene->ids))
        strncat(scene->ids, entry->id, entry->id_size);
    return scene->during_entry == NULL ? 0 : scene->during_entry(scene);
}

static inline void scene_on_answer(void *user, const struct slackaudit_answer *answer)
{
    struct scene *scene = user;
    scene->done++;
    scene->answer = *answer;
    (void)snprintf(scene->message, sizeof(scene->message), "%s", answer->message);
    (void)snprintf(scene->error, sizeof(scene->error), "%s", answer->error);
    (void)snprintf(scene->request_id, sizeof(scene->request_id), "%s", answer->request_id);
    const char *thing = slackaudit_answer_header(answer, "x-thing", 0);
    (void)snprintf(scene->header, sizeof(scene->header), "%s", thing == NULL ? "" : thing);
    buffer_clear(&scene->body);
    ck_assert_int_eq(buffer_append(&scene->body, answer->body, answer->body_size), 0);
}

static inline void scene_on_page(void *user, const struct slackaudit_answer *answer,
    const struct slackaudit_page_summary *summary)
{
    struct scene *scene = user;
    ck_assert_str_eq(answer->body, "");
    scene_on_answer(user, answer);
    scene->has_summary = summary != NULL;
    if (summary != NULL) {
        scene->summary = *summary;
        (void)snprintf(scene->next_cursor, sizeof(scene->next_cursor), "%s", summary->next_cursor);
    }
}

/* ---- Setting up ---- */

static inline void scene_init(struct scene *scene)
{
    *scene = (struct scene){.log = BUFFER_INIT(MIB(4)), .body = BUFFER_INIT(MIB(4))};
    scene->clock = clock_new_simulated(1700000000, 7);
    scene->server_clock = clock_new_real();
    ck_assert_int_eq(loop_new(&scene->server_loop, scene->server_clock, NULL), 0);
    scene->stack = slackaudit_retry_stack_new();
    struct slackaudit_clock clock = {scene_monotonic, scene_wall, scene_random, scene};
    ck_assert_int_eq(slackaudit_engine_new(&scene->engine, &clock, NULL), 0);
    server_init(&scene->server, scene->server_loop, scene->steps, 0);
    /* Hundreds of calls connect at once; one that finds the queue full would wait in real time. */
    ck_assert_int_eq(listen(scene->server.fd, SOMAXCONN), 0);
    (void)snprintf(scene->base_url, sizeof(scene->base_url), "http://127.0.0.1:%u/audit/v1/",
        scene->server.port);
}

static inline void scene_deinit(struct scene *scene)
{
    slackaudit_client_free(scene->client);
    slackaudit_engine_free(scene->engine);
    slackaudit_retry_stack_free(scene->stack);
    server_deinit(&scene->server);
    loop_free(scene->server_loop);
    clock_free(scene->server_clock);
    clock_free(scene->clock);
    for (size_t i = 0; i < scene->step_count; i++)
        free(scene->texts[i]);
    buffer_deinit(&scene->log);
    buffer_deinit(&scene->body);
}

/* The next step of the server's script, as it stands. */
static inline void scene_step(struct scene *scene, enum server_step_kind kind, const char *text)
{
    ck_assert_uint_lt(scene->step_count, SCENE_STEPS);
    char *copy = strdup(text);
    scene->texts[scene->step_count] = copy;
    scene->steps[scene->step_count++] = (struct server_step){.kind = kind, .text = copy};
    scene->server.step_count = scene->step_count;
}

/* The next step: an answer with its length. `headers` have their line breaks. */
static inline void scene_answer(
    struct scene *scene, const char *status, const char *headers, const char *body)
{
    char *text;
    ck_assert_int_gt(asprintf(&text, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n%s\r\n%s", status,
                         strlen(body), headers, body),
        0);
    scene_step(scene, STEP_ANSWER, text);
    free(text);
}

static inline void scene_handler(struct scene *scene, struct slackaudit_retry_handler *handler)
{
    ck_assert_int_eq(slackaudit_retry_stack_append(scene->stack, handler), 0);
}

/* The stack that the daemon has by default. */
static inline void scene_daemon_stack(struct scene *scene)
{
    scene_handler(scene, slackaudit_retry_connection_error(5, NULL, NULL, 60 * USEC_PER_SEC));
    scene_handler(scene, slackaudit_retry_rate_limit(10));
    scene_handler(
        scene, slackaudit_retry_server_error(5, NULL, slackaudit_jitter_full(), 60 * USEC_PER_SEC));
}

static inline struct slackaudit_options scene_options(struct scene *scene)
{
    return (struct slackaudit_options){
        .size = sizeof(struct slackaudit_options),
        .token = TOKEN,
        .base_url = scene->base_url,
        .proxy = "",
        .retry = scene->stack,
        .log = scene_log,
        .may_start = scene_may_start,
        .attempt_ended = scene_attempt_ended,
        .user = scene,
    };
}

static inline void scene_client(struct scene *scene, const struct slackaudit_options *options)
{
    struct slackaudit_options usual = scene_options(scene);
    struct slackaudit_problem problem = {0};
    int code = slackaudit_client_new(
        &scene->client, scene->engine, options == NULL ? &usual : options, &problem);
    ck_assert_msg(code == 0, "%s", problem.text);
}

static inline struct slackaudit_page_call scene_page_call(struct scene *scene)
{
    return (struct slackaudit_page_call){
        .on_attempt = scene_on_attempt,
        .on_entry = scene_on_entry,
        .on_done = scene_on_page,
        .user = scene,
    };
}

static inline struct slackaudit_events scene_events(struct scene *scene)
{
    return (struct slackaudit_events){.on_done = scene_on_answer, .user = scene};
}

static inline void scene_start_page(struct scene *scene)
{
    if (scene->client == NULL)
        scene_client(scene, NULL);
    struct slackaudit_page_call request = scene_page_call(scene);
    struct slackaudit_problem problem = {0};
    int code = slackaudit_client_page(scene->client, &request, &scene->call, &problem);
    ck_assert_msg(code == 0, "%s", problem.text);
}

/* ---- Running ---- */

/* One turn of server and client; when no attempt is under way, time jumps to what comes next. */
static inline void scene_turn(struct scene *scene)
{
    ck_assert_int_eq(loop_turn(scene->server_loop, 0), 0);
    ck_assert_int_eq(slackaudit_engine_turn(scene->engine, USEC_PER_MSEC), 0);
    int64_t wait_us = slackaudit_engine_wait_us(scene->engine);
    if (scene->begun == scene->ended && wait_us > 0)
        clock_advance(scene->clock, wait_us);
}

static inline void scene_run(struct scene *scene)
{
    while (scene->done == 0)
        scene_turn(scene);
    ck_assert_uint_eq(scene->done, 1);
}

/* Starts a page call and runs it to its end. */
static inline void scene_page(struct scene *scene)
{
    scene_start_page(scene);
    scene_run(scene);
}

static inline void check_contains(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) != NULL, "\"%s\" is not in \"%s\"", part, text);
}

/* Nobody has connected to the server, and no callback has come. */
static inline void check_nothing_sent(struct scene *scene)
{
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(slackaudit_engine_turn(scene->engine, USEC_PER_MSEC), 0);
    ck_assert_int_eq(loop_turn(scene->server_loop, 0), 0);
    ck_assert_uint_eq(scene->server.connections, 0);
    ck_assert_uint_eq(scene->begun + scene->done, 0);
}

static inline void check_wait(
    const struct scene *scene, size_t index, int64_t low_us, int64_t high_us)
{
    ck_assert_uint_gt(scene->wait_count, index);
    ck_assert_int_ge(scene->waits[index], low_us);
    ck_assert_int_lt(scene->waits[index], high_us);
}

/* A whole page came: both entries of the last attempt, and the cursor. */
static inline void check_two_entries(const struct scene *scene)
{
    ck_assert_msg(scene->answer.code == 0, "%s", scene->message);
    ck_assert_int_eq(scene->answer.status, 200);
    ck_assert_str_eq(scene->message, "");
    ck_assert(scene->has_summary);
    ck_assert_uint_eq(scene->summary.entries, 2);
    ck_assert_uint_eq(scene->entries, 2);
    ck_assert_str_eq(scene->ids, "ba");
    ck_assert_str_eq(scene->next_cursor, "bmV4dA==");
}
