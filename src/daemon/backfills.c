/*
 * Back-fills and repairs: walks beside the ordinary ones, each into a queue of its own
 * (store/beside.h) that only the outputs it is meant for take part in. So it moves no checkpoint,
 * reaches no other output and goes on after a restart from where its queue's walk stands. It takes
 * only the calls that polling leaves.
 *
 * What a queue is about stands in its name (backfill_name.c). A *back-fill* stores all that the API
 * shows of the range. A *repair* is for one output, and stores what the ledger says that output
 * never got (repair.c).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/order.h"
#include "base/seen.h"
#include "base/units.h"
#include "daemon/daemon_private.h"
#include "daemon/names.h"

DEFINE_CLEANUP(struct daemon_backfill, daemon_backfill_free)

/* Seconds of the first window; it doubles from there. What is known of one is looked up at once. */
enum { FIRST_WIDTH = 600 };

/* ---- Life ---- */

void daemon_backfill_free(struct daemon_backfill *backfill)
{
    if (backfill == NULL)
        return;
    walker_free(backfill->walker);
    governor_unref(backfill->governor);
    generation_unref(backfill->generation);
    seen_deinit(&backfill->have);
    free(backfill);
}

static void stored(void *user, struct walker *walker)
{
    struct daemon_backfill *backfill = user;
    (void)walker; /* deliveries find out by themselves which source has more */
    for (size_t i = 0; i < backfill->daemon->output_count; i++)
        delivery_wake(backfill->daemon->outputs[i]->delivery);
}

static void changed(void *user, struct walker *walker)
{
    struct daemon_backfill *backfill = user;
    struct walker_status status;
    walker_status(walker, &status);
    backfill->done = status.state == WALKER_DONE;
    loop_task_post(&backfill->daemon->look);
}

static int start_walker(struct daemon_backfill *backfill, struct error *error)
{
    struct daemon *daemon = backfill->daemon;
    int r = daemon_find_governor(daemon, &backfill->config, &backfill->governor, error);
    if (r < 0)
        return r;
    const struct walker_context context = {
        .config = &backfill->config,
        .version = daemon->options.version,
        .loop = daemon->loop,
        .engine = daemon->engine,
        .store_type = daemon->store_type,
        .store = daemon->store,
        .governor = backfill->governor,
        .once = true,
        .until = backfill->subject.to,
        .spare = true,
        .filter = backfill->subject.repairs ? &backfill->filter : NULL,
        .stored = stored,
        .changed = changed,
        .user = backfill,
    };
    return walker_new(&backfill->walker, &context, error);
}

struct output_search {
    const char *source;
    char *output; /* LIMIT_NAME + 1 bytes */
};

static int match_output(void *user, const struct store_position *position)
{
    struct output_search *search = user;
    if (strcmp(position->source, search->source) == 0)
        (void)snprintf(search->output, LIMIT_NAME + 1, "%s", position->output); /* a name fits */
    return 0;
}

/* Takes up the queue of that name where it stands. */
static int start(struct daemon *daemon, struct generation *generation, const char *name,
    const struct backfill_subject *subject, struct error *error)
{
    const struct config_source *config = config_find_source(generation->config, subject->source);
    _cleanup_(daemon_backfill_freep) struct daemon_backfill *backfill =
        calloc(1, sizeof(*backfill));
    if (config == NULL || backfill == NULL)
        return config == NULL ? 0 : error_set(error, ERROR_MEMORY, "no memory for a back-fill");
    backfill->daemon = daemon;
    backfill->generation = generation_ref(generation);
    backfill->subject = *subject;
    daemon_repair_init(backfill);
    (void)snprintf(backfill->name, sizeof(backfill->name), "%s", name); /* it fits */
    backfill->config = *config;
    backfill->config.name = backfill->name;
    backfill->config.start = CONFIG_START_AT;
    backfill->config.start_value = subject->from;
    struct output_search search = {.source = name, .output = backfill->output};
    int r = daemon->store_type->positions(daemon->store, match_output, &search, error);
    if (r >= 0)
        r = start_walker(backfill, error);
    if (r < 0)
        return r;
    backfill->next = daemon->backfills;
    daemon->backfills = TAKE(backfill);
    return 0;
}

/* ---- All of them ---- */

void daemon_drop_backfills(struct daemon *daemon)
{
    while (daemon->backfills != NULL) {
        struct daemon_backfill *backfill = daemon->backfills;
        daemon->backfills = backfill->next;
        daemon_backfill_free(backfill);
    }
}

static int note_unfinished(void *user, const char *name, const struct store_walk *walk)
{
    struct names *names = user;
    struct backfill_subject subject;
    if (!daemon_backfill_parse(name, &subject) || walk->checkpoint >= subject.to)
        return 0;
    return names_add(names, name);
}

