/* Delivery when the receiver, or the store, does not do as it should. */
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
    (void)self;
    (void)batch;
    struct output_answer answer = rig_answer(OUTPUT_FAILED, "503");
    answer.status = 503;
    answer.retry_after_us = self->script[0] * USEC_PER_SEC;
    return answer;
}

/* The index of the first message with "poison", or -1. */
static long find_poison(const struct output_batch *batch)
{
    size_t start = 1;
    for (size_t i = 0; i < batch->count; i++) {
        if (memmem(batch->body.data + start, batch->ends[i] - start, "poison", 6) != NULL)
            return (long)i;
        start = batch->ends[i];
    }
    return -1;
}

/* 400 for a batch with poison; script[0]: it names the first one. */
static struct output_answer refuses_poison(struct rig *self, const struct output_batch *batch)
{
    long index = find_poison(batch);
    if (index < 0)
        return rig_answer(OUTPUT_DELIVERED, "");
    struct output_answer answer = rig_answer(OUTPUT_REFUSED, "400: bad \"field\"");
    answer.refused = self->script[0] ? index : -1;
    return answer;
}

static struct output_answer refuses_all(struct rig *self, const struct output_batch *batch)
{
    (void)self;
    (void)batch;
    return rig_answer(OUTPUT_REFUSED, "400: index not found");
}

/* 413 for bodies of more than script[0] bytes. */
static struct output_answer takes_little(struct rig *self, const struct output_batch *batch)
{
    return batch->body.size > (size_t)self->script[0] ? rig_answer(OUTPUT_TOO_LARGE, "413")
                                                      : rig_answer(OUTPUT_DELIVERED, "");
}

static struct output_answer refuses_sender(struct rig *self, const struct output_batch *batch)
{
    (void)self;
    (void)batch;
    return rig_answer(OUTPUT_SENDER_REFUSED, "401: bad token");
}

/* `count` entries, those of the sequences in `poison` (ended by 0) refused. */
static struct store_source *with_poison(size_t count, const unsigned *poison)
{
    struct store_source *a = fake_store_source(&rig->store, "a");
    for (size_t i = 1; i <= count; i++) {
        bool bad = *poison == i;
        fake_store_add_many(a, 1, bad ? "poison" : "x");
        poison += bad;
    }
    return a;
}

#define POISON(...) ((const unsigned[]){__VA_ARGS__, 0})

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

/* ---- Too large ---- */

START_TEST(what_is_too_large_is_halved_and_later_batches_are_smaller)
{
    rig_init();
    struct store_source *a = fake_store_source(&rig->store, "a");
    rig->config.batch.max_entries = 1000;
    fake_store_add_many(a, 2000, "x"); /* about 30 bytes each */
    rig->receiver = takes_little;
    rig->script[0] = 9000;
    rig_start();
    rig_settle();
    rig_check_complete("a");
    size_t refused = 0;
    for (size_t i = 0; i < rig->sent; i++)
        refused += rig->log[i].size > 9000;
    ck_assert_uint_eq(refused, 2); /* 32 kB and its first half; nothing after that */
    ck_assert_uint_eq(rig_count_letters(), 0);
    rig_deinit();
}
END_TEST

START_TEST(a_single_entry_that_is_too_large_goes_to_dead_letter)
{
    rig_init();
    struct store_source *a = fake_store_source(&rig->store, "a");
    char large[600];
    snprintf(large, sizeof(large), "{\"id\":\"large\",\"x\":\"%0500d\"}", 0);
    fake_store_add_many(a, 3, "x");
    fake_store_add(a, large, 0);
    fake_store_add_many(a, 3, "x");
    rig->receiver = takes_little;
    rig->script[0] = 200;
    rig_start();
    rig_settle();
    RIG_ACCEPTED("a", 1, 2, 3, 5, 6, 7);
    char *letters = rig_dead_letters();
    ck_assert_ptr_nonnull(strstr(letters, "\"sequence\":4,\"id\":\"large\",\"reason\":\"413\""));
    free(letters);
    ck_assert_uint_eq(rig_count_letters(), 1);
    ck_assert_uint_eq(a->position, 8);
    rig_deinit();
}
END_TEST

