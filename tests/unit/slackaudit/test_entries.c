/* All entries of a query: pages follow one another by themselves, and no fault of a cursor loses or
 * repeats an entry. */
#include "slackaudit/entries.h"

#include "check_main.h"
#include "slackaudit/client_scene.h"

struct walk {
    struct scene scene;
    struct slackaudit_entries *entries;
    char ids[256]; /* of what was told, in order */
    char requests[2048];
    unsigned ready;
};

static void on_ready(void *user)
{
    ((struct walk *)user)->ready++;
}

static void walk_init(struct walk *walk)
{
    *walk = (struct walk){0};
    scene_init(&walk->scene);
}

static void walk_deinit(struct walk *walk)
{
    slackaudit_entries_free(walk->entries);
    scene_deinit(&walk->scene);
}

static void walk_begin(struct walk *walk, const struct slackaudit_query *query)
{
    scene_client(&walk->scene, NULL);
    struct slackaudit_problem problem = {0};
    int code = slackaudit_entries_new(&walk->entries, walk->scene.client, query, false, &problem);
    ck_assert_msg(code == 0, "%s", problem.text);
    slackaudit_entries_on_ready(walk->entries, on_ready, walk);
}

/* A page of entries "ID:SECOND ID:SECOND", an id or a time left out where it is "-". */
static void answer_page(
    struct walk *walk, const char *headers, const char *list, const char *next_cursor)
{
    struct buffer body = BUFFER_INIT(KIB(64));
    ck_assert_int_eq(buffer_append_text(&body, "{\"entries\":["), 0);
    char copy[512];
    (void)snprintf(copy, sizeof(copy), "%s", list);
    const char *separator = "";
    for (char *item = strtok(copy, " "); item != NULL; item = strtok(NULL, " ")) {
        char *time = strchr(item, ':');
        *time++ = '\0';
        ck_assert_int_ge(buffer_printf(&body, "%s{\"action\":\"a\"", separator), 0);
        if (*item != '-')
            ck_assert_int_ge(buffer_printf(&body, ",\"id\":\"%s\"", item), 0);
        if (*time != '-')
            ck_assert_int_ge(buffer_printf(&body, ",\"date_create\":%s", time), 0);
        ck_assert_int_eq(buffer_append_text(&body, "}"), 0);
        separator = ",";
    }
    ck_assert_int_ge(
        buffer_printf(&body, "],\"response_metadata\":{\"next_cursor\":\"%s\"}}", next_cursor), 0);
    scene_answer(&walk->scene, "200 OK", headers, buffer_text(&body));
    buffer_deinit(&body);
}

static void refuse_cursor(struct walk *walk)
{
    scene_answer(&walk->scene, "400 Bad Request", "", "<html>no</html>");
}

/* Turns until the iterator answers something else than WAIT, and notes it. */
static int walk_step(struct walk *walk, struct slackaudit_problem *problem)
{
    struct slackaudit_entry_slice entry;
    int result;
    while ((result = slackaudit_entries_try(walk->entries, &entry, problem)) ==
           SLACKAUDIT_ENTRIES_WAIT) {
        unsigned before = walk->ready;
        while (walk->ready == before)
            scene_turn(&walk->scene);
        const char *request = buffer_text(&walk->scene.server.last_request);
        size_t end = strcspn(request, "\r");
        strncat(walk->requests, request, end);
        strcat(walk->requests, "\n");
    }
    if (result == SLACKAUDIT_ENTRIES_ENTRY) {
        if (entry.id == NULL)
            strcat(walk->ids, "-");
        else
            strncat(walk->ids, entry.id, entry.id_size);
    }
    return result;
}

/* To the end; an error fails the test. */
static void walk_all(struct walk *walk)
{
    struct slackaudit_problem problem = {0};
    int result;
    while ((result = walk_step(walk, &problem)) == SLACKAUDIT_ENTRIES_ENTRY)
        continue;
    ck_assert_msg(result == SLACKAUDIT_ENTRIES_END, "%s", problem.text);
}

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
    without_latest_the_time_of_the_first_answer_is_the_end_of_the_range,
    a_cursor_that_is_refused_is_walked_around_and_nothing_is_told_twice,
    a_cursor_that_comes_again_is_no_loop,
    cursors_that_lead_nowhere_end_in_an_error_and_not_in_a_loop,
    a_page_that_failed_can_be_asked_for_again, entries_of_an_attempt_that_breaks_off_are_not_told,
    an_entry_at_the_edge_of_two_pages_is_told_once,
    a_page_wholly_before_oldest_is_the_last_whatever_its_cursor_says,
    entries_shortly_before_oldest_or_one_alone_do_not_end_the_walk,
    a_date_that_lags_behind_the_entries_cuts_nothing_off,
    a_date_before_oldest_is_no_end_of_the_range,
    a_walk_that_begins_anew_asks_for_no_time_that_is_still_to_come,
    times_at_the_end_of_all_numbers_do_no_harm,
    a_page_that_the_cap_allows_is_held_however_small_its_entries_are,
    entries_without_an_id_or_a_time_are_told_once_as_well,
    a_walk_begins_at_the_callers_cursor_and_says_when_that_is_refused,
    a_page_past_the_cap_is_an_error, an_iterator_can_go_while_a_page_is_under_way,
    an_iterator_can_go_when_it_is_told_ready, a_query_out_of_bounds_is_refused_by_name)
