#include "base/cleanup.h"
#include "base/limits.h"
#include "base/order.h"
#include "store/private.h"

/* One slice of work, so that no call takes long. */
enum {
    SLICE_BATCHES = 1000,
    SLICE_DELETED = 256,
    SLICE_ENTRIES = LIMIT_PAGE_ENTRIES, /* in records that are deleted at once */
};

/* ---- Segments ---- */

/* Where the last live bytes of a segment end; 0 when there are none. */
static int live_end(
    struct store *store, struct segment_id id, int64_t *ret_end, struct error *error)
{
    int64_t end = 0;
    int result = database_look_up(store->database, &end, error,
        "SELECT offset + bytes FROM batch WHERE source = ? AND state = 0 AND segment = ?"
        " AND condemned = 0 ORDER BY offset DESC LIMIT 1",
        value_integer(id.source), value_integer(id.number));
    if (result < 0)
        return result;
    *ret_end = end;
    return 0;
}

static int mark_gone(struct store *store, void *user, struct error *error)
{
    const struct segment_id *id = user;
    return database_run(store->database, error,
        "UPDATE batch SET state = 2 WHERE id IN (SELECT id FROM batch"
        " WHERE source = ? AND state = 1 AND segment = ? LIMIT ?)",
        value_integer(id->source), value_integer(id->number), value_integer(SLICE_BATCHES));
}

/* Frees what nobody needs in one segment. 1: something was done. */
static int tidy_segment(struct store_source *source, int64_t number, struct error *error)
{
    struct store *store = source->store;
    struct segment_id id = {.source = source->id, .number = number};
    bool current = number == source->segment;
    if (current && source->page != NULL)
        return 0;
    int64_t end;
    int result = live_end(store, id, &end, error);
    if (result < 0)
        return result;
    /* The file first: on a full disk its space is what the transaction needs. */
    if (current && end < source->segment_end) {
        result = segment_cut(&store->segments, id, end, error);
        if (result < 0)
            return result;
        source->segment_end = end;
    }
    if (end > 0)
        return 0;
    if (!current)
        result = segment_remove(&store->segments, id, error);
    if (result == 0)
        result = store_apply(store, mark_gone, &id, error);
    return result < 0 ? result : 1;
}

/* Looks at each segment that holds passed batches. 1: something was done. */
static int tidy_segments(struct store_source *source, struct error *error)
{
    int64_t number = 0;
    int result;
    do {
        result = database_look_up(source->store->database, &number, error,
            "SELECT segment FROM batch WHERE source = ? AND state = 1 AND segment > ?"
            " ORDER BY segment LIMIT 1",
            value_integer(source->id), value_integer(number));
        if (result <= 0)
            return result;
        result = tidy_segment(source, number, error);
    } while (result == 0);
    return result;
}

/* ---- Ids ---- */

struct deletion {
    struct store_source *source;
    int64_t batches[SLICE_DELETED];
    size_t count;
    uint64_t past_ids; /* that the ledger keeps of them */
    int64_t judged_from;
};

static int find_old(struct store_source *source, struct deletion *deletion, struct error *error)
{
    /* What was given up is older than every id and goes even where nothing is seen yet. */
    int64_t from = source->walk.seen_from < 0 ? 0 : source->walk.seen_from;
    _cleanup_(query_close) struct query query = QUERY_INIT;
    int result = query_open(&query, source->store->database, error,
        "SELECT id, count FROM batch WHERE source = ? AND state = 2 AND newest < ?"
        " ORDER BY newest LIMIT ?",
        value_integer(source->id), value_integer(from), value_integer(SLICE_DELETED));
    int64_t entries = 0;
    while (result == 0 && entries < SLICE_ENTRIES && (result = query_next(&query, error)) > 0) {
        deletion->batches[deletion->count++] = query_integer(&query, 0);
        entries += query_integer(&query, 1);
        result = 0;
    }
    return result;
}

/* What was given up, or condemned, was never numbered or has no record. */
static int keep_ids(struct past_writer *writer, int64_t batch, struct error *error)
{
    _cleanup_(query_close) struct query query = QUERY_INIT;
    int result = query_open(&query, writer->source->store->database, error,
        "SELECT first_sequence, oldest, newest, data FROM batch"
        " JOIN record ON record.batch = batch.id WHERE id = ? AND first_sequence IS NOT NULL",
        value_integer(batch));
    if (result == 0)
        result = query_next(&query, error);
    if (result > 0)
        result = past_writer_add(writer, (uint64_t)query_integer(&query, 0),
            query_integer(&query, 1), query_integer(&query, 2), query_bytes(&query, 3), error);
    return result;
}

