#include "base/cleanup.h"
#include "base/limits.h"
#include "store/batch_record.h"
#include "store/private.h"

/* ---- What was acknowledged ---- */

static int grow(const struct store_source *source, const struct position *position, uint64_t end,
    struct slice fates, struct error *error)
{
    struct database *database = source->store->database;
    struct database_value output = value_integer(position->output->id);
    if (fates.size == 0)
        return database_run(database, error,
            "UPDATE acknowledged SET end_sequence = ? WHERE source = ? AND output = ? AND "
            "first_sequence = ?",
            value_integer((int64_t)end), value_integer(source->id), output,
            value_integer((int64_t)position->last.first));
    return database_run(database, error,
        "UPDATE acknowledged SET end_sequence = ?, fates = CAST(fates || ? AS BLOB)"
        " WHERE source = ? AND output = ? AND first_sequence = ?",
        value_integer((int64_t)end), value_bytes(fates), value_integer(source->id), output,
        value_integer((int64_t)position->last.first));
}

/* An empty list stands for any number of deliveries, so that only like goes to like. */
static bool goes_on(const struct position *position, uint64_t first, struct slice fates)
{
    const struct ledger_range *last = &position->last;
    bool is_plain = fates.size == 0;
    return last->first < last->end && last->end == first && is_plain == (last->size == 0) &&
           last->size + fates.size <= LIMIT_LEDGER_FATES;
}

static int count_fates(struct slice fates, uint64_t *ret_count)
{
    struct fate_run run;
    uint64_t count = 0;
    int result;
    while ((result = fates_next(&fates, &run)) > 0)
        count += run.count;
    *ret_count = count;
    return result;
}

int ledger_write(struct store_source *source, const struct position *position, uint64_t end,
    struct slice fates, struct ledger_range *ret_last, struct error *error)
{
    uint64_t first = position->sequence, count = 0;
    *ret_last = position->last;
    if (end <= first)
        return 0;
    /* The position may have come to stand behind a condemned batch meanwhile. */
    if (fates.size > 0 && (count_fates(fates, &count) < 0 || count == 0 || count >= end))
        return error_set(error, ERROR_INVALID, "a list of fates does not fit");
    if (fates.size > 0)
        first = end - count;
    if (goes_on(position, first, fates)) {
        ret_last->end = end;
        ret_last->size += fates.size;
        return grow(source, position, end, fates, error);
    }
    *ret_last = (struct ledger_range){.first = first, .end = end, .size = fates.size};
    struct slice list = fates.size == 0 ? SLICE_LITERAL("") : fates;
    return database_run(source->store->database, error,
        "INSERT OR REPLACE INTO acknowledged (source, output, first_sequence, end_sequence, fates)"
        " VALUES (?, ?, ?, ?, ?)",
        value_integer(source->id), value_integer(position->output->id),
        value_integer((int64_t)first), value_integer((int64_t)end), value_bytes(list));
}

int ledger_load(struct store_source *source, struct position *position, struct error *error)
{
    _cleanup_(query_close) struct query query = QUERY_INIT;
    int result = query_open(&query, source->store->database, error,
        "SELECT first_sequence, end_sequence, length(fates) FROM acknowledged"
        " WHERE source = ? AND output = ? ORDER BY first_sequence DESC LIMIT 1",
        value_integer(source->id), value_integer(position->output->id));
    if (result == 0)
        result = query_next(&query, error);
    if (result <= 0)
        return result;
    position->last = (struct ledger_range){.first = (uint64_t)query_integer(&query, 0),
        .end = (uint64_t)query_integer(&query, 1),
        .size = (size_t)query_integer(&query, 2)};
    return 0;
}

int ledger_trim(struct store_source *source, uint64_t sequence, struct error *error)
{
    return database_run(source->store->database, error,
        "DELETE FROM acknowledged WHERE source = ? AND end_sequence <= ?",
        value_integer(source->id), value_integer((int64_t)sequence));
}

/* ---- The fate of a sequence ---- */

/* The run of the list, of sequences from `first` on, that holds the sequence. */
static int look_into_list(struct slice list, uint64_t first, uint64_t end, uint64_t sequence,
    struct ledger_look *ret_look)
{
    struct fate_run run = {.count = end - first, .fate = STORE_DELIVERED};
    int result = list.size == 0 ? 1 : fates_next(&list, &run);
    while (result > 0 && sequence - first >= run.count) {
        first += run.count;
        result = fates_next(&list, &run);
    }
    if (result <= 0)
        return ERROR_CORRUPT; /* it tells of fewer than there are */
    *ret_look = (struct ledger_look){.first = first, .end = first + run.count, .fate = run.fate};
    return 0;
}

