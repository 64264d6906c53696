#include "simulator/logs.h"

#include "base/units.h"
#include "simulator/cursor.h"
#include "simulator/page.h"

enum { PURPOSE_SHORT = 60, PURPOSE_END };

int logs_refuse_cursor(const struct api *api, struct answer *answer)
{
    if (api->settings.bare_cursor_errors)
        return answer_set_text(answer, 400, "text/html; charset=utf-8", "");
    return answer_set_error(answer, 400, "invalid_cursor");
}

/* The position that the cursor names. Returns 0 or ERROR_INVALID for a stale or made-up one. */
static int read_cursor(
    const struct api *api, const char *text, int64_t now_us, uint64_t *ret_position)
{
    struct cursor cursor;
    int64_t ttl_us = api->settings.cursor_ttl_us;
    int r = cursor_decode(text, api->history->timeline.seed, &cursor);
    if (r < 0)
        return r;
    if (ttl_us > 0 && now_us - cursor.given_at_us > ttl_us)
        return ERROR_INVALID;
    *ret_position = cursor.position;
    return 0;
}

/* Now and then a page is shorter than it could be, and one in four of these has nothing in it. */
static uint32_t shorten(const struct api *api, uint32_t number, uint32_t limit)
{
    struct dice dice = {.state = dice_of(api->history->timeline.seed, PURPOSE_SHORT, number)};
    if (!dice_is_within(dice_roll(&dice), api->settings.short_percent))
        return limit;
    return dice_below(&dice, 4) == 0 ? 0 : dice_below(&dice, limit);
}

int logs_answer(const struct api *api, struct call *call, struct answer *answer)
{
    struct query query;
    uint64_t position = UINT64_MAX;
    uint64_t seed = api->history->timeline.seed;
    const char *refusal =
        query_read(&query, call->request, call->now_us / USEC_PER_SEC, api->settings.enabled_since);
    if (refusal != NULL)
        return answer_set_error(answer, 400, refusal);
    if (query.cursor != NULL && read_cursor(api, query.cursor, call->now_us, &position) < 0)
        return logs_refuse_cursor(api, answer);
    struct page page = {
        .query = &query,
        .length = history_length(api->history, call->now_us),
        .position = position,
        .now_us = call->now_us,
        .limit = shorten(api, call->number, query.limit),
        .optimistic = (uint32_t)api->settings.optimistic,
        .number = call->number,
        .end = (enum page_end)(dice_of(seed, PURPOSE_END, call->number) % PAGE_ENDS),
        .repeats_cursor = call->fault.kind == FAULT_REPEAT_CURSOR,
        .repeats_entries = call->fault.kind == FAULT_REPEAT_ENTRIES,
        .is_reversed = call->fault.kind == FAULT_WRONG_ORDER,
        .is_outside = call->fault.kind == FAULT_OUTSIDE,
    };
    call->is_page = true;
    return page_append(api->history, &page, &answer->body, &call->entries);
}
