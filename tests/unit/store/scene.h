/*
 * A store in a folder of its own, with one source "acme" that tests write numbered entries to: the
 * entry of number n has the time n, an id made of n and a text that says n. All of it can be
 * described as a text, so that two states of a store can be compared whole.
 */
#pragma once

#include <inttypes.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "store/store.h"
#include "sys/folder.h"

enum { SCENE_CAP = 64 << 20, SCENE_TEXT = 1 << 20 };

struct scene {
    char folder[FOLDER_SIZE];
    char directory[PATH_SIZE]; /* of the store, inside the folder */
    struct store *store;
    struct store_source *source;
    struct store_walk walk;
};

static const struct store_type *const store_type = &store_sqlite;

#define ck_assert_ok(call)                                                                         \
    do {                                                                                           \
        struct error error_ = ERROR_INIT, *error = &error_;                                        \
        int code_ = (call);                                                                        \
        ck_assert_msg(code_ == 0, "%s: %d, %s", #call, code_, error_.text);                        \
    } while (0)

/* Fails as it should, with a text that names `words`. */
#define ck_assert_fails(call, expected, words)                                                     \
    do {                                                                                           \
        struct error error_ = ERROR_INIT;                                                          \
        struct error *error = &error_;                                                             \
        int code_ = (call);                                                                        \
        ck_assert_msg(code_ == (expected), "%s: %d, %s", #call, code_, error_.text);               \
        ck_assert_msg(strstr(error_.text, words) != NULL, "%s: %s", #call, error_.text);           \
        ck_assert_int_eq(error_.code, expected);                                                   \
    } while (0)

/* ---- Open and close ---- */

static inline int scene_try_open(struct scene *scene, struct error *error)
{
    struct store_options options = {.directory = scene->directory, .max_bytes = SCENE_CAP};
    int result = store_type->open(&scene->store, &options, error);
    if (result == 0)
        result = store_type->source(scene->store, "acme", &scene->source, &scene->walk, error);
    return result;
}

static inline void scene_open(struct scene *scene)
{
    ck_assert_ok(scene_try_open(scene, error));
}

static inline void scene_close(struct scene *scene)
{
    store_type->close(scene->store);
    scene->store = NULL;
}

static inline void scene_reopen(struct scene *scene)
{
    scene_close(scene);
    scene_open(scene);
}

static inline void scene_begin(struct scene *scene)
{
    folder_make(scene->folder);
    (void)folder_path(scene->directory, scene->folder, "state");
    scene_open(scene);
}

static inline void scene_end(struct scene *scene)
{
    scene_close(scene);
    folder_remove(scene->folder);
}

/* Upkeep to its end; returns how many slices of it there were. */
static inline int scene_collect(struct scene *scene)
{
    struct error error = ERROR_INIT;
    int slices = 0, result;
    while ((result = store_type->collect(scene->store, &error)) == 1)
        slices++;
    ck_assert_msg(result == 0, "%s", error.text);
    return slices;
}

/* ---- Writing ---- */

struct numbered {
    char text[96];
    struct store_new_entry entry;
};

static inline void number_entry(struct numbered *numbered, int64_t number)
{
    char id[32];
    int id_size = snprintf(id, sizeof(id), "id-%" PRId64, number);
    int size = snprintf(numbered->text, sizeof(numbered->text),
        "{\"id\":\"%s\",\"date_create\":%" PRId64 "}", id, number);
    numbered->entry = (struct store_new_entry){
        .bytes = {.data = numbered->text, .size = (size_t)size},
        .time = number,
        .key = hash_key_of((struct slice){.data = id, .size = (size_t)id_size}),
        .flags = number % 10 == 7 ? STORE_ENTRY_DAMAGED : 0,
    };
}

/* A page with the entries from `first` to `last`, newest first as Slack sends them. */
static inline struct store_page *scene_page(struct scene *scene, int64_t first, int64_t last)
{
    struct store_page *page;
    ck_assert_ok(store_type->page_begin(scene->source, &page, error));
    for (int64_t number = last; number >= first; number--) {
        struct numbered numbered;
        number_entry(&numbered, number);
        ck_assert_ok(store_type->page_append(page, &numbered.entry, error));
    }
    return page;
}

static inline struct store_window scene_window(int64_t oldest, int64_t latest)
{
    return (struct store_window){.kind = STORE_WINDOW_FULL,
        .oldest = oldest,
        .latest = latest,
        .opened = latest + 5,
        .fingerprint = UINT64_C(0xfedcba9876543210)};
}

static inline void scene_commit(struct scene *scene, struct store_page *page,
    struct store_window *window, enum store_outcome outcome)
{
    ck_assert_ok(store_type->commit(scene->source, page, window, outcome, &scene->walk, error));
}

/* A window of one page, closed: its entries can be read. */
static inline void scene_store(struct scene *scene, int64_t first, int64_t last)
{
    struct store_window window = scene_window(first, last);
    scene->walk.checkpoint = last;
    scene_commit(scene, scene_page(scene, first, last), &window, STORE_CLOSE);
}

/* ---- Reading ---- */

static inline uint64_t scene_attach(struct scene *scene, const char *output)
{
    uint64_t sequence = 0;
    ck_assert_ok(store_type->attach(scene->store, output, scene->source, &sequence, error));
    return sequence;
}

static inline int scene_acknowledge(
    struct scene *scene, const char *output, uint64_t sequence, struct error *error)
{
    struct slice none = {.data = NULL};
    return store_type->acknowledge(
        scene->store, output, scene->source, sequence, none, none, error);
}

/* Appends " NUMBER" for each entry from `sequence` on, as far as there are any, and checks that
 * each is what was stored. */
static inline void scene_list(struct scene *scene, uint64_t sequence, struct buffer *text)
{
    for (;;) {
        struct store_block *block;
        struct error error = ERROR_INIT;
        int result = store_type->read(scene->source, sequence, &block, &error);
        ck_assert_msg(result >= 0, "%s", error.text);
        if (result == 1)
            return;
        ck_assert_uint_ge(block->first, sequence);
        ck_assert_uint_gt(block->count, 0);
        for (size_t i = 0; i < block->count; i++) {
            const struct store_entry *entry = &block->entries[i];
            struct numbered numbered;
            number_entry(&numbered, entry->time);
            ck_assert(slice_equal(entry->bytes, numbered.entry.bytes));
            ck_assert_uint_eq(entry->flags, numbered.entry.flags);
            ck_assert_uint_eq(entry->sequence, block->first + i);
            ck_assert_int_eq(buffer_printf(text, " %" PRId64, entry->time), 0);
        }
        sequence = block->first + block->count;
        store_type->block_release(scene->store, block);
    }
}

/* The numbers that can be read from `sequence` on are exactly these. */
static inline void scene_expect(struct scene *scene, uint64_t sequence, const char *numbers)
{
    _cleanup_(buffer_deinit) struct buffer text = BUFFER_INIT(SCENE_TEXT);
    scene_list(scene, sequence, &text);
    ck_assert_str_eq(buffer_text(&text), numbers);
}

/* ---- Describing ---- */

static inline int describe_source(void *user, const char *name, const struct store_walk *walk)
{
    return buffer_printf(user,
        "source %s start %" PRId64 " checkpoint %" PRId64 " read_at %" PRId64 " seen_from %" PRId64
        " width %" PRId64 "\n",
        name, walk->start, walk->checkpoint, walk->read_at, walk->seen_from, walk->width);
}

static inline int describe_position(void *user, const struct store_position *position)
{
    return buffer_printf(user, "position %s %s %" PRIu64 " of %" PRIu64 " backlog %" PRIu64 "\n",
        position->output, position->source, position->sequence, position->next_sequence,
        position->backlog_bytes);
}

struct seen_sum {
    uint64_t count, sum;
};

static inline int sum_seen(void *user, struct hash_key key, int64_t time)
{
    struct seen_sum *seen = user;
    seen->count++;
    seen->sum += (uint64_t)key.word[0] * 31 + key.word[1] * UINT64_C(17) + key.word[2] +
                 (uint64_t)time * 1000003;
    return 0;
}

static inline uint64_t scene_seen(struct scene *scene, int64_t from)
{
    struct seen_sum seen = {0};
    ck_assert_ok(store_type->seen(scene->source, from, sum_seen, &seen, error));
    return seen.count;
}

static inline void describe_windows(struct scene *scene, struct buffer *text)
{
    struct store_window *windows;
    size_t count;
    ck_assert_ok(store_type->windows(scene->source, &windows, &count, error));
    for (size_t i = 0; i < count; i++) {
        const struct store_window *window = &windows[i];
        ck_assert_int_eq(buffer_printf(text,
                             "window kind %d waiting %d %" PRId64 " to %" PRId64 " opened %" PRId64
                             " wall %" PRId64 " fingerprint %" PRIx64 " pages %u entries %" PRIu64
                             " bytes %" PRIu64 " cursor %s\n",
                             window->kind, window->waiting, window->oldest, window->latest,
                             window->opened, window->cursor_wall, window->fingerprint,
                             window->pages, window->entries, window->bytes, window->cursor),
            0);
        store_window_deinit(&windows[i]);
    }
    free(windows);
}

static inline int find_lowest(void *user, const struct store_position *position)
{
    uint64_t *lowest = user;
    if (strcmp(position->source, "acme") == 0 && position->sequence < *lowest)
        *lowest = position->sequence;
    return 0;
}

/* Where the output stands that is furthest behind; 1 when there is none. */
static inline uint64_t scene_lowest(struct scene *scene)
{
    uint64_t lowest = UINT64_MAX;
    ck_assert_ok(store_type->positions(scene->store, find_lowest, &lowest, error));
    return lowest == UINT64_MAX ? 1 : lowest;
}

/* Everything that the store shows of itself. */
static inline void scene_describe(struct scene *scene, struct buffer *text)
{
    buffer_clear(text);
    ck_assert_ok(store_type->sources(scene->store, describe_source, text, error));
    describe_windows(scene, text);
    ck_assert_ok(store_type->positions(scene->store, describe_position, text, error));
    struct seen_sum seen = {0};
    ck_assert_ok(store_type->seen(scene->source, 0, sum_seen, &seen, error));
    struct store_usage usage;
    store_type->usage(scene->store, &usage);
    ck_assert_int_eq(
        buffer_printf(text, "seen %" PRIu64 " sum %" PRIx64 "\n", seen.count, seen.sum), 0);
    ck_assert_int_eq(buffer_printf(text, "live %" PRIu64 " open %" PRIu64 " released %d\n",
                         usage.live_bytes, usage.open_bytes, usage.reserve_released),
        0);
    ck_assert_int_eq(buffer_append_text(text, "entries"), 0);
    scene_list(scene, scene_lowest(scene), text);
    ck_assert_ptr_nonnull(buffer_text(text));
}

/* What is described now is still there after the store was closed and opened again. */
static inline void scene_check_reopen(struct scene *scene)
{
    _cleanup_(buffer_deinit) struct buffer before = BUFFER_INIT(SCENE_TEXT);
    _cleanup_(buffer_deinit) struct buffer after = BUFFER_INIT(SCENE_TEXT);
    scene_describe(scene, &before);
    scene_reopen(scene);
    scene_describe(scene, &after);
    ck_assert_str_eq(before.data, after.data);
}

/* ---- Looking into the folder ---- */

static inline const char *scene_path(struct scene *scene, char *path, const char *name)
{
    ck_assert_int_lt(snprintf(path, PATH_SIZE, "%s/%s", scene->directory, name), PATH_SIZE);
    return path;
}

/* The size of a file of the store, or -1. */
static inline int64_t scene_size(struct scene *scene, const char *name)
{
    char path[PATH_SIZE];
    struct stat status;
    return stat(scene_path(scene, path, name), &status) < 0 ? -1 : (int64_t)status.st_size;
}
