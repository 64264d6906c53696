#include "sys/http_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/units.h"
#include "check_main.h"
#include "sys/folder.h"

struct place {
    struct clock *clock;
    struct loop *loop;
    struct http_server *server;
    unsigned asked;
    char path[64], accept[64];
    int answer; /* what on_request returns */
    struct buffer received;
};

static int on_request(
    void *user, const struct http_server_request *request, struct http_server_reply *reply)
{
    struct place *place = user;
    place->asked++;
    (void)snprintf(place->path, sizeof(place->path), "%s", request->path);
    (void)snprintf(place->accept, sizeof(place->accept), "%s", request->accept);
    if (place->answer < 0)
        return place->answer;
    if (strcmp(request->path, "/nothing") == 0)
        return 0;
    reply->status = strcmp(request->path, "/missing") == 0 ? 404 : 200;
    return buffer_append_text(&reply->body, "all is well");
}

static void place_init(struct place *place, const char *address)
{
    *place = (struct place){.clock = clock_new_real(), .received = BUFFER_INIT(MIB(1))};
    ck_assert_int_eq(loop_new(&place->loop, place->clock, NULL), 0);
    struct error error = ERROR_INIT;
    int code = http_server_new(&place->server, place->loop, address, on_request, place, &error);
    ck_assert_msg(code == 0, "%s", error.text);
}

static void place_deinit(struct place *place)
{
    http_server_free(place->server);
    loop_free(place->loop);
    clock_free(place->clock);
    buffer_deinit(&place->received);
}

static int connect_to(const struct place *place)
{
    const char *name = http_server_name(place->server);
    struct sockaddr_in address = {.sin_family = AF_INET,
        .sin_port = htons((uint16_t)atoi(strrchr(name, ':') + 1)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

/* Sends, and turns the server until it closes the connection. */
static const char *exchange(struct place *place, int fd, const char *request)
{
    buffer_clear(&place->received);
    ck_assert_int_ge(send(fd, request, strlen(request), MSG_NOSIGNAL), 0);
    ck_assert_int_eq(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    for (;;) {
        char bytes[4096];
        ck_assert_int_eq(loop_turn(place->loop, USEC_PER_MSEC), 0);
        ssize_t size = recv(fd, bytes, sizeof(bytes), 0);
        if (size == 0 || (size < 0 && errno == ECONNRESET))
            break;
        if (size > 0)
            ck_assert_int_eq(buffer_append(&place->received, bytes, (size_t)size), 0);
    }
    (void)close(fd);
    return buffer_text(&place->received);
}

static const char *ask(struct place *place, const char *request)
{
    return exchange(place, connect_to(place), request);
}

#define END "Host: 127.0.0.1\r\nConnection: close\r\n\r\n"

static void check_has(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) != NULL, "\"%s\" is not in \"%s\"", part, text);
}

START_TEST(a_page_is_answered_with_headers_that_keep_a_browser_careful)
{
    struct place place;
    place_init(&place, "127.0.0.1:0");
    const char *answer =
        ask(&place, "GET /status%20page?x=1 HTTP/1.1\r\nAccept: text/html\r\n" END);
    check_has(answer, "HTTP/1.1 200 OK\r\n");
    check_has(answer, "Content-Type: text/plain; charset=utf-8\r\n");
    check_has(answer, "Content-Security-Policy: default-src 'none'\r\n");
    check_has(answer, "X-Content-Type-Options: nosniff\r\n");
    check_has(answer, "Cache-Control: no-store\r\n");
    check_has(answer, "\r\n\r\nall is well");
    ck_assert_str_eq(place.path, "/status page");
    ck_assert_str_eq(place.accept, "text/html");
    check_has(ask(&place, "GET /missing HTTP/1.1\r\n" END), "HTTP/1.1 404 ");
    check_has(ask(&place, "GET /nothing HTTP/1.1\r\n" END), "Content-Length: 0\r\n");
    place_deinit(&place);
}
END_TEST

START_TEST(head_is_answered_without_the_body)
{
    struct place place;
    place_init(&place, "127.0.0.1:0");
    const char *answer = ask(&place, "HEAD / HTTP/1.1\r\n" END);
    check_has(answer, "Content-Length: 11\r\n");
    ck_assert_str_eq(answer + strlen(answer) - 4, "\r\n\r\n");
    place_deinit(&place);
}
END_TEST

START_TEST(what_would_change_something_is_refused)
{
    struct place place;
    place_init(&place, "127.0.0.1:0");
    const char *answer = ask(&place, "DELETE / HTTP/1.1\r\n" END);
    check_has(answer, "HTTP/1.1 405 ");
    check_has(answer, "Allow: GET, HEAD\r\n");
    (void)ask(&place, "POST / HTTP/1.1\r\nContent-Length: 4\r\n" END "body");
    ck_assert_uint_eq(place.asked, 0);
    place_deinit(&place);
}
END_TEST

START_TEST(another_sites_name_for_this_machine_is_refused)
{
    static const char *const own[] = {"127.0.0.1", "127.0.0.1:9464", "localhost", "LOCALHOST:1",
        "[::1]", "[::1]:9464", "192.0.2.7"};
    static const char *const foreign[] = {"evil.example", "evil.example:9464", "localhost.evil",
        "127.0.0.1.evil", "[::1", "[evil]", ""};
    struct place place;
    char request[256];
    place_init(&place, "127.0.0.1:0");
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
        (void)snprintf(request, sizeof(request),
            "GET / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", own[i]);
        check_has(ask(&place, request), "HTTP/1.1 200 ");
    }
    for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
        (void)snprintf(request, sizeof(request),
            "GET / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", foreign[i]);
        check_has(ask(&place, request), "HTTP/1.1 421 ");
    }
    ck_assert_uint_eq(place.asked, sizeof(own) / sizeof(own[0]));
    place_deinit(&place);
}
END_TEST

