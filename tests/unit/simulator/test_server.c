/* The simulator on a real socket: what goes over the wire, and how connections break when they are
 * to break. */
#include "check_main.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "simulator/api_case.h"
#include "simulator/server.h"

enum { FROM = CASE_NOW - 100000, TO = CASE_NOW - 1000 };

struct server_case {
    struct api_case base;
    struct server *server;
};

static void open_server(struct server_case *test, const char *fault)
{
    struct error error = ERROR_INIT;
    struct api_settings settings = case_settings(1000, FROM, TO);
    if (fault != NULL)
        ck_assert_int_eq(fault_plan_add(&settings.faults, fault, NULL), 0);
    case_open(&test->base, &settings);
    ck_assert_msg(
        server_new(&test->server, test->base.api, "127.0.0.1:0", &error) == 0, "%s", error.text);
}

static void close_server(struct server_case *test)
{
    server_free(test->server);
    case_close(&test->base);
}

/* Connects and sends `head` with the token and an end; returns the socket. */
static int send_request(const struct server_case *test, const char *head)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
        .sin_port = htons(server_port(test->server)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    char text[1024];
    int size =
        snprintf(text, sizeof(text), "%s\r\nHost: sim\r\nAuthorization: Bearer x\r\n\r\n", head);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    ck_assert_int_eq(send(fd, text, (size_t)size, MSG_NOSIGNAL), size);
    return fd;
}

/* Reads until the other side ends; returns 0 for an orderly end, or the errno. */
static int read_all(int fd, struct buffer *output)
{
    for (;;) {
        char part[65536];
        ssize_t size = recv(fd, part, sizeof(part), 0);
        if (size < 0)
            return errno;
        if (size == 0)
            return 0;
        ck_assert_int_eq(buffer_append(output, part, (size_t)size), 0);
    }
}

/* The whole exchange; HTTP/1.0 makes the server close at the end and send no chunks. */
static int exchange(const struct server_case *test, const char *head, struct buffer *output)
{
    _cleanup_close_ int fd = send_request(test, head);
    buffer_clear(output);
    int r = read_all(fd, output);
    ck_assert_ptr_nonnull(buffer_text(output));
    return r;
}

static const char *body_of(const struct buffer *output)
{
    const char *end = strstr(output->data, "\r\n\r\n");
    ck_assert_ptr_nonnull(end);
    return end + 4;
}

static size_t body_size(const struct buffer *output)
{
    return output->size - (size_t)(body_of(output) - output->data);
}

static size_t announced(const struct buffer *output)
{
    const char *header = strcasestr(output->data, "\r\nContent-Length: ");
    ck_assert_ptr_nonnull(header);
    return strtoul(header + strlen("\r\nContent-Length: "), NULL, 10);
}

START_TEST(a_page_comes_with_its_length_type_and_the_date_of_the_simulated_clock)
{
    _cleanup_(close_server) struct server_case test = {0};
    _cleanup_(buffer_deinit) struct buffer output = BUFFER_INIT(16 << 20);
    _cleanup_(answer_deinit) struct answer answer = ANSWER_INIT;
    char url[64];
    open_server(&test, NULL);
    snprintf(url, sizeof(url), "http://127.0.0.1:%u/audit/v1/", server_port(test.server));
    ck_assert_str_eq(server_url(test.server), url);
    ck_assert_int_eq(exchange(&test, "GET /audit/v1/logs?limit=500&oldest=0 HTTP/1.0", &output), 0);
    ck_assert_int_eq(strncmp(output.data, "HTTP/1.", 7), 0);
    ck_assert_int_eq(strncmp(output.data + 8, " 200 ", 5), 0);
    ck_assert_ptr_nonnull(strstr(output.data, "\r\nDate: Tue, 14 Nov 2023 22:13:20 GMT\r\n"));
    ck_assert_ptr_nonnull(
        strstr(output.data, "\r\nContent-Type: application/json; charset=utf-8\r\n"));
    ck_assert_uint_eq(announced(&output), body_size(&output));
    case_get(test.base.api, "/logs?limit=500&oldest=0", &answer);
    const char *end = strstr(body_of(&output), "response_metadata");
    ck_assert_ptr_nonnull(end);
    ck_assert_int_eq(
        memcmp(body_of(&output), answer.body.data, (size_t)(end - body_of(&output))), 0);
}
END_TEST

