/* Redaction replaces what is named and keeps every other byte. */
#include "check_main.h"

#include "base/limits.h"
#include "format/redact.h"

/* `entry` with up to four paths redacted; checks against `expected`. */
static void check(const char *first, const char *second, const char *entry, const char *expected)
{
    char *paths[] = {(char *)first, (char *)second, NULL};
    struct redact *redact = NULL;
    ck_assert_int_eq(redact_new(&redact, paths, NULL), 0);
    struct buffer output = BUFFER_INIT(KIB(256));
    ck_assert_int_eq(buffer_append_text(&output, "> "), 0);
    ck_assert_int_eq(redact_apply(redact, slice_of(entry), &output), 0);
    ck_assert_str_eq(buffer_text(&output) + 2, expected);
    buffer_deinit(&output);
    redact_free(redact);
}

START_TEST(a_named_value_is_replaced_and_all_else_stays)
{
    check("actor.user.email", NULL,
        "{ \"id\":\"1\", \"actor\" : {\"user\":{\"name\":\"A\",\"email\" :  \"a@b\" , "
        "\"n\":1.0e3}}}",
        "{ \"id\":\"1\", \"actor\" : {\"user\":{\"name\":\"A\",\"email\" :  \"(redacted)\" , "
        "\"n\":1.0e3}}}");
}
END_TEST

START_TEST(values_of_every_type_are_replaced_whole)
{
    check("a", NULL, "{\"a\":null,\"b\":1}", "{\"a\":\"(redacted)\",\"b\":1}");
    check("a", NULL, "{\"a\":-1.5e+7}", "{\"a\":\"(redacted)\"}");
    check("a", NULL, "{\"a\":{\"x\":[\"}\",{}]},\"b\":2}", "{\"a\":\"(redacted)\",\"b\":2}");
    check("a", NULL, "{\"a\":[1,[2],\"]\\\"\"] }", "{\"a\":\"(redacted)\" }");
    check("a", NULL, "{\"a\":\"\\\\\",\"b\":\"\\\"\"}", "{\"a\":\"(redacted)\",\"b\":\"\\\"\"}");
    check("a", NULL, "{\"a\":\"\"}", "{\"a\":\"(redacted)\"}");
}
END_TEST

START_TEST(arrays_on_the_way_are_entered_for_every_element)
{
    check("details.users.email", NULL,
        "{\"details\":{\"users\":[{\"email\":\"a\",\"id\":1},7,[{\"email\":\"b\"}],{}]}}",
        "{\"details\":{\"users\":[{\"email\":\"(redacted)\",\"id\":1},7,"
        "[{\"email\":\"(redacted)\"}],{}]}}");
}
END_TEST

START_TEST(paths_may_share_names_and_contain_each_other)
{
    check("a.b", "a.c", "{\"a\":{\"c\":1,\"b\":2,\"d\":3}}",
        "{\"a\":{\"c\":\"(redacted)\",\"b\":\"(redacted)\",\"d\":3}}");
    check("a", "a.c", "{\"a\":{\"c\":1}}", "{\"a\":\"(redacted)\"}");
    check("a.c", "a", "{\"a\":{\"c\":1}}", "{\"a\":\"(redacted)\"}");
}
END_TEST

START_TEST(a_name_counts_under_every_spelling_and_each_time)
{
    check("email", NULL, "{\"\\u0065mai\\u006C\":1,\"email\":2,\"email\":3,\"emails\":4}",
        "{\"\\u0065mai\\u006C\":\"(redacted)\",\"email\":\"(redacted)\",\"email\":\"(redacted)\","
        "\"emails\":4}");
}
END_TEST

START_TEST(what_the_path_does_not_reach_is_not_touched)
{
    check("actor.user.email", NULL, "{\"email\":1,\"user\":{\"email\":2}}",
        "{\"email\":1,\"user\":{\"email\":2}}");
    check("actor.user.email", NULL, "{\"actor\":\"actor.user.email\"}",
        "{\"actor\":\"actor.user.email\"}");
    check("a", NULL, "[]", "[]");
    check("a", NULL, "7", "7");
    check("a.b", NULL, "{\"a\":\"{\\\"b\\\":1}\"}", "{\"a\":\"{\\\"b\\\":1}\"}");
}
END_TEST

