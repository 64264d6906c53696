/*
 * All entries of a query against a model: thousands of random histories, served by a server that
 * does all the harm to cursors, pages and answers that one can do; what is told is compared with
 * the history. Each history is made of its number, so that a failure can be looked at again.
 *
 * The server stands in the place of slackaudit_client_page() (the linker sees to that), so a page
 * costs no connection.
 */
#include "slackaudit/entries.h"

#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/limits.h"
#include "base/units.h"
#include "check_main.h"
#include "sys/clock.h"

enum { MOST_ENTRIES = 400, CURSOR_SIZE = 48, NOW = 1700000000 };

struct model_entry {
    int64_t time;
    bool has_id, has_time;
    bool late;     /* it became visible after the walk had begun */
    bool is_wrong; /* its time is */
    unsigned told;
};

struct model {
    struct clock *clock; /* its randomness */
    struct model_entry entries[MOST_ENTRIES];
    size_t count;
    struct slackaudit_query query;
    struct slackaudit_entries *walk;

    /* The server's ways. */
    bool forgets_range; /* with a cursor */
    bool has_time;      /* a Date */
    bool is_growing;
    unsigned harm; /* out of 100 answers, so many are harmful */
    unsigned faults_left;
    size_t page_size;
    char last_cursor[CURSOR_SIZE];

    /* A page that is under way. */
    bool is_asked;
    struct slackaudit_page_call request;
    char cursor[CURSOR_SIZE]; /* of the request, or "" */
    unsigned pages;
};

static struct model *asked_model; /* the one whose walk asks */

int __wrap_slackaudit_client_page(struct slackaudit_client *client,
    const struct slackaudit_page_call *request, struct slackaudit_call **ret_call,
    struct slackaudit_problem *problem);

int __wrap_slackaudit_client_page(struct slackaudit_client *client,
    const struct slackaudit_page_call *request, struct slackaudit_call **ret_call,
    struct slackaudit_problem *problem)
{
    (void)client;
    (void)problem;
    struct model *model = asked_model;
    ck_assert(!model->is_asked);
    model->is_asked = true;
    model->request = *request;
    (void)snprintf(model->cursor, sizeof(model->cursor), "%s",
        request->query.cursor == NULL ? "" : request->query.cursor);
    *ret_call = (struct slackaudit_call *)model; /* only looked at for being there */
    return 0;
}

static int64_t between(struct model *model, int64_t low, int64_t high)
{
    return clock_random_between(model->clock, low, high);
}

static bool chance(struct model *model, unsigned of_hundred)
{
    return between(model, 0, 100) < of_hundred;
}

/* ---- A history ---- */

/* Newest first, with an order that is off by at most a minute, and `span` seconds long. */
static void make_times(struct model *model, int64_t span, int64_t disorder)
{
    int64_t time = NOW - 100;
    int64_t step = span / (int64_t)(model->count + 1);
    for (size_t i = 0; i < model->count; i++) {
        model->entries[i].time = time + between(model, 0, disorder + 1);
        time -= between(model, 0, 2 * step + 1);
    }
}

static void make_history(struct model *model)
{
    static const int64_t spans[] = {0, 3, 100, 1000, 30000, 5000000};
    static const int64_t disorders[] = {0, 0, 5, 60};
    model->count = (size_t)between(model, 0, MOST_ENTRIES / 2);
    for (size_t i = 0; i < model->count; i++)
        model->entries[i] =
            (struct model_entry){.has_id = !chance(model, 5), .has_time = !chance(model, 5)};
    make_times(model, spans[between(model, 0, 6)], disorders[between(model, 0, 4)]);
    model->query.has_oldest = chance(model, 70);
    if (model->query.has_oldest)
        model->query.oldest = NOW - between(model, 0, 40000);
    model->query.has_latest = chance(model, 40);
    if (model->query.has_latest)
        model->query.latest =
            (model->query.has_oldest ? model->query.oldest : NOW - 1000) + between(model, 0, 40000);
    model->forgets_range = chance(model, 30);
    model->has_time = chance(model, 70);
    model->is_growing = chance(model, 30);
    model->harm = (unsigned)between(model, 0, 4) * 10;
    model->faults_left = (unsigned)between(model, 0, 30);
    model->page_size = (size_t)between(model, 1, 40);
}

