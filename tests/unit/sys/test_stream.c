#include "check_main.h"

#include <errno.h>

#include "base/units.h"
#include "sys/http.h"
#include "sys/server.h"

/* A stream and the other end of it, which the test reads and writes by hand. */
static struct clock *the_clock;
static struct loop *the_loop;
static struct http_engine *engine;
static struct http_stream *stream;
static int listener;
static uint16_t port;

static struct {
    unsigned opened, writable, closed;
    enum http_failure failure;
    int os_errno;
    char message[256];
    int unacknowledged; /* when it was closed */
    bool free_when_opened, free_when_closed;
} seen;

static void on_open(void *user)
{
    ck_assert_ptr_eq(user, &seen);
    seen.opened++;
    if (seen.free_when_opened) {
        http_stream_free(stream);
        stream = NULL;
    }
}

static void on_writable(void *user)
{
    (void)user;
    seen.writable++;
}

static void on_closed(void *user, enum http_failure failure, int os_errno, const char *message)
{
    (void)user;
    seen.closed++;
    seen.unacknowledged = http_stream_unacknowledged(stream);
    if (seen.free_when_closed) {
        http_stream_free(stream);
        stream = NULL;
    }
    seen.failure = failure;
    seen.os_errno = os_errno;
    snprintf(seen.message, sizeof(seen.message), "%s", message);
}

static void set_up(void)
{
    memset(&seen, 0, sizeof(seen));
    the_clock = clock_new_simulated(1700000000, 1);
    ck_assert_int_eq(loop_new(&the_loop, the_clock, NULL), 0);
    ck_assert_int_eq(http_engine_new(&engine, the_loop, NULL), 0);
    listener = server_listen(&port);
}

static void tear_down(void)
{
    http_stream_free(stream);
    stream = NULL;
    http_engine_free(engine);
    /* Nobody holds the clock any more. */
    struct loop_timer timer;
    loop_timer_init(&timer, the_loop, (loop_function)loop_stop, the_loop);
    ck_assert_int_eq(loop_timer_after(&timer, 3600 * USEC_PER_SEC), 0);
    ck_assert_int_eq(loop_run(the_loop), 0);
    loop_free(the_loop);
    clock_free(the_clock);
    close(listener);
}

static struct http_stream_request request(void)
{
    return (struct http_stream_request){
        .host = "127.0.0.1",
        .port = port,
        .timeout_us = 10 * USEC_PER_SEC,
        .proxy = "",
        .on_open = on_open,
        .on_writable = on_writable,
        .on_closed = on_closed,
        .user = &seen,
    };
}

static void begin(const struct http_stream_request *wanted)
{
    struct error error = ERROR_INIT;
    int code = http_stream_open(engine, wanted, &stream, &error);
    ck_assert_msg(code == 0, "%s", error.text);
}

static void turn_until(const unsigned *count)
{
    while (*count == 0)
        ck_assert_int_eq(loop_turn(the_loop, 10 * USEC_PER_MSEC), 0);
}

/* Opens the stream and returns the other end. */
static int open_both(void)
{
    struct http_stream_request wanted = request();
    begin(&wanted);
    turn_until(&seen.opened);
    int peer = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    ck_assert_int_ge(peer, 0);
    return peer;
}

START_TEST(bytes_go_out_as_they_are_and_are_acknowledged)
{
    set_up();
    int peer = open_both();
    size_t sent = 99;
    ck_assert_int_eq(http_stream_send(stream, SLICE_LITERAL("5 hello"), &sent), 0);
    ck_assert_uint_eq(sent, 7);
    char text[16];
    ck_assert_int_eq(recv(peer, text, sizeof(text), 0), 7);
    ck_assert_int_eq(memcmp(text, "5 hello", 7), 0);
    while (http_stream_unacknowledged(stream) > 0)
        ck_assert_int_eq(loop_turn(the_loop, USEC_PER_MSEC), 0);
    ck_assert_int_eq(http_stream_unacknowledged(stream), 0);
    ck_assert_uint_eq(seen.opened, 1);
    ck_assert_uint_eq(seen.writable, 0);
    close(peer);
    tear_down();
}
END_TEST

