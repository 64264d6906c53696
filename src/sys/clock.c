#include "sys/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#include "base/units.h"

enum clock_kind { CLOCK_KIND_REAL, CLOCK_KIND_SIMULATED, CLOCK_KIND_FOREIGN };

struct clock {
    enum clock_kind kind;
    struct clock_functions foreign;
    /* The simulated clock's state. */
    int64_t monotonic_us;
    int64_t wall_us;
    uint64_t random_state;
};

static int64_t read_system_clock(clockid_t id)
{
    struct timespec now = {0};
    (void)clock_gettime(id, &now); /* fails only for an id that the kernel does not know */
    return (int64_t)now.tv_sec * USEC_PER_SEC + now.tv_nsec / 1000;
}

static int64_t add_saturated(int64_t left, int64_t right)
{
    int64_t sum;
    if (__builtin_add_overflow(left, right, &sum))
        return right > 0 ? INT64_MAX : INT64_MIN;
    return sum;
}

struct clock *clock_new_real(void)
{
    return calloc(1, sizeof(struct clock));
}

struct clock *clock_new_simulated(int64_t wall_seconds, uint64_t seed)
{
    struct clock *clock = calloc(1, sizeof(*clock));
    if (clock == NULL)
        return NULL;
    *clock = (struct clock){
        .kind = CLOCK_KIND_SIMULATED,
        .monotonic_us = USEC_PER_SEC,
        .random_state = seed,
    };
    if (__builtin_mul_overflow(wall_seconds, USEC_PER_SEC, &clock->wall_us))
        clock->wall_us = wall_seconds > 0 ? INT64_MAX : INT64_MIN;
    return clock;
}

struct clock *clock_new_foreign(const struct clock_functions *functions)
{
    struct clock *clock = calloc(1, sizeof(*clock));
    if (clock == NULL)
        return NULL;
    clock->kind = CLOCK_KIND_FOREIGN;
    clock->foreign = *functions;
    return clock;
}

void clock_free(struct clock *clock)
{
    free(clock);
}

bool clock_is_simulated(const struct clock *clock)
{
    return clock->kind == CLOCK_KIND_SIMULATED;
}

int64_t clock_monotonic_us(struct clock *clock)
{
    if (clock->kind == CLOCK_KIND_FOREIGN)
        return clock->foreign.monotonic_us(clock->foreign.user);
    return clock_is_simulated(clock) ? clock->monotonic_us : read_system_clock(CLOCK_BOOTTIME);
}

int64_t clock_wall_us(struct clock *clock)
{
    if (clock->kind == CLOCK_KIND_FOREIGN)
        return clock->foreign.wall_us(clock->foreign.user);
    return clock_is_simulated(clock) ? clock->wall_us : read_system_clock(CLOCK_REALTIME);
}

void clock_advance(struct clock *clock, int64_t us)
{
    if (!clock_is_simulated(clock) || us <= 0)
        return;
    clock->monotonic_us = add_saturated(clock->monotonic_us, us);
    clock->wall_us = add_saturated(clock->wall_us, us);
}

void clock_set_wall(struct clock *clock, int64_t wall_us)
{
    if (clock_is_simulated(clock))
        clock->wall_us = wall_us;
}

/* SplitMix64 (Steele, Lea and Flood, 2014): every seed gives a full period. */
static uint64_t split_mix(uint64_t *state)
{
    uint64_t mixed = *state += UINT64_C(0x9e3779b97f4a7c15);
    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94d049bb133111eb);
    return mixed ^ (mixed >> 31);
}

uint64_t clock_random(struct clock *clock)
{
    if (clock->kind == CLOCK_KIND_FOREIGN)
        return clock->foreign.random(clock->foreign.user);
    if (clock_is_simulated(clock))
        return split_mix(&clock->random_state);

    uint64_t value;
    ssize_t size;
    do
        size = getrandom(&value, sizeof(value), 0);
    while (size < 0 && errno == EINTR);
    if (size == (ssize_t)sizeof(value))
        return value;

    /* Only a filter of system calls brings us here. What is asked for is jitter, so the time will
     * do. */
    clock->random_state ^= (uint64_t)read_system_clock(CLOCK_REALTIME);
    return split_mix(&clock->random_state);
}

int64_t clock_random_between(struct clock *clock, int64_t low, int64_t high)
{
    if (low >= high)
        return low;
    uint64_t range = (uint64_t)high - (uint64_t)low;
    /* Values below 2^64 mod range would make the small remainders likelier than the others. */
    uint64_t unfair = (0 - range) % range;
    uint64_t value;
    do
        value = clock_random(clock);
    while (value < unfair);
    return (int64_t)((uint64_t)low + value % range);
}
