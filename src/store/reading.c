
#include "base/cleanup.h"
#include "store/private.h"

DEFINE_CLEANUP(struct shared_block, shared_block_unref)

uint64_t store_next_sequence(const struct store_source *source)
{
    return source->next_sequence;
}

/* ---- Finding a batch ---- */

/* Columns of a live batch, in the order in which batch_of() takes them. */
#define BATCH_COLUMNS                                                                              \
    "SELECT batch.id, segment, offset, bytes, count, first_sequence, condemned, oldest, newest,"   \
    " data FROM batch LEFT JOIN record ON record.batch = batch.id"                                 \
    " WHERE source = ? AND state = 0"

struct batch {
    int64_t id, segment, offset;
    uint64_t bytes, count, first;
    bool condemned;
    int64_t oldest, newest;
    struct slice record; /* valid until the query moves on */
};

static struct batch batch_of(const struct query *query)
{
    return (struct batch){
        .id = query_integer(query, 0),
        .segment = query_integer(query, 1),
        .offset = query_integer(query, 2),
        .bytes = (uint64_t)query_integer(query, 3),
        .count = (uint64_t)query_integer(query, 4),
        .first = (uint64_t)query_integer(query, 5),
        .condemned = query_integer(query, 6) != 0,
        .oldest = query_integer(query, 7),
        .newest = query_integer(query, 8),
        .record = query_bytes(query, 9),
    };
}

/* 1: the live batch that holds the sequence; 0: there is none. */
static int batch_holding(struct store_source *source, uint64_t sequence, struct query *query,
    struct batch *ret_batch, struct error *error)
{
    int result = query_open(query, source->store->database, error,
        BATCH_COLUMNS " AND first_sequence <= ? ORDER BY first_sequence DESC LIMIT 1",
        value_integer(source->id), value_integer((int64_t)sequence));
    if (result == 0)
        result = query_next(query, error);
    if (result <= 0)
        return result;
    struct batch batch = batch_of(query);
    if (sequence - batch.first >= batch.count)
        return 0;
    *ret_batch = batch;
    return 1;
}

/* 1: the first readable batch that begins behind the sequence; 0: there is none. */
static int batch_behind(struct store_source *source, uint64_t sequence, struct query *query,
    struct batch *ret_batch, struct error *error)
{
    int result = query_open(query, source->store->database, error,
        BATCH_COLUMNS " AND condemned = 0 AND first_sequence > ? ORDER BY first_sequence LIMIT 1",
        value_integer(source->id), value_integer((int64_t)sequence));
    if (result == 0)
        result = query_next(query, error);
    if (result > 0)
        *ret_batch = batch_of(query);
    return result;
}

/* 1: the sequence stands in a condemned batch that ends before `*ret_end`. */
static int condemned_end(
    struct store_source *source, uint64_t sequence, uint64_t *ret_end, struct error *error)
{
    _cleanup_(query_close) struct query query = QUERY_INIT;
    int result = query_open(&query, source->store->database, error,
        "SELECT condemned, first_sequence + count FROM batch WHERE source = ? AND state = 0"
        " AND first_sequence <= ? ORDER BY first_sequence DESC LIMIT 1",
        value_integer(source->id), value_integer((int64_t)sequence));
    if (result == 0)
        result = query_next(&query, error);
    if (result <= 0)
        return result;
    uint64_t end = (uint64_t)query_integer(&query, 1);
    if (query_integer(&query, 0) == 0 || end <= sequence)
        return 0;
    *ret_end = end;
    return 1;
}

int sequence_skip_condemned(struct store_source *source, uint64_t *sequence, struct error *error)
{
    int result;
    do
        result = condemned_end(source, *sequence, sequence, error);
    while (result > 0);
    return result;
}

/* ---- Loading ---- */

static int describe_damage(
    struct store_source *source, const struct batch *batch, struct error *error)
{
    return error_prefix(error, ERROR_CORRUPT,
        "source %s: stored entries from sequence %llu on are damaged and must be read again",
        source->name, (unsigned long long)batch->first);
}

static int parse_batch(struct store_source *source, const struct batch *batch,
    struct loaded_batch *loaded, struct error *error)
{
    struct slice bytes = {.data = loaded->bytes, .size = loaded->size};
    int result = record_parse(bytes, &loaded->record, error);
    if (result == 0 && (loaded->record.entry_count != batch->count ||
                           record_size(&loaded->record) != batch->bytes))
        result = error_set(error, ERROR_CORRUPT, "the record is of another batch");
    loaded->span = (struct span){
        .source = source->id, .first = batch->first, .count = batch->count, .memory = loaded->size};
    loaded->segment = (struct segment_id){.source = source->id, .number = batch->segment};
    loaded->offset = batch->offset;
    return result;
}

