/*
 * The page splitter on whole pages: which entries it yields, what it finds in them and what it
 * tells about the page, the same however the body is cut.
 */
#include "check_main.h"
#include "slackaudit/page_feed.h"

#define END_LINE(count) "page entries=" count " damaged=0 cursor= error= ok=-\n"

START_TEST(entries_are_yielded_byte_for_byte)
{
    EXPECT("{\"entries\":[{\"id\":\"a-1\",\"date_create\":1521214343,\"action\":\"user_login\","
           "\"big\":12345678901234567890123,\"exact\":1.10e+002,\"text\":\"\\u00e9\\/\","
           "\"name\":\"Zo\xc3\xab \xe5\xb1\xb1 \xf0\x9f\x98\x80\"},{}, { \"x\" : [ 1 ] }\t]}",
        "{\"id\":\"a-1\",\"date_create\":1521214343,\"action\":\"user_login\","
        "\"big\":12345678901234567890123,\"exact\":1.10e+002,\"text\":\"\\u00e9\\/\","
        "\"name\":\"Zo\xc3\xab \xe5\xb1\xb1 \xf0\x9f\x98\x80\"} id=a-1 action=user_login "
        "date=1521214343 whole\n"
        "{} id=- action=- date=- whole\n"
        "{ \"x\" : [ 1 ] } id=- action=- date=- whole\n" END_LINE("3"));
}
END_TEST

START_TEST(a_line_break_between_tokens_becomes_a_space)
{
    EXPECT("{\r\n \"entries\" : [\n  {\r\n    \"id\"\n:\"a\\nb\",\n\t\"list\": [\n1\r,\n2]\n  },\n"
           "  {\"id\":\"c\"}\n ]\n}\n",
        "{      \"id\" :\"a\\nb\", \t\"list\": [ 1 , 2]   } id=a\\nb action=- date=- whole\n"
        "{\"id\":\"c\"} id=c action=- date=- whole\n" END_LINE("2"));
}
END_TEST

START_TEST(fields_are_found_at_the_first_level_only)
{
    EXPECT("{\"id\":\"page\",\"entries\":[{\"actor\":{\"id\":\"u\",\"action\":\"x\"},\"list\":[{"
           "\"id\":\"v\"}],\"action\":\"y\",\"details\":{\"date_create\":7,\"deep\":{\"id\":\"w\"}}"
           "}],\"action\":\"page\"}",
        "{\"actor\":{\"id\":\"u\",\"action\":\"x\"},\"list\":[{\"id\":\"v\"}],\"action\":\"y\","
        "\"details\":{\"date_create\":7,\"deep\":{\"id\":\"w\"}}} id=- action=y date=- "
        "whole\n" END_LINE("1"));
}
END_TEST

START_TEST(a_key_may_be_spelled_with_escapes)
{
    EXPECT("{\"\\u0065ntries\":[{\"\\u0069d\":\"a\",\"date\\u005fcreate\":5,"
           "\"\\u0061\\u0063\\u0074\\u0069\\u006f\\u006E\":\"b\",\"\\ud83d\\ude00\":0,"
           "\"i\\u0064\\u0000\":\"c\",\"i\\td\":1}]}",
        "{\"\\u0069d\":\"a\",\"date\\u005fcreate\":5,"
        "\"\\u0061\\u0063\\u0074\\u0069\\u006f\\u006E\":\"b\",\"\\ud83d\\ude00\":0,"
        "\"i\\u0064\\u0000\":\"c\",\"i\\td\":1} id=a action=b date=5 whole\n" END_LINE("1"));
}
END_TEST

START_TEST(the_last_of_duplicate_keys_counts)
{
    EXPECT("{\"entries\":[{\"id\":\"a\",\"id\":\"b\",\"date_create\":1,\"date_create\":2},"
           "{\"id\":\"a\",\"\\u0069d\":{\"id\":\"b\"},\"action\":\"x\",\"action\":null,"
           "\"date_create\":1,\"date_create\":\"2\"}]}",
        "{\"id\":\"a\",\"id\":\"b\",\"date_create\":1,\"date_create\":2} id=b action=- date=2 "
        "whole\n"
        "{\"id\":\"a\",\"\\u0069d\":{\"id\":\"b\"},\"action\":\"x\",\"action\":null,"
        "\"date_create\":1,\"date_create\":\"2\"} id=- action=- date=- whole\n" END_LINE("2"));
}
END_TEST

