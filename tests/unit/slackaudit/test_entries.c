/* All entries of a query: pages follow one another by themselves, and each entry is told once. The
 * iterator may go at any time. */
#include "check_main.h"
#include "slackaudit/entries_walk.h"

START_TEST(pages_follow_one_another_with_oldest_and_latest_beside_each_cursor)
{
    struct walk walk;
    walk_init(&walk);
    answer_page(&walk, "", "e:50 d:40", "c1=");
    answer_page(&walk, "", "c:30", "c2");
    answer_page(&walk, "", "", "c3"); /* an empty page is not the end */
    answer_page(&walk, "", "b:20 a:10", "");
    walk_begin(&walk, &(struct slackaudit_query){.has_oldest = true,
                          .oldest = 10,
                          .has_latest = true,
                          .latest = 50,
                          .action = "a",
                          .extras = {.query = (const char *const[]){"more", "1", NULL}}});
    walk_all(&walk);
    ck_assert_str_eq(walk.ids, "edcba");
    ck_assert_str_eq(walk.requests,
        "GET /audit/v1/logs?oldest=10&latest=50&limit=9999&action=a&more=1 HTTP/1.1\n"
        "GET /audit/v1/logs?oldest=10&latest=50&limit=9999&action=a&cursor=c1%3D&more=1 HTTP/1.1\n"
        "GET /audit/v1/logs?oldest=10&latest=50&limit=9999&action=a&cursor=c2&more=1 HTTP/1.1\n"
        "GET /audit/v1/logs?oldest=10&latest=50&limit=9999&action=a&cursor=c3&more=1 HTTP/1.1\n");
    struct slackaudit_entries_progress progress = slackaudit_entries_progress(walk.entries);
    ck_assert_uint_eq(progress.entries, 5);
    ck_assert_uint_eq(progress.pages, 4);
    ck_assert_uint_eq(progress.passed, 0);
    ck_assert_int_eq(progress.reached, 10);
    ck_assert_int_eq(walk_step(&walk, NULL), SLACKAUDIT_ENTRIES_END); /* and stays there */
    ck_assert_uint_eq(walk.scene.server.requests, 4);
    walk_deinit(&walk);
}
END_TEST

START_TEST(a_page_that_failed_can_be_asked_for_again)
{
    struct walk walk;
    walk_init(&walk);
    answer_page(&walk, "", "b:20", "c1");
    scene_answer(&walk.scene, "503 Service Unavailable", "", "");
    scene_answer(
        &walk.scene, "401 Unauthorized", "", "{\"ok\":false,\"error\":\"invalid_authentication\"}");
    answer_page(&walk, "", "a:10", "");
    walk_begin(&walk, &(struct slackaudit_query){0});
    struct slackaudit_problem problem = {0};
    ck_assert_int_eq(walk_step(&walk, &problem), SLACKAUDIT_ENTRIES_ENTRY);
    ck_assert_int_eq(walk_step(&walk, &problem), SLACKAUDIT_ERROR_REFUSED);
    check_contains(problem.text, "status 503");
    ck_assert_int_eq(walk_step(&walk, &problem), SLACKAUDIT_ERROR_REFUSED);
    check_contains(problem.text, "invalid_authentication");
    walk_all(&walk);
    ck_assert_str_eq(walk.ids, "ba");
    ck_assert_uint_eq(walk.scene.server.requests, 4);
    walk_deinit(&walk);
}
END_TEST

START_TEST(entries_of_an_attempt_that_breaks_off_are_not_told)
{
    struct walk walk;
    walk_init(&walk);
    scene_daemon_stack(&walk.scene);
    scene_step(&walk.scene, STEP_ANSWER_AND_RESET,
        "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n"
        "{\"entries\":[{\"id\":\"x\",\"date_create\":30},{\"id\":\"b\",\"date_create\":20},");
    answer_page(&walk, "", "b:20 a:10", "");
    walk_begin(&walk, &(struct slackaudit_query){0});
    walk_all(&walk);
    ck_assert_str_eq(walk.ids, "ba");
    walk_deinit(&walk);
}
END_TEST

START_TEST(an_entry_at_the_edge_of_two_pages_is_told_once)
{
    struct walk walk;
    walk_init(&walk);
    answer_page(&walk, "", "c:30 b:20", "c1");
    answer_page(&walk, "", "b:20 a:20", "");
    walk_begin(&walk, &(struct slackaudit_query){0});
    walk_all(&walk);
    ck_assert_str_eq(walk.ids, "cba");
    ck_assert_uint_eq(slackaudit_entries_progress(walk.entries).passed, 1);
    walk_deinit(&walk);
}
END_TEST

