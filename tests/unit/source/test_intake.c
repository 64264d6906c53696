/* What happens to each entry of a page before it is in the store. */
#include "source/intake.h"

#include "base/limits.h"

#include "check_main.h"
#include "store/scene.h"

#define OLDEST INT64_C(1700000000)
#define LATEST (OLDEST + 1000)
#define NOW    (LATEST + 5)

enum { FILTERED_ACTIONS = 31, API_ACTIONS = 30 };

struct bench {
    struct scene scene;
    struct config *config;
    struct intake intake;
    struct store_window window;
    struct store_walk walk;
};

/* `actions` names so many: action0, action1, ... */
static void begin(struct bench *bench, int actions)
{
    static char text[8192];
    struct config_problems problems = {0};
    *bench = (struct bench){0};
    int size = snprintf(text, sizeof(text),
        "outputs: [{name: out, type: stdout}]\nsources:\n  - name: acme\n    token: {env: T}\n"
        "    filter: {actions: [");
    for (int i = 0; i < actions; i++)
        size +=
            snprintf(text + size, sizeof(text) - (size_t)size, "%saction%d", i == 0 ? "" : ", ", i);
    size += snprintf(text + size, sizeof(text) - (size_t)size, "]}\n");
    int r = config_parse(
        "test", (struct slice){.data = text, .size = (size_t)size}, &bench->config, &problems);
    ck_assert_msg(r == 0, "%s", problems.count > 0 ? problems.items[0].text : "");
    config_problems_deinit(&problems);
    scene_begin(&bench->scene);
    bench->walk =
        (struct store_walk){.start = OLDEST, .checkpoint = -1, .read_at = -1, .seen_from = OLDEST};
    intake_init(&bench->intake, store_type, bench->scene.source, &bench->config->sources[0]);
    intake_begin(&bench->intake, OLDEST, LATEST, -1, -1, NOW);
}

static void end(struct bench *bench)
{
    intake_deinit(&bench->intake);
    config_free(bench->config);
    scene_end(&bench->scene);
}

/* NULL `id` or `action`, a negative `time`: it has none. */
static struct slackaudit_entry_slice entry_of(
    const char *bytes, const char *id, const char *action, int64_t time)
{
    return (struct slackaudit_entry_slice){.data = bytes,
        .size = strlen(bytes),
        .id = id,
        .id_size = id == NULL ? 0 : strlen(id),
        .action = action,
        .action_size = action == NULL ? 0 : strlen(action),
        .has_date = time >= 0,
        .date_create = time < 0 ? 0 : time};
}

static void take(struct bench *bench, const char *id, int64_t time)
{
    char bytes[128];
    (void)snprintf(
        bytes, sizeof(bytes), "{\"id\":\"%s\",\"date_create\":%lld}", id, (long long)time);
    struct slackaudit_entry_slice entry = entry_of(bytes, id, "user_login", time);
    ck_assert_msg(intake_entry(&bench->intake, &entry) == 0, "%s", bench->intake.error.text);
}

static void take_raw(
    struct bench *bench, const char *bytes, const char *id, const char *action, int64_t time)
{
    struct slackaudit_entry_slice entry = entry_of(bytes, id, action, time);
    ck_assert_msg(intake_entry(&bench->intake, &entry) == 0, "%s", bench->intake.error.text);
}

/* Commits the page with the window closed, so that its entries can be read. */
static void keep(struct bench *bench)
{
    bench->window =
        (struct store_window){.kind = STORE_WINDOW_FULL, .oldest = OLDEST, .latest = LATEST};
    ck_assert_ok(store_type->commit(bench->scene.source, intake_take_page(&bench->intake),
        &bench->window, STORE_CLOSE, &bench->walk, error));
    intake_keep(&bench->intake);
}

/* The times of what can be read from the first entry on. */
static const char *times(struct bench *bench)
{
    static char text[512];
    text[0] = '\0';
    for (uint64_t sequence = 1; sequence < store_type->next_sequence(bench->scene.source);) {
        struct store_block *block;
        ck_assert_ok(store_type->read(bench->scene.source, sequence, &block, error));
        for (size_t i = 0; i < block->count; i++)
            (void)snprintf(text + strlen(text), sizeof(text) - strlen(text), " %lld",
                (long long)(block->entries[i].time - OLDEST));
        sequence = block->first + block->count;
        store_type->block_release(bench->scene.store, block);
    }
    return text;
}