/* An entry that is newer than all becomes visible: what stands where is another matter then. */
static void grow(struct model *model)
{
    if (!model->is_growing || model->count == MOST_ENTRIES || !chance(model, 30))
        return;
    memmove(&model->entries[1], &model->entries[0], model->count * sizeof(model->entries[0]));
    model->entries[0] = (struct model_entry){
        .time = NOW + model->pages, .has_id = true, .has_time = true, .late = true};
    model->count++;
}

/* ---- A page ---- */

static bool is_served(const struct model *model, const struct model_entry *entry)
{
    const struct slackaudit_query *query = &model->request.query;
    if (model->forgets_range && *model->cursor != '\0')
        return true;
    return (!query->has_oldest || entry->time >= query->oldest) &&
           (!query->has_latest || entry->time <= query->latest);
}

/* The number that never changes, whatever grows before it. */
static size_t number_of(const struct model *model, size_t place)
{
    return model->count - place;
}

static void serve_entry(struct model *model, size_t place)
{
    const struct model_entry *entry = &model->entries[place];
    char bytes[128], id[32];
    int id_size = snprintf(id, sizeof(id), "id-%zu", number_of(model, place));
    int size = snprintf(bytes, sizeof(bytes), "{%s,%zu}", id, place);
    const struct slackaudit_entry_slice slice = {
        .data = bytes,
        /* Without an id the bytes are all that it is known by: the same each time. */
        .size = entry->has_id ? (size_t)size : (size_t)id_size + 1,
        .id = entry->has_id ? bytes + 1 : NULL,
        .id_size = entry->has_id ? (size_t)id_size : 0,
        .has_date = entry->has_time,
        .date_create = entry->has_time ? entry->time : 0,
    };
    ck_assert_int_eq(model->request.on_entry(model->request.user, &slice), 0);
}

static void answer(struct model *model, int code, int status, const char *error,
    const struct slackaudit_page_summary *summary)
{
    const struct slackaudit_answer told = {
        .code = code,
        .status = status,
        .error = error,
        .message = "the model says no",
        .server_time = model->has_time ? (int64_t)NOW + model->pages : -1,
    };
    model->is_asked = false;
    model->request.on_done(model->request.user, &told, summary);
}

static bool take_fault(struct model *model)
{
    if (model->faults_left == 0 || !chance(model, model->harm))
        return false;
    model->faults_left--;
    return true;
}

/* From `place` on; a cursor names the number of the entry that comes next. */
static void serve_page(struct model *model, size_t place)
{
    size_t served = 0;
    model->request.on_attempt(model->request.user, 0);
    size_t most = chance(model, 10) ? 0 : model->page_size;
    if (take_fault(model)) /* entries of the page before again */
        place -= (size_t)between(model, 0, (int64_t)(place < 50 ? place : 50) + 1);
    size_t from = place;
    for (; place < model->count && served < most; place++)
        if (is_served(model, &model->entries[place])) {
            serve_entry(model, place);
            served++;
        }
    char next[CURSOR_SIZE] = "";
    if (take_fault(model)) /* the same page once more, by another name */
        place = from;
    if (place < model->count)
        (void)snprintf(next, sizeof(next), "%zu-%u", number_of(model, place), model->pages);
    if (*model->last_cursor != '\0' && take_fault(model)) /* back to where it was before */
        (void)snprintf(next, sizeof(next), "%s", model->last_cursor);
    if (chance(model, 30))
        (void)snprintf(model->last_cursor, sizeof(model->last_cursor), "%s", next);
    const struct slackaudit_page_summary summary = {
        .has_entries = true, .entries = served, .next_cursor = next, .error = ""};
    answer(model, 0, 200, "", &summary);
}

static void serve(struct model *model)
{
    model->pages++;
    size_t place = 0;
    if (*model->cursor != '\0')
        place = model->count - strtoul(model->cursor, NULL, 10);
    if (take_fault(model)) {
        if (chance(model, 50))
            answer(model, SLACKAUDIT_ERROR_TRANSPORT, 0, "", NULL);
        else
            answer(model, 0, 503, "", NULL);
    } else if (*model->cursor != '\0' && take_fault(model)) {
        answer(model, 0, 400, "invalid_cursor", NULL);
    } else {
        serve_page(model, place);
        grow(model);
    }
}

