/*
 * Rereads: what is read and delivered again although its ids were known, because the checkpoint of
 * its source was set back, or the bytes of its batch were damaged. The ledger keeps from which
 * sequence on and of which times, so that who finds an entry delivered twice can tell why.
 */
#include "base/cleanup.h"
#include "base/order.h"
#include "store/private.h"

/* ---- Going back ---- */

struct rewind {
    struct store_source *source;
    struct store_walk walk;
    uint64_t freed;
};

/* What must be read again stays to be: it may lie before the new checkpoint. */
static int give_up_all(struct rewind *rewind, struct error *error)
{
    struct store_source *source = rewind->source;
    rewind->freed = 0;
    for (;;) {
        int64_t id;
        uint64_t bytes;
        int result = database_look_up(source->store->database, &id, error,
            "SELECT id FROM walk_window WHERE source = ? AND kind <> ? LIMIT 1",
            value_integer(source->id), value_integer(STORE_WINDOW_REREAD));
        if (result <= 0)
            return result;
        result = window_give_up(source, id, &bytes, error);
        if (result < 0)
            return result;
        rewind->freed += bytes;
    }
}

static int write_rewind(struct store *store, void *user, struct error *error)
{
    struct rewind *rewind = user;
    int64_t id = rewind->source->id, from = rewind->walk.checkpoint;
    int result = give_up_all(rewind, error);
    /* What is still to be delivered keeps its record; only its ids count no more. */
    if (result == 0)
        result = database_run(store->database, error,
            "UPDATE batch SET seen_below = min(coalesce(seen_below, ?1), ?1)"
            " WHERE source = ?2 AND state IN (0, 1, 2) AND newest >= ?1",
            value_integer(from), value_integer(id));
    if (result == 0)
        result = reread_note(rewind->source, from, INT64_MAX, STORE_REREAD_REWIND, error);
    if (result == 0)
        result = source_write(rewind->source, &rewind->walk, rewind->source->next_sequence, error);
    return result;
}

int store_rewind(struct store *store, const char *name, int64_t checkpoint, struct error *error)
{
    struct store_source *source;
    int result = source_find_at_rest(store, name, &source, error);
    if (result < 0)
        return result;
    if (checkpoint < 0 || checkpoint >= source->walk.checkpoint)
        return error_set(error, ERROR_INVALID,
            "the checkpoint of source %s can only be set to an earlier time", name);
    struct rewind rewind = {.source = source, .walk = source->walk};
    rewind.walk.checkpoint = checkpoint;
    rewind.walk.start = lower(source->walk.start, checkpoint);
    rewind.walk.read_at = lower(source->walk.read_at, checkpoint);
    rewind.walk.seen_from = lower(source->walk.seen_from, checkpoint);
    result = store_apply(store, write_rewind, &rewind, error);
    if (result < 0)
        return result;
    source->walk = rewind.walk;
    source->live_bytes -= rewind.freed;
    source->open_bytes -= rewind.freed;
    source->untidy = true;
    return 0;
}

/* ---- What the ledger keeps ---- */

int reread_note(struct store_source *source, int64_t oldest, int64_t newest,
    enum store_reread_reason reason, struct error *error)
{
    return database_run(source->store->database, error,
        "INSERT OR IGNORE INTO reread (source, sequence, oldest, newest, reason)"
        " VALUES (?, ?, ?, ?, ?)",
        value_integer(source->id), value_integer((int64_t)source->next_sequence),
        value_integer(oldest), value_integer(newest), value_integer(reason));
}

int store_rereads(struct store_source *source,
    int (*visit)(void *user, const struct store_reread *reread), void *user, struct error *error)
{
    _cleanup_(query_close) struct query query = QUERY_INIT;
    int result = query_open(&query, source->store->database, error,
        "SELECT sequence, oldest, newest, reason FROM reread WHERE source = ?"
        " ORDER BY sequence, oldest",
        value_integer(source->id));
    while (result == 0 && (result = query_next(&query, error)) > 0) {
        const struct store_reread reread = {.sequence = (uint64_t)query_integer(&query, 0),
            .oldest = query_integer(&query, 1),
            .newest = query_integer(&query, 2),
            .reason = (enum store_reread_reason)query_integer(&query, 3)};
        result = visit(user, &reread);
    }
    return result;
}

/* The plus keeps the sums from being made where there is none. */
int rereads_trim(struct store_source *source, struct error *error)
{
    return database_run(source->store->database, error,
        "DELETE FROM reread WHERE source = ?1 AND +sequence <= min("
        "coalesce((SELECT min(first_sequence) FROM past WHERE source = ?1), ?2),"
        "coalesce((SELECT min(first_sequence) FROM batch"
        " WHERE source = ?1 AND first_sequence IS NOT NULL), ?2))",
        value_integer(source->id), value_integer((int64_t)source->next_sequence));
}
