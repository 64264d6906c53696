/* Retry lists: their rules, the default stack, and the stacks that are built from them. */
#include "config_test.h"

#include "base/units.h"

static void expect_retry_problem(const char *handler, const char *at, const char *problem)
{
    char text[512];
    (void)snprintf(text, sizeof(text), A_SOURCE AN_OUTPUT "retry:\n  - %s\n", handler);
    expect_problem(text, 4, column_of(handler, at, 5), problem);
}

/* The source's retry list, within *ret_config. */
static const struct config_retry *parse_retry(const char *list, struct config **ret_config)
{
    char text[512];
    (void)snprintf(text, sizeof(text), "retry: %s", list);
    *ret_config = parse_source(text);
    return &(*ret_config)->sources[0].retry;
}

START_TEST(the_default_stack_goes_to_all_that_set_none)
{
    struct config *config = parse_good(A_SOURCE AN_OUTPUT);
    const struct config_retry *stacks[] = {
        &config->retry, &config->sources[0].retry, &config->outputs[0].retry};
    for (size_t i = 0; i < 3; i++) {
        const struct config_retry_handler *handlers = stacks[i]->handlers;
        ck_assert_uint_eq(stacks[i]->count, 3);
        ck_assert_int_eq(handlers[0].handler, CONFIG_HANDLER_CONNECTION_ERROR);
        ck_assert_int_eq(handlers[0].max_retries, 5);
        ck_assert_int_eq(handlers[0].interval.type, CONFIG_INTERVAL_BACKOFF);
        ck_assert_int_eq(handlers[0].interval.factor_us, 500 * USEC_PER_MSEC);
        ck_assert_int_eq(handlers[0].interval.cap_us, 60 * USEC_PER_SEC);
        ck_assert_int_eq(handlers[0].interval.jitter, CONFIG_JITTER_RANDOM);
        ck_assert_int_eq(handlers[1].handler, CONFIG_HANDLER_RATE_LIMIT);
        ck_assert_int_eq(handlers[1].max_retries, 10);
        ck_assert_int_eq(handlers[2].handler, CONFIG_HANDLER_SERVER_ERROR);
        ck_assert_int_eq(handlers[2].interval.jitter, CONFIG_JITTER_FULL);
    }
    ck_assert_ptr_ne(stacks[0]->handlers, stacks[1]->handlers); /* each owns its own */
    config_free(config);
}
END_TEST

START_TEST(the_top_list_replaces_the_default_for_all_but_those_with_their_own)
{
    struct config *config =
        parse_good("retry:\n"
                   "  - {handler: match, when: {error: [a, b], status: [408]}}\n"
                   "sources:\n"
                   "  - {name: acme, token: {env: T}}\n"
                   "  - {name: bare, token: {env: T}, retry: []}\n" AN_OUTPUT);
    const struct config_retry *copy = &config->sources[0].retry;
    ck_assert_uint_eq(copy->count, 1);
    ck_assert_str_eq(copy->handlers[0].when.errors[1], "b");
    ck_assert_int_eq(copy->handlers[0].when.statuses[0], 408);
    ck_assert_uint_eq(copy->handlers[0].when.transport_count, 0);
    ck_assert_int_eq(copy->handlers[0].max_retries, 3);
    ck_assert_uint_eq(config->sources[1].retry.count, 0);
    ck_assert_uint_eq(config->outputs[0].retry.count, 1);
    config_free(config);
}
END_TEST

START_TEST(a_handler_that_says_little_gets_the_values_of_the_default_stack)
{
    struct config *config;
    const struct config_retry *retry = parse_retry(
        "[{handler: rate_limit}, {handler: server_error}, {handler: connection_error}]", &config);
    ck_assert_int_eq(retry->handlers[0].max_retries, 10);
    ck_assert_int_eq(retry->handlers[1].max_retries, 5);
    ck_assert_int_eq(retry->handlers[1].interval.jitter, CONFIG_JITTER_FULL);
    ck_assert_int_eq(retry->handlers[2].interval.jitter, CONFIG_JITTER_RANDOM);
    config_free(config);
}
END_TEST

