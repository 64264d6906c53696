#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "slackaudit/page_parts.h"

int page_invalid(struct slackaudit_page *page, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(page->problem, sizeof(page->problem), format, arguments); /* cut if too long */
    va_end(arguments);
    return SLACKAUDIT_ERROR_INVALID;
}

int page_string(struct slackaudit_page *page, const char **ret_raw, size_t *ret_size)
{
    size_t from = page->scan.token + 1;
    size_t to = page->scan.token_end - 1;
    *ret_size = to - from;
    return carry_bytes(&page->carry, &page->piece, from, to, ret_raw);
}

static int on_event(struct slackaudit_page *page, enum json_event event)
{
    switch (page->place) {
    case PLACE_TOP:
        return page_top_event(page, event);
    case PLACE_METADATA:
        return page_metadata_event(page, event);
    case PLACE_ENTRIES:
        return page_entries_event(page, event);
    default:
        return page_entry_event(page, event);
    }
}

/* The piece ends. */
static int carry_rest(struct slackaudit_page *page)
{
    bool top = page->place == PLACE_TOP || page->place == PLACE_METADATA;
    return top ? page_top_carry(page) : page_entries_carry(page);
}

static int scan_piece(struct slackaudit_page *page)
{
    for (;;) {
        enum json_event event = json_scan_next(&page->scan, &page->piece);
        if (event == JSON_MORE)
            return carry_rest(page);
        if (event == JSON_FAILED)
            return page_invalid(page, "%s at byte %zu", json_problem_text(page->scan.problem),
                page->piece.offset + page->piece.at);
        int result = on_event(page, event);
        if (result < 0)
            return result;
    }
}

static int end_scan(struct slackaudit_page *page)
{
    switch (json_scan_end(&page->scan, page->piece.offset)) {
    case JSON_MORE:
        return 0;
    case JSON_SCALAR: /* a number and nothing else */
        return page_top_event(page, JSON_SCALAR);
    default:
        return page_invalid(page, "the body ends early, at byte %zu", page->piece.offset);
    }
}

int slackaudit_page_new(
    struct slackaudit_page **ret_page, bool salvage, slackaudit_page_entry on_entry, void *user)
{
    if (ret_page == NULL)
        return SLACKAUDIT_ERROR_INVALID;
    struct slackaudit_page *page = malloc(sizeof(*page));
    if (page == NULL)
        return SLACKAUDIT_ERROR_MEMORY;
    *page = (struct slackaudit_page){
        .on_entry = on_entry,
        .user = user,
        .carry = CARRY_INIT,
        .cursor = BUFFER_INIT(TEXT_RAW_SIZE),
        .error = BUFFER_INIT(TEXT_RAW_SIZE),
    };
    slackaudit_page_reset(page, salvage);
    *ret_page = page;
    return 0;
}

void slackaudit_page_free(struct slackaudit_page *page)
{
    if (page == NULL)
        return;
    if (page->feeding) {
        page->to_free = true;
        return;
    }
    carry_deinit(&page->carry);
    buffer_deinit(&page->cursor);
    buffer_deinit(&page->error);
    free(page);
}

void slackaudit_page_reset(struct slackaudit_page *page, bool salvage)
{
    if (page->feeding) {
        page->to_reset = true;
        page->salvage = salvage;
        return;
    }
    buffer_clear(&page->carry.bytes);
    buffer_clear(&page->cursor);
    buffer_clear(&page->error);
    buffer_shrink(&page->carry.bytes, LIMIT_ENTRY_DAMAGED); /* after a very long entry */
    *page = (struct slackaudit_page){
        .on_entry = page->on_entry,
        .user = page->user,
        .salvage = salvage,
        .carry.bytes = page->carry.bytes,
        .cursor = page->cursor,
        .error = page->error,
    };
    json_scan_init(&page->scan);
}

/* Does what the callback wanted to be done with the page. */
static int end_feeding(struct slackaudit_page *page)
{
    int result = page->result;
    page->feeding = false;
    if (page->to_free)
        slackaudit_page_free(page);
    else if (page->to_reset)
        slackaudit_page_reset(page, page->salvage);
    return result;
}

int slackaudit_page_feed(struct slackaudit_page *page, const char *data, size_t size)
{
    if (page == NULL)
        return SLACKAUDIT_ERROR_INVALID;
    if (page->feeding)
        return SLACKAUDIT_ERROR_INVALID;
    if (page->result < 0 || size == 0)
        return page->result;
    if (data == NULL)
        return page->result = page_invalid(page, "data is NULL");
    page->piece.data = data;
    page->piece.size = size;
    page->piece.at = 0;
    page->feeding = true;
    page->result = scan_piece(page);
    page->piece.offset += size;
    return end_feeding(page);
}

int slackaudit_page_finish(
    struct slackaudit_page *page, struct slackaudit_page_summary *ret_summary)
{
    if (page == NULL || page->feeding)
        return SLACKAUDIT_ERROR_INVALID;
    if (page->result < 0)
        return page->result;
    if (ret_summary == NULL)
        return page->result = page_invalid(page, "ret_summary is NULL");
    page->result = end_scan(page);
    if (page->result < 0)
        return page->result;
    const char *cursor = buffer_text(&page->cursor);
    const char *error = buffer_text(&page->error);
    if (cursor == NULL || error == NULL)
        return page->result = SLACKAUDIT_ERROR_MEMORY;
    *ret_summary = (struct slackaudit_page_summary){
        .has_entries = page->has_entries,
        .entries = page->entries,
        .damaged = page->damaged,
        .next_cursor = cursor,
        .error = error,
        .ok_is_false = page->ok_is_false,
    };
    return 0;
}

const char *slackaudit_page_problem(const struct slackaudit_page *page)
{
    return page->problem;
}
