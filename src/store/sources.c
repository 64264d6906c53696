#include <stdlib.h>

#include "base/cleanup.h"
#include "base/order.h"
#include "store/batch_record.h"
#include "store/private.h"

void source_free(struct store_source *source)
{
    if (source == NULL)
        return;
    store_page_abort(source->page);
    positions_free(source);
    free(source->name);
    free(source);
}

DEFINE_CLEANUP(struct store_source, source_free)

static struct store_source *source_new(struct store *store, const char *name)
{
    _cleanup_(source_freep) struct store_source *source = calloc(1, sizeof(*source));
    if (source == NULL || (source->name = strdup(name)) == NULL)
        return NULL;
    source->store = store;
    source->walk = (struct store_walk){
        .start = -1, .checkpoint = -1, .read_at = -1, .seen_from = -1, .width = 0};
    source->next_sequence = 1;
    source->segment = 1;
    source->untidy = true; /* an earlier process may have left something */
    return TAKE(source);
}

/* Last, so that they are listed in the order in which they came. */
static void source_link(struct store_source *source)
{
    struct store_source **link = &source->store->sources;
    while (*link != NULL)
        link = &(*link)->next;
    *link = source;
}

struct store_source *source_find(const struct store *store, const char *name)
{
    for (struct store_source *source = store->sources; source != NULL; source = source->next)
        if (strcmp(source->name, name) == 0)
            return source;
    return NULL;
}

int source_find_at_rest(const struct store *store, const char *name,
    struct store_source **ret_source, struct error *error)
{
    struct store_source *source = source_find(store, name);
    if (source == NULL)
        return error_set(error, ERROR_MISSING, "the store knows no source %s", name);
    if (source->page != NULL)
        return error_set(
            error, ERROR_INVALID, "source %s is being read at this moment; stop it first", name);
    *ret_source = source;
    return 0;
}

/* ---- Loading ---- */