static int delete_batch(struct store *store, int64_t batch, struct error *error)
{
    int result = database_run(
        store->database, error, "DELETE FROM record WHERE batch = ?", value_integer(batch));
    if (result == 0)
        result = database_run(
            store->database, error, "DELETE FROM batch WHERE id = ?", value_integer(batch));
    return result;
}

/* What is not kept can be judged no more. */
static int write_lost(
    const struct past_writer *writer, struct deletion *deletion, struct error *error)
{
    deletion->judged_from = deletion->source->judged_from;
    if (!writer->lost)
        return 0;
    deletion->judged_from = higher(deletion->judged_from, writer->lost_newest + 1);
    return database_run(writer->source->store->database, error,
        "UPDATE source SET judged_from = ? WHERE id = ?", value_integer(deletion->judged_from),
        value_integer(writer->source->id));
}

static int delete_old(struct store *store, void *user, struct error *error)
{
    struct deletion *deletion = user;
    _cleanup_(past_writer_deinit) struct past_writer writer;
    past_writer_init(&writer, deletion->source);
    int result = 0;
    for (size_t i = 0; result == 0 && i < deletion->count; i++) {
        result = keep_ids(&writer, deletion->batches[i], error);
        if (result == 0)
            result = delete_batch(store, deletion->batches[i], error);
    }
    if (result == 0)
        result = past_writer_end(&writer, error);
    if (result == 0)
        result = write_lost(&writer, deletion, error);
    deletion->past_ids = writer.written;
    return result;
}

/* 1: something was done. */
static int tidy_ids(struct store_source *source, struct error *error)
{
    struct deletion deletion = {.source = source};
    int result = find_old(source, &deletion, error);
    if (result < 0 || deletion.count == 0)
        return result;
    result = store_apply(source->store, delete_old, &deletion, error);
    if (result < 0)
        return result;
    source->store->past_ids += deletion.past_ids;
    source->judged_from = deletion.judged_from;
    return 1;
}

/* ---- Memory ---- */

/* When every output has passed all there is, nobody reads it again. */
static int tidy_caches(struct store_source *source, struct error *error)
{
    struct store *store = source->store;
    int64_t live = 0;
    int result = database_look_up(store->database, &live, error,
        "SELECT 1 FROM batch WHERE source = ? AND state = 0 LIMIT 1", value_integer(source->id));
    if (result != 0)
        return result < 0 ? result : 0;
    block_cache_drop(&store->blocks, source->id);
    record_cache_drop(&store->records, source->id);
    return 0;
}

int store_collect(struct store *store, struct error *error)
{
    for (struct store_source *source = store->sources; source != NULL; source = source->next) {
        if (!source->untidy)
            continue;
        int result = tidy_segments(source, error);
        if (result == 0)
            result = tidy_ids(source, error);
        if (result == 0)
            result = tidy_caches(source, error);
        if (result != 0)
            return result;
        /* The segment of a page that is being written was left out. */
        source->untidy = source->page != NULL;
    }
    int result = past_collect(store, error);
    return result != 0 ? result : reserve_take_back(&store->reserve, error);
}

/* ---- After the start ---- */

static int recover_segment(void *user, struct segment_id id, int64_t size, struct error *error)
{
    struct store *store = user;
    int64_t end;
    int result = live_end(store, id, &end, error);
    if (result < 0)
        return result;
    if (end == 0)
        return segment_remove(&store->segments, id, error);
    return size > end ? segment_cut(&store->segments, id, end, error) : 0;
}

/* A segment of which something lives is gone on with. */
static int recover_source(struct store_source *source, struct error *error)
{
    int64_t last = 0;
    int result = database_look_up(source->store->database, &last, error,
        "SELECT coalesce(max(segment), 0) FROM batch WHERE source = ? AND state IN (0, 1, 2)",
        value_integer(source->id));
    if (result < 0)
        return result;
    struct segment_id id = {.source = source->id, .number = last};
    int64_t end;
    result = live_end(source->store, id, &end, error);
    if (result < 0)
        return result;
    source->segment = end > 0 ? last : last + 1;
    source->segment_end = end;
    source->segment_named = end > 0;
    return 0;
}

int segments_recover(struct store *store, struct error *error)
{
    int result = segments_each(&store->segments, recover_segment, store, error);
    for (struct store_source *source = store->sources; result == 0 && source != NULL;
         source = source->next)
        result = recover_source(source, error);
    return result;
}
