#include "simulator/budget.h"

#include "base/units.h"

enum { MICROCALLS = 1000000 };

void budget_init(struct budget *budget, uint32_t calls_per_minute, uint32_t burst, int64_t now_us)
{
    *budget = (struct budget){
        .calls_per_minute = calls_per_minute,
        .burst = burst > 0 ? burst : calls_per_minute,
        .filled_at_us = now_us,
    };
    budget->microcalls = (int64_t)budget->burst * MICROCALLS;
}

/* A microsecond brings calls_per_minute / 60 millionths of a call. The seconds that fill the bucket
 * from empty are enough, so a longer time is cut to them and nothing overflows. */
static void fill(struct budget *budget, int64_t now_us)
{
    int64_t most = (int64_t)budget->burst * MICROCALLS;
    int64_t elapsed_us = now_us - budget->filled_at_us;
    int64_t enough_us = (int64_t)budget->burst * 60 * USEC_PER_SEC / budget->calls_per_minute + 1;
    if (elapsed_us > enough_us)
        elapsed_us = enough_us;
    int64_t gained = elapsed_us * budget->calls_per_minute / 60;
    if (gained <= 0)
        return;
    budget->microcalls += gained;
    if (budget->microcalls > most)
        budget->microcalls = most;
    budget->filled_at_us = now_us;
}

bool budget_take(struct budget *budget, int64_t now_us, int64_t *ret_retry_after_s)
{
    if (budget->calls_per_minute == 0)
        return true;
    fill(budget, now_us);
    if (budget->microcalls >= MICROCALLS) {
        budget->microcalls -= MICROCALLS;
        return true;
    }
    int64_t missing_us = (MICROCALLS - budget->microcalls) * 60 / budget->calls_per_minute;
    *ret_retry_after_s = missing_us / USEC_PER_SEC + 1;
    return false;
}

uint32_t budget_left(struct budget *budget, int64_t now_us)
{
    if (budget->calls_per_minute == 0)
        return UINT32_MAX;
    fill(budget, now_us);
    return (uint32_t)(budget->microcalls / MICROCALLS);
}
