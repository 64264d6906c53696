/* Delivery when all goes well: order, batches, turns, selection, positions, draining. */
#include "check_main.h"
#include "rig.h"

START_TEST(everything_is_delivered_once_in_order_and_the_position_moves)
{
    rig_init();
    struct store_source *a = fake_store_source(&rig->store, "a");
    fake_store_add_many(a, 25, "x");
    rig_start();
    rig_settle();
    RIG_ACCEPTED("a", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22,
        23, 24, 25);
    ck_assert_uint_eq(rig->sent, 3);
    ck_assert_uint_eq(rig->log[0].count, 10);
    ck_assert_uint_eq(rig->log[2].count, 5);
    ck_assert_uint_eq(rig->log[2].first, 21);
    ck_assert_uint_eq(a->position, 26);
    ck_assert_uint_eq(a->acknowledged, 3);
    struct delivery_status status = rig_status();
    ck_assert_int_eq(status.state, DELIVERY_IDLE);
    ck_assert_uint_eq(status.delivered, 25);
    ck_assert_uint_eq(status.batches, 3);
    ck_assert_uint_eq(status.retries, 0);
    ck_assert_int_eq(status.last_success_us, clock_monotonic_us(rig->clock));
    ck_assert(delivery_is_caught_up(rig->delivery));
    ck_assert_uint_eq(rig->store.blocks, 0);
    ck_assert_uint_gt(rig->changes, 0);
    rig_deinit();
}
END_TEST

START_TEST(it_goes_on_where_it_stood_and_with_what_comes_later)
{
    rig_init();
    struct store_source *a = fake_store_source(&rig->store, "a");
    fake_store_add_many(a, 5, "x");
    a->position = 4;
    rig_start();
    rig_settle();
    fake_store_add_many(a, 2, "x");
    ck_assert(!delivery_is_caught_up(rig->delivery));
    delivery_wake(rig->delivery);
    rig_settle();
    RIG_ACCEPTED("a", 4, 5, 6, 7);
    rig_stop();
    fake_store_add_many(a, 1, "x");
    rig_start();
    rig_settle();
    RIG_ACCEPTED("a", 4, 5, 6, 7, 8);
    rig_deinit();
}
END_TEST

START_TEST(a_batch_ends_at_its_size_and_one_entry_may_be_larger)
{
    rig_init();
    struct store_source *a = fake_store_source(&rig->store, "a");
    char large[600];
    snprintf(large, sizeof(large), "{\"id\":\"large\",\"x\":\"%0500d\"}", 0);
    fake_store_add_many(a, 5, "x"); /* 28 bytes each */
    fake_store_add(a, large, 0);
    fake_store_add_many(a, 1, "x");
    rig->config.batch.max_bytes = 100;
    rig_start();
    rig_settle();
    rig_check_complete("a");
    ck_assert_uint_eq(rig->sent, 4);
    ck_assert_uint_eq(rig->log[0].count, 3);
    ck_assert_uint_eq(rig->log[1].count, 2);
    ck_assert_uint_eq(rig->log[2].count, 1);
    ck_assert_uint_gt(rig->log[2].size, 500);
    ck_assert_uint_eq(rig->log[3].count, 1);
    rig_deinit();
}
END_TEST

START_TEST(a_batch_is_filled_in_slices_of_about_ten_milliseconds)
{
    rig_init();
    struct store_source *a = fake_store_source(&rig->store, "a");
    fake_store_add_many(a, 1000, "x");
    rig->config.batch.max_entries = 1000;
    rig->entry_us = 100;
    rig_start();
    int64_t longest = 0;
    unsigned turns = 0;
    while (rig->sent == 0 && turns < 1000) {
        int64_t start = clock_monotonic_us(rig->clock);
        must(loop_turn(rig->loop, 0) == 0);
        int64_t took = clock_monotonic_us(rig->clock) - start;
        longest = took > longest ? took : longest;
        turns++;
    }
    ck_assert_uint_ge(turns, 6);
    ck_assert_int_le(longest, 20 * USEC_PER_MSEC);
    rig_settle();
    rig_check_complete("a");
    ck_assert_uint_eq(rig->sent, 1);
    rig_deinit();
}
END_TEST

