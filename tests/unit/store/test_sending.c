/*
 * What outputs are sending: noted so that whoever opens the store after a process that was killed
 * knows it, and says that it does not know after a machine that ended.
 */
#include "check_main.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/units.h"
#include "store/scene.h"

struct world {
    struct scene scene;
    struct clock *clock;
};

static void open_with_ledger(struct world *world, int64_t ledger_us)
{
    struct scene *scene = &world->scene;
    const struct store_options options = {.directory = scene->directory,
        .max_bytes = SCENE_CAP,
        .clock = world->clock,
        .ledger_us = ledger_us};
    ck_assert_ok(store_type->open(&scene->store, &options, error));
    ck_assert_ok(store_type->source(scene->store, "acme", &scene->source, &scene->walk, error));
}

static void begin(struct world *world)
{
    struct scene *scene = &world->scene;
    world->clock = clock_new_simulated(1800000000, 1);
    scene_begin(scene);
    scene_close(scene);
    open_with_ledger(world, USEC_PER_SEC);
    (void)scene_attach(scene, "out");
    (void)scene_attach(scene, "other");
    scene_store(scene, 1, 100);
}

static void end(struct world *world)
{
    scene_end(&world->scene);
    clock_free(world->clock);
}

static void expect(struct scene *scene, const char *output, uint64_t first, uint64_t end)
{
    uint64_t found_first = 7, found_end = 7;
    store_type->unanswered(scene->store, output, scene->source, &found_first, &found_end);
    ck_assert_uint_eq(found_first, first);
    ck_assert_uint_eq(found_end, end);
}

static void acknowledge(struct scene *scene, const char *output, uint64_t sequence)
{
    struct slice none = {.data = NULL};
    ck_assert_ok(
        store_type->acknowledge(scene->store, output, scene->source, sequence, none, none, error));
}

/* A process of its own notes this, acknowledges up to `sequence`, and is killed. */
static void note_and_die(struct world *world, uint64_t first, uint64_t end, uint64_t sequence)
{
    struct scene *scene = &world->scene;
    scene_close(scene);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        open_with_ledger(world, USEC_PER_SEC);
        store_type->sending(scene->store, "out", scene->source, first, end);
        acknowledge(scene, "out", sequence);
        _exit(0);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    open_with_ledger(world, USEC_PER_SEC);
}

START_TEST(what_a_killed_process_was_sending_is_known_and_of_that_output_alone)
{
    struct world world;
    struct scene *scene = &world.scene;
    begin(&world);
    expect(scene, "out", 0, 0);
    note_and_die(&world, 1, 11, 1);
    expect(scene, "out", 1, 11);
    expect(scene, "other", 0, 0);
    store_type->sending(scene->store, "other", scene->source, 5, 9);
    note_and_die(&world, 3, 21, 8); /* in the place of the first */
    expect(scene, "out", 8, 21);
    expect(scene, "other", 5, 9);
    acknowledge(scene, "out", 21);
    expect(scene, "out", 0, 0);
    end(&world);
}
END_TEST

START_TEST(what_was_noted_stays_when_the_store_is_closed_in_order)
{
    struct world world;
    struct scene *scene = &world.scene;
    begin(&world);
    store_type->sending(scene->store, "out", scene->source, 4, 6);
    scene_close(scene);
    open_with_ledger(&world, USEC_PER_SEC);
    expect(scene, "out", 4, 6);
    store_type->sending(scene->store, "out", scene->source, 0, 0);
    expect(scene, "out", 0, 0);
    end(&world);
}
END_TEST

static void change_file(struct scene *scene, off_t offset, const char *bytes)
{
    char path[PATH_SIZE];
    int fd = open(scene_path(scene, path, "unanswered"), O_WRONLY | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(pwrite(fd, bytes, strlen(bytes), offset), (ssize_t)strlen(bytes));
    ck_assert_int_eq(close(fd), 0);
}

/* Another start of the machine, an hour later: the time since is what it was. */
static void start_again(struct world *world)
{
    scene_close(&world->scene); /* nothing was noted: the head of the killed one stays */
    clock_set_wall(world->clock, clock_wall_us(world->clock) + 3600 * USEC_PER_SEC);
    open_with_ledger(world, USEC_PER_SEC);
}

START_TEST(after_the_end_of_the_machine_it_is_not_known_until_something_is_noted)
{
    struct world world;
    struct scene *scene = &world.scene;
    begin(&world);
    note_and_die(&world, 1, 11, 5);
    start_again(&world);
    expect(scene, "out", 5, UINT64_MAX);
    expect(scene, "other", 1, UINT64_MAX);
    store_type->sending(scene->store, "out", scene->source, 5, 7);
    expect(scene, "out", 5, 7);
    expect(scene, "other", 1, UINT64_MAX);
    end(&world);
}
END_TEST

START_TEST(after_an_end_in_order_it_is_known_whatever_becomes_of_the_machine)
{
    struct world world;
    struct scene *scene = &world.scene;
    begin(&world);
    store_type->sending(scene->store, "out", scene->source, 4, 6);
    start_again(&world);
    expect(scene, "out", 4, 6);
    expect(scene, "other", 0, 0);
    end(&world);
}
END_TEST

START_TEST(a_clock_that_is_set_while_notes_are_written_makes_none_of_them_doubtful)
{
    struct world world;
    struct scene *scene = &world.scene;
    begin(&world);
    clock_advance(world.clock, 86400 * USEC_PER_SEC);
    int64_t set_us = clock_wall_us(world.clock) - 900 * USEC_PER_SEC;
    scene_close(scene);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        open_with_ledger(&world, USEC_PER_SEC);
        store_type->sending(scene->store, "out", scene->source, 1, 11);
        clock_set_wall(world.clock, set_us);
        store_type->sending(scene->store, "out", scene->source, 1, 12);
        _exit(0);
    }
    ck_assert_int_eq(waitpid(child, NULL, 0), child);
    clock_set_wall(world.clock, set_us);
    open_with_ledger(&world, USEC_PER_SEC);
    expect(scene, "out", 1, 12);
    end(&world);
}
END_TEST

