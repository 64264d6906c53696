#include "check_main.h"

#include <errno.h>

#include "base/gzip.h"
#include "base/units.h"
#include "sys/http.h"
#include "sys/server.h"

#define OK_HELLO "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Thing: one\r\n\r\nhello"

/* One call and what became of it. */
struct record {
    struct world *world;
    struct http_call *call;
    unsigned done;
    enum http_failure failure;
    int status, os_errno;
    char message[256];
    struct buffer body;
    char thing[64]; /* the header X-Thing */
    size_t header_count;
    int64_t elapsed_us;
    int refuse_body; /* what on_body returns */
    void (*during_body)(struct record *record);
    void (*during_done)(struct record *record);
};

struct world {
    struct clock *clock;
    struct loop *loop;
    struct http_engine *engine;
    struct server server;
    struct record first, second;
};

static void world_init(struct world *world, const struct server_step *steps, size_t step_count)
{
    *world = (struct world){0};
    world->clock = clock_new_simulated(1700000000, 1);
    ck_assert_int_eq(loop_new(&world->loop, world->clock, NULL), 0);
    ck_assert_int_eq(http_engine_new(&world->engine, world->loop, NULL), 0);
    server_init(&world->server, world->loop, steps, step_count);
    struct record *records[] = {&world->first, &world->second};
    for (int i = 0; i < 2; i++) {
        records[i]->world = world;
        records[i]->body = (struct buffer)BUFFER_INIT(MIB(64));
    }
}

static void world_deinit(struct world *world)
{
    http_engine_free(world->engine);
    server_deinit(&world->server);
    loop_free(world->loop);
    clock_free(world->clock);
    buffer_deinit(&world->first.body);
    buffer_deinit(&world->second.body);
}

static int on_body(void *user, int status, const char *data, size_t size)
{
    struct record *record = user;
    record->status = status;
    ck_assert_int_eq(buffer_append(&record->body, data, size), 0);
    if (record->during_body != NULL)
        record->during_body(record);
    return record->refuse_body;
}

static void on_done(void *user, const struct http_result *result)
{
    struct record *record = user;
    record->done++;
    record->failure = result->failure;
    record->status = result->status;
    record->os_errno = result->os_errno;
    record->header_count = result->header_count;
    record->elapsed_us = result->elapsed_us;
    snprintf(record->message, sizeof(record->message), "%s", result->message);
    const char *thing = http_header(result, "x-thing");
    snprintf(record->thing, sizeof(record->thing), "%s", thing == NULL ? "(absent)" : thing);
    if (record->during_done != NULL)
        record->during_done(record);
    record->call = NULL;
}

static struct http_request request_to(uint16_t port, const char *method, struct record *record)
{
    static char url[64];
    snprintf(url, sizeof(url), "http://127.0.0.1:%u/path", port);
    return (struct http_request){
        .method = method,
        .url = url,
        .proxy = "",
        .timeout_us = 10 * USEC_PER_SEC,
        .on_body = on_body,
        .done = on_done,
        .user = record,
    };
}

static void begin(struct world *world, const struct http_request *request, struct record *record)
{
    struct error error = ERROR_INIT;
    int code = http_start(world->engine, request, &record->call, &error);
    ck_assert_msg(code == 0, "%s", error.text);
}

static void finish(struct world *world, struct record *record)
{
    while (record->done == 0)
        ck_assert_int_eq(loop_turn(world->loop, -1), 0);
    ck_assert_uint_eq(record->done, 1);
}

static void get(struct world *world, struct record *record)
{
    struct http_request request = request_to(world->server.port, "GET", record);
    begin(world, &request, record);
    finish(world, record);
}

#define WORLD(...)                                                                                 \
    static const struct server_step steps[] = {__VA_ARGS__};                                       \
    struct world world;                                                                            \
    world_init(&world, steps, sizeof(steps) / sizeof(steps[0]))

START_TEST(an_answer_comes_with_status_headers_and_body)
{
    WORLD({STEP_ANSWER, OK_HELLO, 0});
    get(&world, &world.first);
    ck_assert_int_eq(world.first.failure, HTTP_OK);
    ck_assert_int_eq(world.first.status, 200);
    ck_assert_str_eq(world.first.thing, "one");
    ck_assert_uint_eq(world.first.header_count, 2);
    ck_assert_str_eq(world.first.message, "");
    ck_assert(slice_equal(buffer_slice(&world.first.body), SLICE_LITERAL("hello")));
    world_deinit(&world);
}
END_TEST

