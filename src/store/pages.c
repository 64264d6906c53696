#include <inttypes.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/crash_point.h"
#include "base/limits.h"
#include "store/batch_record.h"
#include "store/private.h"

/* The page that is being written. Its bytes go to the source's segment behind
 * `source->segment_end`; nothing else moves until the commit. */
struct store_page {
    struct store_source *source;
    struct segment_writer writer; /* opened with the first block */
    struct buffer block;          /* not yet written */
    uint32_t block_count;         /* entries in it */
    struct record_builder record;
    int64_t oldest, newest;
    int failed; /* what an append failed with: only an abort can follow */
};

/* ---- Life ---- */

static void page_free(struct store_page *page)
{
    segment_writer_deinit(&page->writer);
    buffer_deinit(&page->block);
    record_builder_deinit(&page->record);
    page->source->page = NULL;
    free(page);
}

void store_page_abort(struct store_page *page)
{
    if (page == NULL)
        return;
    /* When it cannot be cut now, the next page or the next start does it. */
    (void)segment_writer_cut(&page->writer, page->source->segment_end);
    page_free(page);
}

DEFINE_CLEANUP(struct store_page, store_page_abort)

static int refuse_full(const struct store *store, struct error *error)
{
    return error_set(error, ERROR_FULL,
        "%s: the disk is full; nothing is read from the API until there is room again",
        store->directory);
}