START_TEST(several_requests_share_a_connection)
{
    _cleanup_(close_server) struct server_case test = {0};
    _cleanup_(buffer_deinit) struct buffer output = BUFFER_INIT(16 << 20);
    open_server(&test, NULL);
    static const char second[] = "GET /actions HTTP/1.1\r\nHost: sim\r\nConnection: close\r\n\r\n";
    _cleanup_close_ int fd = send_request(&test, "GET /schemas HTTP/1.1");
    ck_assert_int_eq(send(fd, second, sizeof(second) - 1, MSG_NOSIGNAL), sizeof(second) - 1);
    ck_assert_int_eq(read_all(fd, &output), 0);
    ck_assert_ptr_nonnull(buffer_text(&output));
    ck_assert_ptr_nonnull(strstr(output.data, "{\"schemas\":["));
    ck_assert_ptr_nonnull(strstr(output.data, "{\"actions\":{"));
}
END_TEST

START_TEST(a_cursor_works_when_it_is_encoded_and_not_when_its_plus_is_sent_plainly)
{
    _cleanup_(close_server) struct server_case test = {0};
    _cleanup_(buffer_deinit) struct buffer output = BUFFER_INIT(16 << 20);
    char plain[128] = "", target[256], encoded[128] = "";
    open_server(&test, NULL);
    while (strchr(plain, '+') == NULL) {
        _cleanup_(case_page_deinit) struct case_page page;
        case_page_get(test.base.api, "/logs?limit=3", &page);
        snprintf(plain, sizeof(plain), "%s", page.cursor);
    }
    for (const char *at = plain; *at != '\0'; at++)
        snprintf(encoded + strlen(encoded), sizeof(encoded) - strlen(encoded),
            strchr("+/=", *at) != NULL ? "%%%02X" : "%c", *at);
    snprintf(target, sizeof(target), "GET /logs?limit=3&cursor=%s HTTP/1.0", encoded);
    ck_assert_int_eq(exchange(&test, target, &output), 0);
    ck_assert_ptr_nonnull(strstr(output.data, " 200 "));
    snprintf(target, sizeof(target), "GET /logs?limit=3&cursor=%s HTTP/1.0", plain);
    ck_assert_int_eq(exchange(&test, target, &output), 0);
    ck_assert_ptr_nonnull(strstr(output.data, " 400 "));
    ck_assert_str_eq(body_of(&output), "{\"ok\":false,\"error\":\"invalid_cursor\"}");
}
END_TEST

START_TEST(retry_after_and_allow_are_sent)
{
    _cleanup_(close_server) struct server_case test = {0};
    _cleanup_(buffer_deinit) struct buffer output = BUFFER_INIT(16 << 20);
    open_server(&test, "429:at=1,for=30s");
    ck_assert_int_eq(exchange(&test, "GET /logs HTTP/1.0", &output), 0);
    ck_assert_ptr_nonnull(strstr(output.data, " 429 "));
    ck_assert_ptr_nonnull(strstr(output.data, "\r\nRetry-After: 30\r\n"));
    ck_assert_str_eq(body_of(&output), "{\"ok\":false,\"error\":\"ratelimited\"}");
    ck_assert_int_eq(exchange(&test, "DELETE /logs HTTP/1.0", &output), 0);
    ck_assert_ptr_nonnull(strstr(output.data, " 405 "));
    ck_assert_ptr_nonnull(strstr(output.data, "\r\nAllow: GET\r\n"));
}
END_TEST

START_TEST(a_reset_comes_in_place_of_an_answer)
{
    _cleanup_(close_server) struct server_case test = {0};
    _cleanup_(buffer_deinit) struct buffer output = BUFFER_INIT(16 << 20);
    open_server(&test, "reset:every=1");
    for (int i = 0; i < 20; i++) {
        ck_assert_int_eq(exchange(&test, "GET /logs HTTP/1.1", &output), ECONNRESET);
        ck_assert_uint_eq(output.size, 0);
    }
}
END_TEST

START_TEST(a_reset_in_the_body_comes_after_a_part_of_it)
{
    _cleanup_(close_server) struct server_case test = {0};
    _cleanup_(buffer_deinit) struct buffer output = BUFFER_INIT(16 << 20);
    open_server(&test, "reset-body:every=1");
    for (int i = 0; i < 20; i++)
        ck_assert_int_eq(exchange(&test, "GET /logs?limit=1000 HTTP/1.1", &output), ECONNRESET);
}
END_TEST

