#include <stdlib.h>

#include "base/cleanup.h"
#include "store/private.h"

void store_window_deinit(struct store_window *window)
{
    if (window == NULL)
        return;
    free(window->cursor);
    window->cursor = NULL;
}

/* ---- Reading ---- */

static void windows_free(struct store_window *windows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        store_window_deinit(&windows[i]);
    free(windows);
}

static int window_load(struct store_window *window, const struct query *query)
{
    struct slice cursor = query_bytes(query, 11);
    *window = (struct store_window){
        .id = query_integer(query, 0),
        .kind = (enum store_window_kind)query_integer(query, 1),
        .waiting = query_integer(query, 2) != 0,
        .oldest = query_integer(query, 3),
        .latest = query_integer(query, 4),
        .opened = query_integer(query, 5),
        .cursor_wall = query_integer(query, 6),
        .fingerprint = (uint64_t)query_integer(query, 7),
        .pages = (uint32_t)query_integer(query, 8),
        .entries = (uint64_t)query_integer(query, 9),
        .bytes = (uint64_t)query_integer(query, 10),
        .cursor = strndup(cursor.size == 0 ? "" : cursor.data, cursor.size),
    };
    return window->cursor == NULL ? ERROR_MEMORY : 0;
}

static int windows_load(
    struct query *query, struct store_window **windows, size_t *count, struct error *error)
{
    int result;
    while ((result = query_next(query, error)) > 0) {
        struct store_window *grown = reallocarray(*windows, *count + 1, sizeof(**windows));
        if (grown == NULL)
            return error_set(error, ERROR_MEMORY, "no memory for the windows of a source");
        *windows = grown;
        if (window_load(&grown[*count], query) < 0)
            return error_set(error, ERROR_MEMORY, "no memory for the windows of a source");
        (*count)++;
    }
    return result;
}

int store_windows(struct store_source *source, struct store_window **ret_windows, size_t *ret_count,
    struct error *error)
{
    _cleanup_(query_close) struct query query = QUERY_INIT;
    int result = query_open(&query, source->store->database, error,
        "SELECT id, kind, waiting, oldest, latest, opened, cursor_wall, fingerprint, pages,"
        " entries, bytes, cursor FROM walk_window WHERE source = ? ORDER BY latest DESC, id DESC",
        value_integer(source->id));
    struct store_window *windows = NULL;
    size_t count = 0;
    if (result == 0)
        result = windows_load(&query, &windows, &count, error);
    if (result < 0) {
        windows_free(windows, count);
        return result;
    }
    *ret_windows = windows;
    *ret_count = count;
    return 0;
}

/* ---- Writing ---- */

static int check_found(const struct store_source *source, int64_t id, struct error *error)
{
    if (database_changes(source->store->database) > 0)
        return 0;
    return error_set(error, ERROR_MISSING, "source %s has no window %lld in the store",
        source->name, (long long)id);
}

static int window_insert(struct store_source *source, const struct store_window *window,
    bool waiting, int64_t *ret_id, struct error *error)
{
    struct database *database = source->store->database;
    int result = database_run(database, error,
        "INSERT INTO walk_window (source, kind, waiting, oldest, latest, opened, cursor_wall,"
        " fingerprint, pages, entries, bytes, cursor)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        value_integer(source->id), value_integer(window->kind), value_integer(waiting),
        value_integer(window->oldest), value_integer(window->latest), value_integer(window->opened),
        value_integer(window->cursor_wall), value_integer((int64_t)window->fingerprint),
        value_integer(window->pages), value_integer((int64_t)window->entries),
        value_integer((int64_t)window->bytes),
        value_text(window->cursor == NULL ? "" : window->cursor));
    if (result == 0)
        *ret_id = database_inserted(database);
    return result;
}

int window_write(struct store_source *source, const struct store_window *window, bool waiting,
    int64_t *ret_id, struct error *error)
{
    if (window->id == 0)
        return window_insert(source, window, waiting, ret_id, error);
    int result = database_run(source->store->database, error,
        "UPDATE walk_window SET kind = ?, waiting = ?, oldest = ?, latest = ?, opened = ?,"
        " cursor_wall = ?, fingerprint = ?, pages = ?, entries = ?, bytes = ?, cursor = ?"
        " WHERE id = ? AND source = ?",
        value_integer(window->kind), value_integer(waiting), value_integer(window->oldest),
        value_integer(window->latest), value_integer(window->opened),
        value_integer(window->cursor_wall), value_integer((int64_t)window->fingerprint),
        value_integer(window->pages), value_integer((int64_t)window->entries),
        value_integer((int64_t)window->bytes),
        value_text(window->cursor == NULL ? "" : window->cursor), value_integer(window->id),
        value_integer(source->id));
    if (result == 0)
        result = check_found(source, window->id, error);
    if (result == 0)
        *ret_id = window->id;
    return result;
}

static int window_delete(struct store_source *source, int64_t id, struct error *error)
{
    int result = database_run(source->store->database, error,
        "DELETE FROM walk_window WHERE id = ? AND source = ?", value_integer(id),
        value_integer(source->id));
    return result < 0 ? result : check_found(source, id, error);
}

static int window_bytes(
    struct store_source *source, int64_t id, uint64_t *ret_bytes, struct error *error)
{
    int64_t bytes = 0;
    int result = database_look_up(source->store->database, &bytes, error,
        "SELECT coalesce(sum(bytes), 0) FROM batch WHERE walk_window = ?", value_integer(id));
    if (result < 0)
        return result;
    *ret_bytes = (uint64_t)bytes;
    return 0;
}

/* 1 with the window's last page that has no sequences yet, 0 when all have. */
static int last_page(struct store_source *source, int64_t window, int64_t *ret_batch,
    uint64_t *ret_count, struct error *error)
{
    _cleanup_(query_close) struct query query = QUERY_INIT;
    int result = query_open(&query, source->store->database, error,
        "SELECT id, count FROM batch WHERE walk_window = ? ORDER BY page DESC LIMIT 1",
        value_integer(window));
    if (result == 0)
        result = query_next(&query, error);
    if (result > 0) {
        *ret_batch = query_integer(&query, 0);
        *ret_count = (uint64_t)query_integer(&query, 1);
    }
    return result;
}

int window_close(struct store_source *source, int64_t id, uint64_t *sequence, uint64_t *ret_bytes,
    struct error *error)
{
    int result = window_bytes(source, id, ret_bytes, error);
    while (result >= 0) {
        int64_t batch;
        uint64_t count;
        result = last_page(source, id, &batch, &count, error);
        if (result <= 0)
            break;
        /* Leaving the window is what lets the next turn find the page before. */
        result = database_run(source->store->database, error,
            "UPDATE batch SET walk_window = NULL, first_sequence = ? WHERE id = ?",
            value_integer((int64_t)*sequence), value_integer(batch));
        *sequence += count;
    }
    return result < 0 ? result : window_delete(source, id, error);
}

int window_give_up(
    struct store_source *source, int64_t id, uint64_t *ret_bytes, struct error *error)
{
    struct database *database = source->store->database;
    int result = window_bytes(source, id, ret_bytes, error);
    if (result == 0)
        result = database_run(database, error,
            "DELETE FROM record WHERE batch IN (SELECT id FROM batch WHERE walk_window = ?)",
            value_integer(id));
    /* The rows stay, as if passed and older than every id, until their bytes are collected. */
    if (result == 0)
        result = database_run(database, error,
            "UPDATE batch SET state = 1, walk_window = NULL, newest = -1 WHERE walk_window = ?",
            value_integer(id));
    return result < 0 ? result : window_delete(source, id, error);
}