int store_page_begin(struct store_source *source, struct store_page **ret_page, struct error *error)
{
    if (source->id == 0)
        return error_set(error, ERROR_MISSING, "source %s was forgotten", source->name);
    if (source->page != NULL)
        return error_set(
            error, ERROR_INVALID, "a page of source %s is being written already", source->name);
    if (!source->store->reserve.held)
        return refuse_full(source->store, error);
    struct store_page *page = malloc(sizeof(*page));
    if (page == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a page of source %s", source->name);
    *page = (struct store_page){
        .source = source,
        .writer = SEGMENT_WRITER_INIT,
        .block = BUFFER_INIT(LIMIT_ENTRY + 1),
        .record = RECORD_BUILDER_INIT,
        .oldest = INT64_MAX,
    };
    source->page = page;
    *ret_page = page;
    return 0;
}

/* ---- Appending ---- */

static void next_segment(struct store_source *source)
{
    source->segment++;
    source->segment_end = 0;
    source->segment_named = false;
}

static int open_segment(struct store_page *page, struct error *error)
{
    struct store_source *source = page->source;
    if (source->segment_end > (int64_t)LIMIT_SEGMENT)
        next_segment(source);
    for (;;) {
        struct segment_id id = {.source = source->id, .number = source->segment};
        int result = segment_writer_open(
            &page->writer, &source->store->segments, id, source->segment_end, error);
        if (result <= 0)
            return result;
        /* Somebody shortened the file. What is lost is found when it is read; new bytes must not
         * take its place. */
        next_segment(source);
    }
}

static int write_block(struct store_page *page, struct error *error)
{
    if (!page->source->store->reserve.held)
        return refuse_full(page->source->store, error); /* another page met the full disk */
    if (page->block_count == 0)
        return 0;
    int result = page->writer.fd < 0 ? open_segment(page, error) : 0;
    struct slice bytes = buffer_slice(&page->block);
    if (result == 0)
        result = segment_writer_append(&page->writer, bytes, error);
    if (result < 0)
        return result;
    struct record_block block = {
        .count = page->block_count, .size = (uint32_t)bytes.size, .checksum = hash64(bytes)};
    if (record_builder_block(&page->record, &block) < 0)
        return error_set(error, ERROR_MEMORY, "no memory for a page of %s", page->source->name);
    buffer_clear(&page->block);
    buffer_shrink(&page->block, LIMIT_STORE_BLOCK);
    page->block_count = 0;
    return 0;
}

static int check_entry(const struct store_new_entry *entry, struct error *error)
{
    if (entry->bytes.size == 0 || entry->bytes.size > LIMIT_ENTRY)
        return error_set(error, ERROR_LIMIT, "an entry of %zu bytes cannot be stored (1 to %zu)",
            entry->bytes.size, LIMIT_ENTRY);
    if (entry->time < 0 || entry->time > UINT32_MAX)
        return error_set(
            error, ERROR_LIMIT, "an entry of time %" PRId64 " cannot be stored", entry->time);
    return 0;
}

static int append(struct store_page *page, const struct store_new_entry *entry, struct error *error)
{
    size_t size = entry->bytes.size + 1; /* with its line break */
    bool block_is_full = page->block.size + size > LIMIT_STORE_BLOCK ||
                         page->block_count == LIMIT_STORE_BLOCK_ENTRIES;
    int result = block_is_full ? write_block(page, error) : 0;
    if (result < 0)
        return result;
    struct record_entry record = {.size = (uint32_t)entry->bytes.size,
        .flags = (uint8_t)entry->flags,
        .time = (uint32_t)entry->time,
        .key = entry->key};
    result = record_builder_entry(&page->record, &record);
    if (result == 0)
        result = buffer_append_slice(&page->block, entry->bytes);
    if (result == 0)
        result = buffer_append_byte(&page->block, '\n');
    if (result == ERROR_LIMIT)
        return error_set(error, result, "a page of source %s has more than %d entries",
            page->source->name, LIMIT_PAGE_ENTRIES);
    if (result < 0)
        return error_set(error, result, "no memory for a page of source %s", page->source->name);
    page->block_count++;
    return 0;
}

/* Remembers that the page can only be aborted, and on a full disk makes room for positions. */
static int fail_page(struct store_page *page, int result)
{
    page->failed = result;
    if (result == ERROR_FULL)
        (void)reserve_release(&page->source->store->reserve); /* told by store_usage */
    return result;
}

int store_page_append(
    struct store_page *page, const struct store_new_entry *entry, struct error *error)
{
    if (page->failed != 0)
        return error_set(
            error, page->failed, "the page of source %s has failed before", page->source->name);
    int result = check_entry(entry, error);
    if (result == 0)
        result = append(page, entry, error);
    if (result < 0)
        return fail_page(page, result);
    if (entry->time < page->oldest)
        page->oldest = entry->time;
    if (entry->time > page->newest)
        page->newest = entry->time;
    crash_point("store.page.append");
    return 0;
}

/* ---- The commit ---- */

/* Everything that one transaction changes, and what it comes to. */
struct commit {
    struct store_source *source;
    struct store_page *page; /* with at least one entry, or NULL */
    struct slice record;
    const struct store_window *window; /* as it will be, with the page counted; may be NULL */
    enum store_outcome outcome;
    const struct store_walk *walk;

    int64_t window_id;   /* 0: the window has no row */
    uint64_t sequence;   /* the next to be given out */
    uint64_t left_bytes; /* of earlier batches that left the window */
};

static uint64_t page_bytes(const struct store_page *page)
{
    return page == NULL ? 0 : (uint64_t)(page->writer.end - page->source->segment_end);
}

/* Whether the page is numbered at once, because its window never becomes a row. */
static bool is_single_page(const struct commit *commit)
{
    return commit->outcome == STORE_CLOSE && commit->window->id == 0;
}

static int insert_batch(struct commit *commit, struct error *error)
{
    struct store_source *source = commit->source;
    struct store *store = source->store;
    const struct store_page *page = commit->page;
    uint32_t count = page->record.count;
    bool single = is_single_page(commit);
    int result = database_run(store->database, error,
        "INSERT INTO batch (id, source, walk_window, page, segment, offset, bytes, count,"
        " first_sequence, oldest, newest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        value_integer(store->next_batch), value_integer(source->id),
        single ? value_null() : value_integer(commit->window_id),
        value_integer(commit->window->pages), value_integer(source->segment),
        value_integer(source->segment_end), value_integer((int64_t)page_bytes(page)),
        value_integer(count), single ? value_integer((int64_t)commit->sequence) : value_null(),
        value_integer(page->oldest), value_integer(page->newest));
    if (result == 0)
        result =
            database_run(store->database, error, "INSERT INTO record (batch, data) VALUES (?, ?)",
                value_integer(store->next_batch), value_bytes(commit->record));
    if (single)
        commit->sequence += count;
    return result;
}

static int write_outcome(struct commit *commit, struct error *error)
{
    int result = 0;
    if (commit->window_id != 0 && commit->outcome == STORE_CLOSE)
        result = window_close(
            commit->source, commit->window_id, &commit->sequence, &commit->left_bytes, error);
    if (commit->window_id != 0 && commit->outcome == STORE_GIVE_UP)
        result = window_give_up(commit->source, commit->window_id, &commit->left_bytes, error);
    if (commit->outcome == STORE_CLOSE)
        crash_point("store.window.close");
    if (commit->outcome == STORE_GIVE_UP)
        crash_point("store.window.give_up");
    return result;
}

/* The window's row and what hangs on it: a page has no place but in a window. */
static int write_window(struct commit *commit, struct error *error)
{
    bool waits = commit->outcome == STORE_WAIT;
    int result = 0;
    if (waits || commit->outcome == STORE_KEEP_OPEN)
        result = window_write(commit->source, commit->window, waits, &commit->window_id, error);
    if (result == 0 && commit->page != NULL)
        result = insert_batch(commit, error);
    if (result == 0)
        result = write_outcome(commit, error);
    return result;
}

static int write_commit(struct store *store, void *user, struct error *error)
{
    struct commit *commit = user;
    commit->window_id = commit->window == NULL ? 0 : commit->window->id;
    commit->sequence = commit->source->next_sequence;
    commit->left_bytes = 0;
    (void)store; /* the source knows it */
    int result = commit->window == NULL ? 0 : write_window(commit, error);
    if (result == 0)
        result = source_write(commit->source, commit->walk, commit->sequence, error);
    if (commit->page != NULL)
        crash_point("store.page.before_commit");
    return result;
}

/* Makes the page's bytes last, so that a transaction may name them. */
static int complete_page(struct store_page *page, struct slice *ret_record, struct error *error)
{
    struct store_source *source = page->source;
    if (page->failed != 0)
        return error_set(
            error, page->failed, "the page of source %s has failed before", source->name);
    int result = write_block(page, error);
    crash_point("store.page.before_sync");
    if (result == 0)
        result = segment_writer_sync(&page->writer, error);
    if (result == 0 && !source->segment_named)
        result = segments_sync(&source->store->segments, error);
    crash_point("store.page.after_sync");
    if (result < 0)
        return fail_page(page, result);
    if (record_builder_finish(&page->record, ret_record) < 0)
        return error_set(error, ERROR_MEMORY, "no memory for a page of source %s", source->name);
    return 0;
}

static bool changes_nothing(const struct commit *commit)
{
    bool keeps_window =
        commit->window == NULL || (commit->window->id == 0 && commit->outcome != STORE_KEEP_OPEN &&
                                      commit->outcome != STORE_WAIT);
    return commit->page == NULL && keeps_window &&
           memcmp(commit->walk, &commit->source->walk, sizeof(*commit->walk)) == 0;
}

/* What the caller's window looks like once all is written. */
static void finish_window(struct store_window *window, const struct commit *commit)
{
    bool gone = commit->outcome == STORE_CLOSE || commit->outcome == STORE_GIVE_UP;
    *window = *commit->window;
    window->id = gone ? 0 : commit->window_id;
    window->waiting = commit->outcome == STORE_WAIT;
}

/* Memory follows the transaction. */
static void finish_commit(const struct commit *commit)
{
    struct store_source *source = commit->source;
    if (commit->outcome == STORE_GIVE_UP || commit->walk->seen_from != source->walk.seen_from)
        source->untidy = true;
    source->walk = *commit->walk;
    source->next_sequence = commit->sequence;
    if (commit->page != NULL) {
        uint64_t bytes = page_bytes(commit->page);
        source->live_bytes += bytes;
        source->open_bytes += is_single_page(commit) ? 0 : bytes;
        source->segment_end = commit->page->writer.end;
        source->segment_named = true;
        source->store->next_batch++;
    }
    source->open_bytes -= commit->left_bytes;
    if (commit->outcome == STORE_GIVE_UP)
        source->live_bytes -= commit->left_bytes;
}

static int run_commit(struct commit *commit, struct error *error)
{
    struct store *store = commit->source->store;
    if (changes_nothing(commit))
        return 0;
    int result = commit->page != NULL ? store_apply_page(store, write_commit, commit, error)
                                      : store_apply(store, write_commit, commit, error);
    if (result < 0)
        return result;
    if (commit->page != NULL)
        crash_point("store.page.after_commit");
    finish_commit(commit);
    return 0;
}

int store_commit(struct store_source *source, struct store_page *page, struct store_window *window,
    enum store_outcome outcome, const struct store_walk *walk, struct error *error)
{
    _cleanup_(store_page_abortp) struct store_page *owned = page;
    struct store_window counted = {.id = 0};
    struct commit commit = {.source = source,
        .window = window == NULL ? NULL : &counted,
        .outcome = outcome,
        .walk = walk == NULL ? &source->walk : walk,
        .sequence = source->next_sequence};
    if (window != NULL)
        counted = *window;
    else if (page != NULL)
        return error_set(error, ERROR_INVALID, "a page of %s without a window", source->name);
    if (page != NULL)
        counted.pages++;
    bool is_batch =
        page != NULL && (page->record.count > 0 || page->failed != 0) && outcome != STORE_GIVE_UP;
    if (is_batch) {
        int result = complete_page(page, &commit.record, error);
        if (result < 0)
            return result;
        commit.page = page;
        counted.entries += page->record.count;
        counted.bytes += page_bytes(page);
    }
    int result = run_commit(&commit, error);
    if (result < 0)
        return result;
    if (window != NULL)
        finish_window(window, &commit);
    if (is_batch)
        page_free(TAKE(owned));
    return 0;
}