START_TEST(a_truncated_answer_is_half_of_what_was_announced_and_ends_in_order)
{
    _cleanup_(close_server) struct server_case test = {0};
    _cleanup_(buffer_deinit) struct buffer output = BUFFER_INIT(16 << 20);
    open_server(&test, "truncate:every=1");
    ck_assert_int_eq(exchange(&test, "GET /logs?limit=1000 HTTP/1.1", &output), 0);
    ck_assert_uint_gt(announced(&output), 500000);
    ck_assert_uint_eq(body_size(&output), announced(&output) / 2);
    ck_assert_int_eq(exchange(&test, "GET /logs?limit=1 HTTP/1.1", &output), 0);
    ck_assert_uint_eq(body_size(&output), announced(&output) / 2);
}
END_TEST

START_TEST(a_stalled_answer_arrives_whole_in_the_end)
{
    _cleanup_(close_server) struct server_case test = {0};
    _cleanup_(buffer_deinit) struct buffer output = BUFFER_INIT(16 << 20);
    open_server(&test, "stall:every=1,for=20ms");
    ck_assert_int_eq(exchange(&test, "GET /logs?limit=1000 HTTP/1.0", &output), 0);
    ck_assert_uint_eq(body_size(&output), announced(&output));
    ck_assert_ptr_nonnull(strstr(body_of(&output), "response_metadata") != NULL
                              ? strstr(body_of(&output), "response_metadata")
                              : strstr(body_of(&output), "}]}"));
}
END_TEST

START_TEST(a_slow_answer_holds_up_nobody_else_and_not_the_end_of_the_server)
{
    _cleanup_(close_server) struct server_case test = {0};
    _cleanup_(buffer_deinit) struct buffer output = BUFFER_INIT(16 << 20);
    open_server(&test, "slow:at=1,for=24h");
    ck_assert_int_eq(fault_plan_add(&test.base.api->faults, "stall:at=2,for=24h", NULL), 0);
    int slow = send_request(&test, "GET /logs HTTP/1.1");
    do
        ck_assert_int_eq(exchange(&test, "GET /_sim/stats HTTP/1.0", &output), 0);
    while (strstr(body_of(&output), "\"slow\":1") == NULL);
    _cleanup_close_ int stalled = send_request(&test, "GET /logs?limit=1000 HTTP/1.1");
    char byte;
    ck_assert_int_eq(recv(stalled, &byte, 1, 0), 1);
    ck_assert_int_eq(exchange(&test, "GET /logs?limit=5 HTTP/1.0", &output), 0);
    ck_assert_ptr_nonnull(strstr(output.data, " 200 "));
    server_free(TAKE(test.server)); /* a day would be more than the test's time */
    close(slow);
}
END_TEST

START_TEST(expected_is_streamed_whole)
{
    _cleanup_(close_server) struct server_case test = {0};
    _cleanup_(buffer_deinit) struct buffer output = BUFFER_INIT(16 << 20);
    _cleanup_(answer_deinit) struct answer answer = ANSWER_INIT;
    open_server(&test, NULL);
    ck_assert_int_eq(exchange(&test, "GET /_sim/expected HTTP/1.0", &output), 0);
    case_get(test.base.api, "/_sim/expected", &answer);
    ck_assert_uint_eq(body_size(&output), answer.body.size);
    ck_assert_int_eq(memcmp(body_of(&output), answer.body.data, answer.body.size), 0);
}
END_TEST

START_TEST(new_faults_let_go_what_the_old_ones_hold_up)
{
    _cleanup_(close_server) struct server_case test = {0};
    _cleanup_(buffer_deinit) struct buffer output = BUFFER_INIT(16 << 20);
    _cleanup_(buffer_deinit) struct buffer stats = BUFFER_INIT(64 << 10);
    open_server(&test, "slow:count=1,for=24h");
    _cleanup_close_ int slow = send_request(&test, "GET /logs HTTP/1.0");
    do
        ck_assert_int_eq(exchange(&test, "GET /_sim/stats HTTP/1.0", &stats), 0);
    while (strstr(body_of(&stats), "\"slow\":1") == NULL);
    ck_assert_int_eq(exchange(&test, "POST /_sim/faults HTTP/1.0\r\nContent-Length: 0", &stats), 0);
    ck_assert_int_eq(read_all(slow, &output), 0);
    ck_assert_ptr_nonnull(strstr(buffer_text(&output), " 200 "));
}
END_TEST

