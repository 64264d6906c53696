/* The daemon from its start to its end, in a process of its own: exit codes, and signals at any
 * moment. */
#include "daemon_scene.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

/* ---- Signals that come while the store is being opened ---- */

static int early_signal;

int mkdir(const char *path, mode_t mode)
{
    size_t size = strlen(path);
    if (early_signal != 0 && size > 6 && strcmp(path + size - 6, "/state") == 0) {
        int number = early_signal;
        early_signal = 0;
        (void)raise(number);
    }
    return (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

/* ---- A daemon in a process of its own ---- */

struct life {
    struct daemon_scene scene; /* its folder and API only */
    pid_t pid;
};

static void life_begin(struct life *life)
{
    *life = (struct life){0};
    scene_begin(&life->scene);
    scene_configure(&life->scene, scene_source(&life->scene, "acme", ""),
        scene_file(&life->scene, "one", "one"));
}

static void life_end(struct life *life)
{
    struct daemon *daemon = &life->scene.daemon;
    loop_unwatch(daemon->engine_watch);
    slackaudit_engine_free(daemon->engine);
    http_engine_free(daemon->http);
    server_deinit(&life->scene.api);
    loop_free(daemon->loop);
    clock_free(daemon->clock);
    folder_remove(life->scene.folder);
}

static void life_start(struct life *life, bool once)
{
    life->pid = fork();
    ck_assert_int_ge(life->pid, 0);
    if (life->pid > 0)
        return;
    const struct daemon_options options = {
        .config_path = life->scene.config, .version = "0", .once = once, .verbosity = -1};
    _exit(daemon_run(scene_load(&life->scene), &options));
}

/* Serves the API until the process has ended. Its exit code; 1000 and more: ended by a signal. */
static int life_wait(struct life *life)
{
    int status = 0;
    while (waitpid(life->pid, &status, WNOHANG) == 0)
        ck_assert_int_eq(loop_turn(life->scene.daemon.loop, 5 * USEC_PER_MSEC), 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static int run_once(struct life *life)
{
    life_start(life, true);
    return life_wait(life);
}

static void serve_until_asked(struct life *life)
{
    while (life->scene.api.requests == 0)
        ck_assert_int_eq(loop_turn(life->scene.daemon.loop, 5 * USEC_PER_MSEC), 0);
}

START_TEST(once_ends_with_0_and_leaves_no_socket)
{
    struct life life;
    struct stat status;
    char path[PATH_SIZE];
    life_begin(&life);
    ck_assert_int_eq(run_once(&life), 0);
    ck_assert_int_eq(run_once(&life), 0);
    ck_assert_int_eq(lstat(folder_path(path, life.scene.folder, "control.sock"), &status), -1);
    life_end(&life);
}
END_TEST

START_TEST(a_control_socket_that_is_taken_is_69_and_left_alone)
{
    struct life life;
    char path[PATH_SIZE];
    life_begin(&life);
    (void)folder_path(path, life.scene.folder, "control.sock");
    folder_write(path, "precious", 0600);
    ck_assert_int_eq(run_once(&life), 69);
    ck_assert_int_eq(unlink(path), 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    ck_assert_uint_lt(strlen(path), sizeof(address.sun_path));
    strcpy(address.sun_path, path);
    int other = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(other, (struct sockaddr *)&address, sizeof(address)), 0);
    ck_assert_int_eq(listen(other, 1), 0);
    ck_assert_int_eq(run_once(&life), 69);
    close(other);
    ck_assert_int_eq(run_once(&life), 0); /* nobody listens any more */
    life_end(&life);
}
END_TEST

START_TEST(a_state_directory_that_cannot_be_used_is_73_and_left_as_it_is)
{
    struct life life;
    char state[PATH_SIZE], segments[PATH_SIZE], database[PATH_SIZE], garbage[8192];
    life_begin(&life);
    (void)folder_path(state, life.scene.folder, "state");
    ck_assert_int_eq(mkdir(state, 0700), 0);
    folder_write(folder_path(segments, life.scene.folder, "state/segments"), "a file", 0600);
    ck_assert_int_eq(run_once(&life), 73);
    ck_assert_int_eq(unlink(segments), 0);
    memset(garbage, 'g', sizeof(garbage) - 1);
    garbage[sizeof(garbage) - 1] = '\0';
    folder_write(folder_path(database, life.scene.folder, "state/store.db"), garbage, 0600);
    ck_assert_int_eq(run_once(&life), 73);
    struct stat status;
    ck_assert_int_eq(stat(database, &status), 0);
    ck_assert_int_eq(status.st_size, (off_t)strlen(garbage));
    life_end(&life);
}
END_TEST

START_TEST(a_store_that_another_process_holds_is_73)
{
    struct life life;
    char state[PATH_SIZE];
    life_begin(&life);
    const struct store_options options = {
        .directory = folder_path(state, life.scene.folder, "state"), .max_bytes = MIB(64)};
    struct store *store = NULL;
    ck_assert_int_eq(store_sqlite.open(&store, &options, NULL), 0);
    ck_assert_int_eq(run_once(&life), 73);
    store_sqlite.close(store);
    ck_assert_int_eq(run_once(&life), 0);
    life_end(&life);
}
END_TEST

START_TEST(an_output_that_turns_out_to_be_impossible_is_78)
{
    struct life life;
    char path[PATH_SIZE];
    life_begin(&life);
    /* The check allows a link that leads nowhere yet; the output does not write through links. */
    char target[PATH_SIZE];
    ck_assert_int_eq(symlink(folder_path(target, life.scene.folder, "elsewhere"),
                         folder_path(path, life.scene.folder, "one")),
        0);
    ck_assert_int_eq(run_once(&life), 78);
    life_end(&life);
}
END_TEST

START_TEST(a_term_ends_the_daemon_with_0_and_once_with_75)
{
    static const int signals[] = {SIGTERM, SIGINT};
    for (size_t i = 0; i < 4; i++) {
        struct life life;
        bool once = i >= 2;
        life_begin(&life);
        scene_stall(&life.scene);
        life_start(&life, once);
        serve_until_asked(&life);
        ck_assert_int_eq(kill(life.pid, signals[i % 2]), 0);
        ck_assert_int_eq(life_wait(&life), once ? 75 : 0);
        life_end(&life);
    }
}
END_TEST

START_TEST(signals_during_the_start_wait_for_it)
{
    static const int signals[] = {SIGHUP, SIGUSR1, SIGTERM, SIGINT};
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        struct life life;
        bool ends = signals[i] == SIGTERM || signals[i] == SIGINT;
        life_begin(&life);
        if (!ends)
            scene_stall(&life.scene);
        early_signal = signals[i];
        life_start(&life, false);
        early_signal = 0;
        if (!ends) {
            serve_until_asked(&life);
            ck_assert_int_eq(kill(life.pid, SIGTERM), 0);
        }
        ck_assert_int_eq(life_wait(&life), 0);
        life_end(&life);
    }
}
END_TEST

START_TEST(a_second_term_ends_it_at_once)
{
    struct life life;
    char output[256];
    life_begin(&life);
    scene_stall(&life.scene); /* the receiver is the same server */
    (void)snprintf(output, sizeof(output),
        "  - {name: siem, type: http, url: \"http://127.0.0.1:%u/\"}\n", life.scene.api.port);
    scene_configure(&life.scene, scene_source(&life.scene, "acme", ""), output);
    /* Something to send: put into the store before. */
    life.scene.daemon.generation = generation_new(scene_load(&life.scene));
    char state[PATH_SIZE];
    const struct store_options options = {
        .directory = folder_path(state, life.scene.folder, "state"), .max_bytes = MIB(64)};
    ck_assert_int_eq(store_sqlite.open(&life.scene.daemon.store, &options, NULL), 0);
    struct store_source *source;
    uint64_t sequence;
    ck_assert_int_eq(store_sqlite.source(life.scene.daemon.store, "acme", &source, NULL, NULL), 0);
    ck_assert_int_eq(
        store_sqlite.attach(life.scene.daemon.store, "siem", source, &sequence, NULL), 0);
    scene_store_entries(&life.scene, "acme", 3);
    store_sqlite.close(life.scene.daemon.store);
    generation_unref(life.scene.daemon.generation);

    life_start(&life, false);
    while (life.scene.api.requests < 2) /* a call and a batch hang */
        ck_assert_int_eq(loop_turn(life.scene.daemon.loop, 5 * USEC_PER_MSEC), 0);
    int64_t began = clock_monotonic_us(life.scene.daemon.clock);
    ck_assert_int_eq(kill(life.pid, SIGTERM), 0);
    struct stat status;
    char path[PATH_SIZE];
    (void)folder_path(path, life.scene.folder, "control.sock");
    for (int i = 0; i < 20; i++) /* it drains */
        ck_assert_int_eq(loop_turn(life.scene.daemon.loop, 5 * USEC_PER_MSEC), 0);
    ck_assert_int_eq(lstat(path, &status), 0);
    ck_assert_int_eq(kill(life.pid, SIGTERM), 0);
    ck_assert_int_eq(life_wait(&life), 0);
    ck_assert_int_lt(clock_monotonic_us(life.scene.daemon.clock) - began, 3 * USEC_PER_SEC);
    life_end(&life);
}
END_TEST

CHECK_MAIN("life", once_ends_with_0_and_leaves_no_socket,
    a_control_socket_that_is_taken_is_69_and_left_alone,
    a_state_directory_that_cannot_be_used_is_73_and_left_as_it_is,
    a_store_that_another_process_holds_is_73, an_output_that_turns_out_to_be_impossible_is_78,
    a_term_ends_the_daemon_with_0_and_once_with_75, signals_during_the_start_wait_for_it,
    a_second_term_ends_it_at_once)