/* ---- Refused entries ---- */

START_TEST(a_named_poison_entry_is_singled_out)
{
    rig_init();
    struct store_source *a = with_poison(10, POISON(6));
    rig->receiver = refuses_poison;
    rig->script[0] = 1;
    rig_start();
    rig_settle();
    RIG_ACCEPTED("a", 1, 2, 3, 4, 5, 7, 8, 9, 10);
    ck_assert_uint_eq(rig->sent, 4); /* all, those before, it alone, those behind */
    ck_assert_uint_eq(rig->log[2].count, 1);
    ck_assert_uint_eq(rig_status().retries, 3);
    char *letters = rig_dead_letters();
    ck_assert_ptr_nonnull(
        strstr(letters, "\"sequence\":6,\"id\":\"a-6\",\"reason\":\"400: bad \\\"field\\\"\""));
    free(letters);
    ck_assert_uint_eq(rig_count_letters(), 1);
    ck_assert_uint_eq(rig_status().dead, 1);
    ck_assert_uint_eq(a->position, 11);
    rig_deinit();
}
END_TEST

START_TEST(without_a_name_poison_is_found_by_bisecting)
{
    rig_init();
    rig->config.batch.max_entries = 1000;
    rig->config.batch.max_bytes = MIB(1);
    struct store_source *a = fake_store_source(&rig->store, "a");
    fake_store_add_many(a, 10, "x");
    rig->receiver = refuses_poison;
    rig_start();
    rig_settle(); /* it is known to accept */
    for (int i = 0; i < 1000; i++)
        fake_store_add_many(a, 1, i == 0 || i == 500 || i == 999 ? "poison" : "x");
    delivery_wake(rig->delivery);
    rig_settle();
    ck_assert_uint_eq(rig_count_letters(), 3);
    ck_assert_uint_eq(rig_status().delivered, 1007);
    ck_assert_uint_lt(rig->sent, 65); /* about 2 log2(1000) for each */
    ck_assert_uint_eq(a->position, 1011);
    rig_deinit();
}
END_TEST

/* Names a healthy entry instead of the poison. */
static struct output_answer names_the_wrong_one(struct rig *self, const struct output_batch *batch)
{
    (void)self;
    struct output_answer answer = rig_answer(OUTPUT_DELIVERED, "");
    if (find_poison(batch) >= 0) {
        answer = rig_answer(OUTPUT_REFUSED, "400");
        answer.refused = 0;
    }
    return answer;
}

START_TEST(a_receiver_that_names_the_wrong_entry_is_not_believed_for_long)
{
    rig_init();
    rig->config.batch.max_entries = 1000;
    rig->config.batch.max_bytes = MIB(1);
    struct store_source *a = with_poison(1000, POISON(700));
    rig->receiver = names_the_wrong_one;
    rig_start();
    rig_settle();
    ck_assert_uint_eq(rig_count_letters(), 1);
    ck_assert_uint_eq(rig_status().delivered, 999);
    ck_assert_uint_lt(rig->sent, 30);
    ck_assert_uint_eq(a->position, 1001);
    rig_deinit();
}
END_TEST

START_TEST(a_poison_entry_in_the_first_batch_does_not_hold_the_output)
{
    rig_init();
    with_poison(10, POISON(1, 2, 9));
    rig->receiver = refuses_poison;
    rig_start();
    rig_settle();
    RIG_ACCEPTED("a", 3, 4, 5, 6, 7, 8, 10);
    ck_assert_uint_eq(rig_count_letters(), 3);
    ck_assert_int_eq(rig_status().state, DELIVERY_IDLE);
    rig_deinit();
}
END_TEST

