/* Where a walk ends: the range of a query, whatever order, cursors and dates say. */
#include "check_main.h"
#include "slackaudit/entries_walk.h"

START_TEST(without_latest_the_time_of_the_first_answer_is_the_end_of_the_range)
{
    struct walk walk;
    walk_init(&walk);
    answer_page(&walk, "Date: Wed, 15 Nov 2023 00:00:00 GMT\r\n", "b:1700006399", "c1");
    answer_page(&walk, "Date: Wed, 15 Nov 2023 00:00:09 GMT\r\n", "x:1700006401 a:1700006390", "");
    walk_begin(&walk, &(struct slackaudit_query){.has_limit = true, .limit = 1});
    walk_all(&walk);
    ck_assert_str_eq(walk.ids, "ba");
    ck_assert_str_eq(walk.requests,
        "GET /audit/v1/logs?limit=1 HTTP/1.1\n"
        "GET /audit/v1/logs?latest=1700006400&limit=1&cursor=c1 HTTP/1.1\n");
    ck_assert_uint_eq(slackaudit_entries_progress(walk.entries).passed, 1);
    walk_deinit(&walk);
}
END_TEST

START_TEST(a_page_wholly_before_oldest_is_the_last_whatever_its_cursor_says)
{
    struct walk walk;
    walk_init(&walk);
    answer_page(&walk, "", "c:530 b:520 x:9", "c1");
    answer_page(&walk, "", "y:8 z:7", "c2");
    answer_page(&walk, "", "never:6", "");
    walk_begin(&walk, &(struct slackaudit_query){.has_oldest = true, .oldest = 510});
    walk_all(&walk);
    ck_assert_str_eq(walk.ids, "cb");
    ck_assert_uint_eq(walk.scene.server.requests, 2);
    ck_assert_uint_eq(slackaudit_entries_progress(walk.entries).passed, 3);
    walk_deinit(&walk);
}
END_TEST

START_TEST(entries_shortly_before_oldest_or_one_alone_do_not_end_the_walk)
{
    struct walk walk;
    walk_init(&walk);
    answer_page(&walk, "", "d:530", "c1");
    answer_page(&walk, "", "x:509 y:500", "c2"); /* the order may be off by a minute */
    answer_page(&walk, "", "c:515", "c3");
    answer_page(&walk, "", "z:0", "c4"); /* a wrong time */
    answer_page(&walk, "", "b:510", "");
    walk_begin(&walk, &(struct slackaudit_query){.has_oldest = true, .oldest = 510});
    walk_all(&walk);
    ck_assert_str_eq(walk.ids, "dcb");
    walk_deinit(&walk);
}
END_TEST

/* Some proxies answer with the date of another day. */
START_TEST(a_date_that_lags_behind_the_entries_cuts_nothing_off)
{
    struct walk walk;
    walk_init(&walk);
    answer_page(&walk, "Date: Wed, 15 Nov 2023 00:00:00 GMT\r\n", "c:1700006500", "c1");
    answer_page(&walk, "Date: Wed, 15 Nov 2023 00:00:01 GMT\r\n", "b:1700006450", "c2");
    answer_page(&walk, "Date: Wed, 15 Nov 2023 00:00:02 GMT\r\n", "a:1700006401", "");
    walk_begin(&walk, &(struct slackaudit_query){0});
    walk_all(&walk);
    ck_assert_str_eq(walk.ids, "cba");
    ck_assert_ptr_null(strstr(walk.requests, "latest"));
    walk_deinit(&walk);
}
END_TEST

START_TEST(a_date_before_oldest_is_no_end_of_the_range)
{
    struct walk walk;
    walk_init(&walk);
    answer_page(&walk, "Date: Wed, 15 Nov 2023 00:00:00 GMT\r\n", "", "c1");
    answer_page(&walk, "Date: Wed, 15 Nov 2023 00:00:01 GMT\r\n", "a:1700006500", "");
    walk_begin(&walk, &(struct slackaudit_query){.has_oldest = true, .oldest = 1700006450});
    walk_all(&walk);
    ck_assert_str_eq(walk.ids, "a");
    walk_deinit(&walk);
}
END_TEST

CHECK_MAIN("entries_range", without_latest_the_time_of_the_first_answer_is_the_end_of_the_range,
    a_page_wholly_before_oldest_is_the_last_whatever_its_cursor_says,
    entries_shortly_before_oldest_or_one_alone_do_not_end_the_walk,
    a_date_that_lags_behind_the_entries_cuts_nothing_off,
    a_date_before_oldest_is_no_end_of_the_range)
