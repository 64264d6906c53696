/* What a walk remembers of the entries that it told: enough, and not more with its length. */
#include "slackaudit/told.h"

#include <stdio.h>

#include "check_main.h"

static struct hash_key key_of(unsigned number)
{
    return hash_key_of((struct slice){(const char *)&number, sizeof(number)});
}

static size_t memory_of(const struct told *told)
{
    return seen_memory(&told->near) + seen_memory(&told->last) + seen_memory(&told->old);
}

START_TEST(an_entry_is_new_once_with_a_time_or_without)
{
    struct told told = TOLD_INIT;
    ck_assert_int_eq(told_add(&told, key_of(1), true, 500), 1);
    ck_assert_int_eq(told_add(&told, key_of(2), false, 0), 1);
    for (int64_t place = 500; place > 0; place -= 100) {
        told_move(&told, place);
        ck_assert_int_eq(told_add(&told, key_of(1), true, 500), 0);
        ck_assert_int_eq(told_add(&told, key_of(2), false, 0), 0);
    }
    told_deinit(&told);
}
END_TEST

START_TEST(the_place_only_moves_back_in_time)
{
    struct told told = TOLD_INIT;
    told_move(&told, -1);
    ck_assert_int_eq(told.place, -1);
    told_move(&told, 900);
    told_move(&told, 950);
    told_move(&told, -1);
    ck_assert_int_eq(told.place, 900);
    ck_assert_int_eq(told_horizon(&told), 900 + TOLD_MARGIN_SECONDS);
    told_deinit(&told);
    told_move(&told, INT64_MAX - 1);
    ck_assert_int_eq(told_horizon(&told), INT64_MAX);
    told_deinit(&told);
}
END_TEST

START_TEST(a_long_walk_takes_no_more_memory_than_a_short_one)
{
    struct told told = TOLD_INIT;
    size_t most = 0;
    for (unsigned i = 0; i < 400000; i++) {
        int64_t time = 1700000000 - i / 100; /* a hundred a second */
        ck_assert_int_eq(told_add(&told, key_of(i), true, time), 1);
        if (i % 1000 == 999)
            told_move(&told, time);
        most = memory_of(&told) > most ? memory_of(&told) : most;
    }
    ck_assert_uint_lt(most, 24 * (2 * TOLD_LAST + 100 * (TOLD_MARGIN_SECONDS + 10)) * 5 / 4);
    /* Those about the place, and the last ones; not those of long ago. */
    for (unsigned i = 400000 - TOLD_LAST; i < 400000; i++)
        ck_assert_int_eq(told_add(&told, key_of(i), true, 1700000000 - i / 100), 0);
    ck_assert_int_eq(told_add(&told, key_of(0), true, 1700000000), 1);
    told_deinit(&told);
}
END_TEST

START_TEST(a_second_with_very_many_entries_is_remembered_whole)
{
    struct told told = TOLD_INIT;
    for (unsigned i = 0; i < 300000; i++)
        ck_assert_int_eq(told_add(&told, key_of(i), true, 1700000000), 1);
    told_move(&told, 1700000000);
    for (unsigned i = 0; i < 300000; i++)
        ck_assert_int_eq(told_add(&told, key_of(i), true, 1700000000), 0);
    told_deinit(&told);
}
END_TEST

CHECK_MAIN("told", an_entry_is_new_once_with_a_time_or_without, the_place_only_moves_back_in_time,
    a_long_walk_takes_no_more_memory_than_a_short_one,
    a_second_with_very_many_entries_is_remembered_whole)
