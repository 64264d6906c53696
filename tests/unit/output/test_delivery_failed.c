/* Delivery when the receiver fails: what is sent again, when, and in which order. */
#include "check_main.h"
#include "rig.h"

/* ---- Receivers ---- */

/* Fails as often as script[0] says, then accepts. */
static struct output_answer fails_first(struct rig *self, const struct output_batch *batch)
{
    (void)batch;
    if (self->script[0]-- > 0) {
        struct output_answer answer = rig_answer(OUTPUT_FAILED, "connection refused");
        answer.transport = SLACKAUDIT_TRANSPORT_CONNECT;
        return answer;
    }
    return rig_answer(OUTPUT_DELIVERED, "");
}

static struct output_answer answers_503(struct rig *self, const struct output_batch *batch)
{
    (void)batch;
    struct output_answer answer = rig_answer(OUTPUT_FAILED, "503");
    answer.status = 503;
    answer.retry_after_us = self->script[0] * USEC_PER_SEC;
    return answer;
}

/* ---- Failures ---- */

START_TEST(a_failed_batch_is_the_same_entries_again)
{
    rig_init();
    struct store_source *a = fake_store_source(&rig->store, "a");
    fake_store_add_many(a, 5, "x");
    rig->receiver = fails_first;
    rig->script[0] = 3;
    rig_start();
    rig_settle();
    ck_assert_int_eq(rig_status().state, DELIVERY_WAITING);
    ck_assert_str_eq(rig_status().last_error, "connection refused");
    ck_assert_int_gt(rig_status().retry_at_us, clock_monotonic_us(rig->clock));
    ck_assert_uint_eq(rig->store.blocks, 0); /* nothing is kept while it waits */
    fake_store_add_many(a, 5, "x");
    delivery_wake(rig->delivery);
    rig_settle();
    ck_assert_uint_eq(rig->sent, 1);
    rig_finish();
    ck_assert_uint_eq(rig->sent, 5);
    for (size_t i = 0; i < 4; i++) {
        ck_assert_uint_eq(rig->log[i].first, 1);
        ck_assert_uint_eq(rig->log[i].count, 5);
        ck_assert_str_eq(rig->log[i].body, rig->log[0].body);
    }
    rig_check_complete("a");
    fake_expect_told(a, "dddddddddd"); /* a refused connection has carried nothing */
    ck_assert_uint_eq(rig_status().retries, 3);
    ck_assert_uint_eq(rig_status().failures, 0);
    ck_assert_str_eq(rig_status().last_error, "");
    rig_deinit();
}
END_TEST

static struct output_answer loses_first_answer(struct rig *self, const struct output_batch *batch)
{
    struct output_answer answer = rig_answer(OUTPUT_FAILED, "connection reset");
    answer.transport = SLACKAUDIT_TRANSPORT_RESET;
    if (batch->first == 1 && self->script[0] < 2) {
        self->script[0]++;
        return answer;
    }
    return rig_answer(OUTPUT_DELIVERED, "");
}

START_TEST(what_was_sent_again_after_a_lost_answer_is_told_to_the_ledger)
{
    rig_init();
    struct store_source *a = fake_store_source(&rig->store, "a");
    fake_store_add_many(a, 5, "x");
    rig->config.batch.max_entries = 3;
    rig->receiver = loses_first_answer;
    rig_start();
    rig_finish();
    rig_check_complete("a");
    fake_expect_told(a, "rrrdd");
    rig_deinit();
}
END_TEST

START_TEST(past_the_retry_stack_waits_double_from_one_second_to_a_minute_for_ever)
{
    rig_init();
    struct config_retry_handler handler = {.handler = CONFIG_HANDLER_CONNECTION_ERROR,
        .max_retries = 2,
        .interval = {.type = CONFIG_INTERVAL_FIXED,
            .wait_us = 7 * USEC_PER_SEC,
            .jitter = CONFIG_JITTER_NONE}};
    rig->config.retry = (struct config_retry){.handlers = &handler, .count = 1};
    fake_store_add_many(fake_store_source(&rig->store, "a"), 1, "x");
    rig->receiver = fails_first;
    rig->script[0] = 200;
    rig_start();
    rig_pass(2 * 3600 * USEC_PER_SEC);
    ck_assert_uint_gt(rig->sent, 100);
    int64_t expected = USEC_PER_SEC;
    for (size_t i = 1; i < 100; i++) {
        int64_t waited = rig->log[i].at_us - rig->log[i - 1].at_us;
        if (i <= 2) {
            ck_assert_int_eq(waited, 7 * USEC_PER_SEC);
            continue;
        }
        ck_assert_int_ge(waited, expected / 2);
        ck_assert_int_le(waited, expected);
        expected = expected * 2 < 60 * USEC_PER_SEC ? expected * 2 : 60 * USEC_PER_SEC;
    }
    ck_assert_uint_ge(rig_status().failures, 100);
    rig->script[0] = 0;
    rig_finish();
    rig_check_complete("a");
    rig_deinit();
}
END_TEST