static int load_one(struct store *store, const struct query *query, struct error *error)
{
    struct slice bytes = query_bytes(query, 1);
    _cleanup_free_ char *name = strndup(bytes.size == 0 ? "" : bytes.data, bytes.size);
    struct store_source *source = name == NULL ? NULL : source_new(store, name);
    if (source == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a source of %s", store->directory);
    source->id = query_integer(query, 0);
    source->walk = (struct store_walk){
        .start = query_integer(query, 2),
        .checkpoint = query_integer(query, 3),
        .read_at = query_integer(query, 4),
        .seen_from = query_integer(query, 5),
        .width = query_integer(query, 6),
    };
    source->next_sequence = (uint64_t)query_integer(query, 7);
    source->judged_from = query_integer(query, 8);
    source_link(source);
    return 0;
}

static int load_sizes(struct store_source *source, struct error *error)
{
    _cleanup_(query_close) struct query query = QUERY_INIT;
    int result = query_open(&query, source->store->database, error,
        "SELECT coalesce(sum(bytes), 0),"
        " coalesce(sum(CASE WHEN walk_window IS NULL THEN 0 ELSE bytes END), 0)"
        " FROM batch WHERE source = ? AND state = 0",
        value_integer(source->id));
    if (result == 0)
        result = query_next(&query, error);
    if (result < 0)
        return result;
    source->live_bytes = (uint64_t)query_integer(&query, 0);
    source->open_bytes = (uint64_t)query_integer(&query, 1);
    return 0;
}

int sources_load(struct store *store, struct error *error)
{
    _cleanup_(query_close) struct query query = QUERY_INIT;
    int result = query_open(&query, store->database, error,
        "SELECT id, name, start, checkpoint, read_at, seen_from, width, next_sequence, judged_from"
        " FROM source ORDER BY id");
    while (result == 0 && (result = query_next(&query, error)) > 0)
        result = load_one(store, &query, error);
    for (struct store_source *source = store->sources; result == 0 && source != NULL;
         source = source->next)
        result = load_sizes(source, error);
    if (result == 0)
        result = database_look_up(store->database, &store->next_batch, error,
            "SELECT coalesce(max(id), 0) + 1 FROM batch");
    return result < 0 ? result : 0;
}

/* ---- A handle ---- */

static int insert_source(struct store *store, void *user, struct error *error)
{
    struct store_source *source = user;
    int result = database_run(store->database, error,
        "INSERT INTO source (name, start, checkpoint, read_at, seen_from, width, next_sequence)"
        " VALUES (?, -1, -1, -1, -1, 0, 1)",
        value_text(source->name));
    source->id = database_inserted(store->database);
    return result;
}

int store_source_get(struct store *store, const char *name, struct store_source **ret_source,
    struct store_walk *ret_walk, struct error *error)
{
    struct store_source *found = source_find(store, name);
    if (found == NULL) {
        _cleanup_(source_freep) struct store_source *source = source_new(store, name);
        if (source == NULL)
            return error_set(error, ERROR_MEMORY, "no memory for source %s", name);
        int result = store_apply(store, insert_source, source, error);
        if (result < 0)
            return result;
        found = TAKE(source);
        source_link(found);
    }
    *ret_source = found;
    if (ret_walk != NULL)
        *ret_walk = found->walk;
    return 0;
}

int source_write(struct store_source *source, const struct store_walk *walk, uint64_t next_sequence,
    struct error *error)
{
    struct database *database = source->store->database;
    int result = database_run(database, error,
        "UPDATE source SET start = ?, checkpoint = ?, read_at = ?, seen_from = ?, width = ?,"
        " next_sequence = ? WHERE id = ?",
        value_integer(walk->start), value_integer(walk->checkpoint), value_integer(walk->read_at),
        value_integer(walk->seen_from), value_integer(walk->width),
        value_integer((int64_t)next_sequence), value_integer(source->id));
    if (result == 0 && database_changes(database) == 0)
        return error_set(error, ERROR_MISSING, "source %s was forgotten", source->name);
    return result;
}

int store_sources(struct store *store,
    int (*visit)(void *user, const char *name, const struct store_walk *walk), void *user,
    struct error *error)
{
    (void)error; /* all of it is in memory */
    int result = 0;
    for (const struct store_source *source = store->sources; result >= 0 && source != NULL;
         source = source->next)
        result = visit(user, source->name, &source->walk);
    return result < 0 ? result : 0;
}

/* ---- Seen ids ---- */

struct seen_visit {
    int64_t from, below;
    int (*visit)(void *user, struct hash_key key, int64_t time);
    void *user;
};

static int visit_record(const struct record *record, const struct seen_visit *seen)
{
    for (uint32_t i = 0; i < record->entry_count; i++) {
        struct record_entry entry = record_entry(record, i);
        if (entry.time < seen->from || entry.time >= seen->below)
            continue;
        int result = seen->visit(seen->user, entry.key, entry.time);
        if (result < 0)
            return result;
    }
    return 0;
}

int store_seen(struct store_source *source, int64_t from,
    int (*visit)(void *user, struct hash_key key, int64_t time), void *user, struct error *error)
{
    struct seen_visit seen = {.from = from, .visit = visit, .user = user};
    _cleanup_(query_close) struct query query = QUERY_INIT;
    int result = query_open(&query, source->store->database, error,
        "SELECT record.data, coalesce(seen_below, 1 << 33) FROM batch"
        " JOIN record ON record.batch = batch.id"
        " WHERE source = ? AND state IN (0, 1, 2) AND newest >= ?",
        value_integer(source->id), value_integer(from));
    while (result == 0 && (result = query_next(&query, error)) > 0) {
        struct record record;
        result = record_parse(query_bytes(&query, 0), &record, error);
        if (result < 0)
            return error_prefix(error, result, "%s", database_path(source->store->database));
        seen.below = query_integer(&query, 1);
        result = visit_record(&record, &seen);
    }
    return result;
}

/* ---- Forget ---- */

static int delete_source(struct store *store, void *user, struct error *error)
{
    struct database_value id = value_integer(((struct store_source *)user)->id);
    struct database *database = store->database;
    int result = database_run(database, error,
        "DELETE FROM record WHERE batch IN"
        " (SELECT id FROM batch WHERE source = ? AND state IN (0, 1, 2))",
        id);
    if (result == 0)
        result = database_run(
            database, error, "DELETE FROM batch WHERE source = ? AND state IN (0, 1, 2)", id);
    if (result == 0)
        result = database_run(database, error, "DELETE FROM walk_window WHERE source = ?", id);
    if (result == 0)
        result = database_run(database, error, "DELETE FROM acknowledged WHERE source = ?", id);
    if (result == 0)
        result = database_run(database, error, "DELETE FROM past WHERE source = ?", id);
    if (result == 0)
        result = database_run(database, error, "DELETE FROM reread WHERE source = ?", id);
    if (result == 0)
        result = database_run(database, error, "DELETE FROM position WHERE source = ?", id);
    if (result == 0)
        result = database_run(database, error, "DELETE FROM source WHERE id = ?", id);
    return result;
}

static int remove_segment_of(void *user, struct segment_id id, int64_t size, struct error *error)
{
    const struct store_source *source = user;
    (void)size;
    return id.source == source->id ? segment_remove(&source->store->segments, id, error) : 0;
}

/* Out of the list; the handle stays until the store is closed, with an id that no row has. */
static void source_bury(struct store_source *source)
{
    struct store *store = source->store;
    struct store_source **link = &store->sources;
    while (*link != source)
        link = &(*link)->next;
    *link = source->next;
    source->next = store->forgotten;
    store->forgotten = source;
    positions_free(source);
    source->id = 0;
    source->next_sequence = 0;
}

int store_forget_source(struct store *store, const char *name, struct error *error)
{
    struct store_source *source;
    int result = source_find_at_rest(store, name, &source, error);
    if (result < 0)
        return result;
    result = store_apply(store, delete_source, source, error);
    if (result < 0)
        return result;
    /* Files that stay for whatever reason are named by nobody and go at the next start. */
    (void)segments_each(&store->segments, remove_segment_of, source, NULL);
    block_cache_drop(&store->blocks, source->id);
    record_cache_drop(&store->records, source->id);
    source_bury(source);
    return past_load(store, error);
}
