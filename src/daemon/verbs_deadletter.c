/*
 * `deadletter list|retry`: a slice of an output's letters at a time; PLACE says where to go on.
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
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json_text.h"
#include "base/order.h"
#include "base/units.h"
#include "daemon/daemon_private.h"
#include "daemon/verbs_private.h"
#include "output/letters.h"
#include "source/intake.h"
#include "sys/file.h"

enum { SLICE_LETTERS = 256, SLICE_BYTES = 1 << 20 };

/* ---- Files and places ---- */

static char *aside_path(const char *path)
{
    char *aside;
    return asprintf(&aside, "%s.retry", path) < 0 ? NULL : aside;
}

/* "aside:OFFSET" or "file:OFFSET". */
struct place {
    bool aside;
    int64_t offset;
};

static int parse_place(const char *text, struct place *ret_place, struct error *error)
{
    struct place place = {.aside = strncmp(text, "aside:", 6) == 0};
    const char *number = strchr(text, ':');
    char *end = NULL;
    if (number != NULL && number[1] >= '0' && number[1] <= '9')
        place.offset = strtoll(number + 1, &end, 10);
    if (end == NULL || *end != '\0' || (!place.aside && strncmp(text, "file:", 5) != 0))
        return error_set(error, ERROR_INVALID, "\"%s\" is no place in a dead letter file", text);
    *ret_place = place;
    return 0;
}

static void write_place(struct json_writer *result, const struct place *place)
{
    char text[40];
    (void)snprintf(text, sizeof(text), "%s:%" PRId64, place->aside ? "aside" : "file",
        place->offset); /* fits */
    json_writer_string(result, "next", text);
}

/* What a request is about. */
struct subject {
    const struct verb_context *context;
    const struct config_output *output;
    char *aside;
    struct place place;
};

static void subject_deinit(struct subject *subject)
{
    free(subject->aside);
}

static int subject_init(struct subject *subject, const struct verb_context *context,
    const char *const *words, size_t count, struct error *error)
{
    const struct config_output *output = config_find_output(context->config, words[2]);
    *subject = (struct subject){.context = context, .output = output, .place = {.aside = true}};
    if (output == NULL)
        return error_set(error, ERROR_MISSING, "no output \"%s\" is configured", words[2]);
    subject->aside = aside_path(output->dead_letter);
    if (subject->aside == NULL)
        return error_set(error, ERROR_MEMORY, "no memory");
    return count == 4 ? parse_place(words[3], &subject->place, error) : 0;
}

static bool is_ours(const struct subject *subject, const struct letter *letter)
{
    return letter->sound && strcmp(letter->output, subject->output->name) == 0;
}

/* ---- List ---- */

static int write_letter(struct json_writer *result, const struct letter *letter)
{
    char *id = letter->id.data == NULL ? NULL : malloc(letter->id.size + 1);
    if (letter->id.data != NULL && id == NULL)
        return ERROR_MEMORY;
    if (id != NULL)
        id[json_text_decode(letter->id.data, letter->id.size, id)] = '\0';
    json_writer_open(result, NULL, '{');
    json_writer_string(result, "time", letter->time);
    json_writer_string(result, "output", letter->output);
    json_writer_string(result, "source", letter->source);
    json_writer_string(result, "id", id);
    json_writer_string(result, "reason", letter->reason);
    json_writer_boolean(result, "can_be_sent", letter->entry.data != NULL);
    json_writer_close(result, '}');
    free(id);
    return json_writer_end(result);
}

/* Returns 0 at the end of the file, 1 when the slice is full, with the place moved on. */
static int list_file(struct subject *subject, struct json_writer *result, struct error *error)
{
    _cleanup_(letters_deinit) struct letters letters = LETTERS_INIT;
    const char *path = subject->place.aside ? subject->aside : subject->output->dead_letter;
    int64_t start = subject->place.offset;
    int r = letters_open(&letters, path, start, error);
    if (r != 0)
        return r < 0 ? r : 0;
    for (int told = 0; told < SLICE_LETTERS && letters.next - start < SLICE_BYTES;) {
        struct letter letter;
        r = letters_next(&letters, &letter, error);
        if (r > 0 && is_ours(subject, &letter)) {
            told++;
            r = write_letter(result, &letter);
        }
        if (r <= 0 && (r < 0 || letter.line.data == NULL))
            return r;
    }
    subject->place.offset = letters.next;
    return 1;
}

int verb_deadletter_list(const struct verb_context *context, const char *const *words, size_t count,
    struct json_writer *result, struct error *error)
{
    _cleanup_(subject_deinit) struct subject subject;
    int r = subject_init(&subject, context, words, count, error);
    if (r < 0)
        return r;
    json_writer_open(result, "result", '{');
    json_writer_open(result, "letters", '[');
    r = list_file(&subject, result, error);
    json_writer_close(result, ']');
    if (r < 0)
        return error->code != ERROR_NONE ? r : error_set(error, r, "the letters cannot be told");
    bool was_aside = subject.place.aside;
    if (r == 0)
        subject.place = (struct place){.aside = false};
    if (r > 0 || was_aside)
        write_place(result, &subject.place);
    json_writer_close(result, '}');
    return 0;
}

/* ---- Retry ---- */

