/*
 * A user's own handlers, intervals and jitters: what they are told, what becomes of their answers,
 * and that each is destroyed once.
 */
#include "check_main.h"

#include "slackaudit/retry_bench.h"

static bool is_errno_104(const void *self, const struct slackaudit_retry_state *state,
    const struct slackaudit_attempt *attempt)
{
    (void)self;
    (void)state;
    return attempt->os_errno == 104;
}

START_TEST(a_custom_handler_retries_errno_104_only)
{
    static const struct slackaudit_retry_handler_type type = {
        .name = "errno_104", .can_retry = is_errno_104};
    struct bench bench;
    bench_init(&bench);
    append(&bench, slackaudit_retry_custom(
                       &type, NULL, 3, slackaudit_interval_fixed(5), slackaudit_jitter_none(), 0));
    struct slackaudit_attempt attempt = reset;
    attempt.os_errno = 104;
    ck_assert_int_eq(ask(&bench, &attempt), 5);
    ck_assert_str_eq(bench.state.last_handler, "errno_104");
    attempt.os_errno = ETIMEDOUT;
    ck_assert_int_eq(ask(&bench, &attempt), -1);
    attempt.os_errno = 0;
    ck_assert_int_eq(ask(&bench, &attempt), -1);
    bench_deinit(&bench);
}
END_TEST

/* Gives up when the same error comes twice in a row: it remembers the last one in the call's custom
 * values. */
static bool is_another_error(const void *self, const struct slackaudit_retry_state *state,
    const struct slackaudit_attempt *attempt)
{
    (void)self;
    return strcmp(state->custom, attempt->error) != 0;
}

static int64_t remember_error(const void *self, struct slackaudit_retry_state *state,
    const struct slackaudit_attempt *attempt, int own_attempt,
    const struct slackaudit_random *random)
{
    (void)self;
    (void)random;
    strcpy(state->custom, attempt->error);
    return own_attempt + 1;
}

START_TEST(custom_values_are_carried_from_attempt_to_attempt)
{
    static const struct slackaudit_retry_handler_type type = {
        .name = "another_error", .can_retry = is_another_error, .wait_us = remember_error};
    struct bench bench;
    bench_init(&bench);
    append(&bench, slackaudit_retry_custom(&type, NULL, 50, NULL, NULL, 0));
    char last_error[32] = "";
    slackaudit_retry_state_init(&bench.state, last_error);
    struct slackaudit_attempt attempt = fine;
    attempt.error = "first";
    ck_assert_int_eq(ask(&bench, &attempt), 1);
    attempt.error = "second";
    ck_assert_int_eq(ask(&bench, &attempt), 2);
    ck_assert_str_eq(last_error, "second");
    ck_assert_int_eq(ask(&bench, &attempt), -1);
    ck_assert_ptr_eq(bench.state.custom, last_error);
    bench_deinit(&bench);
}
END_TEST

/* ---- Answers that make no sense ---- */

static int64_t nonsense; /* what each of a user's parts answers */

static int64_t nonsense_interval(const void *self, int attempt)
{
    (void)self;
    (void)attempt;
    return nonsense;
}

static int64_t nonsense_jitter(const void *self, int64_t wait_us,
    const struct slackaudit_retry_state *state, const struct slackaudit_random *random)
{
    (void)self;
    (void)state;
    (void)random;
    ck_assert_int_ge(wait_us, 0); /* what it is given makes sense in any case */
    ck_assert_int_le(wait_us, SLACKAUDIT_RETRY_LONGEST_WAIT_US);
    return nonsense;
}

static bool is_any(const void *self, const struct slackaudit_retry_state *state,
    const struct slackaudit_attempt *attempt)
{
    (void)self;
    (void)state;
    (void)attempt;
    return true;
}

static int64_t nonsense_handler(const void *self, struct slackaudit_retry_state *state,
    const struct slackaudit_attempt *attempt, int own_attempt,
    const struct slackaudit_random *random)
{
    (void)self;
    (void)state;
    (void)attempt;
    (void)own_attempt;
    (void)random;
    return nonsense;
}

static struct slackaudit_interval *an_interval(bool is_nonsense)
{
    static const struct slackaudit_interval_type type = {
        .name = "nonsense", .wait_us = nonsense_interval};
    return is_nonsense ? slackaudit_interval_custom(&type, NULL)
                       : slackaudit_interval_fixed(3 * second);
}

