#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/units.h"
#include "store/private.h"
#include "store/schema.h"
#include "sys/file.h"

/* ---- Changes ---- */

static int apply_once(struct store *store, store_change change, void *user, struct error *error)
{
    int result = database_begin(store->database, error);
    if (result == 0)
        result = change(store, user, error);
    if (result < 0) {
        database_rollback(store->database);
        return result;
    }
    return database_commit(store->database, error);
}

int store_apply(struct store *store, store_change change, void *user, struct error *error)
{
    int result = apply_once(store, change, user, error);
    if (result == ERROR_FULL && reserve_release(&store->reserve))
        result = apply_once(store, change, user, error);
    return result;
}

int store_apply_page(struct store *store, store_change change, void *user, struct error *error)
{
    int result = apply_once(store, change, user, error);
    if (result == ERROR_FULL)
        (void)reserve_release(&store->reserve); /* for positions; the page waits */
    return result;
}

/* ---- Opening ---- */

static char *path_below(const char *directory, const char *name)
{
    char *path;
    return asprintf(&path, "%s/%s", directory, name) < 0 ? NULL : path;
}

static int refuse_segment(void *user, struct segment_id id, int64_t size, struct error *error)
{
    const char *directory = user;
    if (size == 0)
        return 0;
    return error_set(error, ERROR_CORRUPT,
        "%s: the database store.db is missing or empty, but segments/%lld-%lld.seg holds entries; "
        "nothing was changed. Put the database back, or move the directory away to begin anew",
        directory, (long long)id.source, (long long)id.number);
}

/* A database that was lost must not look like a first start: its segments would go next. */
static int refuse_lost_database(struct store *store, const char *path, struct error *error)
{
    struct stat status;
    if (stat(path, &status) == 0 && status.st_size > 0)
        return 0;
    int result = segments_open(&store->segments, store->directory, error);
    if (result == 0)
        result = segments_each(&store->segments, refuse_segment, store->directory, error);
    return result;
}

/* On a full disk SQLite needs room for the index of its log before anything can be freed. */
static int open_database(struct store *store, const char *path, struct error *error)
{
    int result = schema_open(&store->database, path, error);
    if (result == ERROR_FULL && reserve_release(&store->reserve))
        result = schema_open(&store->database, path, error);
    return result;
}

static int refuse_missing(const struct store *store, const char *path, struct error *error)
{
    if (access(path, F_OK) == 0 || errno != ENOENT)
        return 0;
    return error_set(
        error, ERROR_MISSING, "no store is in %s: no daemon has run there yet", store->directory);
}

static int lock_directory(struct store *store, const char *path, struct error *error)
{
    int result = file_lock(path, &store->lock_fd, error);
    if (result != ERROR_LOCKED)
        return result;
    return error_prefix(error, result,
        "the state directory %s is in use, and each daemon needs one of its own", store->directory);
}

static int open_files(struct store *store, bool existing, struct error *error)
{
    _cleanup_free_ char *lock = path_below(store->directory, "lock");
    _cleanup_free_ char *database = path_below(store->directory, "store.db");
    store->unanswered_path = path_below(store->directory, "unanswered");
    if (lock == NULL || database == NULL || store->unanswered_path == NULL)
        return error_set(error, ERROR_MEMORY, "no memory to open the store %s", store->directory);
    int result = existing ? refuse_missing(store, database, error) : 0;
    if (result == 0)
        result = file_make_directory(store->directory, 0700, error);
    if (result == 0)
        result = lock_directory(store, lock, error);
    if (result == 0)
        result = refuse_lost_database(store, database, error);
    if (result == 0)
        result = reserve_init(&store->reserve, store->directory, error);
    if (result == 0)
        result = open_database(store, database, error);
    if (result == 0 && store->segments.fd < 0)
        result = segments_open(&store->segments, store->directory, error);
    return result;
}

static int load(struct store *store, struct error *error)
{
    int result = reserve_fill(&store->reserve, error);
    if (result == 0)
        result = sources_load(store, error);
    if (result == 0)
        result = outputs_load(store, error);
    if (result == 0)
        result = positions_load(store, error);
    if (result == 0)
        result = sending_load(store, error);
    if (result == 0)
        result = past_load(store, error);
    if (result == 0)
        result = segments_recover(store, error);
    for (struct store_source *source = store->sources; result == 0 && source != NULL;
         source = source->next)
        result = positions_settle(source, error);
    return result;
}