START_TEST(a_batch_that_is_half_filled_when_the_drain_comes_is_dropped)
{
    rig_init();
    struct store_source *a = fake_store_source(&rig->store, "a");
    fake_store_add_many(a, 1000, "x");
    rig->config.batch.max_entries = 1000;
    rig->entry_us = 100;
    rig_start();
    must(loop_turn(rig->loop, 0) == 0);
    ck_assert_uint_eq(rig->store.blocks, 1);
    delivery_drain(rig->delivery);
    rig_settle();
    ck_assert(delivery_is_quiet(rig->delivery));
    ck_assert_uint_eq(rig->store.blocks, 0);
    ck_assert_uint_eq(rig->sent, 0);
    ck_assert_uint_eq(a->position, 1);
    rig_deinit();
}
END_TEST

START_TEST(sources_take_turns_and_never_share_a_batch)
{
    rig_init();
    fake_store_add_many(fake_store_source(&rig->store, "a"), 30, "x");
    fake_store_add_many(fake_store_source(&rig->store, "b"), 15, "x");
    rig_start();
    rig_settle();
    static const char *const order[] = {"a", "b", "a", "b", "a"};
    ck_assert_uint_eq(rig->sent, 5);
    for (size_t i = 0; i < 5; i++)
        ck_assert_str_eq(rig->log[i].source, order[i]);
    rig_check_complete("a");
    rig_check_complete("b");
    rig_deinit();
}
END_TEST

START_TEST(unwanted_entries_move_the_position_without_being_sent)
{
    rig_init();
    struct store_source *a = fake_store_source(&rig->store, "a");
    char *only[] = {"user_*", "anomaly", NULL};
    char *except[] = {"user_log?n", NULL};
    rig->config.only = only;
    rig->config.except = except;
    static const char *const actions[] = {
        "file_shared", "user_login", "user_created", "anomal\\u0079", "User_x", "anomaly2"};
    for (size_t i = 0; i < 6; i++)
        fake_store_add_many(a, 1, actions[i]);
    fake_store_add(a, "{\"id\":\"none\"}", 0);
    rig_start();
    rig_settle();
    RIG_ACCEPTED("a", 3, 4);
    ck_assert_uint_eq(rig->sent, 1);
    ck_assert_uint_eq(a->position, 8);
    fake_store_add_many(a, 100, "file_shared");
    delivery_wake(rig->delivery);
    rig_settle();
    ck_assert_uint_eq(rig->sent, 1);
    ck_assert_uint_eq(a->position, 108);
    ck_assert_int_eq(rig_status().state, DELIVERY_IDLE);
    fake_expect_told(a, "uudduuuuuuuuuu");
    rig_deinit();
}
END_TEST

START_TEST(named_fields_are_redacted_on_the_way)
{
    rig_init();
    struct store_source *a = fake_store_source(&rig->store, "a");
    char *redact[] = {"actor.email", NULL};
    rig->config.redact = redact;
    fake_store_add(a, "{\"id\":\"1\",\"actor\":{\"email\":\"a@b\"},\"n\":1.0}", 0);
    rig_start();
    rig_settle();
    ck_assert_str_eq(buffer_text(&rig->accepted),
        "{\"id\":\"1\",\"actor\":{\"email\":\"(redacted)\"},\"n\":1.0}\n");
    rig_deinit();
}
END_TEST

START_TEST(a_few_entries_wait_for_company_and_a_full_batch_does_not)
{
    rig_init();
    struct store_source *a = fake_store_source(&rig->store, "a");
    rig->config.batch.max_wait_us = 5 * USEC_PER_SEC;
    rig_start();
    fake_store_add_many(a, 2, "x");
    delivery_wake(rig->delivery);
    rig_pass(3 * USEC_PER_SEC);
    fake_store_add_many(a, 1, "x");
    delivery_wake(rig->delivery);
    rig_pass(USEC_PER_SEC);
    ck_assert_uint_eq(rig->sent, 0);
    ck_assert_int_eq(rig_status().state, DELIVERY_ACTIVE);
    rig_pass(USEC_PER_SEC + USEC_PER_MSEC); /* five from the first */
    ck_assert_uint_eq(rig->sent, 1);
    ck_assert_uint_eq(rig->log[0].count, 3);

    fake_store_add_many(a, 25, "x");
    delivery_wake(rig->delivery);
    rig_settle();
    ck_assert_uint_eq(rig->sent, 4); /* what is there goes whole, not only what is full */
    ck_assert(delivery_is_caught_up(rig->delivery));
    rig_deinit();
}
END_TEST