START_TEST(a_peer_that_does_not_read_makes_the_stream_wait_and_then_go_on)
{
    set_up();
    int peer = open_both();
    char *bytes = malloc(MIB(24)), *received = malloc(MIB(24));
    ck_assert(bytes != NULL && received != NULL);
    for (size_t i = 0; i < MIB(24); i++)
        bytes[i] = (char)(i * 31 + (i >> 8));

    size_t sent = 0, got = 0, waits = 0;
    while (sent < MIB(24)) {
        size_t more = 0;
        struct slice left = {.data = bytes + sent, .size = MIB(24) - sent};
        ck_assert_int_eq(http_stream_send(stream, left, &more), 0);
        sent += more;
        if (sent == MIB(24))
            break;
        ck_assert_int_gt(http_stream_unacknowledged(stream), 0);
        waits++;
        seen.writable = 0;
        while (seen.writable == 0) {
            ssize_t size = recv(peer, received + got, MIB(24) - got, MSG_DONTWAIT);
            if (size > 0)
                got += (size_t)size;
            ck_assert_int_eq(loop_turn(the_loop, USEC_PER_MSEC), 0);
        }
    }
    ck_assert_uint_gt(waits, 0);
    while (got < MIB(24)) {
        ssize_t size = recv(peer, received + got, MIB(24) - got, 0);
        ck_assert_int_gt(size, 0);
        got += (size_t)size;
    }
    ck_assert_int_eq(memcmp(bytes, received, MIB(24)), 0);
    free(bytes);
    free(received);
    close(peer);
    tear_down();
}
END_TEST

START_TEST(what_the_peer_says_is_discarded)
{
    set_up();
    int peer = open_both();
    ck_assert_int_eq(send(peer, "chatter", 7, MSG_NOSIGNAL), 7);
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(loop_turn(the_loop, USEC_PER_MSEC), 0);
    ck_assert_uint_eq(seen.closed, 0);
    size_t sent;
    ck_assert_int_eq(http_stream_send(stream, SLICE_LITERAL("on"), &sent), 0);
    /* Were it still unread, closing would reset the connection and lose what is under way. */
    http_stream_free(stream);
    stream = NULL;
    char text[4];
    ck_assert_int_eq(recv(peer, text, sizeof(text), 0), 2);
    ck_assert_int_eq(recv(peer, text, sizeof(text), 0), 0);
    close(peer);
    tear_down();
}
END_TEST

START_TEST(a_peer_that_closes_is_told_once)
{
    set_up();
    seen.free_when_closed = true;
    close(open_both());
    turn_until(&seen.closed);
    ck_assert_int_eq(seen.failure, HTTP_RESET);
    ck_assert_int_eq(seen.os_errno, 0);
    ck_assert_str_eq(seen.message, "the peer closed the connection");
    tear_down();
    ck_assert_uint_eq(seen.closed, 1);
}
END_TEST

START_TEST(a_peer_that_resets_is_told_with_its_errno)
{
    set_up();
    int peer = open_both();
    struct linger now = {.l_onoff = 1, .l_linger = 0};
    ck_assert_int_eq(setsockopt(peer, SOL_SOCKET, SO_LINGER, &now, sizeof(now)), 0);
    close(peer);
    turn_until(&seen.closed);
    ck_assert_int_eq(seen.failure, HTTP_RESET);
    ck_assert_int_eq(seen.os_errno, ECONNRESET);
    size_t sent = 99;
    ck_assert_int_eq(http_stream_send(stream, SLICE_LITERAL("x"), &sent), ERROR_IO);
    ck_assert_uint_eq(sent, 99);
    ck_assert_int_eq(http_stream_unacknowledged(stream), -1);
    tear_down();
}
END_TEST

START_TEST(a_peer_that_has_closed_is_known_before_it_is_told)
{
    set_up();
    struct http_stream_request wanted = request();
    begin(&wanted);
    ck_assert(!http_stream_is_whole(stream)); /* it does not stand yet */
    ck_assert_int_eq(http_stream_unacknowledged(stream), -1);
    turn_until(&seen.opened);
    int peer = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    ck_assert(http_stream_is_whole(stream));
    close(peer);
    ck_assert(!http_stream_is_whole(stream));
    ck_assert_uint_eq(seen.closed, 0);
    turn_until(&seen.closed);
    ck_assert(!http_stream_is_whole(stream));
    tear_down();
}
END_TEST

START_TEST(when_a_peer_has_closed_it_is_known_whether_it_has_read_everything)
{
    /* It reads all of it, or a part: then its kernel resets the connection. */
    for (int reads_all = 0; reads_all < 2; reads_all++) {
        char text[8];
        size_t sent;
        set_up();
        int peer = open_both();
        ck_assert_int_eq(http_stream_send(stream, SLICE_LITERAL("5 hello"), &sent), 0);
        ck_assert_int_eq(recv(peer, text, reads_all ? 7 : 6, 0), reads_all ? 7 : 6);
        close(peer);
        turn_until(&seen.closed);
        ck_assert_int_eq(seen.failure, HTTP_RESET);
        ck_assert_int_eq(seen.unacknowledged, reads_all ? 0 : -1);
        tear_down();
    }
}
END_TEST

