/* JSON values: what is absent, null and empty told apart, paths followed in one expression, and
 * what is no JSON refused with the place where it goes wrong. */
#include "slackaudit/value.h"

#include "check_main.h"
#include "typed_case.h"

static const char sample[] = "{'none':null,'flag':true,'off':false,'whole':-7,'wide':1.5,'text':'"
                             "x','empty':'','list':[1,null,'b'],'no_list':[],'object':{'inner':{"
                             "'deep':'found'}},'no_object':{}}";

static const struct {
    const char *name;
    enum slackaudit_type type;
    size_t count;
} members[] = {
    {"none", SLACKAUDIT_NULL, 0},
    {"flag", SLACKAUDIT_BOOLEAN, 0},
    {"off", SLACKAUDIT_BOOLEAN, 0},
    {"whole", SLACKAUDIT_INTEGER, 0},
    {"wide", SLACKAUDIT_NUMBER, 0},
    {"text", SLACKAUDIT_STRING, 0},
    {"empty", SLACKAUDIT_STRING, 0},
    {"list", SLACKAUDIT_ARRAY, 3},
    {"no_list", SLACKAUDIT_ARRAY, 0},
    {"object", SLACKAUDIT_OBJECT, 1},
    {"no_object", SLACKAUDIT_OBJECT, 0},
    {"not_sent", SLACKAUDIT_ABSENT, 0},
};

START_TEST(what_is_absent_null_and_empty_is_told_apart)
{
    _cleanup_document_ *document = document_of(sample);
    const struct slackaudit_value *root = slackaudit_document_root(document);
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        const struct slackaudit_value *value = slackaudit_value_get(root, members[i].name);
        ck_assert_int_eq(slackaudit_value_type(value), members[i].type);
        ck_assert_uint_eq(slackaudit_value_count(value), members[i].count);
        ck_assert((value == NULL) == (members[i].type == SLACKAUDIT_ABSENT));
    }
    const struct slackaudit_value *list = slackaudit_value_get(root, "list");
    ck_assert_int_eq(slackaudit_value_type(slackaudit_value_at(list, 1)), SLACKAUDIT_NULL);
    ck_assert_int_eq(slackaudit_value_type(slackaudit_value_at(list, 3)), SLACKAUDIT_ABSENT);
    _cleanup_document_ *alone = document_of("null");
    ck_assert_int_eq(slackaudit_value_type(slackaudit_document_root(alone)), SLACKAUDIT_NULL);
}
END_TEST

START_TEST(a_path_is_followed_in_one_expression)
{
    _cleanup_document_ *document = document_of(sample);
    const struct slackaudit_value *root = slackaudit_document_root(document);
    size_t size = 0;
    ck_assert_str_eq(
        slackaudit_value_string(
            slackaudit_value_get(
                slackaudit_value_get(slackaudit_value_get(root, "object"), "inner"), "deep"),
            &size),
        "found");
    ck_assert_uint_eq(size, 5);
    ck_assert_ptr_null(slackaudit_value_get(
        slackaudit_value_at(slackaudit_value_get(slackaudit_value_get(root, "x"), "y"), 3), "z"));
}
END_TEST

/* What every accessor answers for a value that has nothing for it. */
static void expect_nothing(const struct slackaudit_value *value)
{
    struct slackaudit_member member = {0};
    size_t size = 9;
    int64_t integer = 9;
    double number = 9;
    bool boolean = true;
    char plain[4] = "???";
    ck_assert_ptr_null(slackaudit_value_get(value, "a"));
    ck_assert_ptr_null(slackaudit_value_at(value, 0));
    ck_assert_uint_eq(slackaudit_value_count(value), 0);
    ck_assert(!slackaudit_value_next(value, &member));
    ck_assert_ptr_null(slackaudit_value_string(value, &size));
    ck_assert(!slackaudit_value_integer(value, &integer));
    ck_assert(!slackaudit_value_number(value, &number));
    ck_assert(!slackaudit_value_boolean(value, &boolean));
    ck_assert(!slackaudit_value_has(value, ""));
    ck_assert_uint_eq(slackaudit_value_plain(value, plain, sizeof(plain)), 0);
    ck_assert_str_eq(plain, "");
    ck_assert(size == 9 && integer == 9 && number == 9 && boolean);
}