START_TEST(a_field_of_another_type_is_absent)
{
    EXPECT("{\"entries\":[{\"id\":\"\",\"action\":[\"x\"],\"date_create\":1.0},{\"id\":1,\"action\""
           ":true,\"date_create\":-1},{\"date_create\":9223372036854775807},{\"date_create\":"
           "9223372036854775808},{\"date_create\":1e3},{\"date_create\":0}]}",
        "{\"id\":\"\",\"action\":[\"x\"],\"date_create\":1.0} id=- action=- date=- whole\n"
        "{\"id\":1,\"action\":true,\"date_create\":-1} id=- action=- date=- whole\n"
        "{\"date_create\":9223372036854775807} id=- action=- date=9223372036854775807 whole\n"
        "{\"date_create\":9223372036854775808} id=- action=- date=- whole\n"
        "{\"date_create\":1e3} id=- action=- date=- whole\n"
        "{\"date_create\":0} id=- action=- date=0 whole\n" END_LINE("6"));
}
END_TEST

START_TEST(an_id_past_its_limit_counts_as_none)
{
    for (size_t size = LIMIT_ENTRY_ID; size <= LIMIT_ENTRY_ID + 1; size++) {
        char id[LIMIT_ENTRY_ID + 2] = "";
        memset(id, 'i', size);
        struct buffer body = BUFFER_INIT(MIB(1)), expected = BUFFER_INIT(MIB(1));
        ck_assert_int_eq(buffer_printf(&body, "{\"entries\":[{\"id\":\"%s\"}]}", id), 0);
        ck_assert_int_eq(
            buffer_printf(&expected, "{\"id\":\"%s\"} id=%s action=- date=- whole\n" END_LINE("1"),
                id, size <= LIMIT_ENTRY_ID ? id : "-"),
            0);
        expect_told(buffer_slice(&body), false, buffer_text(&expected));
        buffer_deinit(&body);
        buffer_deinit(&expected);
    }
}
END_TEST

START_TEST(an_element_that_is_no_object_is_yielded_as_it_is)
{
    EXPECT(
        "{\"entries\":[ 12 ,\"a\\\"b\", -0.5e1,null,true , false,[\n{\"id\":\"x\"}],\"id\",\"\"]}",
        "12 id=- action=- date=- whole\n\"a\\\"b\" id=- action=- date=- whole\n"
        "-0.5e1 id=- action=- date=- whole\nnull id=- action=- date=- whole\n"
        "true id=- action=- date=- whole\nfalse id=- action=- date=- whole\n"
        "[ {\"id\":\"x\"}] id=- action=- date=- whole\n\"id\" id=- action=- date=- whole\n"
        "\"\" id=- action=- date=- whole\n" END_LINE("9"));
}
END_TEST

START_TEST(the_top_is_read_in_any_order_and_unknown_keys_are_passed_over)
{
    EXPECT("{\"x\":{\"entries\":[1],\"error\":\"no\"},\"response_metadata\":{\"messages\":[\"m\"],"
           "\"next_cursor\":\"dXNlcjo=\",\"x\":{\"next_cursor\":\"no\"}},\"error\":\"e\",\"ok\":"
           "false,\"entries\":[{\"id\":\"a\"}],\"y\":[[{\"entries\":[2]}]]}",
        "{\"id\":\"a\"} id=a action=- date=- whole\n"
        "page entries=1 damaged=0 cursor=dXNlcjo= error=e ok=false\n");
    EXPECT("{\"ok\":false,\"error\":\"invalid_cursor\"}",
        "page entries=0 damaged=0 cursor= error=invalid_cursor ok=false no entries\n");
    EXPECT("{}", "page entries=0 damaged=0 cursor= error= ok=- no entries\n");
    EXPECT(" {\"entries\":[ ]} ", END_LINE("0"));
}
END_TEST