static void store_close(struct store *store)
{
    if (store == NULL)
        return;
    while (store->sources != NULL) {
        struct store_source *source = store->sources;
        store->sources = source->next;
        source_free(source);
    }
    while (store->forgotten != NULL) {
        struct store_source *source = store->forgotten;
        store->forgotten = source->next;
        source_free(source);
    }
    while (store->outputs != NULL) {
        struct store_output *output = store->outputs;
        store->outputs = output->next;
        output_free(output);
    }
    unanswered_close(&store->unanswered);
    free(store->unanswered_path);
    block_cache_deinit(&store->blocks);
    record_cache_deinit(&store->records);
    reserve_deinit(&store->reserve);
    segments_deinit(&store->segments);
    database_close(store->database);
    cleanup_close(&store->lock_fd); /* last: the next process may open from here on */
    free(store->directory);
    free(store);
}

DEFINE_CLEANUP(struct store, store_close)

static int store_open(
    struct store **ret_store, const struct store_options *options, struct error *error)
{
    _cleanup_(store_closep) struct store *store = calloc(1, sizeof(*store));
    char *directory = strdup(options->directory);
    if (store == NULL || directory == NULL) {
        free(directory);
        return error_set(error, ERROR_MEMORY, "no memory to open the store %s", options->directory);
    }
    store->directory = directory;
    store->max_bytes = options->max_bytes;
    store->clock = options->clock;
    store->ledger_seconds = options->ledger_us / USEC_PER_SEC;
    store->lock_fd = -1;
    store->segments = (struct segments)SEGMENTS_INIT;
    store->unanswered = (struct unanswered)UNANSWERED_INIT;
    int result = open_files(store, options->existing, error);
    if (result == 0)
        result = load(store, error);
    if (result == ERROR_DENIED)
        result = error_set(error, ERROR_READ_ONLY, "%s: the state directory must be writable",
            error == NULL ? "" : error->text);
    if (result == 0)
        *ret_store = TAKE(store);
    return result;
}

/* ---- Whatever belongs to no other noun ---- */

static void store_usage(struct store *store, struct store_usage *ret_usage)
{
    struct store_usage usage = {
        .max_bytes = store->max_bytes, .reserve_released = !store->reserve.held};
    for (const struct store_source *source = store->sources; source != NULL;
         source = source->next) {
        usage.live_bytes += source->live_bytes;
        usage.open_bytes += source->open_bytes;
    }
    *ret_usage = usage;
}

static void store_set_limits(struct store *store, uint64_t max_bytes, int64_t ledger_us)
{
    store->max_bytes = max_bytes;
    store->ledger_seconds = ledger_us / USEC_PER_SEC;
}

struct pause {
    const char *name;
    int64_t until;
};

static int write_pause(struct store *store, void *user, struct error *error)
{
    const struct pause *pause = user;
    if (pause->until == 0)
        return database_run(
            store->database, error, "DELETE FROM pause WHERE name = ?", value_text(pause->name));
    return database_run(store->database, error,
        "INSERT INTO pause (name, until) VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET until = excluded.until",
        value_text(pause->name), value_integer(pause->until));
}

static int store_pause_set(
    struct store *store, const char *name, int64_t until_wall, struct error *error)
{
    struct pause pause = {.name = name, .until = until_wall};
    return store_apply(store, write_pause, &pause, error);
}

static int store_pause_get(
    struct store *store, const char *name, int64_t *ret_until_wall, struct error *error)
{
    int64_t until = 0;
    int result = database_look_up(
        store->database, &until, error, "SELECT until FROM pause WHERE name = ?", value_text(name));
    if (result < 0)
        return result;
    *ret_until_wall = until;
    return 0;
}

const struct store_type store_sqlite = {
    .name = "sqlite",
    .open = store_open,
    .close = store_close,
    .source = store_source_get,
    .windows = store_windows,
    .seen = store_seen,
    .page_begin = store_page_begin,
    .page_append = store_page_append,
    .commit = store_commit,
    .page_abort = store_page_abort,
    .pause_set = store_pause_set,
    .pause_get = store_pause_get,
    .attach = store_attach,
    .detach = store_detach,
    .output_state = store_output_state,
    .read = store_read,
    .block_release = store_block_release,
    .next_sequence = store_next_sequence,
    .acknowledge = store_acknowledge,
    .skip = store_skip,
    .output_state_set = store_output_state_set,
    .condemn = store_condemn,
    .find = store_find,
    .fate = store_fate,
    .rereads = store_rereads,
    .sending = store_sending,
    .unanswered = store_unanswered,
    .collect = store_collect,
    .usage = store_usage,
    .set_limits = store_set_limits,
    .positions = store_positions,
    .sources = store_sources,
    .forget_source = store_forget_source,
    .forget_output = store_forget_output,
    .rewind = store_rewind,
};