START_TEST(entries_do_not_wait_for_company_that_their_source_cannot_bring)
{
    rig_init();
    struct store_source *a = fake_store_source(&rig->store, "a");
    struct store_source *b = fake_store_source(&rig->store, "b");
    rig->config.batch.max_wait_us = 5 * USEC_PER_SEC;
    rig_start();
    int64_t now = clock_monotonic_us(rig->clock);
    fake_store_add_many(a, 2, "x");
    fake_store_add_many(b, 2, "x");
    delivery_wake(rig->delivery);
    rig_settle();
    ck_assert_uint_eq(rig->sent, 0);
    delivery_source_rests(rig->delivery, "a", now + 4 * USEC_PER_SEC); /* more may come in time */
    delivery_source_rests(rig->delivery, "nobody", now + 60 * USEC_PER_SEC);
    rig_settle();
    ck_assert_uint_eq(rig->sent, 0);
    delivery_source_rests(rig->delivery, "a", now + 60 * USEC_PER_SEC);
    rig_settle();
    ck_assert_uint_eq(rig->sent, 1);
    ck_assert_uint_eq(rig->log[0].count, 2); /* those of `b` go on waiting */

    rig_pass(59 * USEC_PER_SEC); /* `a` calls again in a second: its entries have company then */
    ck_assert_uint_eq(rig->sent, 2);
    fake_store_add_many(a, 1, "x");
    delivery_wake(rig->delivery);
    rig_pass(4 * USEC_PER_SEC);
    ck_assert_uint_eq(rig->sent, 2);
    rig_pass(USEC_PER_SEC + USEC_PER_MSEC);
    ck_assert_uint_eq(rig->sent, 3);
    ck_assert(delivery_is_caught_up(rig->delivery));
    rig_deinit();
}
END_TEST

START_TEST(a_batch_that_is_about_full_by_size_does_not_wait)
{
    rig_init();
    struct store_source *a = fake_store_source(&rig->store, "a");
    rig->config.batch.max_wait_us = 5 * USEC_PER_SEC;
    rig->config.batch.max_bytes = 150; /* five entries */
    fake_store_add_many(a, 1, "x");
    rig_start();
    rig_pass(6 * USEC_PER_SEC); /* the first batch tells how long an entry is */
    ck_assert_uint_eq(rig->sent, 1);
    fake_store_add_many(a, 6, "x");
    delivery_wake(rig->delivery);
    rig_settle();
    ck_assert(delivery_is_caught_up(rig->delivery));
    rig_deinit();
}
END_TEST

START_TEST(several_batches_in_flight_are_acknowledged_in_order)
{
    rig_init();
    struct store_source *a = fake_store_source(&rig->store, "a");
    rig->config.max_in_flight = 3;
    fake_store_add_many(a, 10, "x");
    rig_start();
    rig_settle(); /* something must be accepted before more than one is trusted to be */
    rig->receiver = rig_waits;
    fake_store_add_many(a, 50, "x");
    delivery_wake(rig->delivery);
    rig_settle();
    ck_assert_uint_eq(rig->pending_count, 3);
    rig_reply(2, rig_answer(OUTPUT_DELIVERED, ""));
    rig_settle();
    ck_assert_uint_eq(a->position, 11);
    ck_assert_uint_eq(rig->pending_count, 3); /* another one went */
    rig_reply(0, rig_answer(OUTPUT_DELIVERED, ""));
    ck_assert_uint_eq(a->position, 21);
    rig_reply(0, rig_answer(OUTPUT_DELIVERED, ""));
    ck_assert_uint_eq(a->position, 41);
    rig_settle();
    ck_assert_uint_eq(rig->pending_count, 2);
    rig_reply(0, rig_answer(OUTPUT_DELIVERED, ""));
    rig_reply(0, rig_answer(OUTPUT_DELIVERED, ""));
    rig_settle();
    ck_assert_uint_eq(a->position, 61);
    ck_assert(delivery_is_quiet(rig->delivery));
    rig_deinit();
}
END_TEST

