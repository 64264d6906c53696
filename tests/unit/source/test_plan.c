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
    struct plan plan = plan_next(&walk, OVERLAP, NULL, -1, NOW);
    ck_assert_int_eq(plan.action, PLAN_WINDOW);
    ck_assert_int_eq(plan.oldest, NOW - 1000);
    ck_assert_int_eq(plan.latest, NOW);
    ck_assert(plan.to_now);
}
END_TEST

START_TEST(a_live_window_reads_the_overlap_again)
{
    struct store_walk walk = new_walk(NOW - 5000);
    struct store_window window = full_window(plan_next(&walk, OVERLAP, NULL, -1, NOW), NOW, 1);
    walk = plan_closed(&walk, OVERLAP, &window, NULL, 0, window.latest, true);
    ck_assert_int_eq(walk.checkpoint, NOW);
    struct plan plan = plan_next(&walk, OVERLAP, NULL, -1, NOW + 60);
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
        struct plan plan = plan_next(&walk, OVERLAP, NULL, -1, NOW);
        ck_assert_int_eq(plan.action, PLAN_WINDOW);
        ck_assert_int_eq(plan.oldest, expected);
        if (plan.to_now)
            break;
        ck_assert_int_eq(plan.latest - plan.oldest, width);
        struct store_window window = full_window(plan, NOW, 1);
        walk = plan_closed(&walk, OVERLAP, &window, NULL, 0, window.latest, true);
        ck_assert_int_le(walk.seen_from, plan.latest);
        ck_assert_int_ge(walk.seen_from, plan.latest - OVERLAP);
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
    struct plan plan = plan_next(&walk, OVERLAP, NULL, -1, NOW);
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
    walk = plan_closed(&walk, OVERLAP, &window, NULL, 0, window.latest, true);
    ck_assert_int_eq(walk.seen_from, NOW - 300);
    ck_assert_int_eq(plan_oldest(&walk, OVERLAP), NOW - 300);
    window.latest = window.opened = NOW + 500;
    walk = plan_closed(&walk, OVERLAP, &window, NULL, 0, window.latest, true);
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
    struct plan plan = plan_next(&walk, OVERLAP, &piece, -1, NOW + 5);
    ck_assert_int_eq(plan.oldest, NOW - 1000);
    ck_assert_int_eq(plan.latest, NOW - 800);
    ck_assert(!plan.to_now);
    while (plan.action == PLAN_WINDOW) {
        struct store_window window = full_window(plan, NOW + 5, 5);
        ck_assert_int_le(window.latest, piece.oldest);
        walk = plan_closed(&walk, OVERLAP, &window, &piece, 1, NOW, false);
        ck_assert_int_le(walk.seen_from, piece.opened - OVERLAP);
        plan = plan_next(&walk, OVERLAP, &piece, window.latest, NOW + 10);
    }
    ck_assert_int_eq(plan.action, PLAN_RELEASE);
    walk = plan_closed(&walk, OVERLAP, &piece, NULL, 0, NOW, false);
    ck_assert_int_eq(walk.checkpoint, NOW);
    ck_assert_int_eq(plan_oldest(&walk, OVERLAP), NOW - OVERLAP);
    ck_assert_int_le(walk.seen_from, NOW - OVERLAP);
}
END_TEST

START_TEST(a_piece_that_reaches_into_the_overlap_waits_for_what_lies_below_it)
{
    struct store_walk walk = {
        .start = 0, .checkpoint = NOW, .read_at = NOW, .seen_from = NOW - OVERLAP, .width = DAY};
    struct store_window piece = {.kind = STORE_WINDOW_FULL,
        .waiting = true,
        .oldest = NOW - 100,
        .latest = NOW + 60,
        .opened = NOW + 60,
        .pages = 10};
    struct plan plan = plan_next(&walk, OVERLAP, &piece, -1, NOW + 90);
    ck_assert_int_eq(plan.action, PLAN_WINDOW);
    ck_assert_int_eq(plan.oldest, NOW - OVERLAP);
    ck_assert_int_eq(plan.latest, NOW - 100);
    struct store_window below = full_window(plan, NOW + 90, 3);
    struct store_walk next = plan_closed(&walk, OVERLAP, &below, &piece, 1, NOW, false);
    ck_assert_int_eq(next.checkpoint, NOW);
    ck_assert_int_eq(next.read_at, NOW);
    ck_assert_int_eq(
        plan_next(&next, OVERLAP, &piece, below.latest, NOW + 90).action, PLAN_RELEASE);
    /* A smaller overlap wants nothing below the piece any more. */
    ck_assert_int_eq(plan_next(&walk, 50, &piece, -1, NOW + 90).action, PLAN_RELEASE);
}
END_TEST

