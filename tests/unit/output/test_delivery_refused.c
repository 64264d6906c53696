/* Delivery when the receiver refuses what it gets, or who sends it. */
#include "check_main.h"
#include "rig.h"

/* ---- Receivers ---- */

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

CHECK_MAIN("delivery refused", what_is_too_large_is_halved_and_later_batches_are_smaller,
    a_single_entry_that_is_too_large_goes_to_dead_letter, a_named_poison_entry_is_singled_out,
    without_a_name_poison_is_found_by_bisecting,
    a_receiver_that_names_the_wrong_entry_is_not_believed_for_long,
    a_poison_entry_in_the_first_batch_does_not_hold_the_output,
    a_receiver_that_refuses_everything_from_the_start_is_held_and_nothing_is_dead,
    two_entries_that_are_all_refused_are_held_too,
    another_source_that_is_accepted_settles_the_doubt,
    a_lone_refused_entry_goes_to_dead_letter_but_only_a_few_before_one_is_accepted,
    after_one_was_accepted_a_refused_batch_goes_to_dead_letter_whole,
    a_refused_sender_is_held_with_growing_waits_and_tries_at_once_when_told)
