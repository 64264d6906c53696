/*
 * The retry stack: who is asked, who wants a retry, and what is remembered from attempt to attempt.
 */
#include "check_main.h"

#include "slackaudit/retry_bench.h"

enum { DRAWS = 10000 };

/* ---- The built-in handlers ---- */

START_TEST(connection_error_takes_every_failure_of_the_connection_and_nothing_else)
{
    for (int transport = SLACKAUDIT_TRANSPORT_OK; transport <= SLACKAUDIT_TRANSPORT_OTHER;
         transport++) {
        struct bench bench;
        bench_init(&bench);
        append(&bench, slackaudit_retry_connection_error(1, NULL, NULL, 0));
        struct slackaudit_attempt attempt = reset;
        attempt.transport = (enum slackaudit_transport)transport;
        bool wanted =
            transport != SLACKAUDIT_TRANSPORT_OK && transport != SLACKAUDIT_TRANSPORT_OTHER;
        ck_assert_int_eq(ask(&bench, &attempt) >= 0, wanted);
        bench_deinit(&bench);
    }
}
END_TEST

START_TEST(rate_limit_waits_what_was_asked_for_and_up_to_a_second_more)
{
    struct bench bench;
    bench_init(&bench);
    append(&bench, slackaudit_retry_rate_limit(90));
    struct slackaudit_attempt attempt = limited;
    double sum = 0;
    for (int i = 0; i < DRAWS; i++) {
        slackaudit_retry_state_init(&bench.state, NULL);
        attempt.retry_after_us = 30 * second;
        int64_t wait_us = ask(&bench, &attempt);
        ck_assert_int_ge(wait_us, 30 * second);
        ck_assert_int_lt(wait_us, 31 * second);
        sum += (double)wait_us;

        attempt.retry_after_us = -1; /* no header */
        wait_us = ask(&bench, &attempt);
        ck_assert_int_ge(wait_us, second);
        ck_assert_int_lt(wait_us, 2 * second);
    }
    ck_assert_double_eq_tol(sum / DRAWS, 30.5 * (double)second, 0.02 * (double)second);

    attempt.retry_after_us = INT64_MAX;
    ck_assert_int_le(ask(&bench, &attempt), SLACKAUDIT_RETRY_LONGEST_WAIT_US);
    attempt.retry_after_us = 0;
    ck_assert_int_lt(ask(&bench, &attempt), second);
    ck_assert_int_eq(ask(&bench, &busy), -1);
    ck_assert_int_eq(ask(&bench, &fine), -1);
    bench_deinit(&bench);
}
END_TEST

START_TEST(server_error_takes_500_and_above_and_a_broken_body)
{
    struct bench bench;
    bench_init(&bench);
    append(&bench, slackaudit_retry_server_error(90, NULL, NULL, 0));
    struct slackaudit_attempt attempt = fine;
    const struct {
        int status;
        bool broken, wanted;
    } cases[] = {{200, false, false}, {200, true, true}, {302, false, false}, {400, false, false},
        {404, false, false}, {429, false, false}, {499, false, false}, {500, false, true},
        {501, false, true}, {502, false, true}, {503, false, true}, {504, false, true},
        {599, false, true}, {0, false, false}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        attempt.status = cases[i].status;
        attempt.broken_body = cases[i].broken;
        ck_assert_int_eq(ask(&bench, &attempt) >= 0, cases[i].wanted);
    }
    bench_deinit(&bench);
}
END_TEST

START_TEST(server_error_waits_at_least_what_was_asked_for_but_never_past_its_cap)
{
    struct bench bench;
    bench_init(&bench);
    append(&bench, slackaudit_retry_server_error(90, slackaudit_interval_fixed(second),
                       slackaudit_jitter_none(), 60 * second));
    struct slackaudit_attempt attempt = busy;
    ck_assert_int_eq(ask(&bench, &attempt), second);
    attempt.retry_after_us = second / 2;
    ck_assert_int_eq(ask(&bench, &attempt), second);
    attempt.retry_after_us = 20 * second;
    ck_assert_int_eq(ask(&bench, &attempt), 20 * second);
    attempt.retry_after_us = 3600 * second;
    ck_assert_int_eq(ask(&bench, &attempt), 60 * second);
    bench_deinit(&bench);
}
END_TEST

