#include "source/intake.h"

#include <stdlib.h>

#include "base/limits.h"
#include "source/source_client.h"

void intake_init(struct intake *intake, const struct store_type *store_type,
    struct store_source *source, const struct config_source *config)
{
    *intake = (struct intake){.store_type = store_type, .source = source, .newest_known = -1};
    intake->action_count = source_own_actions(config);
    if (intake->action_count > 0)
        intake->actions = config->filter.actions;
}

void intake_deinit(struct intake *intake)
{
    intake_undo(intake);
    seen_deinit(&intake->seen);
    free(intake->added);
    intake->added = NULL;
}

struct load {
    struct intake *intake;
    const struct intake_span *without;
    size_t count;
};

static int load_one(void *user, struct hash_key key, int64_t time)
{
    const struct load *load = user;
    if (time > load->intake->newest_known)
        load->intake->newest_known = time;
    for (size_t i = 0; i < load->count; i++)
        if (time >= load->without[i].from && time < load->without[i].to)
            return 0;
    int r = seen_add(&load->intake->seen, key, time);
    return r < 0 ? r : 0;
}

int intake_load(struct intake *intake, int64_t from, const struct intake_span *without,
    size_t count, struct error *error)
{
    struct load load = {.intake = intake, .without = without, .count = count};
    seen_deinit(&intake->seen);
    intake->newest_known = -1;
    int r = intake->store_type->seen(intake->source, from, load_one, &load, error);
    if (r < 0 && error != NULL && error->code == ERROR_NONE)
        (void)error_set(
            error, r, "the ids that were seen before do not fit in memory"); /* r is forwarded */
    return r;
}

void intake_begin(struct intake *intake, int64_t oldest, int64_t latest, int64_t newer,
    int64_t covered_until, int64_t now)
{
    intake->oldest = oldest;
    intake->latest = latest;
    intake->covered_until = covered_until;
    intake->now = now;
    intake->last_time = newer >= 0 ? newer : latest < UINT32_MAX ? latest : now;
    intake->lowest = INT64_MAX;
    intake->highest = -1;
    intake->newest_stored = -1;
    intake->entries = 0;
    intake->added_count = 0;
    intake->before = intake->counts;
    intake->newest_before = intake->newest_known;
    intake->error = (struct error)ERROR_INIT;
}

static int note_key(struct intake *intake, struct hash_key key)
{
    if (intake->added_count == intake->added_size) {
        size_t size = intake->added_size == 0 ? 256 : intake->added_size * 2;
        struct hash_key *added = realloc(intake->added, size * sizeof(*added));
        if (added == NULL)
            return ERROR_MEMORY;
        intake->added = added;
        intake->added_size = size;
    }
    intake->added[intake->added_count++] = key;
    return 0;
}

bool intake_wants(char *const *actions, size_t count, const struct slackaudit_entry_slice *entry)
{
    if (entry->action == NULL)
        return true;
    struct slice action = {.data = entry->action, .size = entry->action_size};
    for (size_t i = 0; i < count; i++)
        if (slice_equal(slice_of(actions[i]), action))
            return true;
    return false;
}

/* The entry's own time, or its newer neighbour's. */
static int64_t time_of(struct intake *intake, const struct slackaudit_entry_slice *entry)
{
    if (!entry->has_date || entry->date_create < 1 || entry->date_create > UINT32_MAX) {
        intake->counts.without_time++;
        return intake->last_time;
    }
    intake->last_time = entry->date_create;
    if (entry->date_create < intake->lowest)
        intake->lowest = entry->date_create;
    if (entry->date_create > intake->highest)
        intake->highest = entry->date_create;
    return entry->date_create;
}

static bool has_id(const struct slackaudit_entry_slice *entry)
{
    return entry->id != NULL && entry->id_size <= LIMIT_ENTRY_ID;
}

struct hash_key intake_key(const struct slackaudit_entry_slice *entry)
{
    return has_id(entry) ? hash_key_of((struct slice){.data = entry->id, .size = entry->id_size})
                         : hash_key_of((struct slice){.data = entry->data, .size = entry->size});
}

static void note_stored(
    struct intake *intake, const struct slackaudit_entry_slice *entry, int64_t time)
{
    intake->counts.stored++;
    if (entry->damage != SLACKAUDIT_WHOLE)
        intake->counts.damaged++;
    if (time > intake->newest_stored)
        intake->newest_stored = time;
    if (time > intake->newest_known)
        intake->newest_known = time;
    if (time < intake->covered_until) { /* the last second covered was not over when it was read */
        intake->counts.late++;
        intake->counts.latest_lateness = intake->now - time;
        if (intake->counts.latest_lateness > intake->counts.worst_lateness)
            intake->counts.worst_lateness = intake->counts.latest_lateness;
    }
}

static int store_entry(
    struct intake *intake, const struct slackaudit_entry_slice *entry, int64_t time)
{
    struct hash_key key = intake_key(entry);
    intake->counts.without_id += !has_id(entry);
    int r = seen_add(&intake->seen, key, time);
    if (r <= 0) {
        intake->counts.duplicates += r == 0;
        return r < 0 ? error_set(&intake->error, r, "the table of seen ids cannot grow (%zu ids)",
                           intake->seen.count)
                     : 0;
    }
    r = note_key(intake, key);
    if (r < 0) {
        seen_remove(&intake->seen, key);
        return error_set(&intake->error, r, "no memory for a page's ids");
    }
    if (intake->page == NULL)
        r = intake->store_type->page_begin(intake->source, &intake->page, &intake->error);
    if (r < 0)
        return r;
    struct store_new_entry new_entry = {.bytes = {.data = entry->data, .size = entry->size},
        .time = time,
        .key = key,
        .flags = entry->damage == SLACKAUDIT_WHOLE ? 0 : STORE_ENTRY_DAMAGED};
    r = intake->store_type->page_append(intake->page, &new_entry, &intake->error);
    if (r < 0)
        return r;
    note_stored(intake, entry, time);
    return 0;
}

int intake_entry(void *user, const struct slackaudit_entry_slice *entry)
{
    struct intake *intake = user;
    if (++intake->entries > LIMIT_PAGE_ENTRIES)
        return error_set(
            &intake->error, ERROR_LIMIT, "the page has more than %d entries", LIMIT_PAGE_ENTRIES);
    int64_t time = time_of(intake, entry);
    if (time < intake->oldest || time > intake->latest) {
        intake->counts.outside++;
        return 0;
    }
    if (intake->actions != NULL && !intake_wants(intake->actions, intake->action_count, entry)) {
        intake->counts.filtered++;
        return 0;
    }
    const struct intake_filter *filter = intake->filter;
    if (filter != NULL && !filter->wants(filter->user, intake_key(entry), time)) {
        intake->counts.filtered++;
        return 0;
    }
    return store_entry(intake, entry, time);
}

struct store_page *intake_take_page(struct intake *intake)
{
    struct store_page *page = intake->page;
    intake->page = NULL;
    return page;
}

void intake_undo(struct intake *intake)
{
    for (size_t i = 0; i < intake->added_count; i++)
        seen_remove(&intake->seen, intake->added[i]);
    if (intake->added_count > 0 || intake->entries > 0) {
        intake->counts = intake->before;
        intake->newest_known = intake->newest_before;
    }
    intake->added_count = 0;
    intake->entries = 0;
    intake->store_type->page_abort(intake->page);
    intake->page = NULL;
}

void intake_keep(struct intake *intake)
{
    intake->added_count = 0;
    intake->entries = 0;
}
