/*
 * The file output over the real store, killed: at each named place (builds with crash points), and
 * at moments that the parent chooses. After the next start all files together hold each entry once,
 * in order, and no leftover of a rotation or compression is there.
 */
#include "check_main.h"

#include <dirent.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/gzip.h"
#include "base/limits.h"
#include "output/delivery_parts.h"
#include "sys/file.h"
#include "sys/folder.h"

enum { ENTRIES = 400 }; /* in batches of 10, about 350 bytes each, three to a file */

static struct {
    char folder[FOLDER_SIZE], state[PATH_SIZE], directory[PATH_SIZE], path[PATH_SIZE];
    char dead_letter[PATH_SIZE];
} place;

static void make_place(void)
{
    folder_make(place.folder);
    (void)folder_path(place.state, place.folder, "state");
    (void)folder_path(place.directory, place.folder, "log");
    (void)folder_path(place.path, place.folder, "log/x.ndjson");
    (void)folder_path(place.dead_letter, place.folder, "dead");
}

static size_t write_entry(char *text, size_t size, int number)
{
    return (size_t)snprintf(text, size, "{\"id\":\"id-%d\",\"date_create\":%d}", number, number);
}

static struct store *open_store(struct store_source **ret_source)
{
    const struct store_options options = {.directory = place.state, .max_bytes = MIB(64)};
    struct error error = ERROR_INIT;
    struct store *store = NULL;
    struct store_walk walk;
    int code = store_sqlite.open(&store, &options, &error);
    if (code == 0)
        code = store_sqlite.source(store, "acme", ret_source, &walk, &error);
    ck_assert_msg(code == 0, "%s", error.text);
    return store;
}

/* One page, newest first, in a closed window; the output takes part from before. */
static void fill_store(void)
{
    struct store_source *source;
    struct store *store = open_store(&source);
    uint64_t sequence;
    ck_assert_int_eq(store_sqlite.attach(store, "out", source, &sequence, NULL), 0);
    store_sqlite.detach(store, "out", source);
    struct store_page *page;
    ck_assert_int_eq(store_sqlite.page_begin(source, &page, NULL), 0);
    for (int number = ENTRIES; number > 0; number--) {
        char text[128];
        size_t size = write_entry(text, sizeof(text), number);
        const struct store_new_entry entry = {
            .bytes = {text, size}, .time = number, .key = hash_key_of((struct slice){text, size})};
        ck_assert_int_eq(store_sqlite.page_append(page, &entry, NULL), 0);
    }
    struct store_window window = {
        .kind = STORE_WINDOW_FULL, .oldest = 1, .latest = ENTRIES, .cursor = strdup("")};
    const struct store_walk walk = {
        .start = 1, .checkpoint = ENTRIES, .read_at = ENTRIES, .seen_from = 1, .width = 1};
    ck_assert_int_eq(store_sqlite.commit(source, page, &window, STORE_CLOSE, &walk, NULL), 0);
    store_window_deinit(&window);
    store_sqlite.close(store);
}

/* ---- The process that is killed ---- */

/* Waits until the parent lets the next turn begin: it chooses the turn in which to kill. */
static void ask_leave(int leave)
{
    char byte = 0;
    ck_assert_int_eq(send(leave, &byte, 1, MSG_NOSIGNAL), 1);
    ck_assert_int_eq(recv(leave, &byte, 1, 0), 1);
}

/* Delivers all there is, asking `leave` before each turn of the loop, unless that is negative. */
static void deliver(int leave)
{
    struct store_source *source;
    struct store *store = open_store(&source);
    struct clock *clock = clock_new_real();
    struct loop *loop;
    ck_assert_int_eq(loop_new(&loop, clock, NULL), 0);
    log_set_level(LOG_LEVEL_ERROR);
    char *none[] = {NULL};
    const struct config_output config = {.name = (char *)"out",
        .type = CONFIG_OUTPUT_FILE,
        .format = (char *)"json",
        .only = none,
        .except = none,
        .redact = none,
        .dead_letter = place.dead_letter,
        .batch = {.max_entries = 10},
        .file = {.path = place.path, .rotate_size = 1100, .rotate_gzip = true}};
    const struct delivery_context context = {
        .config = &config, .loop = loop, .store_type = &store_sqlite, .store = store};
    struct delivery *delivery;
    struct error error = ERROR_INIT;
    int code = delivery_new_with(&delivery, &context, &output_file, &error);
    ck_assert_msg(code == 0, "%s", error.text);
    ck_assert_int_eq(delivery_add_source(delivery, "acme", source, NULL), 0);
    while (!delivery_is_caught_up(delivery) || loop_wait_us(loop) == 0) {
        if (leave >= 0)
            ask_leave(leave);
        ck_assert_int_eq(loop_turn(loop, -1), 0);
    }
    delivery_free(delivery);
    loop_free(loop);
    clock_free(clock);
    store_sqlite.close(store);
}

/* Returns the pid of a process that delivers; `crash_point` may be NULL. */
static pid_t start(const char *crash_point, int leave)
{
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid > 0)
        return pid;
    if (crash_point != NULL)
        setenv("SLACKAUDIT_CRASH_POINT", crash_point, 1);
    deliver(leave);
    _exit(0);
}

