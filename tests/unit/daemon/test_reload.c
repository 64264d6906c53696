/* Reloads, and verbs that change what runs, in the worst moments: nothing is lost, nothing is used
 * after it went, and what cannot run is told and tried again. */
#include "daemon_scene.h"

static bool rests(struct daemon_scene *scene, const char *name)
{
    return scene_state(scene, name) == WALKER_RESTING;
}

START_TEST(the_same_configuration_again_disturbs_nothing)
{
    static struct daemon_scene scene;
    scene_begin(&scene);
    scene_configure(&scene, scene_source(&scene, "acme", ""), scene_file(&scene, "one", "one"));
    scene_start(&scene);
    SCENE_UNTIL(&scene, rests(&scene, "acme"));
    const struct walker *walker = daemon_find_source(&scene.daemon, "acme")->walker;
    const struct delivery *delivery = scene_output(&scene, "one")->delivery;
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(scene_reload(&scene), 0);
    ck_assert_ptr_eq(daemon_find_source(&scene.daemon, "acme")->walker, walker);
    ck_assert_ptr_eq(scene_output(&scene, "one")->delivery, delivery);
    scene_end(&scene);
}
END_TEST

START_TEST(a_wrong_configuration_changes_nothing)
{
    static struct daemon_scene scene;
    scene_begin(&scene);
    scene_configure(&scene, scene_source(&scene, "acme", ""), scene_file(&scene, "one", "one"));
    scene_start(&scene);
    const struct generation *generation = scene.daemon.generation;
    folder_write(scene.config, "sources: []\nstrange: 1\n", 0600);
    ck_assert_int_eq(scene_reload(&scene), ERROR_INVALID);
    ck_assert_int_eq(SCENE_VERB(&scene, "reload"), 78);
    ck_assert_ptr_eq(scene.daemon.generation, generation);
    ck_assert_uint_eq(generation->references, 3); /* the daemon, a source, an output */
    SCENE_UNTIL(&scene, rests(&scene, "acme"));
    scene_end(&scene);
}
END_TEST

START_TEST(the_cap_of_the_store_changes_at_once)
{
    static struct daemon_scene scene;
    struct store_usage usage;
    char outputs[PATH_SIZE + 320];
    scene_begin(&scene);
    scene_configure(&scene, scene_source(&scene, "acme", ""), scene_file(&scene, "one", "one"));
    scene_start(&scene);
    (void)snprintf(
        outputs, sizeof(outputs), "%sstore: {max_size: 64MiB}\n", scene_file(&scene, "one", "one"));
    scene_configure(&scene, scene_source(&scene, "acme", ""), outputs);
    ck_assert_int_eq(scene_reload(&scene), 0);
    scene.daemon.store_type->usage(scene.daemon.store, &usage);
    ck_assert_uint_eq(usage.max_bytes, MIB(64));
    scene_end(&scene);
}
END_TEST

START_TEST(a_source_that_is_replaced_in_the_middle_of_a_call_goes_on)
{
    static struct daemon_scene scene;
    scene_begin(&scene);
    scene_stall(&scene);
    scene_configure(&scene, scene_source(&scene, "acme", ""), scene_file(&scene, "one", "one"));
    scene_start(&scene);
    for (int i = 1; i <= 5; i++) {
        unsigned requests = scene.api.requests;
        SCENE_UNTIL(&scene, scene.api.requests > requests);
        char overlap[32];
        (void)snprintf(overlap, sizeof(overlap), ", overlap: %dm", 10 + i);
        scene_configure(
            &scene, scene_source(&scene, "acme", overlap), scene_file(&scene, "one", "one"));
        ck_assert_int_eq(scene_reload(&scene), 0);
        ck_assert_uint_eq(scene.daemon.generation->references, 2); /* the output kept its own */
    }
    scene_answer_pages(&scene);
    scene_configure(&scene, scene_source(&scene, "acme", ""), scene_file(&scene, "one", "one"));
    ck_assert_int_eq(scene_reload(&scene), 0);
    SCENE_UNTIL(&scene, rests(&scene, "acme"));
    scene_end(&scene);
}
END_TEST

