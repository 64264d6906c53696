/*
 * `deadletter retry`: a slice of an output's letters at a time.
 *
 * A retry first sets the file aside (FILE.retry), so that letters that come meanwhile have a file
 * of their own, and ends by removing it. In between each letter's entry goes to the queue beside
 * its source (store/beside.h), from where the output gets it; one that is refused again comes back
 * as a new letter. A letter is in the file or in the store at every moment: when a retry breaks
 * off, the next one begins at the start of the file that was set aside, and passes over what the
 * store has. What can never be sent (it is no JSON, or of a source that is not configured) goes
 * back to the file.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/order.h"
#include "daemon/daemon_private.h"
#include "daemon/letters_place.h"
#include "daemon/verbs_private.h"
#include "output/letters.h"
#include "source/intake.h"
#include "sys/file.h"

/* ---- A slice ---- */

/* An entry of a letter, on its way to the store. */
struct waiting {
    struct buffer bytes;
    struct store_new_entry entry;
    bool known; /* the store has it already */
};

/* A slice of letters. All of one source: another one begins another slice. */
struct slice_of_letters {
    const struct letters_place *place;
    char source[LIMIT_NAME + 1];
    struct store_source *queue;
    struct waiting waiting[LETTERS_SLICE];
    size_t count;
    struct buffer kept; /* lines that go back */
    int64_t kept_count, moved;
};

static void slice_deinit(struct slice_of_letters *slice)
{
    for (size_t i = 0; i < slice->count; i++)
        buffer_deinit(&slice->waiting[i].bytes);
    buffer_deinit(&slice->kept);
    free(slice);
}

DEFINE_CLEANUP(struct slice_of_letters, slice_deinit)

static bool can_be_sent(const struct letters_place *place, const struct letter *letter)
{
    return letters_place_owns(place, letter) && letter->entry.data != NULL &&
           config_find_source(place->context->config, letter->source) != NULL;
}

static int keep_line(struct slice_of_letters *slice, const struct letter *letter)
{
    int r = buffer_append_slice(&slice->kept, letter->line);
    slice->kept_count++;
    return r < 0 ? r : buffer_append_byte(&slice->kept, '\n');
}

static int take_letter(struct slice_of_letters *slice, const struct letter *letter)
{
    struct slackaudit_entry_slice look;
    struct waiting *waiting = &slice->waiting[slice->count];
    *waiting = (struct waiting){.bytes = BUFFER_INIT(LIMIT_ENTRY)};
    int r = buffer_append_slice(&waiting->bytes, letter->entry);
    if (r < 0)
        return r;
    (void)snprintf(slice->source, sizeof(slice->source), "%s", letter->source); /* a name fits */
    slice->count++;
    (void)slackaudit_entry_look(
        waiting->bytes.data, waiting->bytes.size, &look); /* it was looked at before */
    bool has_time = look.has_date && look.date_create > 0 && look.date_create <= UINT32_MAX;
    waiting->entry = (struct store_new_entry){.bytes = buffer_slice(&waiting->bytes),
        .time = has_time ? look.date_create : 0,
        .key = intake_key(&look)};
    return 0;
}

/* Reads letters until the slice is full or another source begins. 1: there is more; the place has
 * moved on. */
static int read_slice(
    struct letters_place *place, struct slice_of_letters *slice, struct error *error)
{
    _cleanup_(letters_deinit) struct letters letters = LETTERS_INIT;
    int64_t start = place->offset;
    int r = letters_open(&letters, place->aside_path, start, error);
    if (r != 0)
        return r < 0 ? r : 0;
    while (slice->count < LETTERS_SLICE && letters.next - start < LETTERS_SLICE_BYTES) {
        struct letter letter;
        r = letters_next(&letters, &letter, error);
        if (r <= 0)
            return r;
        bool moves = can_be_sent(place, &letter);
        if (moves && slice->count > 0 && strcmp(slice->source, letter.source) != 0)
            return 1;
        r = moves ? take_letter(slice, &letter) : keep_line(slice, &letter);
        if (r < 0)
            return error_set(error, r, "no memory for a dead letter");
        place->offset = letters.next;
    }
    return 1;
}

