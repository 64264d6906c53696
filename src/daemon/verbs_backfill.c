/* `backfill start|repair|list|cancel`: the walks beside the ordinary ones (backfills.c). */
#include <stdio.h>

#include "base/order.h"
#include "base/units.h"
#include "daemon/daemon_private.h"
#include "daemon/names.h"
#include "daemon/verbs_private.h"
#include "source/plan.h"

enum { FIRST_OUTPUT = 5 };

/* ---- Start ---- */

/* Unless some are named: every output that takes part in the source. */
struct taking_part {
    const struct verb_context *context;
    const char *source;
    const char *outputs[LIMIT_OUTPUTS];
    size_t count;
};

static int note_output(void *user, const struct store_position *position)
{
    struct taking_part *part = user;
    const struct config_output *output =
        config_find_output(part->context->config, position->output);
    if (strcmp(position->source, part->source) == 0 && position->attached && output != NULL &&
        part->count < LIMIT_OUTPUTS)
        part->outputs[part->count++] = output->name;
    return 0;
}

static int name_outputs(
    struct taking_part *part, const char *const *names, size_t count, struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        const struct config_output *output = config_find_output(part->context->config, names[i]);
        if (output == NULL || part->count == LIMIT_OUTPUTS)
            return error_set(error, ERROR_MISSING, "no output \"%s\" is configured", names[i]);
        part->outputs[part->count++] = output->name;
    }
    return 0;
}

static int choose_outputs(
    struct taking_part *part, const char *const *words, size_t count, struct error *error)
{
    const struct verb_context *context = part->context;
    int r = count > FIRST_OUTPUT
                ? name_outputs(part, words + FIRST_OUTPUT, count - FIRST_OUTPUT, error)
                : context->store_type->positions(context->store, note_output, part, error);
    if (r >= 0 && part->count == 0)
        return error_set(error, ERROR_MISSING, "no output takes part in source %s", part->source);
    return r;
}

static int parse_subject(struct backfill_subject *subject, const struct verb_context *context,
    const char *const *words, struct error *error)
{
    *subject = (struct backfill_subject){.repairs = strcmp(words[1], "repair") == 0};
    const struct daemon_source *source = daemon_find_source(context->daemon, words[2]);
    if (source == NULL)
        return error_set(error, ERROR_MISSING, "the daemon runs no source \"%s\"", words[2]);
    (void)snprintf(subject->source, sizeof(subject->source), "%s", words[2]); /* a name fits */
    int r = units_parse_time(words[3], &subject->from, error);
    if (r >= 0)
        r = units_parse_time(words[4], &subject->to, error);
    if (r < 0)
        return r;
    subject->from = higher(subject->from, PLAN_BEGINNING); /* Slack has nothing before */
    if (subject->from > subject->to)
        return error_set(error, ERROR_INVALID, "the range ends before it begins");
    struct walker_status status = {.slack_now = -1};
    if (source->walker != NULL)
        walker_status(source->walker, &status);
    if (status.slack_now >= 0 && subject->to > status.slack_now)
        subject->to = higher(status.slack_now, subject->from); /* nothing is there yet */
    return 0;
}

int verb_backfill_start(const struct verb_context *context, const char *const *words, size_t count,
    struct json_writer *result, struct error *error)
{
    struct taking_part part = {.context = context, .source = words[2]};
    struct backfill_subject subject;
    char name[BESIDE_NAME_SIZE];
    int r = parse_subject(&subject, context, words, error);
    if (r >= 0 && subject.repairs && count != FIRST_OUTPUT + 1)
        return error_set(error, ERROR_INVALID, "a repair is for one output");
    if (r >= 0)
        r = choose_outputs(&part, words, count, error);
    if (r >= 0)
        r = daemon_add_backfill(context->daemon, &subject, part.outputs, part.count, name, error);
    if (r < 0)
        return r;
    json_writer_open(result, "result", '{');
    json_writer_string(result, "name", name);
    json_writer_time(result, "from", subject.from);
    json_writer_time(result, "to", subject.to);
    json_writer_close(result, '}');
    return 0;
}

/* ---- List ---- */

struct listing {
    const struct verb_context *context;
    struct json_writer *result;
    struct names unread; /* those that are not read to their end */
    struct names cancelled;
};

static int note_unread(void *user, const char *name, const struct store_walk *walk)
{
    struct listing *listing = user;
    struct backfill_subject subject;
    if (!daemon_backfill_parse(name, &subject))
        return 0;
    if (walk->checkpoint < subject.to)
        return names_add(&listing->unread, name);
    return walk->width == BACKFILL_CANCELLED ? names_add(&listing->cancelled, name) : 0;
}

static void write_id(struct json_writer *result, const struct backfill_subject *subject)
{
    char id[LIMIT_NAME + 24];
    (void)snprintf(id, sizeof(id), "%s/%ld", subject->source, subject->number); /* it fits */
    json_writer_string(result, "id", id);
}

