/* Every verb with right and wrong words, on the store alone as without a daemon. */
#include "daemon/verbs.h"

#include "base/json.h"
#include "base/limits.h"
#include "check_main.h"
#include "store/scene.h"

/* The entries of the scene are numbered by their time. */
#define FIRST INT64_C(1700000000)
#define LAST  (FIRST + 9)

enum { EXIT_OK = -1, EXIT_NO = 1, EXIT_USAGE_ = 64, EXIT_NO_DAEMON = 69 };

struct verb_scene {
    struct scene scene;
    struct config *config;
    struct json_document *answer; /* of the last verb */
};

static void begin(struct verb_scene *scene, const char *sources)
{
    char text[512];
    struct config_problems problems = {0};
    *scene = (struct verb_scene){0};
    int size = snprintf(text, sizeof(text),
        "state_dir: /nowhere\nsources: [%s]\noutputs:\n  - {name: archive, type: stdout}\n",
        sources);
    int r = config_parse(
        "test", (struct slice){.data = text, .size = (size_t)size}, &scene->config, &problems);
    ck_assert_msg(r == 0, "%s", problems.count > 0 ? problems.items[0].text : "");
    config_problems_deinit(&problems);
    scene_begin(&scene->scene);
}

/* The source acme has ten entries, and two outputs that have them still to take. */
static void begin_filled(struct verb_scene *scene, const char *sources)
{
    begin(scene, sources);
    scene->scene.walk =
        (struct store_walk){.start = FIRST - 100, .read_at = LAST, .seen_from = FIRST - 100};
    (void)scene_attach(&scene->scene, "archive");
    (void)scene_attach(&scene->scene, "gone");
    store_type->detach(scene->scene.store, "archive", scene->scene.source);
    store_type->detach(scene->scene.store, "gone", scene->scene.source);
    scene_store(&scene->scene, FIRST, LAST);
}

static void end(struct verb_scene *scene)
{
    json_free(scene->answer);
    config_free(scene->config);
    scene_end(&scene->scene);
}

/* Runs the verb of these words; returns the `exit` of the answer, or EXIT_OK. */
static int run(struct verb_scene *scene, const char *const *words)
{
    struct buffer answer = BUFFER_INIT(MIB(1));
    const struct verb_context context = {
        .config = scene->config, .store_type = store_type, .store = scene->scene.store};
    size_t count = 0;
    while (words[count] != NULL)
        count++;
    json_free(scene->answer);
    scene->answer = NULL;
    verbs_answer(&context, words, count, &answer);
    ck_assert_msg(
        json_parse(buffer_slice(&answer), &scene->answer, NULL) == 0, "%s", buffer_text(&answer));
    ck_assert_ptr_null(memchr(answer.data, '\n', answer.size));
    buffer_deinit(&answer);
    const struct json_value *root = json_root(scene->answer);
    if (json_boolean(json_get(root, "ok"), false)) {
        ck_assert_ptr_nonnull(json_get(root, "result"));
        return EXIT_OK;
    }
    ck_assert_ptr_nonnull(json_string(json_get(root, "error")));
    return (int)json_integer(json_get(root, "exit"), 0);
}

#define RUN(scene, ...) run(scene, (const char *const[]){__VA_ARGS__, NULL})

static const struct json_value *result_of(const struct verb_scene *scene)
{
    return json_get(json_root(scene->answer), "result");
}

static const char *error_of(const struct verb_scene *scene)
{
    const char *error = json_string(json_get(json_root(scene->answer), "error"));
    return error == NULL ? "" : error;
}

static struct store_walk walk_of(struct verb_scene *scene)
{
    struct store_walk walk;
    struct store_source *source;
    ck_assert_ok(store_type->source(scene->scene.store, "acme", &source, &walk, error));
    return walk;
}

static int find_output(void *user, const struct store_position *position)
{
    const char **wanted = user;
    if (*wanted != NULL && strcmp(position->output, *wanted) == 0)
        *wanted = NULL;
    return 0;
}