START_TEST(a_second_call_uses_the_connection_of_the_first)
{
    WORLD({STEP_ANSWER, OK_HELLO, 0});
    get(&world, &world.first);
    get(&world, &world.second);
    ck_assert_int_eq(world.second.failure, HTTP_OK);
    ck_assert_uint_eq(world.server.requests, 2);
    ck_assert_uint_eq(world.server.connections, 1);
    world_deinit(&world);
}
END_TEST

START_TEST(a_body_of_five_megabytes_arrives_whole_with_the_headers_asked_for)
{
    WORLD({STEP_ANSWER, "HTTP/1.1 204 No Content\r\n\r\n", 0});
    struct buffer body = BUFFER_INIT(MIB(5));
    while (body.size + 16 <= body.limit)
        ck_assert_int_eq(buffer_printf(&body, "%015zu\n", body.size), 0);
    struct http_request request = request_to(world.server.port, "POST", &world.first);
    const struct http_header headers[] = {{"Authorization", "Bearer abc"}, {"X-Empty", ""}};
    request.headers = headers;
    request.header_count = 2;
    request.body = buffer_slice(&body);
    request.user_agent = "slackauditd/test";
    begin(&world, &request, &world.first);
    finish(&world, &world.first);
    ck_assert_int_eq(world.first.status, 204);

    struct buffer *received = &world.server.last_request;
    ck_assert_uint_gt(received->size, body.size);
    size_t head = received->size - body.size;
    ck_assert_int_eq(memcmp(received->data + head, body.data, body.size), 0);
    received->data[head - 1] = '\0';
    ck_assert_ptr_nonnull(strstr(received->data, "POST /path HTTP/1.1\r\n"));
    ck_assert_ptr_nonnull(strstr(received->data, "Authorization: Bearer abc\r\n"));
    ck_assert_ptr_nonnull(strstr(received->data, "X-Empty:\r\n"));
    ck_assert_ptr_nonnull(strstr(received->data, "User-Agent: slackauditd/test\r\n"));
    ck_assert_ptr_null(strstr(received->data, "Expect"));
    ck_assert_ptr_null(strstr(received->data, "Content-Type"));
    buffer_deinit(&body);
    world_deinit(&world);
}
END_TEST