START_TEST(bad_lists_are_refused)
{
    expect_retry_problem("{handler: timeout}", "timeout",
        "retry[0].handler: must be one of connection_error, rate_limit, server_error, match, found "
        "\"timeout\"");
    expect_retry_problem("{max_retries: 3}", "{", "retry[0].handler: missing; it is required");
    expect_retry_problem("{handler: rate_limit, max_retries: 101}", "101",
        "retry[0].max_retries: must be 0 to 100, found \"101\"");
    expect_retry_problem("{handler: rate_limit, interval: {}}", "interval",
        "retry[0].interval: does not belong to handler rate_limit; it is for handler "
        "connection_error or handler server_error or handler match");
    expect_retry_problem("{handler: server_error, when: {status: [500]}}", "when",
        "retry[0].when: does not belong to handler server_error; it is for handler match");
    expect_retry_problem("{handler: server_error, interval: {type: fixed, factor: 1s}}", "factor",
        "retry[0].interval.factor: does not belong to interval type fixed; it is for interval type "
        "backoff");
    expect_retry_problem("{handler: server_error, interval: {wait: 1s}}", "wait",
        "retry[0].interval.wait: does not belong to interval type backoff; it is for interval type "
        "fixed");
    expect_retry_problem("{handler: server_error, interval: {factor: 10s, cap: 2s}}", "2s",
        "retry[0].interval.cap: must be at least the factor, 10s");
    expect_retry_problem("{handler: server_error, interval: {factor: 0}}", "0",
        "retry[0].interval.factor: must be 1ms to 1d, found \"0\"");
    expect_retry_problem("{handler: server_error, interval: {jitter: some}}", "some",
        "retry[0].interval.jitter: must be one of random, none, full, equal, decorrelated, found "
        "\"some\"");
    expect_source_problem("retry: {handler: rate_limit}", "{",
        "sources[0].retry: expected a list of mappings, found a mapping");
}
END_TEST

START_TEST(a_match_needs_something_to_match)
{
    static const char problem[] =
        "retry[0].when: must hold at least one of status, error and transport with something in it";
    expect_retry_problem("{handler: match}", "{", problem);
    expect_retry_problem("{handler: match, when: {}}", "{}", problem);
    expect_retry_problem("{handler: match, when: {status: [], error: []}}", "{status", problem);
    expect_retry_problem("{handler: match, when: {status: [200]}}", "200",
        "retry[0].when.status[0]: must be 300 to 599, found \"200\"");
    expect_retry_problem("{handler: match, when: {transport: [ssl]}}", "ssl",
        "retry[0].when.transport[0]: must be one of timeout, dns, connect, tls, reset, found "
        "\"ssl\"");
    expect_retry_problem("{handler: match, when: {error: [\"\"]}}", "\"\"",
        "retry[0].when.error[0]: must not be empty");
}
END_TEST

START_TEST(more_handlers_than_a_stack_holds_are_refused)
{
    char list[512] = "retry: [";
    for (int i = 0; i < LIMIT_RETRY_HANDLERS + 1; i++)
        strcat(list, "{handler: rate_limit},");
    strcat(list, "]");
    expect_source_problem(list, "[", "sources[0].retry: must have at most 16 elements, found 17");
}
END_TEST

/* ---- Built stacks ---- */

/* Chance at its least. */
static int64_t lowest(void *user, int64_t low, int64_t high)
{
    (void)user;
    (void)high;
    return low;
}

static const struct slackaudit_random no_chance = {.between = lowest};

static struct slackaudit_attempt attempt_with_status(int status)
{
    return (struct slackaudit_attempt){
        .method = "GET", .error = "", .status = status, .retry_after_us = -1};
}

START_TEST(a_built_stack_answers_as_the_list_says)
{
    struct config *config;
    const struct config_retry *retry =
        parse_retry("[{handler: match, when: {status: [408]}, max_retries: 2, "
                    "interval: {type: fixed, wait: 3s, jitter: none}}, "
                    "{handler: server_error, max_retries: 3, "
                    "interval: {factor: 1s, cap: 2s, jitter: none}}]",
            &config);
    struct slackaudit_retry_stack *stack = config_retry_build(retry);
    ck_assert_ptr_nonnull(stack);
    ck_assert_uint_eq(slackaudit_retry_stack_count(stack), 2);

    struct slackaudit_retry_state state;
    slackaudit_retry_state_init(&state, NULL);
    struct slackaudit_attempt attempt = attempt_with_status(408);
    int64_t wait_us;
    for (int i = 0; i < 2; i++) {
        ck_assert(slackaudit_retry_stack_ask(stack, &state, &attempt, &no_chance, &wait_us));
        ck_assert_int_eq(wait_us, 3 * USEC_PER_SEC);
    }
    ck_assert(!slackaudit_retry_stack_ask(stack, &state, &attempt, &no_chance, &wait_us));

    attempt = attempt_with_status(503);
    static const int64_t waits[] = {1, 2, 2}; /* the cap */
    for (int i = 0; i < 3; i++) {
        ck_assert(slackaudit_retry_stack_ask(stack, &state, &attempt, &no_chance, &wait_us));
        ck_assert_int_eq(wait_us, waits[i] * USEC_PER_SEC);
    }
    ck_assert(!slackaudit_retry_stack_ask(stack, &state, &attempt, &no_chance, &wait_us));
    attempt = attempt_with_status(404);
    ck_assert(!slackaudit_retry_stack_ask(stack, &state, &attempt, &no_chance, &wait_us));
    slackaudit_retry_stack_free(stack);
    config_free(config);
}
END_TEST