static int look(struct store_source *source, const struct position *position, uint64_t sequence,
    struct ledger_look *ret_look, struct error *error)
{
    _cleanup_(query_close) struct query query = QUERY_INIT;
    struct ledger_look never = {.first = sequence, .end = sequence + 1, .fate = STORE_NEVER};
    int result = query_open(&query, source->store->database, error,
        "SELECT first_sequence, end_sequence, fates FROM acknowledged"
        " WHERE source = ? AND output = ? AND first_sequence <= ? ORDER BY first_sequence DESC "
        "LIMIT 1",
        value_integer(source->id), value_integer(position->output->id),
        value_integer((int64_t)sequence));
    if (result == 0)
        result = query_next(&query, error);
    if (result < 0)
        return result;
    uint64_t first = result == 0 ? 0 : (uint64_t)query_integer(&query, 0);
    uint64_t end = result == 0 ? 0 : (uint64_t)query_integer(&query, 1);
    if (sequence >= end) {
        *ret_look = never;
        return 0;
    }
    result = look_into_list(query_bytes(&query, 2), first, end, sequence, ret_look);
    if (result < 0)
        return error_set(error, result,
            "%s: what output %s acknowledged of source %s from sequence %llu on is damaged",
            database_path(source->store->database), position->output->name, source->name,
            (unsigned long long)first);
    return 0;
}

int store_fate(struct store_source *source, const char *output, uint64_t sequence,
    enum store_fate *ret_fate, struct error *error)
{
    struct position *position = position_find(source, output);
    if (position == NULL)
        return error_set(
            error, ERROR_MISSING, "output %s has no position in source %s", output, source->name);
    if (sequence == 0 || sequence >= position->sequence) {
        *ret_fate = STORE_PENDING;
        return 0;
    }
    if (sequence < position->look.first || sequence >= position->look.end) {
        int result = look(source, position, sequence, &position->look, error);
        if (result < 0)
            return result;
    }
    bool is_before = position->look.fate == STORE_NEVER && sequence < position->begun;
    *ret_fate = is_before ? STORE_BEFORE : position->look.fate;
    return 0;
}

/* ---- The sequences of an id ---- */

int inquiry_match(const struct store_inquiry *inquiry, uint64_t id, uint64_t sequence,
    int (*visit)(void *user, uint64_t id, uint64_t sequence), void *user)
{
    if (inquiry->ids == NULL)
        return visit(user, id, sequence);
    size_t low = 0, high = inquiry->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (inquiry->ids[middle] < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < inquiry->count && inquiry->ids[low] == id ? visit(user, id, sequence) : 0;
}

static int match_record(const struct record *record, uint64_t first,
    const struct store_inquiry *inquiry, int (*visit)(void *user, uint64_t id, uint64_t sequence),
    void *user)
{
    int result = 0;
    for (uint32_t i = 0; result >= 0 && i < record->entry_count; i++) {
        struct record_entry entry = record_entry(record, i);
        uint64_t sequence = first == 0 ? 0 : first + record->entry_count - 1 - i;
        if (entry.time >= inquiry->oldest && entry.time <= inquiry->latest)
            result = inquiry_match(inquiry, ledger_id(entry.key), sequence, visit, user);
    }
    return result;
}

int store_find(struct store_source *source, const struct store_inquiry *inquiry,
    int (*visit)(void *user, uint64_t id, uint64_t sequence), void *user, int64_t *ret_from,
    struct error *error)
{
    _cleanup_(query_close) struct query query = QUERY_INIT;
    int result = past_find(source, inquiry, visit, user, error);
    if (result == 0)
        result = query_open(&query, source->store->database, error,
            "SELECT record.data, coalesce(first_sequence, 0) FROM batch"
            " JOIN record ON record.batch = batch.id"
            " WHERE source = ? AND state IN (0, 1, 2) AND newest >= ? AND oldest <= ?",
            value_integer(source->id), value_integer(inquiry->oldest),
            value_integer(inquiry->latest));
    while (result == 0 && (result = query_next(&query, error)) > 0) {
        struct record record;
        result = record_parse(query_bytes(&query, 0), &record, error);
        if (result < 0)
            return error_prefix(error, result, "%s", database_path(source->store->database));
        result = match_record(&record, (uint64_t)query_integer(&query, 1), inquiry, visit, user);
    }
    if (result < 0)
        return result;
    *ret_from = source->judged_from;
    return 0;
}
