/* Delivery when the store or the dead letter does not do as it should. */
#include "check_main.h"
#include "rig.h"

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

CHECK_MAIN("delivery store",
    a_store_that_takes_no_position_is_asked_again_and_nothing_is_sent_twice,
    the_last_acknowledgement_that_fails_leaves_no_failure_behind,
    a_store_that_cannot_be_read_is_asked_again_with_growing_waits,
    a_corrupt_batch_is_condemned_and_the_rest_goes_on,
    a_batch_that_another_output_condemned_is_stepped_over,
    the_position_does_not_pass_a_dead_letter_that_cannot_be_written,
    state_beside_a_batch_is_refused_while_an_acknowledgement_is_not_stored)
