/*
 * How back-fills and repairs end: read to their end, or cancelled. What is left is their queue, by
 * which the ledger knows what it brought, and why it may have come once more; it goes when the
 * ledger has forgotten all of it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/units.h"
#include "daemon/daemon_private.h"
#include "daemon/names.h"

#define AFTER_ALL_ENTRIES (INT64_C(1) << 32)

/* ---- Read to the end ---- */

/* Nobody walks the queue any more: its ids go to the ledger as soon as their bytes have gone. */
static void finish(struct daemon_backfill *backfill)
{
    struct daemon *daemon = backfill->daemon;
    struct store_source *source = walker_source(backfill->walker);
    struct walker_status status;
    char shown[BESIDE_NAME_SIZE];
    struct error error = ERROR_INIT;
    walker_status(backfill->walker, &status);
    struct store_walk walk = status.walk;
    walk.seen_from = AFTER_ALL_ENTRIES;
    if (daemon->store_type->commit(source, NULL, NULL, STORE_KEEP_OPEN, &walk, &error) < 0)
        log_warning(NULL, "ids of %s stay longer than needed: %s", backfill->name, error.text);
    daemon_backfill_show(backfill->name, shown, sizeof(shown));
    log_info(&(struct log_subject){.kind = "source", .name = backfill->subject.source},
        "%s is read: %" PRIu64 " entries go to its outputs", shown, status.counts.stored);
}

void daemon_settle_backfills(struct daemon *daemon)
{
    for (struct daemon_backfill **place = &daemon->backfills; *place != NULL;) {
        struct daemon_backfill *backfill = *place;
        if (!backfill->done) {
            place = &backfill->next;
            continue;
        }
        finish(backfill);
        *place = backfill->next;
        daemon_backfill_free(backfill);
    }
}

/* ---- Cancelled ---- */

/* What was read and has no sequence yet. */
static int give_up_windows(struct daemon *daemon, struct store_source *queue, struct error *error)
{
    struct store_window *windows = NULL;
    size_t count = 0;
    int r = daemon->store_type->windows(queue, &windows, &count, error);
    for (size_t i = 0; i < count; i++) {
        if (r >= 0)
            r = daemon->store_type->commit(queue, NULL, &windows[i], STORE_GIVE_UP, NULL, error);
        store_window_deinit(&windows[i]);
    }
    free(windows);
    return r;
}

/* For the members of one queue, by their positions. */
struct skipping {
    const char *queue;
    char outputs[LIMIT_OUTPUTS][LIMIT_NAME + 1];
    size_t count;
    uint64_t left; /* entries, of the output that lacks most */
};

static int note_lagging(void *user, const struct store_position *position)
{
    struct skipping *skipping = user;
    uint64_t left = position->next_sequence - position->sequence;
    if (strcmp(position->source, skipping->queue) != 0 || skipping->count == LIMIT_OUTPUTS)
        return 0;
    (void)snprintf(skipping->outputs[skipping->count++], LIMIT_NAME + 1, "%s",
        position->output); /* a name fits */
    skipping->left = left > skipping->left ? left : skipping->left;
    return 0;
}

static void drop_walk(struct daemon *daemon, const char *name)
{
    struct daemon_backfill **place = &daemon->backfills;
    while (*place != NULL && strcmp((*place)->name, name) != 0)
        place = &(*place)->next;
    struct daemon_backfill *backfill = *place;
    if (backfill == NULL)
        return;
    *place = backfill->next;
    daemon_backfill_free(backfill);
}

int daemon_cancel_backfill(
    struct daemon *daemon, const char *name, int64_t *ret_left, struct error *error)
{
    struct store_source *queue = NULL;
    struct store_walk walk;
    struct skipping skipping = {.queue = name};
    struct backfill_subject subject;
    char shown[BESIDE_NAME_SIZE];
    if (!daemon_backfill_parse(name, &subject))
        return error_set(error, ERROR_INVALID, "\"%s\" is no back-fill", name);
    daemon_backfill_show(name, shown, sizeof(shown));
    drop_walk(daemon, name);
    daemon_leave_source(daemon, name);
    int r = daemon->store_type->source(daemon->store, name, &queue, &walk, error);
    if (r >= 0)
        r = give_up_windows(daemon, queue, error);
    walk.checkpoint = subject.to;
    walk.seen_from = AFTER_ALL_ENTRIES;
    walk.width = BACKFILL_CANCELLED;
    if (r >= 0)
        r = daemon->store_type->commit(queue, NULL, NULL, STORE_KEEP_OPEN, &walk, error);
    if (r >= 0)
        r = daemon->store_type->positions(daemon->store, note_lagging, &skipping, error);
    for (size_t i = 0; r >= 0 && i < skipping.count; i++)
        r = daemon->store_type->skip(daemon->store, skipping.outputs[i], queue, error);
    if (r < 0)
        return r;
    log_info(&(struct log_subject){.kind = "source", .name = subject.source},
        "%s is cancelled: %" PRIu64 " entries that were read are not sent", shown, skipping.left);
    daemon_note_activity(daemon);
    *ret_left = (int64_t)skipping.left;
    return 0;
}