START_TEST(a_receiver_that_refuses_everything_from_the_start_is_held_and_nothing_is_dead)
{
    rig_init();
    struct store_source *a = fake_store_source(&rig->store, "a");
    fake_store_add_many(a, 30, "x");
    rig->receiver = refuses_all;
    rig_start();
    rig_settle();
    ck_assert_int_eq(rig_status().state, DELIVERY_HELD);
    ck_assert_uint_eq(rig->sent, 1 + DELIVERY_PROBES);
    ck_assert_ptr_nonnull(strstr(rig_status().last_error, "400: index not found"));
    rig_pass(29 * USEC_PER_SEC);
    ck_assert_uint_eq(rig->sent, 1 + DELIVERY_PROBES);
    rig_pass(2 * 3600 * USEC_PER_SEC);
    ck_assert_uint_gt(rig->sent, 100);
    ck_assert_uint_eq(rig_count_letters(), 0);
    ck_assert_uint_eq(a->position, 1);
    /* The setting is mended. */
    rig->receiver = rig_accepts;
    rig_pass(300 * USEC_PER_SEC);
    rig_check_complete("a");
    ck_assert_uint_eq(rig_count_letters(), 0);
    ck_assert_int_eq(rig_status().state, DELIVERY_IDLE);
    rig_deinit();
}
END_TEST

START_TEST(two_entries_that_are_all_refused_are_held_too)
{
    rig_init();
    struct store_source *a = fake_store_source(&rig->store, "a");
    fake_store_add_many(a, 2, "x");
    rig->receiver = refuses_all;
    rig_start();
    rig_settle();
    ck_assert_int_eq(rig_status().state, DELIVERY_HELD);
    ck_assert_uint_eq(rig->sent, 3);
    ck_assert_uint_eq(rig_count_letters(), 0);
    ck_assert_uint_eq(a->position, 1);
    rig_deinit();
}
END_TEST

START_TEST(another_source_that_is_accepted_settles_the_doubt)
{
    rig_init();
    struct store_source *a = with_poison(20, POISON(1, 2, 3, 4, 5, 6, 7, 8));
    fake_store_add_many(fake_store_source(&rig->store, "b"), 10, "x");
    rig->receiver = refuses_poison;
    rig_start();
    rig_settle();
    ck_assert_uint_eq(a->position, 21);
    ck_assert_uint_eq(rig_count_letters(), 8);
    ck_assert_uint_eq(rig_status().delivered, 22);
    rig_deinit();
}
END_TEST

START_TEST(a_lone_refused_entry_goes_to_dead_letter_but_only_a_few_before_one_is_accepted)
{
    rig_init();
    struct store_source *a = fake_store_source(&rig->store, "a");
    rig->receiver = refuses_all;
    rig_start();
    for (unsigned i = 1; i <= DELIVERY_PROBES; i++) {
        fake_store_add_many(a, 1, "x");
        delivery_wake(rig->delivery);
        rig_settle();
        ck_assert_uint_eq(rig_count_letters(), i);
        ck_assert_uint_eq(a->position, i + 1);
    }
    fake_store_add_many(a, 1, "x");
    delivery_wake(rig->delivery);
    rig_settle();
    ck_assert_int_eq(rig_status().state, DELIVERY_HELD);
    ck_assert_uint_eq(rig_count_letters(), DELIVERY_PROBES);
    rig_deinit();
}
END_TEST

START_TEST(after_one_was_accepted_a_refused_batch_goes_to_dead_letter_whole)
{
    rig_init();
    struct store_source *a = fake_store_source(&rig->store, "a");
    fake_store_add_many(a, 1, "x");
    rig_start();
    rig_settle();
    rig->receiver = refuses_all;
    fake_store_add_many(a, 10, "x");
    delivery_wake(rig->delivery);
    rig_settle();
    ck_assert_uint_eq(rig_count_letters(), 10);
    ck_assert_uint_eq(a->position, 12);
    rig_deinit();
}
END_TEST

/* ---- Refused as a sender ---- */

