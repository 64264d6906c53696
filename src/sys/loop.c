#include "sys/loop.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>

#include "base/cleanup.h"
#include "base/units.h"
#include "sys/loop_timers.h"

enum { EVENTS_AT_ONCE = 64, SIGNALS = 65 };

/* epoll does not count the time of a suspend, the clock does: no wait is longer than this, so that
 * after a suspend a timer is late by at most as much. */
static const int64_t longest_wait_us = 60 * USEC_PER_SEC;

struct loop_watch {
    struct loop *loop;
    int fd;
    loop_watch_function function;
    void *user;
    struct loop_watch *next, *previous;
};

struct signal_slot {
    loop_signal_function function;
    void *user;
};

struct loop {
    struct clock *clock;
    int epoll_fd;
    bool stopped;
    bool turning;
    unsigned clock_holds;
    struct loop_watch *watches;

    /* What epoll told and has not been handed on yet: loop_unwatch() strikes out its watch here. */
    struct epoll_event events[EVENTS_AT_ONCE];
    int event_count;

    struct loop_timers timers;
    struct loop_task posted; /* the anchor of a ring */

    int signal_fd;
    struct loop_watch *signal_watch;
    sigset_t signals;
    struct signal_slot signal_slots[SIGNALS];
};

DEFINE_CLEANUP(struct loop, loop_free)

static void ring_init(struct loop_task *anchor)
{
    anchor->next = anchor->previous = anchor;
}

static bool ring_is_empty(const struct loop_task *anchor)
{
    return anchor->next == anchor;
}

int loop_new(struct loop **ret_loop, struct clock *clock, struct error *error)
{
    _cleanup_(loop_freep) struct loop *loop = calloc(1, sizeof(*loop));
    if (loop == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for an event loop");
    loop->clock = clock;
    loop->signal_fd = -1;
    (void)sigemptyset(&loop->signals); /* fails only for a number that is no signal; so below */
    ring_init(&loop->posted);
    loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (loop->epoll_fd < 0)
        return error_set_errno(error, errno, "cannot make an event loop");
    *ret_loop = TAKE(loop);
    return 0;
}

void loop_free(struct loop *loop)
{
    if (loop == NULL)
        return;
    while (loop->watches != NULL)
        loop_unwatch(loop->watches);
    cleanup_close(&loop->signal_fd);
    cleanup_close(&loop->epoll_fd);
    loop_timers_deinit(&loop->timers);
    free(loop);
}

struct clock *loop_clock(struct loop *loop)
{
    return loop->clock;
}

int loop_fd(const struct loop *loop)
{
    return loop->epoll_fd;
}

void loop_hold_clock(struct loop *loop, bool hold)
{
    if (hold)
        loop->clock_holds++;
    else if (loop->clock_holds > 0)
        loop->clock_holds--;
}

/* ---- Descriptors ---- */

int loop_watch(struct loop *loop, struct loop_watch **ret_watch, int fd, uint32_t events,
    loop_watch_function function, void *user, struct error *error)
{
    _cleanup_free_ struct loop_watch *watch = calloc(1, sizeof(*watch));
    if (watch == NULL)
        return error_set(error, ERROR_MEMORY, "no memory to watch a descriptor");
    *watch = (struct loop_watch){.loop = loop, .fd = fd, .function = function, .user = user};

    struct epoll_event event = {.events = events, .data.ptr = watch};
    if (epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0) {
        if (errno == EPERM)
            return error_set(error, ERROR_UNSUPPORTED,
                "descriptor %d is a regular file or directory, which is always ready and cannot be "
                "watched",
                fd);
        return error_set_errno(error, errno, "cannot watch descriptor %d", fd);
    }
    watch->next = loop->watches;
    if (watch->next != NULL)
        watch->next->previous = watch;
    loop->watches = watch;
    *ret_watch = TAKE(watch);
    return 0;
}

int loop_watch_change(struct loop_watch *watch, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = watch};
    if (epoll_ctl(watch->loop->epoll_fd, EPOLL_CTL_MOD, watch->fd, &event) < 0)
        return ERROR_IO;
    return 0;
}

