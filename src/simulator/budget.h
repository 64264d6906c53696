/*
 * The calls that the organization has left: a bucket that fills at the allowed rate and holds a
 * short burst. Changed by one thread at a time; its owner locks.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct budget {
    uint32_t calls_per_minute; /* 0: no limit */
    uint32_t burst;            /* the most the bucket holds */
    int64_t filled_at_us;
    int64_t ticks; /* in the bucket; a microsecond brings calls_per_minute of them */
};

/* Full at `now_us`. `burst` 0 means a fifth of a minute's calls. */
void budget_init(struct budget *budget, uint32_t calls_per_minute, uint32_t burst, int64_t now_us);

/* Takes one call. True when it was there; else `ret_retry_after_s` says in how many whole seconds
 * it will be. */
bool budget_take(struct budget *budget, int64_t now_us, int64_t *ret_retry_after_s);

/* Whole calls that are left. */
uint32_t budget_left(struct budget *budget, int64_t now_us);
