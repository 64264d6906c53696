#include "simulator/timeline.h"

#include "base/units.h"
#include "simulator/dice.h"

enum { PURPOSE_SHARED = 30, PURPOSE_UNEVEN };
enum { DEFAULT_ENTRIES = 10000, DEFAULT_SPAN = 7 * 24 * 3600, GROUP = 4 };

static int64_t given_or(int64_t value, int64_t fallback)
{
    return value == TIMELINE_UNSET ? fallback : value;
}

/* The time of one of the entries that are spread over the span. A group that shares a second takes
 * the time of its first; the unevenness stays below the distance to the next, so times never go
 * back. */
static int64_t spread_date(const struct timeline *timeline, uint64_t nth)
{
    uint64_t group = nth / GROUP;
    if ((dice_of(timeline->seed, PURPOSE_SHARED, group) & 3) == 0)
        nth = group * GROUP;
    uint64_t distance = (uint64_t)timeline->span / timeline->spread;
    uint64_t uneven = distance > 1 ? dice_of(timeline->seed, PURPOSE_UNEVEN, nth) % distance : 0;
    return timeline->from + (int64_t)(nth * (uint64_t)timeline->span / timeline->spread + uneven);
}

/* The first of the spread entries that is later than `date`. */
static uint64_t spread_after(const struct timeline *timeline, int64_t date)
{
    uint64_t low = 0, high = timeline->spread;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (spread_date(timeline, middle) > date)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* Finds out the number of entries and the span from what was given. */
static int settle_span(struct timeline *timeline, const struct timeline_settings *settings,
    int64_t now, struct error *error)
{
    int64_t to = given_or(settings->to, now);
    int64_t entries = given_or(settings->entries, DEFAULT_ENTRIES);
    int64_t from = given_or(settings->from, to - DEFAULT_SPAN);
    if (settings->rate > 0) {
        if (settings->entries != TIMELINE_UNSET && settings->from != TIMELINE_UNSET)
            return error_set(error, ERROR_INVALID,
                "of the number of entries, the rate and the start of the history only two can be "
                "given");
        if (settings->from != TIMELINE_UNSET && to >= from)
            entries = (int64_t)((double)(to - from) * settings->rate);
        else if (settings->from == TIMELINE_UNSET)
            from = to - (int64_t)((double)entries / settings->rate);
    }
    if (from > to)
        return error_set(error, ERROR_INVALID, "the history cannot start after its end");
    if (from < 0 || to - from > TIMELINE_SPAN_MOST)
        return error_set(error, ERROR_INVALID,
            "the history cannot start before 1970 or span more "
            "than 272 years");
    if (entries < 0 || (uint64_t)entries > TIMELINE_ENTRIES_MOST)
        return error_set(error, ERROR_INVALID, "the history can have at most %llu entries",
            (unsigned long long)TIMELINE_ENTRIES_MOST);
    timeline->entries = (uint64_t)entries;
    timeline->from = from;
    timeline->span = to - from;
    return 0;
}

static int settle_burst(
    struct timeline *timeline, const struct timeline_settings *settings, struct error *error)
{
    timeline->burst_at = given_or(settings->burst_at, timeline->from + timeline->span / 2);
    if (settings->burst < 0 || (uint64_t)settings->burst > timeline->entries)
        return error_set(
            error, ERROR_INVALID, "the burst cannot have more entries than the history");
    if (timeline->burst_at < timeline->from || timeline->burst_at > timeline->from + timeline->span)
        return error_set(error, ERROR_INVALID, "the burst must lie inside the history");
    timeline->burst = (uint64_t)settings->burst;
    timeline->spread = timeline->entries - timeline->burst;
    timeline->burst_first = spread_after(timeline, timeline->burst_at);
    return 0;
}

int timeline_init(struct timeline *timeline, const struct timeline_settings *settings,
    int64_t now_us, struct error *error)
{
    int64_t now = now_us / USEC_PER_SEC;
    struct timeline made = {.seed = settings->seed, .live_per_second = settings->live_per_second};
    int r = settle_span(&made, settings, now, error);
    if (r == 0)
        r = settle_burst(&made, settings, error);
    if (r < 0)
        return r;
    made.live_since_us =
        settings->live_since == TIMELINE_UNSET ? now_us : settings->live_since * USEC_PER_SEC;
    if (made.live_per_second > 0 && made.from + made.span > made.live_since_us / USEC_PER_SEC)
        return error_set(error, ERROR_INVALID,
            "with live entries the history cannot end after the first of them");
    *timeline = made;
    return 0;
}

int64_t timeline_date(const struct timeline *timeline, uint64_t index)
{
    if (index >= timeline->entries)
        return timeline_made_us(timeline, index) / USEC_PER_SEC;
    if (index < timeline->burst_first)
        return spread_date(timeline, index);
    if (index - timeline->burst_first < timeline->burst)
        return timeline->burst_at;
    return spread_date(timeline, index - timeline->burst);
}

int64_t timeline_made_us(const struct timeline *timeline, uint64_t index)
{
    if (index < timeline->entries)
        return timeline_date(timeline, index) * USEC_PER_SEC;
    double nth = (double)(index - timeline->entries + 1);
    return timeline->live_since_us + (int64_t)(nth * 1e6 / timeline->live_per_second);
}

/* The history's entries of `now` and before. */
static uint64_t history_length_at(const struct timeline *timeline, int64_t now)
{
    if (now >= timeline->from + timeline->span)
        return timeline->entries;
    uint64_t length = spread_after(timeline, now);
    return now >= timeline->burst_at ? length + timeline->burst : length;
}

uint64_t timeline_length(const struct timeline *timeline, int64_t now_us)
{
    uint64_t length = history_length_at(timeline, now_us / USEC_PER_SEC);
    double live = (double)(now_us - timeline->live_since_us) * timeline->live_per_second / 1e6;
    return live >= 1 ? length + (uint64_t)live : length;
}