static int load_batch(struct store_source *source, const struct batch *batch,
    const struct loaded_batch **ret_loaded, struct error *error)
{
    _cleanup_free_ struct loaded_batch *loaded = loaded_batch_new(batch->record);
    if (loaded == NULL)
        return error_set(error, ERROR_MEMORY, "no memory to read source %s", source->name);
    int result = parse_batch(source, batch, loaded, error);
    if (result < 0)
        return describe_damage(source, batch, error);
    *ret_loaded = loaded;
    record_cache_add(&source->store->records, TAKE(loaded));
    return 0;
}

/* The batch to read `*sequence` from, or behind a hole, then with `*sequence` moved on. 1: none. */
static int find_batch(struct store_source *source, uint64_t *sequence,
    const struct loaded_batch **ret_loaded, struct error *error)
{
    const struct loaded_batch *cached =
        record_cache_find(&source->store->records, source->id, *sequence);
    if (cached != NULL) {
        *ret_loaded = cached;
        return 0;
    }
    _cleanup_(query_close) struct query query = QUERY_INIT;
    struct batch batch;
    int result = batch_holding(source, *sequence, &query, &batch, error);
    if (result == 0 || (result > 0 && batch.condemned))
        result = batch_behind(source, *sequence, &query, &batch, error);
    if (result < 0)
        return result;
    if (result == 0)
        return 1;
    if (*sequence < batch.first)
        *sequence = batch.first;
    return load_batch(source, &batch, ret_loaded, error);
}

/* ---- Reading a block ---- */

/* Where a block stands in its batch: entries and bytes before it, in the order of arrival. */
struct place {
    struct record_block block;
    uint32_t entry;
    uint64_t byte;
};

static struct place place_of(const struct loaded_batch *batch, uint64_t sequence)
{
    const struct record *record = &batch->record;
    uint64_t arrival = record->entry_count - 1 - (sequence - batch->span.first);
    struct place place = {.block = record_block(record, 0)};
    /* The blocks make up all entries (record_parse), so this ends. */
    for (uint32_t i = 0; arrival >= place.entry + (uint64_t)place.block.count;) {
        place.entry += place.block.count;
        place.byte += place.block.size;
        place.block = record_block(record, ++i);
    }
    return place;
}

/* The entries lie newest first; they are told oldest first. */
static void fill_entries(const struct loaded_batch *batch, const struct place *place,
    const char *bytes, struct store_entry *entries)
{
    uint64_t newest = batch->span.first + batch->record.entry_count - 1 - place->entry;
    for (uint32_t i = 0; i < place->block.count; i++) {
        struct record_entry record = record_entry(&batch->record, place->entry + i);
        entries[place->block.count - 1 - i] = (struct store_entry){
            .bytes = {.data = bytes, .size = record.size},
            .time = record.time,
            .sequence = newest - i,
            .flags = record.flags,
        };
        bytes += record.size + 1;
    }
}

static int read_block(struct store_source *source, const struct loaded_batch *batch,
    uint64_t sequence, struct shared_block **ret_block, struct error *error)
{
    struct place place = place_of(batch, sequence);
    uint64_t first =
        batch->span.first + batch->record.entry_count - place.entry - place.block.count;
    char *bytes;
    _cleanup_(shared_block_unrefp) struct shared_block *block =
        shared_block_new(source->id, first, place.block.count, place.block.size, &bytes);
    if (block == NULL)
        return error_set(error, ERROR_MEMORY, "no memory to read source %s", source->name);
    int64_t offset = batch->offset + (int64_t)place.byte;
    int result = segment_read(
        &source->store->segments, batch->segment, offset, bytes, place.block.size, error);
    struct slice content = {.data = bytes, .size = place.block.size};
    if (result == 0 && hash64(content) != place.block.checksum)
        result = error_set(error, ERROR_CORRUPT,
            "%s/%lld-%lld.seg has a wrong checksum at offset %lld", source->store->segments.path,
            (long long)batch->segment.source, (long long)batch->segment.number, (long long)offset);
    if (result == ERROR_CORRUPT)
        return describe_damage(source, &(struct batch){.first = batch->span.first}, error);
    if (result < 0)
        return result;
    fill_entries(batch, &place, bytes, shared_block_entries(block));
    *ret_block = TAKE(block);
    return 0;
}

/* A block with a reference for the caller. 1: nothing there. */
static int fetch_block(struct store_source *source, uint64_t *sequence,
    struct shared_block **ret_block, struct error *error)
{
    const struct loaded_batch *batch = NULL;
    int result = find_batch(source, sequence, &batch, error);
    if (result != 0)
        return result;
    /* Behind a hole another output may have been before. */
    struct block_cache *blocks = &source->store->blocks;
    struct shared_block *cached = block_cache_find(blocks, source->id, *sequence);
    if (cached != NULL) {
        *ret_block = shared_block_ref(cached);
        return 0;
    }
    result = read_block(source, batch, *sequence, ret_block, error);
    if (result == 0)
        block_cache_add(blocks, *ret_block);
    return result;
}