/* The five built-in jitters, and one that is nonsense. */
static struct slackaudit_jitter *a_jitter(int which)
{
    static const struct slackaudit_jitter_type type = {
        .name = "nonsense", .apply = nonsense_jitter};
    switch (which) {
    case 0:
        return slackaudit_jitter_none();
    case 1:
        return slackaudit_jitter_random();
    case 2:
        return slackaudit_jitter_full();
    case 3:
        return slackaudit_jitter_equal();
    case 4:
        return slackaudit_jitter_decorrelated();
    default:
        return slackaudit_jitter_custom(&type, NULL);
    }
}

/* 99 waits in a row, none of them negative (ask() looks) or past the cap. */
static void check_within(struct slackaudit_retry_handler *handler, int64_t cap_us)
{
    struct bench bench;
    bench_init(&bench);
    append(&bench, handler);
    for (int i = 0; i < 99; i++)
        ck_assert_int_le(ask(&bench, &reset), cap_us);
    bench_deinit(&bench);
}

START_TEST(whatever_a_users_parts_answer_no_wait_is_negative_or_past_the_cap)
{
    static const struct slackaudit_retry_handler_type type = {
        .name = "nonsense", .can_retry = is_any, .wait_us = nonsense_handler};
    static const int64_t answers[] = {INT64_MIN, -1, INT64_MAX, INT64_MAX - 1};
    static const int64_t caps[] = {0, 10 * USEC_PER_SEC, INT64_MAX};
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
        for (size_t j = 0; j < sizeof(caps) / sizeof(caps[0]); j++) {
            nonsense = answers[i];
            int64_t cap_us = caps[j] == 10 * second ? caps[j] : SLACKAUDIT_RETRY_LONGEST_WAIT_US;
            for (int which = 0; which <= 5; which++) {
                check_within(slackaudit_retry_connection_error(
                                 1000, an_interval(true), a_jitter(which), caps[j]),
                    cap_us);
                check_within(slackaudit_retry_connection_error(
                                 1000, an_interval(false), a_jitter(which), caps[j]),
                    cap_us);
            }
            check_within(slackaudit_retry_custom(&type, NULL, 1000, NULL, NULL, caps[j]), cap_us);
        }
}
END_TEST

START_TEST(whatever_retry_after_asks_no_wait_is_past_the_cap)
{
    static const int64_t asked[] = {INT64_MIN, -2, INT64_MAX, INT64_MAX - 1, 1LL << 62};
    for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
        struct bench bench;
        bench_init(&bench);
        append(&bench, slackaudit_retry_rate_limit(1000));
        append(&bench, slackaudit_retry_server_error(1000, NULL, NULL, 10 * second));
        struct slackaudit_attempt attempt = limited;
        attempt.retry_after_us = asked[i];
        ck_assert_int_le(ask(&bench, &attempt), SLACKAUDIT_RETRY_LONGEST_WAIT_US);
        attempt.status = 503;
        ck_assert_int_le(ask(&bench, &attempt), 10 * second);
        bench_deinit(&bench);
    }
}
END_TEST

/* ---- Destructors ---- */

static void count_destroy(void *self)
{
    ++*(int *)self;
}

static const struct slackaudit_interval_type counted_interval = {
    .name = "counted", .wait_us = nonsense_interval, .destroy = count_destroy};
static const struct slackaudit_jitter_type counted_jitter = {
    .name = "counted", .apply = nonsense_jitter, .destroy = count_destroy};
static const struct slackaudit_retry_handler_type counted_handler = {
    .name = "counted", .can_retry = is_any, .destroy = count_destroy};

/* How often each of the parts of one handler was destroyed. */
struct destroyed {
    int handler, interval, jitter;
};

static struct slackaudit_retry_handler *make_counted(
    struct destroyed *destroyed, const struct slackaudit_retry_handler_type *type, int max_retries)
{
    *destroyed = (struct destroyed){0};
    return slackaudit_retry_custom(type, &destroyed->handler, max_retries,
        slackaudit_interval_custom(&counted_interval, &destroyed->interval),
        slackaudit_jitter_custom(&counted_jitter, &destroyed->jitter), 0);
}

static void check_destroyed(const struct destroyed *destroyed, int times)
{
    ck_assert_int_eq(destroyed->handler, times);
    ck_assert_int_eq(destroyed->interval, times);
    ck_assert_int_eq(destroyed->jitter, times);
}