static void next_page(struct bench *bench, int64_t newer, int64_t covered_until)
{
    intake_begin(&bench->intake, OLDEST, LATEST, newer, covered_until, NOW);
}

START_TEST(new_entries_are_stored_and_seen_ones_are_not)
{
    struct bench bench;
    begin(&bench, 0);
    take(&bench, "c", OLDEST + 30);
    take(&bench, "b", OLDEST + 20);
    take(&bench, "b", OLDEST + 20); /* twice on one page */
    take(&bench, "a", OLDEST + 10);
    keep(&bench);
    next_page(&bench, -1, -1);
    take(&bench, "b", OLDEST + 20);
    ck_assert_ptr_null(intake_take_page(&bench.intake)); /* nothing new, no page */
    intake_keep(&bench.intake);
    ck_assert_uint_eq(bench.intake.counts.stored, 3);
    ck_assert_uint_eq(bench.intake.counts.duplicates, 2);
    ck_assert_str_eq(times(&bench), " 10 20 30");
    end(&bench);
}
END_TEST

START_TEST(what_lies_outside_the_window_is_counted_and_not_stored)
{
    struct bench bench;
    begin(&bench, 0);
    take(&bench, "above", LATEST + 1);
    take(&bench, "top", LATEST);
    take(&bench, "bottom", OLDEST);
    take(&bench, "below", OLDEST - 1);
    ck_assert_uint_eq(bench.intake.counts.outside, 2);
    ck_assert_uint_eq(bench.intake.counts.stored, 2);
    ck_assert_int_eq(bench.intake.lowest, OLDEST - 1);
    ck_assert_int_eq(bench.intake.highest, LATEST + 1);
    ck_assert_int_eq(bench.intake.newest_stored, LATEST);
    keep(&bench);
    /* What was outside is not seen: it is taken when its window comes. */
    intake_begin(&bench.intake, OLDEST - 100, LATEST + 100, -1, -1, NOW);
    take(&bench, "above", LATEST + 1);
    take(&bench, "below", OLDEST - 1);
    ck_assert_uint_eq(bench.intake.counts.stored, 4);
    intake_undo(&bench.intake);
    end(&bench);
}
END_TEST

START_TEST(an_entry_without_a_usable_id_is_known_by_its_bytes)
{
    struct bench bench;
    static char long_id[LIMIT_ENTRY_ID + 2];
    memset(long_id, 'i', sizeof(long_id) - 1);
    begin(&bench, 0);
    take_raw(&bench, "{\"n\":1}", NULL, NULL, OLDEST + 1);
    take_raw(&bench, "{\"n\":2}", NULL, NULL, OLDEST + 1);
    take_raw(&bench, "{\"n\":1}", NULL, NULL, OLDEST + 1);
    take_raw(&bench, "{\"n\":3}", long_id, NULL, OLDEST + 1);
    take_raw(&bench, "{\"n\":4}", long_id, NULL, OLDEST + 1);
    ck_assert_uint_eq(bench.intake.counts.stored, 4);
    ck_assert_uint_eq(bench.intake.counts.duplicates, 1);
    ck_assert_uint_eq(bench.intake.counts.without_id, 5);
    keep(&bench);
    end(&bench);
}
END_TEST

START_TEST(an_entry_without_a_time_takes_its_newer_neighbours)
{
    struct bench bench;
    begin(&bench, 0);
    take(&bench, "first", -1); /* nobody is newer: the end of the window */
    take(&bench, "dated", OLDEST + 500);
    take(&bench, "after", -1);
    take(&bench, "again", -1);
    take(&bench, "next", OLDEST + 400);
    take(&bench, "zero", 0);
    take(&bench, "huge", (int64_t)UINT32_MAX + 1);
    take(&bench, "giant", INT64_MAX);
    ck_assert_uint_eq(bench.intake.counts.without_time, 6);
    ck_assert_int_eq(bench.intake.lowest, OLDEST + 400);
    ck_assert_int_eq(bench.intake.highest, OLDEST + 500);
    ck_assert_int_eq(bench.intake.last_time, OLDEST + 400);
    keep(&bench);
    ck_assert_str_eq(times(&bench), " 400 400 400 400 500 500 500 1000");
    end(&bench);
}
END_TEST

START_TEST(the_newer_neighbour_may_stand_on_the_page_before)
{
    struct bench bench;
    begin(&bench, 0);
    take(&bench, "last of its page", OLDEST + 700);
    keep(&bench);
    next_page(&bench, bench.intake.last_time, -1);
    take(&bench, "first of the next", -1);
    keep(&bench);
    ck_assert_str_eq(times(&bench), " 700 700");
    end(&bench);
}
END_TEST