START_TEST(other_methods_go_out_as_they_are_named)
{
    WORLD({STEP_ANSWER, OK_HELLO, 0},
        {STEP_ANSWER, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", 0});
    struct http_request request = request_to(world.server.port, "PUT", &world.first);
    request.body = SLICE_LITERAL("{}");
    begin(&world, &request, &world.first);
    finish(&world, &world.first);
    ck_assert_int_eq(memcmp(world.server.last_request.data, "PUT /path ", 10), 0);
    ck_assert(slice_equal(buffer_slice(&world.first.body), SLICE_LITERAL("hello")));

    request = request_to(world.server.port, "HEAD", &world.second);
    begin(&world, &request, &world.second);
    finish(&world, &world.second);
    ck_assert_int_eq(world.second.failure, HTTP_OK);
    ck_assert_int_eq(memcmp(world.server.last_request.data, "HEAD /path ", 11), 0);
    world_deinit(&world);
}
END_TEST

START_TEST(a_redirect_is_an_answer_and_is_not_followed)
{
    WORLD({STEP_ANSWER,
        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", 0});
    get(&world, &world.first);
    ck_assert_int_eq(world.first.failure, HTTP_OK);
    ck_assert_int_eq(world.first.status, 302);
    ck_assert_uint_eq(world.server.requests, 1);
    world_deinit(&world);
}
END_TEST

START_TEST(headers_of_interim_answers_and_trailers_do_not_count)
{
    WORLD({STEP_ANSWER,
        "HTTP/1.1 103 Early Hints\r\nX-Thing: early\r\n\r\n"
        "HTTP/1.1 200 OK\r\nX-thing:  final \r\nTransfer-Encoding: chunked\r\n\r\n"
        "2\r\nab\r\n0\r\nX-Late: trailer\r\n\r\n",
        0});
    get(&world, &world.first);
    ck_assert_int_eq(world.first.failure, HTTP_OK);
    ck_assert_int_eq(world.first.status, 200);
    ck_assert_str_eq(world.first.thing, "final");
    ck_assert_uint_eq(world.first.header_count, 2);
    world_deinit(&world);
}
END_TEST

START_TEST(a_reset_a_close_and_a_short_body_are_resets)
{
    WORLD({STEP_ANSWER_AND_RESET, "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhel", 0},
        {STEP_ANSWER_AND_CLOSE, "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhel", 0},
        {STEP_ANSWER_AND_CLOSE, "", 0},
        {STEP_ANSWER_AND_CLOSE, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
            0});
    for (int i = 0; i < 4; i++) {
        world.first.done = 0;
        get(&world, &world.first);
        ck_assert_msg(world.first.failure == HTTP_RESET, "step %d: %s, %s", i,
            http_failure_name(world.first.failure), world.first.message);
        ck_assert_str_ne(world.first.message, "");
    }
    world_deinit(&world);
}
END_TEST

START_TEST(a_server_that_stalls_is_a_timeout)
{
    WORLD({STEP_STALL, "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhel", 0});
    struct http_request request = request_to(world.server.port, "GET", &world.first);
    request.timeout_us = 150 * USEC_PER_MSEC;
    begin(&world, &request, &world.first);
    finish(&world, &world.first);
    ck_assert_int_eq(world.first.failure, HTTP_TIMEOUT);
    ck_assert_int_eq(world.first.status, 200);
    world_deinit(&world);
}
END_TEST

START_TEST(a_simulated_clock_stands_still_while_a_call_is_under_way)
{
    WORLD({STEP_ANSWER, OK_HELLO, 0});
    struct loop_timer timer;
    loop_timer_init(&timer, world.loop, (loop_function)abort, NULL);
    ck_assert_int_eq(loop_timer_after(&timer, 1), 0);
    get(&world, &world.first);
    ck_assert_int_eq(world.first.elapsed_us, 0);
    loop_timer_stop(&timer);
    world_deinit(&world);
}
END_TEST

START_TEST(a_closed_port_is_a_failed_connection_with_its_errno)
{
    WORLD({STEP_ANSWER, OK_HELLO, 0});
    uint16_t port;
    close(server_listen(&port));
    struct http_request request = request_to(port, "GET", &world.first);
    begin(&world, &request, &world.first);
    finish(&world, &world.first);
    ck_assert_int_eq(world.first.failure, HTTP_CONNECT);
    ck_assert_int_eq(world.first.os_errno, ECONNREFUSED);
    world_deinit(&world);
}
END_TEST

START_TEST(a_name_that_cannot_exist_is_a_failed_lookup)
{
    WORLD({STEP_ANSWER, OK_HELLO, 0});
    struct http_request request = request_to(world.server.port, "GET", &world.first);
    request.url = "http://no-such-host.invalid/"; /* RFC 2606 */
    begin(&world, &request, &world.first);
    finish(&world, &world.first);
    ck_assert_int_eq(world.first.failure, HTTP_DNS);
    world_deinit(&world);
}
END_TEST

START_TEST(plain_http_from_a_tls_address_is_a_tls_failure)
{
    WORLD({STEP_ANSWER_AND_CLOSE, OK_HELLO, 0});
    char url[64];
    struct http_request request = request_to(world.server.port, "GET", &world.first);
    snprintf(url, sizeof(url), "https://127.0.0.1:%u/", world.server.port);
    request.url = url;
    request.tls.ca_file = "/nonexistent/ca.pem";
    begin(&world, &request, &world.first);
    finish(&world, &world.first);
    ck_assert_int_eq(world.first.failure, HTTP_TLS);
    world_deinit(&world);
}
END_TEST

START_TEST(a_proxy_that_refuses_the_tunnel_is_a_failed_connection)
{
    WORLD({STEP_ANSWER_AND_CLOSE, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", 0});
    char proxy[64];
    snprintf(proxy, sizeof(proxy), "http://127.0.0.1:%u", world.server.port);
    struct http_request request = request_to(world.server.port, "GET", &world.first);
    const struct http_header header = {"Authorization", "Bearer for-the-end-only"};
    request.url = "https://api.example.invalid/";
    request.proxy = proxy;
    request.headers = &header;
    request.header_count = 1;
    begin(&world, &request, &world.first);
    finish(&world, &world.first);
    ck_assert_int_eq(world.first.failure, HTTP_CONNECT);
    const char *seen = buffer_text(&world.server.last_request);
    ck_assert_int_eq(memcmp(seen, "CONNECT api.example.invalid:443 ", 32), 0);
    ck_assert_ptr_null(strstr(seen, "for-the-end-only"));
    world_deinit(&world);
}
END_TEST

START_TEST(a_proxy_address_that_is_wrong_is_not_quoted)
{
    WORLD({STEP_ANSWER, OK_HELLO, 0});
    struct http_request request = request_to(world.server.port, "GET", &world.first);
    request.proxy = "nonsense://user:hunter2@proxy.invalid:1";
    begin(&world, &request, &world.first);
    finish(&world, &world.first);
    ck_assert_int_ne(world.first.failure, HTTP_OK);
    ck_assert_ptr_null(strstr(world.first.message, "hunter2"));
    world_deinit(&world);
}
END_TEST

START_TEST(an_answer_past_the_limit_is_too_large)
{
    WORLD({STEP_ANSWER, OK_HELLO, 0});
    struct http_request request = request_to(world.server.port, "GET", &world.first);
    request.response_limit = 4;
    begin(&world, &request, &world.first);
    finish(&world, &world.first);
    ck_assert_int_eq(world.first.failure, HTTP_TOO_LARGE);
    ck_assert_uint_eq(world.first.body.size, 0);
    world.first.done = 0;
    request.response_limit = 5;
    begin(&world, &request, &world.first);
    finish(&world, &world.first);
    ck_assert_int_eq(world.first.failure, HTTP_OK);
    world_deinit(&world);
}
END_TEST

START_TEST(headers_without_end_are_too_large)
{
    WORLD({STEP_STALL, "X: y\r\n", 0}, {STEP_STALL, "", 0});
    struct buffer text = BUFFER_INIT(MIB(1));
    ck_assert_int_eq(buffer_append_text(&text, "HTTP/1.1 200 OK\r\n"), 0);
    for (int i = 0; i < 3000; i++)
        ck_assert_int_eq(buffer_append_text(&text, "X: y\r\n"), 0);
    const struct server_step many = {STEP_STALL, buffer_text(&text), 0};
    world.server.steps = &many;
    world.server.step_count = 1;
    get(&world, &world.first);
    ck_assert_int_eq(world.first.failure, HTTP_TOO_LARGE);

    buffer_clear(&text);
    ck_assert_int_eq(buffer_append_text(&text, "HTTP/1.1 200 OK\r\nX: "), 0);
    for (int i = 0; i < 70000; i++)
        ck_assert_int_eq(buffer_append_byte(&text, 'y'), 0);
    ck_assert_int_eq(buffer_append_text(&text, "\r\n\r\n"), 0);
    const struct server_step one = {STEP_STALL, buffer_text(&text), 0};
    world.server.steps = &one;
    get(&world, &world.second);
    ck_assert_int_eq(world.second.failure, HTTP_TOO_LARGE);
    buffer_deinit(&text);
    world_deinit(&world);
}
END_TEST

START_TEST(a_compressed_answer_is_counted_after_decoding)
{
    WORLD({STEP_ANSWER, "", 0});
    struct buffer plain = BUFFER_INIT(MIB(4)), packed = BUFFER_INIT(MIB(1)),
                  hex = BUFFER_INIT(MIB(1));
    for (int i = 0; i < 1 << 20; i++)
        ck_assert_int_eq(buffer_append_byte(&plain, 'a'), 0);
    struct gzip *gzip = NULL;
    ck_assert_int_eq(gzip_new(&gzip, 9), 0);
    ck_assert_int_eq(gzip_write(gzip, buffer_slice(&plain), true, &packed), 0);
    gzip_free(gzip);

    /* The script is text without NUL bytes, so this answer is put in the peer's place by hand: a
     * second listening socket, served by the test. */
    uint16_t port;
    int listener = server_listen(&port);
    for (int i = 0; i < 2; i++) {
        struct record *record = i == 0 ? &world.first : &world.second;
        struct http_request request = request_to(port, "GET", record);
        request.accept_gzip = true;
        request.response_limit = i == 0 ? MIB(1) : MIB(1) - 1;
        begin(&world, &request, record);
        int fd;
        while ((fd = accept(listener, NULL, NULL)) < 0)
            ck_assert_int_eq(loop_turn(world.loop, USEC_PER_MSEC), 0);
        char head[128];
        int size = snprintf(head, sizeof(head),
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %zu\r\n\r\n",
            packed.size);
        ck_assert_int_eq(send(fd, head, (size_t)size, MSG_NOSIGNAL), size);
        ck_assert_int_eq(send(fd, packed.data, packed.size, MSG_NOSIGNAL), (ssize_t)packed.size);
        finish(&world, record);
        close(fd);
    }
    close(listener);
    ck_assert_int_eq(world.first.failure, HTTP_OK);
    ck_assert(slice_equal(buffer_slice(&world.first.body), buffer_slice(&plain)));
    ck_assert_int_eq(world.second.failure, HTTP_TOO_LARGE);
    buffer_deinit(&plain);
    buffer_deinit(&packed);
    buffer_deinit(&hex);
    world_deinit(&world);
}
END_TEST

START_TEST(a_body_callback_can_refuse)
{
    WORLD({STEP_ANSWER, OK_HELLO, 0});
    world.first.refuse_body = -1;
    get(&world, &world.first);
    ck_assert_int_eq(world.first.failure, HTTP_REFUSED);
    world_deinit(&world);
}
END_TEST

/* ---- What callbacks may do ---- */

static void cancel_self(struct record *record)
{
    http_cancel(record->call);
}

static void cancel_other(struct record *record)
{
    http_cancel(record->world->second.call);
    record->world->second.call = NULL;
}

static void start_second(struct record *record)
{
    if (record->world->second.call != NULL)
        return;
    struct http_request request =
        request_to(record->world->server.port, "GET", &record->world->second);
    begin(record->world, &request, &record->world->second);
}

static void free_engine(struct record *record)
{
    http_engine_free(record->world->engine);
    record->world->engine = NULL;
}

/* Turns until another call is through, so that whatever was due has come. */
static void get_quietly(struct world *world)
{
    struct record other = {.world = world, .body = BUFFER_INIT(KIB(64))};
    get(world, &other);
    ck_assert_int_eq(other.failure, HTTP_OK);
    buffer_deinit(&other.body);
}

START_TEST(a_call_cancelled_in_its_own_body_callback_is_silent)
{
    WORLD({STEP_ANSWER, OK_HELLO, 0});
    world.first.during_body = cancel_self;
    struct http_request request = request_to(world.server.port, "GET", &world.first);
    begin(&world, &request, &world.first);
    while (world.first.body.size == 0)
        ck_assert_int_eq(loop_turn(world.loop, -1), 0);
    get_quietly(&world);
    ck_assert_uint_eq(world.first.done, 0);
    world_deinit(&world);
}
END_TEST

START_TEST(a_call_cancelled_in_its_own_done_callback_ends_once)
{
    WORLD({STEP_ANSWER, OK_HELLO, 0});
    world.first.during_done = cancel_self;
    get(&world, &world.first);
    get_quietly(&world);
    ck_assert_uint_eq(world.first.done, 1);
    world_deinit(&world);
}
END_TEST

START_TEST(a_body_callback_can_cancel_another_call)
{
    WORLD({STEP_STALL, "", 0}, {STEP_ANSWER, OK_HELLO, 0});
    struct http_request request = request_to(world.server.port, "POST", &world.second);
    char *body = strdup("soon gone");
    request.body = slice_of(body);
    begin(&world, &request, &world.second);
    while (world.server.requests == 0)
        ck_assert_int_eq(loop_turn(world.loop, -1), 0);
    world.first.during_body = cancel_other;
    get(&world, &world.first);
    free(body); /* libcurl must not ask for it any more */
    get_quietly(&world);
    ck_assert_int_eq(world.first.failure, HTTP_OK);
    ck_assert_uint_eq(world.second.done, 0);
    world_deinit(&world);
}
END_TEST

START_TEST(body_and_done_callbacks_can_start_calls)
{
    WORLD({STEP_ANSWER, OK_HELLO, 0});
    world.first.during_body = start_second;
    get(&world, &world.first);
    finish(&world, &world.second);
    ck_assert_int_eq(world.second.failure, HTTP_OK);

    world.first.done = world.second.done = 0;
    world.first.during_body = NULL;
    world.first.during_done = start_second;
    get(&world, &world.first);
    ck_assert_uint_eq(world.second.done, 0);
    finish(&world, &world.second);
    ck_assert_int_eq(world.second.failure, HTTP_OK);
    world_deinit(&world);
}
END_TEST

START_TEST(callbacks_can_free_the_engine)
{
    for (int i = 0; i < 2; i++) {
        WORLD({STEP_STALL, "", 0}, {STEP_ANSWER, OK_HELLO, 0});
        struct http_request request = request_to(world.server.port, "GET", &world.second);
        begin(&world, &request, &world.second);
        while (world.server.requests == 0)
            ck_assert_int_eq(loop_turn(world.loop, -1), 0);
        if (i == 0)
            world.first.during_body = free_engine;
        else
            world.first.during_done = free_engine;
        request = request_to(world.server.port, "GET", &world.first);
        begin(&world, &request, &world.first);
        while (world.engine != NULL)
            ck_assert_int_eq(loop_turn(world.loop, -1), 0);
        ck_assert_uint_eq(world.first.done, (unsigned)i);
        ck_assert_uint_eq(world.second.done, 0);
        /* Nobody holds the clock any more. */
        struct loop_timer timer;
        loop_timer_init(&timer, world.loop, (loop_function)loop_stop, world.loop);
        ck_assert_int_eq(loop_timer_after(&timer, 3600 * USEC_PER_SEC), 0);
        ck_assert_int_eq(loop_run(world.loop), 0);
        world_deinit(&world);
    }
}
END_TEST

START_TEST(an_engine_with_calls_under_way_can_be_freed)
{
    WORLD({STEP_STALL, "HTTP/1.1 200 OK\r\n", 0});
    struct http_request request = request_to(world.server.port, "GET", &world.first);
    begin(&world, &request, &world.first); /* under way */
    while (world.server.requests == 0)
        ck_assert_int_eq(loop_turn(world.loop, -1), 0);
    request = request_to(world.server.port, "GET", &world.second);
    begin(&world, &request, &world.second); /* not begun yet */
    world_deinit(&world);
    ck_assert_uint_eq(world.first.done + world.second.done, 0);
}
END_TEST

/* ---- Kept connections that the server has closed ---- */

START_TEST(a_request_without_a_body_is_sent_again_by_itself)
{
    WORLD({STEP_ANSWER, OK_HELLO, 0}, {STEP_ANSWER_AND_CLOSE, "", 0}, {STEP_ANSWER, OK_HELLO, 0});
    get(&world, &world.first);
    get(&world, &world.second);
    ck_assert_int_eq(world.second.failure, HTTP_OK);
    ck_assert_uint_eq(world.server.requests, 3);
    world_deinit(&world);
}
END_TEST

START_TEST(a_body_is_never_sent_twice_behind_the_callers_back)
{
    WORLD({STEP_ANSWER, OK_HELLO, 0}, {STEP_ANSWER_AND_CLOSE, "", 0}, {STEP_ANSWER, OK_HELLO, 0});
    get(&world, &world.first);
    struct http_request request = request_to(world.server.port, "POST", &world.second);
    request.body = SLICE_LITERAL("{}");
    begin(&world, &request, &world.second);
    finish(&world, &world.second);
    ck_assert_int_eq(world.second.failure, HTTP_RESET);
    ck_assert_uint_eq(world.server.requests, 2);
    world_deinit(&world);
}
END_TEST

/* ---- What is refused before it begins ---- */

START_TEST(wrong_requests_are_refused_and_no_value_is_quoted)
{
    WORLD({STEP_ANSWER, OK_HELLO, 0});
    const struct http_header bad_value = {"Authorization", "Bearer abc\r\nX-Injected: 1"};
    const struct http_header bad_name = {"Two words", "x"};
    struct http_request good = request_to(world.server.port, "GET", &world.first);
    struct http_request wrong[9];
    for (size_t i = 0; i < 9; i++)
        wrong[i] = good;
    wrong[0].url = "ftp://example.invalid/";
    wrong[1].url = "no address at all";
    wrong[2].url = "http://user:hunter2@127.0.0.1/";
    wrong[3].url = "";
    wrong[4].method = "GET /other";
    wrong[5].headers = &bad_value;
    wrong[5].header_count = 1;
    wrong[6].headers = &bad_name;
    wrong[6].header_count = 1;
    wrong[7].user_agent = "a\nb";
    wrong[8].tls.min_version = "1.0";
    for (size_t i = 0; i < 9; i++) {
        struct http_call *call = NULL;
        struct error error = ERROR_INIT;
        int code = http_start(world.engine, &wrong[i], &call, &error);
        ck_assert_msg(code == ERROR_INVALID, "request %zu: %s", i, error_code_name(code));
        ck_assert_int_eq(error.code, ERROR_INVALID);
        ck_assert_ptr_null(call);
        ck_assert_ptr_null(strstr(error.text, "hunter2"));
        ck_assert_ptr_null(strstr(error.text, "abc"));
    }
    get_quietly(&world);
    ck_assert_uint_eq(world.first.done, 0);
    world_deinit(&world);
}
END_TEST

/* ---- Retry-After ---- */

static int64_t retry_after(const char *value, int64_t now_seconds)
{
    const struct http_header header = {"retry-after", value};
    struct http_result result = {.headers = &header, .header_count = 1};
    return http_retry_after_us(&result, now_seconds * USEC_PER_SEC);
}

START_TEST(retry_after_reads_seconds_and_dates_and_is_capped_at_a_day)
{
    struct http_result none = {0};
    ck_assert_int_eq(http_retry_after_us(&none, 0), -1);
    ck_assert_int_eq(retry_after("30", 0), 30 * USEC_PER_SEC);
    ck_assert_int_eq(retry_after("0", 0), 0);
    ck_assert_int_eq(retry_after("99999999999999999999999", 0), 86400 * USEC_PER_SEC);
    ck_assert_int_eq(
        retry_after("Sun, 06 Nov 1994 08:49:37 GMT", 784111777 - 10), 10 * USEC_PER_SEC);
    ck_assert_int_eq(retry_after("Sun, 06 Nov 1994 08:49:37 GMT", 784111777 + 10), 0);
    ck_assert_int_eq(retry_after("Fri, 31 Dec 9999 23:59:59 GMT", 784111777), 86400 * USEC_PER_SEC);
    ck_assert_int_eq(retry_after("", 0), -1);
    ck_assert_int_eq(retry_after("-5", 0), -1);
    ck_assert_int_eq(retry_after("1.5", 0), -1);
    ck_assert_int_eq(retry_after("soon", 0), -1);
}
END_TEST

START_TEST(every_failure_has_a_name_of_its_own)
{
    for (int left = HTTP_OK; left <= HTTP_OTHER; left++)
        for (int right = left + 1; right <= HTTP_OTHER; right++)
            ck_assert_str_ne(http_failure_name((enum http_failure)left),
                http_failure_name((enum http_failure)right));
}
END_TEST

CHECK_MAIN("http", an_answer_comes_with_status_headers_and_body,
    a_second_call_uses_the_connection_of_the_first,
    a_body_of_five_megabytes_arrives_whole_with_the_headers_asked_for,
    other_methods_go_out_as_they_are_named, a_redirect_is_an_answer_and_is_not_followed,
    headers_of_interim_answers_and_trailers_do_not_count,
    a_reset_a_close_and_a_short_body_are_resets, a_server_that_stalls_is_a_timeout,
    a_simulated_clock_stands_still_while_a_call_is_under_way,
    a_closed_port_is_a_failed_connection_with_its_errno,
    a_name_that_cannot_exist_is_a_failed_lookup, plain_http_from_a_tls_address_is_a_tls_failure,
    a_proxy_that_refuses_the_tunnel_is_a_failed_connection,
    a_proxy_address_that_is_wrong_is_not_quoted, an_answer_past_the_limit_is_too_large,
    headers_without_end_are_too_large, a_compressed_answer_is_counted_after_decoding,
    a_body_callback_can_refuse, a_call_cancelled_in_its_own_body_callback_is_silent,
    a_call_cancelled_in_its_own_done_callback_ends_once, a_body_callback_can_cancel_another_call,
    body_and_done_callbacks_can_start_calls, callbacks_can_free_the_engine,
    an_engine_with_calls_under_way_can_be_freed, a_request_without_a_body_is_sent_again_by_itself,
    a_body_is_never_sent_twice_behind_the_callers_back,
    wrong_requests_are_refused_and_no_value_is_quoted,
    retry_after_reads_seconds_and_dates_and_is_capped_at_a_day, every_failure_has_a_name_of_its_own)
