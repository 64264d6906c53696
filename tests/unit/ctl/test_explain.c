/* What `retry explain` says of each handler, interval, jitter and outcome. */
#include "ctl/explain.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/units.h"
#include "check_main.h"

#define MS  USEC_PER_MSEC
#define SEC USEC_PER_SEC

enum { MOST_FAILURES = 40 };

struct explain_scene {
    struct config *config;
    struct explain_subject subject;
    struct explain_failure failures[MOST_FAILURES];
    size_t count;
};

static void collect(void *user, const struct explain_failure *failure)
{
    struct explain_scene *scene = user;
    ck_assert_uint_lt(scene->count, MOST_FAILURES);
    scene->failures[scene->count++] = *failure;
}

/* A source named acme and an output named out with these keys, and this stack as the default. */
static struct explain_scene *begin(const char *retry, const char *output, bool of_output)
{
    char text[2048];
    struct config_problems problems = {0};
    struct explain_scene *scene = calloc(1, sizeof(*scene));
    int size = snprintf(text, sizeof(text),
        "state_dir: /nowhere\nretry: %s\n"
        "sources: [{name: acme, token: {file: /t}, poll_interval: 90s, timeout: 7s}]\n"
        "outputs: [{name: out, %s}]\n",
        retry, output);
    int r = config_parse(
        "test", (struct slice){.data = text, .size = (size_t)size}, &scene->config, &problems);
    ck_assert_msg(r == 0, "%s", problems.count > 0 ? problems.items[0].text : "");
    config_problems_deinit(&problems);
    scene->subject = (struct explain_subject){.config = scene->config,
        .source = of_output ? NULL : &scene->config->sources[0],
        .output = of_output ? &scene->config->outputs[0] : NULL};
    scene->subject.retry =
        of_output ? &scene->config->outputs[0].retry : &scene->config->sources[0].retry;
    ck_assert_int_eq(explain_stack(&scene->subject, collect, scene), 0);
    return scene;
}

static struct explain_scene *begin_source(const char *retry)
{
    return begin(retry, "type: stdout", false);
}

static struct explain_scene *begin_output(const char *retry, const char *output)
{
    return begin(retry, output, true);
}

static void end(struct explain_scene *scene)
{
    config_free(scene->config);
    free(scene);
}

static const struct explain_failure *find(const struct explain_scene *scene, const char *name)
{
    for (size_t i = 0; i < scene->count; i++)
        if (strcmp(scene->failures[i].name, name) == 0)
            return &scene->failures[i];
    return NULL;
}

static const struct explain_failure *failure_of(const struct explain_scene *scene, const char *name)
{
    const struct explain_failure *failure = find(scene, name);
    ck_assert_msg(failure != NULL, "no failure %s", name);
    return failure;
}

/* The waits before the retries: pairs of the lowest and, one past the highest that chance gives,
 * the bound; ended by -1. */
static void has_waits(
    const struct explain_scene *scene, const char *name, const char *handler, const int64_t *waits)
{
    const struct explain_failure *failure = failure_of(scene, name);
    int64_t lowest_us = 0, highest_us = 0;
    size_t i = 0;
    for (; waits[2 * i] >= 0; i++) {
        ck_assert_uint_lt(i, failure->retry_count);
        const struct explain_retry *retry = &failure->retries[i];
        ck_assert_str_eq(retry->handler, handler);
        ck_assert_int_eq(retry->wait.lowest_us, waits[2 * i]);
        /* One microsecond a draw is missing to the bound; in decorrelated waits it triples. */
        ck_assert_int_le(retry->wait.highest_us, waits[2 * i + 1]);
        ck_assert_int_ge(retry->wait.highest_us, waits[2 * i + 1] - 100);
        lowest_us += retry->wait.lowest_us;
        highest_us += retry->wait.highest_us;
    }
    ck_assert_uint_eq(failure->retry_count, i);
    ck_assert_int_eq(failure->total.lowest_us, lowest_us);
    ck_assert_int_eq(failure->total.highest_us, highest_us);
}

#define HAS_WAITS(scene, name, handler, ...)                                                       \
    has_waits(scene, name, handler, (const int64_t[]){__VA_ARGS__, -1})

static void ends_as(const struct explain_scene *scene, const char *name, const char *outcome)
{
    const struct explain_failure *failure = failure_of(scene, name);
    ck_assert_uint_eq(failure->past_count, 1);
    ck_assert_str_eq(failure->pasts[0].name, outcome);
    ck_assert_uint_gt(strlen(failure->pasts[0].words), 0);
}