START_TEST(in_a_window_without_an_end_the_present_stands_for_it)
{
    struct bench bench;
    begin(&bench, 0);
    intake_begin(&bench.intake, OLDEST, INT64_MAX, -1, -1, NOW);
    take(&bench, "first", -1);
    take(&bench, "future", LATEST + 100000);
    ck_assert_uint_eq(bench.intake.counts.stored, 2);
    keep(&bench);
    end(&bench);
}
END_TEST

START_TEST(a_list_that_slack_takes_is_not_filtered_here)
{
    struct bench bench;
    begin(&bench, API_ACTIONS);
    take_raw(&bench, "{}", "a", "something_else", OLDEST + 1);
    ck_assert_uint_eq(bench.intake.counts.stored, 1);
    ck_assert_uint_eq(bench.intake.counts.filtered, 0);
    intake_undo(&bench.intake);
    end(&bench);
}
END_TEST

START_TEST(a_longer_list_is_and_what_cannot_be_judged_stays)
{
    struct bench bench;
    begin(&bench, FILTERED_ACTIONS);
    take_raw(&bench, "{}", "a", "action0", OLDEST + 9);
    take_raw(&bench, "{}", "b", "action30", OLDEST + 8);
    take_raw(&bench, "{}", "c", "action31", OLDEST + 7);
    take_raw(&bench, "{}", "d", "action", OLDEST + 6);
    take_raw(&bench, "{}", "e", "ACTION0", OLDEST + 5);
    take_raw(&bench, "{}", "f", NULL, OLDEST + 4);
    take_raw(&bench, "{}", "g", "", OLDEST + 3);
    ck_assert_uint_eq(bench.intake.counts.filtered, 4);
    ck_assert_uint_eq(bench.intake.counts.stored, 3);
    keep(&bench);
    ck_assert_str_eq(times(&bench), " 4 8 9");
    /* What was filtered is not seen, so a wider filter gets it. */
    bench.intake.actions = NULL;
    next_page(&bench, -1, -1);
    take_raw(&bench, "{}", "c", "action31", OLDEST + 7);
    ck_assert_uint_eq(bench.intake.counts.stored, 4);
    intake_undo(&bench.intake);
    end(&bench);
}
END_TEST

START_TEST(late_is_what_an_earlier_window_covered_and_did_not_show)
{
    struct bench bench;
    begin(&bench, 0);
    next_page(&bench, -1, OLDEST + 500);
    take(&bench, "in time", OLDEST + 501);
    take(&bench, "of the last second", OLDEST + 500); /* which was not over */
    take(&bench, "late", OLDEST + 400);
    take(&bench, "later", OLDEST + 300);
    take(&bench, "late again", OLDEST + 499);
    ck_assert_uint_eq(bench.intake.counts.late, 3);
    ck_assert_int_eq(bench.intake.counts.latest_lateness, NOW - (OLDEST + 499));
    ck_assert_int_eq(bench.intake.counts.worst_lateness, NOW - (OLDEST + 300));
    keep(&bench);
    next_page(&bench, -1, OLDEST + 900);
    take(&bench, "late", OLDEST + 400); /* seen before: not late, old */
    ck_assert_uint_eq(bench.intake.counts.late, 3);
    end(&bench);
}
END_TEST

START_TEST(a_damaged_entry_is_kept_and_marked)
{
    struct bench bench;
    begin(&bench, 0);
    struct slackaudit_entry_slice entry = entry_of("{\"id\":\"x", "x", NULL, OLDEST + 1);
    entry.damage = SLACKAUDIT_DAMAGE_SYNTAX;
    ck_assert_int_eq(intake_entry(&bench.intake, &entry), 0);
    ck_assert_uint_eq(bench.intake.counts.damaged, 1);
    keep(&bench);
    struct store_block *block;
    ck_assert_ok(store_type->read(bench.scene.source, 1, &block, error));
    ck_assert_uint_eq(block->entries[0].flags, STORE_ENTRY_DAMAGED);
    store_type->block_release(bench.scene.store, block);
    end(&bench);
}
END_TEST