START_TEST(a_failed_send_is_followed_by_on_closed_in_a_later_turn)
{
    set_up();
    int peer = open_both();
    struct linger now = {.l_onoff = 1, .l_linger = 0};
    ck_assert_int_eq(setsockopt(peer, SOL_SOCKET, SO_LINGER, &now, sizeof(now)), 0);
    close(peer);
    size_t sent;
    int code;
    do /* the loopback delivers the reset at once, but does not promise to */
        code = http_stream_send(stream, SLICE_LITERAL("x"), &sent);
    while (code == 0);
    ck_assert_int_eq(code, ERROR_IO);
    ck_assert_uint_eq(seen.closed, 0);
    turn_until(&seen.closed);
    ck_assert_int_eq(seen.failure, HTTP_RESET);
    tear_down();
    ck_assert_uint_eq(seen.closed, 1);
}
END_TEST

START_TEST(a_closed_port_is_a_failed_connection)
{
    set_up();
    struct http_stream_request wanted = request();
    int closed = server_bind(&wanted.port);
    begin(&wanted);
    turn_until(&seen.closed);
    close(closed);
    ck_assert_int_eq(seen.failure, HTTP_CONNECT);
    ck_assert_int_eq(seen.os_errno, ECONNREFUSED);
    ck_assert_uint_eq(seen.opened, 0);
    tear_down();
}
END_TEST

START_TEST(a_handshake_that_nobody_answers_times_out)
{
    set_up();
    struct http_stream_request wanted = request();
    wanted.use_tls = true;
    wanted.timeout_us = 100 * USEC_PER_MSEC;
    begin(&wanted);
    turn_until(&seen.closed);
    ck_assert_int_eq(seen.failure, HTTP_TIMEOUT);
    tear_down();
}
END_TEST

START_TEST(a_stream_can_be_freed_at_every_moment)
{
    set_up();
    struct http_stream_request wanted = request();
    begin(&wanted); /* before it has begun */
    http_stream_free(stream);
    begin(&wanted); /* under way */
    ck_assert_int_eq(loop_turn(the_loop, 0), 0);
    http_stream_free(stream);
    seen.free_when_opened = true;
    begin(&wanted);
    turn_until(&seen.opened);
    tear_down();
    ck_assert_uint_eq(seen.opened, 1);
    ck_assert_uint_eq(seen.closed, 0);
}
END_TEST

START_TEST(a_stream_outlives_calls_of_its_engine_and_the_engine_itself)
{
    set_up();
    int peer = open_both();
    http_engine_free(engine);
    engine = NULL;
    size_t sent;
    ck_assert_int_eq(http_stream_send(stream, SLICE_LITERAL("still"), &sent), 0);
    char text[8];
    ck_assert_int_eq(recv(peer, text, sizeof(text), 0), 5);
    close(peer);
    tear_down();
}
END_TEST

START_TEST(an_idle_stream_lets_simulated_time_pass)
{
    set_up();
    int peer = open_both();
    int64_t before = clock_monotonic_us(the_clock);
    struct loop_timer timer;
    loop_timer_init(&timer, the_loop, (loop_function)loop_stop, the_loop);
    ck_assert_int_eq(loop_timer_after(&timer, 7 * USEC_PER_DAY), 0);
    ck_assert_int_eq(loop_run(the_loop), 0);
    ck_assert_int_eq(clock_monotonic_us(the_clock) - before, 7 * USEC_PER_DAY);
    close(peer);
    tear_down();
}
END_TEST

START_TEST(wrong_addresses_are_refused)
{
    set_up();
    static const char *const wrong[] = {"", "host/path", "a b", "user@host", "ho?st"};
    struct http_stream_request wanted = request();
    for (int i = 0; i < 5; i++) {
        struct error error = ERROR_INIT;
        wanted.host = wrong[i];
        ck_assert_int_eq(http_stream_open(engine, &wanted, &stream, &error), ERROR_INVALID);
        ck_assert_int_eq(error.code, ERROR_INVALID);
    }
    wanted = request();
    wanted.port = 0;
    ck_assert_int_eq(http_stream_open(engine, &wanted, &stream, NULL), ERROR_INVALID);
    ck_assert_ptr_null(stream);
    tear_down();
}
END_TEST

CHECK_MAIN("stream", bytes_go_out_as_they_are_and_are_acknowledged,
    a_peer_that_does_not_read_makes_the_stream_wait_and_then_go_on, what_the_peer_says_is_discarded,
    a_peer_that_closes_is_told_once, a_peer_that_resets_is_told_with_its_errno,
    a_peer_that_has_closed_is_known_before_it_is_told,
    when_a_peer_has_closed_it_is_known_whether_it_has_read_everything,
    a_failed_send_is_followed_by_on_closed_in_a_later_turn, a_closed_port_is_a_failed_connection,
    a_handshake_that_nobody_answers_times_out, a_stream_can_be_freed_at_every_moment,
    a_stream_outlives_calls_of_its_engine_and_the_engine_itself,
    an_idle_stream_lets_simulated_time_pass, wrong_addresses_are_refused)