START_TEST(null_and_what_is_absent_answer_every_question_with_nothing)
{
    _cleanup_document_ *document = document_of("null");
    expect_nothing(slackaudit_document_root(document));
    expect_nothing(NULL);
    ck_assert_ptr_null(slackaudit_document_root(NULL));
    slackaudit_document_free(NULL);
}
END_TEST

START_TEST(null_pointers_for_names_and_results_are_survived)
{
    _cleanup_document_ *document = document_of(sample);
    const struct slackaudit_value *root = slackaudit_document_root(document);
    ck_assert_ptr_null(slackaudit_value_get(root, NULL));
    ck_assert(!slackaudit_value_next(root, NULL));
    ck_assert(!slackaudit_value_has(slackaudit_value_get(root, "text"), NULL));
    ck_assert_str_eq(slackaudit_value_string(slackaudit_value_get(root, "text"), NULL), "x");
    ck_assert(slackaudit_value_integer(slackaudit_value_get(root, "whole"), NULL));
    ck_assert(slackaudit_value_number(slackaudit_value_get(root, "wide"), NULL));
    ck_assert(slackaudit_value_boolean(slackaudit_value_get(root, "off"), NULL));
    ck_assert_uint_eq(slackaudit_value_plain(slackaudit_value_get(root, "whole"), NULL, 0), 2);
    ck_assert_int_eq(slackaudit_value_write(root, NULL, NULL), SLACKAUDIT_ERROR_INVALID);
}
END_TEST

START_TEST(an_integer_past_64_bits_is_a_number)
{
    _cleanup_document_ *document = document_of("[9223372036854775807,-9223372036854775808,"
                                               "9223372036854775808,1e3,123456789012345678901]");
    const struct slackaudit_value *root = slackaudit_document_root(document);
    static const double numbers[] = {9223372036854775807.0, -9223372036854775808.0,
        9223372036854775808.0, 1000, 123456789012345678901.0};
    int64_t integer = 0;
    ck_assert(slackaudit_value_integer(slackaudit_value_at(root, 0), &integer));
    ck_assert_int_eq(integer, INT64_MAX);
    ck_assert(slackaudit_value_integer(slackaudit_value_at(root, 1), &integer));
    ck_assert_int_eq(integer, INT64_MIN);
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        const struct slackaudit_value *value = slackaudit_value_at(root, i);
        ck_assert_int_eq(
            slackaudit_value_type(value), i < 2 ? SLACKAUDIT_INTEGER : SLACKAUDIT_NUMBER);
        ck_assert(slackaudit_value_integer(value, NULL) == (i < 2));
        double number = 0;
        ck_assert(slackaudit_value_number(value, &number));
        ck_assert(number == numbers[i]);
    }
}
END_TEST

START_TEST(a_string_may_hold_nul_bytes)
{
    _cleanup_document_ *document = document_of("['a\\u0000b','\\u0000']");
    const struct slackaudit_value *root = slackaudit_document_root(document);
    size_t size = 0;
    const char *text = slackaudit_value_string(slackaudit_value_at(root, 0), &size);
    ck_assert_uint_eq(size, 3);
    ck_assert_mem_eq(text, "a\0b", 4);
    ck_assert(!slackaudit_value_has(root, "a"));
    ck_assert(!slackaudit_value_has(root, ""));
    expect_value(root, "['a\\u0000b','\\u0000']");
}
END_TEST

START_TEST(half_a_surrogate_pair_is_replaced)
{
    _cleanup_document_ *document = document_of("{'\\ud800':'a\\udc00b','pair':'\\ud83d\\ude00'}");
    const struct slackaudit_value *root = slackaudit_document_root(document);
    expect_value(slackaudit_value_get(root, "\uFFFD"), "'a\uFFFDb'");
    expect_value(slackaudit_value_get(root, "pair"), "'\U0001F600'");
}
END_TEST

START_TEST(members_come_in_the_order_sent)
{
    _cleanup_document_ *document = document_of(sample);
    const struct slackaudit_value *root = slackaudit_document_root(document);
    struct slackaudit_member member = {0};
    for (size_t i = 0; i + 1 < COUNT_OF(members); i++) {
        ck_assert(slackaudit_value_next(root, &member));
        ck_assert_str_eq(member.name, members[i].name);
        ck_assert_int_eq(slackaudit_value_type(member.value), members[i].type);
    }
    ck_assert(!slackaudit_value_next(root, &member));
    ck_assert(slackaudit_value_next(root, &member)); /* and anew */
    ck_assert_str_eq(member.name, "none");
}
END_TEST

