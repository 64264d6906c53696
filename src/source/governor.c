#include "source/governor.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/order.h"
#include "base/units.h"

DEFINE_CLEANUP(struct governor, governor_unref)

/* The bucket is counted in microseconds of flow: a call costs `60 s / calls_per_minute` of them. */
struct governor {
    unsigned references;
    struct governor_context context;
    char *name;
    int calls_per_minute;
    int64_t level_us;        /* flow in the bucket */
    int64_t filled_us;       /* when it was last filled up */
    int64_t closed_until_us; /* monotonic; a pause */
};

enum { SECONDS_PER_MINUTE = 60, BURST_PART = 9 };

static int64_t cost_us(const struct governor *governor)
{
    return SECONDS_PER_MINUTE * USEC_PER_SEC / governor->calls_per_minute;
}

static int64_t burst_us(const struct governor *governor)
{
    int calls = governor->calls_per_minute / BURST_PART;
    return cost_us(governor) * (calls < 1 ? 1 : calls);
}

static void fill(struct governor *governor)
{
    int64_t now = clock_monotonic_us(governor->context.clock);
    int64_t level = governor->level_us + (now - governor->filled_us);
    governor->level_us = level > burst_us(governor) ? burst_us(governor) : level;
    governor->filled_us = now;
}

static int read_pause(struct governor *governor, struct error *error)
{
    const struct governor_context *context = &governor->context;
    int64_t until = 0;
    if (context->store_type == NULL)
        return 0;
    int r = context->store_type->pause_get(context->store, governor->name, &until, error);
    if (r < 0)
        return r;
    int64_t left = until * USEC_PER_SEC - clock_wall_us(context->clock);
    if (left > USEC_PER_DAY) /* the wall clock was set back: nobody asks for more than a day */
        left = USEC_PER_DAY;
    if (left > 0)
        governor->closed_until_us = clock_monotonic_us(context->clock) + left;
    return 0;
}

int governor_new(struct governor **ret_governor, const struct governor_context *context,
    const char *name, int calls_per_minute, struct error *error)
{
    _cleanup_(governor_unrefp) struct governor *governor = calloc(1, sizeof(*governor));
    if (governor == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a rate governor");
    *governor = (struct governor){.references = 1,
        .context = *context,
        .name = strdup(name),
        .calls_per_minute = calls_per_minute,
        .filled_us = clock_monotonic_us(context->clock)};
    if (governor->name == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a rate governor");
    /* One call at once, not a burst: a daemon that is restarted over and over must not make one
     * each time. */
    governor->level_us = cost_us(governor);
    int r = read_pause(governor, error);
    if (r < 0)
        return r;
    *ret_governor = TAKE(governor);
    return 0;
}

struct governor *governor_ref(struct governor *governor)
{
    governor->references++;
    return governor;
}

void governor_unref(struct governor *governor)
{
    if (governor == NULL || --governor->references > 0)
        return;
    free(governor->name);
    free(governor);
}

const char *governor_name(const struct governor *governor)
{
    return governor->name;
}

void governor_limit(struct governor *governor, int calls_per_minute)
{
    governor->calls_per_minute = calls_per_minute;
}

int64_t governor_paused_us(struct governor *governor)
{
    int64_t left = governor->closed_until_us - clock_monotonic_us(governor->context.clock);
    return left > 0 ? left : 0;
}

/* One call, when the bucket holds `needed`. */
static int64_t ask(struct governor *governor, int64_t needed_us)
{
    int64_t paused = governor_paused_us(governor);
    if (paused > 0)
        return paused;
    fill(governor);
    int64_t missing = needed_us - governor->level_us;
    if (missing > 0)
        return missing;
    governor->level_us -= cost_us(governor);
    return 0;
}

int64_t governor_ask(struct governor *governor)
{
    return ask(governor, cost_us(governor));
}

int64_t governor_ask_spare(struct governor *governor)
{
    return ask(governor, lower(2 * cost_us(governor), burst_us(governor)));
}

int governor_pause(struct governor *governor, int64_t pause_us, struct error *error)
{
    const struct governor_context *context = &governor->context;
    int64_t until = clock_monotonic_us(context->clock) + pause_us;
    if (until <= governor->closed_until_us)
        return 0;
    governor->closed_until_us = until;
    if (context->store_type == NULL)
        return 0;
    int64_t until_wall =
        (clock_wall_us(context->clock) + pause_us + USEC_PER_SEC - 1) / USEC_PER_SEC;
    return context->store_type->pause_set(context->store, governor->name, until_wall, error);
}

int governor_calls_left(struct governor *governor)
{
    if (governor_paused_us(governor) > 0)
        return 0;
    fill(governor);
    return (int)(governor->level_us / cost_us(governor));
}