START_TEST(undoing_a_page_restores_counts_ids_and_the_segment)
{
    struct bench bench;
    begin(&bench, 0);
    take(&bench, "kept", OLDEST + 600);
    keep(&bench);
    struct intake_counts before = bench.intake.counts;
    int64_t size = scene_size(&bench.scene, "segments/1-1.seg");
    ck_assert_int_gt(size, 0);
    for (int round = 0; round < 3; round++) {
        next_page(&bench, -1, OLDEST + 650);
        char id[16], padding[4096];
        memset(padding, 'x', sizeof(padding) - 1);
        padding[sizeof(padding) - 1] = '\0';
        for (int i = 0; i < 300; i++) { /* more than a block, so that some of it is written */
            (void)snprintf(id, sizeof(id), "n%d", i);
            take_raw(&bench, padding, id, NULL, OLDEST + 700 - i);
        }
        take(&bench, "kept", OLDEST + 600);
        take(&bench, "outside", OLDEST - 1);
        ck_assert_int_eq(bench.intake.newest_known, OLDEST + 700);
        ck_assert_int_gt(scene_size(&bench.scene, "segments/1-1.seg"), size);
        intake_undo(&bench.intake);
        ck_assert_mem_eq(&bench.intake.counts, &before, sizeof(before));
        ck_assert_uint_eq(bench.intake.seen.count, 1);
        ck_assert_int_eq(bench.intake.newest_known, OLDEST + 600);
        ck_assert_int_eq(scene_size(&bench.scene, "segments/1-1.seg"), size);
        intake_undo(&bench.intake); /* again does nothing */
        ck_assert_mem_eq(&bench.intake.counts, &before, sizeof(before));
    }
    next_page(&bench, -1, -1);
    take(&bench, "n5", OLDEST + 700);
    ck_assert_uint_eq(bench.intake.counts.stored, 2);
    keep(&bench);
    ck_assert_str_eq(times(&bench), " 600 700");
    end(&bench);
}
END_TEST

START_TEST(a_page_has_a_most_of_entries)
{
    struct bench bench;
    begin(&bench, 0);
    struct slackaudit_entry_slice entry = entry_of("{}", "same", NULL, OLDEST + 1);
    for (int i = 0; i < LIMIT_PAGE_ENTRIES; i++)
        ck_assert_int_eq(intake_entry(&bench.intake, &entry), 0);
    ck_assert_int_eq(intake_entry(&bench.intake, &entry), ERROR_LIMIT);
    ck_assert_ptr_nonnull(strstr(bench.intake.error.text, "more than"));
    intake_undo(&bench.intake);
    ck_assert_uint_eq(bench.intake.counts.duplicates, 0);
    end(&bench);
}
END_TEST

START_TEST(ids_come_back_from_the_store_without_those_of_the_spans)
{
    struct bench bench;
    begin(&bench, 0);
    char id[16];
    for (int i = 100; i > 0; i--) {
        (void)snprintf(id, sizeof(id), "n%d", i);
        take(&bench, id, OLDEST + i);
    }
    keep(&bench);
    ck_assert_ok(intake_load(&bench.intake, OLDEST, NULL, 0, error));
    ck_assert_uint_eq(bench.intake.seen.count, 100);
    ck_assert_ok(intake_load(&bench.intake, OLDEST + 51, NULL, 0, error));
    ck_assert_uint_eq(bench.intake.seen.count, 50);
    const struct intake_span spans[] = {
        {OLDEST + 11, OLDEST + 21}, {OLDEST + 91, OLDEST + 500}, {OLDEST + 60, OLDEST + 60}};
    ck_assert_ok(intake_load(&bench.intake, OLDEST, spans, 3, error));
    ck_assert_uint_eq(bench.intake.seen.count, 80);
    ck_assert_int_eq(bench.intake.newest_known, OLDEST + 100); /* of all, in memory or not */
    end(&bench);
}
END_TEST

CHECK_MAIN("intake", new_entries_are_stored_and_seen_ones_are_not,
    what_lies_outside_the_window_is_counted_and_not_stored,
    an_entry_without_a_usable_id_is_known_by_its_bytes,
    an_entry_without_a_time_takes_its_newer_neighbours,
    the_newer_neighbour_may_stand_on_the_page_before,
    in_a_window_without_an_end_the_present_stands_for_it,
    a_list_that_slack_takes_is_not_filtered_here, a_longer_list_is_and_what_cannot_be_judged_stays,
    late_is_what_an_earlier_window_covered_and_did_not_show, a_damaged_entry_is_kept_and_marked,
    undoing_a_page_restores_counts_ids_and_the_segment, a_page_has_a_most_of_entries,
    ids_come_back_from_the_store_without_those_of_the_spans)