/* True when it was killed, false when it came to its end. */
static bool wait_killed(pid_t pid)
{
    int status;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
        return true;
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), 0);
    return false;
}

/* ---- What must be there then ---- */

/* Appends the file, expanded. */
static void append_file(const char *name, struct buffer *all)
{
    char path[PATH_SIZE];
    struct buffer raw = BUFFER_INIT(MIB(1)), expanded = BUFFER_INIT(MIB(1));
    snprintf(path, sizeof(path), "%.240s/log/%.200s", place.folder, name);
    ck_assert_int_eq(file_read(path, &raw, NULL), 0);
    size_t size = strlen(name);
    bool compressed = strcmp(name + size - 3, ".gz") == 0;
    ck_assert_msg(compressed || strcmp(name, "x.ndjson") == 0, "%s was left behind", name);
    if (compressed)
        ck_assert_int_eq(gzip_expand(buffer_slice(&raw), &expanded), 0);
    ck_assert_int_eq(buffer_append_slice(all, buffer_slice(compressed ? &expanded : &raw)), 0);
    buffer_deinit(&raw);
    buffer_deinit(&expanded);
}

/* x.ndjson.STAMP.gz before x.ndjson.STAMP-2.gz before -10, and x.ndjson last. */
static int by_rotation(const struct dirent **left, const struct dirent **right)
{
    char stamps[2][32] = {"~", "~"};
    unsigned numbers[2] = {0, 0};
    (void)sscanf((*left)->d_name, "x.ndjson.%16s-%u", stamps[0], &numbers[0]);
    (void)sscanf((*right)->d_name, "x.ndjson.%16s-%u", stamps[1], &numbers[1]);
    int order = strcmp(stamps[0], stamps[1]);
    return order != 0 ? order : (int)numbers[0] - (int)numbers[1];
}

static void check_files(const char *after)
{
    struct buffer all = BUFFER_INIT(MIB(4)), expected = BUFFER_INIT(MIB(4));
    struct dirent **names;
    int count = scandir(place.directory, &names, NULL, by_rotation);
    ck_assert_int_gt(count, 0);
    for (int i = 0; i < count; i++) {
        if (names[i]->d_name[0] != '.')
            append_file(names[i]->d_name, &all);
        free(names[i]);
    }
    free(names);
    for (int number = 1; number <= ENTRIES; number++) {
        char text[128];
        (void)write_entry(text, sizeof(text), number);
        ck_assert_int_eq(buffer_printf(&expected, "%s\n", text), 0);
    }
    ck_assert_msg(strcmp(buffer_text(&all), buffer_text(&expected)) == 0,
        "after %s the files hold:\n%s", after, buffer_text(&all));
    buffer_deinit(&all);
    buffer_deinit(&expected);
}

/* ---- Cases ---- */

static const char *const points[] = {"file.after_write", "file.before_rename", "file.after_rename",
    "file.gzip", "file.gzip_renamed", "store.acknowledge.before_commit",
    "store.acknowledge.after_commit"};

START_TEST(killed_at_each_named_place)
{
    for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
        make_place();
        fill_store();
        /* The first, second and fourth time in the life of a process, then to the end. */
        static const unsigned counts[] = {1, 2, 4};
        for (size_t j = 0; j < 3; j++) {
            char armed[64];
            snprintf(armed, sizeof(armed), "%s:%u", points[i], counts[j]);
#ifdef CRASH_POINTS
            ck_assert_msg(wait_killed(start(armed, -1)), "%s is never passed", armed);
#else
            (void)wait_killed(start(armed, -1)); /* not armed in this build: it comes to its end */
#endif
        }
        ck_assert(!wait_killed(start(NULL, -1)));
        check_files(points[i]);
        folder_remove(place.folder);
    }
}
END_TEST

/* A process that is killed while it does its turn of this number, or as it starts. True when it
 * lived that long. */
static bool kill_in_turn(unsigned turns)
{
    int leave[2];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, leave), 0);
    pid_t pid = start(NULL, leave[1]);
    close(leave[1]);
    char byte;
    while (turns > 0 && recv(leave[0], &byte, 1, 0) == 1) {
        ck_assert_int_eq(send(leave[0], &byte, 1, MSG_NOSIGNAL), 1);
        turns--;
    }
    if (turns == 0)
        ck_assert_int_eq(kill(pid, SIGKILL), 0);
    close(leave[0]);
    return wait_killed(pid);
}

START_TEST(killed_at_any_moment)
{
    uint64_t random = 1;
    for (int round = 0; round < 6; round++) {
        make_place();
        fill_store();
        int kills = 0;
        bool killed = true;
        while (killed && kills < 40) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            killed = kill_in_turn((unsigned)(random >> 33) % 12);
            kills += killed;
        }
        if (killed)
            ck_assert(!wait_killed(start(NULL, -1)));
        ck_assert_int_gt(kills, 2);
        check_files("kills at random moments");
        folder_remove(place.folder);
    }
}
END_TEST

CHECK_MAIN("file_crash", killed_at_each_named_place, killed_at_any_moment)