START_TEST(match_takes_what_stands_in_any_of_its_lists)
{
    int statuses[] = {408, 0};
    const char *errors[] = {"internal_error", ""};
    enum slackaudit_transport transports[] = {SLACKAUDIT_TRANSPORT_DNS, SLACKAUDIT_TRANSPORT_OK};
    struct bench bench;
    bench_init(&bench);
    append(&bench, slackaudit_retry_match(&(struct slackaudit_retry_match){.statuses = statuses,
                                              .status_count = 2,
                                              .errors = errors,
                                              .error_count = 2,
                                              .transports = transports,
                                              .transport_count = 2},
                       90, slackaudit_interval_fixed(2 * second), slackaudit_jitter_none(), 0));
    memset(statuses, 0, sizeof(statuses)); /* the lists were copied */
    errors[0] = NULL;

    struct slackaudit_attempt attempt = fine;
    ck_assert_int_eq(ask(&bench, &attempt), -1);
    attempt.status = 408;
    ck_assert_int_eq(ask(&bench, &attempt), 2 * second);
    attempt.status = 400;
    ck_assert_int_eq(ask(&bench, &attempt), -1);
    attempt.error = "internal_error";
    ck_assert_int_eq(ask(&bench, &attempt), 2 * second);
    ck_assert_int_eq(ask(&bench, &reset), -1); /* status 0 and error "" are in the lists */
    attempt = reset;
    attempt.transport = SLACKAUDIT_TRANSPORT_DNS;
    ck_assert_int_eq(ask(&bench, &attempt), 2 * second);
    bench_deinit(&bench);
}
END_TEST

START_TEST(match_without_lists_takes_nothing)
{
    struct bench bench;
    bench_init(&bench);
    append(&bench, slackaudit_retry_match(&(struct slackaudit_retry_match){0}, 5, NULL, NULL, 0));
    ck_assert_int_eq(ask(&bench, &reset), -1);
    ck_assert_int_eq(ask(&bench, &busy), -1);
    ck_assert_int_eq(ask(&bench, &fine), -1);
    bench_deinit(&bench);
}
END_TEST

/* ---- The stack ---- */

START_TEST(the_first_handler_that_wants_it_decides)
{
    struct bench bench;
    bench_init(&bench);
    int status = 503;
    struct slackaudit_retry_match when = {.statuses = &status, .status_count = 1};
    append(&bench, slackaudit_retry_match(
                       &when, 1, slackaudit_interval_fixed(7), slackaudit_jitter_none(), 0));
    append(&bench, slackaudit_retry_server_error(
                       1, slackaudit_interval_fixed(11), slackaudit_jitter_none(), 0));

    ck_assert_int_eq(ask(&bench, &busy), 7);
    ck_assert_str_eq(bench.state.last_handler, "match");
    ck_assert_int_eq(ask(&bench, &busy), 11); /* the first has no retries left */
    ck_assert_str_eq(bench.state.last_handler, "server_error");
    ck_assert_int_eq(ask(&bench, &busy), -1);
    bench_deinit(&bench);
}
END_TEST

START_TEST(a_prepended_handler_is_asked_first)
{
    struct bench bench;
    bench_init(&bench);
    append(&bench, slackaudit_retry_server_error(
                       5, slackaudit_interval_fixed(11), slackaudit_jitter_none(), 0));
    int status = 503;
    struct slackaudit_retry_match when = {.statuses = &status, .status_count = 1};
    ck_assert_int_eq(slackaudit_retry_stack_prepend(
                         bench.stack, slackaudit_retry_match(&when, 5, slackaudit_interval_fixed(7),
                                          slackaudit_jitter_none(), 0)),
        0);
    ck_assert_uint_eq(slackaudit_retry_stack_count(bench.stack), 2);
    ck_assert_int_eq(ask(&bench, &busy), 7);
    bench_deinit(&bench);
}
END_TEST

START_TEST(max_retries_counts_what_one_handler_granted_in_one_call)
{
    struct bench bench;
    bench_init(&bench);
    append(&bench, slackaudit_retry_connection_error(2, NULL, NULL, 0));
    append(&bench, slackaudit_retry_rate_limit(3));
    /* In the SDK the two resets would use up two of the three tries of the rate limit. */
    ck_assert_int_ge(ask(&bench, &reset), 0);
    ck_assert_int_ge(ask(&bench, &limited), 0);
    ck_assert_int_ge(ask(&bench, &reset), 0);
    ck_assert_int_ge(ask(&bench, &limited), 0);
    ck_assert_int_eq(ask(&bench, &reset), -1);
    ck_assert_int_ge(ask(&bench, &limited), 0);
    ck_assert_int_eq(ask(&bench, &limited), -1);
    ck_assert_int_eq(bench.state.granted[0], 2);
    ck_assert_int_eq(bench.state.granted[1], 3);
    ck_assert_int_eq(bench.state.current_attempt, 5);

    slackaudit_retry_state_init(&bench.state, NULL); /* another call begins anew */
    ck_assert_int_ge(ask(&bench, &reset), 0);
    bench_deinit(&bench);
}
END_TEST

/* Slack's SDK: a handler has retries left as long as the attempts of the call, whoever granted
 * them, are fewer than its maximum. */
static bool sdk_has_retries_left(int max_retries, const struct slackaudit_retry_state *state)
{
    return state->current_attempt < max_retries;
}

