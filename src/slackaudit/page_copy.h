/*
 * A page of entries that is kept until it is known to be whole, and then read one by one. Private
 * to slackaudit/.
 *
 * Embedded object: PAGE_COPY_INIT, page_copy_deinit(). Slices that it gives are valid until it is
 * changed.
 */
#pragma once

#include "base/buffer.h"
#include "base/limits.h"
#include "slackaudit/page.h"

struct page_copy {
    struct buffer bytes; /* of all entries, one behind the other */
    struct buffer items; /* struct page_copy_item each */
    size_t read;         /* items taken */
};

/* What an item takes at most. */
enum { PAGE_COPY_ITEM_SIZE = 128 };

/* `limit` bounds the bytes; there are as many items as a page may have entries, however small they
 * are. */
#define PAGE_COPY_INIT(limit)                                                                      \
    {                                                                                              \
        .bytes = BUFFER_INIT(limit),                                                               \
        .items = BUFFER_INIT((size_t)LIMIT_PAGE_ENTRIES * PAGE_COPY_ITEM_SIZE)                     \
    }

void page_copy_deinit(struct page_copy *copy);
void page_copy_clear(struct page_copy *copy);

/* 0, ERROR_LIMIT or ERROR_MEMORY. */
int page_copy_add(struct page_copy *copy, const struct slackaudit_entry_slice *entry);

/* The next entry; false when all are taken. */
bool page_copy_take(struct page_copy *copy, struct slackaudit_entry_slice *ret_entry);

/* The entry that was taken last comes again. */
void page_copy_untake(struct page_copy *copy);
