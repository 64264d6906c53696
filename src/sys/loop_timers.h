/*
 * The timers of a loop: a binary heap, the earliest on top. Private to loop.c. Timers belong to
 * their callers; the heap holds their addresses.
 */
#pragma once

#include "sys/loop.h"

/* Embedded object; all zeros is empty. */
struct loop_timers {
    struct loop_timer **heap;
    size_t count, capacity;
    uint64_t order; /* of the next setting */
};

void loop_timers_deinit(struct loop_timers *timers);

/* Puts a timer in, or moves one that is in (which cannot fail). Returns 0 or ERROR_MEMORY. */
int loop_timers_set(struct loop_timers *timers, struct loop_timer *timer, int64_t at_us);
/* One that is not in is left alone. */
void loop_timers_remove(struct loop_timers *timers, struct loop_timer *timer);
struct loop_timer *loop_timers_first(const struct loop_timers *timers); /* NULL: empty */
