#include "source/plan.h"

#include "check_main.h"

enum { OVERLAP = 600, DAY = 86400 };

#define NOW INT64_C(1700000000)

static struct store_walk new_walk(int64_t start)
{
    return (struct store_walk){.start = start, .checkpoint = -1, .read_at = -1, .seen_from = start};
}

static struct store_window full_window(struct plan plan, int64_t opened, uint32_t pages)
{
    return (struct store_window){.kind = STORE_WINDOW_FULL,
        .oldest = plan.oldest,
        .latest = plan.latest,
        .opened = opened,
        .pages = pages};
}

START_TEST(a_young_source_is_read_in_one_window_up_to_now)
{
    struct store_walk walk = new_walk(NOW - 1000);
    struct plan plan = plan_next(&walk, OVERLAP, NULL, NOW);
    ck_assert_int_eq(plan.action, PLAN_WINDOW);
    ck_assert_int_eq(plan.oldest, NOW - 1000);
    ck_assert_int_eq(plan.latest, NOW);
    ck_assert(plan.to_now);
}
END_TEST

START_TEST(a_live_window_reads_the_overlap_again)
{
    struct store_walk walk = new_walk(NOW - 5000);
    struct store_window window = full_window(plan_next(&walk, OVERLAP, NULL, NOW), NOW, 1);
    walk = plan_closed(&walk, OVERLAP, &window, NULL, 0, true);
    ck_assert_int_eq(walk.checkpoint, NOW);
    struct plan plan = plan_next(&walk, OVERLAP, NULL, NOW + 60);
    ck_assert_int_eq(plan.oldest, NOW - OVERLAP);
    ck_assert_int_eq(plan.latest, NOW + 60);
    ck_assert_int_eq(walk.seen_from, NOW - OVERLAP);
}
END_TEST

START_TEST(
    a_back_fill_goes_in_windows_that_share_their_boundary_second_and_double_while_they_are_small)
{
    struct store_walk walk = new_walk(NOW - 10 * DAY);
    int64_t expected = walk.start;
    int64_t width = DAY;
    for (;;) {
        struct plan plan = plan_next(&walk, OVERLAP, NULL, NOW);
        ck_assert_int_eq(plan.action, PLAN_WINDOW);
        ck_assert_int_eq(plan.oldest, expected);
        if (plan.to_now)
            break;
        ck_assert_int_eq(plan.latest - plan.oldest, width);
        struct store_window window = full_window(plan, NOW, 1);
        walk = plan_closed(&walk, OVERLAP, &window, NULL, 0, true);
        ck_assert_int_eq(walk.seen_from, plan.latest);
        expected = plan.latest;
        width *= 2;
    }
    ck_assert_int_gt(width, 2 * DAY);
}
END_TEST

START_TEST(after_an_outage_the_first_window_reads_the_old_overlap_and_passes_the_checkpoint)
{
    struct store_walk walk = {.start = 0,
        .checkpoint = NOW - 3 * DAY,
        .read_at = NOW - 3 * DAY,
        .seen_from = NOW - 3 * DAY - OVERLAP,
        .width = 60};
    struct plan plan = plan_next(&walk, OVERLAP, NULL, NOW);
    ck_assert_int_eq(plan.oldest, NOW - 3 * DAY - OVERLAP);
    ck_assert_int_eq(plan.latest, NOW - 3 * DAY + 60);
}
END_TEST

START_TEST(a_larger_overlap_grows_in_and_never_asks_for_ids_that_were_forgotten)
{
    struct store_walk walk = {
        .start = 0, .checkpoint = NOW, .read_at = NOW, .seen_from = NOW - 300, .width = DAY};
    ck_assert_int_eq(plan_oldest(&walk, OVERLAP), NOW - 300);
    struct store_window window = {.kind = STORE_WINDOW_FULL,
        .oldest = NOW - 300,
        .latest = NOW + 200,
        .opened = NOW + 200,
        .pages = 1};
    walk = plan_closed(&walk, OVERLAP, &window, NULL, 0, true);
    ck_assert_int_eq(walk.seen_from, NOW - 300);
    ck_assert_int_eq(plan_oldest(&walk, OVERLAP), NOW - 300);
    window.latest = window.opened = NOW + 500;
    walk = plan_closed(&walk, OVERLAP, &window, NULL, 0, true);
    ck_assert_int_eq(plan_oldest(&walk, OVERLAP), NOW + 500 - OVERLAP);
}
END_TEST

