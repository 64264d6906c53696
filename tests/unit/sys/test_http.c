#include "check_main.h"

#include <errno.h>

#include "base/gzip.h"
#include "sys/http_world.h"

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
    int closed = server_bind(&port);
    struct http_request request = request_to(port, "GET", &world.first);
    begin(&world, &request, &world.first);
    finish(&world, &world.first);
    close(closed);
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
    static const char *const wrong[] = {"nonsense://user:hunter2@proxy.invalid:1",
        "http://user:hunter2", "user:hunter2", "http://user:hunter2@127.0.0.1:port",
        "nonsense://hunter2", "http://hunter2@"};
    WORLD({STEP_ANSWER, OK_HELLO, 0});
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct http_request request = request_to(world.server.port, "GET", &world.first);
        request.proxy = wrong[i];
        world.first.done = 0;
        begin(&world, &request, &world.first);
        finish(&world, &world.first);
        ck_assert_int_ne(world.first.failure, HTTP_OK);
        ck_assert_msg(strstr(world.first.message, "hunter2") == NULL, "%s", world.first.message);
    }
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
    struct buffer plain = BUFFER_INIT(MIB(4)), packed = BUFFER_INIT(MIB(1));
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
    a_body_callback_can_refuse)