START_TEST(the_default_stack_is_built_with_its_three_handlers)
{
    struct config *config = parse_good(A_SOURCE AN_OUTPUT);
    struct slackaudit_retry_stack *stack = config_retry_build(&config->outputs[0].retry);
    ck_assert_uint_eq(slackaudit_retry_stack_count(stack), 3);
    struct slackaudit_retry_state state;
    slackaudit_retry_state_init(&state, NULL);
    int64_t wait_us;
    struct slackaudit_attempt attempt = attempt_with_status(429);
    attempt.retry_after_us = 7 * USEC_PER_SEC;
    for (int i = 0; i < 10; i++) {
        ck_assert(slackaudit_retry_stack_ask(stack, &state, &attempt, &no_chance, &wait_us));
        ck_assert_int_eq(wait_us, 7 * USEC_PER_SEC);
    }
    ck_assert(!slackaudit_retry_stack_ask(stack, &state, &attempt, &no_chance, &wait_us));
    attempt = attempt_with_status(0);
    attempt.transport = SLACKAUDIT_TRANSPORT_RESET;
    for (int i = 0; i < 5; i++)
        ck_assert(slackaudit_retry_stack_ask(stack, &state, &attempt, &no_chance, &wait_us));
    ck_assert(!slackaudit_retry_stack_ask(stack, &state, &attempt, &no_chance, &wait_us));
    slackaudit_retry_stack_free(stack);
    config_free(config);
}
END_TEST

START_TEST(every_jitter_and_transport_can_be_built)
{
    static const char *const jitters[] = {"none", "random", "full", "equal", "decorrelated"};
    for (size_t i = 0; i < sizeof(jitters) / sizeof(jitters[0]); i++) {
        char list[160];
        struct config *config;
        (void)snprintf(list, sizeof(list),
            "[{handler: match, when: {transport: [timeout, dns, connect, tls, reset]}, "
            "interval: {jitter: %s}}]",
            jitters[i]);
        const struct config_retry *retry = parse_retry(list, &config);
        struct slackaudit_retry_stack *stack = config_retry_build(retry);
        struct slackaudit_retry_state state;
        slackaudit_retry_state_init(&state, NULL);
        struct slackaudit_attempt attempt = attempt_with_status(0);
        attempt.transport = SLACKAUDIT_TRANSPORT_TLS;
        int64_t wait_us;
        ck_assert(slackaudit_retry_stack_ask(stack, &state, &attempt, &no_chance, &wait_us));
        attempt.transport = SLACKAUDIT_TRANSPORT_OTHER;
        ck_assert(!slackaudit_retry_stack_ask(stack, &state, &attempt, &no_chance, &wait_us));
        slackaudit_retry_stack_free(stack);
        config_free(config);
    }
}
END_TEST

START_TEST(an_empty_list_builds_a_stack_that_never_retries)
{
    struct config *config;
    struct slackaudit_retry_stack *stack = config_retry_build(parse_retry("[]", &config));
    ck_assert_ptr_nonnull(stack);
    ck_assert_uint_eq(slackaudit_retry_stack_count(stack), 0);
    slackaudit_retry_stack_free(stack);
    config_free(config);
}
END_TEST

CHECK_MAIN("config retry", the_default_stack_goes_to_all_that_set_none,
    the_top_list_replaces_the_default_for_all_but_those_with_their_own,
    a_handler_that_says_little_gets_the_values_of_the_default_stack, bad_lists_are_refused,
    a_match_needs_something_to_match, more_handlers_than_a_stack_holds_are_refused,
    a_built_stack_answers_as_the_list_says, the_default_stack_is_built_with_its_three_handlers,
    every_jitter_and_transport_can_be_built, an_empty_list_builds_a_stack_that_never_retries)
