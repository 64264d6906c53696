/*
 * `ledger judge`: what the ledger says of some ids of a source, for whoever walks the API beside
 * the daemon (`slackauditctl verify`): of each output how many it has got, and by their places in
 * the question those that it never got, got more than once, or left in dead letter
 * (daemon/verdict.h). With each id comes the entry's time, which says whether a reread is
 * about it.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/order.h"
#include "base/units.h"
#include "daemon/daemon_private.h"
#include "daemon/names.h"
#include "daemon/verbs_private.h"
#include "daemon/verdict.h"
#include "source/plan.h"

enum { ID_DIGITS = 16, TIME_DIGITS = 8, DIGITS = ID_DIGITS + TIME_DIGITS, MAX_IDS = 2048 };

/* A sequence of one of the ids. */
struct trace {
    size_t id;
    uint64_t sequence;
};

struct traces {
    struct trace *items;
    size_t count, size;
};

/* Of one source. */
struct rereads {
    struct store_reread *items;
    size_t count;
};

struct judging {
    const struct verb_context *context;
    const char *source;
    uint64_t ids[MAX_IDS];
    int64_t times[MAX_IDS];
    struct store_inquiry inquiry;
    /* Of the source that is asked at the moment: */
    struct traces traces;
    struct rereads rereads;
    enum trace_place place;
    uint32_t occasion;                /* its first; each reread begins another */
    struct tally (*tallies)[MAX_IDS]; /* for each configured output */
    bool *takes_part;                 /* the output has a position in the source */
    int64_t judged_from;
    struct names names; /* of the source and the queues beside it */
};

static void judging_free(struct judging *judging)
{
    if (judging == NULL)
        return;
    free(judging->traces.items);
    free(judging->rereads.items);
    free(judging->tallies);
    free(judging->takes_part);
    names_deinit(&judging->names);
    free(judging);
}

DEFINE_CLEANUP(struct judging, judging_free)

/* ---- The question ---- */