START_TEST(a_type_that_keeps_state_has_one_batch_in_flight_and_its_state_is_stored)
{
    rig_init();
    struct store_source *a = fake_store_source(&rig->store, "a");
    rig->config.max_in_flight = 3;
    rig->type.one_at_a_time = true;
    fake_store_add_many(a, 10, "x");
    rig_start();
    rig->state = (char *)"state one";
    rig_settle();
    ck_assert_str_eq(buffer_text(&rig->store.state), "state one");
    rig->receiver = rig_waits;
    fake_store_add_many(a, 50, "x");
    delivery_wake(rig->delivery);
    rig_settle();
    ck_assert_uint_eq(rig->pending_count, 1);
    rig_deinit();
}
END_TEST

START_TEST(a_drain_sends_no_more_and_lets_what_is_in_flight_end)
{
    rig_init();
    struct store_source *a = fake_store_source(&rig->store, "a");
    rig->receiver = rig_waits;
    fake_store_add_many(a, 30, "x");
    rig_start();
    rig_settle();
    ck_assert(!delivery_is_quiet(rig->delivery));
    delivery_drain(rig->delivery);
    rig_settle();
    rig_reply(0, rig_answer(OUTPUT_DELIVERED, ""));
    rig_settle();
    ck_assert(delivery_is_quiet(rig->delivery));
    ck_assert_uint_eq(rig->sent, 1);
    ck_assert_uint_eq(a->position, 11);
    rig_deinit();
}
END_TEST

START_TEST(what_is_in_flight_at_the_end_comes_again_at_the_next_start)
{
    rig_init();
    struct store_source *a = fake_store_source(&rig->store, "a");
    rig->receiver = rig_waits;
    fake_store_add_many(a, 15, "x");
    rig_start();
    rig_settle();
    rig_stop();
    ck_assert_uint_eq(rig->cancelled, 1);
    ck_assert_uint_eq(a->position, 1);
    rig->receiver = rig_accepts;
    rig_start();
    rig_settle();
    rig_check_complete("a");
    rig_deinit();
}
END_TEST

START_TEST(a_source_can_be_taken_away_and_come_back)
{
    rig_init();
    struct store_source *a = fake_store_source(&rig->store, "a");
    struct store_source *b = fake_store_source(&rig->store, "b");
    rig->receiver = rig_waits;
    fake_store_add_many(a, 15, "x");
    fake_store_add_many(b, 15, "x");
    rig_start();
    rig_settle();
    delivery_remove_source(rig->delivery, "a");
    delivery_remove_source(rig->delivery, "nobody");
    ck_assert_uint_eq(rig->cancelled, 1);
    ck_assert(!a->attached);
    rig->receiver = rig_accepts;
    rig_settle();
    rig_check_complete("b");
    ck_assert_uint_eq(a->position, 1);
    ck_assert(delivery_is_caught_up(rig->delivery));
    ck_assert_int_eq(delivery_add_source(rig->delivery, "a", a, NULL), 0);
    ck_assert_int_eq(delivery_add_source(rig->delivery, "a", a, NULL), 0);
    rig_settle();
    rig_check_complete("a");
    delivery_remove_source(rig->delivery, "b");
    delivery_remove_source(rig->delivery, "a");
    rig_settle();
    rig_deinit();
}
END_TEST