START_TEST(a_member_sent_twice_counts_as_it_was_last)
{
    _cleanup_document_ *document = document_of("{'a':1,'b':2,'a':null}");
    expect_value(slackaudit_document_root(document), "{'a':null,'b':2}");
}
END_TEST

START_TEST(a_name_with_a_nul_byte_takes_no_other_members_place)
{
    _cleanup_document_ *document = document_of("{'id':'real','id\\u0000':'forged'}");
    const struct slackaudit_value *root = slackaudit_document_root(document);
    ck_assert_uint_eq(slackaudit_value_count(root), 2);
    expect_value(slackaudit_value_get(root, "id"), "'real'");
    expect_value(slackaudit_value_get(root, "id\uFFFD"), "'forged'");
}
END_TEST

START_TEST(a_text_is_found_in_a_list_or_alone)
{
    _cleanup_document_ *document =
        document_of("{'list':['asn',7,null,['tor'],'tor'],'alone':'tor','object':{'tor':'tor'}}");
    const struct slackaudit_value *root = slackaudit_document_root(document);
    ck_assert(slackaudit_value_has(slackaudit_value_get(root, "list"), "tor"));
    ck_assert(slackaudit_value_has(slackaudit_value_get(root, "list"), "asn"));
    ck_assert(!slackaudit_value_has(slackaudit_value_get(root, "list"), "to"));
    ck_assert(!slackaudit_value_has(slackaudit_value_get(root, "list"), "7"));
    ck_assert(slackaudit_value_has(slackaudit_value_get(root, "alone"), "tor"));
    ck_assert(!slackaudit_value_has(slackaudit_value_get(root, "alone"), "tors"));
    ck_assert(!slackaudit_value_has(slackaudit_value_get(root, "object"), "tor"));
}
END_TEST

START_TEST(a_scalar_becomes_plain_text_in_the_callers_buffer)
{
    _cleanup_document_ *document =
        document_of("['abcdef',-9223372036854775808,true,false,'',1.5,null,[1],{}]");
    static const char *const expected[] = {
        "abcdef", "-9223372036854775808", "true", "false", "", "", "", "", ""};
    const struct slackaudit_value *root = slackaudit_document_root(document);
    char text[32];
    for (size_t i = 0; i < COUNT_OF(expected); i++) {
        size_t size = slackaudit_value_plain(slackaudit_value_at(root, i), text, sizeof(text));
        ck_assert_uint_eq(size, strlen(expected[i]));
        ck_assert_str_eq(text, expected[i]);
    }
    const struct slackaudit_value *first = slackaudit_value_at(root, 0);
    ck_assert_uint_eq(slackaudit_value_plain(first, text, 4), 6);
    ck_assert_str_eq(text, "abc");
    ck_assert_uint_eq(slackaudit_value_plain(first, text, 1), 6);
    ck_assert_str_eq(text, "");
    ck_assert_uint_eq(slackaudit_value_plain(first, text, 7), 6);
    ck_assert_str_eq(text, "abcdef");
}
END_TEST

START_TEST(a_value_is_written_as_json_that_the_caller_frees)
{
    _cleanup_document_ *document = document_of(
        " { 'a' : [ 1 , 1.10 , 'x\\n\\u00e9' ] , 'n' : null , 'wide' : 18446744073709551616 } ");
    const struct slackaudit_value *root = slackaudit_document_root(document);
    _cleanup_free_ char *text = NULL;
    size_t size = 0;
    ck_assert_int_eq(slackaudit_value_write(root, &text, &size), SLACKAUDIT_OK);
    ck_assert_str_eq(
        text, "{\"a\":[1,1.10,\"x\\n\u00e9\"],\"n\":null,\"wide\":18446744073709551616}");
    ck_assert_uint_eq(size, strlen(text));
    expect_value(slackaudit_value_get(root, "n"), "null");
    expect_value(slackaudit_value_get(root, "not_sent"), "");
}
END_TEST

START_TEST(every_type_has_a_name)
{
    static const char *const names[] = {
        "absent", "null", "boolean", "integer", "number", "string", "array", "object"};
    for (size_t i = 0; i < COUNT_OF(names); i++)
        ck_assert_str_eq(slackaudit_type_name((enum slackaudit_type)i), names[i]);
    ck_assert_str_eq(slackaudit_type_name((enum slackaudit_type)99), "absent");
}
END_TEST

