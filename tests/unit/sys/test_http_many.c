/*
 * Many calls at once: few of them look the same name up, and their connections serve the next ones.
 */
#include "check_main.h"

#include <dlfcn.h>
#include <netdb.h>
#include <pthread.h>

#include "sys/http_world.h"

enum { MANY = 300 };

/* ---- The name lookup, which waits until a test lets it go ---- */

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t opened = PTHREAD_COND_INITIALIZER;
static bool is_open;
static unsigned lookups, present, most_at_once;

/* In front of the C library's, for libcurl: it runs in a thread of libcurl's. */
__attribute__((visibility("default"))) int getaddrinfo(const char *restrict host,
    const char *restrict port, const struct addrinfo *restrict hints,
    struct addrinfo **restrict ret_found)
{
    int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
    (void)host;
    pthread_mutex_lock(&mutex);
    lookups++;
    if (++present > most_at_once)
        most_at_once = present;
    while (!is_open)
        pthread_cond_wait(&opened, &mutex);
    present--;
    pthread_mutex_unlock(&mutex);
    return real("127.0.0.1", port, hints, ret_found);
}

static void open_lookups(void)
{
    pthread_mutex_lock(&mutex);
    is_open = true;
    pthread_cond_broadcast(&opened);
    pthread_mutex_unlock(&mutex);
}

static unsigned count_present(void)
{
    pthread_mutex_lock(&mutex);
    unsigned count = present;
    pthread_mutex_unlock(&mutex);
    return count;
}

/* ---- The calls ---- */

struct crowd {
    struct clock *clock; /* the real one */
    struct loop *loop;
    struct http_engine *engine;
    struct server server;
    char url[64];
    struct http_call *calls[MANY];
    unsigned follow; /* so many calls start another one at their end */
    unsigned done, failures[HTTP_OTHER + 1];
    unsigned held_back; /* of the time-outs: never came to a lookup of their own */
};

static void crowd_init(struct crowd *crowd)
{
    static const struct server_step steps[] = {{STEP_ANSWER, OK_HELLO, 0}};
    *crowd = (struct crowd){.clock = clock_new_real()};
    ck_assert_int_eq(loop_new(&crowd->loop, crowd->clock, NULL), 0);
    ck_assert_int_eq(http_engine_new(&crowd->engine, crowd->loop, NULL), 0);
    server_init(&crowd->server, crowd->loop, steps, 1);
    ck_assert_int_eq(listen(crowd->server.fd, MANY), 0);
    snprintf(crowd->url, sizeof(crowd->url), "http://many.test:%u/", crowd->server.port);
}

static void crowd_deinit(struct crowd *crowd)
{
    http_engine_free(crowd->engine);
    server_deinit(&crowd->server);
    loop_free(crowd->loop);
    clock_free(crowd->clock);
}

static void count_done(void *user, const struct http_result *result);

static void start_calls(struct crowd *crowd, unsigned count, int64_t timeout_us)
{
    const struct http_request request = {.method = "GET",
        .url = crowd->url,
        .proxy = "",
        .timeout_us = timeout_us,
        .done = count_done,
        .user = crowd};
    for (unsigned i = 0; i < count; i++)
        ck_assert_int_eq(http_start(crowd->engine, &request, &crowd->calls[i], NULL), 0);
}

static void count_done(void *user, const struct http_result *result)
{
    struct crowd *crowd = user;
    crowd->done++;
    crowd->failures[result->failure]++;
    crowd->held_back += strstr(result->message, "other calls took all the time") != NULL;
    if (crowd->follow > 0) {
        crowd->follow--;
        start_calls(crowd, 1, 60 * USEC_PER_SEC);
    }
}

static void turn_until_done(struct crowd *crowd, unsigned count)
{
    while (crowd->done < count)
        ck_assert_int_eq(loop_turn(crowd->loop, -1), 0);
    ck_assert_uint_eq(crowd->done, count);
}

/* Turns until as many lookups as may be have begun, and then some. */
static void turn_until_lookups_hang(struct crowd *crowd)
{
    while (count_present() < LIMIT_LOOKUPS)
        ck_assert_int_eq(loop_turn(crowd->loop, USEC_PER_MSEC), 0);
    for (int i = 0; i < 20; i++)
        ck_assert_int_eq(loop_turn(crowd->loop, USEC_PER_MSEC), 0);
}

/* ---- Tests ---- */

START_TEST(a_name_that_many_calls_want_is_looked_up_by_a_few_of_them)
{
    struct crowd crowd;
    crowd_init(&crowd);
    start_calls(&crowd, MANY, 60 * USEC_PER_SEC);
    turn_until_lookups_hang(&crowd);
    ck_assert_uint_eq(crowd.done, 0);
    open_lookups();
    turn_until_done(&crowd, MANY);
    ck_assert_uint_eq(crowd.failures[HTTP_OK], MANY);
    ck_assert_uint_eq(most_at_once, LIMIT_LOOKUPS);
    ck_assert_uint_eq(lookups, LIMIT_LOOKUPS); /* the others found the name remembered */
    crowd_deinit(&crowd);
}
END_TEST

START_TEST(calls_that_wait_for_the_lookups_of_others_end_at_their_time)
{
    struct crowd crowd;
    crowd_init(&crowd);
    start_calls(&crowd, MANY, 200 * USEC_PER_MSEC);
    turn_until_done(&crowd, MANY);
    ck_assert_uint_eq(crowd.failures[HTTP_TIMEOUT], MANY);
    /* Towards the end some still take the place of those that ended: the slower the machine starts
     * the calls, the more. */
    ck_assert_uint_ge(crowd.held_back, MANY / 2);
    ck_assert_uint_le(lookups, MANY / 2);
    open_lookups();
    crowd_deinit(&crowd);
}
END_TEST

