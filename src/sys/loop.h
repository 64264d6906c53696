/*
 * The event loop: descriptors, timers, signals and deferred work on one thread, over epoll.
 *
 * Everything in the daemon runs inside a callback of this loop, and no callback blocks or takes
 * longer than 50 ms; longer work is cut into slices that post themselves again. Embedded objects
 * (timer, task) belong to their caller and are stopped before their memory goes. A watch belongs to
 * the loop until loop_unwatch(). A callback may stop or free any watch, timer or task, its own too.
 *
 * The loop's own descriptor can be watched by another loop (loop_fd, loop_wait_us, loop_turn): that
 * is how the client library lends itself to a caller's loop.
 *
 * On a simulated clock a turn that finds no ready descriptor moves the clock to the next timer
 * instead of waiting. With descriptors watched that a peer in the same process serves, set
 * `loop_hold_clock` while an answer is under way.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "sys/clock.h"

struct loop;
struct loop_watch;

/* `clock` must outlive the loop. */
int loop_new(struct loop **ret_loop, struct clock *clock, struct error *error);
/* Watches that are left are dropped (their descriptors stay open); timers and tasks must be stopped
 * before. */
void loop_free(struct loop *loop);
struct clock *loop_clock(struct loop *loop);

/* Turns until loop_stop() (called before, it does not turn at all). Returns 0, or the first
 * negative code of a turn. */
int loop_run(struct loop *loop);
void loop_stop(struct loop *loop);

/* One turn: waits at most `max_wait_us` (negative: as long as it takes, but a turn may end with
 * nothing done), then runs everything that is due: descriptors, timers, then tasks. Returns 0,
 * ERROR_IO, or ERROR_INVALID from inside a turn of the same loop. */
int loop_turn(struct loop *loop, int64_t max_wait_us);

/* For a loop inside another loop: readable when a turn would find a ready descriptor; microseconds
 * until the next timer or task (0: now, -1: none). */
int loop_fd(const struct loop *loop);
int64_t loop_wait_us(const struct loop *loop);

/* Simulated clocks: while held (it counts), the clock stands still even when nothing is ready. */
void loop_hold_clock(struct loop *loop, bool hold);

/* Watches `fd` (not owned) for EPOLLIN, EPOLLOUT or both; EPOLLERR and EPOLLHUP are always told.
 * Level triggered. */
typedef void (*loop_watch_function)(void *user, uint32_t events);
int loop_watch(struct loop *loop, struct loop_watch **ret_watch, int fd, uint32_t events,
    loop_watch_function function, void *user, struct error *error);
int loop_watch_change(struct loop_watch *watch, uint32_t events);
/* NULL is allowed. Must come before the descriptor is closed. */
void loop_unwatch(struct loop_watch *watch);

/* A timer fires once; set it again for more. `at_us` is on the monotonic clock. Setting returns 0
 * or ERROR_MEMORY; moving a timer that is set cannot fail, nor can setting it again first thing in
 * its own function. */
typedef void (*loop_function)(void *user);
struct loop_timer {
    struct loop *loop;
    loop_function function;
    void *user;
    int64_t at_us;
    uint64_t order; /* of setting: timers of the same time fire in turn */
    size_t place;   /* in the loop's heap, plus one; 0: not set */
};
void loop_timer_init(
    struct loop_timer *timer, struct loop *loop, loop_function function, void *user);
int loop_timer_at(struct loop_timer *timer, int64_t at_us);
int loop_timer_after(struct loop_timer *timer, int64_t delay_us);
void loop_timer_stop(struct loop_timer *timer);
static inline bool loop_timer_is_set(const struct loop_timer *timer)
{
    return timer->place != 0;
}

/* A task runs once at the end of the present turn, or of the next when it is posted by a task.
 * Posting it twice runs it once. */
struct loop_task {
    struct loop *loop;
    loop_function function;
    void *user;
    struct loop_task *next, *previous; /* while posted */
    bool posted;
};
void loop_task_init(struct loop_task *task, struct loop *loop, loop_function function, void *user);
void loop_task_post(struct loop_task *task);
void loop_task_cancel(struct loop_task *task);

/* Blocks the signal for the calling thread and those it starts later, and calls `function` in a
 * turn after each arrival. One function a signal; NULL unblocks it, and what was done with it
 * before holds again. loop_free() leaves signals blocked, so that one which comes during the last
 * clean-up does not end the process half-way. */
typedef void (*loop_signal_function)(void *user, int signal_number);
int loop_signal(struct loop *loop, int signal_number, loop_signal_function function, void *user,
    struct error *error);
