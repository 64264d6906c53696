/* Walks through /logs: what a client must be able to rely on, and what it must not. */
#include "check_main.h"

#include "simulator/api_case.h"

enum { FROM = CASE_NOW - 100000, TO = CASE_NOW - 1000 };

static void open_plain(struct api_case *test, int64_t entries)
{
    struct api_settings settings = case_settings(entries, FROM, TO);
    case_open(test, &settings);
}

START_TEST(a_walk_gives_every_entry_once_newest_first_whatever_the_limit)
{
    static const char *const targets[] = {"/audit/v1/logs?limit=1000", "/logs?limit=999",
        "/logs?limit=7", "/logs?limit=9999", "/logs?limit=100000", "/logs?limit=100&oldest=0"};
    _cleanup_(case_close) struct api_case test = {0};
    _cleanup_(case_walk_deinit) struct case_walk expected = {0};
    open_plain(&test, 3000);
    case_expected(test.api, "/_sim/expected", &expected);
    ck_assert_uint_eq(expected.count, 3000);
    for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
        _cleanup_(case_walk_deinit) struct case_walk walk = {0};
        case_walk_from(test.api, targets[i], &walk);
        case_assert_mirrored(&walk, &expected);
    }
}
END_TEST

START_TEST(a_page_has_a_hundred_entries_unless_told_otherwise)
{
    _cleanup_(case_close) struct api_case test = {0};
    _cleanup_(case_page_deinit) struct case_page page;
    open_plain(&test, 3000);
    case_page_get(test.api, "/logs?oldest=0", &page);
    ck_assert_uint_eq(json_length(page.entries), 100);
}
END_TEST

START_TEST(oldest_and_latest_are_inclusive)
{
    _cleanup_(case_close) struct api_case test = {0};
    open_plain(&test, 3000);
    for (uint64_t index = 100; index < 2900; index += 97) {
        char target[128];
        int64_t oldest = history_date(test.api->history, index);
        int64_t latest = history_date(test.api->history, index + 50);
        uint64_t count = history_first_at(test.api->history, latest + 1, 3000) -
                         history_first_at(test.api->history, oldest, 3000);
        _cleanup_(case_page_deinit) struct case_page page;
        snprintf(target, sizeof(target), "/logs?limit=500&oldest=%lld&latest=%lld",
            (long long)oldest, (long long)latest);
        case_page_get(test.api, target, &page);
        ck_assert_uint_eq(json_length(page.entries), count);
        ck_assert_int_eq(case_page_date(&page, 0), latest);
        ck_assert_int_eq(case_page_date(&page, count - 1), oldest);
        ck_assert(case_page_is_last(&page));
    }
}
END_TEST

START_TEST(a_cursor_forgets_oldest_and_walks_through_all_history)
{
    char target[256];
    _cleanup_(case_close) struct api_case test = {0};
    _cleanup_(case_page_deinit) struct case_page page;
    _cleanup_(case_walk_deinit) struct case_walk bounded = {0}, unbounded = {0};
    open_plain(&test, 3000);
    int64_t oldest = history_date(test.api->history, 2000);
    snprintf(target, sizeof(target), "/logs?limit=500&oldest=%lld", (long long)oldest);
    case_page_get(test.api, target, &page);
    snprintf(target, sizeof(target), "/logs?limit=500&oldest=%lld&cursor=%s", (long long)oldest,
        page.cursor);
    case_walk_from(test.api, target, &bounded);
    ck_assert_uint_le(bounded.count, 504);
    snprintf(target, sizeof(target), "/logs?limit=500&cursor=%s", page.cursor);
    _cleanup_(case_page_deinit) struct case_page next;
    case_page_get(test.api, target, &next);
    case_walk_from(test.api, "/logs?limit=500", &unbounded);
    ck_assert_str_eq(case_page_id(&next, 0), unbounded.ids[500]);
    ck_assert(!case_page_is_last(&next));
    ck_assert_uint_eq(unbounded.count, 3000);
}
END_TEST

START_TEST(a_walk_may_end_with_an_empty_cursor_with_null_or_with_none)
{
    static const char *const ends[] = {
        "\"next_cursor\":\"\"", "\"next_cursor\":null", "\"response_metadata\":{}}", "}}]}"};
    size_t seen[4] = {0}, others = 0;
    _cleanup_(case_close) struct api_case test = {0};
    open_plain(&test, 5);
    for (int i = 0; i < 100; i++) {
        _cleanup_(case_page_deinit) struct case_page page;
        case_page_get(test.api, "/logs?limit=10", &page);
        const char *text = buffer_text(&page.answer.body);
        bool is_known = false;
        for (size_t end = 0; end < 3; end++) {
            seen[end] += strstr(text, ends[end]) != NULL;
            is_known = is_known || strstr(text, ends[end]) != NULL;
        }
        seen[3] += !is_known && strstr(text, "response_metadata") == NULL;
        others += !case_page_is_last(&page);
    }
    for (size_t end = 0; end < 4; end++)
        ck_assert_uint_gt(seen[end], 10);
    ck_assert_uint_eq(others, 0);
}
END_TEST

