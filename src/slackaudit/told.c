#include "slackaudit/told.h"

void told_deinit(struct told *told)
{
    seen_deinit(&told->near);
    seen_deinit(&told->last);
    seen_deinit(&told->old);
    *told = (struct told)TOLD_INIT;
}

/* Two generations: when the younger is full, the older goes. */
static int add_to_last(struct told *told, struct hash_key key)
{
    if (told->last.count >= TOLD_LAST) {
        seen_deinit(&told->old);
        told->old = told->last;
        told->last = (struct seen){0};
    }
    return seen_add(&told->last, key, 0);
}

int told_add(struct told *told, struct hash_key key, bool has_time, int64_t time)
{
    if (seen_has(&told->last, key) || seen_has(&told->old, key))
        return 0;
    int code = seen_add(&told->near, key, has_time ? time : told->place);
    if (code <= 0)
        return code;
    code = add_to_last(told, key);
    if (code < 0)
        seen_remove(&told->near, key);
    return code;
}

void told_move(struct told *told, int64_t place)
{
    if (place < 0 || (told->place >= 0 && place >= told->place))
        return;
    told->place = place;
    int64_t horizon = told_horizon(told);
    if (horizon < INT64_MAX)
        seen_forget(&told->near, horizon + 1, INT64_MAX);
}

int64_t told_horizon(const struct told *told)
{
    int64_t horizon;
    if (__builtin_add_overflow(told->place, TOLD_MARGIN_SECONDS, &horizon))
        return INT64_MAX;
    return horizon;
}