static int digit_of(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int parse_ids(struct judging *judging, const char *text, struct error *error)
{
    size_t size = strlen(text), count = size / DIGITS;
    bool valid = size % DIGITS == 0 && count >= 1 && count <= MAX_IDS;
    for (size_t i = 0; valid && i < size; i++) {
        int digit = digit_of(text[i]);
        valid = digit >= 0;
        if (i % DIGITS < ID_DIGITS)
            judging->ids[i / DIGITS] = judging->ids[i / DIGITS] << 4 | (uint64_t)digit;
        else
            judging->times[i / DIGITS] = judging->times[i / DIGITS] << 4 | digit;
    }
    for (size_t i = 1; valid && i < count; i++)
        valid = judging->ids[i - 1] < judging->ids[i];
    if (!valid)
        return error_set(error, ERROR_INVALID,
            "ids are 16 hexadecimal digits each, ascending, at most %d, and behind each come 8 of "
            "its time",
            MAX_IDS);
    judging->inquiry.ids = judging->ids;
    judging->inquiry.count = count;
    return 0;
}

static int judging_new(struct judging **ret_judging, const struct verb_context *context,
    const char *const *words, struct error *error)
{
    _cleanup_(judging_freep) struct judging *judging = calloc(1, sizeof(*judging));
    if (judging == NULL)
        return error_set(error, ERROR_MEMORY, "no memory to judge");
    judging->context = context;
    judging->source = words[2];
    judging->names = (struct names)NAMES_INIT;
    /* One more, so that none is no failure. */
    size_t outputs = context->config->output_count + 1;
    judging->tallies = calloc(outputs, sizeof(*judging->tallies));
    judging->takes_part = calloc(outputs, sizeof(*judging->takes_part));
    if (judging->tallies == NULL || judging->takes_part == NULL)
        return error_set(error, ERROR_MEMORY, "no memory to judge");
    int r = units_parse_time(words[3], &judging->inquiry.oldest, error);
    if (r >= 0)
        r = units_parse_time(words[4], &judging->inquiry.latest, error);
    if (r >= 0)
        r = parse_ids(judging, words[5], error);
    if (r >= 0)
        *ret_judging = TAKE(judging);
    return r;
}

/* ---- Finding out ---- */

static int note_name(void *user, const char *name, const struct store_walk *walk)
{
    struct judging *judging = user;
    (void)walk; /* the source's own is asked for later */
    return source_belongs_to(name, judging->source) ? names_add(&judging->names, name) : 0;
}

static int compare_ids(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

static int note_trace(void *user, uint64_t id, uint64_t sequence)
{
    struct judging *judging = user;
    struct traces *traces = &judging->traces;
    if (traces->count == traces->size) {
        size_t size = traces->size == 0 ? 256 : 2 * traces->size;
        struct trace *items = reallocarray(traces->items, size, sizeof(*items));
        if (items == NULL)
            return ERROR_MEMORY;
        traces->items = items;
        traces->size = size;
    }
    const uint64_t *place =
        bsearch(&id, judging->ids, judging->inquiry.count, sizeof(judging->ids[0]), compare_ids);
    traces->items[traces->count++] =
        (struct trace){.id = (size_t)(place - judging->ids), .sequence = sequence};
    return 0;
}

static int compare_traces(const void *left, const void *right)
{
    uint64_t a = ((const struct trace *)left)->sequence;
    uint64_t b = ((const struct trace *)right)->sequence;
    return (a > b) - (a < b);
}

static int note_reread(void *user, const struct store_reread *reread)
{
    struct rereads *rereads = user;
    struct store_reread *items = reallocarray(rereads->items, rereads->count + 1, sizeof(*items));
    if (items == NULL)
        return ERROR_MEMORY;
    rereads->items = items;
    items[rereads->count++] = *reread;
    return 0;
}

/* Each reread of the id before its sequence is another occasion; the last one says why. */
static void add_trace(
    struct judging *judging, const struct trace *trace, size_t output, enum store_fate fate)
{
    enum trace_place place = judging->place;
    uint32_t occasion = judging->occasion;
    int64_t time = judging->times[trace->id];
    for (size_t i = 0; i < judging->rereads.count; i++) {
        const struct store_reread *reread = &judging->rereads.items[i];
        if (trace->sequence < reread->sequence || time < reread->oldest || time > reread->newest)
            continue;
        occasion++;
        if (reread->reason == STORE_REREAD_REWIND)
            place = TRACE_REWOUND;
        else if (place == TRACE_SOURCE || place == TRACE_AMENDS)
            place = TRACE_REREAD;
    }
    tally_add(&judging->tallies[output][trace->id], place, occasion, fate);
}

static enum trace_place place_of(const char *source)
{
    struct backfill_subject subject;
    if (!source_is_beside(source))
        return TRACE_SOURCE;
    return daemon_backfill_parse(source, &subject) && !subject.repairs ? TRACE_BACKFILL
                                                                       : TRACE_AMENDS;
}

/* The fates of all traces at one output. ERROR_MISSING: it takes no part in the source. */
static int ask_output(
    struct judging *judging, struct store_source *source, size_t output, struct error *error)
{
    const struct verb_context *context = judging->context;
    const char *name = context->config->outputs[output].name;
    for (size_t i = 0; i < judging->traces.count; i++) {
        const struct trace *trace = &judging->traces.items[i];
        enum store_fate fate;
        int r = context->store_type->fate(source, name, trace->sequence, &fate, error);
        if (r < 0)
            return r;
        add_trace(judging, trace, output, fate);
    }
    return 0;
}

static int ask_source(struct judging *judging, const char *name, struct error *error)
{
    const struct verb_context *context = judging->context;
    struct store_source *source = NULL;
    int64_t from = 0;
    judging->traces.count = 0;
    judging->occasion += (uint32_t)judging->rereads.count + 1;
    judging->rereads.count = 0;
    judging->place = place_of(name);
    int r = context->store_type->source(context->store, name, &source, NULL, error);
    if (r >= 0)
        r = context->store_type->find(source, &judging->inquiry, note_trace, judging, &from, error);
    if (r >= 0)
        r = context->store_type->rereads(source, note_reread, &judging->rereads, error);
    if (r < 0)
        return r;
    bool is_itself = !source_is_beside(name);
    if (is_itself)
        judging->judged_from = from;
    if (judging->traces.count > 0)
        qsort(judging->traces.items, judging->traces.count, sizeof(struct trace), compare_traces);
    for (size_t i = 0; r >= 0 && i < context->config->output_count; i++) {
        enum store_fate fate;
        struct error missing = ERROR_INIT;
        r = context->store_type->fate(
            source, context->config->outputs[i].name, 0, &fate, &missing); /* has it a position? */
        judging->takes_part[i] |= is_itself && r == 0;
        r = r == ERROR_MISSING ? 0 : ask_output(judging, source, i, error);
    }
    return r;
}

static int ask_all(struct judging *judging, struct error *error)
{
    const struct verb_context *context = judging->context;
    int r = context->store_type->sources(context->store, note_name, judging, error);
    const char *name = names_next(&judging->names, NULL);
    if (r >= 0 && name == NULL)
        return error_set(error, ERROR_MISSING, "no source \"%s\" in the store", judging->source);
    for (; r >= 0 && name != NULL; name = names_next(&judging->names, name))
        r = ask_source(judging, name, error);
    return r;
}

/* ---- The answer ---- */

/* What the ledger has begun to forget cannot be said never to have come. */
static enum verdict verdict_of(const struct judging *judging, size_t output, size_t id)
{
    enum verdict verdict = tally_verdict(&judging->tallies[output][id]);
    bool is_forgotten = verdict == VERDICT_NEVER && judging->times[id] < judging->judged_from;
    return is_forgotten ? VERDICT_UNKNOWN : verdict;
}

/* The places of the ids with that verdict. */
static void write_places(struct json_writer *result, const struct judging *judging, size_t output,
    const char *name, enum verdict verdict)
{
    json_writer_open(result, name, '[');
    for (size_t i = 0; i < judging->inquiry.count; i++)
        if (verdict_of(judging, output, i) == verdict)
            json_writer_number(result, NULL, (int64_t)i);
    json_writer_close(result, ']');
}

static void write_output(struct json_writer *result, const struct judging *judging, size_t output)
{
    int64_t counts[VERDICTS] = {0};
    for (size_t i = 0; i < judging->inquiry.count; i++)
        counts[verdict_of(judging, output, i)]++;
    int64_t got = counts[VERDICT_GOT];
    for (enum verdict each = VERDICT_TWICE; each <= VERDICT_BACKFILLED; each++)
        got += counts[each];
    json_writer_open(result, NULL, '{');
    json_writer_string(result, "output", judging->context->config->outputs[output].name);
    json_writer_number(result, "got", got);
    json_writer_number(result, "unwanted", counts[VERDICT_UNWANTED]);
    json_writer_number(result, "pending", counts[VERDICT_PENDING]);
    json_writer_number(result, "before", counts[VERDICT_BEFORE]);
    write_places(result, judging, output, "never", VERDICT_NEVER);
    write_places(result, judging, output, "twice", VERDICT_TWICE);
    write_places(result, judging, output, "dead_letter", VERDICT_DEAD);
    write_places(result, judging, output, "possibly_twice", VERDICT_POSSIBLY_TWICE);
    write_places(result, judging, output, "redelivered", VERDICT_REDELIVERED);
    write_places(result, judging, output, "reread", VERDICT_REREAD);
    write_places(result, judging, output, "backfilled", VERDICT_BACKFILLED);
    write_places(result, judging, output, "unknown", VERDICT_UNKNOWN);
    json_writer_close(result, '}');
}

/* From when on, and until when, the store must know every id. */
static int write_bounds(
    struct json_writer *result, const struct judging *judging, struct error *error)
{
    const struct verb_context *context = judging->context;
    const struct config_source *config = config_find_source(context->config, judging->source);
    struct store_source *source = NULL;
    struct store_walk walk;
    if (config == NULL)
        return error_set(error, ERROR_MISSING, "no source \"%s\" is configured", judging->source);
    int r = context->store_type->source(context->store, judging->source, &source, &walk, error);
    if (r < 0)
        return r;
    int64_t overlap = config->overlap_us / USEC_PER_SEC;
    json_writer_number(result, "judged_from",
        walk.start < 0 ? INT64_MAX : higher(walk.start, judging->judged_from));
    json_writer_number(result, "settled_until", lower(walk.checkpoint, walk.read_at - overlap));
    return 0;
}

int verb_ledger_judge(const struct verb_context *context, const char *const *words, size_t count,
    struct json_writer *result, struct error *error)
{
    _cleanup_(judging_freep) struct judging *judging = NULL;
    (void)count; /* exactly six, the table says so */
    int r = judging_new(&judging, context, words, error);
    if (r >= 0)
        r = ask_all(judging, error);
    if (r < 0)
        return error->code != ERROR_NONE ? r : error_set(error, r, "no memory to judge");
    json_writer_open(result, "result", '{');
    r = write_bounds(result, judging, error);
    json_writer_open(result, "outputs", '[');
    for (size_t i = 0; i < context->config->output_count; i++)
        if (judging->takes_part[i])
            write_output(result, judging, i);
    json_writer_close(result, ']');
    json_writer_close(result, '}');
    return r;
}
