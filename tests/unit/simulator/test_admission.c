/* Who is let in: the rate limit's bucket and the tokens. */
#include "check_main.h"

#include "base/units.h"
#include "simulator/budget.h"
#include "simulator/tokens.h"

/* Calls that are let in at once. */
static uint32_t take_all(struct budget *budget, int64_t now_us)
{
    int64_t retry_after_s = 0;
    uint32_t taken = 0;
    while (budget_take(budget, now_us, &retry_after_s)) {
        ck_assert_uint_lt(taken, 10000);
        taken++;
    }
    ck_assert_int_ge(retry_after_s, 1);
    ck_assert_uint_eq(budget_left(budget, now_us), 0);
    return taken;
}

START_TEST(a_minute_brings_as_many_calls_as_allowed_and_a_burst_no_more_than_the_bucket)
{
    struct budget budget;
    budget_init(&budget, 50, 10, 0);
    ck_assert_uint_eq(budget_left(&budget, 0), 10);
    ck_assert_uint_eq(take_all(&budget, 0), 10);
    uint32_t taken = 0;
    for (int64_t second = 1; second <= 600; second++)
        taken += take_all(&budget, second * USEC_PER_SEC);
    ck_assert_uint_eq(taken, 500);
    ck_assert_uint_eq(take_all(&budget, 365 * USEC_PER_DAY), 10);
}
END_TEST

START_TEST(whoever_waits_as_long_as_told_is_let_in)
{
    struct budget budget;
    int64_t now_us = 0, retry_after_s = 0;
    budget_init(&budget, 7, 1, now_us);
    for (int i = 0; i < 100; i++) {
        ck_assert(budget_take(&budget, now_us, &retry_after_s));
        ck_assert(!budget_take(&budget, now_us, &retry_after_s));
        ck_assert_int_le(retry_after_s, 60 / 7 + 2);
        now_us += retry_after_s * USEC_PER_SEC;
    }
}
END_TEST

START_TEST(the_bucket_holds_a_fifth_of_a_minute_unless_told_otherwise_and_zero_means_no_limit)
{
    struct budget budget;
    int64_t retry_after_s;
    budget_init(&budget, 50, 0, 0);
    ck_assert_uint_eq(take_all(&budget, 0), 10);
    budget_init(&budget, 3, 0, 0);
    ck_assert_uint_eq(take_all(&budget, 0), 1);
    budget_init(&budget, 0, 0, 0);
    for (int i = 0; i < 100000; i++)
        ck_assert(budget_take(&budget, 0, &retry_after_s));
}
END_TEST

START_TEST(a_token_must_be_there_and_be_one_of_the_known)
{
    struct tokens tokens = {0};
    ck_assert(tokens_accept(&tokens, "Bearer anything"));
    ck_assert(!tokens_accept(&tokens, "Bearer "));
    ck_assert(!tokens_accept(&tokens, NULL));
    ck_assert(!tokens_accept(&tokens, "Basic YTpi"));
    ck_assert_int_eq(tokens_add(&tokens, "xoxp-one", NULL), 0);
    ck_assert_int_eq(tokens_add(&tokens, "xoxp-two", NULL), 0);
    ck_assert(tokens_accept(&tokens, "Bearer xoxp-one"));
    ck_assert(tokens_accept(&tokens, "bearer xoxp-two"));
    ck_assert(!tokens_accept(&tokens, "Bearer xoxp-on"));
    ck_assert(!tokens_accept(&tokens, "Bearer xoxp-one2"));
    ck_assert(!tokens_accept(&tokens, "xoxp-one"));
    tokens_deinit(&tokens);
}
END_TEST

START_TEST(tokens_are_replaced_whole_or_not_at_all)
{
    struct tokens tokens = {0};
    ck_assert_int_eq(tokens_add(&tokens, "old", NULL), 0);
    ck_assert_int_eq(tokens_replace(&tokens, "new\nwith space\n", NULL), ERROR_INVALID);
    ck_assert(tokens_accept(&tokens, "Bearer old"));
    ck_assert(!tokens_accept(&tokens, "Bearer new"));
    ck_assert_int_eq(tokens_replace(&tokens, "new\r\n\nnewer\n", NULL), 0);
    ck_assert_uint_eq(tokens.count, 2);
    ck_assert(!tokens_accept(&tokens, "Bearer old"));
    ck_assert(tokens_accept(&tokens, "Bearer newer"));
    for (size_t i = tokens.count; i < TOKENS_MOST; i++)
        ck_assert_int_eq(tokens_add(&tokens, "more", NULL), 0);
    ck_assert_int_eq(tokens_add(&tokens, "more", NULL), ERROR_LIMIT);
    tokens_deinit(&tokens);
}
END_TEST

CHECK_MAIN("admission",
    a_minute_brings_as_many_calls_as_allowed_and_a_burst_no_more_than_the_bucket,
    whoever_waits_as_long_as_told_is_let_in,
    the_bucket_holds_a_fifth_of_a_minute_unless_told_otherwise_and_zero_means_no_limit,
    a_token_must_be_there_and_be_one_of_the_known, tokens_are_replaced_whole_or_not_at_all)