START_TEST(a_clock_that_jumps_back_moves_no_checkpoint)
{
    struct store_walk walk = {
        .start = 0, .checkpoint = NOW, .read_at = NOW, .seen_from = NOW - OVERLAP, .width = DAY};
    ck_assert_int_eq(plan_next(&walk, OVERLAP, NULL, -1, NOW).action, PLAN_NOTHING);
    ck_assert_int_eq(plan_next(&walk, OVERLAP, NULL, -1, NOW + 1).action, PLAN_WINDOW);
    ck_assert_int_eq(plan_next(&walk, OVERLAP, NULL, -1, NOW - OVERLAP - 1).action, PLAN_NOTHING);
    struct store_window window = {.kind = STORE_WINDOW_FULL,
        .oldest = NOW - 900,
        .latest = NOW - 800,
        .opened = NOW - 800,
        .pages = 1};
    ck_assert_int_eq(
        plan_closed(&walk, OVERLAP, &window, NULL, 0, NOW - 800, true).checkpoint, NOW);
}
END_TEST

START_TEST(behind_a_clock_that_was_ahead_reading_goes_on_from_the_newest_known_entry)
{
    /* Read at NOW by a clock that was two hours ahead; the newest entry was 20 s old. */
    enum { AHEAD = 7200 };
    struct store_walk walk = {.start = 0,
        .checkpoint = NOW - 60,
        .read_at = NOW - 60,
        .seen_from = NOW - 60 - OVERLAP,
        .width = DAY};
    struct store_window window = {.kind = STORE_WINDOW_FULL,
        .oldest = NOW - 60 - OVERLAP,
        .latest = NOW + AHEAD,
        .opened = NOW + AHEAD,
        .pages = 1};
    walk = plan_closed(&walk, OVERLAP, &window, NULL, 0, NOW - 20, true);
    ck_assert_int_eq(walk.checkpoint, NOW + AHEAD);
    ck_assert_int_le(walk.seen_from, NOW - 20 - OVERLAP);
    /* A minute later the clock is right. */
    for (int64_t now = NOW + 60; now < NOW + AHEAD; now += 600) {
        plan_heed_clock(&walk, NOW - 20, now);
        struct plan plan = plan_next(&walk, OVERLAP, NULL, -1, now);
        ck_assert_int_eq(plan.action, PLAN_WINDOW);
        ck_assert_int_eq(plan.oldest, (now == NOW + 60 ? NOW - 20 : now - 600) - OVERLAP);
        ck_assert_int_eq(plan.latest, now);
        ck_assert(plan.to_now);
        window = full_window(plan, now, 1);
        walk = plan_closed(&walk, OVERLAP, &window, NULL, 0, NOW - 20, true);
        ck_assert_int_eq(walk.checkpoint, NOW + AHEAD);
    }
    struct plan plan = plan_next(&walk, OVERLAP, NULL, -1, NOW + AHEAD + 60);
    ck_assert_int_eq(plan.oldest, walk.read_at - OVERLAP);
    ck_assert_int_lt(plan.oldest, NOW + AHEAD - OVERLAP);
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
    a_piece_that_reaches_into_the_overlap_waits_for_what_lies_below_it,
    a_clock_that_jumps_back_moves_no_checkpoint,
    behind_a_clock_that_was_ahead_reading_goes_on_from_the_newest_known_entry,
    a_narrowed_width_is_never_under_a_second)