START_TEST(a_head_that_is_too_long_is_refused_and_the_next_request_answered)
{
    struct place place;
    place_init(&place, "127.0.0.1:0");
    char *request = malloc(KIB(64));
    size_t size = (size_t)sprintf(request, "GET / HTTP/1.1\r\nX-Long: ");
    memset(request + size, 'x', KIB(40));
    strcpy(request + size + KIB(40), "\r\n" END);
    const char *answer = ask(&place, request);
    ck_assert_ptr_null(strstr(answer, "200 OK"));
    free(request);
    check_has(ask(&place, "GET / HTTP/1.1\r\n" END), "200 OK");
    ck_assert_uint_eq(place.asked, 1);
    place_deinit(&place);
}
END_TEST

START_TEST(connections_past_the_cap_do_not_keep_the_others_from_their_answer)
{
    enum { MANY = 60 };
    struct place place;
    place_init(&place, "127.0.0.1:0");
    int idle[MANY];
    int first = connect_to(&place);
    ck_assert_int_eq(loop_turn(place.loop, 0), 0);
    for (int i = 0; i < MANY; i++)
        idle[i] = connect_to(&place);
    check_has(exchange(&place, first, "GET / HTTP/1.1\r\n" END), "200 OK");
    for (int i = 0; i < MANY; i++)
        (void)close(idle[i]);
    for (int i = 0; i < 20; i++)
        ck_assert_int_eq(loop_turn(place.loop, USEC_PER_MSEC), 0);
    check_has(ask(&place, "GET / HTTP/1.1\r\n" END), "200 OK");
    place_deinit(&place);
}
END_TEST

START_TEST(an_answer_that_fails_is_a_500_with_words)
{
    struct place place;
    place_init(&place, "127.0.0.1:0");
    place.answer = ERROR_MEMORY;
    const char *answer = ask(&place, "GET / HTTP/1.1\r\n" END);
    check_has(answer, "HTTP/1.1 500 ");
    check_has(answer, "no memory for the answer");
    place_deinit(&place);
}
END_TEST

START_TEST(a_unix_socket_is_for_owner_and_group_and_goes_with_the_server)
{
    char folder[FOLDER_SIZE], path[PATH_SIZE], address[PATH_SIZE + 8];
    folder_make(folder);
    (void)folder_path(path, folder, "status.sock");
    (void)snprintf(address, sizeof(address), "unix:%s", path);
    struct place place;
    place_init(&place, address);
    struct stat status;
    ck_assert_int_eq(stat(path, &status), 0);
    ck_assert_int_eq(status.st_mode & 0777, 0660);
    struct http_server *second = NULL;
    struct error error = ERROR_INIT;
    ck_assert_int_eq(http_server_new(&second, place.loop, address, on_request, &place, &error),
        ERROR_UNAVAILABLE);
    check_has(error.text, "another process listens there");
    struct sockaddr_un where = {.sun_family = AF_UNIX};
    memcpy(where.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&where, sizeof(where)), 0);
    check_has(exchange(&place, fd, "GET / HTTP/1.1\r\nHost: any.name\r\nConnection: close\r\n\r\n"),
        "200 OK");
    place_deinit(&place);
    ck_assert_int_lt(stat(path, &status), 0);
    folder_remove(folder);
}
END_TEST

START_TEST(an_address_that_cannot_be_is_refused_with_words)
{
    static const char *const faulty[] = {"", "9464", "localhost:9464", "127.0.0.1",
        "127.0.0.1:", "127.0.0.1:65536", "[::1]", "::1:9464", "unix:", "127.0.0.1:-1",
        "127.0.0.1:94 64"};
    struct place place;
    place_init(&place, "[::1]:0");
    for (size_t i = 0; i < sizeof(faulty) / sizeof(faulty[0]); i++) {
        struct http_server *server = NULL;
        struct error error = ERROR_INIT;
        ck_assert_int_eq(
            http_server_new(&server, place.loop, faulty[i], on_request, &place, &error),
            ERROR_INVALID);
        ck_assert_str_ne(error.text, "");
    }
    struct http_server *server = NULL;
    struct error error = ERROR_INIT;
    ck_assert_int_eq(http_server_new(&server, place.loop, http_server_name(place.server),
                         on_request, &place, &error),
        ERROR_UNAVAILABLE);
    place_deinit(&place);
}
END_TEST

CHECK_MAIN("http_server", a_page_is_answered_with_headers_that_keep_a_browser_careful,
    head_is_answered_without_the_body, what_would_change_something_is_refused,
    another_sites_name_for_this_machine_is_refused,
    a_head_that_is_too_long_is_refused_and_the_next_request_answered,
    connections_past_the_cap_do_not_keep_the_others_from_their_answer,
    an_answer_that_fails_is_a_500_with_words,
    a_unix_socket_is_for_owner_and_group_and_goes_with_the_server,
    an_address_that_cannot_be_is_refused_with_words)