static void write_progress(struct json_writer *result, const struct daemon_backfill *backfill,
    const struct backfill_subject *subject, const char *state)
{
    struct walker_status status = {.walk = {.checkpoint = subject->to}};
    if (backfill != NULL)
        walker_status(backfill->walker, &status);
    int64_t reached = higher(status.walk.checkpoint, subject->from);
    json_writer_string(result, "state", backfill == NULL ? state : walker_state_name(status.state));
    json_writer_time(result, "from", subject->from);
    json_writer_time(result, "to", subject->to);
    json_writer_number(result, "seconds", subject->to - subject->from);
    json_writer_number(result, "seconds_read", reached - subject->from);
    json_writer_string(
        result, "last_error", status.last_error[0] == '\0' ? NULL : status.last_error);
}

/* One for each output: what is read, and what it has still to get. */
static int write_position(void *user, const struct store_position *position)
{
    const struct listing *listing = user;
    struct json_writer *result = listing->result;
    struct backfill_subject subject;
    if (!daemon_backfill_parse(position->source, &subject))
        return 0;
    uint64_t backlog = position->next_sequence - position->sequence;
    bool is_cancelled = names_have(&listing->cancelled, position->source);
    bool is_read = !names_have(&listing->unread, position->source);
    json_writer_open(result, NULL, '{');
    write_id(result, &subject);
    json_writer_string(result, "name", position->source);
    json_writer_string(result, "source", subject.source);
    json_writer_string(result, "kind", subject.repairs ? "repair" : "backfill");
    json_writer_string(result, "output", position->output);
    json_writer_boolean(result, "done", backlog == 0 && is_read);
    json_writer_boolean(result, "cancelled", is_cancelled);
    write_progress(result, daemon_find_backfill(listing->context->daemon, position->source),
        &subject,
        is_cancelled   ? "cancelled"
        : !is_read     ? "not running"
        : backlog == 0 ? "done"
                       : "read");
    json_writer_number(result, "entries", (int64_t)position->next_sequence - 1);
    json_writer_number(result, "backlog_entries", (int64_t)backlog);
    json_writer_close(result, '}');
    return json_writer_end(result);
}

int verb_backfill_list(const struct verb_context *context, const char *const *words, size_t count,
    struct json_writer *result, struct error *error)
{
    struct listing listing = {
        .context = context, .result = result, .unread = NAMES_INIT, .cancelled = NAMES_INIT};
    (void)words, (void)count; /* it has no words of its own */
    json_writer_open(result, "result", '[');
    int r = context->store_type->sources(context->store, note_unread, &listing, error);
    if (r >= 0)
        r = context->store_type->positions(context->store, write_position, &listing, error);
    names_deinit(&listing.unread);
    names_deinit(&listing.cancelled);
    json_writer_close(result, ']');
    return r < 0 && error->code == ERROR_NONE ? error_set(error, r, "the list does not fit") : r;
}

/* ---- Cancel ---- */

struct queue_search {
    const char *id; /* SOURCE/NUMBER */
    char name[BESIDE_NAME_SIZE];
    bool is_read;
};

static int match_queue(void *user, const char *name, const struct store_walk *walk)
{
    struct queue_search *search = user;
    struct backfill_subject subject;
    char id[LIMIT_NAME + 24];
    if (!daemon_backfill_parse(name, &subject))
        return 0;
    (void)snprintf(id, sizeof(id), "%s/%ld", subject.source, subject.number); /* it fits */
    if (strcmp(id, search->id) == 0) {
        (void)snprintf(search->name, sizeof(search->name), "%s", name); /* it fits */
        search->is_read = walk->checkpoint >= subject.to;
    }
    return 0;
}

struct backlog_search {
    const char *queue;
    bool any;
};

static int note_backlog(void *user, const struct store_position *position)
{
    struct backlog_search *search = user;
    search->any |= strcmp(position->source, search->queue) == 0 &&
                   position->sequence < position->next_sequence;
    return 0;
}

int verb_backfill_cancel(const struct verb_context *context, const char *const *words, size_t count,
    struct json_writer *result, struct error *error)
{
    struct queue_search search = {.id = words[2]};
    struct backlog_search backlog = {.queue = search.name};
    int64_t left = 0;
    (void)count; /* exactly three, the table says so */
    int r = context->store_type->sources(context->store, match_queue, &search, error);
    if (r >= 0 && search.name[0] == '\0')
        return error_set(error, ERROR_MISSING,
            "no back-fill \"%s\": `slackauditctl backfill list` names them all", words[2]);
    if (r >= 0)
        r = context->store_type->positions(context->store, note_backlog, &backlog, error);
    if (r >= 0 && search.is_read && !backlog.any)
        return error_set(error, ERROR_DENIED, "%s is done already", words[2]);
    if (r >= 0)
        r = daemon_cancel_backfill(context->daemon, search.name, &left, error);
    if (r < 0)
        return r;
    json_writer_open(result, "result", '{');
    json_writer_string(result, "id", words[2]);
    json_writer_string(result, "name", search.name);
    json_writer_number(result, "entries_not_sent", left);
    json_writer_close(result, '}');
    return 0;
}