START_TEST(each_jitter_has_its_range)
{
    static const struct {
        const char *stack;
        int64_t waits[7];
    } cases[] = {
        {"[{handler: connection_error, max_retries: 3, interval: {factor: 1s, jitter: none}}]",
            {1 * SEC, 1 * SEC, 2 * SEC, 2 * SEC, 4 * SEC, 4 * SEC, -1}},
        {"[{handler: connection_error, max_retries: 3, interval: {factor: 1s, jitter: random}}]",
            {1 * SEC, 2 * SEC, 2 * SEC, 3 * SEC, 4 * SEC, 5 * SEC, -1}},
        {"[{handler: connection_error, max_retries: 3, interval: {factor: 1s, jitter: full}}]",
            {0, 1 * SEC, 0, 2 * SEC, 0, 4 * SEC, -1}},
        {"[{handler: connection_error, max_retries: 3, interval: {factor: 1s, jitter: equal}}]",
            {500 * MS, 1 * SEC, 1 * SEC, 2 * SEC, 2 * SEC, 4 * SEC, -1}},
        {"[{handler: connection_error, max_retries: 3,"
         " interval: {factor: 1s, jitter: decorrelated}}]",
            {1 * SEC, 3 * SEC, 1 * SEC, 9 * SEC, 1 * SEC, 27 * SEC, -1}},
        {"[{handler: connection_error, max_retries: 3,"
         " interval: {type: fixed, wait: 2s, jitter: random}}]",
            {2 * SEC, 3 * SEC, 2 * SEC, 3 * SEC, 2 * SEC, 3 * SEC, -1}},
        {"[{handler: connection_error, max_retries: 3,"
         " interval: {factor: 1s, cap: 3s, jitter: random}}]",
            {1 * SEC, 2 * SEC, 2 * SEC, 3 * SEC, 3 * SEC, 3 * SEC, -1}},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct explain_scene *scene = begin_source(cases[i].stack);
        has_waits(scene, "reset", "connection_error", cases[i].waits);
        has_waits(scene, "timeout", "connection_error", cases[i].waits);
        ck_assert_uint_eq(failure_of(scene, "500")->retry_count, 0);
        ck_assert_uint_eq(failure_of(scene, "429")->retry_count, 0);
        ck_assert(failure_of(scene, "timeout")->slow && !failure_of(scene, "reset")->slow);
        end(scene);
    }
}
END_TEST

START_TEST(a_rate_limit_waits_what_was_asked_and_up_to_a_second_more)
{
    struct explain_scene *scene = begin_source("[{handler: rate_limit, max_retries: 2}]");
    HAS_WAITS(scene, "429_with_retry_after", "rate_limit", 30 * SEC, 31 * SEC, 30 * SEC, 31 * SEC);
    HAS_WAITS(scene, "429", "rate_limit", 1 * SEC, 2 * SEC, 1 * SEC, 2 * SEC);
    ck_assert_uint_eq(failure_of(scene, "503")->retry_count, 0);
    end(scene);
}
END_TEST

START_TEST(a_server_error_takes_what_is_500_and_above_and_a_broken_page)
{
    struct explain_scene *scene = begin_source(
        "[{handler: server_error, max_retries: 1, interval: {type: fixed, wait: 1s, jitter: none}},"
        " {handler: match, when: {status: [599]}, max_retries: 0}]");
    HAS_WAITS(scene, "500", "server_error", 1 * SEC, 1 * SEC);
    HAS_WAITS(scene, "503", "server_error", 1 * SEC, 1 * SEC);
    HAS_WAITS(scene, "599", "server_error", 1 * SEC, 1 * SEC);
    HAS_WAITS(scene, "broken_page", "server_error", 1 * SEC, 1 * SEC);
    ends_as(scene, "broken_page", "salvage");
    ck_assert_uint_eq(failure_of(scene, "reset")->retry_count, 0);
    end(scene);
}
END_TEST

