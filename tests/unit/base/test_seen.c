#include "base/seen.h"

#include <stdio.h>

#include "check_main.h"

static struct hash_key key_of_number(unsigned number)
{
    char text[32];
    int size = snprintf(text, sizeof(text), "entry-%u", number);
    return hash_key_of((struct slice){.data = text, .size = (size_t)size});
}

START_TEST(a_key_is_new_once)
{
    struct seen seen = {0};
    ck_assert_int_eq(seen_add(&seen, key_of_number(1), 100), 1);
    ck_assert_int_eq(seen_add(&seen, key_of_number(1), 100), 0);
    ck_assert_int_eq(seen_add(&seen, key_of_number(2), 100), 1);
    ck_assert_uint_eq(seen.count, 2);
    seen_deinit(&seen);
}
END_TEST

START_TEST(every_key_is_found_again_through_all_growth)
{
    enum { KEYS = 300000 };
    struct seen seen = {0};
    for (unsigned i = 0; i < KEYS; i++)
        ck_assert_int_eq(seen_add(&seen, key_of_number(i), 1000 + i), 1);
    for (unsigned i = 0; i < KEYS; i++)
        ck_assert_int_eq(seen_add(&seen, key_of_number(i), 1), 0);
    ck_assert_uint_eq(seen.count, KEYS);
    seen_deinit(&seen);
}
END_TEST

START_TEST(an_id_costs_at_most_24_bytes_at_every_size_past_the_first)
{
    struct seen seen = {0};
    for (unsigned i = 0; i < 200000; i++) {
        ck_assert_int_eq(seen_add(&seen, key_of_number(i), 1000), 1);
        if (i > 2000)
            ck_assert_uint_le(seen_memory(&seen), 24 * seen.count);
    }
    seen_deinit(&seen);
}
END_TEST

START_TEST(an_id_costs_at_most_24_bytes_however_many_were_forgotten)
{
    enum { KEYS = 200000, STEP = 777, LAST = 5000 };
    struct seen seen = {0};
    for (unsigned i = 0; i < KEYS; i++)
        ck_assert_int_eq(seen_add(&seen, key_of_number(i), 1 + i), 1);
    for (unsigned gone = STEP; gone < KEYS - LAST; gone += STEP) {
        seen_forget(&seen, 0, 1 + gone);
        ck_assert_uint_eq(seen.count, KEYS - gone);
        ck_assert_uint_le(seen_memory(&seen), 24 * seen.count);
    }
    for (unsigned i = KEYS - LAST; i < KEYS; i++)
        ck_assert_int_eq(seen_add(&seen, key_of_number(i), 1 + i), 0);
    seen_deinit(&seen);
}
END_TEST

START_TEST(what_is_taken_out_is_new_again_and_its_neighbours_stay)
{
    enum { KEYS = 5000 };
    struct seen seen = {0};
    for (unsigned i = 0; i < KEYS; i++)
        ck_assert_int_eq(seen_add(&seen, key_of_number(i), 1000), 1);
    for (unsigned i = 0; i < KEYS; i += 2)
        seen_remove(&seen, key_of_number(i));
    seen_remove(&seen, key_of_number(KEYS + 1)); /* not there: nothing happens */
    ck_assert_uint_eq(seen.count, KEYS / 2);
    for (unsigned i = 0; i < KEYS; i++)
        ck_assert_int_eq(seen_add(&seen, key_of_number(i), 1000), i % 2 == 0 ? 1 : 0);
    seen_deinit(&seen);
}
END_TEST

START_TEST(forgetting_drops_the_old_keeps_the_rest_and_gives_memory_back)
{
    enum { KEYS = 100000 };
    struct seen seen = {0};
    for (unsigned i = 0; i < KEYS; i++)
        ck_assert_int_eq(seen_add(&seen, key_of_number(i), 1 + i), 1);
    size_t before = seen_memory(&seen);
    seen_forget(&seen, 0, KEYS - 4999);
    ck_assert_uint_eq(seen.count, 5000);
    ck_assert_uint_lt(seen_memory(&seen), before / 10);
    for (unsigned i = 0; i < KEYS; i++)
        ck_assert_int_eq(seen_add(&seen, key_of_number(i), 1 + i), i < KEYS - 5000 ? 1 : 0);
    seen_deinit(&seen);
}
END_TEST

START_TEST(forgetting_a_span_keeps_what_is_before_and_behind_it)
{
    enum { KEYS = 100000, FROM = 20000, TO = 90000 };
    struct seen seen = {0};
    for (unsigned i = 0; i < KEYS; i++)
        ck_assert_int_eq(seen_add(&seen, key_of_number(i), i), 1);
    size_t before = seen_memory(&seen);
    seen_forget(&seen, FROM, TO);
    ck_assert_uint_eq(seen.count, KEYS - (TO - FROM));
    ck_assert_uint_lt(seen_memory(&seen), before / 2);
    for (unsigned i = 0; i < KEYS; i++)
        ck_assert_int_eq(seen_add(&seen, key_of_number(i), i), i >= FROM && i < TO ? 1 : 0);
    seen_deinit(&seen);
}
END_TEST

START_TEST(a_key_at_the_beginning_or_the_end_of_time_is_kept)
{
    struct seen seen = {0};
    ck_assert_int_eq(seen_add(&seen, key_of_number(1), 0), 1);
    ck_assert_int_eq(seen_add(&seen, key_of_number(2), INT64_MAX), 1);
    ck_assert_int_eq(seen_add(&seen, key_of_number(1), 5), 0);
    seen_forget(&seen, 0, INT64_MAX);
    ck_assert_int_eq(seen_add(&seen, key_of_number(2), 5), 0);
    ck_assert_int_eq(seen_add(&seen, key_of_number(1), 5), 1);
    seen_deinit(&seen);
}
END_TEST

CHECK_MAIN("seen", a_key_is_new_once, every_key_is_found_again_through_all_growth,
    an_id_costs_at_most_24_bytes_at_every_size_past_the_first,
    an_id_costs_at_most_24_bytes_however_many_were_forgotten,
    what_is_taken_out_is_new_again_and_its_neighbours_stay,
    forgetting_drops_the_old_keeps_the_rest_and_gives_memory_back,
    forgetting_a_span_keeps_what_is_before_and_behind_it,
    a_key_at_the_beginning_or_the_end_of_time_is_kept)