START_TEST(where_the_sdk_would_give_up_because_of_others_a_handler_has_all_its_retries)
{
    enum { RESETS = 2, LIMITS = 2 };
    struct bench bench;
    bench_init(&bench);
    append(&bench, slackaudit_retry_connection_error(RESETS, NULL, NULL, 0));
    append(&bench, slackaudit_retry_rate_limit(LIMITS));
    for (int i = 0; i < RESETS; i++) {
        ck_assert(sdk_has_retries_left(RESETS, &bench.state)); /* so far they agree */
        ck_assert_int_ge(ask(&bench, &reset), 0);
    }
    for (int i = 0; i < LIMITS; i++) {
        ck_assert(!sdk_has_retries_left(LIMITS, &bench.state));
        ck_assert_int_ge(ask(&bench, &limited), 0);
    }
    ck_assert_int_eq(ask(&bench, &limited), -1);
    ck_assert_int_eq(bench.state.current_attempt, RESETS + LIMITS); /* the total is shown too */
    bench_deinit(&bench);
}
END_TEST

START_TEST(a_hundred_attempts_end_any_call_even_where_each_handler_has_retries_left)
{
    struct bench bench;
    bench_init(&bench);
    append(&bench, slackaudit_retry_connection_error(60, NULL, NULL, 0));
    append(&bench, slackaudit_retry_server_error(60, NULL, NULL, 0));
    int attempts = 1;
    while (ask(&bench, attempts % 2 == 0 ? &reset : &busy) >= 0)
        attempts++;
    ck_assert_int_eq(attempts, 100);
    ck_assert_int_eq(bench.state.current_attempt, 99); /* from 0, as in the SDK */
    ck_assert_int_lt(bench.state.granted[0], 60);
    ck_assert_int_lt(bench.state.granted[1], 60);
    bench_deinit(&bench);
}
END_TEST

START_TEST(an_emptied_stack_and_no_stack_at_all_retry_nothing)
{
    struct bench bench;
    bench_init(&bench);
    append(&bench, slackaudit_retry_connection_error(5, NULL, NULL, 0));
    append(&bench, slackaudit_retry_rate_limit(5));
    slackaudit_retry_stack_clear(bench.stack);
    ck_assert_uint_eq(slackaudit_retry_stack_count(bench.stack), 0);
    ck_assert_int_eq(ask(&bench, &reset), -1);
    int64_t wait_us;
    ck_assert(!slackaudit_retry_stack_ask(NULL, &bench.state, &reset, &bench.random, &wait_us));
    bench_deinit(&bench);
}
END_TEST

START_TEST(the_default_stack_retries_a_connection_error_once)
{
    struct bench bench;
    bench_init(&bench);
    slackaudit_retry_stack_free(bench.stack);
    bench.stack = slackaudit_retry_stack_default();
    ck_assert_ptr_nonnull(bench.stack);
    ck_assert_int_eq(ask(&bench, &limited), -1);
    ck_assert_int_eq(ask(&bench, &busy), -1);
    ck_assert_int_ge(ask(&bench, &reset), second / 2);
    ck_assert_int_eq(ask(&bench, &reset), -1);
    bench_deinit(&bench);
}
END_TEST

START_TEST(a_full_stack_refuses_another_handler_and_frees_it)
{
    struct bench bench;
    bench_init(&bench);
    for (int i = 0; i < SLACKAUDIT_RETRY_HANDLERS; i++)
        append(&bench, slackaudit_retry_rate_limit(1));
    ck_assert_int_eq(
        slackaudit_retry_stack_append(bench.stack, slackaudit_retry_rate_limit(1)), -8);
    ck_assert_int_eq(
        slackaudit_retry_stack_prepend(bench.stack, slackaudit_retry_rate_limit(1)), -8);
    ck_assert_int_eq(slackaudit_retry_stack_append(bench.stack, NULL), -1);
    int granted = 0;
    while (ask(&bench, &limited) >= 0)
        granted++;
    ck_assert_int_eq(granted, SLACKAUDIT_RETRY_HANDLERS); /* one each, all of them were asked */
    bench_deinit(&bench);
}
END_TEST

CHECK_MAIN("retry", connection_error_takes_every_failure_of_the_connection_and_nothing_else,
    rate_limit_waits_what_was_asked_for_and_up_to_a_second_more,
    server_error_takes_500_and_above_and_a_broken_body,
    server_error_waits_at_least_what_was_asked_for_but_never_past_its_cap,
    match_takes_what_stands_in_any_of_its_lists, match_without_lists_takes_nothing,
    the_first_handler_that_wants_it_decides, a_prepended_handler_is_asked_first,
    max_retries_counts_what_one_handler_granted_in_one_call,
    where_the_sdk_would_give_up_because_of_others_a_handler_has_all_its_retries,
    a_hundred_attempts_end_any_call_even_where_each_handler_has_retries_left,
    an_emptied_stack_and_no_stack_at_all_retry_nothing,
    the_default_stack_retries_a_connection_error_once,
    a_full_stack_refuses_another_handler_and_frees_it)