START_TEST(what_is_damaged_is_not_known_until_something_is_noted)
{
    /* A note; the head: no time of a start, the earliest of all, the mark. */
    static const struct {
        off_t offset;
        const char *bytes;
    } damages[] = {
        {40 + 3 * 8, "x"}, {8, "xxxxxxxx"}, {8, "\x01\x01\x01\x01\x01\x01\x01\x80"}, {0, "else"}};
    for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
        struct world world;
        struct scene *scene = &world.scene;
        begin(&world);
        note_and_die(&world, 1, 11, 5);
        scene_close(scene);
        change_file(scene, damages[i].offset, damages[i].bytes);
        open_with_ledger(&world, USEC_PER_SEC);
        expect(scene, "other", 1, UINT64_MAX);
        store_type->sending(scene->store, "out", scene->source, 5, 7);
        expect(scene, "out", 5, 7);
        end(&world);
    }
}
END_TEST

static void set_length(struct scene *scene, off_t length)
{
    char path[PATH_SIZE];
    ck_assert_int_eq(truncate(scene_path(scene, path, "unanswered"), length), 0);
}

START_TEST(a_file_that_is_cut_off_or_far_too_long_holds_no_start)
{
    static const off_t lengths[] = {79, 41, INT64_C(40) * 1000001, INT64_C(1) << 40};
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        struct world world;
        struct scene *scene = &world.scene;
        begin(&world);
        note_and_die(&world, 1, 11, 5);
        scene_close(scene);
        set_length(scene, lengths[i]);
        open_with_ledger(&world, USEC_PER_SEC);
        expect(scene, "out", 5, UINT64_MAX);
        store_type->sending(scene->store, "out", scene->source, 5, 7);
        expect(scene, "out", 5, 7);
        end(&world);
    }
}
END_TEST

/* No file may be longer meanwhile, as on a disk that is full in the middle of a note. */
static void note_without_room(struct scene *scene, const char *output, rlim_t longest)
{
    struct rlimit before, full;
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
    full = (struct rlimit){.rlim_cur = longest, .rlim_max = before.rlim_max};
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &full), 0);
    store_type->sending(scene->store, output, scene->source, 1, 11);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
}

START_TEST(a_note_that_the_disk_does_not_take_makes_the_others_no_whole_truth)
{
    struct world world;
    struct scene *scene = &world.scene;
    int ended;
    begin(&world);
    scene_close(scene);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        (void)signal(SIGXFSZ, SIG_IGN);
        open_with_ledger(&world, USEC_PER_SEC);
        store_type->sending(scene->store, "other", scene->source, 1, 5);
        note_without_room(scene, "out", 100);
        store_type->sending(scene->store, "other", scene->source, 5, 7);
        scene_close(scene); /* in order, even: what was not noted stays unknown */
        _exit(0);
    }
    ck_assert_int_eq(waitpid(child, &ended, 0), child);
    ck_assert_int_eq(ended, 0);
    open_with_ledger(&world, USEC_PER_SEC);
    expect(scene, "out", 1, UINT64_MAX);
    end(&world);
}
END_TEST

START_TEST(without_a_ledger_nothing_is_noted)
{
    struct world world;
    struct scene *scene = &world.scene;
    char path[PATH_SIZE];
    begin(&world);
    scene_close(scene);
    open_with_ledger(&world, 0);
    store_type->sending(scene->store, "out", scene->source, 4, 6);
    expect(scene, "out", 0, 0);
    ck_assert_int_ne(access(scene_path(scene, path, "unanswered"), F_OK), 0);
    end(&world);
}
END_TEST

CHECK_MAIN("store sending", what_a_killed_process_was_sending_is_known_and_of_that_output_alone,
    what_was_noted_stays_when_the_store_is_closed_in_order,
    after_the_end_of_the_machine_it_is_not_known_until_something_is_noted,
    after_an_end_in_order_it_is_known_whatever_becomes_of_the_machine,
    a_clock_that_is_set_while_notes_are_written_makes_none_of_them_doubtful,
    what_is_damaged_is_not_known_until_something_is_noted,
    a_file_that_is_cut_off_or_far_too_long_holds_no_start,
    a_note_that_the_disk_does_not_take_makes_the_others_no_whole_truth,
    without_a_ledger_nothing_is_noted)