int store_read(struct store_source *source, uint64_t sequence, struct store_block **ret_block,
    struct error *error)
{
    if (sequence >= source->next_sequence)
        return 1;
    _cleanup_(shared_block_unrefp) struct shared_block *block =
        shared_block_ref(block_cache_find(&source->store->blocks, source->id, sequence));
    int result = block != NULL ? 0 : fetch_block(source, &sequence, &block, error);
    if (result != 0)
        return result;
    struct store_block *view = block_view_new(block, sequence);
    if (view == NULL)
        return error_set(error, ERROR_MEMORY, "no memory to read source %s", source->name);
    *ret_block = view;
    return 0;
}

void store_block_release(struct store *store, struct store_block *block)
{
    (void)store; /* a block knows where it belongs */
    block_view_free(block);
}

/* ---- Condemned batches ---- */

struct condemn {
    struct store_source *source;
    const struct batch *batch;
    uint64_t end;  /* where positions in the batch go */
    uint64_t kept; /* ids, by the ledger */
};

/* Outputs that have passed it get its entries once more: the ledger is to know which these are. A
 * record that is damaged too, cannot tell. */
static int keep_ids(struct condemn *condemn, struct error *error)
{
    const struct batch *batch = condemn->batch;
    _cleanup_(query_close) struct query query = QUERY_INIT;
    _cleanup_(past_writer_deinit) struct past_writer writer;
    past_writer_init(&writer, condemn->source);
    int result = query_open(&query, condemn->source->store->database, error,
        "SELECT data FROM record WHERE batch = ?", value_integer(batch->id));
    if (result == 0)
        result = query_next(&query, error);
    if (result > 0)
        result = past_writer_add(
            &writer, batch->first, batch->oldest, batch->newest, query_bytes(&query, 0), error);
    if (result >= 0)
        result = past_writer_end(&writer, error);
    condemn->kept = writer.written;
    return result;
}

static int write_condemned(struct store *store, void *user, struct error *error)
{
    struct condemn *condemn = user;
    const struct batch *batch = condemn->batch;
    struct database *database = store->database;
    int result = keep_ids(condemn, error);
    if (result == 0)
        result =
            reread_note(condemn->source, batch->oldest, batch->newest, STORE_REREAD_DAMAGE, error);
    /* It keeps its sequences, so that a position that gets there finds its end, and no bytes. */
    if (result == 0)
        result = database_run(database, error,
            "UPDATE batch SET condemned = 1, bytes = 0 WHERE id = ?", value_integer(batch->id));
    if (result == 0)
        result = database_run(
            database, error, "DELETE FROM record WHERE batch = ?", value_integer(batch->id));
    if (result == 0)
        result = database_run(database, error,
            "UPDATE position SET sequence = ? WHERE sequence >= ? AND sequence < ?"
            " AND source = (SELECT source FROM batch WHERE id = ?)",
            value_integer((int64_t)condemn->end), value_integer((int64_t)batch->first),
            value_integer((int64_t)condemn->end), value_integer(batch->id));
    return result;
}

/* Memory follows the transaction. */
static void forget_batch(struct store_source *source, const struct condemn *condemn)
{
    for (struct position *position = source->positions; position != NULL; position = position->next)
        if (position->sequence >= condemn->batch->first && position->sequence < condemn->end)
            position->sequence = condemn->end;
    source->live_bytes -= condemn->batch->bytes;
    source->store->past_ids += condemn->kept;
    block_cache_drop(&source->store->blocks, source->id);
    record_cache_drop(&source->store->records, source->id);
}

int store_condemn(struct store_source *source, uint64_t sequence, int64_t *ret_oldest,
    int64_t *ret_latest, struct error *error)
{
    _cleanup_(query_close) struct query query = QUERY_INIT;
    struct batch batch;
    int result = batch_holding(source, sequence, &query, &batch, error);
    query_close(&query);
    if (result < 0)
        return result;
    if (result == 0 || batch.condemned)
        return error_set(error, ERROR_MISSING, "source %s: no batch holds sequence %llu",
            source->name, (unsigned long long)sequence);
    struct condemn condemn = {.source = source, .batch = &batch, .end = batch.first + batch.count};
    result = sequence_skip_condemned(source, &condemn.end, error);
    if (result == 0)
        result = store_apply(source->store, write_condemned, &condemn, error);
    if (result < 0)
        return result;
    forget_batch(source, &condemn);
    *ret_oldest = batch.oldest;
    *ret_latest = batch.newest;
    return positions_settle(source, error);
}