START_TEST(no_paths_give_nothing_to_do)
{
    char *none[] = {NULL};
    struct redact *redact = (struct redact *)&none;
    ck_assert_int_eq(redact_new(&redact, none, NULL), 0);
    ck_assert_ptr_null(redact);
    redact_free(redact);
}
END_TEST

START_TEST(a_path_with_an_empty_name_is_refused)
{
    static char *const bad[] = {"", ".", "a.", ".a", "a..b"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        char *paths[] = {bad[i], NULL};
        struct redact *redact = NULL;
        struct error error = ERROR_INIT;
        ck_assert_int_eq(redact_new(&redact, paths, &error), ERROR_INVALID);
        ck_assert_ptr_null(redact);
        ck_assert_ptr_nonnull(strstr(error.text, "empty name"));
    }
    char long_name[300];
    memset(long_name, 'x', sizeof(long_name) - 1);
    long_name[sizeof(long_name) - 1] = '\0';
    char *paths[] = {long_name, NULL};
    struct redact *redact = NULL;
    ck_assert_int_eq(redact_new(&redact, paths, NULL), ERROR_INVALID);
}
END_TEST

START_TEST(every_broken_prefix_of_an_entry_is_refused_without_output)
{
    static const char entry[] =
        "{\"a\":{\"b\":[{\"c\":\"\\u0041\"},{\"c\":{\"d\":[1,2]}}],\"\\u0062\":1},\"z\":\"\\\\\"}";
    char *paths[] = {"a.b.c", "z", NULL};
    struct redact *redact = NULL;
    ck_assert_int_eq(redact_new(&redact, paths, NULL), 0);
    struct buffer output = BUFFER_INIT(KIB(4));
    for (size_t size = 0; size < strlen(entry); size++) {
        char *copy = malloc(size == 0 ? 1 : size); /* so that a sanitizer sees a step too far */
        memcpy(copy, entry, size);
        int result = redact_apply(redact, (struct slice){copy, size}, &output);
        free(copy);
        ck_assert_int_eq(result, ERROR_INVALID);
        ck_assert_uint_eq(output.size, 0);
    }
    ck_assert_int_eq(redact_apply(redact, slice_of(entry), &output), 0);
    buffer_deinit(&output);
    redact_free(redact);
}
END_TEST

START_TEST(a_full_buffer_is_reported_and_left_as_it_was)
{
    char *paths[] = {"a", NULL};
    struct redact *redact = NULL;
    ck_assert_int_eq(redact_new(&redact, paths, NULL), 0);
    for (size_t limit = 0; limit < strlen("{\"a\":\"(redacted)\",\"b\":2}"); limit++) {
        struct buffer output = BUFFER_INIT(limit);
        ck_assert_int_eq(redact_apply(redact, slice_of("{\"a\":1,\"b\":2}"), &output), ERROR_LIMIT);
        ck_assert_uint_eq(output.size, 0);
        buffer_deinit(&output);
    }
    redact_free(redact);
}
END_TEST

START_TEST(nesting_past_the_limit_is_refused)
{
    char *paths[] = {"a", NULL};
    struct redact *redact = NULL;
    ck_assert_int_eq(redact_new(&redact, paths, NULL), 0);
    struct buffer output = BUFFER_INIT(KIB(64));
    char deep[4 * LIMIT_JSON_DEPTH];
    memset(deep, '[', sizeof(deep));
    ck_assert_int_eq(
        redact_apply(redact, (struct slice){deep, sizeof(deep)}, &output), ERROR_INVALID);
    buffer_deinit(&output);
    redact_free(redact);
}
END_TEST

CHECK_MAIN("redact", a_named_value_is_replaced_and_all_else_stays,
    values_of_every_type_are_replaced_whole, arrays_on_the_way_are_entered_for_every_element,
    paths_may_share_names_and_contain_each_other, a_name_counts_under_every_spelling_and_each_time,
    what_the_path_does_not_reach_is_not_touched, no_paths_give_nothing_to_do,
    a_path_with_an_empty_name_is_refused, every_broken_prefix_of_an_entry_is_refused_without_output,
    a_full_buffer_is_reported_and_left_as_it_was, nesting_past_the_limit_is_refused)