START_TEST(a_page_that_the_cap_allows_is_held_however_small_its_entries_are)
{
    struct walk walk;
    struct buffer body = BUFFER_INIT(KIB(64));
    walk_init(&walk);
    ck_assert_int_eq(buffer_append_text(&body, "{\"entries\":[0"), 0);
    for (int i = 1; i < 5000; i++)
        ck_assert_int_eq(buffer_printf(&body, ",%d", i), 0);
    ck_assert_int_eq(buffer_append_text(&body, "]}"), 0);
    scene_answer(&walk.scene, "200 OK", "", buffer_text(&body));
    struct slackaudit_options options = scene_options(&walk.scene);
    options.response_limit = body.size;
    scene_client(&walk.scene, &options);
    ck_assert_int_eq(slackaudit_entries_new(&walk.entries, walk.scene.client,
                         &(struct slackaudit_query){0}, false, NULL),
        0);
    slackaudit_entries_on_ready(walk.entries, on_ready, &walk);
    for (int i = 0; i < 5000; i++) {
        struct slackaudit_problem problem = {0};
        int code = walk_step(&walk, &problem);
        ck_assert_msg(code == SLACKAUDIT_ENTRIES_ENTRY, "%s", problem.text);
        walk.ids[0] = '\0';
    }
    ck_assert_int_eq(walk_step(&walk, NULL), SLACKAUDIT_ENTRIES_END);
    buffer_deinit(&body);
    walk_deinit(&walk);
}
END_TEST

START_TEST(a_page_past_the_cap_is_an_error)
{
    struct walk walk;
    walk_init(&walk);
    answer_page(&walk, "", "c:30 b:20 a:10", "");
    struct slackaudit_options options = scene_options(&walk.scene);
    options.response_limit = 60;
    scene_client(&walk.scene, &options);
    ck_assert_int_eq(slackaudit_entries_new(&walk.entries, walk.scene.client,
                         &(struct slackaudit_query){0}, false, NULL),
        0);
    slackaudit_entries_on_ready(walk.entries, on_ready, &walk);
    struct slackaudit_problem problem = {0};
    ck_assert_int_eq(walk_step(&walk, &problem), SLACKAUDIT_ERROR_LIMIT);
    check_contains(problem.text, "response_limit");
    ck_assert_str_eq(walk.ids, "");
    walk_deinit(&walk);
}
END_TEST

START_TEST(an_iterator_can_go_while_a_page_is_under_way)
{
    struct walk walk;
    walk_init(&walk);
    scene_step(&walk.scene, STEP_STALL, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{");
    walk_begin(&walk, &(struct slackaudit_query){0});
    struct slackaudit_entry_slice entry;
    ck_assert_int_eq(slackaudit_entries_try(walk.entries, &entry, NULL), SLACKAUDIT_ENTRIES_WAIT);
    ck_assert_int_eq(slackaudit_entries_try(walk.entries, &entry, NULL), SLACKAUDIT_ENTRIES_WAIT);
    while (walk.scene.server.requests == 0)
        scene_turn(&walk.scene);
    slackaudit_entries_free(walk.entries);
    walk.entries = NULL;
    ck_assert_int_eq(slackaudit_engine_turn(walk.scene.engine, 0), 0);
    ck_assert_uint_eq(walk.ready, 0);
    walk_deinit(&walk);
}
END_TEST

static void free_when_ready(void *user)
{
    struct walk *walk = user;
    walk->ready++;
    slackaudit_entries_free(walk->entries);
    walk->entries = NULL;
}

START_TEST(an_iterator_can_go_when_it_is_told_ready)
{
    struct walk walk;
    walk_init(&walk);
    answer_page(&walk, "", "a:10", "");
    walk_begin(&walk, &(struct slackaudit_query){0});
    slackaudit_entries_on_ready(walk.entries, free_when_ready, &walk);
    struct slackaudit_entry_slice entry;
    ck_assert_int_eq(slackaudit_entries_try(walk.entries, &entry, NULL), SLACKAUDIT_ENTRIES_WAIT);
    while (walk.ready == 0)
        scene_turn(&walk.scene);
    walk_deinit(&walk);
}
END_TEST

START_TEST(a_query_out_of_bounds_is_refused_by_name)
{
    struct walk walk;
    walk_init(&walk);
    scene_client(&walk.scene, NULL);
    struct slackaudit_problem problem = {0};
    struct slackaudit_client *client = walk.scene.client;
    ck_assert_int_eq(
        slackaudit_entries_new(&walk.entries, client,
            &(struct slackaudit_query){.has_limit = true, .limit = 10000}, false, &problem),
        SLACKAUDIT_ERROR_INVALID);
    check_contains(problem.text, "limit is 10000");
    ck_assert_int_eq(slackaudit_entries_new(&walk.entries, client, NULL, false, &problem),
        SLACKAUDIT_ERROR_INVALID);
    check_contains(problem.text, "query is NULL");
    ck_assert_int_eq(
        slackaudit_entries_new(&walk.entries, NULL, &(struct slackaudit_query){0}, false, &problem),
        SLACKAUDIT_ERROR_INVALID);
    check_contains(problem.text, "client is NULL");
    ck_assert_ptr_null(walk.entries);
    walk_deinit(&walk);
}
END_TEST

CHECK_MAIN("entries", pages_follow_one_another_with_oldest_and_latest_beside_each_cursor,
    a_page_that_failed_can_be_asked_for_again, entries_of_an_attempt_that_breaks_off_are_not_told,
    an_entry_at_the_edge_of_two_pages_is_told_once,
    a_page_that_the_cap_allows_is_held_however_small_its_entries_are,
    a_page_past_the_cap_is_an_error, an_iterator_can_go_while_a_page_is_under_way,
    an_iterator_can_go_when_it_is_told_ready, a_query_out_of_bounds_is_refused_by_name)
