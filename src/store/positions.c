#include <stdlib.h>

#include "base/cleanup.h"
#include "base/crash_point.h"
#include "store/private.h"

/* ---- In memory ---- */

void positions_free(struct store_source *source)
{
    while (source->positions != NULL) {
        struct position *position = source->positions;
        source->positions = position->next;
        free(position);
    }
}

struct position *position_find(const struct store_source *source, const char *output)
{
    for (struct position *position = source->positions; position != NULL; position = position->next)
        if (strcmp(position->output->name, output) == 0)
            return position;
    return NULL;
}

static void position_link(struct store_source *source, struct position *position)
{
    struct position **link = &source->positions;
    while (*link != NULL)
        link = &(*link)->next;
    *link = position;
}

/* ---- Loading ---- */

static int load_position(
    struct store_source *source, int64_t output, uint64_t sequence, uint64_t begun)
{
    struct store_output *owner = source->store->outputs;
    while (owner != NULL && owner->id != output)
        owner = owner->next;
    struct position *position = owner == NULL ? NULL : calloc(1, sizeof(*position));
    if (position == NULL)
        return owner == NULL ? ERROR_CORRUPT : ERROR_MEMORY;
    *position = (struct position){
        .output = owner, .sequence = sequence, .begun = begun, .place = UNANSWERED_NO_PLACE};
    position_link(source, position);
    return 0;
}

static int load_positions(struct store_source *source, struct error *error)
{
    _cleanup_(query_close) struct query query = QUERY_INIT;
    int result = query_open(&query, source->store->database, error,
        "SELECT output, sequence, begun FROM position WHERE source = ? ORDER BY output",
        value_integer(source->id));
    while (result == 0 && (result = query_next(&query, error)) > 0) {
        result = load_position(source, query_integer(&query, 0), (uint64_t)query_integer(&query, 1),
            (uint64_t)query_integer(&query, 2));
        if (result < 0)
            return error_set(error, result, "%s: the positions of source %s cannot be loaded",
                database_path(source->store->database), source->name);
    }
    for (struct position *position = source->positions; result == 0 && position != NULL;
         position = position->next)
        result = ledger_load(source, position, error);
    return result;
}

int positions_load(struct store *store, struct error *error)
{
    int result = 0;
    for (struct store_source *source = store->sources; result == 0 && source != NULL;
         source = source->next)
        result = load_positions(source, error);
    return result;
}

/* ---- What all have passed ---- */

/* The lowest position, with that of `moved` (may be NULL) taken as `sequence`; 0 when there is
 * none, so that nothing counts as passed. */
static uint64_t lowest_position(
    const struct store_source *source, const struct position *moved, uint64_t sequence)
{
    uint64_t lowest = UINT64_MAX;
    for (const struct position *position = source->positions; position != NULL;
         position = position->next) {
        uint64_t place = position == moved ? sequence : position->sequence;
        if (place < lowest)
            lowest = place;
    }
    return lowest == UINT64_MAX ? 0 : lowest;
}

#define PASSED                                                                                     \
    " WHERE source = ?1 AND state = 0 AND first_sequence < ?2 AND first_sequence + count <= ?2"

/* Part of a transaction: marks the batches that end before `below`. 1 when there were any. */
static int pass_batches(
    struct store_source *source, uint64_t below, uint64_t *ret_bytes, struct error *error)
{
    struct database *database = source->store->database;
    int64_t bytes = 0;
    int result = database_look_up(database, &bytes, error,
        "SELECT sum(bytes) FROM batch" PASSED " GROUP BY source", value_integer(source->id),
        value_integer((int64_t)below));
    if (result <= 0)
        return result;
    result = database_run(database, error, "UPDATE batch SET state = 1" PASSED,
        value_integer(source->id), value_integer((int64_t)below));
    if (result < 0)
        return result;
    *ret_bytes = (uint64_t)bytes;
    return 1;
}

/* Memory follows the transaction. */
static void finish_passing(struct store_source *source, uint64_t bytes)
{
    source->live_bytes -= bytes;
    source->untidy = true;
}

