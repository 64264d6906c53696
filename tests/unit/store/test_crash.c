/*
 * A kill at each named place of a change: what is opened afterwards shows the change whole or not
 * at all, and the change can then be made. In a build without crash points the same program checks
 * that naming one does nothing.
 */
#include "check_main.h"

#include <sys/wait.h>

#include "store/scene.h"

#ifdef CRASH_POINTS
static const bool is_armed = true;
#else
static const bool is_armed = false;
#endif

/* ---- Changes ---- */

/* The window that is open, from the store. */
static struct store_window open_window(struct scene *scene)
{
    struct store_window *windows;
    size_t count;
    ck_assert_ok(store_type->windows(scene->source, &windows, &count, error));
    ck_assert_uint_eq(count, 1);
    struct store_window window = windows[0];
    free(windows);
    return window;
}

static void add_page(struct scene *scene)
{
    struct store_window window = open_window(scene);
    free(window.cursor);
    window.cursor = strdup("next");
    scene_commit(scene, scene_page(scene, 1001, 6000), &window, STORE_KEEP_OPEN);
    store_window_deinit(&window);
}

static void close_window(struct scene *scene)
{
    struct store_window window = open_window(scene);
    scene->walk.checkpoint = 9000;
    scene_commit(scene, scene_page(scene, 6, 20), &window, STORE_CLOSE);
    store_window_deinit(&window);
}

static void close_new_window(struct scene *scene)
{
    scene_store(scene, 10001, 10010);
}

static void give_up(struct scene *scene)
{
    struct store_window window = open_window(scene);
    scene_commit(scene, NULL, &window, STORE_GIVE_UP);
    store_window_deinit(&window);
}

static void acknowledge(struct scene *scene)
{
    ck_assert_ok(store_type->acknowledge(scene->store, "out", scene->source, 6, SLICE_LITERAL(""),
        SLICE_LITERAL("length 6"), error));
}

/* ---- Cases ---- */

struct crash {
    const char *point;
    void (*change)(struct scene *scene);
    bool is_kept; /* the change is there after the crash */
};

static const struct crash crashes[] = {
    {"store.page.append", add_page, false},
    {"store.page.append:4999", add_page, false},
    {"store.page.before_sync", add_page, false},
    {"store.page.after_sync", add_page, false},
    {"store.page.before_commit", add_page, false},
    {"store.page.after_commit", add_page, true},
    {"store.page.append:3", close_window, false},
    {"store.page.after_sync", close_window, false},
    {"store.window.close", close_window, false},
    {"store.page.before_commit", close_window, false},
    {"store.page.after_commit", close_window, true},
    {"store.window.close", close_new_window, false},
    {"store.page.after_commit", close_new_window, true},
    {"store.window.give_up", give_up, false},
    {"store.acknowledge.before_commit", acknowledge, false},
    {"store.acknowledge.after_commit", acknowledge, true},
};

/* Entries in delivery, of which some are acknowledged, and a window with one page. */
static void begin(struct scene *scene)
{
    scene_begin(scene);
    (void)scene_attach(scene, "out");
    scene_store(scene, 1, 5);
    ck_assert_ok(scene_acknowledge(scene, "out", 3, error));
    struct store_window window = scene_window(6, 9000);
    scene_commit(scene, scene_page(scene, 8001, 9000), &window, STORE_KEEP_OPEN);
}

static void describe(struct scene *scene, struct buffer *text)
{
    _cleanup_(buffer_deinit) struct buffer state = BUFFER_INIT(100);
    scene_describe(scene, text);
    ck_assert_ok(store_type->output_state(scene->store, "out", &state, error));
    ck_assert_int_eq(buffer_printf(text, "\nstate %s\n", buffer_text(&state)), 0);
    ck_assert_ptr_nonnull(buffer_text(text));
}

/* Makes the change in a process that is killed at the place. */
static void crash_in_child(struct scene *scene, const struct crash *crash)
{
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        if (setenv("SLACKAUDIT_CRASH_POINT", crash->point, 1) == 0) {
            scene_open(scene);
            crash->change(scene);
            scene_close(scene);
        }
        _exit(0);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    if (is_armed)
        ck_assert_msg(
            WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "%s was not passed", crash->point);
    else
        ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void check_crash(const struct crash *crash)
{
    _cleanup_(buffer_deinit) struct buffer before = BUFFER_INIT(SCENE_TEXT);
    _cleanup_(buffer_deinit) struct buffer after = BUFFER_INIT(SCENE_TEXT);
    _cleanup_(buffer_deinit) struct buffer found = BUFFER_INIT(SCENE_TEXT);
    struct scene whole, killed;
    begin(&whole);
    describe(&whole, &before);
    crash->change(&whole);
    describe(&whole, &after);
    ck_assert_str_ne(before.data, after.data);
    scene_end(&whole);

    begin(&killed);
    scene_close(&killed);
    crash_in_child(&killed, crash);
    scene_open(&killed);
    describe(&killed, &found);
    bool is_kept = crash->is_kept || !is_armed;
    ck_assert_msg(strcmp(found.data, is_kept ? after.data : before.data) == 0, "killed at %s:\n%s",
        crash->point, found.data);
    if (!is_kept) {
        crash->change(&killed);
        describe(&killed, &found);
        ck_assert_str_eq(found.data, after.data);
    }
    scene_end(&killed);
}

START_TEST(a_kill_at_each_place_leaves_all_or_nothing)
{
    for (size_t i = 0; i < sizeof(crashes) / sizeof(crashes[0]); i++)
        check_crash(&crashes[i]);
}
END_TEST

START_TEST(what_a_killed_process_appended_is_cut_back)
{
    struct scene scene;
    begin(&scene);
    int64_t size = scene_size(&scene, "segments/1-1.seg");
    scene_close(&scene);
    const struct crash crash = {"store.page.after_sync", add_page, false};
    crash_in_child(&scene, &crash);
    if (is_armed)
        ck_assert_int_gt(scene_size(&scene, "segments/1-1.seg"), size);
    scene_open(&scene);
    if (is_armed)
        ck_assert_int_eq(scene_size(&scene, "segments/1-1.seg"), size);
    else
        ck_assert_int_gt(scene_size(&scene, "segments/1-1.seg"), size);
    scene_end(&scene);
}
END_TEST

CHECK_MAIN("store crash", a_kill_at_each_place_leaves_all_or_nothing,
    what_a_killed_process_appended_is_cut_back)