START_TEST(a_source_that_was_away_comes_back_where_it_was)
{
    static struct daemon_scene scene;
    char both[2048];
    scene_begin(&scene);
    (void)snprintf(both, sizeof(both), "%s%s", scene_source(&scene, "acme", ""),
        scene_source(&scene, "other", ""));
    scene_configure(&scene, both, scene_file(&scene, "one", "one"));
    scene_start(&scene);
    scene_store_entries(&scene, "other", 10);
    SCENE_UNTIL(&scene, scene_lines(&scene, "one") == 10);
    for (int i = 0; i < 3; i++) {
        scene_configure(&scene, scene_source(&scene, "acme", ""), scene_file(&scene, "one", "one"));
        ck_assert_int_eq(scene_reload(&scene), 0);
        ck_assert_ptr_null(daemon_find_source(&scene.daemon, "other"));
        ck_assert_uint_eq(scene_position(&scene, "one", "other"), 11 + 5 * (unsigned)i);
        scene_store_entries(&scene, "other", 5); /* waits for it */
        scene_turn(&scene);
        scene_configure(&scene, both, scene_file(&scene, "one", "one"));
        ck_assert_int_eq(scene_reload(&scene), 0);
        SCENE_UNTIL(&scene, scene_lines(&scene, "one") == 15 + 5 * (size_t)i);
    }
    /* Forgotten in between, it begins anew under the same name. */
    scene_configure(&scene, scene_source(&scene, "acme", ""), scene_file(&scene, "one", "one"));
    ck_assert_int_eq(scene_reload(&scene), 0);
    ck_assert_int_eq(SCENE_VERB(&scene, "forget", "--source", "other"), 0);
    ck_assert_int_ne(SCENE_VERB(&scene, "forget", "--source", "acme"), 0);
    scene_configure(&scene, both, scene_file(&scene, "one", "one"));
    ck_assert_int_eq(scene_reload(&scene), 0);
    ck_assert_uint_eq(scene_position(&scene, "one", "other"), 1);
    scene_store_entries(&scene, "other", 2);
    SCENE_UNTIL(&scene, scene_lines(&scene, "one") == 27);
    scene_end(&scene);
}
END_TEST

/* An HTTP output whose receiver, the tiny API, never answers. */
static const char *stalled_output(struct daemon_scene *scene, const char *name, const char *keys)
{
    static char text[4][256];
    static int turn;
    char *output = text[turn++ % 4];
    (void)snprintf(output, sizeof(text[0]),
        "  - {name: %s, type: http, url: \"http://127.0.0.1:%u/\", batch: {max_wait: 0s}%s}\n",
        name, scene->api.port, keys);
    return output;
}

static void give_time(struct daemon_scene *scene, const char *name)
{
    scene_output(scene, name)->leaving_since_us -= 6 * USEC_PER_SEC;
    daemon_settle_outputs(&scene->daemon);
}

START_TEST(reloads_while_an_output_drains_end_with_the_last_one)
{
    static struct daemon_scene scene;
    scene_begin(&scene);
    scene_stall(&scene);
    const char *source = scene_source(&scene, "acme", "");
    scene_configure(&scene, source, stalled_output(&scene, "siem", ""));
    scene_start(&scene);
    scene_store_entries(&scene, "acme", 3);
    SCENE_UNTIL(&scene, !delivery_is_quiet(scene_output(&scene, "siem")->delivery));
    for (int i = 1; i <= 4; i++) {
        char keys[64];
        (void)snprintf(keys, sizeof(keys), ", timeout: %ds", 30 + i);
        scene_configure(&scene, source, stalled_output(&scene, "siem", keys));
        ck_assert_int_eq(scene_reload(&scene), 0);
        ck_assert(scene_output(&scene, "siem")->leaving);
        ck_assert_ptr_eq(scene_output(&scene, "siem")->successor, scene.daemon.generation);
    }
    give_time(&scene, "siem");
    ck_assert(!scene_output(&scene, "siem")->leaving);
    ck_assert_int_eq(scene_output(&scene, "siem")->config->timeout_us, 34 * USEC_PER_SEC);
    ck_assert_ptr_eq(scene_output(&scene, "siem")->generation, scene.daemon.generation);
    ck_assert_uint_eq(scene_position(&scene, "siem", "acme"), 1);
    scene_end(&scene);
}
END_TEST

