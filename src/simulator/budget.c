#include "simulator/budget.h"

#include "base/units.h"

/* One call: a minute of microseconds brings calls_per_minute of them, and nothing is rounded. */
#define TICKS_PER_CALL (60 * USEC_PER_SEC)

void budget_init(struct budget *budget, uint32_t calls_per_minute, uint32_t burst, int64_t now_us)
{
    if (burst == 0)
        burst = calls_per_minute >= 5 ? calls_per_minute / 5 : 1;
    *budget = (struct budget){
        .calls_per_minute = calls_per_minute,
        .burst = burst,
        .filled_at_us = now_us,
    };
    budget->ticks = (int64_t)budget->burst * TICKS_PER_CALL;
}

/* The time that fills the bucket from empty is enough, so a longer one is cut to it and nothing
 * overflows. */
static void fill(struct budget *budget, int64_t now_us)
{
    int64_t most = (int64_t)budget->burst * TICKS_PER_CALL;
    int64_t elapsed_us = now_us - budget->filled_at_us;
    int64_t enough_us = most / budget->calls_per_minute + 1;
    if (elapsed_us <= 0)
        return;
    budget->ticks += (elapsed_us < enough_us ? elapsed_us : enough_us) * budget->calls_per_minute;
    if (budget->ticks > most)
        budget->ticks = most;
    budget->filled_at_us = now_us;
}

bool budget_take(struct budget *budget, int64_t now_us, int64_t *ret_retry_after_s)
{
    if (budget->calls_per_minute == 0)
        return true;
    fill(budget, now_us);
    if (budget->ticks >= TICKS_PER_CALL) {
        budget->ticks -= TICKS_PER_CALL;
        return true;
    }
    int64_t missing_us = (TICKS_PER_CALL - budget->ticks) / budget->calls_per_minute;
    *ret_retry_after_s = missing_us / USEC_PER_SEC + 1;
    return false;
}

uint32_t budget_left(struct budget *budget, int64_t now_us)
{
    if (budget->calls_per_minute == 0)
        return UINT32_MAX;
    fill(budget, now_us);
    return (uint32_t)(budget->ticks / TICKS_PER_CALL);
}
