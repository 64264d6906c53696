/*
 * slackaudit_entry_look(): the same fields as the splitter finds, in an entry that stands alone.
 */
#include "check_main.h"
#include "slackaudit/page_feed.h"

static void expect_look(struct slice text, const char *expected)
{
    struct slackaudit_entry_slice entry;
    struct buffer told = BUFFER_INIT(MIB(1));
    char *copy = malloc(text.size); /* so that AddressSanitizer sees a read past its end */
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, text.data, text.size);
    ck_assert_int_eq(slackaudit_entry_look(copy, text.size, &entry), 0);
    ck_assert_int_eq(write_entry(&told, &entry), 0);
    ck_assert_str_eq(buffer_text(&told), expected);
    free(copy);
    buffer_deinit(&told);
}

#define LOOK(text, expected) expect_look(SLICE_LITERAL(text), expected)

START_TEST(the_fields_of_an_entry_are_found)
{
    LOOK("{\"id\":\"a\",\"x\":{\"id\":\"b\"},\"date_\\u0063reate\":12,\"action\":\"c\\/\","
         "\"id\":\"d\"}",
        "{\"id\":\"a\",\"x\":{\"id\":\"b\"},\"date_\\u0063reate\":12,\"action\":\"c\\/\","
        "\"id\":\"d\"} id=d action=c\\/ date=12 whole\n");
    LOOK("{}", "{} id=- action=- date=- whole\n");
    LOOK("{\"id\":[\"a\"],\"action\":\"\"}",
        "{\"id\":[\"a\"],\"action\":\"\"} id=- action=- date=- whole\n");
}
END_TEST

START_TEST(the_slice_has_no_white_space_around_it)
{
    LOOK(" \n{ \"id\":\"a\" }\n ", "{ \"id\":\"a\" } id=a action=- date=- whole\n");
    LOOK(" 12 ", "12 id=- action=- date=- whole\n");
}
END_TEST

START_TEST(any_json_value_is_an_entry)
{
    LOOK("12", "12 id=- action=- date=- whole\n");
    LOOK("-0.5", "-0.5 id=- action=- date=- whole\n");
    LOOK("\"id\"", "\"id\" id=- action=- date=- whole\n");
    LOOK("null", "null id=- action=- date=- whole\n");
    LOOK("[{\"id\":\"a\"},\"id\",\"b\"]", "[{\"id\":\"a\"},\"id\",\"b\"] id=- action=- date=- "
                                          "whole\n");
}
END_TEST

START_TEST(what_is_no_json_is_refused_and_the_result_untouched)
{
    static const char *const texts[] = {
        "", " ", "-", "1.", "nul", "\"a", "{\"id\":\"a\"", "{\"id\":\"\xff\"}", "{} {}", "{}x"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct slackaudit_entry_slice entry = {.size = 4711};
        ck_assert_int_eq(
            slackaudit_entry_look(texts[i], strlen(texts[i]), &entry), SLACKAUDIT_ERROR_INVALID);
        ck_assert_uint_eq(entry.size, 4711);
    }
}
END_TEST

START_TEST(an_entry_past_the_limit_is_refused)
{
    struct slackaudit_entry_slice entry;
    char *text = malloc(LIMIT_ENTRY + 1);
    ck_assert_ptr_nonnull(text);
    memset(text, '1', LIMIT_ENTRY + 1);
    ck_assert_int_eq(slackaudit_entry_look(text, LIMIT_ENTRY, &entry), 0);
    ck_assert_int_eq(
        slackaudit_entry_look(text, LIMIT_ENTRY + 1, &entry), SLACKAUDIT_ERROR_INVALID);
    free(text);
}
END_TEST

CHECK_MAIN("entry_look", the_fields_of_an_entry_are_found, the_slice_has_no_white_space_around_it,
    any_json_value_is_an_entry, what_is_no_json_is_refused_and_the_result_untouched,
    an_entry_past_the_limit_is_refused)
