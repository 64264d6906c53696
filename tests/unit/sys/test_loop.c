#include "check_main.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/units.h"
#include "sys/loop.h"

enum { TIMERS = 1000 };

static struct clock *the_clock;
static struct loop *the_loop;
static char order[64]; /* what ran, one letter each */

static void note(char letter)
{
    size_t size = strlen(order);
    ck_assert_uint_lt(size, sizeof(order) - 1);
    order[size] = letter;
    order[size + 1] = '\0';
}

static void set_up(bool simulated)
{
    the_clock = simulated ? clock_new_simulated(1700000000, 1) : clock_new_real();
    ck_assert_int_eq(loop_new(&the_loop, the_clock, NULL), 0);
    *order = '\0';
}

static void tear_down(void)
{
    loop_free(the_loop);
    clock_free(the_clock);
}

static void turn(void)
{
    ck_assert_int_eq(loop_turn(the_loop, -1), 0);
}

static int event_fd(uint64_t value)
{
    int fd = eventfd((unsigned)value, EFD_NONBLOCK | EFD_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    return fd;
}

static void note_a(void *user)
{
    (void)user;
    note('a');
}

static void note_b(void *user)
{
    (void)user;
    note('b');
}

static void stop_loop(void *user)
{
    (void)user;
    loop_stop(the_loop);
}

/* ---- Timers ---- */

struct numbered {
    struct loop_timer timer;
    int64_t at_us;
    int *fired;
    int64_t *last_us;
};

static void on_numbered(void *user)
{
    struct numbered *numbered = user;
    ck_assert_int_eq(clock_monotonic_us(the_clock), numbered->at_us);
    ck_assert_int_ge(numbered->at_us, *numbered->last_us);
    *numbered->last_us = numbered->at_us;
    ++*numbered->fired;
}

START_TEST(a_thousand_timers_fire_in_order_at_their_time_whatever_is_moved_or_stopped)
{
    set_up(true);
    static struct numbered timers[TIMERS];
    int fired = 0;
    int64_t last_us = 0;
    for (int i = 0; i < TIMERS; i++) {
        struct numbered *one = &timers[i];
        *one = (struct numbered){.fired = &fired, .last_us = &last_us};
        loop_timer_init(&one->timer, the_loop, on_numbered, one);
        one->at_us = USEC_PER_SEC + clock_random_between(the_clock, 1, USEC_PER_SEC);
        ck_assert_int_eq(loop_timer_at(&one->timer, one->at_us), 0);
    }
    for (int i = 0; i < TIMERS; i += 3) { /* moved */
        timers[i].at_us = USEC_PER_SEC + clock_random_between(the_clock, 1, 2 * USEC_PER_SEC);
        ck_assert_int_eq(loop_timer_at(&timers[i].timer, timers[i].at_us), 0);
    }
    int stopped = 0;
    for (int i = 0; i < TIMERS; i += 7, stopped++) {
        loop_timer_stop(&timers[i].timer);
        ck_assert(!loop_timer_is_set(&timers[i].timer));
    }
    while (loop_wait_us(the_loop) >= 0)
        turn();
    ck_assert_int_eq(fired, TIMERS - stopped);
    tear_down();
}
END_TEST

START_TEST(timers_of_the_same_time_fire_in_the_order_of_their_setting)
{
    set_up(true);
    struct loop_timer first, second;
    loop_timer_init(&first, the_loop, note_a, NULL);
    loop_timer_init(&second, the_loop, note_b, NULL);
    ck_assert_int_eq(loop_timer_at(&second, 5000000), 0);
    ck_assert_int_eq(loop_timer_at(&first, 5000000), 0);
    turn();
    ck_assert_str_eq(order, "ba");
    tear_down();
}
END_TEST

START_TEST(a_week_passes_in_one_turn_of_a_simulated_clock)
{
    set_up(true);
    struct loop_timer timer;
    loop_timer_init(&timer, the_loop, note_a, NULL);
    ck_assert_int_eq(loop_timer_after(&timer, 7 * 86400 * USEC_PER_SEC), 0);
    ck_assert_int_eq(loop_wait_us(the_loop), 7 * 86400 * USEC_PER_SEC);
    turn();
    ck_assert_str_eq(order, "a");
    ck_assert_int_eq(clock_wall_us(the_clock), (INT64_C(1700000000) + 7 * 86400) * USEC_PER_SEC);
    tear_down();
}
END_TEST

START_TEST(a_simulated_turn_moves_the_clock_no_further_than_it_may_wait)
{
    set_up(true);
    struct loop_timer timer;
    loop_timer_init(&timer, the_loop, note_a, NULL);
    ck_assert_int_eq(loop_timer_after(&timer, 1000), 0);
    ck_assert_int_eq(loop_turn(the_loop, 400), 0);
    ck_assert_int_eq(loop_wait_us(the_loop), 600);
    ck_assert_str_eq(order, "");
    loop_timer_stop(&timer);
    tear_down();
}
END_TEST

START_TEST(a_real_timer_never_fires_early)
{
    set_up(false);
    struct loop_timer timer;
    loop_timer_init(&timer, the_loop, stop_loop, NULL);
    int64_t before = clock_monotonic_us(the_clock);
    ck_assert_int_eq(loop_timer_after(&timer, 1500), 0);
    ck_assert_int_eq(loop_run(the_loop), 0);
    ck_assert_int_ge(clock_monotonic_us(the_clock) - before, 1500);
    tear_down();
}
END_TEST

static void set_again_at_once(void *user)
{
    note('a');
    ck_assert_int_eq(loop_timer_after(user, 0), 0);
}

START_TEST(a_timer_that_sets_itself_to_now_leaves_the_turn_to_others)
{
    set_up(true);
    struct loop_timer greedy, other;
    loop_timer_init(&greedy, the_loop, set_again_at_once, &greedy);
    loop_timer_init(&other, the_loop, note_b, NULL);
    ck_assert_int_eq(loop_timer_after(&greedy, 0), 0);
    ck_assert_int_eq(loop_timer_after(&other, 0), 0);
    turn();
    ck_assert_str_eq(order, "ab");
    turn();
    ck_assert_str_eq(order, "aba");
    loop_timer_stop(&greedy);
    tear_down();
}
END_TEST

/* ---- Watches ---- */

struct pair {
    struct loop_watch *watches[2];
    int fds[2];
};

static void drop_both(void *user, uint32_t events)
{
    ck_assert_uint_eq(events, EPOLLIN);
    struct pair *pair = user;
    note('d');
    for (int i = 0; i < 2; i++) {
        loop_unwatch(pair->watches[i]);
        pair->watches[i] = NULL;
    }
}

START_TEST(a_callback_can_drop_a_watch_whose_event_is_in_the_same_batch)
{
    set_up(true);
    struct pair pair = {.fds = {event_fd(1), event_fd(1)}};
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(
            loop_watch(the_loop, &pair.watches[i], pair.fds[i], EPOLLIN, drop_both, &pair, NULL),
            0);
    turn();
    ck_assert_str_eq(order, "d");
    close(pair.fds[0]);
    close(pair.fds[1]);
    tear_down();
}
END_TEST

static void note_events(void *user, uint32_t events)
{
    (void)user;
    note((events & EPOLLIN) != 0 ? 'i' : '-');
    note((events & EPOLLOUT) != 0 ? 'o' : '-');
}

START_TEST(a_watch_is_level_triggered_and_can_be_changed)
{
    set_up(true);
    int fd = event_fd(1);
    struct loop_watch *watch = NULL;
    ck_assert_int_eq(loop_watch(the_loop, &watch, fd, EPOLLIN, note_events, NULL, NULL), 0);
    turn(), turn();
    ck_assert_str_eq(order, "i-i-");
    ck_assert_int_eq(loop_watch_change(watch, EPOLLOUT), 0);
    turn();
    ck_assert_str_eq(order, "i-i--o");
    loop_unwatch(watch);
    loop_unwatch(NULL);
    close(fd);
    tear_down();
}
END_TEST

START_TEST(what_cannot_be_watched_is_refused)
{
    set_up(true);
    struct error error = ERROR_INIT;
    struct loop_watch *watch = NULL;
    int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(
        loop_watch(the_loop, &watch, file, EPOLLIN, note_events, NULL, &error), ERROR_UNSUPPORTED);
    close(file);
    ck_assert_int_eq(
        loop_watch(the_loop, &watch, file, EPOLLIN, note_events, NULL, &error), ERROR_IO);
    ck_assert_ptr_null(watch);
    tear_down();
}
END_TEST

START_TEST(unwatching_a_descriptor_that_is_closed_already_does_no_harm)
{
    set_up(true);
    int fd = event_fd(1);
    struct loop_watch *watch = NULL;
    ck_assert_int_eq(loop_watch(the_loop, &watch, fd, EPOLLIN, note_events, NULL, NULL), 0);
    close(fd);
    loop_unwatch(watch);
    tear_down();
}
END_TEST

static void count(void *user, uint32_t events)
{
    (void)events;
    ++*(unsigned *)user;
}

START_TEST(more_descriptors_than_fit_in_a_batch_are_all_served)
{
    set_up(true);
    enum { MANY = 150 };
    int fds[MANY];
    unsigned counts[MANY] = {0};
    struct loop_watch *watches[MANY];
    for (int i = 0; i < MANY; i++) {
        fds[i] = event_fd(1);
        ck_assert_int_eq(
            loop_watch(the_loop, &watches[i], fds[i], EPOLLIN, count, &counts[i], NULL), 0);
    }
    turn(), turn(), turn();
    for (int i = 0; i < MANY; i++) {
        ck_assert_uint_ge(counts[i], 1);
        loop_unwatch(watches[i]);
        close(fds[i]);
    }
    tear_down();
}
END_TEST

START_TEST(a_held_clock_stands_still_until_a_descriptor_is_ready)
{
    set_up(true);
    struct loop_timer timer;
    loop_timer_init(&timer, the_loop, note_a, NULL);
    ck_assert_int_eq(loop_timer_after(&timer, 10), 0);
    loop_hold_clock(the_loop, true);
    loop_hold_clock(the_loop, true);
    ck_assert_int_eq(loop_turn(the_loop, 1000), 0);
    loop_hold_clock(the_loop, false);
    ck_assert_int_eq(loop_turn(the_loop, 1000), 0);
    ck_assert_str_eq(order, "");
    ck_assert_int_eq(clock_monotonic_us(the_clock), USEC_PER_SEC);
    loop_hold_clock(the_loop, false);
    turn();
    ck_assert_str_eq(order, "a");
    tear_down();
}
END_TEST

/* ---- Tasks ---- */

static void post_again(void *user)
{
    note('p');
    loop_task_post(user);
}

static void cancel_other(void *user)
{
    note('c');
    loop_task_cancel(user);
}

START_TEST(a_task_posted_twice_runs_once)
{
    set_up(true);
    struct loop_task task;
    loop_task_init(&task, the_loop, note_a, NULL);
    loop_task_post(&task);
    loop_task_post(&task);
    ck_assert_int_eq(loop_wait_us(the_loop), 0);
    turn();
    ck_assert_str_eq(order, "a");
    ck_assert_int_eq(loop_wait_us(the_loop), -1);
    tear_down();
}
END_TEST

START_TEST(what_a_task_posts_runs_in_the_next_turn)
{
    set_up(true);
    struct loop_task again, plain;
    loop_task_init(&again, the_loop, post_again, &again);
    loop_task_init(&plain, the_loop, note_a, NULL);
    loop_task_post(&again);
    loop_task_post(&plain);
    turn();
    ck_assert_str_eq(order, "pa");
    turn();
    ck_assert_str_eq(order, "pap");
    loop_task_cancel(&again);
    tear_down();
}
END_TEST

START_TEST(a_task_can_cancel_one_that_waits_behind_it)
{
    set_up(true);
    struct loop_task first, second, third;
    loop_task_init(&first, the_loop, cancel_other, &second);
    loop_task_init(&second, the_loop, note_a, NULL);
    loop_task_init(&third, the_loop, note_b, NULL);
    loop_task_post(&first);
    loop_task_post(&second);
    loop_task_post(&third);
    turn();
    ck_assert_str_eq(order, "cb");
    tear_down();
}
END_TEST

static struct loop_task order_task;

static void post_from_watch(void *user, uint32_t events)
{
    (void)events;
    note('w');
    loop_task_post(&order_task);
    uint64_t value;
    ck_assert_int_eq(read(*(int *)user, &value, sizeof(value)), sizeof(value));
}

START_TEST(a_turn_runs_descriptors_then_timers_then_tasks)
{
    set_up(true);
    int fd = event_fd(1);
    struct loop_watch *watch = NULL;
    struct loop_timer timer;
    loop_task_init(&order_task, the_loop, note_b, NULL);
    loop_timer_init(&timer, the_loop, note_a, NULL);
    ck_assert_int_eq(loop_timer_after(&timer, 0), 0);
    ck_assert_int_eq(loop_watch(the_loop, &watch, fd, EPOLLIN, post_from_watch, &fd, NULL), 0);
    turn();
    ck_assert_str_eq(order, "wab");
    loop_unwatch(watch);
    close(fd);
    tear_down();
}
END_TEST

/* ---- Turns ---- */

static void turn_inside(void *user)
{
    *(int *)user = loop_turn(the_loop, 0);
}

START_TEST(a_turn_inside_a_turn_is_refused)
{
    set_up(true);
    int code = 0;
    struct loop_task task;
    loop_task_init(&task, the_loop, turn_inside, &code);
    loop_task_post(&task);
    turn();
    ck_assert_int_eq(code, ERROR_INVALID);
    tear_down();
}
END_TEST

START_TEST(a_stop_before_the_run_holds_for_that_run_only)
{
    set_up(true);
    struct loop_task task;
    loop_task_init(&task, the_loop, stop_loop, NULL);
    loop_task_post(&task);
    loop_stop(the_loop);
    ck_assert_int_eq(loop_run(the_loop), 0);
    ck_assert(task.posted);
    ck_assert_int_eq(loop_run(the_loop), 0);
    ck_assert(!task.posted);
    tear_down();
}
END_TEST

START_TEST(another_loop_can_wait_for_this_one)
{
    set_up(true);
    int fd = event_fd(0);
    struct loop_watch *watch = NULL;
    ck_assert_int_eq(loop_watch(the_loop, &watch, fd, EPOLLIN, note_events, NULL, NULL), 0);
    struct pollfd outer = {.fd = loop_fd(the_loop), .events = POLLIN};
    ck_assert_int_eq(poll(&outer, 1, 0), 0);
    uint64_t one = 1;
    ck_assert_int_eq(write(fd, &one, sizeof(one)), sizeof(one));
    ck_assert_int_eq(poll(&outer, 1, 0), 1);
    ck_assert_int_eq(loop_turn(the_loop, 0), 0);
    ck_assert_str_eq(order, "i-");
    loop_unwatch(watch);
    close(fd);
    tear_down();
}
END_TEST

/* ---- Signals ---- */

static void on_signal(void *user, int signal_number)
{
    note(signal_number == SIGUSR1 ? 'u' : 'h');
    if (user != NULL) /* once is enough */
        ck_assert_int_eq(loop_signal(the_loop, signal_number, NULL, NULL, NULL), 0);
}

START_TEST(signals_are_told_in_a_turn_and_each_to_its_function)
{
    set_up(true);
    ck_assert_int_eq(loop_signal(the_loop, SIGUSR1, on_signal, NULL, NULL), 0);
    ck_assert_int_eq(loop_signal(the_loop, SIGHUP, on_signal, NULL, NULL), 0);
    raise(SIGHUP);
    ck_assert_str_eq(order, "");
    turn();
    ck_assert_str_eq(order, "h");
    raise(SIGUSR1);
    turn();
    ck_assert_str_eq(order, "hu");
    tear_down();
}
END_TEST

static volatile sig_atomic_t handled;

static void handle(int signal_number)
{
    (void)signal_number;
    handled = 1;
}

START_TEST(a_signal_given_back_does_what_it_did_before)
{
    set_up(true);
    signal(SIGUSR1, handle);
    ck_assert_int_eq(loop_signal(the_loop, SIGUSR1, on_signal, the_loop, NULL), 0);
    raise(SIGUSR1);
    ck_assert_int_eq(handled, 0);
    turn();
    ck_assert_str_eq(order, "u");
    raise(SIGUSR1);
    ck_assert_int_eq(handled, 1);
    ck_assert_int_eq(loop_signal(the_loop, 1000, on_signal, NULL, NULL), ERROR_INVALID);
    ck_assert_int_eq(loop_signal(the_loop, 0, on_signal, NULL, NULL), ERROR_INVALID);
    tear_down();
}
END_TEST

CHECK_MAIN("loop", a_thousand_timers_fire_in_order_at_their_time_whatever_is_moved_or_stopped,
    timers_of_the_same_time_fire_in_the_order_of_their_setting,
    a_week_passes_in_one_turn_of_a_simulated_clock,
    a_simulated_turn_moves_the_clock_no_further_than_it_may_wait, a_real_timer_never_fires_early,
    a_timer_that_sets_itself_to_now_leaves_the_turn_to_others,
    a_callback_can_drop_a_watch_whose_event_is_in_the_same_batch,
    a_watch_is_level_triggered_and_can_be_changed, what_cannot_be_watched_is_refused,
    unwatching_a_descriptor_that_is_closed_already_does_no_harm,
    more_descriptors_than_fit_in_a_batch_are_all_served,
    a_held_clock_stands_still_until_a_descriptor_is_ready, a_task_posted_twice_runs_once,
    what_a_task_posts_runs_in_the_next_turn, a_task_can_cancel_one_that_waits_behind_it,
    a_turn_runs_descriptors_then_timers_then_tasks, a_turn_inside_a_turn_is_refused,
    a_stop_before_the_run_holds_for_that_run_only, another_loop_can_wait_for_this_one,
    signals_are_told_in_a_turn_and_each_to_its_function,
    a_signal_given_back_does_what_it_did_before)