void loop_unwatch(struct loop_watch *watch)
{
    if (watch == NULL)
        return;
    struct loop *loop = watch->loop;
    /* A descriptor that was closed already is no longer known there: nothing is left to take out.
     */
    (void)epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, watch->fd, NULL);
    for (int i = 0; i < loop->event_count; i++)
        if (loop->events[i].data.ptr == watch)
            loop->events[i].data.ptr = NULL;

    if (watch->previous != NULL)
        watch->previous->next = watch->next;
    else
        loop->watches = watch->next;
    if (watch->next != NULL)
        watch->next->previous = watch->previous;
    free(watch);
}

static void run_watches(struct loop *loop)
{
    for (int i = 0; i < loop->event_count; i++) {
        struct loop_watch *watch = loop->events[i].data.ptr;
        if (watch != NULL)
            watch->function(watch->user, loop->events[i].events);
    }
    loop->event_count = 0;
}

/* ---- Timers ---- */

void loop_timer_init(
    struct loop_timer *timer, struct loop *loop, loop_function function, void *user)
{
    *timer = (struct loop_timer){.loop = loop, .function = function, .user = user};
}

int loop_timer_at(struct loop_timer *timer, int64_t at_us)
{
    return loop_timers_set(&timer->loop->timers, timer, at_us);
}

int loop_timer_after(struct loop_timer *timer, int64_t delay_us)
{
    int64_t at_us;
    if (__builtin_add_overflow(
            clock_monotonic_us(timer->loop->clock), delay_us > 0 ? delay_us : 0, &at_us))
        at_us = INT64_MAX;
    return loop_timer_at(timer, at_us);
}

void loop_timer_stop(struct loop_timer *timer)
{
    loop_timers_remove(&timer->loop->timers, timer);
}

static void run_timers(struct loop *loop)
{
    int64_t now = clock_monotonic_us(loop->clock);
    /* Counted, so that a timer which sets itself to the present leaves the turn to the others. */
    for (size_t left = loop->timers.count; left > 0; left--) {
        struct loop_timer *timer = loop_timers_first(&loop->timers);
        if (timer == NULL || timer->at_us > now)
            return;
        loop_timer_stop(timer);
        timer->function(timer->user);
    }
}

/* ---- Tasks ---- */

void loop_task_init(struct loop_task *task, struct loop *loop, loop_function function, void *user)
{
    *task = (struct loop_task){.loop = loop, .function = function, .user = user};
}

void loop_task_post(struct loop_task *task)
{
    if (task->posted)
        return;
    struct loop_task *anchor = &task->loop->posted;
    task->next = anchor;
    task->previous = anchor->previous;
    anchor->previous->next = task;
    anchor->previous = task;
    task->posted = true;
}

void loop_task_cancel(struct loop_task *task)
{
    if (!task->posted)
        return;
    task->previous->next = task->next;
    task->next->previous = task->previous;
    task->next = task->previous = NULL;
    task->posted = false;
}

static void run_tasks(struct loop *loop)
{
    if (ring_is_empty(&loop->posted))
        return;
    /* The ring moves to an anchor of its own: what the tasks post is for the next turn. */
    struct loop_task running = loop->posted;
    running.next->previous = &running;
    running.previous->next = &running;
    ring_init(&loop->posted);
    while (!ring_is_empty(&running)) {
        struct loop_task *task = running.next;
        loop_task_cancel(task);
        task->function(task->user);
    }
}

/* ---- Turns ---- */

int64_t loop_wait_us(const struct loop *loop)
{
    if (!ring_is_empty(&loop->posted))
        return 0;
    const struct loop_timer *first = loop_timers_first(&loop->timers);
    if (first == NULL)
        return -1;
    int64_t now = clock_monotonic_us(loop->clock);
    return first->at_us > now ? first->at_us - now : 0;
}

static int64_t shorter_wait(int64_t left, int64_t right)
{
    if (left < 0)
        return right;
    return right < 0 || left < right ? left : right;
}

/* Fills loop->events. A negative `wait_us` waits as long as it takes; the wait is rounded up, so
 * that a timer is due when it ends. */
