#include "check_main.h"

#include <netinet/in.h>
#include <stdio.h>

#include "base/units.h"
#include "sys/resolve.h"

static struct clock *the_clock;
static struct loop *the_loop;

static struct {
    unsigned calls;
    int code;
    char message[128];
    struct sockaddr_storage address;
    socklen_t size;
} seen;

static void on_resolved(
    void *user, int code, const char *message, const struct sockaddr *address, socklen_t size)
{
    ck_assert_ptr_eq(user, &seen);
    seen.calls++;
    seen.code = code;
    snprintf(seen.message, sizeof(seen.message), "%s", message);
    seen.size = size;
    if (address != NULL)
        memcpy(&seen.address, address, size);
}

static void set_up(void)
{
    memset(&seen, 0, sizeof(seen));
    the_clock = clock_new_simulated(1700000000, 1);
    ck_assert_int_eq(loop_new(&the_loop, the_clock, NULL), 0);
}

static void tear_down(void)
{
    loop_free(the_loop);
    clock_free(the_clock);
}

static void look_up(const char *host, const char *port)
{
    struct resolve *resolve = NULL;
    ck_assert_int_eq(
        resolve_start(the_loop, host, port, SOCK_DGRAM, on_resolved, &seen, &resolve, NULL), 0);
    ck_assert_uint_eq(seen.calls, 0);
    while (seen.calls == 0)
        ck_assert_int_eq(loop_turn(the_loop, -1), 0);
}

START_TEST(an_address_and_a_port_come_back_as_they_are)
{
    set_up();
    look_up("127.0.0.1", "514");
    ck_assert_int_eq(seen.code, 0);
    const struct sockaddr_in *address = (const struct sockaddr_in *)&seen.address;
    ck_assert_uint_eq(seen.size, sizeof(*address));
    ck_assert_uint_eq(address->sin_family, AF_INET);
    ck_assert_uint_eq(ntohs(address->sin_port), 514);
    ck_assert_uint_eq(ntohl(address->sin_addr.s_addr), INADDR_LOOPBACK);
    ck_assert_int_eq(clock_monotonic_us(the_clock), USEC_PER_SEC); /* held meanwhile */
    tear_down();
}
END_TEST

START_TEST(a_name_is_looked_up)
{
    set_up();
    look_up("localhost", "514");
    ck_assert_int_eq(seen.code, 0);
    ck_assert(seen.address.ss_family == AF_INET || seen.address.ss_family == AF_INET6);
    tear_down();
}
END_TEST

START_TEST(a_name_that_cannot_exist_is_unavailable_and_says_why)
{
    set_up();
    look_up("no-such-host.invalid", "514"); /* RFC 2606 */
    ck_assert_int_eq(seen.code, ERROR_UNAVAILABLE);
    ck_assert_str_ne(seen.message, "");
    ck_assert_uint_eq(seen.size, 0);
    tear_down();
}
END_TEST

START_TEST(a_cancelled_lookup_never_calls_and_frees_what_it_held)
{
    set_up();
    resolve_cancel(NULL);
    for (int i = 0; i < 50; i++) {
        struct resolve *resolve = NULL;
        ck_assert_int_eq(resolve_start(the_loop, i % 2 == 0 ? "localhost" : "127.0.0.1", "514",
                             SOCK_DGRAM, on_resolved, &seen, &resolve, NULL),
            0);
        if (i % 3 == 0)
            ck_assert_int_eq(loop_turn(the_loop, 0), 0);
        if (seen.calls > 0) /* it was faster than we */
            seen.calls = 0;
        else
            resolve_cancel(resolve);
    }
    /* One that is not cancelled is told, and nothing else is. */
    look_up("127.0.0.1", "1");
    ck_assert_uint_eq(seen.calls, 1);
    struct loop_timer timer;
    loop_timer_init(&timer, the_loop, (loop_function)loop_stop, the_loop);
    ck_assert_int_eq(loop_timer_after(&timer, 3600 * USEC_PER_SEC), 0);
    ck_assert_int_eq(loop_run(the_loop), 0);
    ck_assert_uint_eq(seen.calls, 1);
    tear_down();
}
END_TEST

CHECK_MAIN("resolve", an_address_and_a_port_come_back_as_they_are, a_name_is_looked_up,
    a_name_that_cannot_exist_is_unavailable_and_says_why,
    a_cancelled_lookup_never_calls_and_frees_what_it_held)