START_TEST(a_long_key_is_none_that_is_looked_for)
{
    struct buffer body = BUFFER_INIT(MIB(1));
    char key[400] = "";
    memset(key, 'k', sizeof(key) - 1);
    ck_assert_int_eq(buffer_printf(&body,
                         "{\"%s\":\"entries\",\"response_metadata\":{\"%s\":1,\"next_cursor\":"
                         "\"c\"},\"entries\":[{\"%s\":\"id\",\"id\":\"%s\",\"id\":\"i\"}]}",
                         key, key, key, key),
        0);
    struct buffer told = BUFFER_INIT(MIB(1));
    tell_slice(&told, buffer_slice(&body), false);
    ck_assert_ptr_nonnull(strstr(buffer_text(&told), "} id=i action=- date=- whole\n"));
    ck_assert_ptr_nonnull(strstr(buffer_text(&told), "page entries=1 damaged=0 cursor=c"));
    buffer_deinit(&told);
    buffer_deinit(&body);
}
END_TEST

START_TEST(the_cursor_is_decoded)
{
    EXPECT("{\"entries\":[],\"response_metadata\":{\"next_cursor\":\"a\\u003d\\/\\\\\\\"\\b\\f\\t"
           "\\u00E9\\ud83d\\ude00\xc3\xab\"}}",
        "page entries=0 damaged=0 cursor=a=/\\\"\b\f\t\xc3\xa9\xf0\x9f\x98\x80\xc3\xab error= "
        "ok=-\n");
    EXPECT("{\"entries\":[],\"response_metadata\":{\"next_cursor\":\"\\ud800-\\udc00\\udc01-\\ud800"
           "\\ud83d\\ude00\\ud800\"}}",
        "page entries=0 damaged=0 "
        "cursor=\xef\xbf\xbd-\xef\xbf\xbd\xef\xbf\xbd-\xef\xbf\xbd\xf0\x9f\x98\x80"
        "\xef\xbf\xbd error= ok=-\n");
}
END_TEST

START_TEST(an_empty_null_or_absent_cursor_is_empty)
{
    EXPECT("{\"entries\":[],\"response_metadata\":{\"next_cursor\":\"\"}}", END_LINE("0"));
    EXPECT("{\"entries\":[],\"response_metadata\":{\"next_cursor\":null}}", END_LINE("0"));
    EXPECT("{\"entries\":[],\"response_metadata\":{}}", END_LINE("0"));
    EXPECT("{\"entries\":[],\"response_metadata\":null}", END_LINE("0"));
    EXPECT("{\"entries\":[],\"response_metadata\":[\"next_cursor\"]}", END_LINE("0"));
    /* The last of duplicate keys counts here too. */
    EXPECT("{\"entries\":[],\"response_metadata\":{\"next_cursor\":\"a\",\"next_cursor\":null}}",
        END_LINE("0"));
    EXPECT(
        "{\"entries\":[],\"response_metadata\":{\"next_cursor\":\"a\"},\"response_metadata\":{}}",
        END_LINE("0"));
    EXPECT("{\"ok\":false,\"error\":\"a\",\"entries\":[],\"error\":1,\"ok\":0}", END_LINE("0"));
    EXPECT("{\"ok\":false,\"error\":\"a\",\"entries\":[],\"error\":{},\"ok\":[]}", END_LINE("0"));
}
END_TEST

START_TEST(a_cursor_that_cannot_be_kept_makes_the_page_invalid)
{
    EXPECT("{\"entries\":[],\"response_metadata\":{\"next_cursor\":12}}",
        "invalid: next_cursor is not a string at byte 49\n");
    EXPECT("{\"entries\":[],\"response_metadata\":{\"next_cursor\":{\"a\":1}}}",
        "invalid: next_cursor is not a string at byte 49\n");
    EXPECT("{\"entries\":[],\"response_metadata\":{\"next_cursor\":\"a\\u0000b\"}}",
        "invalid: a NUL character in next_cursor at byte 49\n");
}
END_TEST

/* A page whose cursor has `count` characters spelled `spelling`. */
static void expect_cursor(const char *spelling, size_t count, bool valid)
{
    struct buffer body = BUFFER_INIT(MIB(1)), told = BUFFER_INIT(MIB(1));
    ck_assert_int_eq(
        buffer_append_text(&body, "{\"entries\":[],\"response_metadata\":{\"next_cursor\":\""), 0);
    for (size_t i = 0; i < count; i++)
        ck_assert_int_eq(buffer_append_text(&body, spelling), 0);
    ck_assert_int_eq(buffer_append_text(&body, "\"}}"), 0);
    const size_t pieces[] = {1, 1000, body.size};
    for (size_t i = 0; i < 3; i++) {
        buffer_clear(&told);
        feed_cut(&told, buffer_slice(&body), false, pieces[i], pieces[i]);
        const char *text = buffer_text(&told);
        if (valid)
            ck_assert_uint_eq(
                strspn(text + strlen("page entries=0 damaged=0 cursor="), "c"), count);
        else
            ck_assert_str_eq(text, "invalid: next_cursor of more than 8192 bytes\n");
    }
    buffer_deinit(&body);
    buffer_deinit(&told);
}

