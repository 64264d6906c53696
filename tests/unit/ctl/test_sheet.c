/* A sheet of text: facts wrap as a whole, words where they must, and nothing is wider than it may
 * be. */
#include "ctl/sheet.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "check_main.h"
#include "ctl/shown.h"

static const char *text_of(struct sheet *sheet)
{
    ck_assert_int_eq(sheet_end(sheet), 0);
    const char *text = buffer_text(&sheet->text);
    ck_assert_ptr_nonnull(text);
    return text;
}

static void write_facts(struct sheet *sheet)
{
    sheet_line(sheet, 0, 4);
    sheet_words(sheet, SHEET_BOLD, "source acme: ");
    sheet_words(sheet, SHEET_WELL, "resting");
    sheet_line(sheet, 4, 4);
    sheet_fact(sheet, SHEET_PLAIN, "lag 12s");
    sheet_fact(sheet, SHEET_PLAIN, "read up to %s", "noon");
    sheet_fact(sheet, SHEET_ILL, "dead letters %d", 3);
}

START_TEST(without_a_width_every_line_is_one_line)
{
    struct sheet sheet;
    sheet_init(&sheet, 0, false);
    write_facts(&sheet);
    ck_assert_str_eq(
        text_of(&sheet), "source acme: resting\n    lag 12s; read up to noon; dead letters 3\n");
    ck_assert_uint_eq(sheet.lines, 2);
    sheet_deinit(&sheet);
}
END_TEST

START_TEST(a_fact_that_does_not_fit_begins_another_line)
{
    struct sheet sheet;
    sheet_init(&sheet, 32, false);
    write_facts(&sheet);
    ck_assert_str_eq(text_of(&sheet),
        "source acme: resting\n    lag 12s; read up to noon;\n    dead letters 3\n");
    ck_assert_uint_eq(sheet.lines, 3);
    sheet_clear(&sheet);
    ck_assert_str_eq(text_of(&sheet), "");
    sheet_deinit(&sheet);
}
END_TEST

START_TEST(words_are_broken_only_where_they_are_longer_than_a_line)
{
    struct sheet sheet;
    sheet_init(&sheet, 17, false);
    sheet_line(&sheet, 2, 2);
    sheet_words(&sheet, SHEET_PLAIN, "one two three four 123456789012345678 end");
    ck_assert_str_eq(text_of(&sheet), "  one two three\n  four\n  1234567890123\n  45678 end\n");
    sheet_deinit(&sheet);
}
END_TEST

START_TEST(styles_end_on_each_line)
{
    struct sheet sheet;
    sheet_init(&sheet, 13, true);
    sheet_line(&sheet, 0, 2);
    sheet_words(&sheet, SHEET_ILL, "red words here");
    ck_assert_str_eq(text_of(&sheet), "\033[1;31mred words\033[0m\n  \033[1;31mhere\033[0m\n");
    sheet_deinit(&sheet);
}
END_TEST

START_TEST(what_a_stranger_wrote_has_no_say_over_the_terminal)
{
    struct sheet sheet;
    sheet_init(&sheet, 0, true);
    sheet_line(&sheet, 0, 0);
    sheet_fact(&sheet, SHEET_PLAIN, "%s", "\033[2Jgone\nsource fake: resting");
    ck_assert_str_eq(text_of(&sheet), "?[2Jgone?source fake: resting\n");
    sheet_deinit(&sheet);
}
END_TEST

/* Whatever the width, it ends, and no line but one of a single character is wider. */
START_TEST(every_width_is_kept)
{
    ck_assert_ptr_nonnull(setlocale(LC_CTYPE, "C.UTF-8"));
    for (size_t width = 1; width <= 60; width++) {
        struct sheet sheet;
        sheet_init(&sheet, width, false);
        write_facts(&sheet);
        sheet_line(&sheet, 4, 4);
        sheet_fact(&sheet, SHEET_PLAIN, "%s", "\xE7\x8E\x8B\xE7\x8E\x8B\xE7\x8E\x8B e\xCC\x81 x");
        sheet_fact(&sheet, SHEET_PLAIN, "a-word-that-is-longer-than-most-of-these-widths");
        const char *line = text_of(&sheet);
        for (const char *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
            size_t size = (size_t)(end - line);
            if (width >= 8)
                ck_assert_uint_lt(shown_width((struct slice){line, size}), width);
        }
        sheet_deinit(&sheet);
    }
}
END_TEST

START_TEST(a_word_of_a_megabyte_is_laid_out_in_no_time_on_the_narrowest_terminal)
{
    enum { LENGTH = 1 << 20 };
    static char word[LENGTH + 1];
    struct sheet sheet;
    struct timespec spent; /* of the processor, so that a busy machine is none the slower */
    memset(word, 'a', LENGTH);
    sheet_init(&sheet, 1, false);
    sheet_line(&sheet, 0, 4);
    sheet_words(&sheet, SHEET_PLAIN, "%s", word);
    ck_assert_int_eq(sheet_end(&sheet), 0);
    ck_assert_uint_ge(sheet.lines, LENGTH / 2);
    ck_assert_int_eq(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent), 0);
    ck_assert_int_lt(spent.tv_sec, 60); /* the square of it would be hours */
    sheet_deinit(&sheet);
}
END_TEST

CHECK_MAIN("sheet", without_a_width_every_line_is_one_line,
    a_fact_that_does_not_fit_begins_another_line,
    words_are_broken_only_where_they_are_longer_than_a_line, styles_end_on_each_line,
    what_a_stranger_wrote_has_no_say_over_the_terminal, every_width_is_kept,
    a_word_of_a_megabyte_is_laid_out_in_no_time_on_the_narrowest_terminal)
