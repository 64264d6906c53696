#include "sys/loop_timers.h"

#include <stdlib.h>

enum { TIMERS_AT_FIRST = 16 };

void loop_timers_deinit(struct loop_timers *timers)
{
    free(timers->heap);
    *timers = (struct loop_timers){0};
}

static bool timer_before(const struct loop_timer *left, const struct loop_timer *right)
{
    if (left->at_us != right->at_us)
        return left->at_us < right->at_us;
    return left->order < right->order;
}

static void heap_put(struct loop_timers *timers, size_t index, struct loop_timer *timer)
{
    timers->heap[index] = timer;
    timer->place = index + 1;
}

static void heap_up(struct loop_timers *timers, size_t index)
{
    struct loop_timer *timer = timers->heap[index];
    while (index > 0) {
        size_t parent = (index - 1) / 2;
        if (!timer_before(timer, timers->heap[parent]))
            break;
        heap_put(timers, index, timers->heap[parent]);
        index = parent;
    }
    heap_put(timers, index, timer);
}

static void heap_down(struct loop_timers *timers, size_t index)
{
    struct loop_timer *timer = timers->heap[index];
    for (;;) {
        size_t child = 2 * index + 1;
        if (child >= timers->count)
            break;
        if (child + 1 < timers->count && timer_before(timers->heap[child + 1], timers->heap[child]))
            child++;
        if (!timer_before(timers->heap[child], timer))
            break;
        heap_put(timers, index, timers->heap[child]);
        index = child;
    }
    heap_put(timers, index, timer);
}

static int heap_reserve(struct loop_timers *timers)
{
    if (timers->count < timers->capacity)
        return 0;
    size_t capacity = timers->capacity == 0 ? TIMERS_AT_FIRST : timers->capacity * 2;
    struct loop_timer **heap = reallocarray(timers->heap, capacity, sizeof(struct loop_timer *));
    if (heap == NULL)
        return ERROR_MEMORY;
    timers->heap = heap;
    timers->capacity = capacity;
    return 0;
}

int loop_timers_set(struct loop_timers *timers, struct loop_timer *timer, int64_t at_us)
{
    if (timer->place == 0) {
        int code = heap_reserve(timers);
        if (code < 0)
            return code;
        heap_put(timers, timers->count++, timer);
    }
    timer->at_us = at_us;
    timer->order = timers->order++;
    heap_up(timers, timer->place - 1);
    heap_down(timers, timer->place - 1);
    return 0;
}

void loop_timers_remove(struct loop_timers *timers, struct loop_timer *timer)
{
    if (timer->place == 0)
        return;
    size_t index = timer->place - 1;
    struct loop_timer *last = timers->heap[--timers->count];
    timer->place = 0;
    if (last == timer)
        return;
    heap_put(timers, index, last);
    heap_up(timers, index);
    heap_down(timers, last->place - 1);
}

struct loop_timer *loop_timers_first(const struct loop_timers *timers)
{
    return timers->count == 0 ? NULL : timers->heap[0];
}
