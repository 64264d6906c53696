#include "slackaudit/page_parts.h"

static enum slackaudit_damage damage_of(enum json_problem problem)
{
    switch (problem) {
    case JSON_SOUND:
        return SLACKAUDIT_WHOLE;
    case JSON_BAD_UTF8:
        return SLACKAUDIT_DAMAGE_UTF8;
    case JSON_TOO_DEEP:
        return SLACKAUDIT_DAMAGE_DEPTH;
    default:
        return SLACKAUDIT_DAMAGE_SYNTAX;
    }
}

/* An entry becomes one line. Its size stays, and a valid one has line breaks between tokens only.
 */
static void flatten(char *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (data[i] == '\n' || data[i] == '\r')
            data[i] = ' ';
}

static int too_long(struct slackaudit_page *page)
{
    return page_invalid(
        page, "an entry of more than %zu bytes at byte %zu", LIMIT_ENTRY, page->entry_begin);
}

/* The element's bytes on one line. */
static int entry_bytes(struct slackaudit_page *page, struct slackaudit_entry_slice *slice)
{
    size_t from = page->entry_begin;
    size_t to = from + slice->size;
    if (!page->scan.line_break)
        return carry_bytes(&page->carry, &page->piece, from, to, &slice->data);
    int result = carry_keep(&page->carry, &page->piece, from, to);
    if (result < 0)
        return result;
    flatten(page->carry.bytes.data, slice->size);
    slice->data = page->carry.bytes.data;
    return 0;
}

/* An element has ended, at `end`. */
static int yield(struct slackaudit_page *page, size_t end)
{
    struct slackaudit_entry_slice slice = {
        .size = end - page->entry_begin,
        .damage = damage_of(page->scan.damage),
    };
    if (slice.size > LIMIT_ENTRY) {
        if (!page->salvage)
            return too_long(page);
        slice.size = LIMIT_ENTRY_DAMAGED;
        slice.damage = SLACKAUDIT_DAMAGE_SIZE;
    }
    if (++page->entries > LIMIT_PAGE_ENTRIES)
        return page_invalid(
            page, "more than %d entries at byte %zu", LIMIT_PAGE_ENTRIES, page->entry_begin);
    page->damaged += slice.damage != SLACKAUDIT_WHOLE;
    int result = entry_bytes(page, &slice);
    if (result < 0)
        return result;
    if (page->scan.kind == JSON_BROKEN) /* it reaches up to the next comma or bracket */
        while (slice.size > 0 &&
               (slice.data[slice.size - 1] == ' ' || slice.data[slice.size - 1] == '\t'))
            slice.size--;
    entry_fields_read(&page->fields, page->entry_begin, &slice);
    page->scan.damage = JSON_SOUND;
    result = page->on_entry == NULL ? 0 : page->on_entry(page->user, &slice);
    if (page->to_reset || page->to_free)
        return SLACKAUDIT_ERROR_CALLBACK; /* it wants no more of this body */
    return result < 0 ? result : 0;
}

/* Between the elements of `entries`. */
int page_entries_event(struct slackaudit_page *page, enum json_event event)
{
    if (event == JSON_CLOSE) {
        page_leave_to_top(page);
        return 0;
    }
    page->entry_begin = page->scan.token;
    entry_fields_clear(&page->fields);
    if (event == JSON_SCALAR)
        return yield(page, page->scan.token_end);
    page->place = PLACE_ENTRY;
    page->scan.line_break = false;
    page->scan.watch = page->scan.kind == JSON_OBJECT ? LEVEL_FIELD : LEVEL_ELEMENT;
    return 0;
}

static int entry_key(struct slackaudit_page *page)
{
    const char *raw = NULL;
    size_t size = 0;
    /* Past the limit a part of the key may be gone, with the piece that it came in. */
    if (page->scan.token_end - page->entry_begin > LIMIT_ENTRY)
        return 0;
    int result = page_string(page, &raw, &size);
    if (result == 0)
        entry_fields_key(&page->fields, raw, size, page->scan.escaped);
    return result;
}

int page_entry_event(struct slackaudit_page *page, enum json_event event)
{
    if (event == JSON_KEY)
        return entry_key(page);
    if (event == JSON_CLOSE && page->scan.levels.depth == LEVEL_ELEMENT) {
        page->place = PLACE_ENTRIES;
        page->scan.watch = LEVEL_ELEMENT;
        return yield(page, page->scan.token_end);
    }
    if (event != JSON_CLOSE)
        entry_fields_value(&page->fields, &page->scan);
    return 0;
}

/* The piece ends inside an element: it is carried, or its first part when it is too long. */
static int carry_element(struct slackaudit_page *page)
{
    size_t end = page->piece.offset + page->piece.size;
    size_t from = page->entry_begin;
    if (end - from <= LIMIT_ENTRY)
        return carry_keep(&page->carry, &page->piece, from, end);
    if (!page->salvage)
        return too_long(page);
    int result = carry_keep(&page->carry, &page->piece, from, from + LIMIT_ENTRY_DAMAGED);
    buffer_shrink(&page->carry.bytes, LIMIT_ENTRY_DAMAGED);
    return result;
}

int page_entries_carry(struct slackaudit_page *page)
{
    if (page->place == PLACE_ENTRY)
        return carry_element(page);
    if (!json_scan_in_token(&page->scan))
        return 0;
    page->entry_begin = page->scan.token; /* an element without brackets */
    return carry_element(page);
}
