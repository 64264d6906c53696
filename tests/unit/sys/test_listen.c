/* Sockets that systemd passes. A port and a Unix socket of our own: test_http_server.c. */
#include "check_main.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/units.h"
#include "sys/folder.h"
#include "sys/http_server.h"
#include "sys/listen.h"

enum { FIRST = 3 }; /* sd_listen_fds(3): the first descriptor that is passed */

static char folder[FOLDER_SIZE], path[PATH_SIZE];

static int listen_on_port(int type, struct sockaddr_in *ret_address)
{
    socklen_t size = sizeof(*ret_address);
    *ret_address =
        (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)ret_address, size), 0);
    ck_assert(type != SOCK_STREAM || listen(fd, 8) == 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)ret_address, &size), 0);
    return fd;
}

static int listen_on_path(void)
{
    folder_make(folder);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    folder_path(path, folder, "status.sock");
    memcpy(address.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    ck_assert_int_eq(listen(fd, 8), 0);
    return fd;
}

/* Runs `body` in a process that is passed `count` times this socket. It answers "" or what is
 * wrong; it must not assert, because the descriptors of this test are not its own. */
static void check_when_passed(int fd, int count, const char *(*body)(void))
{
    char told[ERROR_TEXT_SIZE] = "", text[32];
    int answer[2];
    ck_assert_int_eq(pipe(answer), 0);
    pid_t child = fork();
    if (child == 0) {
        (void)dup2(answer[1], FIRST + 20);
        for (int i = 0; i < count; i++)
            (void)dup2(fd, FIRST + i);
        (void)snprintf(text, sizeof(text), "%ld", (long)getpid());
        (void)setenv("LISTEN_PID", text, 1);
        (void)snprintf(text, sizeof(text), "%d", count);
        if (count > 0) /* no socket unit: no variable */
            (void)setenv("LISTEN_FDS", text, 1);
        const char *fault = body();
        _exit(write(FIRST + 20, fault, strlen(fault)) < 0);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    (void)close(answer[1]);
    ck_assert_int_ge(read(answer[0], told, sizeof(told) - 1), 0);
    (void)close(answer[0]);
    ck_assert_str_eq(told, "");
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* What listener_open() says to "systemd"; kept for the judges below. */
static const char *open_error(void)
{
    static struct error error = ERROR_INIT;
    struct listener listener = LISTENER_INIT;
    int r = listener_open(&listener, "systemd", &error);
    return r == ERROR_UNAVAILABLE ? error.text : "it was not ERROR_UNAVAILABLE";
}

/* ---- What can be taken ---- */

static int answer(
    void *user, const struct http_server_request *request, struct http_server_reply *reply)
{
    (void)user, (void)request;
    return buffer_append_text(&reply->body, "well");
}

static struct sockaddr_in where;

static bool is_answered(struct loop *loop)
{
    static const char request[] = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    char bytes[512] = "";
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool sent = connect(fd, (struct sockaddr *)&where, sizeof(where)) == 0 &&
                send(fd, request, strlen(request), MSG_NOSIGNAL) > 0;
    ssize_t size = 0;
    for (int i = 0; sent && size <= 0 && i < 1000; i++) {
        (void)loop_turn(loop, USEC_PER_MSEC);
        size = recv(fd, bytes, sizeof(bytes) - 1, MSG_DONTWAIT);
    }
    (void)close(fd);
    return strstr(bytes, "200 OK") != NULL;
}

static const char *serve_three_times(void)
{
    struct clock *clock = clock_new_real();
    struct loop *loop;
    if (loop_new(&loop, clock, NULL) < 0)
        return "no loop";
    for (int i = 0; i < 3; i++) {
        static struct error error = ERROR_INIT;
        struct http_server *server;
        if (http_server_new(&server, loop, "systemd", answer, NULL, &error) < 0)
            return error.text;
        if (!http_server_is_local(server))
            return "127.0.0.1 is taken for an address that others reach";
        if (!is_answered(loop))
            return i == 0 ? "no answer" : "no answer the second time: the socket was shut down";
        http_server_free(server);
    }
    loop_free(loop);
    clock_free(clock);
    return "";
}

START_TEST(the_socket_of_a_socket_unit_serves_again_after_each_reload)
{
    int fd = listen_on_port(SOCK_STREAM, &where);
    check_when_passed(fd, 1, serve_three_times);
    (void)close(fd);
}
END_TEST

static const char *open_and_close(void)
{
    static struct error error = ERROR_INIT;
    static char fault[ERROR_TEXT_SIZE];
    struct listener listener = LISTENER_INIT;
    if (listener_open(&listener, "systemd", &error) < 0)
        return error.text;
    char wanted[PATH_SIZE + 8];
    (void)snprintf(wanted, sizeof(wanted), "unix:%s", path);
    if (strcmp(listener.name, wanted) != 0) {
        (void)snprintf(fault, sizeof(fault), "its name is %s", listener.name);
        return fault;
    }
    if (!listener.is_loopback || listener.port != 0)
        return "it is not known as a Unix socket";
    listener_close(&listener);
    return access(path, F_OK) == 0 ? "" : "systemd's socket was removed";
}

START_TEST(a_unix_socket_of_a_socket_unit_keeps_its_name)
{
    int fd = listen_on_path();
    check_when_passed(fd, 1, open_and_close);
    (void)close(fd);
    folder_remove(folder);
}
END_TEST

/* ---- What cannot ---- */

static const char *judge_none(void)
{
    const char *text = open_error();
    return strstr(text, "passes no socket: start the socket unit") != NULL ? "" : text;
}

static const char *judge_two(void)
{
    const char *text = open_error();
    return strstr(text, "passes 2 sockets, and one is wanted") != NULL ? "" : text;
}

static const char *judge_no_stream(void)
{
    const char *text = open_error();
    return strstr(text, "no listening stream socket") != NULL ? "" : text;
}

START_TEST(no_socket_two_or_another_kind_is_refused_with_what_to_do)
{
    struct sockaddr_in address;
    int stream = listen_on_port(SOCK_STREAM, &address),
        datagram = listen_on_port(SOCK_DGRAM, &address);
    check_when_passed(stream, 0, judge_none);
    check_when_passed(stream, 2, judge_two);
    check_when_passed(datagram, 1, judge_no_stream);
    (void)close(stream);
    (void)close(datagram);
}
END_TEST

CHECK_MAIN("listen", the_socket_of_a_socket_unit_serves_again_after_each_reload,
    a_unix_socket_of_a_socket_unit_keeps_its_name,
    no_socket_two_or_another_kind_is_refused_with_what_to_do)
