/*
 * Positions of outputs: where a new one begins, what holds entries and what lets them go, states,
 * and what is forgotten.
 */
#include "check_main.h"

#include "store/scene.h"

static uint64_t live_bytes(struct scene *scene)
{
    struct store_usage usage;
    store_type->usage(scene->store, &usage);
    return usage.live_bytes;
}

static void acknowledge(struct scene *scene, const char *output, uint64_t sequence)
{
    ck_assert_ok(scene_acknowledge(scene, output, sequence, error));
}

static void expect_state(struct scene *scene, const char *output, const char *wanted)
{
    _cleanup_(buffer_deinit) struct buffer state = BUFFER_INIT(100);
    ck_assert_int_eq(buffer_append_text(&state, "what was there before"), 0);
    ck_assert_ok(store_type->output_state(scene->store, output, &state, error));
    ck_assert_str_eq(buffer_text(&state), wanted);
}

START_TEST(a_new_output_begins_with_what_is_stored_from_then_on)
{
    struct scene scene;
    scene_begin(&scene);
    ck_assert_uint_eq(scene_attach(&scene, "first"), 1);
    scene_store(&scene, 1, 5);
    ck_assert_uint_eq(scene_attach(&scene, "second"), 6);
    scene_store(&scene, 6, 8);
    scene_expect(&scene, 6, " 6 7 8");
    scene_check_reopen(&scene);
    ck_assert_uint_eq(scene_attach(&scene, "first"), 1);
    ck_assert_uint_eq(scene_attach(&scene, "second"), 6);
    scene_end(&scene);
}
END_TEST

START_TEST(a_position_may_stand_inside_a_batch_and_never_moves_back)
{
    struct scene scene;
    scene_begin(&scene);
    (void)scene_attach(&scene, "out");
    scene_store(&scene, 1, 5);
    scene_store(&scene, 6, 9);
    acknowledge(&scene, "out", 3);
    scene_check_reopen(&scene);
    ck_assert_uint_eq(scene_attach(&scene, "out"), 3);
    scene_expect(&scene, 3, " 3 4 5 6 7 8 9");
    acknowledge(&scene, "out", 8);
    acknowledge(&scene, "out", 2);
    ck_assert_uint_eq(scene_attach(&scene, "out"), 8);
    scene_check_reopen(&scene);
    acknowledge(&scene, "out", 10);
    scene_check_reopen(&scene);
    ck_assert_uint_eq(scene_attach(&scene, "out"), 10);
    scene_end(&scene);
}
END_TEST

START_TEST(a_wrong_acknowledgement_is_refused)
{
    struct scene scene;
    scene_begin(&scene);
    scene_store(&scene, 1, 5);
    ck_assert_fails(scene_acknowledge(&scene, "out", 1, error), ERROR_MISSING, "out");
    (void)scene_attach(&scene, "out");
    ck_assert_fails(scene_acknowledge(&scene, "out", 7, error), ERROR_INVALID, "ends at 6");
    ck_assert_uint_eq(scene_attach(&scene, "out"), 6);
    scene_end(&scene);
}
END_TEST

START_TEST(state_is_kept_with_the_position_and_alone)
{
    struct scene scene;
    scene_begin(&scene);
    expect_state(&scene, "out", "");
    (void)scene_attach(&scene, "out");
    expect_state(&scene, "out", "");
    scene_store(&scene, 1, 5);
    ck_assert_ok(store_type->acknowledge(
        scene.store, "out", scene.source, 3, SLICE_LITERAL(""), SLICE_LITERAL("length 3"), error));
    expect_state(&scene, "out", "length 3");
    acknowledge(&scene, "out", 4);
    scene_reopen(&scene);
    expect_state(&scene, "out", "length 3");
    /* The position stands still, and the state changes all the same. */
    ck_assert_ok(store_type->acknowledge(
        scene.store, "out", scene.source, 4, SLICE_LITERAL(""), SLICE_LITERAL("rotated"), error));
    expect_state(&scene, "out", "rotated");
    ck_assert_ok(
        store_type->output_state_set(scene.store, "out", SLICE_LITERAL("alone\n\"x"), error));
    ck_assert_ok(store_type->output_state_set(scene.store, "new", SLICE_LITERAL("before"), error));
    scene_reopen(&scene);
    expect_state(&scene, "out", "alone\n\"x");
    expect_state(&scene, "new", "before");
    ck_assert_uint_eq(scene_attach(&scene, "out"), 4);
    ck_assert_ok(store_type->output_state_set(scene.store, "out", SLICE_LITERAL(""), error));
    expect_state(&scene, "out", "");
    _cleanup_(buffer_deinit) struct buffer small = BUFFER_INIT(3);
    ck_assert_fails(
        store_type->output_state(scene.store, "new", &small, error), ERROR_LIMIT, "new");
    scene_end(&scene);
}
END_TEST