static int open_queue(struct slice_of_letters *slice, struct error *error)
{
    const struct verb_context *context = slice->place->context;
    const char *output = slice->place->output->name;
    char name[BESIDE_NAME_SIZE];
    uint64_t sequence;
    (void)snprintf(name, sizeof(name), "%s/%s", slice->source, output); /* names fit */
    int r = context->store_type->source(context->store, name, &slice->queue, NULL, error);
    /* Before anything is stored: an output gets what comes after it. */
    return r < 0 ? r
                 : context->store_type->attach(
                       context->store, output, slice->queue, &sequence, error);
}

/* ---- What the store has already ---- */

struct known {
    struct slice_of_letters *slice;
    uint64_t ids[LETTERS_SLICE];
    struct store_inquiry inquiry;
    bool known[LETTERS_SLICE];
    struct error *error;
};

static int compare_ids(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

static bool *place_of(struct known *known, uint64_t id)
{
    const uint64_t *place =
        bsearch(&id, known->ids, known->inquiry.count, sizeof(known->ids[0]), compare_ids);
    return &known->known[place - known->ids];
}

static int note_known(void *user, uint64_t id, uint64_t sequence)
{
    struct known *known = user;
    const struct letters_place *place = known->slice->place;
    enum store_fate fate;
    int r = place->context->store_type->fate(
        known->slice->queue, place->output->name, sequence, &fate, known->error);
    if (r >= 0 && fate != STORE_DEAD && fate != STORE_NEVER && fate != STORE_BEFORE)
        *place_of(known, id) = true;
    return r;
}

/* Marks what was moved by a retry that broke off, and what stands there twice. */
static int mark_known(struct slice_of_letters *slice, struct error *error)
{
    const struct verb_context *context = slice->place->context;
    struct known known = {
        .slice = slice, .inquiry = {.oldest = INT64_MAX, .latest = -1}, .error = error};
    size_t count = 0;
    for (size_t i = 0; i < slice->count; i++) {
        const struct store_new_entry *entry = &slice->waiting[i].entry;
        known.ids[i] = ledger_id(entry->key);
        known.inquiry.oldest = lower(known.inquiry.oldest, entry->time);
        known.inquiry.latest = higher(known.inquiry.latest, entry->time);
    }
    qsort(known.ids, slice->count, sizeof(known.ids[0]), compare_ids);
    for (size_t i = 0; i < slice->count; i++)
        if (count == 0 || known.ids[count - 1] != known.ids[i])
            known.ids[count++] = known.ids[i];
    known.inquiry.ids = known.ids;
    known.inquiry.count = count;
    int64_t from;
    int r =
        context->store_type->find(slice->queue, &known.inquiry, note_known, &known, &from, error);
    for (size_t i = 0; r >= 0 && i < slice->count; i++) {
        bool *is_known = place_of(&known, ledger_id(slice->waiting[i].entry.key));
        slice->waiting[i].known = *is_known;
        *is_known = true; /* once is enough */
    }
    return r;
}

/* ---- Into the store ---- */

/* A page comes newest first, and is delivered from its end. */
static int fill_page(struct slice_of_letters *slice, struct store_page *page, struct error *error)
{
    int r = 0;
    for (size_t i = slice->count; r >= 0 && i-- > 0;) {
        if (slice->waiting[i].known)
            continue;
        r = slice->place->context->store_type->page_append(page, &slice->waiting[i].entry, error);
        slice->moved++;
    }
    return r;
}

static int store_slice(struct slice_of_letters *slice, struct error *error)
{
    const struct verb_context *context = slice->place->context;
    struct store_page *page = NULL;
    struct store_usage usage;
    context->store_type->usage(context->store, &usage);
    if (usage.live_bytes >= usage.max_bytes)
        return error_set(error, ERROR_FULL,
            "the store is at its cap: the letters stay until outputs have caught up");
    int r = open_queue(slice, error);
    if (r >= 0)
        r = mark_known(slice, error);
    if (r >= 0)
        r = context->store_type->page_begin(slice->queue, &page, error);
    if (r < 0)
        return r;
    r = fill_page(slice, page, error);
    if (r < 0) {
        context->store_type->page_abort(page);
        return r;
    }
    /* Nobody walks a queue, so its ids go to the ledger as soon as the bytes have gone. */
    const struct store_walk walk = {
        .start = -1, .checkpoint = -1, .read_at = -1, .seen_from = INT64_C(1) << 32};
    struct store_window window = {.kind = STORE_WINDOW_FRESH, .latest = UINT32_MAX};
    return context->store_type->commit(slice->queue, page, &window, STORE_CLOSE, &walk, error);
}

/* ---- Back to the file ---- */

static int put_back(const struct slice_of_letters *slice, struct error *error)
{
    const char *path = slice->place->output->dead_letter;
    if (slice->kept.size == 0)
        return 0;
    _cleanup_close_ int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
    if (fd < 0)
        return error_set_errno(error, errno, "cannot open the dead letter file %s", path);
    int r = file_write_all(fd, buffer_slice(&slice->kept), error);
    if (r == 0 && fdatasync(fd) < 0)
        r = error_set_errno(error, errno, "cannot sync");
    if (r < 0)
        return error_prefix(error, r, "dead letter file %s", path);
    return file_sync_parent(path, error);
}

/* Begins a retry. `*ret_resumed`: one that broke off goes on; what came since is not in it. 1:
 * there is no letter. */
static int set_aside(const struct letters_place *place, bool *ret_resumed, struct error *error)
{
    const char *path = place->output->dead_letter;
    *ret_resumed = access(place->aside_path, F_OK) == 0;
    if (*ret_resumed)
        return 0;
    if (rename(path, place->aside_path) == 0)
        return file_sync_parent(path, error);
    return errno == ENOENT
               ? 1
               : error_set_errno(error, errno, "cannot rename the dead letter file %s", path);
}

static int retry_slice(
    struct letters_place *place, struct slice_of_letters *slice, struct error *error)
{
    int more = read_slice(place, slice, error);
    int r = more;
    if (r >= 0 && slice->count > 0)
        r = store_slice(slice, error);
    if (r >= 0)
        r = put_back(slice, error);
    if (r >= 0 && slice->count > 0 && place->context->daemon != NULL)
        r = daemon_join_beside(place->context->daemon, place->output->name, error);
    if (r == ERROR_MISSING)
        r = 0; /* the output is started later, and finds the queue then */
    if (r >= 0 && more == 0 && unlink(place->aside_path) < 0)
        r = error_set_errno(error, errno, "cannot remove %s", place->aside_path);
    return r < 0 ? r : more;
}

int verb_deadletter_retry(const struct verb_context *context, const char *const *words,
    size_t count, struct json_writer *result, struct error *error)
{
    _cleanup_(letters_place_deinit) struct letters_place place;
    bool resumed = false;
    int r = letters_place_init(&place, context, words, count, error);
    int none = r < 0 || count == 4 ? r : set_aside(&place, &resumed, error);
    if (none == 0)
        none = letters_place_hold(&place, error);
    if (none < 0)
        return none;
    _cleanup_(slice_deinitp) struct slice_of_letters *slice = calloc(1, sizeof(*slice));
    if (slice == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for dead letters");
    slice->place = &place;
    slice->kept = (struct buffer)BUFFER_INIT(4 * LIMIT_ENTRY);
    r = none > 0 ? 0 : retry_slice(&place, slice, error);
    if (r < 0)
        return r;
    struct stat status = {.st_size = 0};
    json_writer_open(result, "result", '{');
    json_writer_number(result, "moved", slice->moved);
    json_writer_number(result, "kept", slice->kept_count);
    json_writer_boolean(result, "resumed", resumed);
    if (r > 0 && stat(place.aside_path, &status) == 0) {
        json_writer_number(result, "offset", place.offset);
        json_writer_number(result, "size", status.st_size);
        letters_place_write(&place, result);
    }
    json_writer_close(result, '}');
    return 0;
}