/* An entry of a letter, on its way to the store. */
struct waiting {
    struct buffer bytes;
    struct store_new_entry entry;
    bool known; /* the store has it already */
};

/* A slice of letters. All of one source: another one begins another slice. */
struct slice_of_letters {
    const struct subject *subject;
    char source[LIMIT_NAME + 1];
    struct store_source *queue;
    struct waiting waiting[SLICE_LETTERS];
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

static bool can_be_sent(const struct subject *subject, const struct letter *letter)
{
    return is_ours(subject, letter) && letter->entry.data != NULL &&
           config_find_source(subject->context->config, letter->source) != NULL;
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
static int read_slice(struct subject *subject, struct slice_of_letters *slice, struct error *error)
{
    _cleanup_(letters_deinit) struct letters letters = LETTERS_INIT;
    int64_t start = subject->place.offset;
    int r = letters_open(&letters, subject->aside, start, error);
    if (r != 0)
        return r < 0 ? r : 0;
    while (slice->count < SLICE_LETTERS && letters.next - start < SLICE_BYTES) {
        struct letter letter;
        r = letters_next(&letters, &letter, error);
        if (r <= 0)
            return r;
        bool moves = can_be_sent(subject, &letter);
        if (moves && slice->count > 0 && strcmp(slice->source, letter.source) != 0)
            return 1;
        r = moves ? take_letter(slice, &letter) : keep_line(slice, &letter);
        if (r < 0)
            return error_set(error, r, "no memory for a dead letter");
        subject->place.offset = letters.next;
    }
    return 1;
}

static int open_queue(struct slice_of_letters *slice, struct error *error)
{
    const struct verb_context *context = slice->subject->context;
    const char *output = slice->subject->output->name;
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
    uint64_t ids[SLICE_LETTERS];
    struct store_inquiry inquiry;
    bool known[SLICE_LETTERS];
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
    const struct subject *subject = known->slice->subject;
    enum store_fate fate;
    int r = subject->context->store_type->fate(
        known->slice->queue, subject->output->name, sequence, &fate, known->error);
    if (r >= 0 && fate != STORE_DEAD && fate != STORE_NEVER && fate != STORE_BEFORE)
        *place_of(known, id) = true;
    return r;
}

/* Marks what was moved by a retry that broke off, and what stands there twice. */
static int mark_known(struct slice_of_letters *slice, struct error *error)
{
    const struct verb_context *context = slice->subject->context;
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
        r = slice->subject->context->store_type->page_append(page, &slice->waiting[i].entry, error);
        slice->moved++;
    }
    return r;
}

static int store_slice(struct slice_of_letters *slice, struct error *error)
{
    const struct verb_context *context = slice->subject->context;
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
    const char *path = slice->subject->output->dead_letter;
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
static int set_aside(const struct subject *subject, bool *ret_resumed, struct error *error)
{
    const char *path = subject->output->dead_letter;
    *ret_resumed = access(subject->aside, F_OK) == 0;
    if (*ret_resumed)
        return 0;
    if (rename(path, subject->aside) == 0)
        return file_sync_parent(path, error);
    return errno == ENOENT
               ? 1
               : error_set_errno(error, errno, "cannot rename the dead letter file %s", path);
}

static int retry_slice(struct subject *subject, struct slice_of_letters *slice, struct error *error)
{
    int more = read_slice(subject, slice, error);
    int r = more;
    if (r >= 0 && slice->count > 0)
        r = store_slice(slice, error);
    if (r >= 0)
        r = put_back(slice, error);
    if (r >= 0 && slice->count > 0 && subject->context->daemon != NULL)
        r = daemon_join_beside(subject->context->daemon, subject->output->name, error);
    if (r == ERROR_MISSING)
        r = 0; /* the output is started later, and finds the queue then */
    if (r >= 0 && more == 0 && unlink(subject->aside) < 0)
        r = error_set_errno(error, errno, "cannot remove %s", subject->aside);
    return r < 0 ? r : more;
}

int verb_deadletter_retry(const struct verb_context *context, const char *const *words,
    size_t count, struct json_writer *result, struct error *error)
{
    _cleanup_(subject_deinit) struct subject subject;
    bool resumed = false;
    int r = subject_init(&subject, context, words, count, error);
    int none = r < 0 || count == 4 ? r : set_aside(&subject, &resumed, error);
    if (none < 0)
        return none;
    _cleanup_(slice_deinitp) struct slice_of_letters *slice = calloc(1, sizeof(*slice));
    if (slice == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for dead letters");
    slice->subject = &subject;
    slice->kept = (struct buffer)BUFFER_INIT(4 * LIMIT_ENTRY);
    r = none > 0 ? 0 : retry_slice(&subject, slice, error);
    if (r < 0)
        return r;
    struct stat status = {.st_size = 0};
    json_writer_open(result, "result", '{');
    json_writer_number(result, "moved", slice->moved);
    json_writer_number(result, "kept", slice->kept_count);
    json_writer_boolean(result, "resumed", resumed);
    if (r > 0 && stat(subject.aside, &status) == 0) {
        json_writer_number(result, "offset", subject.place.offset);
        json_writer_number(result, "size", status.st_size);
        write_place(result, &subject.place);
    }
    json_writer_close(result, '}');
    return 0;
}