static bool knows_output(struct verb_scene *scene, const char *name)
{
    const char *wanted = name;
    ck_assert_ok(store_type->positions(scene->scene.store, find_output, &wanted, error));
    return wanted == NULL;
}

#define ACME "{name: acme, token: {env: T}}"

START_TEST(unknown_verbs_and_wrong_numbers_of_words_are_usage_errors_that_say_what_is_meant)
{
    static const char *const cases[][6] = {{""}, {"statsu"}, {"status", "now"}, {"health", ""},
        {"reload", "x"}, {"checkpoint"}, {"checkpoint", "show", "acme"}, {"checkpoint", "sit"},
        {"checkpoint", "set"}, {"checkpoint", "set", "acme"},
        {"checkpoint", "set", "acme", "1", "--redeliver", "x"}, {"forget"}, {"forget", "acme"},
        {"forget", "--source"}, {"forget", "--source", "acme", "x"}};
    struct verb_scene scene;
    begin_filled(&scene, ACME);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ck_assert_int_eq(run(&scene, cases[i]), EXIT_USAGE_);
        ck_assert_str_ne(error_of(&scene), "");
    }
    ck_assert_int_eq(RUN(&scene, "statsu"), EXIT_USAGE_);
    ck_assert_ptr_nonnull(strstr(error_of(&scene), "status"));
    ck_assert_int_eq(RUN(&scene, "forget", "--everything", "acme"), EXIT_USAGE_);
    ck_assert_int_eq(
        RUN(&scene, "checkpoint", "set", "acme", "1700000005", "--force"), EXIT_USAGE_);
    end(&scene);
}
END_TEST

START_TEST(a_giant_word_is_refused_like_any_other)
{
    static char word[LIMIT_CONTROL_LINE];
    struct verb_scene scene;
    begin(&scene, ACME);
    memset(word, 'x', sizeof(word) - 1);
    ck_assert_int_eq(RUN(&scene, word), EXIT_USAGE_);
    ck_assert_int_eq(RUN(&scene, "checkpoint", word), EXIT_USAGE_);
    ck_assert_int_eq(RUN(&scene, "checkpoint", "set", word, "1700000005"), EXIT_NO);
    ck_assert_int_eq(RUN(&scene, "checkpoint", "set", "acme", word), EXIT_USAGE_);
    ck_assert_int_eq(RUN(&scene, "forget", "--source", word), EXIT_NO);
    end(&scene);
}
END_TEST

START_TEST(what_only_a_daemon_can_tell_wants_one)
{
    struct verb_scene scene;
    begin(&scene, ACME);
    ck_assert_int_eq(RUN(&scene, "status"), EXIT_NO_DAEMON);
    ck_assert_int_eq(RUN(&scene, "health"), EXIT_NO_DAEMON);
    ck_assert_int_eq(RUN(&scene, "reload"), EXIT_NO_DAEMON);
    ck_assert(!verbs_work_offline("status"));
    ck_assert(!verbs_work_offline("health"));
    ck_assert(!verbs_work_offline("reload"));
    ck_assert(verbs_work_offline("checkpoint"));
    ck_assert(verbs_work_offline("forget"));
    ck_assert(!verbs_work_offline("no-such-verb"));
    end(&scene);
}
END_TEST

START_TEST(checkpoint_show_lists_every_source_that_the_store_knows)
{
    struct verb_scene scene;
    begin_filled(&scene, ACME);
    struct store_source *other;
    ck_assert_ok(store_type->source(scene.scene.store, "other", &other, NULL, error));
    ck_assert_int_eq(RUN(&scene, "checkpoint", "show"), EXIT_OK);
    ck_assert_uint_eq(json_length(result_of(&scene)), 2);
    const struct json_value *first = json_at(result_of(&scene), 0);
    ck_assert_str_eq(json_string(json_get(first, "source")), "acme");
    ck_assert_str_eq(json_string(json_get(first, "checkpoint")), "2023-11-14T22:13:29Z");
    ck_assert_str_eq(json_string(json_get(first, "start")), "2023-11-14T22:11:40Z");
    const struct json_value *second = json_at(result_of(&scene), 1);
    ck_assert_str_eq(json_string(json_get(second, "source")), "other");
    ck_assert_ptr_null(json_string(json_get(second, "checkpoint")));
    end(&scene);
}
END_TEST

