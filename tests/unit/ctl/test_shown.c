/* What of a stranger's text is shown, and how wide it is. */
#include "ctl/shown.h"

#include <locale.h>
#include <stdio.h>

#include "base/limits.h"
#include "check_main.h"

static void expect(struct slice text, size_t widest, const char *wanted, size_t wanted_width)
{
    struct buffer buffer = BUFFER_INIT(KIB(64));
    size_t width = SIZE_MAX;
    ck_assert_int_eq(buffer_append_text(&buffer, "before "), 0);
    ck_assert_int_eq(shown_append(&buffer, text, widest, &width), 0);
    const char *found = buffer_text(&buffer);
    ck_assert_str_eq(found + strlen("before "), wanted);
    ck_assert_uint_eq(width, wanted_width);
    ck_assert_uint_eq(shown_width(slice_of(wanted)), wanted_width);
    buffer_deinit(&buffer);
}

static void use_widths(void)
{
    ck_assert_ptr_nonnull(setlocale(LC_CTYPE, "C.UTF-8"));
}

START_TEST(an_ideograph_takes_two_columns_and_an_accent_none)
{
    use_widths();
    expect(SLICE_LITERAL("plain"), 0, "plain", 5);
    expect(SLICE_LITERAL("\xC3\xBC"), 0, "\xC3\xBC", 1);
    expect(SLICE_LITERAL("\xE7\x8E\x8B"), 0, "\xE7\x8E\x8B", 2);
    expect(SLICE_LITERAL("\xF0\x9F\x98\x80"), 0, "\xF0\x9F\x98\x80", 2);
    expect(SLICE_LITERAL("e\xCC\x81"), 0, "e\xCC\x81", 1);
    expect(SLICE_LITERAL(""), 0, "", 0);
}
END_TEST

START_TEST(what_a_terminal_would_obey_becomes_a_question_mark)
{
    use_widths();
    expect(SLICE_LITERAL("\033]0;title\a\033[2J"), 0, "?]0;title??[2J", 14);
    expect(SLICE_LITERAL("a\nb\r\tc\0d\x7F"), 0, "a?b??c?d?", 9);
    expect(SLICE_LITERAL("\xC2\x9B"
                         "31m"),
        0, "?31m", 4);
    expect(SLICE_LITERAL("\xE2\x80\xAE\xE2\x81\xA6\xE2\x80\xA8\xD8\x9C"), 0, "????", 4);
    expect(SLICE_LITERAL("\xFF\xC3"), 0, "??", 2);
    expect(SLICE_LITERAL("\xED\xA0\x80"), 0, "???", 3); /* a surrogate */
}
END_TEST

START_TEST(what_is_too_wide_is_cut_within_the_width)
{
    use_widths();
    expect(SLICE_LITERAL("12345"), 5, "12345", 5);
    expect(SLICE_LITERAL("123456"), 5, "1234\xE2\x80\xA6", 5);
    expect(SLICE_LITERAL("\xE7\x8E\x8B\xE7\x8E\x8B\xE7\x8E\x8B"), 5,
        "\xE7\x8E\x8B\xE7\x8E\x8B\xE2\x80\xA6", 5);
    expect(SLICE_LITERAL("1\xE7\x8E\x8B\xE7\x8E\x8B"), 4, "1\xE7\x8E\x8B\xE2\x80\xA6", 4);
    expect(SLICE_LITERAL("\xE7\x8E\x8B"), 1, "\xE2\x80\xA6", 1);
    ck_assert_uint_eq(shown_cut(SLICE_LITERAL("\xE7\x8E\x8B\xE7\x8E\x8B"), 3), 3);
    ck_assert_uint_eq(shown_cut(SLICE_LITERAL("\xE7\x8E\x8B"), 1), 0);
    ck_assert_uint_eq(shown_cut(SLICE_LITERAL("abc"), 9), 3);
}
END_TEST

START_TEST(without_a_locale_each_character_counts_as_one)
{
    expect(SLICE_LITERAL("\xE7\x8E\x8B\xE7\x8E\x8B"), 0, "\xE7\x8E\x8B\xE7\x8E\x8B", 2);
}
END_TEST

START_TEST(a_full_buffer_keeps_what_it_had)
{
    struct buffer buffer = BUFFER_INIT(6);
    size_t width = 7;
    ck_assert_int_eq(buffer_append_text(&buffer, "1234"), 0);
    ck_assert_int_eq(shown_append(&buffer, SLICE_LITERAL("abc"), 0, &width), ERROR_LIMIT);
    ck_assert_uint_eq(buffer.size, 4);
    ck_assert_uint_eq(width, 7);
    buffer_deinit(&buffer);
}
END_TEST

CHECK_MAIN("shown", an_ideograph_takes_two_columns_and_an_accent_none,
    what_a_terminal_would_obey_becomes_a_question_mark, what_is_too_wide_is_cut_within_the_width,
    without_a_locale_each_character_counts_as_one, a_full_buffer_keeps_what_it_had)