START_TEST(what_waits_for_the_lookups_of_others_can_be_cancelled)
{
    struct crowd crowd;
    crowd_init(&crowd);
    start_calls(&crowd, MANY, 60 * USEC_PER_SEC);
    turn_until_lookups_hang(&crowd);
    for (unsigned i = LIMIT_LOOKUPS; i < MANY; i++)
        http_cancel(crowd.calls[i]);
    open_lookups();
    turn_until_done(&crowd, LIMIT_LOOKUPS);
    ck_assert_uint_eq(crowd.failures[HTTP_OK], LIMIT_LOOKUPS);
    crowd_deinit(&crowd);
}
END_TEST

START_TEST(a_cancelled_lookup_lets_the_next_call_begin)
{
    struct crowd crowd;
    crowd_init(&crowd);
    start_calls(&crowd, MANY, 60 * USEC_PER_SEC);
    turn_until_lookups_hang(&crowd);
    for (unsigned i = 0; i < LIMIT_LOOKUPS; i++)
        http_cancel(crowd.calls[i]);
    while (count_present() < 2 * LIMIT_LOOKUPS) /* the cancelled ones hang on in their threads */
        ck_assert_int_eq(loop_turn(crowd.loop, USEC_PER_MSEC), 0);
    open_lookups();
    turn_until_done(&crowd, MANY - LIMIT_LOOKUPS);
    ck_assert_uint_eq(crowd.failures[HTTP_OK], MANY - LIMIT_LOOKUPS);
    crowd_deinit(&crowd);
}
END_TEST

START_TEST(an_engine_can_be_freed_while_calls_wait_for_lookups)
{
    struct crowd crowd;
    crowd_init(&crowd);
    start_calls(&crowd, MANY, 60 * USEC_PER_SEC);
    turn_until_lookups_hang(&crowd);
    http_engine_free(crowd.engine);
    crowd.engine = NULL;
    ck_assert_uint_eq(crowd.done, 0);
    open_lookups();
    crowd_deinit(&crowd);
}
END_TEST

/* The other ends of the connections, for a test that answers by hand. */
struct ends {
    int listener, fds[MANY];
    unsigned count;
};

/* Takes the requests of so many calls, whatever connection they come on, and only then answers. */
static void serve_all(struct crowd *crowd, struct ends *ends, unsigned count)
{
    unsigned requests = 0;
    char text[4096];
    while (requests < count) {
        ck_assert_int_eq(loop_turn(crowd->loop, USEC_PER_MSEC), 0);
        for (int fd; (fd = accept4(ends->listener, NULL, NULL, SOCK_NONBLOCK)) >= 0;)
            ends->fds[ends->count++] = fd;
        for (unsigned i = 0; i < ends->count; i++)
            requests += recv(ends->fds[i], text, sizeof(text), 0) > 0;
    }
    for (unsigned i = 0; i < ends->count; i++)
        (void)!send(ends->fds[i], OK_HELLO, strlen(OK_HELLO), MSG_NOSIGNAL);
}

static unsigned count_open(const struct ends *ends)
{
    unsigned count = 0;
    char byte;
    for (unsigned i = 0; i < ends->count; i++)
        count += recv(ends->fds[i], &byte, 1, 0) < 0 && errno == EAGAIN;
    return count;
}

START_TEST(connections_serve_as_many_calls_again_and_few_stay_when_the_rush_is_over)
{
    enum { AT_ONCE = 100, FEW = 20 };
    struct crowd crowd;
    struct ends ends = {0};
    uint16_t port;
    crowd_init(&crowd);
    ends.listener = server_listen(&port);
    ck_assert_int_eq(listen(ends.listener, AT_ONCE), 0);
    snprintf(crowd.url, sizeof(crowd.url), "http://127.0.0.1:%u/", port);
    crowd.follow = AT_ONCE;
    start_calls(&crowd, AT_ONCE, 60 * USEC_PER_SEC);
    serve_all(&crowd, &ends, AT_ONCE);
    ck_assert_uint_eq(ends.count, AT_ONCE);
    serve_all(&crowd, &ends, AT_ONCE); /* those that follow */
    ck_assert_uint_eq(ends.count, AT_ONCE);
    turn_until_done(&crowd, 2 * AT_ONCE);
    ck_assert_uint_eq(crowd.failures[HTTP_OK], 2 * AT_ONCE);
    ck_assert_uint_ge(count_open(&ends), 1);
    ck_assert_uint_le(count_open(&ends), FEW);
    for (unsigned i = 0; i < ends.count; i++)
        close(ends.fds[i]);
    close(ends.listener);
    crowd_deinit(&crowd);
}
END_TEST

CHECK_MAIN("http_many", a_name_that_many_calls_want_is_looked_up_by_a_few_of_them,
    calls_that_wait_for_the_lookups_of_others_end_at_their_time,
    what_waits_for_the_lookups_of_others_can_be_cancelled,
    a_cancelled_lookup_lets_the_next_call_begin,
    an_engine_can_be_freed_while_calls_wait_for_lookups,
    connections_serve_as_many_calls_again_and_few_stay_when_the_rush_is_over)
