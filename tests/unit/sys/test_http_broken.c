/* An event loop that refuses what libcurl asks of it: every call ends at once, none hangs, and the
 * next one works as if nothing had been. */
#include "check_main.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>

#include "sys/http_world.h"

/* ---- The system calls, which refuse when a test says so ---- */

static int refused_operation; /* of epoll_ctl; 0: none */
static unsigned refusals_left;
static bool timers_refused;
static uint16_t spared_port; /* the server's own sockets */

static bool is_spared(int fd)
{
    struct sockaddr_in address = {0};
    socklen_t size = sizeof(address);
    return getsockname(fd, (struct sockaddr *)&address, &size) == 0 &&
           address.sin_port == htons(spared_port);
}

int epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event)
{
    if (operation == refused_operation && refusals_left > 0 && !is_spared(fd)) {
        refusals_left--;
        errno = ENOSPC; /* as past /proc/sys/fs/epoll/max_user_watches */
        return -1;
    }
    return (int)syscall(SYS_epoll_ctl, epoll, operation, fd, event);
}

int timerfd_settime(
    int fd, int flags, const struct itimerspec *timer, struct itimerspec *ret_before)
{
    if (timers_refused) {
        errno = EINVAL;
        return -1;
    }
    return (int)syscall(SYS_timerfd_settime, fd, flags, timer, ret_before);
}

static void refuse(int operation, unsigned count)
{
    refused_operation = operation;
    refusals_left = count;
}

/* ---- Tests ---- */

static void start_get(struct world *world, struct record *record)
{
    spared_port = world->server.port;
    struct http_request request = request_to(world->server.port, "GET", record);
    begin(world, &request, record);
}

static void assert_works_again(struct world *world)
{
    refuse(0, 0);
    timers_refused = false;
    get_quietly(world);
}

START_TEST(a_call_whose_socket_cannot_be_watched_ends_at_once)
{
    WORLD({STEP_ANSWER, OK_HELLO, 0});
    start_get(&world, &world.first);
    refuse(EPOLL_CTL_ADD, 1);
    finish(&world, &world.first);
    ck_assert_int_eq(world.first.failure, HTTP_OTHER);
    ck_assert_str_eq(world.first.message, "the event loop cannot watch a socket");
    assert_works_again(&world);
    world_deinit(&world);
}
END_TEST

START_TEST(the_others_under_way_end_with_it)
{
    WORLD({STEP_STALL, "", 0}, {STEP_ANSWER, OK_HELLO, 0});
    start_get(&world, &world.first);
    while (world.server.requests == 0)
        ck_assert_int_eq(loop_turn(world.loop, -1), 0);
    refuse(EPOLL_CTL_ADD, 1);
    start_get(&world, &world.second);
    finish(&world, &world.second);
    finish(&world, &world.first);
    ck_assert_int_eq(world.first.failure, HTTP_OTHER);
    ck_assert_int_eq(world.second.failure, HTTP_OTHER);
    assert_works_again(&world);
    world_deinit(&world);
}
END_TEST

START_TEST(a_watch_that_cannot_be_changed_is_no_different)
{
    WORLD({STEP_ANSWER, OK_HELLO, 0});
    for (unsigned works = 0; works < 3; works++) {
        world.first.done = 0;
        start_get(&world, &world.first);
        refuse(EPOLL_CTL_MOD, 1);
        finish(&world, &world.first); /* failed or not, it ends */
        assert_works_again(&world);
    }
    world_deinit(&world);
}
END_TEST

START_TEST(a_timer_that_cannot_be_set_ends_the_call)
{
    WORLD({STEP_STALL, "", 0}, {STEP_ANSWER, OK_HELLO, 0});
    timers_refused = true;
    start_get(&world, &world.first);
    finish(&world, &world.first);
    ck_assert_int_eq(world.first.failure, HTTP_OTHER);
    timers_refused = false;

    start_get(&world, &world.first);
    world.first.done = 0;
    while (world.server.requests == 0)
        ck_assert_int_eq(loop_turn(world.loop, -1), 0);
    timers_refused = true;
    start_get(&world, &world.second);
    finish(&world, &world.second);
    finish(&world, &world.first);
    ck_assert_int_eq(world.first.failure, HTTP_OTHER);
    assert_works_again(&world);
    world_deinit(&world);
}
END_TEST

