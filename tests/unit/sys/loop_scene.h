/*
 * What the tests of the loop share: a loop on a simulated or the real clock, and a record of the
 * order in which its callbacks ran.
 */
#pragma once

#include <check.h>
#include <string.h>

#include "base/units.h"
#include "sys/loop.h"

static struct clock *the_clock;
static struct loop *the_loop;
static char order[64]; /* what ran, one letter each */

static inline void note(char letter)
{
    size_t size = strlen(order);
    ck_assert_uint_lt(size, sizeof(order) - 1);
    order[size] = letter;
    order[size + 1] = '\0';
}

static inline void set_up(bool simulated)
{
    the_clock = simulated ? clock_new_simulated(1700000000, 1) : clock_new_real();
    ck_assert_int_eq(loop_new(&the_loop, the_clock, NULL), 0);
    *order = '\0';
}

static inline void tear_down(void)
{
    loop_free(the_loop);
    clock_free(the_clock);
}

static inline void turn(void)
{
    ck_assert_int_eq(loop_turn(the_loop, -1), 0);
}

static inline void note_a(void *user)
{
    (void)user;
    note('a');
}

static inline void note_b(void *user)
{
    (void)user;
    note('b');
}

static inline void stop_loop(void *user)
{
    (void)user;
    loop_stop(the_loop);
}