START_TEST(more_than_a_thousand_connections_are_served_at_once)
{
    enum { CONNECTIONS = 1100 };
    static int fds[CONNECTIONS];
    struct rlimit limit;
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = limit.rlim_max;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    _cleanup_(close_server) struct server_case test = {0};
    _cleanup_(buffer_deinit) struct buffer output = BUFFER_INIT(16 << 20);
    open_server(&test, "slow:every=1,for=24h");
    for (int i = 0; i < CONNECTIONS; i++)
        fds[i] = send_request(&test, "GET /logs?limit=1 HTTP/1.0");
    do
        ck_assert_int_eq(exchange(&test, "GET /_sim/stats HTTP/1.0", &output), 0);
    while (strstr(body_of(&output), "\"slow\":1100") == NULL);
    ck_assert_int_eq(
        exchange(&test, "POST /_sim/faults HTTP/1.0\r\nContent-Length: 0", &output), 0);
    for (int i = 0; i < CONNECTIONS; i++) {
        buffer_clear(&output);
        ck_assert_int_eq(read_all(fds[i], &output), 0);
        ck_assert_ptr_nonnull(strstr(buffer_text(&output), " 200 "));
        close(fds[i]);
    }
}
END_TEST

START_TEST(a_body_sets_the_faults_and_a_body_too_long_is_refused)
{
    _cleanup_(close_server) struct server_case test = {0};
    _cleanup_(buffer_deinit) struct buffer output = BUFFER_INIT(16 << 20);
    static char long_body[SERVER_REQUEST_BODY_MOST + 1];
    open_server(&test, NULL);
    _cleanup_close_ int good =
        send_request(&test, "POST /_sim/faults HTTP/1.0\r\nContent-Length: 11");
    ck_assert_int_eq(send(good, "500:every=1", 11, MSG_NOSIGNAL), 11);
    ck_assert_int_eq(read_all(good, &output), 0);
    ck_assert_int_eq(exchange(&test, "GET /logs HTTP/1.0", &output), 0);
    ck_assert_ptr_nonnull(strstr(output.data, " 500 "));

    memset(long_body, '\n', sizeof(long_body));
    _cleanup_close_ int bad =
        send_request(&test, "POST /_sim/faults HTTP/1.0\r\nContent-Length: 65537");
    ck_assert_int_eq(send(bad, long_body, sizeof(long_body), MSG_NOSIGNAL), sizeof(long_body));
    buffer_clear(&output);
    ck_assert_int_eq(read_all(bad, &output), 0);
    ck_assert_ptr_nonnull(strstr(buffer_text(&output), " 413 "));
    ck_assert_int_eq(exchange(&test, "GET /logs HTTP/1.0", &output), 0);
    ck_assert_ptr_nonnull(strstr(output.data, " 500 "));
}
END_TEST

START_TEST(an_address_that_is_taken_or_none_is_refused)
{
    static const char *const wrong[] = {"", ":", "127.0.0.1", "localhost:80",
        "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:8x", "[::1:80", "::1:80",
        "[127.0.0.1]:80"};
    struct server *server = NULL;
    struct error error = ERROR_INIT;
    _cleanup_(close_server) struct server_case test = {0};
    char taken[64];
    open_server(&test, NULL);
    snprintf(taken, sizeof(taken), "127.0.0.1:%u", server_port(test.server));
    ck_assert_int_eq(server_new(&server, test.base.api, taken, &error), ERROR_UNAVAILABLE);
    ck_assert_ptr_nonnull(strstr(error.text, taken));
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        ck_assert_msg(
            server_new(&server, test.base.api, wrong[i], &error) == ERROR_INVALID, "%s", wrong[i]);
    ck_assert_ptr_null(server);
}
END_TEST

CHECK_MAIN("server", a_page_comes_with_its_length_type_and_the_date_of_the_simulated_clock,
    several_requests_share_a_connection,
    a_cursor_works_when_it_is_encoded_and_not_when_its_plus_is_sent_plainly,
    retry_after_and_allow_are_sent, a_reset_comes_in_place_of_an_answer,
    a_reset_in_the_body_comes_after_a_part_of_it,
    a_truncated_answer_is_half_of_what_was_announced_and_ends_in_order,
    a_stalled_answer_arrives_whole_in_the_end,
    a_slow_answer_holds_up_nobody_else_and_not_the_end_of_the_server, expected_is_streamed_whole,
    new_faults_let_go_what_the_old_ones_hold_up,
    more_than_a_thousand_connections_are_served_at_once,
    a_body_sets_the_faults_and_a_body_too_long_is_refused,
    an_address_that_is_taken_or_none_is_refused)
