#include <endian.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/order.h"
#include "base/units.h"
#include "store/batch_record.h"
#include "store/private.h"

enum {
    ID_SIZE = 8,
    ROW_IDS = 4096, /* a row that has so many is full */
    ROW_LIMIT = (ROW_IDS + LIMIT_PAGE_ENTRIES + 1) * ID_SIZE,
};

int past_load(struct store *store, struct error *error)
{
    int64_t count = 0;
    int result = database_look_up(
        store->database, &count, error, "SELECT coalesce(sum(count), 0) FROM past");
    store->past_ids = (uint64_t)count;
    return result < 0 ? result : 0;
}

/* ---- Writing ---- */

void past_writer_init(struct past_writer *writer, struct store_source *source)
{
    *writer =
        (struct past_writer){.source = source, .ids = BUFFER_INIT(ROW_LIMIT), .lost_newest = -1};
}

void past_writer_deinit(struct past_writer *writer)
{
    if (writer != NULL)
        buffer_deinit(&writer->ids);
}

static int append64(struct buffer *buffer, uint64_t value, struct error *error)
{
    value = htole64(value);
    int result = buffer_append(buffer, &value, sizeof(value));
    return result < 0 ? error_set(error, result, "no memory for the ledger") : 0;
}

int past_writer_end(struct past_writer *writer, struct error *error)
{
    struct store *store = writer->source->store;
    if (writer->count == 0)
        return 0;
    int result = append64(&writer->ids, hash64(buffer_slice(&writer->ids)), error);
    if (result == 0)
        result = database_run(store->database, error,
            "INSERT INTO past (source, first_sequence, count, oldest, newest, made, ids)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            value_integer(writer->source->id), value_integer((int64_t)writer->first),
            value_integer(writer->count), value_integer(writer->oldest),
            value_integer(writer->newest),
            value_integer(clock_wall_us(store->clock) / USEC_PER_SEC),
            value_bytes(buffer_slice(&writer->ids)));
    if (result == 0)
        writer->written += writer->count;
    writer->count = 0;
    buffer_clear(&writer->ids);
    return result;
}

int past_writer_add(struct past_writer *writer, uint64_t first, int64_t oldest, int64_t newest,
    struct slice bytes, struct error *error)
{
    struct record record;
    bool is_kept = writer->source->store->ledger_seconds > 0;
    if (!is_kept || record_parse(bytes, &record, NULL) < 0) { /* or it is damaged */
        writer->lost = true;
        writer->lost_newest = higher(writer->lost_newest, newest);
        return 0;
    }
    bool goes_on =
        writer->count > 0 && writer->count < ROW_IDS && first == writer->first + writer->count;
    int result = goes_on ? 0 : past_writer_end(writer, error);
    if (writer->count == 0) {
        writer->first = first;
        writer->oldest = oldest;
        writer->newest = newest;
    }
    writer->oldest = lower(writer->oldest, oldest);
    writer->newest = higher(writer->newest, newest);
    for (uint32_t i = record.entry_count; result == 0 && i-- > 0;)
        result = append64(&writer->ids, ledger_id(record_entry(&record, i).key), error);
    writer->count += record.entry_count;
    return result;
}

/* ---- Asking ---- */

static int match_row(const struct query *row, const struct store_inquiry *inquiry,
    int (*visit)(void *user, uint64_t id, uint64_t sequence), void *user)
{
    uint64_t first = (uint64_t)query_integer(row, 0), count = (uint64_t)query_integer(row, 1);
    struct slice bytes = query_bytes(row, 2);
    uint64_t value;
    if (bytes.size != (count + 1) * ID_SIZE)
        return ERROR_CORRUPT;
    memcpy(&value, bytes.data + count * ID_SIZE, ID_SIZE);
    if (le64toh(value) != hash64((struct slice){.data = bytes.data, .size = count * ID_SIZE}))
        return ERROR_CORRUPT;
    int result = 0;
    for (uint64_t i = 0; result >= 0 && i < count; i++) {
        memcpy(&value, bytes.data + i * ID_SIZE, ID_SIZE);
        result = inquiry_match(inquiry, le64toh(value), first + i, visit, user);
    }
    return result;
}

int past_find(struct store_source *source, const struct store_inquiry *inquiry,
    int (*visit)(void *user, uint64_t id, uint64_t sequence), void *user, struct error *error)
{
    struct database *database = source->store->database;
    _cleanup_(query_close) struct query query = QUERY_INIT;
    int result = query_open(&query, database, error,
        "SELECT first_sequence, count, ids FROM past"
        " WHERE source = ? AND newest >= ? AND oldest <= ?",
        value_integer(source->id), value_integer(inquiry->oldest), value_integer(inquiry->latest));
    while (result == 0 && (result = query_next(&query, error)) > 0) {
        result = match_row(&query, inquiry, visit, user);
        if (result == ERROR_CORRUPT)
            return error_set(error, result,
                "%s: ids of source %s from sequence %llu on are damaged", database_path(database),
                source->name, (unsigned long long)query_integer(&query, 0));
    }
    return result;
}

/* ---- Forgetting ---- */

struct forgetting {
    struct store_source *source; /* NULL: it was forgotten as a whole */
    int64_t id, judged_from;
    uint64_t end, count;
};

static int delete_row(struct store *store, void *user, struct error *error)
{
    const struct forgetting *row = user;
    struct database *database = store->database;
    int result =
        database_run(database, error, "DELETE FROM past WHERE id = ?", value_integer(row->id));
    if (result == 0 && row->source != NULL)
        result = database_run(database, error, "UPDATE source SET judged_from = ? WHERE id = ?",
            value_integer(row->judged_from), value_integer(row->source->id));
    if (result == 0 && row->source != NULL)
        result = ledger_trim(row->source, row->end, error);
    if (result == 0 && row->source != NULL)
        result = rereads_trim(row->source, error);
    return result;
}

static struct store_source *source_of(const struct store *store, int64_t id)
{
    struct store_source *source = store->sources;
    while (source != NULL && source->id != id)
        source = source->next;
    return source;
}

/* 1: the oldest row, when it has to go. */
static int find_forgotten(struct store *store, struct forgetting *ret_row, struct error *error)
{
    int64_t before = clock_wall_us(store->clock) / USEC_PER_SEC - store->ledger_seconds;
    _cleanup_(query_close) struct query query = QUERY_INIT;
    int result = query_open(&query, store->database, error,
        "SELECT id, source, first_sequence + count, count, newest, made FROM past"
        " ORDER BY id LIMIT 1");
    if (result == 0)
        result = query_next(&query, error);
    if (result <= 0)
        return result;
    if (query_integer(&query, 5) >= before && store->past_ids <= LIMIT_LEDGER)
        return 0;
    struct store_source *source = source_of(store, query_integer(&query, 1));
    *ret_row = (struct forgetting){.source = source,
        .id = query_integer(&query, 0),
        .judged_from =
            source == NULL ? 0 : higher(source->judged_from, query_integer(&query, 4) + 1),
        .end = (uint64_t)query_integer(&query, 2),
        .count = (uint64_t)query_integer(&query, 3)};
    return 1;
}

int past_collect(struct store *store, struct error *error)
{
    struct forgetting row;
    if (store->past_ids == 0)
        return 0;
    int result = find_forgotten(store, &row, error);
    if (result <= 0)
        return result;
    result = store_apply(store, delete_row, &row, error);
    if (result < 0)
        return result;
    store->past_ids -= row.count;
    if (row.source != NULL)
        row.source->judged_from = row.judged_from;
    return 1;
}
