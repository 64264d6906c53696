#include "slackaudit/page_copy.h"

#include <assert.h>

/* An entry whose pointers are offsets into `bytes`: the buffer moves while it grows. */
struct page_copy_item {
    struct slackaudit_entry_slice entry; /* data, id and action: NULL or not */
    size_t data, id, action;
};

static_assert(
    sizeof(struct page_copy_item) <= PAGE_COPY_ITEM_SIZE, "a page has room for its items");

void page_copy_deinit(struct page_copy *copy)
{
    buffer_deinit(&copy->bytes);
    buffer_deinit(&copy->items);
}

void page_copy_clear(struct page_copy *copy)
{
    buffer_clear(&copy->bytes);
    buffer_clear(&copy->items);
    copy->read = 0;
}

static size_t offset_of(const struct slackaudit_entry_slice *entry, const char *part, size_t base)
{
    return part == NULL ? 0 : base + (size_t)(part - entry->data);
}

int page_copy_add(struct page_copy *copy, const struct slackaudit_entry_slice *entry)
{
    size_t base = copy->bytes.size;
    const struct page_copy_item item = {
        .entry = *entry,
        .data = base,
        .id = offset_of(entry, entry->id, base),
        .action = offset_of(entry, entry->action, base),
    };
    int code = buffer_append(&copy->items, &item, sizeof(item));
    if (code == 0)
        code = buffer_append(&copy->bytes, entry->data, entry->size);
    return code;
}

bool page_copy_take(struct page_copy *copy, struct slackaudit_entry_slice *ret_entry)
{
    struct page_copy_item item;
    if ((copy->read + 1) * sizeof(item) > copy->items.size)
        return false;
    memcpy(&item, copy->items.data + copy->read++ * sizeof(item), sizeof(item));
    const char *bytes = copy->bytes.data;
    item.entry.data = bytes + item.data;
    item.entry.id = item.entry.id == NULL ? NULL : bytes + item.id;
    item.entry.action = item.entry.action == NULL ? NULL : bytes + item.action;
    *ret_entry = item.entry;
    return true;
}

void page_copy_untake(struct page_copy *copy)
{
    copy->read--;
}