START_TEST(a_cursor_up_to_its_limit_is_kept)
{
    expect_cursor("c", LIMIT_CURSOR, true);
    expect_cursor("\\u0063", LIMIT_CURSOR, true);
    expect_cursor("c", LIMIT_CURSOR + 1, false);
    expect_cursor("\\u0063", LIMIT_CURSOR + 1, false);
    expect_cursor("c", 10 * LIMIT_CURSOR, false);
}
END_TEST

START_TEST(a_body_without_one_array_of_entries_says_so)
{
    EXPECT("{\"entries\":[1],\"entries\":[2]}",
        "1 id=- action=- date=- whole\ninvalid: entries a second time at byte 15\n");
    EXPECT(
        "{\"entries\":null,\"\\u0065ntries\":[2]}", "invalid: entries a second time at byte 16\n");
    EXPECT("{\"entries\":{\"entries\":[1]}}",
        "page entries=0 damaged=0 cursor= error= ok=- no entries\n");
    EXPECT("{\"entries\":null}", "page entries=0 damaged=0 cursor= error= ok=- no entries\n");
}
END_TEST

START_TEST(a_body_that_is_no_whole_object_is_invalid)
{
    EXPECT("", "invalid: the body ends early, at byte 0\n");
    EXPECT("\n ", "invalid: the body ends early, at byte 2\n");
    EXPECT("<!DOCTYPE html>", "invalid: unexpected byte at byte 0\n");
    EXPECT("[1]", "invalid: the body is not an object\n");
    EXPECT("\"entries\"", "invalid: the body is not an object\n");
    EXPECT("null ", "invalid: the body is not an object\n");
    EXPECT("12", "invalid: the body is not an object\n");
    EXPECT("{\"entries\":[{\"id\":\"a\"},{\"id\"",
        "{\"id\":\"a\"} id=a action=- date=- whole\ninvalid: the body ends early, at byte 28\n");
    EXPECT("{\"entries\":[]", "invalid: the body ends early, at byte 13\n");
    EXPECT("{\"entries\":[]} {", "invalid: unexpected byte at byte 15\n");
}
END_TEST

static int refuse_second(void *user, const struct slackaudit_entry_slice *entry)
{
    int *count = user;
    (void)entry; /* only counted */
    return ++*count == 2 ? -42 : 0;
}

START_TEST(a_callback_that_refuses_ends_the_feed_until_the_next_reset)
{
    static const char body[] = "{\"entries\":[1,2,3]}";
    struct slackaudit_page *page = NULL;
    struct slackaudit_page_summary summary;
    int count = 0;
    ck_assert_int_eq(slackaudit_page_new(&page, false, refuse_second, &count), 0);
    ck_assert_int_eq(slackaudit_page_feed(page, body, strlen(body)), -42);
    ck_assert_int_eq(count, 2);
    ck_assert_int_eq(slackaudit_page_feed(page, "4", 1), -42);
    ck_assert_int_eq(slackaudit_page_finish(page, &summary), -42);
    slackaudit_page_reset(page, false);
    ck_assert_int_eq(slackaudit_page_feed(page, body, strlen(body)), 0);
    ck_assert_int_eq(slackaudit_page_finish(page, &summary), 0);
    ck_assert_uint_eq(summary.entries, 3);
    ck_assert_int_eq(count, 5);
    slackaudit_page_free(page);
    slackaudit_page_free(NULL);
}
END_TEST

/* What a callback does with the page that calls it. */
struct meddler {
    struct slackaudit_page *page;
    bool resets, frees;
    unsigned told;
};

