/*
 * Answers past the cap: the call ends with an error and is not tried again, however the body is
 * taken, whether the cap is the client's or the default of 256 MiB, and counted after
 * decompression.
 */
#include "check_main.h"

#include "base/gzip.h"
#include "slackaudit/client_scene.h"

enum { TOO_MUCH = 257 }; /* MiB */

enum way { WAY_PAGE, WAY_WHOLE, WAY_CHUNKS, WAYS };

/* How much came to `on_body`. */
static size_t told;

static int count_body(void *user, int status, const char *data, size_t size)
{
    (void)user;
    (void)status;
    (void)data;
    told += size;
    return 0;
}

static void start(struct scene *scene, enum way way)
{
    const struct slackaudit_query query = {0};
    struct slackaudit_events events = scene_events(scene);
    if (way == WAY_PAGE) {
        scene_start_page(scene);
        return;
    }
    if (way == WAY_CHUNKS)
        events.on_body = count_body;
    ck_assert_int_eq(slackaudit_client_logs(scene->client, &query, &events, NULL, NULL), 0);
}

/* A server that answers with `head`, then with the parts, and a client with this cap (0: the
 * default). The stack would try everything again that it may. */
static void check_ends(
    const char *head, const struct server_parts *parts, uint64_t limit, const char *words)
{
    for (int way = 0; way < WAYS; way++) {
        struct scene scene;
        scene_init(&scene);
        scene_daemon_stack(&scene);
        struct slackaudit_options options = scene_options(&scene);
        options.response_limit = limit;
        scene_client(&scene, &options);
        scene_step(&scene, STEP_ANSWER, head);
        scene.steps[0].parts = parts;
        told = 0;
        start(&scene, (enum way)way);
        scene_run(&scene);
        ck_assert_int_eq(scene.answer.code, SLACKAUDIT_ERROR_LIMIT);
        ck_assert_int_eq(scene.answer.attempts, 1);
        ck_assert_uint_eq(scene.ended, 1);
        ck_assert_uint_eq(scene.server.requests, 1);
        ck_assert(!scene.has_summary);
        ck_assert_uint_eq(scene.body.size, 0); /* a part of a body is none */
        ck_assert_uint_le(told, limit == 0 ? MIB(256) : limit);
        check_contains(scene.message, words);
        scene_deinit(&scene);
    }
}

/* White space between the tokens of a page, which may go on for ever. */
static struct slice spaces(void)
{
    static char text[MIB(1)];
    memset(text, ' ', sizeof(text));
    return (struct slice){text, sizeof(text)};
}

START_TEST(a_response_past_the_clients_cap_ends_the_call_and_is_not_tried_again)
{
    const struct server_parts parts = {.part = {spaces().data, 1000}, .repeat = 1};
    check_ends("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n{", &parts, 1000,
        "response_limit is 1000 bytes (tried once)");
}
END_TEST

START_TEST(an_error_past_the_cap_is_no_different)
{
    const struct server_parts parts = {.part = {spaces().data, 1000}, .repeat = 1};
    check_ends("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 1001\r\n\r\n{", &parts, 1000,
        "response_limit is 1000 bytes (tried once)");
}
END_TEST

START_TEST(the_default_cap_is_256_mib)
{
    const struct server_parts parts = {.part = spaces(), .repeat = TOO_MUCH};
    check_ends("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"entries\":[]", &parts, 0,
        "response_limit is 268435456 bytes (tried once)");
}
END_TEST

START_TEST(just_under_the_default_cap_a_page_is_taken)
{
    struct scene scene;
    scene_init(&scene);
    const struct server_parts parts = {.part = spaces(), .repeat = 256};
    scene_step(
        &scene, STEP_STALL, "HTTP/1.1 200 OK\r\nContent-Length: 268435456\r\n\r\n{\"entries\":[]}");
    scene.steps[0].parts = &parts; /* more than announced: what is too much is not read */
    scene_page(&scene);
    ck_assert_msg(scene.answer.code == SLACKAUDIT_OK, "%s", scene.message);
    ck_assert(scene.has_summary);
    scene_deinit(&scene);
}
END_TEST

/* ---- Small under way, too much when it is decompressed ---- */

static void pack(struct slice plain, size_t repeat, struct buffer *packed)
{
    struct gzip *gzip = NULL;
    ck_assert_int_eq(gzip_new(&gzip, 1), 0);
    ck_assert_int_eq(gzip_write(gzip, SLICE_LITERAL("{\"entries\":[]"), false, packed), 0);
    for (size_t i = 1; i <= repeat; i++)
        ck_assert_int_eq(gzip_write(gzip, plain, i == repeat, packed), 0);
    gzip_free(gzip);
}

static void check_bomb(const char *encoding, const struct buffer *packed)
{
    const struct server_parts parts = {.part = buffer_slice(packed), .repeat = 1};
    char head[128];
    (void)snprintf(head, sizeof(head),
        "HTTP/1.1 200 OK\r\nContent-Encoding: %s\r\nContent-Length: %zu\r\n\r\n", encoding,
        packed->size);
    check_ends(head, &parts, 0, "response_limit is 268435456 bytes (tried once)");
}

START_TEST(a_small_answer_that_unpacks_past_the_cap_ends_the_call)
{
    struct buffer packed = BUFFER_INIT(MIB(64)), again = BUFFER_INIT(MIB(64));
    pack(spaces(), TOO_MUCH, &packed);
    ck_assert_uint_lt(packed.size, MIB(2));
    check_bomb("gzip", &packed);

    struct gzip *gzip = NULL; /* packed twice, it is smaller by far */
    ck_assert_int_eq(gzip_new(&gzip, 9), 0);
    ck_assert_int_eq(gzip_write(gzip, buffer_slice(&packed), true, &again), 0);
    gzip_free(gzip);
    ck_assert_uint_lt(again.size, KIB(32));
    check_bomb("gzip, gzip", &again);
    buffer_deinit(&packed);
    buffer_deinit(&again);
}
END_TEST

CHECK_MAIN("response_limit", a_response_past_the_clients_cap_ends_the_call_and_is_not_tried_again,
    an_error_past_the_cap_is_no_different, the_default_cap_is_256_mib,
    just_under_the_default_cap_a_page_is_taken,
    a_small_answer_that_unpacks_past_the_cap_ends_the_call)