/* ---- Broken off ---- */

static int note_backfill(void *user, const char *name, const struct store_walk *walk)
{
    struct names *names = user;
    struct backfill_subject subject;
    (void)walk; /* it is asked for again, once nothing is being listed */
    return daemon_backfill_parse(name, &subject) ? names_add(names, name) : 0;
}

/* A width is the last thing that a queue gets before it is walked, and 0 the first thing that one
 * gets which is cancelled. */
static int mend(struct daemon *daemon, const char *name, struct error *error)
{
    struct store_source *queue = NULL;
    struct store_walk walk;
    struct skipping skipping = {.queue = name};
    int64_t left;
    int r = daemon->store_type->source(daemon->store, name, &queue, &walk, error);
    if (r < 0 || walk.width != BACKFILL_CANCELLED)
        return r;
    if (walk.start < 0 && walk.checkpoint < 0) {
        daemon_leave_source(daemon, name);
        return daemon->store_type->forget_source(daemon->store, name, error);
    }
    r = daemon->store_type->positions(daemon->store, note_lagging, &skipping, error);
    return r < 0 || skipping.left == 0 ? r : daemon_cancel_backfill(daemon, name, &left, error);
}

void daemon_mend_backfills(struct daemon *daemon)
{
    struct names names = NAMES_INIT;
    struct error error = ERROR_INIT;
    int r = daemon->store_type->sources(daemon->store, note_backfill, &names, &error);
    const char *name = NULL;
    while (r >= 0 && (name = names_next(&names, name)) != NULL)
        r = mend(daemon, name, &error);
    if (r < 0)
        log_warning(
            NULL, "back-fills that were broken off stay until the next reload: %s", error.text);
    names_deinit(&names);
}

/* ---- Forgotten ---- */

static int find_any(void *user, uint64_t id, uint64_t sequence)
{
    (void)user, (void)id, (void)sequence; /* one is enough */
    return ERROR_CANCELLED;
}

/* Nothing of it is to be sent, and the ledger knows nothing of it. */
static bool is_forgettable(struct daemon *daemon, const char *name)
{
    const struct store_inquiry all = {.ids = NULL, .oldest = 0, .latest = INT64_MAX};
    struct store_source *queue = NULL;
    struct store_walk walk;
    int64_t from;
    return daemon->store_type->source(daemon->store, name, &queue, &walk, NULL) >= 0 &&
           daemon->store_type->find(queue, &all, find_any, NULL, &from, NULL) >= 0;
}

struct finished_search {
    struct daemon *daemon;
    struct names names;
};

static int note_finished(void *user, const char *name, const struct store_walk *walk)
{
    struct finished_search *search = user;
    struct backfill_subject subject;
    if (daemon_find_backfill(search->daemon, name) != NULL)
        return 0;
    if (!daemon_backfill_parse(name, &subject) || walk->checkpoint < subject.to)
        return 0;
    return names_add(&search->names, name);
}

/* The first of the names that can go; "" when there is none. */
static void choose_forgettable(struct daemon *daemon, const struct names *names)
{
    daemon->forgettable[0] = '\0';
    for (const char *name = NULL; (name = names_next(names, name)) != NULL;)
        if (is_forgettable(daemon, name)) {
            (void)snprintf(
                daemon->forgettable, sizeof(daemon->forgettable), "%s", name); /* it fits */
            daemon_note_activity(daemon);
            return;
        }
}

void daemon_forget_backfill(struct daemon *daemon)
{
    struct error error = ERROR_INIT;
    if (daemon->forgettable[0] != '\0' && is_forgettable(daemon, daemon->forgettable)) {
        daemon_leave_source(daemon, daemon->forgettable);
        if (daemon->store_type->forget_source(daemon->store, daemon->forgettable, &error) < 0)
            log_warning(NULL, "the queue %s stays for now: %s", daemon->forgettable, error.text);
    }
    struct finished_search search = {.daemon = daemon, .names = NAMES_INIT};
    /* More than fit are looked at when these are gone. */
    (void)daemon->store_type->sources(daemon->store, note_finished, &search, NULL);
    choose_forgettable(daemon, &search.names);
    names_deinit(&search.names);
}