START_TEST(damaged_and_unencodable_entries_go_to_dead_letter_alone)
{
    rig_init();
    struct store_source *a = fake_store_source(&rig->store, "a");
    fake_store_add(a, "{\"id\":\"\xff\"", STORE_ENTRY_DAMAGED);
    fake_store_add_many(a, 2, "x");
    fake_store_add(a, "{\"id\":\"u-\\\"1\",\"x\":\"unencodable\"}", 0);
    fake_store_add(a, "{\"id\":7,\"x\":\"boundless\"}", 0);
    fake_store_add_many(a, 1, "x");
    fake_store_add(a, "[", STORE_ENTRY_DAMAGED);
    rig_start();
    rig_settle();
    RIG_ACCEPTED("a", 2, 3, 6);
    ck_assert_uint_eq(a->position, 8);
    ck_assert_uint_eq(rig_status().dead, 4);
    fake_expect_told(a, "xddxxdx");
    char *letters = rig_dead_letters();
    ck_assert_str_eq(letters,
        "{\"time\":\"2023-11-14T22:13:20Z\",\"output\":\"out\",\"source\":\"a\",\"sequence\":1,"
        "\"id\":null,\"reason\":\"it is no valid JSON\",\"entry_base64\":\"eyJpZCI6Iv8i\"}\n"
        "{\"time\":\"2023-11-14T22:13:20Z\",\"output\":\"out\",\"source\":\"a\",\"sequence\":4,"
        "\"id\":\"u-\\\"1\",\"reason\":\"it is unencodable\",\"entry\":{\"id\":\"u-\\\"1\",\"x\":"
        "\"unencodable\"}}\n"
        "{\"time\":\"2023-11-14T22:13:20Z\",\"output\":\"out\",\"source\":\"a\",\"sequence\":5,"
        "\"id\":null,\"reason\":\"it cannot be written as json\",\"entry\":{\"id\":7,\"x\":"
        "\"boundless\"}}\n"
        "{\"time\":\"2023-11-14T22:13:20Z\",\"output\":\"out\",\"source\":\"a\",\"sequence\":7,"
        "\"id\":null,\"reason\":\"it is no valid JSON\",\"entry_base64\":\"Ww==\"}\n");
    free(letters);
    struct stat status;
    ck_assert_int_eq(stat(rig->dead_letter, &status), 0);
    ck_assert_uint_eq(status.st_mode & 0777, 0600);
    rig_deinit();
}
END_TEST

START_TEST(an_output_that_cannot_be_opened_makes_no_delivery)
{
    rig_init();
    struct error error = ERROR_INIT;
    rig->receiver = NULL;
    ck_assert_int_eq(
        delivery_new_with(&rig->delivery, &rig->context, &rig->type, &error), ERROR_DENIED);
    ck_assert_str_eq(error.text, "no receiver");
    ck_assert_ptr_null(rig->delivery);
    rig_deinit();
}
END_TEST

START_TEST(reopen_reaches_the_output)
{
    rig_init();
    rig_start();
    delivery_reopen(rig->delivery);
    ck_assert_uint_eq(rig->reopened, 1);
    rig_deinit();
}
END_TEST

CHECK_MAIN("delivery", everything_is_delivered_once_in_order_and_the_position_moves,
    it_goes_on_where_it_stood_and_with_what_comes_later,
    a_batch_ends_at_its_size_and_one_entry_may_be_larger,
    a_batch_is_filled_in_slices_of_about_ten_milliseconds,
    a_batch_that_is_half_filled_when_the_drain_comes_is_dropped,
    sources_take_turns_and_never_share_a_batch,
    unwanted_entries_move_the_position_without_being_sent, named_fields_are_redacted_on_the_way,
    a_few_entries_wait_for_company_and_a_full_batch_does_not,
    entries_do_not_wait_for_company_that_their_source_cannot_bring,
    a_batch_that_is_about_full_by_size_does_not_wait,
    several_batches_in_flight_are_acknowledged_in_order,
    a_type_that_keeps_state_has_one_batch_in_flight_and_its_state_is_stored,
    a_drain_sends_no_more_and_lets_what_is_in_flight_end,
    what_is_in_flight_at_the_end_comes_again_at_the_next_start,
    a_source_can_be_taken_away_and_come_back,
    damaged_and_unencodable_entries_go_to_dead_letter_alone,
    an_output_that_cannot_be_opened_makes_no_delivery, reopen_reaches_the_output)
