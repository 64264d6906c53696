/* Queues of back-fills that are over: they go when nothing hangs on them. */
#include "daemon_scene.h"

#define QUEUE "acme//1/again/1700000000-1700000100"

enum { FROM = 1700000000, TO = 1700000100 };

/* A source and an output, and the queue of a back-fill that is read up to `checkpoint`. */
static struct store_source *begin(struct daemon_scene *scene, int64_t checkpoint)
{
    struct daemon *daemon = &scene->daemon;
    struct store_source *queue = NULL;
    struct store_walk walk;
    uint64_t sequence;
    scene_begin(scene);
    scene_configure(scene, scene_source(scene, "acme", ""), scene_file(scene, "out", "out.ndjson"));
    scene_start(scene);
    ck_assert_int_eq(daemon->store_type->source(daemon->store, QUEUE, &queue, &walk, NULL), 0);
    walk = (struct store_walk){.start = FROM,
        .checkpoint = checkpoint,
        .read_at = checkpoint,
        .seen_from = INT64_C(1) << 32,
        .width = 600};
    ck_assert_int_eq(
        daemon->store_type->commit(queue, NULL, NULL, STORE_KEEP_OPEN, &walk, NULL), 0);
    ck_assert_int_eq(daemon->store_type->attach(daemon->store, "out", queue, &sequence, NULL), 0);
    return queue;
}

static void store_one(struct daemon_scene *scene, struct store_source *queue)
{
    static const char text[] = "{\"id\":\"one\",\"date_create\":1700000050}";
    struct daemon *daemon = &scene->daemon;
    struct store_page *page;
    struct store_window window = {.kind = STORE_WINDOW_FULL, .oldest = FROM, .latest = TO};
    const struct store_new_entry entry = {
        .bytes = SLICE_LITERAL(text), .time = FROM + 50, .key = hash_key_of(slice_of("one"))};
    ck_assert_int_eq(daemon->store_type->page_begin(queue, &page, NULL), 0);
    ck_assert_int_eq(daemon->store_type->page_append(page, &entry, NULL), 0);
    ck_assert_int_eq(daemon->store_type->commit(queue, page, &window, STORE_CLOSE, NULL, NULL), 0);
    store_window_deinit(&window);
}

static void deliver(struct daemon_scene *scene)
{
    ck_assert_int_eq(daemon_join_beside(&scene->daemon, "out", NULL), 0);
    SCENE_UNTIL(scene, scene_position(scene, "out", QUEUE) == 2);
    while (scene->daemon.store_type->collect(scene->daemon.store, NULL) > 0)
        continue;
}

static int note_queue(void *user, const char *name, const struct store_walk *walk)
{
    (void)walk;
    *(bool *)user |= strcmp(name, QUEUE) == 0;
    return 0;
}

static bool is_there(struct daemon_scene *scene)
{
    struct daemon *daemon = &scene->daemon;
    bool is = false;
    ck_assert_int_eq(daemon->store_type->sources(daemon->store, note_queue, &is, NULL), 0);
    return is;
}

static void look_often(struct daemon_scene *scene)
{
    for (int i = 0; i < 3; i++)
        daemon_forget_backfill(&scene->daemon);
}

START_TEST(a_queue_stays_until_its_outputs_have_it_and_then_one_look_longer)
{
    struct daemon_scene scene;
    struct store_source *queue = begin(&scene, TO);
    store_one(&scene, queue);
    look_often(&scene);
    ck_assert(is_there(&scene));
    deliver(&scene);
    daemon_forget_backfill(&scene.daemon);
    ck_assert(is_there(&scene)); /* whoever waits for it may not have seen its end yet */
    daemon_forget_backfill(&scene.daemon);
    ck_assert(!is_there(&scene));
    ck_assert_uint_eq(scene_position(&scene, "out", QUEUE), 0);
    ck_assert_uint_ne(scene_position(&scene, "out", "acme"), 0);
    look_often(&scene);
    scene_end(&scene);
}
END_TEST

