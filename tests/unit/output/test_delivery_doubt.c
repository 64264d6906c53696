/* Delivery across the end of a process: what a receiver may have already is told to the ledger. */
#include "check_main.h"
#include "rig.h"

static const struct output_answer delivered = {
    .outcome = OUTPUT_DELIVERED, .message = "", .retry_after_us = -1, .refused = -1};

/* 20 entries in batches of three, of which `answered` are acknowledged and the next is in flight
 * when the process ends. */
static struct store_source *end_in_flight(unsigned answered)
{
    rig_init();
    struct store_source *a = fake_store_source(&rig->store, "a");
    fake_store_add_many(a, 20, "x");
    rig->config.batch.max_entries = 3;
    rig->receiver = rig_waits;
    rig_start();
    rig_settle();
    for (unsigned i = 0; i < answered; i++) {
        rig_reply(0, delivered);
        rig_settle();
    }
    ck_assert_uint_eq(rig->pending_count, 1);
    rig_stop();
    return a;
}

static void go_on(void)
{
    rig->receiver = rig_accepts;
    rig_start();
    rig_finish();
}

START_TEST(what_was_in_flight_at_the_end_is_told_as_repeated_and_nothing_else_is)
{
    struct store_source *a = end_in_flight(2);
    rig->config.batch.max_entries = 100; /* what was sent does not hang on what fits now */
    go_on();
    rig_check_complete("a");
    fake_expect_told(a, "dddddd"
                        "rrr"
                        "ddddddddddd");
    rig_deinit();
}
END_TEST

START_TEST(what_was_in_flight_is_in_doubt_until_it_is_acknowledged_however_often_the_process_ends)
{
    struct store_source *a = end_in_flight(1);
    rig->config.batch.max_entries = 1; /* it takes three batches now */
    rig_start();
    rig_settle();
    rig_reply(0, delivered);
    rig_settle();
    rig_stop();
    go_on();
    fake_expect_told(a, "ddd"
                        "rrr"
                        "dddddddddddddd");
    rig_deinit();
}
END_TEST

static struct output_answer accepts_one_then_is_busy(
    struct rig *self, const struct output_batch *batch)
{
    (void)batch;
    struct output_answer answer = rig_answer(OUTPUT_FAILED, "503");
    answer.status = 503;
    return self->script[0]++ == 0 ? rig_answer(OUTPUT_DELIVERED, "") : answer;
}

START_TEST(what_the_receiver_said_it_did_not_take_is_not_in_doubt)
{
    rig_init();
    struct store_source *a = fake_store_source(&rig->store, "a");
    fake_store_add_many(a, 20, "x");
    rig->receiver = accepts_one_then_is_busy;
    rig_start();
    rig_pass(USEC_PER_SEC);
    ck_assert_uint_eq(a->position, 11);
    rig_stop();
    go_on();
    fake_expect_told(a, "dddddddddddddddddddd");
    rig_deinit();
}
END_TEST

START_TEST(of_several_in_flight_all_are_in_doubt_also_those_that_were_answered_behind_another)
{
    rig_init();
    struct store_source *a = fake_store_source(&rig->store, "a");
    rig->config.max_in_flight = 3;
    fake_store_add_many(a, 10, "x");
    rig_start();
    rig_settle(); /* something was accepted: from now on three are in flight */
    rig->receiver = rig_waits;
    fake_store_add_many(a, 40, "x");
    delivery_wake(rig->delivery);
    rig_settle();
    ck_assert_uint_eq(rig->pending_count, 3);
    rig_reply(1, delivered); /* 21 to 30 */
    rig_settle();
    ck_assert_uint_eq(a->position, 11);
    ck_assert_uint_eq(rig->pending_count, 3); /* 41 to 50 too */
    rig_stop();
    go_on();
    fake_expect_told(a, "dddddddddd"
                        "rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr");
    rig_deinit();
}
END_TEST

START_TEST(where_the_machine_ended_at_most_what_can_be_in_flight_is_in_doubt)
{
    struct store_source *a = end_in_flight(2);
    a->sent_first = 0;
    a->sent_end = UINT64_MAX;
    rig->config.batch.max_entries = 4;
    rig->config.max_in_flight = 2;
    go_on();
    fake_expect_told(a, "dddddd"
                        "rrrrrrrr"
                        "dddddd");
    rig_deinit();
}
END_TEST

START_TEST(what_is_in_doubt_after_the_end_of_the_machine_is_noted_before_anything_is_sent)
{
    struct store_source *a = end_in_flight(2);
    a->sent_first = 0;
    a->sent_end = UINT64_MAX;
    rig_start(); /* and ends again, while other outputs may have written notes */
    rig_stop();
    ck_assert_uint_eq(a->sent_first, 7);
    ck_assert_uint_eq(a->sent_end, 7 + rig->config.batch.max_entries * rig->config.max_in_flight);
    rig_deinit();
}
END_TEST

START_TEST(an_output_that_takes_back_what_was_in_flight_has_nothing_in_doubt)
{
    rig_init();
    rig->type.settles = true;
    struct store_source *a = fake_store_source(&rig->store, "a");
    fake_store_add_many(a, 5, "x");
    rig->receiver = rig_waits;
    rig_start();
    rig_settle();
    rig_stop();
    ck_assert_uint_eq(a->notes, 0);
    a->sent_end = 4;
    go_on();
    fake_expect_told(a, "ddddd");
    rig_deinit();
}
END_TEST

START_TEST(a_batch_costs_one_note)
{
    rig_init();
    struct store_source *a = fake_store_source(&rig->store, "a");
    fake_store_add_many(a, 100, "x");
    rig_start();
    rig_finish();
    ck_assert_uint_eq(rig->sent, 10);
    ck_assert_uint_eq(a->notes, 10);
    rig_deinit();
}
END_TEST

CHECK_MAIN("delivery doubt", what_was_in_flight_at_the_end_is_told_as_repeated_and_nothing_else_is,
    what_was_in_flight_is_in_doubt_until_it_is_acknowledged_however_often_the_process_ends,
    what_the_receiver_said_it_did_not_take_is_not_in_doubt,
    of_several_in_flight_all_are_in_doubt_also_those_that_were_answered_behind_another,
    where_the_machine_ended_at_most_what_can_be_in_flight_is_in_doubt,
    what_is_in_doubt_after_the_end_of_the_machine_is_noted_before_anything_is_sent,
    an_output_that_takes_back_what_was_in_flight_has_nothing_in_doubt, a_batch_costs_one_note)