START_TEST(going_back_says_how_much_comes_again_and_wants_a_word_for_it)
{
    struct verb_scene scene;
    begin_filled(&scene, ACME);
    ck_assert_int_eq(RUN(&scene, "checkpoint", "set", "acme", "1700000005"), EXIT_NO);
    ck_assert_msg(strstr(error_of(&scene), "(5 known since)") != NULL, "%s", error_of(&scene));
    ck_assert_ptr_nonnull(strstr(error_of(&scene), "--redeliver"));
    ck_assert_int_eq(walk_of(&scene).checkpoint, LAST);
    ck_assert_uint_eq(scene_seen(&scene.scene, 0), 10);

    ck_assert_int_eq(
        RUN(&scene, "checkpoint", "set", "acme", "2023-11-14T22:13:25Z", "--redeliver"), EXIT_OK);
    ck_assert_int_eq(json_integer(json_get(result_of(&scene), "known_entries_sent_again"), -1), 5);
    ck_assert_str_eq(
        json_string(json_get(result_of(&scene), "checkpoint")), "2023-11-14T22:13:25Z");
    ck_assert_int_eq(walk_of(&scene).checkpoint, FIRST + 5);
    ck_assert_uint_eq(scene_seen(&scene.scene, 0), 5);
    scene_check_reopen(&scene.scene);
    end(&scene);
}
END_TEST

START_TEST(a_checkpoint_never_moves_forward_and_never_to_where_nothing_can_be)
{
    static const char *const times[] = {"1700000009", "1700000010", "4102444800",
        "2100-01-01T00:00:00Z", "9223372036854775807", "0", "1519862399", "2017-12-31T23:59:59Z"};
    static const char *const garbage[] = {"", "now", "-1", "1700000005x", "2023-11-14",
        "99999999999999999999", "2023-13-01T00:00:00Z", " 1700000005"};
    struct verb_scene scene;
    begin_filled(&scene, ACME);
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
        ck_assert_int_eq(
            RUN(&scene, "checkpoint", "set", "acme", times[i], "--redeliver"), EXIT_USAGE_);
    for (size_t i = 0; i < sizeof(garbage) / sizeof(garbage[0]); i++)
        ck_assert_int_eq(
            RUN(&scene, "checkpoint", "set", "acme", garbage[i], "--redeliver"), EXIT_USAGE_);
    ck_assert_int_eq(walk_of(&scene).checkpoint, LAST);
    ck_assert_uint_eq(scene_seen(&scene.scene, 0), 10);
    end(&scene);
}
END_TEST

START_TEST(going_back_before_the_start_moves_the_start_too)
{
    struct verb_scene scene;
    begin_filled(&scene, ACME);
    ck_assert_int_eq(
        RUN(&scene, "checkpoint", "set", "acme", "1600000000", "--redeliver"), EXIT_OK);
    ck_assert_int_eq(walk_of(&scene).checkpoint, 1600000000);
    ck_assert_int_eq(walk_of(&scene).start, 1600000000);
    ck_assert_int_eq(walk_of(&scene).seen_from, 1600000000);
    scene_check_reopen(&scene.scene);
    end(&scene);
}
END_TEST

START_TEST(a_source_without_a_checkpoint_or_without_a_place_has_nothing_to_go_back_to)
{
    struct verb_scene scene;
    begin(&scene, ACME);
    ck_assert_int_eq(
        RUN(&scene, "checkpoint", "set", "acme", "1700000000", "--redeliver"), EXIT_USAGE_);
    ck_assert_int_eq(
        RUN(&scene, "checkpoint", "set", "nobody", "1700000000", "--redeliver"), EXIT_NO);
    ck_assert_int_eq(RUN(&scene, "checkpoint", "show"), EXIT_OK);
    ck_assert_uint_eq(json_length(result_of(&scene)), 1); /* asking makes no source known */
    end(&scene);
}
END_TEST