START_TEST(a_handler_and_its_parts_are_destroyed_once_however_they_go)
{
    struct destroyed destroyed;
    struct bench bench;
    bench_init(&bench);
    append(&bench, make_counted(&destroyed, &counted_handler, 1));
    ck_assert_int_ge(ask(&bench, &reset), 0);
    check_destroyed(&destroyed, 0);
    slackaudit_retry_stack_clear(bench.stack);
    check_destroyed(&destroyed, 1);
    slackaudit_retry_stack_clear(bench.stack);
    check_destroyed(&destroyed, 1);

    append(&bench, make_counted(&destroyed, &counted_handler, 1));
    bench_deinit(&bench); /* with the stack */
    check_destroyed(&destroyed, 1);

    slackaudit_retry_handler_free(make_counted(&destroyed, &counted_handler, 1));
    check_destroyed(&destroyed, 1);
}
END_TEST

START_TEST(a_handler_that_a_stack_refuses_is_destroyed_once)
{
    struct destroyed destroyed;
    struct bench bench;
    bench_init(&bench);
    for (int i = 0; i < SLACKAUDIT_RETRY_HANDLERS; i++)
        append(&bench, slackaudit_retry_rate_limit(1));
    ck_assert_int_eq(
        slackaudit_retry_stack_append(bench.stack, make_counted(&destroyed, &counted_handler, 1)),
        SLACKAUDIT_ERROR_LIMIT);
    check_destroyed(&destroyed, 1);
    ck_assert_int_eq(
        slackaudit_retry_stack_prepend(bench.stack, make_counted(&destroyed, &counted_handler, 1)),
        SLACKAUDIT_ERROR_LIMIT);
    check_destroyed(&destroyed, 1);
    ck_assert_int_eq(
        slackaudit_retry_stack_append(NULL, make_counted(&destroyed, &counted_handler, 1)),
        SLACKAUDIT_ERROR_INVALID);
    check_destroyed(&destroyed, 1);
    bench_deinit(&bench);
}
END_TEST

START_TEST(what_a_failing_constructor_was_given_is_destroyed_once)
{
    static const struct slackaudit_interval_type no_wait = {
        .name = "none", .destroy = count_destroy};
    static const struct slackaudit_jitter_type no_name = {
        .apply = nonsense_jitter, .destroy = count_destroy};
    static const struct slackaudit_retry_handler_type no_question = {
        .name = "none", .destroy = count_destroy};
    struct destroyed destroyed = {0};
    ck_assert_ptr_null(slackaudit_interval_custom(&no_wait, &destroyed.interval));
    ck_assert_int_eq(destroyed.interval, 1);
    ck_assert_ptr_null(slackaudit_jitter_custom(&no_name, &destroyed.jitter));
    ck_assert_int_eq(destroyed.jitter, 1);

    ck_assert_ptr_null(make_counted(&destroyed, &no_question, 1));
    check_destroyed(&destroyed, 1);
    ck_assert_ptr_null(make_counted(&destroyed, &counted_handler, -1));
    check_destroyed(&destroyed, 1);

    destroyed = (struct destroyed){0};
    ck_assert_ptr_null(slackaudit_retry_match(NULL, 1,
        slackaudit_interval_custom(&counted_interval, &destroyed.interval),
        slackaudit_jitter_custom(&counted_jitter, &destroyed.jitter), 0));
    ck_assert_int_eq(destroyed.interval + destroyed.jitter, 2);
    destroyed = (struct destroyed){0};
    ck_assert_ptr_null(slackaudit_retry_server_error(1,
        slackaudit_interval_custom(&counted_interval, &destroyed.interval),
        slackaudit_jitter_custom(&counted_jitter, &destroyed.jitter), -1));
    ck_assert_int_eq(destroyed.interval + destroyed.jitter, 2);
}
END_TEST

CHECK_MAIN("retry_custom", a_custom_handler_retries_errno_104_only,
    custom_values_are_carried_from_attempt_to_attempt,
    whatever_a_users_parts_answer_no_wait_is_negative_or_past_the_cap,
    whatever_retry_after_asks_no_wait_is_past_the_cap,
    a_handler_and_its_parts_are_destroyed_once_however_they_go,
    a_handler_that_a_stack_refuses_is_destroyed_once,
    what_a_failing_constructor_was_given_is_destroyed_once)