struct settle {
    struct store_source *source;
    bool any;
    uint64_t bytes;
};

static int write_settled(struct store *store, void *user, struct error *error)
{
    struct settle *settle = user;
    (void)store; /* the source knows it */
    uint64_t below = lowest_position(settle->source, NULL, 0);
    int result = pass_batches(settle->source, below, &settle->bytes, error);
    settle->any = result > 0;
    return result < 0 ? result : 0;
}

int positions_settle(struct store_source *source, struct error *error)
{
    struct settle settle = {.source = source};
    int result = store_apply(source->store, write_settled, &settle, error);
    if (result == 0 && settle.any)
        finish_passing(source, settle.bytes);
    return result;
}

/* ---- Taking part ---- */

struct placement {
    struct store_source *source;
    struct position *position;
};

static int insert_position(struct store *store, void *user, struct error *error)
{
    const struct placement *placement = user;
    return database_run(store->database, error,
        "INSERT INTO position (output, source, sequence, begun) VALUES (?1, ?2, ?3, ?3)",
        value_integer(placement->position->output->id), value_integer(placement->source->id),
        value_integer((int64_t)placement->position->sequence));
}

static int position_make(struct store_source *source, const char *output,
    struct position **ret_position, struct error *error)
{
    struct store_output *owner;
    int result = output_get(source->store, output, &owner, error);
    if (result < 0)
        return result;
    _cleanup_free_ struct position *position = calloc(1, sizeof(*position));
    if (position == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a position of output %s", output);
    *position = (struct position){.output = owner,
        .sequence = source->next_sequence,
        .begun = source->next_sequence,
        .place = UNANSWERED_NO_PLACE,
        .sent_known = true};
    struct placement placement = {.source = source, .position = position};
    result = store_apply(source->store, insert_position, &placement, error);
    if (result < 0)
        return result;
    *ret_position = position;
    position_link(source, TAKE(position));
    return positions_settle(source, error);
}

int store_attach(struct store *store, const char *output, struct store_source *source,
    uint64_t *ret_sequence, struct error *error)
{
    (void)store; /* the source knows it */
    if (source->id == 0)
        return error_set(error, ERROR_MISSING, "source %s was forgotten", source->name);
    struct position *position = position_find(source, output);
    int result = position == NULL ? position_make(source, output, &position, error) : 0;
    if (result < 0)
        return result;
    position->attached = true;
    *ret_sequence = position->sequence;
    return 0;
}

void store_detach(struct store *store, const char *output, struct store_source *source)
{
    (void)store; /* the source knows it */
    struct position *position = position_find(source, output);
    if (position != NULL)
        position->attached = false;
}

/* ---- Acknowledging ---- */

struct acknowledgement {
    struct store_source *source;
    struct position *position;
    uint64_t sequence;
    uint64_t end; /* of what was acknowledged; the position may go on behind it */
    struct slice fates;
    struct ledger_range last;
    struct slice state; /* data NULL: stays as it is */
    bool skips;         /* nobody acknowledged it */
    bool any_passed;
    uint64_t passed_bytes;
};

static int write_acknowledgement(struct store *store, void *user, struct error *error)
{
    struct acknowledgement *change = user;
    int64_t output = change->position->output->id;
    uint64_t below = lowest_position(change->source, change->position, change->sequence);
    int result = database_run(store->database, error,
        "UPDATE position SET sequence = ? WHERE output = ? AND source = ?",
        value_integer((int64_t)change->sequence), value_integer(output),
        value_integer(change->source->id));
    if (result == 0 && !change->skips)
        result = ledger_write(
            change->source, change->position, change->end, change->fates, &change->last, error);
    if (result == 0 && change->state.data != NULL)
        result = output_write_state(store, output, change->state, error);
    if (result == 0)
        result = pass_batches(change->source, below, &change->passed_bytes, error);
    change->any_passed = result > 0;
    crash_point("store.acknowledge.before_commit");
    return result < 0 ? result : 0;
}

/* ERROR_MISSING when it has none. */
static int find_position(const struct store_source *source, const char *output,
    struct position **ret_position, struct error *error)
{
    *ret_position = position_find(source, output);
    if (*ret_position == NULL)
        return error_set(
            error, ERROR_MISSING, "output %s has no position in source %s", output, source->name);
    return 0;
}

static int move(struct store *store, struct acknowledgement *change, struct error *error)
{
    struct position *position = change->position;
    int result = store_apply(store, write_acknowledgement, change, error);
    if (result < 0)
        return result;
    crash_point("store.acknowledge.after_commit");
    position->sequence = change->sequence;
    position->last = change->last;
    position->look = (struct ledger_look){.first = 0};
    if (change->any_passed)
        finish_passing(change->source, change->passed_bytes);
    return 0;
}

int store_acknowledge(struct store *store, const char *output, struct store_source *source,
    uint64_t sequence, struct slice fates, struct slice state, struct error *error)
{
    struct position *position;
    int result = find_position(source, output, &position, error);
    if (result < 0)
        return result;
    if (sequence > source->next_sequence)
        return error_set(error, ERROR_INVALID,
            "output %s acknowledges sequence %llu of source %s, which ends at %llu", output,
            (unsigned long long)sequence, source->name, (unsigned long long)source->next_sequence);
    if (sequence <= position->sequence && state.data == NULL)
        return 0;
    if (sequence < position->sequence)
        sequence = position->sequence;
    uint64_t end = sequence;
    result = sequence_skip_condemned(source, &sequence, error);
    if (result < 0)
        return result;
    struct acknowledgement change = {.source = source,
        .position = position,
        .sequence = sequence,
        .end = end,
        .fates = fates,
        .state = state};
    return move(store, &change, error);
}

int store_skip(
    struct store *store, const char *output, struct store_source *source, struct error *error)
{
    struct position *position;
    int result = find_position(source, output, &position, error);
    if (result < 0)
        return result;
    struct acknowledgement change = {.source = source,
        .position = position,
        .sequence = source->next_sequence,
        .last = position->last,
        .state = {.data = NULL},
        .skips = true};
    return move(store, &change, error);
}

/* ---- Looking ---- */

/* Whole batches behind the position, and of the one it stands in the share that is left. */
static int backlog(
    struct store_source *source, uint64_t sequence, uint64_t *ret_bytes, struct error *error)
{
    int64_t bytes = 0;
    int result = database_look_up(source->store->database, &bytes, error,
        "SELECT coalesce(sum(CASE WHEN first_sequence >= ?2 THEN bytes"
        " ELSE bytes * (first_sequence + count - ?2) / count END), 0) FROM batch"
        " WHERE source = ?1 AND state = 0 AND first_sequence + count > ?2 AND first_sequence >="
        " coalesce((SELECT max(first_sequence) FROM batch"
        " WHERE source = ?1 AND state = 0 AND first_sequence <= ?2), 0)",
        value_integer(source->id), value_integer((int64_t)sequence));
    if (result < 0)
        return result;
    *ret_bytes = (uint64_t)bytes;
    return 0;
}

int store_positions(struct store *store,
    int (*visit)(void *user, const struct store_position *position), void *user,
    struct error *error)
{
    for (struct store_source *source = store->sources; source != NULL; source = source->next)
        for (const struct position *each = source->positions; each != NULL; each = each->next) {
            struct store_position position = {.output = each->output->name,
                .source = source->name,
                .sequence = each->sequence,
                .next_sequence = source->next_sequence,
                .attached = each->attached};
            int result = backlog(source, each->sequence, &position.backlog_bytes, error);
            if (result == 0)
                result = visit(user, &position);
            if (result < 0)
                return result;
        }
    return 0;
}

/* True when the output had a position in the source. */
bool position_drop(struct store_source *source, const struct store_output *output)
{
    struct position **link = &source->positions;
    while (*link != NULL && (*link)->output != output)
        link = &(*link)->next;
    struct position *position = *link;
    if (position == NULL)
        return false;
    *link = position->next;
    free(position);
    return true;
}
