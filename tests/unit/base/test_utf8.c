#include "base/utf8.h"

#include "check_main.h"

static size_t character(const char *text)
{
    return utf8_character(slice_of(text));
}

START_TEST(the_first_and_last_character_of_each_size_is_valid)
{
    ck_assert_uint_eq(utf8_character((struct slice){"\0", 1}), 1);
    ck_assert_uint_eq(character("\x7F"), 1);
    ck_assert_uint_eq(character("\xC2\x80"), 2);
    ck_assert_uint_eq(character("\xDF\xBF"), 2);
    ck_assert_uint_eq(character("\xE0\xA0\x80"), 3);
    ck_assert_uint_eq(character("\xED\x9F\xBF"), 3);
    ck_assert_uint_eq(character("\xEE\x80\x80"), 3);
    ck_assert_uint_eq(character("\xEF\xBF\xBF"), 3);
    ck_assert_uint_eq(character("\xF0\x90\x80\x80"), 4);
    ck_assert_uint_eq(character("\xF4\x8F\xBF\xBF"), 4);
    ck_assert_uint_eq(character("\xC3\xA9tail"), 2);
}
END_TEST

START_TEST(what_rfc_3629_forbids_is_no_character)
{
    static const char *const bad[] = {
        "\x80", "\xBF", "\xFE", "\xFF",                                      /* never first */
        "\xC0\xAF", "\xC1\xBF", "\xE0\x9F\xBF",                              /* overlong */
        "\xF0\x8F\xBF\xBF",                                                  /* overlong */
        "\xED\xA0\x80", "\xED\xBF\xBF",                                      /* surrogates */
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80",                              /* above U+10FFFF */
        "\xC3", "\xE2\x82", "\xF0\x9F\x98", "",                              /* cut off */
        "\xC3x", "\xE2x\xAC", "\xE2\x82x", "\xF0\x9F\x98x", "\xF0\x9Fx\x80", /* broken off */
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_msg(character(bad[i]) == 0, "case %zu was taken", i);
}
END_TEST

START_TEST(the_valid_prefix_ends_before_the_first_bad_byte_wherever_it_stands)
{
    for (size_t before = 0; before < 40; before++) {
        char text[64];
        memset(text, 'a', sizeof(text));
        struct slice slice = {text, sizeof(text)};
        ck_assert_uint_eq(utf8_valid_prefix(slice), sizeof(text));
        memcpy(text + before, "\xC3\xA9", 2);
        ck_assert_uint_eq(utf8_valid_prefix(slice), sizeof(text));
        text[before + 5] = '\xFF';
        ck_assert_uint_eq(utf8_valid_prefix(slice), before + 5);
    }
    ck_assert_uint_eq(utf8_valid_prefix((struct slice){NULL, 0}), 0);
}
END_TEST

START_TEST(a_cut_never_splits_a_character)
{
    struct slice text = SLICE_LITERAL("a\u00e9\u20ac\U0001F600z"); /* ends at 1 3 6 10 11 */
    static const size_t expected[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11};
    for (size_t limit = 0; limit < sizeof(expected) / sizeof(expected[0]); limit++)
        ck_assert_uint_eq(utf8_cut(text, limit), expected[limit]);
}
END_TEST

START_TEST(bytes_that_are_no_utf8_are_cut_at_the_limit)
{
    ck_assert_uint_eq(utf8_cut(SLICE_LITERAL("\x80\x80\x80\x80\x80\x80"), 5), 5);
    ck_assert_uint_eq(utf8_cut(SLICE_LITERAL("ab\xF0zzzz"), 4), 4);
    ck_assert_uint_eq(utf8_cut((struct slice){NULL, 0}, 4), 0);
}
END_TEST

CHECK_MAIN("utf8", the_first_and_last_character_of_each_size_is_valid,
    what_rfc_3629_forbids_is_no_character,
    the_valid_prefix_ends_before_the_first_bad_byte_wherever_it_stands,
    a_cut_never_splits_a_character, bytes_that_are_no_utf8_are_cut_at_the_limit)