START_TEST(retry_after_is_waited_for)
{
    rig_init();
    fake_store_add_many(fake_store_source(&rig->store, "a"), 1, "x");
    rig->receiver = answers_503;
    rig->script[0] = 90;
    rig_start();
    rig_pass(89 * USEC_PER_SEC);
    ck_assert_uint_eq(rig->sent, 1);
    rig_pass(2 * USEC_PER_SEC);
    ck_assert_uint_eq(rig->sent, 2);
    rig_deinit();
}
END_TEST

START_TEST(retry_now_does_not_wait)
{
    rig_init();
    fake_store_add_many(fake_store_source(&rig->store, "a"), 1, "x");
    rig->receiver = answers_503;
    rig->script[0] = 3600;
    rig_start();
    rig_settle();
    rig->receiver = rig_accepts;
    delivery_retry_now(rig->delivery);
    rig_settle();
    rig_check_complete("a");
    rig_deinit();
}
END_TEST

START_TEST(of_several_in_flight_the_failed_one_goes_first_and_the_others_not_again)
{
    rig_init();
    struct store_source *a = fake_store_source(&rig->store, "a");
    rig->config.max_in_flight = 3;
    fake_store_add_many(a, 10, "x");
    rig_start();
    rig_settle();
    rig->receiver = rig_waits;
    fake_store_add_many(a, 60, "x");
    delivery_wake(rig->delivery);
    rig_settle();
    ck_assert_uint_eq(rig->pending_count, 3);
    struct output_answer failed = rig_answer(OUTPUT_FAILED, "reset");
    rig_reply(0, failed);                           /* 11 to 20 */
    rig_reply(1, failed);                           /* 31 to 40 */
    rig_reply(0, rig_answer(OUTPUT_DELIVERED, "")); /* 21 to 30 */
    ck_assert_uint_eq(rig_status().failures, 1);    /* one outage, not two */
    ck_assert_uint_eq(a->position, 11);
    rig_pass(2 * USEC_PER_SEC);
    ck_assert_uint_eq(rig->pending_count, 1); /* one at a time until it works again */
    ck_assert_uint_eq(rig->log[4].first, 11);
    rig_reply(0, rig_answer(OUTPUT_DELIVERED, ""));
    ck_assert_uint_eq(a->position, 31);
    rig_settle();
    ck_assert_uint_eq(rig->log[5].first, 31);
    ck_assert_uint_eq(rig->log[6].first, 41);
    ck_assert_uint_eq(rig->pending_count, 3);
    while (rig->pending_count > 0) {
        rig_reply(0, rig_answer(OUTPUT_DELIVERED, ""));
        rig_settle();
    }
    ck_assert(delivery_is_caught_up(rig->delivery));
    ck_assert_uint_eq(rig->sent, 9);
    rig_deinit();
}
END_TEST

START_TEST(the_failed_source_goes_first_and_the_others_get_their_turn_after_it)
{
    rig_init();
    fake_store_add_many(fake_store_source(&rig->store, "a"), 10, "x");
    fake_store_add_many(fake_store_source(&rig->store, "b"), 10, "x");
    rig->receiver = fails_first;
    rig->script[0] = 4;
    rig_start();
    rig_finish();
    for (size_t i = 0; i < 5; i++)
        ck_assert_str_eq(rig->log[i].source, "a");
    ck_assert_str_eq(rig->log[5].source, "b");
    ck_assert_uint_eq(rig->sent, 6);
    rig_deinit();
}
END_TEST

CHECK_MAIN("delivery failed", a_failed_batch_is_the_same_entries_again,
    what_was_sent_again_after_a_lost_answer_is_told_to_the_ledger,
    past_the_retry_stack_waits_double_from_one_second_to_a_minute_for_ever,
    retry_after_is_waited_for, retry_now_does_not_wait,
    of_several_in_flight_the_failed_one_goes_first_and_the_others_not_again,
    the_failed_source_goes_first_and_the_others_get_their_turn_after_it)
