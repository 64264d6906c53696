/* Amounts as people read them. */
#include "ctl/amount.h"

#include <stdio.h>

#include "check_main.h"

START_TEST(thousands_stand_apart)
{
    char text[AMOUNT_TEXT_SIZE];
    ck_assert_str_eq(amount_count(0, text), "0");
    ck_assert_str_eq(amount_count(999, text), "999");
    ck_assert_str_eq(amount_count(1000, text), "1,000");
    ck_assert_str_eq(amount_count(-1234567, text), "-1,234,567");
    ck_assert_str_eq(amount_count(-123, text), "-123");
    ck_assert_str_eq(amount_count(INT64_MIN, text), "-9,223,372,036,854,775,808");
}
END_TEST

START_TEST(bytes_have_the_unit_that_suits_them)
{
    char text[AMOUNT_TEXT_SIZE];
    ck_assert_str_eq(amount_bytes(0, text), "0 bytes");
    ck_assert_str_eq(amount_bytes(1023, text), "1023 bytes");
    ck_assert_str_eq(amount_bytes(1536, text), "1.5 KiB");
    ck_assert_str_eq(amount_bytes(INT64_C(1) << 30, text), "1.0 GiB");
}
END_TEST

START_TEST(a_rate_has_a_tenth_as_long_as_it_matters)
{
    char text[AMOUNT_TEXT_SIZE];
    ck_assert_str_eq(amount_rate(0, text), "0.0");
    ck_assert_str_eq(amount_rate(12.34, text), "12.3");
    ck_assert_str_eq(amount_rate(1234.6, text), "1,235");
}
END_TEST

CHECK_MAIN("amount", thousands_stand_apart, bytes_have_the_unit_that_suits_them,
    a_rate_has_a_tenth_as_long_as_it_matters)