START_TEST(what_a_match_names_is_told_once_and_counts_by_its_own_place)
{
    struct explain_scene *scene = begin_source(
        "[{handler: match, max_retries: 1, interval: {type: fixed, wait: 1s, jitter: none},"
        "  when: {status: [408, 429, 408], error: [internal_error], transport: [dns, reset]}},"
        " {handler: match, max_retries: 1, interval: {type: fixed, wait: 2s, jitter: none},"
        "  when: {status: [408], error: [internal_error], transport: [reset, tls]}}]");
    size_t named = 0;
    for (size_t i = 0; i < scene->count; i++)
        named += strcmp(scene->failures[i].name, "408") == 0;
    ck_assert_uint_eq(named, 1);
    HAS_WAITS(scene, "408", "match", 1 * SEC, 1 * SEC, 2 * SEC, 2 * SEC);
    HAS_WAITS(scene, "reset", "match", 1 * SEC, 1 * SEC, 2 * SEC, 2 * SEC);
    HAS_WAITS(scene, "dns", "match", 1 * SEC, 1 * SEC);
    HAS_WAITS(scene, "tls", "match", 2 * SEC, 2 * SEC);
    HAS_WAITS(scene, "error_internal_error", "match", 1 * SEC, 1 * SEC, 2 * SEC, 2 * SEC);
    /* Slack's wish is the least, whatever a handler answers: the budget of calls is closed. */
    HAS_WAITS(scene, "429_with_retry_after", "match", 30 * SEC, 30 * SEC);
    ck_assert_uint_eq(failure_of(scene, "408")->retries[0].place, 1);
    ck_assert_uint_eq(failure_of(scene, "408")->retries[1].place, 2);
    end(scene);
}
END_TEST

START_TEST(a_hundred_attempts_end_every_call)
{
    struct explain_scene *scene = begin_source(
        "[{handler: connection_error, max_retries: 100, interval: {type: fixed, wait: 1s,"
        " jitter: none}}, {handler: match, when: {transport: [reset]}, max_retries: 100,"
        " interval: {type: fixed, wait: 1s, jitter: none}}]");
    ck_assert_uint_eq(failure_of(scene, "reset")->retry_count, 99);
    ck_assert_int_eq(failure_of(scene, "reset")->total.lowest_us, 99 * SEC);
    end(scene);
}
END_TEST

START_TEST(past_the_stack_a_source_polls_again_or_is_held_for_its_token)
{
    struct explain_scene *scene =
        begin_source("[{handler: match, when: {status: [400, 401, 403]}, max_retries: 1}]");
    ends_as(scene, "reset", "next_poll");
    ends_as(scene, "429", "next_poll");
    ck_assert_ptr_nonnull(strstr(failure_of(scene, "500")->pasts[0].words, "1m 30s"));
    ends_as(scene, "401", "token_refused");
    ends_as(scene, "403", "token_refused");
    ends_as(scene, "400", "question_refused");
    ck_assert_uint_eq(failure_of(scene, "401")->retry_count, 1);
    ck_assert_ptr_null(find(scene, "failed_write"));
    end(scene);
}
END_TEST

START_TEST(an_http_output_keeps_holds_splits_or_gives_up_an_entry)
{
    struct explain_scene *scene = begin_output(
        "[{handler: match, when: {status: [302, 400, 401, 404, 408, 413, 422], error: [x]},"
        "  max_retries: 1, interval: {type: fixed, wait: 1s, jitter: none}},"
        " {handler: rate_limit, max_retries: 1}]",
        "type: http, url: \"http://127.0.0.1/\"");
    ends_as(scene, "reset", "batch_kept");
    ends_as(scene, "503", "batch_kept");
    ends_as(scene, "408", "batch_kept");
    HAS_WAITS(scene, "408", "match", 1 * SEC, 1 * SEC);
    HAS_WAITS(scene, "429_with_retry_after", "rate_limit", 30 * SEC, 31 * SEC);
    static const char *const held[] = {"302", "401", "404"};
    for (size_t i = 0; i < 3; i++)
        ends_as(scene, held[i], "held");
    ends_as(scene, "400", "dead_letter");
    ends_as(scene, "422", "dead_letter");
    ends_as(scene, "413", "split");
    ends_as(scene, "error_x", "cannot_happen");
    /* The stack is not asked about a refusal, though a handler names it. */
    ck_assert(!failure_of(scene, "401")->pasts[0].asked);
    ck_assert_uint_eq(failure_of(scene, "401")->retry_count, 0);
    ck_assert_ptr_null(find(scene, "broken_page"));
    end(scene);
}
END_TEST