/* ---- The walk ---- */

static void note(struct model *model, const struct slackaudit_entry_slice *entry)
{
    char text[64];
    ck_assert_uint_lt(entry->size, sizeof(text));
    memcpy(text, entry->data, entry->size);
    text[entry->size] = '\0';
    unsigned long number = strtoul(text + strlen("{id-"), NULL, 10);
    ck_assert(number >= 1 && number <= model->count);
    model->entries[model->count - number].told++;
}

/* Reads on past errors, as a patient caller does. Returns how many there were. */
static unsigned walk_to_the_end(struct model *model)
{
    unsigned errors = 0;
    for (;;) {
        struct slackaudit_entry_slice entry;
        asked_model = model;
        int result = slackaudit_entries_try(model->walk, &entry, NULL);
        if (result == SLACKAUDIT_ENTRIES_END)
            return errors;
        if (result == SLACKAUDIT_ENTRIES_ENTRY)
            note(model, &entry);
        else if (result == SLACKAUDIT_ENTRIES_WAIT)
            serve(model);
        else
            ck_assert_uint_lt(errors++, 200);
    }
}

static bool is_wanted(const struct model *model, const struct model_entry *entry)
{
    const struct slackaudit_query *query = &model->query;
    return (!query->has_oldest || entry->time >= query->oldest) &&
           (!query->has_latest || entry->time <= query->latest);
}

static void check_told(const struct model *model, uint64_t seed)
{
    for (size_t i = 0; i < model->count; i++) {
        const struct model_entry *entry = &model->entries[i];
        unsigned least = is_wanted(model, entry) && !entry->late && !entry->is_wrong ? 1 : 0;
        /* Whether one without a time is in the range only the server can know. */
        unsigned most = is_wanted(model, entry) || !entry->has_time ? 1 : 0;
        ck_assert_msg(entry->told >= least && entry->told <= most,
            "history %llu: the entry at %zu of %zu was told %u times, not %u to %u",
            (unsigned long long)seed, i, model->count, entry->told, least, most);
    }
}

static void run_history(
    struct slackaudit_client *client, uint64_t seed, void (*spoil)(struct model *model))
{
    static struct model model;
    model = (struct model){.clock = clock_new_simulated(NOW, seed)};
    make_history(&model);
    if (spoil != NULL)
        spoil(&model);
    ck_assert_int_eq(slackaudit_entries_new(&model.walk, client, &model.query, false, NULL), 0);
    (void)walk_to_the_end(&model); /* errors are what faults may bring */
    check_told(&model, seed);
    slackaudit_entries_free(model.walk);
    clock_free(model.clock);
}

static void run_histories(unsigned count, void (*spoil)(struct model *model))
{
    struct slackaudit_client *client;
    const struct slackaudit_options options = {.size = sizeof(options), .token = "xoxp-1"};
    ck_assert_int_eq(slackaudit_client_new(&client, NULL, &options, NULL), 0);
    for (unsigned i = 0; i < count; i++)
        run_history(client, i, spoil);
    slackaudit_client_free(client);
}

START_TEST(nothing_is_lost_and_nothing_told_twice_whatever_cursors_and_pages_do)
{
    run_histories(4000, NULL);
}
END_TEST

/* A few times are wrong, far in the past or to come; pages are not tiny, so that they are few of
 * each. */
static void spoil_times(struct model *model)
{
    static const int64_t wrong[] = {0, 1, NOW - 400000000, NOW + 90000, 4102444800, INT64_MAX - 7};
    model->query.has_oldest = model->query.has_latest = false;
    model->query.oldest = model->query.latest = 0;
    model->page_size = 40 + (size_t)between(model, 0, 40);
    for (size_t i = (size_t)between(model, 0, 20); i < model->count;
         i += (size_t)between(model, 15, 60)) {
        model->entries[i].time = wrong[between(model, 0, 6)];
        model->entries[i].is_wrong = true;
    }
}

START_TEST(a_time_that_is_wrong_loses_no_other_entry)
{
    run_histories(1500, spoil_times);
}
END_TEST

CHECK_MAIN("entries_model", nothing_is_lost_and_nothing_told_twice_whatever_cursors_and_pages_do,
    a_time_that_is_wrong_loses_no_other_entry)