START_TEST(an_output_that_leaves_while_it_drains_and_comes_back_keeps_its_position)
{
    static struct daemon_scene scene;
    char both[1024];
    scene_begin(&scene);
    scene_stall(&scene);
    const char *source = scene_source(&scene, "acme", "");
    (void)snprintf(both, sizeof(both), "%s%s", scene_file(&scene, "one", "one"),
        stalled_output(&scene, "siem", ""));
    scene_configure(&scene, source, both);
    scene_start(&scene);
    scene_store_entries(&scene, "acme", 3);
    SCENE_UNTIL(&scene, !delivery_is_quiet(scene_output(&scene, "siem")->delivery));
    scene_configure(&scene, source, scene_file(&scene, "one", "one"));
    ck_assert_int_eq(scene_reload(&scene), 0);
    ck_assert_ptr_nonnull(scene_output(&scene, "siem"));
    ck_assert_ptr_null(scene_output(&scene, "siem")->successor);
    ck_assert_int_ne(SCENE_VERB(&scene, "forget", "--output", "siem"), 0); /* in use still */
    scene_configure(&scene, source, both);
    ck_assert_int_eq(scene_reload(&scene), 0);
    ck_assert_ptr_nonnull(scene_output(&scene, "siem")->successor);
    scene_configure(&scene, source, scene_file(&scene, "one", "one"));
    ck_assert_int_eq(scene_reload(&scene), 0);
    give_time(&scene, "siem");
    ck_assert_ptr_null(scene_output(&scene, "siem"));
    ck_assert_uint_eq(scene_position(&scene, "siem", "acme"), 1);
    ck_assert_int_eq(SCENE_VERB(&scene, "forget", "--output", "siem"), 0);
    ck_assert_uint_eq(scene_position(&scene, "siem", "acme"), 0);
    scene_end(&scene);
}
END_TEST

START_TEST(an_output_that_drains_misses_nothing_of_a_source_that_is_new)
{
    static struct daemon_scene scene;
    char both[2048];
    scene_begin(&scene);
    scene_stall(&scene);
    scene_configure(&scene, scene_source(&scene, "acme", ""), stalled_output(&scene, "siem", ""));
    scene_start(&scene);
    scene_store_entries(&scene, "acme", 3);
    SCENE_UNTIL(&scene, !delivery_is_quiet(scene_output(&scene, "siem")->delivery));
    (void)snprintf(both, sizeof(both), "%s%s", scene_source(&scene, "acme", ""),
        scene_source(&scene, "young", ""));
    scene_configure(&scene, both, stalled_output(&scene, "siem", ", timeout: 31s"));
    ck_assert_int_eq(scene_reload(&scene), 0);
    ck_assert(scene_output(&scene, "siem")->leaving);
    scene_store_entries(&scene, "young", 4); /* before its successor is there */
    give_time(&scene, "siem");
    ck_assert_uint_eq(scene_position(&scene, "siem", "young"), 1);
    scene_end(&scene);
}
END_TEST