START_TEST(a_queue_stays_as_long_as_the_ledger_knows_what_it_brought)
{
    struct daemon_scene scene;
    struct store_source *queue = begin(&scene, TO);
    struct daemon *daemon = &scene.daemon;
    daemon->store_type->set_limits(daemon->store, MIB(64), 3600 * USEC_PER_SEC);
    store_one(&scene, queue);
    deliver(&scene);
    look_often(&scene);
    ck_assert(is_there(&scene));
    daemon->store_type->set_limits(daemon->store, MIB(64), -1 * USEC_PER_SEC);
    while (daemon->store_type->collect(daemon->store, NULL) > 0)
        continue;
    look_often(&scene);
    ck_assert(!is_there(&scene));
    scene_end(&scene);
}
END_TEST

START_TEST(the_queue_of_one_that_is_not_read_to_its_end_stays)
{
    struct daemon_scene scene;
    (void)begin(&scene, TO - 1);
    look_often(&scene);
    ck_assert(is_there(&scene));
    scene_end(&scene);
}
END_TEST

/* The walk of the queue, as a process that was killed has left it. */
static void leave_walk(struct daemon_scene *scene, int64_t start, int64_t checkpoint, int64_t width)
{
    struct daemon *daemon = &scene->daemon;
    struct store_source *queue = NULL;
    struct store_walk walk;
    ck_assert_int_eq(daemon->store_type->source(daemon->store, QUEUE, &queue, &walk, NULL), 0);
    walk.start = start;
    walk.checkpoint = checkpoint;
    walk.width = width;
    ck_assert_int_eq(
        daemon->store_type->commit(queue, NULL, NULL, STORE_KEEP_OPEN, &walk, NULL), 0);
}

START_TEST(a_queue_that_was_left_without_all_of_its_outputs_is_forgotten_at_the_start)
{
    struct daemon_scene scene;
    (void)begin(&scene, TO - 1);
    ck_assert_int_eq(daemon_join_beside(&scene.daemon, "out", NULL), 0);
    leave_walk(&scene, -1, -1, 0);
    daemon_start_backfills(&scene.daemon, scene.daemon.generation);
    ck_assert(!is_there(&scene));
    ck_assert_ptr_null(scene.daemon.backfills);
    scene_end(&scene);
}
END_TEST

START_TEST(a_queue_that_is_whole_is_walked_from_the_start_on)
{
    struct daemon_scene scene;
    (void)begin(&scene, TO - 1);
    leave_walk(&scene, -1, -1, 600);
    daemon_start_backfills(&scene.daemon, scene.daemon.generation);
    ck_assert(is_there(&scene));
    ck_assert_ptr_nonnull(scene.daemon.backfills);
    daemon_drop_backfills(&scene.daemon);
    scene_end(&scene);
}
END_TEST

START_TEST(a_cancellation_that_was_broken_off_is_brought_to_its_end_at_the_start)
{
    struct daemon_scene scene;
    struct store_source *queue = begin(&scene, TO);
    store_one(&scene, queue);
    leave_walk(&scene, FROM, TO, BACKFILL_CANCELLED);
    ck_assert_int_eq(daemon_join_beside(&scene.daemon, "out", NULL), 0);
    daemon_start_backfills(&scene.daemon, scene.daemon.generation);
    ck_assert_uint_eq(scene_position(&scene, "out", QUEUE), 2);
    for (int i = 0; i < 20; i++)
        scene_turn(&scene);
    char path[PATH_SIZE];
    struct stat status;
    if (stat(folder_path(path, scene.folder, "out.ndjson"), &status) == 0)
        ck_assert_int_eq(status.st_size, 0);
    scene_end(&scene);
}
END_TEST

CHECK_MAIN("backfill end", a_queue_stays_until_its_outputs_have_it_and_then_one_look_longer,
    a_queue_stays_as_long_as_the_ledger_knows_what_it_brought,
    the_queue_of_one_that_is_not_read_to_its_end_stays,
    a_queue_that_was_left_without_all_of_its_outputs_is_forgotten_at_the_start,
    a_queue_that_is_whole_is_walked_from_the_start_on,
    a_cancellation_that_was_broken_off_is_brought_to_its_end_at_the_start)