static void expect_refused(const char *data, size_t size, int code, const char *text)
{
    struct slackaudit_document *document = NULL;
    struct slackaudit_problem problem = {0};
    ck_assert_int_eq(slackaudit_document_parse(&document, data, size, &problem), code);
    ck_assert_int_eq(problem.code, code);
    ck_assert_str_eq(problem.text, text);
    ck_assert_ptr_null(document);
    ck_assert_int_eq(slackaudit_document_parse(&document, data, size, NULL), code);
}

START_TEST(what_is_no_json_is_refused_with_its_place)
{
    static const struct {
        const char *data;
        const char *text;
    } cases[] = {
        {"", "not JSON: no value at byte 0"},
        {"<html>", "not JSON: no value at byte 0"},
        {"{\"a\":1", "not JSON: no comma and no } behind a member at byte 6"},
        {"{} x", "not JSON: something behind the value at byte 3"},
        {"[\"\xff\"]", "not JSON: a byte that is not UTF-8 at byte 2"},
        {"[01]", "not JSON: a number with a leading zero at byte 1"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        expect_refused(
            cases[i].data, strlen(cases[i].data), SLACKAUDIT_ERROR_INVALID, cases[i].text);
    expect_refused(
        "[]\0", 3, SLACKAUDIT_ERROR_INVALID, "not JSON: something behind the value at byte 2");
    expect_refused(NULL, 0, SLACKAUDIT_ERROR_INVALID, "not JSON: no value at byte 0");
    expect_refused(NULL, 5, SLACKAUDIT_ERROR_INVALID, "data is NULL");
    struct slackaudit_problem problem = {0};
    ck_assert_int_eq(slackaudit_document_parse(NULL, "{}", 2, &problem), SLACKAUDIT_ERROR_INVALID);
    ck_assert_str_eq(problem.text, "ret_document is NULL");
}
END_TEST

START_TEST(nesting_past_512_levels_is_refused)
{
    char text[2 * (LIMIT_JSON_DEPTH + 1)];
    size_t depth = LIMIT_JSON_DEPTH;
    memset(text, '[', depth);
    memset(text + depth, ']', depth);
    _cleanup_document_ *document = document_of_bytes(text, 2 * depth);
    const struct slackaudit_value *value = slackaudit_document_root(document);
    size_t levels = 0;
    for (; value != NULL; value = slackaudit_value_at(value, 0))
        levels++;
    ck_assert_uint_eq(levels, depth);

    memset(text, '[', depth + 1);
    memset(text + depth + 1, ']', depth + 1);
    expect_refused(text, 2 * (depth + 1), SLACKAUDIT_ERROR_INVALID,
        "not JSON: too many levels of nesting at byte 512");
}
END_TEST

START_TEST(a_document_past_64_mib_is_refused_unread)
{
    /* It has one byte: reading further would be seen by the sanitizers. */
    expect_refused("1", MIB(64) + 1, SLACKAUDIT_ERROR_LIMIT,
        "data is 67108865 bytes of JSON: at most 67108864 are read");
}
END_TEST

START_TEST(a_long_string_comes_whole)
{
    size_t size = MIB(8);
    _cleanup_free_ char *text = malloc(size + 2);
    ck_assert_ptr_nonnull(text);
    memset(text, 'x', size + 2);
    text[0] = text[size + 1] = '"';
    _cleanup_document_ *document = document_of_bytes(text, size + 2);
    size_t length = 0;
    const char *whole = slackaudit_value_string(slackaudit_document_root(document), &length);
    ck_assert_uint_eq(length, size);
    ck_assert(memcmp(whole, text + 1, size) == 0 && whole[size] == '\0');
}
END_TEST

CHECK_MAIN("value", what_is_absent_null_and_empty_is_told_apart,
    a_path_is_followed_in_one_expression,
    null_and_what_is_absent_answer_every_question_with_nothing,
    null_pointers_for_names_and_results_are_survived, an_integer_past_64_bits_is_a_number,
    a_string_may_hold_nul_bytes, half_a_surrogate_pair_is_replaced, members_come_in_the_order_sent,
    a_member_sent_twice_counts_as_it_was_last, a_name_with_a_nul_byte_takes_no_other_members_place,
    a_text_is_found_in_a_list_or_alone, a_scalar_becomes_plain_text_in_the_callers_buffer,
    a_value_is_written_as_json_that_the_caller_frees, every_type_has_a_name,
    what_is_no_json_is_refused_with_its_place, nesting_past_512_levels_is_refused,
    a_document_past_64_mib_is_refused_unread, a_long_string_comes_whole)