START_TEST(an_output_that_cannot_be_opened_is_told_tried_again_and_misses_nothing)
{
    static struct daemon_scene scene;
    char outputs[2048], folder[PATH_SIZE], why[ERROR_TEXT_SIZE];
    scene_begin(&scene);
    const char *source = scene_source(&scene, "acme", "");
    scene_configure(&scene, source, scene_file(&scene, "one", "one"));
    scene_start(&scene);
    ck_assert_int_eq(mkdir(folder_path(folder, scene.folder, "logs"), 0700), 0);
    (void)snprintf(outputs, sizeof(outputs), "%s%s", scene_file(&scene, "one", "one"),
        scene_file(&scene, "two", "logs/two"));
    scene_configure(&scene, source, outputs);
    struct config *config = scene_load(&scene); /* the check finds nothing wrong */
    struct generation *generation = generation_new(config);
    ck_assert_int_eq(rmdir(folder), 0);
    folder_write(folder, "", 0600); /* and then a file stands where the folder was */
    struct buffer report = BUFFER_INIT(KIB(4));
    ck_assert_int_eq(daemon_apply_sources(&scene.daemon, generation, &report), 0);
    ck_assert_int_lt(daemon_apply_outputs(&scene.daemon, generation, &report), 0);
    ck_assert_ptr_nonnull(strstr(buffer_text(&report), "two"));
    buffer_deinit(&report);
    generation_unref(scene.daemon.generation);
    scene.daemon.generation = generation;
    ck_assert_ptr_nonnull(daemon_ill(&scene.daemon, why, sizeof(why)));
    ck_assert_ptr_nonnull(strstr(why, "two"));
    ck_assert_int_eq(SCENE_VERB(&scene, "health"), 1);
    ck_assert_int_eq(SCENE_VERB(&scene, "status"), 0);

    scene_store_entries(&scene, "acme", 7);
    daemon_start_missing(&scene.daemon);
    ck_assert_ptr_null(scene_output(&scene, "two"));
    ck_assert_int_eq(unlink(folder), 0);
    for (int i = 0; i < 5; i++) /* ever more slowly */
        daemon_start_missing(&scene.daemon);
    ck_assert_ptr_nonnull(scene_output(&scene, "two"));
    ck_assert_str_eq(scene.daemon.missing, "");
    SCENE_UNTIL(&scene, scene_lines(&scene, "logs/two") == 7);
    scene_end(&scene);
}
END_TEST

START_TEST(going_back_in_the_middle_of_a_call_begins_the_walk_anew)
{
    static struct daemon_scene scene;
    char back[32];
    scene_begin(&scene);
    scene_configure(&scene, scene_source(&scene, "acme", ""), scene_file(&scene, "one", "one"));
    scene_start(&scene);
    SCENE_UNTIL(&scene, rests(&scene, "acme"));
    scene_stall(&scene);
    ck_assert_int_eq(SCENE_VERB(&scene, "checkpoint", "show"), 0);
    (void)snprintf(back, sizeof(back), "%lld", (long long)time(NULL) - 7200);
    for (int i = 0; i < 3; i++) {
        unsigned requests = scene.api.requests;
        ck_assert_int_eq(SCENE_VERB(&scene, "checkpoint", "set", "acme", back, "--redeliver"), 0);
        SCENE_UNTIL(&scene, scene.api.requests > requests);
        (void)snprintf(back, sizeof(back), "%lld", (long long)time(NULL) - 7200 * (i + 2));
    }
    scene_answer_pages(&scene);
    (void)snprintf(back, sizeof(back), "%lld", (long long)time(NULL) - 72000);
    ck_assert_int_eq(SCENE_VERB(&scene, "checkpoint", "set", "acme", back, "--redeliver"), 0);
    SCENE_UNTIL(&scene, rests(&scene, "acme"));
    scene_end(&scene);
}
END_TEST

START_TEST(a_source_that_cannot_go_on_after_going_back_is_told_and_tried_again)
{
    static struct daemon_scene scene;
    char back[32], why[ERROR_TEXT_SIZE];
    scene_begin(&scene);
    scene_configure(&scene, scene_source(&scene, "acme", ""), scene_file(&scene, "one", "one"));
    scene_start(&scene);
    SCENE_UNTIL(&scene, rests(&scene, "acme"));
    ck_assert_int_eq(unlink(scene.token), 0);
    (void)snprintf(back, sizeof(back), "%lld", (long long)time(NULL) - 7200);
    ck_assert_int_eq(SCENE_VERB(&scene, "checkpoint", "set", "acme", back, "--redeliver"), 0);
    ck_assert_ptr_null(daemon_find_source(&scene.daemon, "acme"));
    ck_assert_ptr_nonnull(daemon_ill(&scene.daemon, why, sizeof(why)));
    ck_assert_int_eq(SCENE_VERB(&scene, "status"), 0);
    ck_assert_int_ne(scene_reload(&scene), 0); /* and a reload finds the configuration wrong */
    folder_write(scene.token, "xoxp-another-token\n", 0600);
    ck_assert_int_eq(scene_reload(&scene), 0);
    ck_assert_ptr_null(daemon_ill(&scene.daemon, why, sizeof(why)));
    SCENE_UNTIL(&scene, rests(&scene, "acme"));
    scene_end(&scene);
}
END_TEST

