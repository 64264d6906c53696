/* `checkpoint show|set`: where the walks of the sources stand, and setting one back. */
#include <string.h>

#include "base/units.h"
#include "daemon/daemon_private.h"
#include "daemon/verbs_private.h"
#include "source/plan.h"

static int write_walk(void *user, const char *name, const struct store_walk *walk)
{
    struct json_writer *result = user;
    if (source_is_beside(name))
        return 0;
    json_writer_open(result, NULL, '{');
    json_writer_string(result, "source", name);
    json_writer_time(result, "start", walk->start);
    json_writer_time(result, "checkpoint", walk->checkpoint);
    json_writer_time(result, "ids_complete_from", walk->seen_from);
    json_writer_close(result, '}');
    return json_writer_end(result);
}

int verb_checkpoint_show(const struct verb_context *context, const char *const *words, size_t count,
    struct json_writer *result, struct error *error)
{
    (void)words, (void)count; /* it has no words of its own */
    json_writer_open(result, "result", '[');
    int r = context->store_type->sources(context->store, write_walk, result, error);
    json_writer_close(result, ']');
    return r;
}

struct walk_search {
    const char *name;
    bool found;
    struct store_walk walk;
};

static int match_walk(void *user, const char *name, const struct store_walk *walk)
{
    struct walk_search *search = user;
    if (strcmp(name, search->name) == 0) {
        search->found = true;
        search->walk = *walk;
    }
    return 0;
}

static int count_id(void *user, struct hash_key key, int64_t time)
{
    (void)key, (void)time; /* only how many there are */
    ++*(int64_t *)user;
    return 0;
}

/* How many entries the store knows from that time on. */
static int count_again(const struct verb_context *context, const char *name, int64_t from,
    int64_t *ret_count, struct error *error)
{
    struct store_source *source;
    struct store_walk walk;
    int64_t count = 0;
    int r = context->store_type->source(context->store, name, &source, &walk, error);
    if (r >= 0)
        r = context->store_type->seen(source, from, count_id, &count, error);
    if (r >= 0)
        *ret_count = count;
    return r;
}

/* Stops the walk while its place is moved under it. */
static int rewind_source(
    const struct verb_context *context, const char *name, int64_t checkpoint, struct error *error)
{
    struct daemon *daemon = context->daemon;
    struct daemon_source *running = daemon == NULL ? NULL : daemon_find_source(daemon, name);
    if (running != NULL)
        daemon_halt_source(running);
    int r = context->store_type->rewind(context->store, name, checkpoint, error);
    if (running == NULL || daemon->stopping)
        return r;
    struct error resume_error = ERROR_INIT;
    int resumed = daemon_resume_source(running, &resume_error);
    if (resumed < 0) {
        (void)daemon_note_missing(daemon, resumed, &resume_error, NULL); /* the verb is done */
        daemon_drop_source(running);
    }
    return r;
}

int verb_checkpoint_set(const struct verb_context *context, const char *const *words, size_t count,
    struct json_writer *result, struct error *error)
{
    const char *name = words[2];
    bool redeliver = count == 5 && strcmp(words[4], "--redeliver") == 0;
    int64_t time = 0;
    int64_t again = 0;
    struct walk_search search = {.name = name};
    if (count == 5 && !redeliver)
        return error_set(error, ERROR_INVALID,
            "unknown word \"%s\": only --redeliver may follow the time", words[4]);
    int r = units_parse_time(words[3], &time, error);
    if (r >= 0)
        r = context->store_type->sources(context->store, match_walk, &search, error);
    if (r < 0)
        return r;
    if (!search.found)
        return error_set(error, ERROR_MISSING, "no source \"%s\" in the store", name);
    if (time < PLAN_BEGINNING)
        return error_set(error, ERROR_INVALID,
            "Slack has no entries from before March 2018: choose a later time");
    if (time >= search.walk.checkpoint)
        return error_set(error, ERROR_INVALID,
            "the checkpoint only moves back: a later one would skip entries that were not read");
    r = count_again(context, name, time, &again, error);
    if (r < 0)
        return r;
    if (!redeliver)
        return error_set(error, ERROR_DENIED,
            "all entries from then on are sent again to every output (%lld known since): say "
            "--redeliver if you want that",
            (long long)again);
    json_writer_open(result, "result", '{');
    json_writer_string(result, "source", name);
    json_writer_time(result, "checkpoint", time);
    json_writer_number(result, "known_entries_sent_again", again);
    json_writer_close(result, '}');
    return rewind_source(context, name, time, error);
}
