/*
 * What tells a repair from a back-fill: it leaves out what the ledger says that its output got, or
 * will get, or does not want. Window by window, so that no more than one is in memory.
 */
#include "base/order.h"
#include "daemon/daemon_private.h"
#include "daemon/names.h"

struct having {
    struct daemon_backfill *backfill;
    struct store_source *source;
    struct error *error;
};

/* As the ledger knows it: by eight bytes. */
static struct hash_key short_key(uint64_t id)
{
    return (struct hash_key){{(uint32_t)id, (uint32_t)(id >> 32), 0}};
}

static int note_having(void *user, uint64_t id, uint64_t sequence)
{
    struct having *having = user;
    struct daemon_backfill *backfill = having->backfill;
    const struct store_type *store_type = backfill->daemon->store_type;
    enum store_fate fate;
    int r = store_type->fate(having->source, backfill->output, sequence, &fate, having->error);
    if (r < 0 || fate == STORE_NEVER)
        return r;
    r = seen_add(&backfill->have, short_key(id), 0);
    return r < 0 ? error_set(having->error, r, "no memory for what output %s has", backfill->output)
                 : 0;
}

/* A source and the queues beside it. */
struct family {
    const char *source;
    struct names names;
};

static int note_member(void *user, const char *name, const struct store_walk *walk)
{
    struct family *family = user;
    (void)walk; /* its name is all that matters here */
    return source_belongs_to(name, family->source) ? names_add(&family->names, name) : 0;
}

static int load_member(struct daemon_backfill *backfill, const char *name,
    const struct store_inquiry *inquiry, struct error *error)
{
    struct daemon *daemon = backfill->daemon;
    struct having having = {.backfill = backfill, .error = error};
    struct store_walk walk;
    enum store_fate fate;
    int64_t from;
    int r = daemon->store_type->source(daemon->store, name, &having.source, &walk, error);
    if (r < 0)
        return r;
    /* Without a position in it the output has nothing of it. */
    if (daemon->store_type->fate(having.source, backfill->output, 0, &fate, NULL) < 0)
        return 0;
    r = daemon->store_type->find(having.source, inquiry, note_having, &having, &from, error);
    if (r >= 0 && !source_is_beside(name))
        backfill->judged_from = higher(from, walk.start);
    return r;
}

static int load_having(void *user, int64_t oldest, int64_t latest, struct error *error)
{
    struct daemon_backfill *backfill = user;
    struct daemon *daemon = backfill->daemon;
    const struct store_inquiry inquiry = {.ids = NULL, .oldest = oldest, .latest = latest};
    if (backfill->have_oldest == oldest && backfill->have_latest == latest)
        return 0;
    seen_deinit(&backfill->have);
    backfill->have_oldest = backfill->have_latest = -1;
    struct family family = {.source = backfill->subject.source, .names = NAMES_INIT};
    int r = daemon->store_type->sources(daemon->store, note_member, &family, error);
    const char *name = NULL;
    while (r >= 0 && (name = names_next(&family.names, name)) != NULL)
        if (strcmp(name, backfill->name) != 0) /* its own walk knows these */
            r = load_member(backfill, name, &inquiry, error);
    names_deinit(&family.names);
    if (r < 0)
        return error->code != ERROR_NONE ? r : error_set(error, r, "no memory for a repair");
    backfill->have_oldest = oldest;
    backfill->have_latest = latest;
    return 0;
}

static bool lacks(void *user, struct hash_key key, int64_t time)
{
    struct daemon_backfill *backfill = user;
    return time >= backfill->judged_from && !seen_has(&backfill->have, short_key(ledger_id(key)));
}

void daemon_repair_init(struct daemon_backfill *backfill)
{
    backfill->have_oldest = backfill->have_latest = -1;
    backfill->filter =
        (struct intake_filter){.prepare = load_having, .wants = lacks, .user = backfill};
}
