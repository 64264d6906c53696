#include "daemon/history.h"

#include "base/units.h"

static uint32_t capped(uint64_t number)
{
    return number < UINT32_MAX ? (uint32_t)number : UINT32_MAX;
}

/* Steps in which nothing was noted are empty. */
static void move_to(struct history *history, int64_t step)
{
    int64_t first = step - history->step >= HISTORY_STEPS ? step - HISTORY_STEPS : history->step;
    for (int64_t each = first + 1; each <= step; each++) {
        history->entries[each % HISTORY_STEPS] = 0;
        history->lag[each % HISTORY_STEPS] = 0;
    }
    history->step = step;
}

void history_note(struct history *history, int64_t now_us, uint64_t stored, int64_t lag_seconds)
{
    int64_t step = now_us / (HISTORY_STEP_SECONDS * USEC_PER_SEC) + 1;
    if (step > history->step)
        move_to(history, step);
    size_t place = (size_t)(history->step % HISTORY_STEPS);
    /* A walker that begins again counts from zero. */
    uint64_t more = stored < history->stored ? stored : stored - history->stored;
    history->stored = stored;
    history->entries[place] = capped(history->entries[place] + more);
    if (lag_seconds >= (int64_t)history->lag[place])
        history->lag[place] = capped((uint64_t)lag_seconds + 1);
}

struct history_step history_at(const struct history *history, size_t age)
{
    int64_t step = history->step - (int64_t)age;
    if (age >= HISTORY_STEPS || step < 1)
        return (struct history_step){.lag = -1};
    size_t place = (size_t)(step % HISTORY_STEPS);
    return (struct history_step){
        .entries = history->entries[place], .lag = (int64_t)history->lag[place] - 1};
}