START_TEST(bytes_live_until_the_last_output_has_passed_them)
{
    struct scene scene;
    scene_begin(&scene);
    (void)scene_attach(&scene, "fast");
    (void)scene_attach(&scene, "slow");
    scene_store(&scene, 1, 5);
    uint64_t first = live_bytes(&scene);
    scene_store(&scene, 6, 9);
    uint64_t both = live_bytes(&scene);
    ck_assert_uint_gt(first, 0);
    ck_assert_uint_gt(both, first);
    ck_assert_int_eq(scene_size(&scene, "segments/1-1.seg"), (int64_t)both);

    acknowledge(&scene, "fast", 10);
    ck_assert_uint_eq(live_bytes(&scene), both);
    acknowledge(&scene, "slow", 5);
    ck_assert_uint_eq(live_bytes(&scene), both);
    acknowledge(&scene, "slow", 6);
    ck_assert_uint_eq(live_bytes(&scene), both - first);
    scene_check_reopen(&scene);
    ck_assert_uint_eq(live_bytes(&scene), both - first);
    acknowledge(&scene, "slow", 10);
    ck_assert_uint_eq(live_bytes(&scene), 0);
    scene_check_reopen(&scene);
    ck_assert_uint_eq(scene_seen(&scene, 0), 9);
    scene_end(&scene);
}
END_TEST

START_TEST(a_detached_output_keeps_its_position_and_holds_its_entries)
{
    struct scene scene;
    scene_begin(&scene);
    (void)scene_attach(&scene, "stays");
    (void)scene_attach(&scene, "leaves");
    store_type->detach(scene.store, "leaves", scene.source);
    store_type->detach(scene.store, "never was", scene.source);
    scene_store(&scene, 1, 5);
    uint64_t live = live_bytes(&scene);
    acknowledge(&scene, "stays", 6);
    scene_collect(&scene);
    ck_assert_uint_eq(live_bytes(&scene), live);
    scene_check_reopen(&scene);
    ck_assert_uint_eq(scene_attach(&scene, "leaves"), 1);
    scene_expect(&scene, 1, " 1 2 3 4 5");
    scene_end(&scene);
}
END_TEST

struct standing {
    const char *output;
    bool found, attached;
    uint64_t sequence, next_sequence, backlog;
};

static int find_standing(void *user, const struct store_position *position)
{
    struct standing *standing = user;
    if (strcmp(position->output, standing->output) != 0)
        return 0;
    standing->found = true;
    standing->attached = position->attached;
    standing->sequence = position->sequence;
    standing->next_sequence = position->next_sequence;
    standing->backlog = position->backlog_bytes;
    return -100; /* seen enough */
}

static struct standing standing_of(struct scene *scene, const char *output)
{
    struct standing standing = {.output = output};
    int result = store_type->positions(scene->store, find_standing, &standing, NULL);
    ck_assert_int_eq(result, standing.found ? -100 : 0);
    return standing;
}

START_TEST(positions_tell_who_is_behind_and_by_how_much)
{
    struct scene scene;
    scene_begin(&scene);
    (void)scene_attach(&scene, "a");
    (void)scene_attach(&scene, "b");
    scene_store(&scene, 1, 4);
    uint64_t first = live_bytes(&scene);
    scene_store(&scene, 5, 8);
    uint64_t both = live_bytes(&scene);
    acknowledge(&scene, "a", 9);
    acknowledge(&scene, "b", 3);
    struct standing a = standing_of(&scene, "a"), b = standing_of(&scene, "b");
    ck_assert(a.attached && b.attached);
    ck_assert_uint_eq(a.sequence, 9);
    ck_assert_uint_eq(a.next_sequence, 9);
    ck_assert_uint_eq(a.backlog, 0);
    ck_assert_uint_eq(b.sequence, 3);
    ck_assert_uint_eq(b.backlog, both - first + first / 2);
    scene_reopen(&scene);
    ck_assert(!standing_of(&scene, "b").attached);
    ck_assert_uint_eq(standing_of(&scene, "b").backlog, both - first + first / 2);
    scene_end(&scene);
}
END_TEST

START_TEST(without_any_output_everything_is_kept_and_the_first_one_begins_behind_it)
{
    struct scene scene;
    scene_begin(&scene);
    scene_store(&scene, 1, 5);
    uint64_t live = live_bytes(&scene);
    ck_assert_uint_gt(live, 0);
    scene_collect(&scene);
    scene_check_reopen(&scene);
    ck_assert_uint_eq(live_bytes(&scene), live);
    scene_expect(&scene, 1, " 1 2 3 4 5");
    ck_assert_uint_eq(scene_attach(&scene, "out"), 6);
    ck_assert_uint_eq(live_bytes(&scene), 0);
    scene_check_reopen(&scene);
    scene_end(&scene);
}
END_TEST