static int meddle(void *user, const struct slackaudit_entry_slice *entry)
{
    struct meddler *meddler = user;
    struct slackaudit_page_summary summary;
    meddler->told++;
    ck_assert_int_eq(slackaudit_page_feed(meddler->page, "1", 1), SLACKAUDIT_ERROR_INVALID);
    ck_assert_int_eq(slackaudit_page_finish(meddler->page, &summary), SLACKAUDIT_ERROR_INVALID);
    if (meddler->resets)
        slackaudit_page_reset(meddler->page, true);
    if (meddler->frees)
        slackaudit_page_free(meddler->page);
    ck_assert_int_eq(entry->data[0], '{'); /* still there */
    return 0;
}

START_TEST(a_callback_can_reset_and_free_the_page_and_is_refused_to_feed_it)
{
    static const char body[] = "{\"entries\":[{\"a\":\n1},{\"b\":2}]}";
    struct meddler meddler = {0};
    struct slackaudit_page_summary summary;
    ck_assert_int_eq(slackaudit_page_new(&meddler.page, false, meddle, &meddler), 0);
    ck_assert_int_eq(slackaudit_page_feed(meddler.page, body, strlen(body)), 0);
    ck_assert_int_eq(slackaudit_page_finish(meddler.page, &summary), 0);
    ck_assert_uint_eq(meddler.told, 2); /* what was refused has done no harm */

    slackaudit_page_reset(meddler.page, false);
    meddler.resets = true;
    ck_assert_int_eq(
        slackaudit_page_feed(meddler.page, body, strlen(body)), SLACKAUDIT_ERROR_CALLBACK);
    ck_assert_uint_eq(meddler.told, 3); /* no more of that body */
    meddler.resets = false;
    ck_assert_int_eq(slackaudit_page_feed(meddler.page, body, strlen(body)), 0);
    ck_assert_int_eq(slackaudit_page_finish(meddler.page, &summary), 0);
    ck_assert_uint_eq(summary.entries, 2);

    slackaudit_page_reset(meddler.page, false);
    meddler.frees = true;
    ck_assert_int_eq(
        slackaudit_page_feed(meddler.page, body, strlen(body)), SLACKAUDIT_ERROR_CALLBACK);
    ck_assert_uint_eq(meddler.told, 6);
}
END_TEST

START_TEST(a_reset_forgets_the_page_before)
{
    static const char first[] = "{\"ok\":false,\"error\":\"x\",\"response_metadata\":{\"next_"
                                "cursor\":\"c\"},\"entries\":[{";
    struct buffer told = BUFFER_INIT(MIB(1));
    struct slackaudit_page *page = NULL;
    ck_assert_int_eq(slackaudit_page_new(&page, true, write_entry, &told), 0);
    ck_assert_int_eq(slackaudit_page_feed(page, first, strlen(first)), 0);
    slackaudit_page_reset(page, false);
    ck_assert_str_eq(slackaudit_page_problem(page), "");
    ck_assert_int_eq(slackaudit_page_feed(page, "{\"entries\":[]", 13), 0);
    ck_assert_int_eq(slackaudit_page_feed(page, NULL, 0), 0);
    write_end(&told, page, slackaudit_page_feed(page, "}", 1));
    ck_assert_str_eq(buffer_text(&told), END_LINE("0"));
    slackaudit_page_free(page);
    buffer_deinit(&told);
}
END_TEST

CHECK_MAIN("page", entries_are_yielded_byte_for_byte, a_line_break_between_tokens_becomes_a_space,
    fields_are_found_at_the_first_level_only, a_key_may_be_spelled_with_escapes,
    the_last_of_duplicate_keys_counts, a_field_of_another_type_is_absent,
    an_id_past_its_limit_counts_as_none, an_element_that_is_no_object_is_yielded_as_it_is,
    the_top_is_read_in_any_order_and_unknown_keys_are_passed_over,
    a_long_key_is_none_that_is_looked_for, the_cursor_is_decoded,
    an_empty_null_or_absent_cursor_is_empty, a_cursor_that_cannot_be_kept_makes_the_page_invalid,
    a_cursor_up_to_its_limit_is_kept, a_body_without_one_array_of_entries_says_so,
    a_body_that_is_no_whole_object_is_invalid,
    a_callback_that_refuses_ends_the_feed_until_the_next_reset,
    a_callback_can_reset_and_free_the_page_and_is_refused_to_feed_it,
    a_reset_forgets_the_page_before)
