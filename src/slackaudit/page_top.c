#include "base/json_text.h"
#include "slackaudit/page_parts.h"

static bool key_is_short(const struct slackaudit_page *page, size_t end)
{
    return end - page->scan.token <= JSON_KEY_RAW_SIZE + 2;
}

/* Keeps the string that has ended, decoded. */
static int keep_text(struct slackaudit_page *page, struct buffer *text, const char *name)
{
    const char *raw = NULL;
    size_t size = 0;
    if (page->scan.token_end - page->scan.token > TEXT_RAW_SIZE)
        return page_invalid(page, "%s of more than %zu bytes", name, LIMIT_CURSOR);
    int result = page_string(page, &raw, &size);
    if (result < 0)
        return result;
    result = buffer_reserve(text, size);
    if (result < 0)
        return result;
    text->size = json_text_decode(raw, size, text->data);
    if (text->size > LIMIT_CURSOR)
        return page_invalid(page, "%s of more than %zu bytes", name, LIMIT_CURSOR);
    if (text->size > 0 && memchr(text->data, '\0', text->size) != NULL)
        return page_invalid(page, "a NUL character in %s at byte %zu", name, page->scan.token);
    return 0;
}

static int read_key(struct slackaudit_page *page, const char *const *names, size_t count)
{
    const char *raw = NULL;
    size_t size = 0;
    page->key = KEY_OTHER;
    if (!key_is_short(page, page->scan.token_end))
        return 0;
    int result = page_string(page, &raw, &size);
    if (result < 0)
        return result;
    for (size_t i = 0; i < count; i++)
        if (names[i] != NULL && json_text_is(raw, size, page->scan.escaped, names[i]))
            page->key = (enum page_key)i;
    return 0;
}

static int top_key(struct slackaudit_page *page)
{
    static const char *const names[] = {
        [KEY_ENTRIES] = "entries",
        [KEY_METADATA] = "response_metadata",
        [KEY_OK] = "ok",
        [KEY_ERROR] = "error",
    };
    int result = read_key(page, names, sizeof(names) / sizeof(names[0]));
    if (result < 0)
        return result;
    if (page->key == KEY_ENTRIES && page->entries_seen)
        return page_invalid(page, "entries a second time at byte %zu", page->scan.token);
    /* What came twice counts as it was last. */
    if (page->key == KEY_ENTRIES)
        page->entries_seen = true;
    if (page->key == KEY_METADATA)
        buffer_clear(&page->cursor);
    if (page->key == KEY_ERROR)
        buffer_clear(&page->error);
    if (page->key == KEY_OK)
        page->ok_is_false = false;
    return 0;
}

static int top_scalar(struct slackaudit_page *page)
{
    if (page->scan.levels.depth == 0)
        return page_invalid(page, "the body is not an object");
    if (page->key == KEY_OK)
        page->ok_is_false = page->scan.kind == JSON_FALSE;
    if (page->key == KEY_ERROR && page->scan.kind == JSON_STRING)
        return keep_text(page, &page->error, "error");
    return 0;
}

static int top_open(struct slackaudit_page *page)
{
    bool is_array = page->scan.kind == JSON_ARRAY;
    if (page->scan.levels.depth == LEVEL_TOP) {
        if (is_array)
            return page_invalid(page, "the body is not an object");
        page->scan.watch = LEVEL_TOP;
    } else if (page->key == KEY_ENTRIES && is_array) {
        page->has_entries = true;
        page->place = PLACE_ENTRIES;
        page->scan.watch = LEVEL_ELEMENT;
        page->scan.salvage = page->salvage ? LEVEL_ELEMENT : 0;
    } else if (page->key == KEY_METADATA && !is_array) {
        page->place = PLACE_METADATA;
        page->scan.watch = LEVEL_METADATA;
    }
    return 0;
}

int page_top_event(struct slackaudit_page *page, enum json_event event)
{
    switch (event) {
    case JSON_KEY:
        return top_key(page);
    case JSON_SCALAR:
        return top_scalar(page);
    case JSON_OPEN:
        return top_open(page);
    default:
        return 0; /* the end of a value that does not matter, or of the page */
    }
}

void page_leave_to_top(struct slackaudit_page *page)
{
    page->place = PLACE_TOP;
    page->key = KEY_OTHER;
    page->scan.watch = LEVEL_TOP;
    page->scan.salvage = 0;
}

int page_metadata_event(struct slackaudit_page *page, enum json_event event)
{
    static const char *const names[] = {[KEY_CURSOR] = "next_cursor"};
    if (event == JSON_CLOSE) {
        if (page->scan.levels.depth == LEVEL_TOP)
            page_leave_to_top(page);
        return 0;
    }
    if (event == JSON_KEY) {
        int result = read_key(page, names, sizeof(names) / sizeof(names[0]));
        if (page->key == KEY_CURSOR)
            buffer_clear(&page->cursor);
        return result;
    }
    if (page->key != KEY_CURSOR || page->scan.kind == JSON_NULL)
        return 0;
    if (page->scan.kind == JSON_STRING)
        return keep_text(page, &page->cursor, "next_cursor");
    /* To take it for the end of the walk could lose what lies behind it. */
    return page_invalid(page, "next_cursor is not a string at byte %zu", page->scan.token);
}

int page_top_carry(struct slackaudit_page *page)
{
    const struct json_scan *scan = &page->scan;
    size_t end = page->piece.offset + page->piece.size;
    if (!json_scan_in_token(scan) || scan->levels.depth > scan->watch)
        return 0;
    bool text = page->key == KEY_CURSOR || page->key == KEY_ERROR;
    bool wanted =
        scan->is_key ? key_is_short(page, end) : text && end - scan->token <= TEXT_RAW_SIZE;
    return wanted ? carry_keep(&page->carry, &page->piece, scan->token, end) : 0;
}