START_TEST(an_output_without_answers_or_connection_cannot_have_their_failures)
{
    static const char *const statuses[] = {"429_with_retry_after", "429", "500", "503", "401"};
    struct explain_scene *syslog = begin_output("[{handler: connection_error, max_retries: 1}]",
        "type: syslog, address: \"tcp://127.0.0.1:1\"");
    struct explain_scene *file = begin_output(
        "[{handler: connection_error, max_retries: 1}]", "type: file, path: /nowhere/x");
    for (size_t i = 0; i < 5; i++) {
        ends_as(syslog, statuses[i], "cannot_happen");
        ends_as(file, statuses[i], "cannot_happen");
    }
    ends_as(syslog, "reset", "batch_kept");
    ck_assert_uint_eq(failure_of(syslog, "reset")->retry_count, 1);
    ck_assert_ptr_null(find(syslog, "failed_write"));
    ends_as(file, "reset", "cannot_happen");
    ck_assert_uint_eq(failure_of(file, "reset")->retry_count, 0);
    ends_as(file, "failed_write", "batch_kept");
    ck_assert_uint_eq(failure_of(file, "failed_write")->retry_count, 0);
    end(syslog);
    end(file);
}
END_TEST

START_TEST(the_default_stack_is_told_for_both_who_use_it)
{
    struct explain_scene *scene = begin_source("[{handler: connection_error, max_retries: 1}]");
    scene->count = 0;
    scene->subject =
        (struct explain_subject){.config = scene->config, .retry = &scene->config->retry};
    ck_assert_int_eq(explain_stack(&scene->subject, collect, scene), 0);
    const struct explain_failure *refused = failure_of(scene, "401");
    ck_assert_uint_eq(refused->past_count, 2);
    ck_assert_str_eq(refused->pasts[0].whom, "source");
    ck_assert_str_eq(refused->pasts[0].name, "token_refused");
    ck_assert_str_eq(refused->pasts[1].whom, "output");
    ck_assert_str_eq(refused->pasts[1].name, "held");
    ck_assert(!failure_of(scene, "broken_page")->pasts[1].occurs);
    end(scene);
}
END_TEST

static const char *written(struct explain_scene *scene, struct buffer *output)
{
    buffer_clear(output);
    ck_assert_int_eq(explain_write_text(&scene->subject, output), 0);
    return buffer_text(output);
}

START_TEST(the_text_folds_what_looks_alike_and_what_is_far_behind)
{
    struct buffer text = BUFFER_INIT(MIB(1));
    struct explain_scene *scene = begin_source(
        "[{handler: rate_limit, max_retries: 10},"
        " {handler: server_error, max_retries: 9, interval: {factor: 1s, cap: 1d, jitter: none}}]");
    const char *answer = written(scene, &text);
    ck_assert_ptr_nonnull(strstr(answer, "attempts 2 to 11      after 30s to 31s"));
    ck_assert_ptr_nonnull(strstr(answer, "500, 503: 10 attempts, 8m 31s of waiting"));
    ck_assert_ptr_nonnull(strstr(answer, "attempt 2             after 1s "));
    ck_assert_ptr_nonnull(strstr(answer, "attempt 6             after 16s "));
    ck_assert_ptr_nonnull(strstr(answer, "attempts 7 to 10      after 32s to 4m 16s "));
    ck_assert_ptr_null(strstr(answer, " \n"));
    buffer_deinit(&text);
    end(scene);
}
END_TEST

START_TEST(the_text_tells_handlers_of_one_name_apart)
{
    struct buffer text = BUFFER_INIT(MIB(1));
    struct explain_scene *scene =
        begin_source("[{handler: match, max_retries: 1, when: {status: [408]}},"
                     " {handler: rate_limit, max_retries: 1},"
                     " {handler: match, max_retries: 1, when: {status: [408]}}]");
    const char *answer = written(scene, &text);
    ck_assert_ptr_nonnull(strstr(answer, "match (handler 1)\n"));
    ck_assert_ptr_nonnull(strstr(answer, "match (handler 3)\n"));
    ck_assert_ptr_nonnull(strstr(answer, "rate_limit\n"));
    buffer_deinit(&text);
    end(scene);
}
END_TEST

CHECK_MAIN("explain", each_jitter_has_its_range,
    a_rate_limit_waits_what_was_asked_and_up_to_a_second_more,
    a_server_error_takes_what_is_500_and_above_and_a_broken_page,
    what_a_match_names_is_told_once_and_counts_by_its_own_place, a_hundred_attempts_end_every_call,
    past_the_stack_a_source_polls_again_or_is_held_for_its_token,
    an_http_output_keeps_holds_splits_or_gives_up_an_entry,
    an_output_without_answers_or_connection_cannot_have_their_failures,
    the_default_stack_is_told_for_both_who_use_it,
    the_text_folds_what_looks_alike_and_what_is_far_behind,
    the_text_tells_handlers_of_one_name_apart)
