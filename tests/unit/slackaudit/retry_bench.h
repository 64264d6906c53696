/*
 * What the tests of the retry stack share: a stack with its randomness, which comes from a
 * simulated clock with a seed, so that every figure is the same in each run, and what an attempt
 * may come to.
 */
#pragma once

#include <check.h>
#include <errno.h>
#include <string.h>

#include "base/units.h"
#include "slackaudit/retry.h"
#include "sys/loop.h"

__attribute__((unused)) static const int64_t second = USEC_PER_SEC;

static inline int64_t between(void *user, int64_t low, int64_t high)
{
    return clock_random_between(user, low, high);
}

/* A stack with its randomness, one call's state, and a loop on the same simulated clock to wait in,
 * as a call does. */
struct bench {
    struct clock *clock;
    struct loop *loop;
    struct loop_timer timer;
    struct slackaudit_random random;
    struct slackaudit_retry_stack *stack;
    struct slackaudit_retry_state state;
};

static inline void bench_init(struct bench *bench)
{
    bench->clock = clock_new_simulated(1700000000, 42);
    ck_assert_int_eq(loop_new(&bench->loop, bench->clock, NULL), 0);
    bench->stack = slackaudit_retry_stack_new();
    ck_assert_ptr_nonnull(bench->clock);
    ck_assert_ptr_nonnull(bench->stack);
    bench->random = (struct slackaudit_random){.between = between, .user = bench->clock};
    slackaudit_retry_state_init(&bench->state, NULL);
}

static inline void bench_deinit(struct bench *bench)
{
    slackaudit_retry_stack_free(bench->stack);
    loop_free(bench->loop);
    clock_free(bench->clock);
}

static inline void append(struct bench *bench, struct slackaudit_retry_handler *handler)
{
    ck_assert_ptr_nonnull(handler);
    ck_assert_int_eq(slackaudit_retry_stack_append(bench->stack, handler), 0);
}

/* The wait, or -1 when nobody wants the retry. */
static inline int64_t ask(struct bench *bench, const struct slackaudit_attempt *attempt)
{
    /* Plain conditions, as an assertion of Check costs more than the draw. */
    int64_t wait_us = -2;
    if (!slackaudit_retry_stack_ask(
            bench->stack, &bench->state, attempt, &bench->random, &wait_us)) {
        if (wait_us != -2)
            ck_abort_msg("a refusal has touched the wait");
        return -1;
    }
    if (wait_us < 0)
        ck_abort_msg("a wait is negative");
    return wait_us;
}

static inline void bench_on_timer(void *user)
{
    *(bool *)user = true;
}

/* The wait as the clock shows it: a timer is set, and the loop turns until it fires. -1 when nobody
 * wants the retry. */
static inline int64_t measure(struct bench *bench, const struct slackaudit_attempt *attempt)
{
    bool fired = false;
    int64_t wait_us = ask(bench, attempt);
    if (wait_us < 0)
        return wait_us;
    int64_t before_us = clock_monotonic_us(bench->clock);
    loop_timer_init(&bench->timer, bench->loop, bench_on_timer, &fired);
    if (loop_timer_after(&bench->timer, wait_us) < 0)
        ck_abort_msg("the timer cannot be set");
    while (!fired)
        if (loop_turn(bench->loop, -1) < 0)
            ck_abort_msg("the loop cannot turn");
    return clock_monotonic_us(bench->clock) - before_us;
}

__attribute__((unused)) static const struct slackaudit_attempt reset = {.method = "GET",
    .transport = SLACKAUDIT_TRANSPORT_RESET,
    .os_errno = ECONNRESET,
    .error = "",
    .retry_after_us = -1};
__attribute__((unused)) static const struct slackaudit_attempt fine = {
    .method = "GET", .status = 200, .error = "", .retry_after_us = -1};
__attribute__((unused)) static const struct slackaudit_attempt busy = {
    .method = "GET", .status = 503, .error = "", .retry_after_us = -1};
__attribute__((unused)) static const struct slackaudit_attempt limited = {
    .method = "GET", .status = 429, .error = "ratelimited", .retry_after_us = -1};
