#include "slackaudit/page_times.h"

#include "base/order.h"

void page_times_deinit(struct page_times *times)
{
    buffer_deinit(&times->all);
}

void page_times_clear(struct page_times *times)
{
    buffer_clear(&times->all);
    times->in_range = 0;
    times->newest = times->oldest = -1;
}

int page_times_add(struct page_times *times, int64_t time, bool in_range)
{
    int code = buffer_append(&times->all, &time, sizeof(time));
    if (code < 0 || !in_range)
        return code;
    times->newest = higher(times->newest, time);
    times->oldest = times->in_range == 0 ? time : lower(times->oldest, time);
    times->in_range++;
    return 0;
}

int64_t page_times_end(const struct page_times *times)
{
    size_t count = times->all.size / sizeof(int64_t);
    size_t quarter = count < 4 ? 1 : count / 4;
    int64_t newest = -1;
    for (size_t i = count; i > 0 && i > count - quarter; i--) {
        int64_t time;
        memcpy(&time, times->all.data + (i - 1) * sizeof(time), sizeof(time));
        newest = higher(newest, time);
    }
    return newest;
}