START_TEST(what_lies_below_a_piece_is_walked_first_and_then_the_piece_is_released)
{
    struct store_walk walk = new_walk(NOW - 1000);
    struct store_window piece = {.kind = STORE_WINDOW_FULL,
        .waiting = true,
        .oldest = NOW - 400,
        .latest = NOW,
        .opened = NOW,
        .pages = 10};
    walk.width = plan_narrow(400, 10);
    ck_assert_int_eq(walk.width, 200);
    struct plan plan = plan_next(&walk, OVERLAP, &piece, NOW + 5);
    ck_assert_int_eq(plan.oldest, NOW - 1000);
    ck_assert_int_eq(plan.latest, NOW - 800);
    ck_assert(!plan.to_now);
    while (plan.action == PLAN_WINDOW) {
        struct store_window window = full_window(plan, NOW + 5, 5);
        ck_assert_int_le(window.latest, piece.oldest);
        walk = plan_closed(&walk, OVERLAP, &window, &piece, 1, false);
        ck_assert_int_le(walk.seen_from, piece.opened - OVERLAP);
        plan = plan_next(&walk, OVERLAP, &piece, NOW + 10);
    }
    ck_assert_int_eq(plan.action, PLAN_RELEASE);
    walk = plan_closed(&walk, OVERLAP, &piece, NULL, 0, false);
    ck_assert_int_eq(walk.checkpoint, NOW);
    ck_assert_int_eq(plan_oldest(&walk, OVERLAP), NOW - OVERLAP);
    ck_assert_int_le(walk.seen_from, NOW - OVERLAP);
}
END_TEST

START_TEST(a_clock_that_jumps_back_moves_nothing)
{
    struct store_walk walk = {
        .start = 0, .checkpoint = NOW, .read_at = NOW, .seen_from = NOW - OVERLAP, .width = DAY};
    ck_assert_int_eq(plan_next(&walk, OVERLAP, NULL, NOW - 3600).action, PLAN_NOTHING);
    ck_assert_int_eq(plan_next(&walk, OVERLAP, NULL, NOW).action, PLAN_NOTHING);
    ck_assert_int_eq(plan_next(&walk, OVERLAP, NULL, NOW + 1).action, PLAN_WINDOW);
    struct store_window window = {.kind = STORE_WINDOW_FULL,
        .oldest = NOW - 900,
        .latest = NOW - 800,
        .opened = NOW,
        .pages = 1};
    ck_assert_int_eq(plan_closed(&walk, OVERLAP, &window, NULL, 0, true).checkpoint, NOW);
}
END_TEST

START_TEST(a_narrowed_width_is_never_under_a_second)
{
    ck_assert_int_eq(plan_narrow(0, 10), 1);
    ck_assert_int_eq(plan_narrow(1, 100), 1);
    ck_assert_int_eq(plan_narrow(100, 0), 500);
}
END_TEST

CHECK_MAIN("plan", a_young_source_is_read_in_one_window_up_to_now,
    a_live_window_reads_the_overlap_again,
    a_back_fill_goes_in_windows_that_share_their_boundary_second_and_double_while_they_are_small,
    after_an_outage_the_first_window_reads_the_old_overlap_and_passes_the_checkpoint,
    a_larger_overlap_grows_in_and_never_asks_for_ids_that_were_forgotten,
    what_lies_below_a_piece_is_walked_first_and_then_the_piece_is_released,
    a_clock_that_jumps_back_moves_nothing, a_narrowed_width_is_never_under_a_second)