START_TEST(a_new_token_brings_a_governor_of_its_own_and_the_lowest_limit_holds)
{
    static struct daemon_scene scene;
    char both[2048];
    scene_begin(&scene);
    const char *one = scene_file(&scene, "one", "one");
    (void)snprintf(both, sizeof(both), "%s%s",
        scene_source(&scene, "acme", ", calls_per_minute: 60000"),
        scene_source(&scene, "other", ", calls_per_minute: 9"));
    scene_configure(&scene, both, one);
    scene_start(&scene);
    struct daemon_source *acme = daemon_find_source(&scene.daemon, "acme");
    ck_assert_ptr_eq(acme->governor, daemon_find_source(&scene.daemon, "other")->governor);
    SCENE_UNTIL(&scene, governor_calls_left(acme->governor) == 0); /* 9 a minute: one at once */

    scene_configure(&scene, scene_source(&scene, "acme", ", calls_per_minute: 60000"), one);
    ck_assert_int_eq(scene_reload(&scene), 0);
    struct governor *before = daemon_find_source(&scene.daemon, "acme")->governor;
    SCENE_UNTIL(&scene, governor_calls_left(before) > 5); /* the lower one has left */

    folder_write(scene.token, "xoxp-another-token\n", 0600);
    ck_assert_int_eq(scene_reload(&scene), 0);
    acme = daemon_find_source(&scene.daemon, "acme");
    ck_assert_ptr_nonnull(acme->governor);
    ck_assert_str_ne(governor_name(acme->governor), "");
    SCENE_UNTIL(&scene, rests(&scene, "acme"));
    scene_end(&scene);
}
END_TEST

START_TEST(what_a_departed_source_held_open_is_given_up)
{
    static struct daemon_scene scene;
    struct store_source *departed;
    struct store_page *page;
    struct store_walk walk;
    struct error error = ERROR_INIT;
    scene_begin(&scene);
    scene_configure(&scene, scene_source(&scene, "acme", ""), scene_file(&scene, "one", "one"));
    scene_start(&scene);
    const struct store_type *type = scene.daemon.store_type;
    ck_assert_int_eq(type->source(scene.daemon.store, "gone", &departed, &walk, &error), 0);
    ck_assert_int_eq(type->page_begin(departed, &page, &error), 0);
    const struct store_new_entry entry = {.bytes = SLICE_LITERAL("{}"), .time = 1700000000};
    ck_assert_int_eq(type->page_append(page, &entry, &error), 0);
    struct store_window window = {.kind = STORE_WINDOW_FULL, .oldest = 1, .latest = 2};
    ck_assert_int_eq(type->commit(departed, page, &window, STORE_KEEP_OPEN, &walk, &error), 0);
    struct store_usage usage;
    type->usage(scene.daemon.store, &usage);
    ck_assert_uint_gt(usage.open_bytes, 0);
    ck_assert_int_eq(scene_reload(&scene), 0);
    type->usage(scene.daemon.store, &usage);
    ck_assert_uint_eq(usage.open_bytes, 0);
    store_window_deinit(&window);
    scene_end(&scene);
}
END_TEST

CHECK_MAIN("reload", the_same_configuration_again_disturbs_nothing,
    a_wrong_configuration_changes_nothing, the_cap_of_the_store_changes_at_once,
    a_source_that_is_replaced_in_the_middle_of_a_call_goes_on,
    a_source_that_was_away_comes_back_where_it_was,
    reloads_while_an_output_drains_end_with_the_last_one,
    an_output_that_leaves_while_it_drains_and_comes_back_keeps_its_position,
    an_output_that_drains_misses_nothing_of_a_source_that_is_new,
    an_output_that_cannot_be_opened_is_told_tried_again_and_misses_nothing,
    going_back_in_the_middle_of_a_call_begins_the_walk_anew,
    a_source_that_cannot_go_on_after_going_back_is_told_and_tried_again,
    a_new_token_brings_a_governor_of_its_own_and_the_lowest_limit_holds,
    what_a_departed_source_held_open_is_given_up)