static int wait_for_events(struct loop *loop, int64_t wait_us)
{
    int wait_ms = -1;
    if (wait_us >= 0)
        wait_ms = (int)((wait_us + USEC_PER_MSEC - 1) / USEC_PER_MSEC);
    int count = epoll_wait(loop->epoll_fd, loop->events, EVENTS_AT_ONCE, wait_ms);
    if (count < 0 && errno != EINTR)
        return ERROR_IO;
    loop->event_count = count < 0 ? 0 : count;
    return 0;
}

static int wait_simulated(struct loop *loop, int64_t max_wait_us)
{
    int code = wait_for_events(loop, 0);
    if (code < 0 || loop->event_count > 0)
        return code;
    int64_t next_us = loop_wait_us(loop);
    if (next_us == 0)
        return 0;
    int64_t wait_us = shorter_wait(max_wait_us, next_us);
    if (loop->clock_holds > 0 || wait_us < 0)
        /* Only a peer can go on: its answer comes in real time. */
        return wait_for_events(loop, shorter_wait(max_wait_us, longest_wait_us));
    clock_advance(loop->clock, wait_us);
    return 0;
}

int loop_turn(struct loop *loop, int64_t max_wait_us)
{
    if (loop->turning)
        return ERROR_INVALID; /* a callback that turns its own loop would wait for itself */
    int code;
    if (clock_is_simulated(loop->clock)) {
        code = wait_simulated(loop, max_wait_us);
    } else {
        int64_t wait_us = shorter_wait(max_wait_us, loop_wait_us(loop));
        code = wait_for_events(loop, shorter_wait(wait_us, longest_wait_us));
    }
    if (code < 0)
        return code;
    loop->turning = true;
    run_watches(loop);
    run_timers(loop);
    run_tasks(loop);
    loop->turning = false;
    return 0;
}

int loop_run(struct loop *loop)
{
    int code = 0;
    while (!loop->stopped && code == 0)
        code = loop_turn(loop, -1);
    loop->stopped = false;
    return code;
}

void loop_stop(struct loop *loop)
{
    loop->stopped = true;
}

/* ---- Signals ---- */

static void on_signal_ready(void *user, uint32_t events)
{
    (void)events;
    struct loop *loop = user;
    struct signalfd_siginfo information;
    while (read(loop->signal_fd, &information, sizeof(information)) == sizeof(information)) {
        struct signal_slot slot = loop->signal_slots[information.ssi_signo % SIGNALS];
        if (slot.function != NULL)
            slot.function(slot.user, (int)information.ssi_signo);
    }
}

static int update_signal_fd(struct loop *loop, struct error *error)
{
    int fd = signalfd(loop->signal_fd, &loop->signals, SFD_NONBLOCK | SFD_CLOEXEC);
    if (fd < 0)
        return error_set_errno(error, errno, "cannot listen for signals");
    loop->signal_fd = fd;
    if (loop->signal_watch != NULL)
        return 0;
    return loop_watch(loop, &loop->signal_watch, fd, EPOLLIN, on_signal_ready, loop, error);
}

int loop_signal(struct loop *loop, int signal_number, loop_signal_function function, void *user,
    struct error *error)
{
    sigset_t one;
    if (sigemptyset(&one) < 0 || signal_number >= SIGNALS || sigaddset(&one, signal_number) < 0)
        return error_set(error, ERROR_INVALID, "%d is no signal", signal_number);

    if (function != NULL)
        (void)sigaddset(&loop->signals, signal_number); /* it is a signal, see above */
    else
        (void)sigdelset(&loop->signals, signal_number); /* likewise */
    int code = update_signal_fd(loop, error);
    if (code < 0)
        return code;
    int os_errno = pthread_sigmask(function != NULL ? SIG_BLOCK : SIG_UNBLOCK, &one, NULL);
    if (os_errno != 0)
        return error_set_errno(error, os_errno, "cannot block signal %d", signal_number);
    loop->signal_slots[signal_number] = (struct signal_slot){.function = function, .user = user};
    return 0;
}