START_TEST(what_is_configured_is_not_forgotten)
{
    struct verb_scene scene;
    begin_filled(&scene, ACME);
    ck_assert_int_eq(RUN(&scene, "forget", "--source", "acme"), EXIT_NO);
    ck_assert_ptr_nonnull(strstr(error_of(&scene), "configured"));
    ck_assert_int_eq(RUN(&scene, "forget", "--output", "archive"), EXIT_NO);
    ck_assert(knows_output(&scene, "archive"));
    ck_assert_int_eq(walk_of(&scene).checkpoint, LAST);
    /* A source is no output of the same name. */
    ck_assert_int_eq(RUN(&scene, "forget", "--output", "acme"), EXIT_NO);
    ck_assert_int_eq(RUN(&scene, "forget", "--source", "archive"), EXIT_NO);
    end(&scene);
}
END_TEST

START_TEST(what_has_left_is_forgotten_once)
{
    struct verb_scene scene;
    begin_filled(&scene, "{name: another, token: {env: T}}");
    ck_assert_int_eq(RUN(&scene, "forget", "--output", "gone"), EXIT_OK);
    ck_assert(!knows_output(&scene, "gone"));
    ck_assert_int_eq(RUN(&scene, "forget", "--output", "gone"), EXIT_NO);
    ck_assert_int_eq(RUN(&scene, "forget", "--source", "acme"), EXIT_OK);
    ck_assert_int_eq(RUN(&scene, "forget", "--source", "acme"), EXIT_NO);
    ck_assert_int_eq(RUN(&scene, "checkpoint", "show"), EXIT_OK);
    ck_assert_uint_eq(json_length(result_of(&scene)), 0);
    scene_reopen(&scene.scene); /* which makes the source known again, with nothing in it */
    ck_assert_int_eq(walk_of(&scene).checkpoint, -1);
    ck_assert_uint_eq(scene_seen(&scene.scene, 0), 0);
    end(&scene);
}
END_TEST

START_TEST(a_store_that_fails_is_an_answer_too)
{
    struct verb_scene scene;
    begin_filled(&scene, "{name: another, token: {env: T}}");
    (void)scene_attach(&scene.scene, "gone"); /* in use, as an output that still drains */
    ck_assert_int_ne(RUN(&scene, "forget", "--output", "gone"), EXIT_OK);
    ck_assert(knows_output(&scene, "gone"));
    struct store_page *page = scene_page(&scene.scene, LAST + 1, LAST + 2);
    ck_assert_int_ne(
        RUN(&scene, "checkpoint", "set", "acme", "1700000005", "--redeliver"), EXIT_OK);
    ck_assert_int_ne(RUN(&scene, "forget", "--source", "acme"), EXIT_OK);
    store_type->page_abort(page);
    ck_assert_int_eq(walk_of(&scene).checkpoint, LAST);
    end(&scene);
}
END_TEST

CHECK_MAIN("verbs",
    unknown_verbs_and_wrong_numbers_of_words_are_usage_errors_that_say_what_is_meant,
    a_giant_word_is_refused_like_any_other, what_only_a_daemon_can_tell_wants_one,
    checkpoint_show_lists_every_source_that_the_store_knows,
    going_back_says_how_much_comes_again_and_wants_a_word_for_it,
    a_checkpoint_never_moves_forward_and_never_to_where_nothing_can_be,
    going_back_before_the_start_moves_the_start_too,
    a_source_without_a_checkpoint_or_without_a_place_has_nothing_to_go_back_to,
    what_is_configured_is_not_forgotten, what_has_left_is_forgotten_once,
    a_store_that_fails_is_an_answer_too)