START_TEST(filters_and_together_and_are_forgotten_by_the_cursor_too)
{
    _cleanup_(case_close) struct api_case test = {0};
    _cleanup_(case_walk_deinit) struct case_walk walk = {0}, expected = {0}, all = {0}, one = {0};
    _cleanup_(case_page_deinit) struct case_page page;
    char target[256];
    open_plain(&test, 5000);
    case_walk_from(test.api, "/logs?limit=50&action=user_login,file_downloaded", &walk);
    case_expected(test.api, "/_sim/expected?action=user_login,file_downloaded", &expected);
    case_expected(test.api, "/_sim/expected", &all);
    ck_assert_uint_gt(walk.count, 500);
    ck_assert_uint_lt(walk.count, 1000);
    ck_assert_uint_eq(all.count, 5000);
    case_assert_mirrored(&walk, &expected);

    case_page_get(test.api, "/logs?limit=1&action=file_uploaded", &page);
    const struct json_value *entry = json_at(page.entries, 0);
    const char *actor = json_string(json_get(json_get(json_get(entry, "actor"), "user"), "id"));
    const char *entity = json_string(json_get(json_get(json_get(entry, "entity"), "file"), "id"));
    ck_assert_str_eq(json_string(json_get(entry, "action")), "file_uploaded");
    snprintf(target, sizeof(target), "/logs?limit=50&actor=%s&entity=%s", actor, entity);
    case_walk_from(test.api, target, &one);
    ck_assert_uint_ge(one.count, 1);
    ck_assert_uint_le(one.count, 5);
    ck_assert_str_eq(one.ids[0], case_page_id(&page, 0));
    ck_assert_uint_eq(one.pages, 1);
}
END_TEST

START_TEST(a_long_search_for_few_entries_is_cut_into_pages_with_cursors)
{
    _cleanup_(case_close) struct api_case test = {0};
    _cleanup_(case_walk_deinit) struct case_walk walk = {0};
    open_plain(&test, 2500000);
    case_walk_from(test.api, "/logs?action=no_such_action", &walk);
    ck_assert_uint_eq(walk.count, 0);
    ck_assert_uint_eq(walk.pages, 3);
    ck_assert_uint_eq(walk.empty_pages, 3);
}
END_TEST

START_TEST(an_optimistic_page_finishes_the_last_second_within_its_bound)
{
    struct api_settings settings = case_settings(2000, FROM, TO);
    settings.history.timeline.burst = 500;
    settings.optimistic = 150;
    _cleanup_(case_close) struct api_case test = {0};
    _cleanup_(case_walk_deinit) struct case_walk walk = {0}, expected = {0};
    case_open(&test, &settings);
    size_t most = 0;
    char target[256] = "/logs?limit=100";
    for (bool is_last = false; !is_last;) {
        _cleanup_(case_page_deinit) struct case_page page;
        case_page_get(test.api, target, &page);
        size_t count = json_length(page.entries);
        most = count > most ? count : most;
        for (size_t i = 100; i < count; i++)
            ck_assert_int_eq(case_page_date(&page, i), case_page_date(&page, 99));
        is_last = case_page_is_last(&page);
        if (!is_last)
            snprintf(target, sizeof(target), "/logs?limit=100&cursor=%s", page.cursor);
    }
    ck_assert_uint_eq(most, 100 + 150); /* the burst is longer than that */
    case_walk_from(test.api, "/logs?limit=100", &walk);
    case_expected(test.api, "/_sim/expected", &expected);
    case_assert_mirrored(&walk, &expected);
}
END_TEST

START_TEST(short_and_empty_pages_are_not_the_end)
{
    struct api_settings settings = case_settings(3000, FROM, TO);
    settings.short_percent = 60;
    _cleanup_(case_close) struct api_case test = {0};
    _cleanup_(case_walk_deinit) struct case_walk walk = {0}, expected = {0};
    case_open(&test, &settings);
    case_walk_from(test.api, "/logs?limit=50", &walk);
    case_expected(test.api, "/_sim/expected", &expected);
    case_assert_mirrored(&walk, &expected);
    ck_assert_uint_gt(walk.pages, 70);
    ck_assert_uint_gt(walk.empty_pages, 3);
}
END_TEST

START_TEST(live_entries_appear_as_time_goes_on_and_do_not_disturb_a_walk)
{
    struct api_settings settings = case_settings(100, FROM, CASE_NOW);
    settings.history.timeline.live_per_second = 10;
    _cleanup_(case_close) struct api_case test = {0};
    _cleanup_(case_page_deinit) struct case_page first, second, fresh;
    char target[256];
    case_open(&test, &settings);
    clock_advance(test.clock, 10 * USEC_PER_SEC);
    case_page_get(test.api, "/logs?limit=60", &first);
    clock_advance(test.clock, 10 * USEC_PER_SEC);
    snprintf(target, sizeof(target), "/logs?limit=60&cursor=%s", first.cursor);
    case_page_get(test.api, target, &second);
    ck_assert_int_eq(case_page_date(&first, 0), CASE_NOW + 10);
    ck_assert_int_le(case_page_date(&second, 0), case_page_date(&first, 59));
    ck_assert_int_ge(case_page_date(&second, 0), case_page_date(&first, 59) - 1);
    case_page_get(test.api, "/logs?limit=300", &fresh);
    ck_assert_uint_eq(json_length(fresh.entries), 300);
    ck_assert_int_eq(case_page_date(&fresh, 0), CASE_NOW + 20);
}
END_TEST