START_TEST(a_refused_sender_is_held_with_growing_waits_and_tries_at_once_when_told)
{
    rig_init();
    struct store_source *a = fake_store_source(&rig->store, "a");
    fake_store_add_many(a, 10, "x");
    rig->receiver = refuses_sender;
    rig_start();
    rig_pass(3600 * USEC_PER_SEC);
    ck_assert_int_eq(rig_status().state, DELIVERY_HELD);
    static const int64_t waits[] = {30, 60, 120, 240, 300, 300, 300};
    for (size_t i = 0; i < 7; i++)
        ck_assert_int_eq(rig->log[i + 1].at_us - rig->log[i].at_us, waits[i] * USEC_PER_SEC);
    ck_assert_uint_eq(rig_count_letters(), 0);
    ck_assert_uint_eq(a->position, 1);
    rig->receiver = rig_accepts;
    delivery_retry_now(rig->delivery);
    rig_settle();
    rig_check_complete("a");
    ck_assert_int_eq(rig_status().state, DELIVERY_IDLE);
    ck_assert_uint_eq(rig_status().failures, 0);
    rig_deinit();
}
END_TEST

/* ---- The store and the dead letter ---- */

START_TEST(a_store_that_takes_no_position_is_asked_again_and_nothing_is_sent_twice)
{
    rig_init();
    struct store_source *a = fake_store_source(&rig->store, "a");
    fake_store_add_many(a, 25, "x");
    rig->store.fail_acknowledge = 5;
    rig->state = (char *)"state";
    rig_start();
    rig_settle();
    ck_assert_int_eq(rig_status().state, DELIVERY_WAITING);
    ck_assert_ptr_nonnull(strstr(rig_status().last_error, "the disk is full"));
    ck_assert_uint_eq(rig->sent, 1);
    rig_finish();
    rig_check_complete("a");
    ck_assert_uint_eq(rig->sent, 3);
    ck_assert_int_eq(rig_status().state, DELIVERY_IDLE);
    ck_assert_uint_eq(rig_status().failures, 0);
    rig_deinit();
}
END_TEST

START_TEST(the_last_acknowledgement_that_fails_leaves_no_failure_behind)
{
    rig_init();
    fake_store_add_many(fake_store_source(&rig->store, "a"), 5, "x");
    rig->store.fail_acknowledge = 2;
    rig_start();
    rig_finish();
    rig_settle();
    ck_assert_uint_eq(rig->sent, 1);
    ck_assert_int_eq(rig_status().state, DELIVERY_IDLE);
    rig_deinit();
}
END_TEST

START_TEST(a_store_that_cannot_be_read_is_asked_again_with_growing_waits)
{
    rig_init();
    fake_store_add_many(fake_store_source(&rig->store, "a"), 25, "x");
    rig->store.fail_read = 6;
    rig_start();
    rig_pass(20 * USEC_PER_SEC);
    ck_assert_uint_eq(rig_status().failures, 6 - rig->store.fail_read);
    ck_assert_uint_ge(rig_status().failures, 4);
    ck_assert_ptr_nonnull(strstr(rig_status().last_error, "the disk is broken"));
    rig_finish();
    rig_check_complete("a");
    rig_deinit();
}
END_TEST

START_TEST(a_corrupt_batch_is_condemned_and_the_rest_goes_on)
{
    rig_init();
    struct store_source *a = fake_store_source(&rig->store, "a");
    fake_store_add_many(a, 14, "x");
    a->corrupt = 8;
    rig_start();
    rig_settle();
    ck_assert_uint_eq(rig->rereads, 1);
    RIG_ACCEPTED("a", 1, 2, 3, 4, 5, 6, 7);
    ck_assert_uint_eq(a->position, 15);
    ck_assert(delivery_is_caught_up(rig->delivery));
    fake_store_add_many(a, 3, "x");
    delivery_wake(rig->delivery);
    rig_settle();
    RIG_ACCEPTED("a", 1, 2, 3, 4, 5, 6, 7, 15, 16, 17);
    rig_deinit();
}
END_TEST

START_TEST(a_batch_that_another_output_condemned_is_stepped_over)
{
    rig_init();
    struct store_source *a = fake_store_source(&rig->store, "a");
    fake_store_add_many(a, 20, "x");
    a->gap_first = 5;
    a->gap_end = 18;
    rig_start();
    rig_settle();
    RIG_ACCEPTED("a", 1, 2, 3, 4, 18, 19, 20);
    ck_assert_uint_eq(a->position, 21);
    rig_deinit();
}
END_TEST

