/* Retries of dead letters that get in each other's way. */
#include "daemon_scene.h"

#include "daemon/letters_place.h"

enum { LETTERS = LETTERS_SLICE + 50 };

static const char *letters_path(const struct daemon_scene *scene, char path[PATH_SIZE])
{
    return folder_path(path, scene->folder, "state/dead/out.ndjson");
}

static void write_letters(const struct daemon_scene *scene, const char *kind)
{
    char path[PATH_SIZE];
    char folder[PATH_SIZE];
    (void)mkdir(folder_path(folder, scene->folder, "state/dead"), 0700); /* it may be there */
    FILE *file = fopen(letters_path(scene, path), "we");
    ck_assert_ptr_nonnull(file);
    for (int i = 0; i < LETTERS; i++)
        fprintf(file,
            "{\"time\":\"2026-01-01T00:00:00Z\",\"output\":\"out\",\"source\":\"acme\","
            "\"sequence\":1,"
            "\"id\":\"%s-%d\",\"reason\":\"x\",\"entry\":{\"id\":\"%s-%d\",\"date_create\":"
            "1700000050}}"
            "\n",
            kind, i, kind, i);
    ck_assert_int_eq(fclose(file), 0);
}

/* Goes on at `place`, which becomes the next one. False: it is refused. */
static bool retry(struct daemon_scene *scene, char place[64])
{
    const char *words[] = {"deadletter", "retry", "out", place};
    struct buffer answer = BUFFER_INIT(MIB(1));
    struct json_document *document = NULL;
    daemon_answer(&scene->daemon, words, place[0] == '\0' ? 3 : 4, &answer);
    ck_assert_int_eq(json_parse(buffer_slice(&answer), &document, NULL), 0);
    const struct json_value *root = json_root(document);
    const char *next = json_string(json_get(json_get(root, "result"), "next"));
    bool done = json_boolean(json_get(root, "ok"), false);
    (void)snprintf(place, 64, "%s", next == NULL ? "" : next);
    json_free(document);
    buffer_deinit(&answer);
    return done;
}

static bool is_aside(const struct daemon_scene *scene)
{
    char path[PATH_SIZE];
    return access(folder_path(path, scene->folder, "state/dead/out.ndjson.retry"), F_OK) == 0;
}

/* All that are in the queue of retried letters. */
static int add_queued(void *user, const struct store_position *position)
{
    if (strcmp(position->source, "acme") != 0)
        *(uint64_t *)user += position->next_sequence - 1;
    return 0;
}

static uint64_t queued(struct daemon_scene *scene)
{
    uint64_t count = 0;
    ck_assert_int_eq(
        scene->daemon.store_type->positions(scene->daemon.store, add_queued, &count, NULL), 0);
    return count;
}

START_TEST(a_retry_that_stood_still_does_not_skip_the_letters_of_the_next_one)
{
    struct daemon_scene scene;
    char stopped[64] = "", other[64] = "", later[64] = "";
    scene_begin(&scene);
    scene_configure(
        &scene, scene_source(&scene, "acme", ""), scene_file(&scene, "out", "out.ndjson"));
    scene_start(&scene);
    write_letters(&scene, "first");
    ck_assert(retry(&scene, stopped));
    ck_assert_str_ne(stopped, "");
    /* Another one ends it meanwhile, and later one begins with letters that came since. */
    ck_assert(retry(&scene, other) && other[0] != '\0');
    ck_assert(retry(&scene, other) && other[0] == '\0');
    ck_assert(!is_aside(&scene));
    char gone[64];
    (void)snprintf(gone, sizeof(gone), "%s", stopped);
    ck_assert(!retry(&scene, gone));
    write_letters(&scene, "second");
    ck_assert(retry(&scene, later) && later[0] != '\0');
    ck_assert(!retry(&scene, stopped));
    ck_assert(is_aside(&scene));
    ck_assert(retry(&scene, later) && later[0] == '\0');
    ck_assert(!is_aside(&scene));
    ck_assert_uint_eq(queued(&scene), 2 * LETTERS);
    scene_end(&scene);
}
END_TEST

CHECK_MAIN("letters place", a_retry_that_stood_still_does_not_skip_the_letters_of_the_next_one)
