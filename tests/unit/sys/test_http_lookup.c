/*
 * A name lookup that hangs, as with a resolver that drops what it is asked: nothing waits for it.
 */
#include "check_main.h"

#include <netdb.h>
#include <unistd.h>

#include "base/units.h"
#include "sys/http.h"

static int gate[2]; /* a lookup hangs until the writing end is closed */

/* In front of the C library's, for libcurl: it runs in a thread of libcurl's. */
__attribute__((visibility("default"))) int getaddrinfo(const char *restrict host,
    const char *restrict port, const struct addrinfo *restrict hints,
    struct addrinfo **restrict ret_found)
{
    (void)host, (void)port, (void)hints, (void)ret_found;
    char byte;
    while (read(gate[0], &byte, 1) > 0)
        ;
    return EAI_AGAIN;
}

static struct clock *the_clock;
static struct loop *the_loop;
static struct http_engine *engine;
static unsigned done;
static enum http_failure failure;

static void on_done(void *user, const struct http_result *result)
{
    (void)user;
    done++;
    failure = result->failure;
}

static struct http_call *begin(int64_t timeout_us)
{
    struct http_request request = {
        .method = "GET",
        .url = "http://hangs.test/",
        .proxy = "",
        .timeout_us = timeout_us,
        .done = on_done,
    };
    struct http_call *call = NULL;
    ck_assert_int_eq(http_start(engine, &request, &call, NULL), 0);
    return call;
}

static void set_up(void)
{
    done = 0;
    ck_assert_int_eq(pipe(gate), 0);
    the_clock = clock_new_real();
    ck_assert_int_eq(loop_new(&the_loop, the_clock, NULL), 0);
    ck_assert_int_eq(http_engine_new(&engine, the_loop, NULL), 0);
}

static void tear_down(void)
{
    http_engine_free(engine);
    loop_free(the_loop);
    clock_free(the_clock);
    close(gate[1]); /* the threads come back to an engine that is gone */
}

START_TEST(a_hanging_lookup_is_a_timeout_at_its_time)
{
    set_up();
    (void)begin(100 * USEC_PER_MSEC);
    while (done == 0)
        ck_assert_int_eq(loop_turn(the_loop, -1), 0);
    ck_assert_int_eq(failure, HTTP_TIMEOUT);
    tear_down();
}
END_TEST

START_TEST(a_call_whose_lookup_hangs_can_be_cancelled_at_once)
{
    set_up();
    struct http_call *call = begin(3600 * USEC_PER_SEC);
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(loop_turn(the_loop, 10 * USEC_PER_MSEC), 0);
    http_cancel(call);
    ck_assert_uint_eq(done, 0);
    tear_down();
}
END_TEST

START_TEST(an_engine_with_a_hanging_lookup_can_be_freed_at_once)
{
    set_up();
    (void)begin(3600 * USEC_PER_SEC);
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(loop_turn(the_loop, 10 * USEC_PER_MSEC), 0);
    tear_down();
    ck_assert_uint_eq(done, 0);
}
END_TEST

CHECK_MAIN("http_lookup", a_hanging_lookup_is_a_timeout_at_its_time,
    a_call_whose_lookup_hangs_can_be_cancelled_at_once,
    an_engine_with_a_hanging_lookup_can_be_freed_at_once)
