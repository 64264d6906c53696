#include "simulator/page.h"

#include "base/cleanup.h"
#include "simulator/cursor.h"

/* What an entry is taken to need until it is written. */
enum { ENTRY_BYTES_GUESS = 1 << 10 };

/* The entries of a page by index, in the order of sending. */
struct selection {
    uint64_t *indexes;
    uint32_t count;
    uint64_t top, bottom; /* the range: indexes in [bottom, top) */
    uint64_t next;        /* the following page begins below this index; == bottom: there is none */
    size_t bytes;         /* about */
};

static void add(const struct history *history, struct selection *selection, uint64_t index)
{
    selection->indexes[selection->count++] = index;
    selection->bytes += ENTRY_BYTES_GUESS + history->entry_size;
    if (odd_at(&history->odd, index) == ODD_HUGE)
        selection->bytes += ODD_HUGE_SIZE;
}

static bool is_wanted(const struct history *history, const struct page *page, uint64_t index)
{
    struct entry entry;
    if (!history_is_visible(history, index, page->now_us))
        return false;
    if (query_filter_is_empty(&page->query->filter))
        return true;
    history_draw(history, index, &entry);
    return query_filter_matches(&page->query->filter, &entry, history->vocabulary);
}

/* Whether the page, which has `taken` entries of its own, takes one more: up to its limit, and past
 * it to finish the second of its last entry. */
static bool takes_more(const struct history *history, const struct page *page,
    const struct selection *selection, uint32_t taken)
{
    if (selection->bytes > PAGE_BYTES_MOST)
        return false;
    if (taken < page->limit)
        return true;
    if (taken == 0 || taken >= page->limit + page->optimistic)
        return false;
    return history_date(history, selection->next - 1) ==
           history_date(history, selection->indexes[selection->count - 1]);
}

static void select_entries(
    const struct history *history, const struct page *page, struct selection *selection)
{
    uint32_t taken = 0;
    for (uint32_t i = 0; i < PAGE_SEARCH_MOST; i++) {
        if (selection->next <= selection->bottom || !takes_more(history, page, selection, taken))
            return;
        selection->next--;
        if (!is_wanted(history, page, selection->next))
            continue;
        add(history, selection, selection->next);
        taken++;
    }
}

/* The last entries of the page before, which ended at `start`. */
static void select_repeated(const struct history *history, const struct page *page,
    struct selection *selection, uint64_t start)
{
    uint64_t above = selection->top - start;
    for (uint64_t i = above < PAGE_OVERLAP ? above : PAGE_OVERLAP; i > 0; i--) {
        if (is_wanted(history, page, start + i - 1))
            add(history, selection, start + i - 1);
    }
}

/* The nearest entries outside the range. */
static void select_newer(
    const struct history *history, const struct page *page, struct selection *selection)
{
    for (uint64_t i = PAGE_OUTSIDE; i > 0; i--) {
        if (selection->top + i - 1 < page->length)
            add(history, selection, selection->top + i - 1);
    }
}

static void select_older(const struct history *history, struct selection *selection)
{
    for (uint64_t i = 1; i <= PAGE_OUTSIDE && i <= selection->bottom; i++)
        add(history, selection, selection->bottom - i);
}

static void reverse(struct selection *selection)
{
    for (uint32_t i = 0; i < selection->count / 2; i++) {
        uint64_t index = selection->indexes[i];
        selection->indexes[i] = selection->indexes[selection->count - 1 - i];
        selection->indexes[selection->count - 1 - i] = index;
    }
}

static int select_page(
    const struct history *history, const struct page *page, struct selection *selection)
{
    size_t most = (size_t)page->limit + page->optimistic + PAGE_OVERLAP + 2 * PAGE_OUTSIDE + 1;
    selection->indexes = calloc(most, sizeof(*selection->indexes));
    if (selection->indexes == NULL)
        return ERROR_MEMORY;
    selection->top = history_first_at(history, page->query->latest + 1, page->length);
    selection->bottom = history_first_at(history, page->query->oldest, page->length);
    uint64_t start = page->position < selection->top ? page->position : selection->top;
    if (start < selection->bottom)
        start = selection->bottom;
    selection->next = start;
    if (page->is_outside)
        select_newer(history, page, selection);
    if (page->repeats_entries)
        select_repeated(history, page, selection, start);
    select_entries(history, page, selection);
    if (page->repeats_entries && selection->count > 0)
        add(history, selection, selection->indexes[selection->count - 1]);
    if (page->is_outside)
        select_older(history, selection);
    if (page->is_reversed)
        reverse(selection);
    return 0;
}

static int append_entries(const struct history *history, const struct selection *selection,
    bool is_pretty, struct buffer *body)
{
    for (uint32_t i = 0; i < selection->count; i++) {
        struct entry entry;
        int r = i == 0 ? 0 : buffer_append_text(body, is_pretty ? ",\n  " : ",");
        if (r < 0)
            return r;
        history_draw(history, selection->indexes[i], &entry);
        r = history_append(history, &entry, HISTORY_SERVED, body);
        if (r < 0)
            return r;
    }
    return 0;
}

/* A cursor as a JSON string, with its solidus escaped as Slack's own writer does it. */
static int append_cursor(struct buffer *body, const char *cursor)
{
    int r = buffer_append_text(body, ",\"response_metadata\":{\"next_cursor\":\"");
    for (; *cursor != '\0' && r == 0; cursor++) {
        if (*cursor == '/')
            r = buffer_append_byte(body, '\\');
        if (r == 0)
            r = buffer_append_byte(body, *cursor);
    }
    return r < 0 ? r : buffer_append_text(body, "\"}");
}

static int append_metadata(const struct history *history, const struct page *page,
    const struct selection *selection, struct buffer *body)
{
    static const char *const ends[PAGE_ENDS] = {
        [PAGE_END_EMPTY] = ",\"response_metadata\":{\"next_cursor\":\"\"}",
        [PAGE_END_NULL] = ",\"response_metadata\":{\"next_cursor\":null}",
        [PAGE_END_ABSENT] = ",\"response_metadata\":{}",
        [PAGE_END_NO_METADATA] = "",
    };
    char text[CURSOR_TEXT_SIZE];
    struct cursor cursor = {.position = selection->next, .given_at_us = page->now_us};
    const char *next = NULL;
    if (page->repeats_cursor)
        next = page->query->cursor;
    else if (selection->next > selection->bottom)
        next = cursor_encode(&cursor, history->timeline.seed, page->number, text);
    if (next == NULL)
        return buffer_append_text(body, ends[page->end]);
    return append_cursor(body, next);
}

int page_append(const struct history *history, const struct page *page, struct buffer *body,
    uint32_t *ret_entries)
{
    struct selection selection = {0};
    int r = select_page(history, page, &selection);
    _cleanup_free_ uint64_t *indexes = selection.indexes;
    if (r < 0)
        return r;
    bool is_pretty = selection.count > 0 && history_is_pretty(history, indexes[0]);
    r = buffer_append_text(body, is_pretty ? "{\n\"entries\": [\n  " : "{\"entries\":[");
    if (r == 0)
        r = append_entries(history, &selection, is_pretty, body);
    if (r == 0)
        r = buffer_append_text(body, is_pretty ? "\n]\n" : "]");
    if (r == 0)
        r = append_metadata(history, page, &selection, body);
    if (r == 0)
        r = buffer_append_text(body, is_pretty ? "\n}\n" : "}");
    if (r == 0)
        *ret_entries = selection.count;
    return r;
}
