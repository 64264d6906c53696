/* Tables: columns that fit, and cells from strangers. */
#include "ctl/table.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "check_main.h"

static const struct table_column columns[] = {{.title = "ONE"}, {.title = "TWO", .widest = 5}};

/* Standard output goes into a file meanwhile. */
struct capture {
    FILE *file;
    int before;
};

static void capture_begin(struct capture *capture)
{
    (void)fflush(stdout);
    capture->file = tmpfile();
    ck_assert_ptr_nonnull(capture->file);
    capture->before = dup(STDOUT_FILENO);
    ck_assert_int_ge(dup2(fileno(capture->file), STDOUT_FILENO), 0);
}

/* What was printed, in a static buffer. */
static const char *capture_end(struct capture *capture)
{
    static char text[KIB(64)];
    ck_assert_int_eq(fflush(stdout), 0);
    ck_assert_int_ge(dup2(capture->before, STDOUT_FILENO), 0);
    rewind(capture->file);
    size_t size = fread(text, 1, sizeof(text) - 1, capture->file);
    text[size] = '\0';
    (void)fclose(capture->file);
    (void)close(capture->before);
    return text;
}

static const char *printed(struct table *table, bool head)
{
    struct capture capture;
    capture_begin(&capture);
    table_print(table, head);
    return capture_end(&capture);
}

static void add(struct table *table, const char *cell)
{
    ck_assert_int_eq(table_add(table, slice_of(cell)), 0);
}

START_TEST(columns_are_as_wide_as_their_widest_cell)
{
    struct table table;
    table_init(&table, columns, 2);
    add(&table, "a");
    add(&table, "b");
    add(&table, "longer");
    add(&table, "");
    ck_assert_str_eq(printed(&table, true), "ONE     TWO\na       b\nlonger  -\n");
    /* A later part keeps the width, and has no head. */
    add(&table, "x");
    add(&table, "y");
    ck_assert_str_eq(printed(&table, false), "x       y\n");
    ck_assert_str_eq(printed(&table, false), "");
    table_deinit(&table);
}
END_TEST

START_TEST(a_cell_past_its_width_is_cut_at_a_whole_character)
{
    ck_assert_ptr_nonnull(setlocale(LC_CTYPE, "C.UTF-8"));
    struct table table;
    table_init(&table, columns, 2);
    add(&table, "\xC3\xBC\xE7\x8E\x8B"); /* two characters, three columns */
    add(&table, "12345");
    add(&table, "a");
    add(&table, "123456");
    add(&table, "b");
    add(&table, "\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC");
    ck_assert_str_eq(printed(&table, false), "\xC3\xBC\xE7\x8E\x8B  12345\n"
                                             "a    1234\xE2\x80\xA6\n"
                                             "b    \xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xE2\x80\xA6\n");
    table_deinit(&table);
}
END_TEST

START_TEST(what_a_terminal_would_obey_does_not_reach_it)
{
    static const struct table_column one = {.title = "X"};
    static const char *const cells[][2] = {
        {"a\033[31mb", "a?[31mb"}, /* an escape sequence */
        {"tab\tnewline\nreturn\r", "tab?newline?return?"},
        {"del\x7F", "del?"},
        {"c1\xC2\x9B", "c1?"},       /* CSI as one character */
        {"rtl\xE2\x80\xAE", "rtl?"}, /* right-to-left override */
        {"isolate\xE2\x81\xA7", "isolate?"},
        {"line\xE2\x80\xA8", "line?"},
        {"bad\xFF\xC3", "bad??"}, /* no UTF-8 */
        {"\xF0\x9F\x98\x80 \xC2\xA0\xE2\x80\x91", "\xF0\x9F\x98\x80 \xC2\xA0\xE2\x80\x91"},
    };
    for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
        struct table table;
        char wanted[64];
        table_init(&table, &one, 1);
        add(&table, cells[i][0]);
        (void)snprintf(wanted, sizeof(wanted), "%s\n", cells[i][1]);
        ck_assert_str_eq(printed(&table, false), wanted);
        table_deinit(&table);
    }
}
END_TEST

CHECK_MAIN("table", columns_are_as_wide_as_their_widest_cell,
    a_cell_past_its_width_is_cut_at_a_whole_character, what_a_terminal_would_obey_does_not_reach_it)