START_TEST(the_position_does_not_pass_a_dead_letter_that_cannot_be_written)
{
    rig_init();
    struct store_source *a = fake_store_source(&rig->store, "a");
    fake_store_add_many(a, 3, "x");
    fake_store_add(a, "{\"id\":\"u\",\"x\":\"unencodable\"}", 0);
    fake_store_add_many(a, 3, "x");
    char blocked[PATH_SIZE]; /* a file where the directory should be */
    folder_write(folder_path(blocked, rig->directory, "dead"), "", 0600);
    rig_start();
    rig_pass(60 * USEC_PER_SEC);
    ck_assert_uint_eq(a->position, 4);
    RIG_ACCEPTED("a", 1, 2, 3);
    ck_assert_int_eq(rig_status().state, DELIVERY_WAITING);
    ck_assert_ptr_nonnull(strstr(rig_status().last_error, "dead letter file"));
    ck_assert_int_eq(unlink(blocked), 0);
    rig_finish();
    RIG_ACCEPTED("a", 1, 2, 3, 5, 6, 7);
    ck_assert_uint_eq(rig_count_letters(), 1);
    rig_deinit();
}
END_TEST

START_TEST(state_beside_a_batch_is_refused_while_an_acknowledgement_is_not_stored)
{
    rig_init();
    struct store_source *a = fake_store_source(&rig->store, "a");
    fake_store_add_many(a, 5, "x");
    rig->state = (char *)"with the batch";
    rig->store.fail_acknowledge = 1;
    rig_start();
    rig_settle();
    struct error error = ERROR_INIT;
    ck_assert_int_eq(
        delivery_keep_state(rig->delivery, slice_of("beside"), &error), ERROR_UNAVAILABLE);
    ck_assert_uint_eq(rig->store.state.size, 0);
    rig_finish();
    ck_assert_int_eq(delivery_keep_state(rig->delivery, slice_of("beside"), &error), 0);
    ck_assert_str_eq(buffer_text(&rig->store.state), "beside");
    (void)a;
    rig_deinit();
}
END_TEST

CHECK_MAIN("delivery_trouble", a_failed_batch_is_the_same_entries_again,
    what_was_sent_again_after_a_lost_answer_is_told_to_the_ledger,
    past_the_retry_stack_waits_double_from_one_second_to_a_minute_for_ever,
    retry_after_is_waited_for, retry_now_does_not_wait,
    of_several_in_flight_the_failed_one_goes_first_and_the_others_not_again,
    the_failed_source_goes_first_and_the_others_get_their_turn_after_it,
    what_is_too_large_is_halved_and_later_batches_are_smaller,
    a_single_entry_that_is_too_large_goes_to_dead_letter, a_named_poison_entry_is_singled_out,
    without_a_name_poison_is_found_by_bisecting,
    a_receiver_that_names_the_wrong_entry_is_not_believed_for_long,
    a_poison_entry_in_the_first_batch_does_not_hold_the_output,
    a_receiver_that_refuses_everything_from_the_start_is_held_and_nothing_is_dead,
    two_entries_that_are_all_refused_are_held_too,
    another_source_that_is_accepted_settles_the_doubt,
    a_lone_refused_entry_goes_to_dead_letter_but_only_a_few_before_one_is_accepted,
    after_one_was_accepted_a_refused_batch_goes_to_dead_letter_whole,
    a_refused_sender_is_held_with_growing_waits_and_tries_at_once_when_told,
    a_store_that_takes_no_position_is_asked_again_and_nothing_is_sent_twice,
    the_last_acknowledgement_that_fails_leaves_no_failure_behind,
    a_store_that_cannot_be_read_is_asked_again_with_growing_waits,
    a_corrupt_batch_is_condemned_and_the_rest_goes_on,
    a_batch_that_another_output_condemned_is_stepped_over,
    the_position_does_not_pass_a_dead_letter_that_cannot_be_written,
    state_beside_a_batch_is_refused_while_an_acknowledgement_is_not_stored)