void daemon_start_backfills(struct daemon *daemon, struct generation *generation)
{
    struct names names = NAMES_INIT;
    struct error error = ERROR_INIT;
    daemon_drop_backfills(daemon);
    daemon_mend_backfills(daemon);
    if (daemon->options.once)
        return; /* the next daemon goes on */
    int r = daemon->store_type->sources(daemon->store, note_unfinished, &names, &error);
    const char *name = NULL;
    while (r >= 0 && (name = names_next(&names, name)) != NULL) {
        struct backfill_subject subject;
        if (daemon_backfill_parse(name, &subject))
            r = start(daemon, generation, name, &subject, &error);
    }
    if (r < 0)
        log_warning(NULL, "a back-fill cannot go on, and is tried again at the next reload: %s",
            error.text);
    names_deinit(&names);
}

/* ---- A new one ---- */

struct number_search {
    const char *source;
    long last;
};

static int match_number(void *user, const char *name, const struct store_walk *walk)
{
    struct number_search *search = user;
    struct backfill_subject subject;
    (void)walk; /* its name is all that matters here */
    if (daemon_backfill_parse(name, &subject) && strcmp(subject.source, search->source) == 0 &&
        subject.number > search->last)
        search->last = subject.number;
    return 0;
}

struct audience {
    const char *name;
    const char *const *outputs;
    size_t count, present, others;
};

static int match_audience(void *user, const struct store_position *position)
{
    struct audience *audience = user;
    if (strcmp(position->source, audience->name) != 0)
        return 0;
    size_t place = 0;
    while (place < audience->count && strcmp(audience->outputs[place], position->output) != 0)
        place++;
    ++*(place < audience->count ? &audience->present : &audience->others);
    return 0;
}

/* The queue is for these outputs and no others. */
static bool has_audience(
    const struct daemon_backfill *backfill, const char *const *outputs, size_t count)
{
    struct audience audience = {.name = backfill->name, .outputs = outputs, .count = count};
    const struct daemon *daemon = backfill->daemon;
    return daemon->store_type->positions(daemon->store, match_audience, &audience, NULL) >= 0 &&
           audience.present == count && audience.others == 0;
}

/* A back-fill of the same range goes on. Of repairs an output has one at a time, whatever its
 * range: two would not know of each other what they are about to send. */
static bool is_same(const struct daemon_backfill *backfill, const struct backfill_subject *wanted,
    const char *const *outputs, size_t count)
{
    const struct backfill_subject *subject = &backfill->subject;
    if (strcmp(subject->source, wanted->source) != 0 || subject->repairs != wanted->repairs)
        return false;
    bool same_range = subject->from == wanted->from && subject->to == wanted->to;
    return (subject->repairs || same_range) && has_audience(backfill, outputs, count);
}

/* The queue must have its outputs before it has anything for them. */
static int make_queue(struct daemon *daemon, const char *name, const char *const *outputs,
    size_t count, struct error *error)
{
    struct store_source *source = NULL;
    struct store_walk walk;
    int r = daemon->store_type->source(daemon->store, name, &source, &walk, error);
    for (size_t i = 0; r >= 0 && i < count; i++) {
        uint64_t sequence;
        r = daemon->store_type->attach(daemon->store, outputs[i], source, &sequence, error);
    }
    /* Last, since it says that all outputs are there: see daemon_mend_backfills(). */
    walk.width = FIRST_WIDTH;
    if (r >= 0)
        r = daemon->store_type->commit(source, NULL, NULL, STORE_KEEP_OPEN, &walk, error);
    for (size_t i = 0; r >= 0 && i < count; i++)
        r = daemon_join_beside(daemon, outputs[i], error);
    return r;
}

const struct daemon_backfill *daemon_find_backfill(const struct daemon *daemon, const char *name)
{
    const struct daemon_backfill *backfill = daemon->backfills;
    while (backfill != NULL && strcmp(backfill->name, name) != 0)
        backfill = backfill->next;
    return backfill;
}

int daemon_add_backfill(struct daemon *daemon, const struct backfill_subject *wanted,
    const char *const *outputs, size_t count, char ret_name[BESIDE_NAME_SIZE], struct error *error)
{
    struct number_search search = {.source = wanted->source};
    struct backfill_subject subject = *wanted;
    for (const struct daemon_backfill *each = daemon->backfills; each != NULL; each = each->next)
        if (is_same(each, wanted, outputs, count)) {
            memcpy(ret_name, each->name, BESIDE_NAME_SIZE);
            return 0;
        }
    int r = daemon->store_type->sources(daemon->store, match_number, &search, error);
    if (r < 0)
        return r;
    subject.number = search.last + 1;
    daemon_backfill_name(&subject, ret_name);
    r = make_queue(daemon, ret_name, outputs, count, error);
    return r < 0 ? r : start(daemon, daemon->generation, ret_name, &subject, error);
}
