/* Watches, tasks, turns and signals of the loop. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "check_main.h"
#include "sys/loop_scene.h"

static int event_fd(uint64_t value)
{
    int fd = eventfd((unsigned)value, EFD_NONBLOCK | EFD_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    return fd;
}

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

CHECK_MAIN("loop", a_callback_can_drop_a_watch_whose_event_is_in_the_same_batch,
    a_watch_is_level_triggered_and_can_be_changed, what_cannot_be_watched_is_refused,
    unwatching_a_descriptor_that_is_closed_already_does_no_harm,
    more_descriptors_than_fit_in_a_batch_are_all_served,
    a_held_clock_stands_still_until_a_descriptor_is_ready, a_task_posted_twice_runs_once,
    what_a_task_posts_runs_in_the_next_turn, a_task_can_cancel_one_that_waits_behind_it,
    a_turn_runs_descriptors_then_timers_then_tasks, a_turn_inside_a_turn_is_refused,
    a_stop_before_the_run_holds_for_that_run_only, another_loop_can_wait_for_this_one,
    signals_are_told_in_a_turn_and_each_to_its_function,
    a_signal_given_back_does_what_it_did_before)
