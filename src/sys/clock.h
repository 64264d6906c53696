/*
 * Time and randomness: the only source of either in the tree.
 *
 * A clock is real, simulated or foreign. The simulated one stands still until someone moves it
 * (struct loop does, when nothing else is to do), so a week of backoff passes in a test in
 * milliseconds; its random numbers come from a seed. A foreign one asks functions of whoever lends
 * it: that is how a caller of the client library brings its own time. Not shared between threads.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct clock;

/* The real clock: CLOCK_BOOTTIME (it goes on during a suspend), CLOCK_REALTIME, getrandom(). */
struct clock *clock_new_real(void); /* NULL without memory */

/* A simulated clock. Monotonic time starts at 1 s, the wall shows `wall_seconds`. */
struct clock *clock_new_simulated(int64_t wall_seconds, uint64_t seed);

/* Where a foreign clock's values come from. All three are there; times as below, random numbers
 * uniform over all 64 bits. */
struct clock_functions {
    int64_t (*monotonic_us)(void *user);
    int64_t (*wall_us)(void *user);
    uint64_t (*random)(void *user);
    void *user;
};

/* A clock over `functions` (copied; `user` must outlive the clock). Nothing here moves it, and a
 * loop on it waits in real time, as on the real clock. NULL without memory. */
struct clock *clock_new_foreign(const struct clock_functions *functions);

void clock_free(struct clock *clock);

bool clock_is_simulated(const struct clock *clock);
int64_t clock_monotonic_us(struct clock *clock); /* never goes back */
int64_t clock_wall_us(struct clock *clock);      /* Unix time; an operator may set it back */

/* Simulated clocks only: moves both times on, or sets the wall alone, as an operator would. */
void clock_advance(struct clock *clock, int64_t us);
void clock_set_wall(struct clock *clock, int64_t wall_us);

uint64_t clock_random(struct clock *clock);
/* Uniform in [low, high), or `low` when the range is empty. */
int64_t clock_random_between(struct clock *clock, int64_t low, int64_t high);