START_TEST(a_forgotten_output_holds_nothing_any_more)
{
    struct scene scene;
    scene_begin(&scene);
    (void)scene_attach(&scene, "stays");
    (void)scene_attach(&scene, "dead");
    ck_assert_ok(store_type->output_state_set(scene.store, "dead", SLICE_LITERAL("old"), error));
    scene_store(&scene, 1, 5);
    acknowledge(&scene, "stays", 6);
    ck_assert_fails(store_type->forget_output(scene.store, "dead", error), ERROR_INVALID, "dead");
    ck_assert_fails(
        store_type->forget_output(scene.store, "nobody", error), ERROR_MISSING, "nobody");
    store_type->detach(scene.store, "dead", scene.source);
    ck_assert_uint_gt(live_bytes(&scene), 0);
    ck_assert_ok(store_type->forget_output(scene.store, "dead", error));
    ck_assert_uint_eq(live_bytes(&scene), 0);
    ck_assert(!standing_of(&scene, "dead").found);
    scene_check_reopen(&scene);
    expect_state(&scene, "dead", "");
    ck_assert_uint_eq(scene_attach(&scene, "dead"), 6);
    scene_end(&scene);
}
END_TEST

START_TEST(a_forgotten_source_leaves_no_trace_and_its_handle_is_dead)
{
    struct scene scene;
    scene_begin(&scene);
    struct scene other = scene;
    ck_assert_ok(store_type->source(scene.store, "other", &other.source, &other.walk, error));
    (void)scene_attach(&scene, "out");
    (void)scene_attach(&other, "out");
    scene_store(&scene, 1, 5);
    scene_store(&other, 1, 3);
    uint64_t live = live_bytes(&scene);
    struct store_window window = scene_window(6, 9);
    scene_commit(&scene, scene_page(&scene, 6, 9), &window, STORE_KEEP_OPEN);
    ck_assert_fails(store_type->forget_source(scene.store, "none", error), ERROR_MISSING, "none");
    struct store_page *page = scene_page(&scene, 10, 11);
    ck_assert_fails(store_type->forget_source(scene.store, "acme", error), ERROR_INVALID, "acme");
    store_type->page_abort(page);

    ck_assert_ok(store_type->forget_source(scene.store, "acme", error));
    ck_assert_uint_lt(live_bytes(&scene), live);
    ck_assert_int_eq(scene_size(&scene, "segments/1-1.seg"), -1);
    ck_assert_int_gt(scene_size(&scene, "segments/2-1.seg"), 0);
    struct store_block *block;
    ck_assert_int_eq(store_type->read(scene.source, 1, &block, NULL), 1);
    ck_assert_fails(store_type->page_begin(scene.source, &page, error), ERROR_MISSING, "acme");
    uint64_t sequence;
    ck_assert_fails(store_type->attach(scene.store, "out", scene.source, &sequence, error),
        ERROR_MISSING, "acme");
    scene.walk.width = 1;
    ck_assert_fails(
        store_type->commit(scene.source, NULL, NULL, STORE_KEEP_OPEN, &scene.walk, error),
        ERROR_MISSING, "acme");
    scene_expect(&other, 1, " 1 2 3");

    scene_reopen(&scene);
    ck_assert_int_eq(scene.walk.checkpoint, -1);
    ck_assert_uint_eq(store_type->next_sequence(scene.source), 1);
    ck_assert_uint_eq(scene_seen(&scene, 0), 0);
    ck_assert_uint_eq(scene_attach(&scene, "out"), 1);
    scene_store(&scene, 1, 2);
    scene_expect(&scene, 1, " 1 2");
    scene_end(&scene);
}
END_TEST

CHECK_MAIN("store positions", a_new_output_begins_with_what_is_stored_from_then_on,
    a_position_may_stand_inside_a_batch_and_never_moves_back, a_wrong_acknowledgement_is_refused,
    state_is_kept_with_the_position_and_alone, bytes_live_until_the_last_output_has_passed_them,
    a_detached_output_keeps_its_position_and_holds_its_entries,
    positions_tell_who_is_behind_and_by_how_much,
    without_any_output_everything_is_kept_and_the_first_one_begins_behind_it,
    a_forgotten_output_holds_nothing_any_more,
    a_forgotten_source_leaves_no_trace_and_its_handle_is_dead)
