/*
 * The times of a page's entries, in the order in which they came: they say where in a history the
 * page lies. Private to slackaudit/.
 *
 * Embedded object: PAGE_TIMES_INIT, page_times_deinit(). Times are Unix seconds, 0 and later.
 */
#pragma once

#include <stdint.h>

#include "base/buffer.h"
#include "base/limits.h"

struct page_times {
    struct buffer all;      /* int64_t each, of the range and not */
    size_t in_range;        /* how many are */
    int64_t newest, oldest; /* of those; -1: there is none */
};

#define PAGE_TIMES_INIT                                                                            \
    {                                                                                              \
        .all = BUFFER_INIT(LIMIT_PAGE_ENTRIES * sizeof(int64_t)), .newest = -1, .oldest = -1       \
    }

void page_times_deinit(struct page_times *times);
void page_times_clear(struct page_times *times);

/* 0, ERROR_LIMIT or ERROR_MEMORY. */
int page_times_add(struct page_times *times, int64_t time, bool in_range);

/* Where the page ends: the newest time of its last quarter, so that one entry whose time is far too
 * old does not tell. -1 without any. */
int64_t page_times_end(const struct page_times *times);