START_TEST(late_entries_are_missing_at_first_and_are_there_later)
{
    struct api_settings settings = case_settings(0, FROM, CASE_NOW);
    settings.history.timeline.live_per_second = 20;
    settings.history.late_percent = 25;
    settings.history.late_by_us = 60 * USEC_PER_SEC;
    _cleanup_(case_close) struct api_case test = {0};
    _cleanup_(case_walk_deinit) struct case_walk early = {0}, later = {0}, expected = {0};
    char target[128];
    case_open(&test, &settings);
    clock_advance(test.clock, 100 * USEC_PER_SEC);
    snprintf(target, sizeof(target), "/logs?limit=500&latest=%d", CASE_NOW + 99);
    case_walk_from(test.api, target, &early);
    snprintf(target, sizeof(target), "/_sim/expected?latest=%d", CASE_NOW + 99);
    case_expected(test.api, target, &expected);
    ck_assert_uint_lt(early.count, expected.count - 100);
    clock_advance(test.clock, 60 * USEC_PER_SEC);
    snprintf(target, sizeof(target), "/logs?limit=500&latest=%d", CASE_NOW + 99);
    case_walk_from(test.api, target, &later);
    case_assert_mirrored(&later, &expected);
}
END_TEST

START_TEST(expected_gives_each_entry_as_a_line_with_exactly_the_bytes_of_the_page)
{
    struct api_settings settings = case_settings(400, FROM, TO);
    ck_assert_int_eq(odd_plan_add(&settings.history.odd, "duplicate-id=3", NULL), 0);
    ck_assert_int_eq(odd_plan_add(&settings.history.odd, "not-an-object=3", NULL), 0);
    ck_assert_int_eq(odd_plan_add(&settings.history.odd, "invalid-utf8=3", NULL), 0);
    _cleanup_(case_close) struct api_case test = {0};
    _cleanup_(answer_deinit) struct answer page = ANSWER_INIT, good = ANSWER_INIT,
                                           damaged = ANSWER_INIT;
    size_t lines = 0;
    case_open(&test, &settings);
    case_get(test.api, "/logs?limit=1000", &page);
    case_get(test.api, "/_sim/expected", &good);
    case_get(test.api, "/_sim/expected?damaged=1", &damaged);
    struct buffer *both[] = {&good.body, &damaged.body};
    for (size_t i = 0; i < 2; i++) {
        const char *line = both[i]->data, *end = line + both[i]->size;
        for (const char *stop; line < end; line = stop + 1, lines++) {
            stop = memchr(line, '\n', (size_t)(end - line));
            ck_assert_ptr_nonnull(stop);
            ck_assert_ptr_nonnull(
                memmem(page.body.data, page.body.size, line, (size_t)(stop - line)));
        }
    }
    ck_assert_uint_eq(lines, 397);
    ck_assert_str_eq(good.content_type, "application/x-ndjson");
}
END_TEST

START_TEST(huge_entries_make_shorter_pages_and_none_is_lost)
{
    struct api_settings settings = case_settings(100, FROM, TO);
    ck_assert_int_eq(odd_plan_add(&settings.history.odd, "huge=30", NULL), 0);
    _cleanup_(case_close) struct api_case test = {0};
    _cleanup_(case_walk_deinit) struct case_walk walk = {0};
    case_open(&test, &settings);
    case_walk_from(test.api, "/logs?limit=1000", &walk);
    ck_assert_uint_eq(walk.count, 100);
    ck_assert_uint_ge(walk.pages, 3);
}
END_TEST

CHECK_MAIN("walk", a_walk_gives_every_entry_once_newest_first_whatever_the_limit,
    a_page_has_a_hundred_entries_unless_told_otherwise, oldest_and_latest_are_inclusive,
    a_cursor_forgets_oldest_and_walks_through_all_history,
    a_walk_may_end_with_an_empty_cursor_with_null_or_with_none,
    filters_and_together_and_are_forgotten_by_the_cursor_too,
    a_long_search_for_few_entries_is_cut_into_pages_with_cursors,
    an_optimistic_page_finishes_the_last_second_within_its_bound,
    short_and_empty_pages_are_not_the_end,
    live_entries_appear_as_time_goes_on_and_do_not_disturb_a_walk,
    late_entries_are_missing_at_first_and_are_there_later,
    expected_gives_each_entry_as_a_line_with_exactly_the_bytes_of_the_page,
    huge_entries_make_shorter_pages_and_none_is_lost)
