/* No fault of a cursor loses or repeats an entry: one that is refused, one that comes again, one
 * that is the caller's own. */
#include "check_main.h"
#include "slackaudit/entries_walk.h"

START_TEST(a_cursor_that_is_refused_is_walked_around_and_nothing_is_told_twice)
{
    struct walk walk;
    walk_init(&walk);
    answer_page(&walk, "", "f:500 e:400 d:390", "c1");
    refuse_cursor(&walk);
    answer_page(&walk, "", "e:400 d:390 c:390", "c2");
    answer_page(&walk, "", "b:20", "");
    walk_begin(&walk, &(struct slackaudit_query){.has_oldest = true, .oldest = 1});
    walk_all(&walk);
    ck_assert_str_eq(walk.ids, "fedcb");
    check_contains(walk.requests, "logs?oldest=1&latest=450&limit=9999 HTTP/1.1\n");
    struct slackaudit_entries_progress progress = slackaudit_entries_progress(walk.entries);
    ck_assert_uint_eq(progress.restarts, 1);
    ck_assert_uint_eq(progress.passed, 2);
    walk_deinit(&walk);
}
END_TEST

START_TEST(a_cursor_that_comes_again_is_no_loop)
{
    struct walk walk;
    walk_init(&walk);
    answer_page(&walk, "", "e:500", "c1");
    answer_page(&walk, "", "d:400", "c2");
    answer_page(&walk, "", "c:300", "c1"); /* back to the first */
    answer_page(&walk, "", "c:300 b:200", "c9");
    answer_page(&walk, "", "a:100", "");
    walk_begin(&walk, &(struct slackaudit_query){0});
    walk_all(&walk);
    ck_assert_str_eq(walk.ids, "edcba");
    check_contains(walk.requests, "logs?latest=360&limit=9999 HTTP/1.1\n");
    ck_assert_uint_eq(slackaudit_entries_progress(walk.entries).restarts, 1);
    walk_deinit(&walk);
}
END_TEST

START_TEST(cursors_that_lead_nowhere_end_in_an_error_and_not_in_a_loop)
{
    struct walk walk;
    walk_init(&walk);
    answer_page(&walk, "", "b:500 a:500", "c1");
    for (int i = 0; i < 3; i++) {
        refuse_cursor(&walk);
        answer_page(&walk, "", "b:500 a:500", "c1");
    }
    refuse_cursor(&walk);
    answer_page(&walk, "", "c:500", ""); /* the API has recovered */
    walk_begin(&walk, &(struct slackaudit_query){0});
    struct slackaudit_problem problem = {0};
    int result;
    while ((result = walk_step(&walk, &problem)) == SLACKAUDIT_ENTRIES_ENTRY)
        continue;
    ck_assert_int_eq(result, SLACKAUDIT_ERROR_REFUSED);
    ck_assert_int_eq(problem.code, SLACKAUDIT_ERROR_REFUSED);
    check_contains(problem.text, "a cursor was refused, and the walk came no further");
    ck_assert_str_eq(walk.ids, "ba");
    ck_assert_uint_eq(walk.scene.server.requests, 8);
    walk_all(&walk); /* another try goes on */
    ck_assert_str_eq(walk.ids, "bac");
    walk_deinit(&walk);
}
END_TEST

START_TEST(a_walk_that_begins_anew_asks_for_no_time_that_is_still_to_come)
{
    struct walk walk;
    walk_init(&walk);
    answer_page(&walk, "Date: Wed, 15 Nov 2023 00:00:00 GMT\r\n", "b:1700006405", "c1");
    scene_answer(&walk.scene, "400 No", "Date: Wed, 15 Nov 2023 00:00:09 GMT\r\n", "");
    answer_page(&walk, "", "b:1700006405 a:1700006404", "");
    walk_begin(&walk, &(struct slackaudit_query){0});
    walk_all(&walk);
    ck_assert_str_eq(walk.ids, "ba");
    check_contains(walk.requests, "logs?latest=1700006409&limit=9999 HTTP/1.1\n");
    walk_deinit(&walk);
}
END_TEST

START_TEST(times_at_the_end_of_all_numbers_do_no_harm)
{
    struct walk walk;
    walk_init(&walk);
    answer_page(&walk, "", "d:9223372036854775807 c:9223372036854775800", "c1");
    refuse_cursor(&walk);
    answer_page(&walk, "", "c:9223372036854775800 b:-5 a:0", "");
    walk_begin(&walk, &(struct slackaudit_query){0});
    walk_all(&walk);
    ck_assert_str_eq(walk.ids, "dcba");
    walk_deinit(&walk);
}
END_TEST

START_TEST(entries_without_an_id_or_a_time_are_told_once_as_well)
{
    struct walk walk;
    walk_init(&walk);
    answer_page(&walk, "", "c:30 -:20 b:-", "c1");
    refuse_cursor(&walk);
    answer_page(&walk, "", "-:20 b:- a:20", "");
    walk_begin(&walk, &(struct slackaudit_query){0});
    walk_all(&walk);
    ck_assert_str_eq(walk.ids, "c-ba");
    walk_deinit(&walk);
}
END_TEST

START_TEST(a_walk_begins_at_the_callers_cursor_and_says_when_that_is_refused)
{
    struct walk walk;
    walk_init(&walk);
    refuse_cursor(&walk);
    answer_page(&walk, "", "c:30 b:25", "c8");
    refuse_cursor(&walk);
    answer_page(&walk, "", "c:30 b:25 a:24", "");
    walk_begin(&walk, &(struct slackaudit_query){.cursor = "c7"});
    struct slackaudit_problem problem = {0};
    ck_assert_int_eq(walk_step(&walk, &problem), SLACKAUDIT_ERROR_REFUSED);
    check_contains(problem.text, "no place to go on from but that cursor");
    walk_all(&walk);
    ck_assert_str_eq(walk.ids, "cba");
    check_contains(walk.requests,
        "logs?limit=9999&cursor=c7 HTTP/1.1\nGET /audit/v1/logs?limit=9999&cursor=c7 ");
    check_contains(walk.requests, "logs?latest=30&limit=9999 HTTP/1.1\n"); /* nothing newer */
    walk_deinit(&walk);
}
END_TEST

CHECK_MAIN("entries_cursor", a_cursor_that_is_refused_is_walked_around_and_nothing_is_told_twice,
    a_cursor_that_comes_again_is_no_loop,
    cursors_that_lead_nowhere_end_in_an_error_and_not_in_a_loop,
    a_walk_that_begins_anew_asks_for_no_time_that_is_still_to_come,
    times_at_the_end_of_all_numbers_do_no_harm,
    entries_without_an_id_or_a_time_are_told_once_as_well,
    a_walk_begins_at_the_callers_cursor_and_says_when_that_is_refused)
