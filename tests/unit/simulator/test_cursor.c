/* Cursors: what goes in comes out, and nothing that was not given out is let in. */
#include "check_main.h"

#include <string.h>

#include "base/error.h"
#include "simulator/cursor.h"

START_TEST(a_cursor_gives_back_its_position_and_time)
{
    for (uint32_t number = 0; number < 1000; number++) {
        char text[CURSOR_TEXT_SIZE];
        struct cursor read, cursor = {.position = (uint64_t)number * 7919,
                                .given_at_us = 1700000000000000 + number};
        ck_assert_uint_lt(strlen(cursor_encode(&cursor, 5, number, text)), CURSOR_TEXT_SIZE);
        ck_assert_int_eq(cursor_decode(text, 5, &read), 0);
        ck_assert_uint_eq(read.position, cursor.position);
        ck_assert_int_eq(read.given_at_us, cursor.given_at_us);
    }
}
END_TEST

START_TEST(cursors_end_in_one_or_two_equals_signs_and_some_need_encoding)
{
    size_t plus = 0, solidus = 0;
    for (uint32_t number = 0; number < 1000; number++) {
        char text[CURSOR_TEXT_SIZE];
        struct cursor cursor = {.position = number, .given_at_us = 1700000000000000};
        (void)cursor_encode(&cursor, 1, number, text);
        size_t size = strlen(text);
        ck_assert_int_eq(text[size - 1], '=');
        ck_assert_int_eq(text[size - 2] == '=', number % 2 == 1);
        plus += strchr(text, '+') != NULL;
        solidus += strchr(text, '/') != NULL;
    }
    ck_assert_uint_gt(plus, 50);
    ck_assert_uint_gt(solidus, 50);
}
END_TEST

START_TEST(two_cursors_for_one_place_and_time_differ)
{
    char one[CURSOR_TEXT_SIZE], two[CURSOR_TEXT_SIZE];
    struct cursor cursor = {.position = 3, .given_at_us = 4};
    ck_assert_str_ne(cursor_encode(&cursor, 1, 1, one), cursor_encode(&cursor, 1, 3, two));
}
END_TEST

START_TEST(a_cursor_that_was_changed_or_made_up_is_refused)
{
    char text[CURSOR_TEXT_SIZE];
    struct cursor read = {0}, cursor = {.position = 123456, .given_at_us = 1700000000000000};
    for (uint32_t number = 0; number < 2; number++) {
        (void)cursor_encode(&cursor, 9, number, text);
        ck_assert_int_eq(cursor_decode(text, 10, &read), ERROR_INVALID);
        for (size_t i = 0; i < strlen(text); i++) {
            char changed[CURSOR_TEXT_SIZE];
            strcpy(changed, text);
            changed[i] = changed[i] == 'A' ? 'B' : 'A';
            ck_assert_int_eq(cursor_decode(changed, 9, &read), ERROR_INVALID);
            changed[i] = '\0';
            ck_assert_int_eq(cursor_decode(changed, 9, &read), ERROR_INVALID);
            changed[i] = ' ';
            ck_assert_int_eq(cursor_decode(changed, 9, &read), ERROR_INVALID);
        }
    }
    static const char *const made_up[] = {"", "=", "==", "====", "abc", "dXNlcjpVMDYxTkZUVDI=",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="};
    for (size_t i = 0; i < sizeof(made_up) / sizeof(made_up[0]); i++)
        ck_assert_int_eq(cursor_decode(made_up[i], 9, &read), ERROR_INVALID);
    ck_assert_uint_eq(read.position, 0);
}
END_TEST

CHECK_MAIN("cursor", a_cursor_gives_back_its_position_and_time,
    cursors_end_in_one_or_two_equals_signs_and_some_need_encoding,
    two_cursors_for_one_place_and_time_differ, a_cursor_that_was_changed_or_made_up_is_refused)
