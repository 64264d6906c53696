#include "source/slack_clock.h"

#include "base/order.h"
#include "base/units.h"

static bool is_near(int64_t left_us, int64_t right_us)
{
    int64_t apart = left_us > right_us ? left_us - right_us : right_us - left_us;
    return apart <= SLACK_CLOCK_REACH * USEC_PER_SEC;
}

void slack_clock_saw(struct slack_clock *clock, int64_t entry_time)
{
    clock->newest = higher(clock->newest, entry_time);
}

/* By what does not come from earlier Dates: these must not creep away together. */
static bool is_supported(const struct slack_clock *clock, int64_t date_us, int64_t host_wall_us)
{
    int64_t newest_us = clock->newest * USEC_PER_SEC;
    return is_near(date_us, host_wall_us) || (date_us >= newest_us && is_near(date_us, newest_us));
}

/* No Date at all: what was carried on goes on; else only the entries tell the time. */
static void learn_nothing(struct slack_clock *clock, int64_t host_wall_us, int64_t monotonic_us)
{
    if (clock->carried)
        return;
    clock->disputed = true;
    clock->earlier_us = -monotonic_us;
    clock->later_us = host_wall_us - monotonic_us;
}

void slack_clock_learn(
    struct slack_clock *clock, int64_t date, int64_t host_wall_us, int64_t monotonic_us)
{
    clock->known = true;
    if (date < 0) {
        learn_nothing(clock, host_wall_us, monotonic_us);
        return;
    }
    int64_t date_us = date * USEC_PER_SEC;
    clock->disputed = false;
    if (is_supported(clock, date_us, host_wall_us)) {
        clock->offset_us = date_us - monotonic_us;
        clock->carried = true;
        return;
    }
    if (clock->carried && is_near(date_us, clock->offset_us + monotonic_us))
        return;
    clock->disputed = true;
    int64_t other_us = clock->carried ? clock->offset_us : host_wall_us - monotonic_us;
    clock->earlier_us = lower(date_us - monotonic_us, other_us);
    clock->later_us = higher(date_us - monotonic_us, other_us);
}

int64_t slack_clock_now(const struct slack_clock *clock, int64_t host_wall_us, int64_t monotonic_us)
{
    if (!clock->known)
        return host_wall_us / USEC_PER_SEC;
    if (!clock->disputed)
        return (clock->offset_us + monotonic_us) / USEC_PER_SEC;
    int64_t earlier = (clock->earlier_us + monotonic_us) / USEC_PER_SEC;
    int64_t later = (clock->later_us + monotonic_us) / USEC_PER_SEC;
    return lower(higher(clock->newest, earlier), later);
}