static void cancel_other(struct record *record)
{
    http_cancel(record->world->second.call);
    record->world->second.call = NULL;
}

static void start_other(struct record *record)
{
    struct world *world = record->world;
    refuse(0, 0);
    if (world->second.call == NULL && world->second.done == 0)
        start_get(world, &world->second);
}

static void free_engine(struct record *record)
{
    http_engine_free(record->world->engine);
    record->world->engine = NULL;
}

START_TEST(what_callbacks_may_do_holds_there_too)
{
    static void (*const acts[])(struct record *) = {cancel_other, start_other, free_engine};
    for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
        WORLD({STEP_STALL, "", 0}, {STEP_ANSWER, OK_HELLO, 0});
        if (acts[i] != start_other) {
            start_get(&world, &world.second);
            while (world.server.requests == 0)
                ck_assert_int_eq(loop_turn(world.loop, -1), 0);
        }
        world.first.during_done = acts[i];
        refuse(EPOLL_CTL_ADD, 100);
        start_get(&world, &world.first);
        finish(&world, &world.first);
        ck_assert_int_eq(world.first.failure, HTTP_OTHER);
        if (acts[i] == start_other)
            http_cancel(world.second.call);
        else
            ck_assert_uint_le(world.second.done, 1);
        if (world.engine != NULL) {
            world.server.steps = &steps[1];
            world.server.step_count = 1;
            assert_works_again(&world);
        }
        refuse(0, 0);
        world_deinit(&world);
    }
}
END_TEST

static unsigned closed;
static enum http_failure closed_failure;

static void on_open(void *user)
{
    (void)user;
}

static void on_closed(void *user, enum http_failure failure, int os_errno, const char *message)
{
    (void)user, (void)os_errno, (void)message;
    closed++;
    closed_failure = failure;
}

START_TEST(a_stream_that_cannot_be_watched_is_told_of)
{
    WORLD({STEP_ANSWER, OK_HELLO, 0});
    const struct http_stream_request request = {.host = "127.0.0.1",
        .port = world.server.port,
        .timeout_us = 10 * USEC_PER_SEC,
        .proxy = "",
        .on_open = on_open,
        .on_writable = on_open,
        .on_closed = on_closed};
    struct http_stream *stream = NULL;
    struct error error = ERROR_INIT;
    ck_assert_int_eq(http_stream_open(world.engine, &request, &stream, &error), 0);
    spared_port = world.server.port;
    refuse(EPOLL_CTL_ADD, 1);
    while (closed == 0)
        ck_assert_int_eq(loop_turn(world.loop, -1), 0);
    ck_assert_int_eq(closed_failure, HTTP_OTHER);
    http_stream_free(stream);
    assert_works_again(&world);
    world_deinit(&world);
}
END_TEST

START_TEST(a_process_without_descriptors_gets_errors_and_goes_on_when_it_has_some)
{
    WORLD({STEP_ANSWER, OK_HELLO, 0});
    struct rlimit before, none;
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    int next = dup(0);
    ck_assert_int_ge(next, 0);
    close(next);
    none.rlim_cur = (rlim_t)next;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    for (int i = 0; i < 3; i++) {
        world.first.done = 0;
        start_get(&world, &world.first);
        finish(&world, &world.first);
        ck_assert_int_ne(world.first.failure, HTTP_OK);
    }
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_works_again(&world);
    world_deinit(&world);
}
END_TEST

CHECK_MAIN("http_broken", a_call_whose_socket_cannot_be_watched_ends_at_once,
    the_others_under_way_end_with_it, a_watch_that_cannot_be_changed_is_no_different,
    a_timer_that_cannot_be_set_ends_the_call, what_callbacks_may_do_holds_there_too,
    a_stream_that_cannot_be_watched_is_told_of,
    a_process_without_descriptors_gets_errors_and_goes_on_when_it_has_some)
