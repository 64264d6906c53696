/*
 * A delivery on a simulated clock between a store in memory and an output that the test plays:
 * batches are answered by a function of the test, or kept until the test answers them itself.
 */
#pragma once

#include "base/units.h"
#include "fake_store.h"
#include "output/delivery_parts.h"
#include "sys/folder.h"

enum { RIG_SENT = 4096, RIG_PENDING = 64 };

struct rig;

/* How the played receiver answers; the outcome -1 keeps the batch pending. */
typedef struct output_answer (*rig_receiver)(struct rig *rig, const struct output_batch *batch);

struct rig {
    struct clock *clock;
    struct loop *loop;
    struct store store;
    struct config_output config;
    struct delivery_context context;
    struct delivery *delivery;
    struct output_type type;
    char directory[FOLDER_SIZE], dead_letter[PATH_SIZE];
    char *none[1];

    rig_receiver receiver;
    int script[RIG_SENT]; /* for the receiver's own use */
    size_t sent;          /* batches */
    struct {
        char source[16];
        uint64_t first;
        size_t count;
        size_t size;
        char *body;
        int64_t at_us;
    } log[RIG_SENT];
    struct output_batch *pending[RIG_PENDING];
    size_t pending_count, cancelled, opened, closed, reopened;
    struct buffer accepted; /* bodies that were answered DELIVERED, in that order */
    char *state;            /* to answer with */
    int64_t entry_us;       /* that encoding an entry takes */
    unsigned changes, rereads;
};

static struct rig *rig; /* the one of the running test */

static inline struct output_answer rig_answer(enum output_outcome outcome, const char *message)
{
    return (struct output_answer){
        .outcome = outcome, .message = message, .retry_after_us = -1, .refused = -1};
}

static inline struct output_answer rig_accepts(struct rig *self, const struct output_batch *batch)
{
    (void)self;
    (void)batch;
    return rig_answer(OUTPUT_DELIVERED, "");
}

static inline struct output_answer rig_waits(struct rig *self, const struct output_batch *batch)
{
    (void)self;
    (void)batch;
    return (struct output_answer){.outcome = (enum output_outcome) - 1};
}

/* ---- The played output ---- */

struct output {
    int nothing;
};

static inline int played_open(
    struct output **ret_output, const struct output_context *context, struct error *error)
{
    (void)context;
    if (rig->receiver == NULL)
        return error_set(error, ERROR_DENIED, "no receiver");
    rig->opened++;
    *ret_output = calloc(1, sizeof(**ret_output));
    return 0;
}

static inline int played_begin(struct output *output, struct buffer *body)
{
    (void)output;
    return buffer_append_byte(body, '<');
}

static inline int played_end(struct output *output, struct buffer *body)
{
    (void)output;
    return buffer_append_byte(body, '>');
}

static inline int played_entry(struct output *output, const struct format_entry *entry,
    size_t index, struct buffer *body, struct error *error)
{
    (void)output;
    if (memmem(entry->bytes.data, entry->bytes.size, "unencodable", 11) != NULL)
        return error_set(error, ERROR_INVALID, "it is unencodable");
    if (memmem(entry->bytes.data, entry->bytes.size, "boundless", 9) != NULL)
        return ERROR_LIMIT;
    clock_advance(rig->clock, rig->entry_us);
    must(body->data[body->size - 1] == (index == 0 ? '<' : '\n'));
    int code = buffer_append_slice(body, entry->bytes);
    return code == 0 ? buffer_append_byte(body, '\n') : code;
}

static inline void rig_give(struct output_batch *batch, struct output_answer answer)
{
    if (answer.outcome == OUTPUT_DELIVERED) {
        ck_assert_int_eq(
            buffer_append(&rig->accepted, batch->body.data + 1, batch->body.size - 2), 0);
        if (rig->state != NULL)
            answer.state = slice_of(rig->state);
    }
    batch->done(batch, &answer);
}

static inline void played_send(struct output *output, struct output_batch *batch)
{
    (void)output;
    ck_assert_uint_lt(rig->sent, RIG_SENT);
    ck_assert_uint_gt(batch->count, 0);
    ck_assert_int_eq(batch->body.data[0], '<');
    ck_assert_int_eq(batch->body.data[batch->body.size - 1], '>');
    ck_assert_uint_eq(batch->ends[batch->count - 1], batch->body.size - 1);
    size_t at = rig->sent++;
    snprintf(rig->log[at].source, sizeof(rig->log[at].source), "%s", batch->source);
    rig->log[at].first = batch->first;
    rig->log[at].count = batch->count;
    rig->log[at].size = batch->body.size;
    rig->log[at].at_us = clock_monotonic_us(rig->clock);
    rig->log[at].body = strndup(batch->body.data + 1, batch->body.size - 2);
    struct output_answer answer = rig->receiver(rig, batch);
    if ((int)answer.outcome >= 0) {
        rig_give(batch, answer);
        return;
    }
    ck_assert_uint_lt(rig->pending_count, RIG_PENDING);
    rig->pending[rig->pending_count++] = batch;
}

/* Answers the pending batch that was sent as the `index`-th of those. */
static inline void rig_reply(size_t index, struct output_answer answer)
{
    ck_assert_uint_lt(index, rig->pending_count);
    struct output_batch *batch = rig->pending[index];
    rig->pending_count--;
    memmove(&rig->pending[index], &rig->pending[index + 1],
        (rig->pending_count - index) * sizeof(rig->pending[0]));
    rig_give(batch, answer);
}

static inline void played_cancel(struct output *output, struct output_batch *batch)
{
    (void)output;
    size_t index = 0;
    while (index < rig->pending_count && rig->pending[index] != batch)
        index++;
    ck_assert_uint_lt(index, rig->pending_count);
    rig->pending_count--;
    memmove(&rig->pending[index], &rig->pending[index + 1],
        (rig->pending_count - index) * sizeof(rig->pending[0]));
    rig->cancelled++;
}

static inline void played_reopen(struct output *output)
{
    (void)output;
    rig->reopened++;
}

static inline void played_close(struct output *output)
{
    ck_assert_uint_eq(rig->pending_count, 0);
    rig->closed++;
    free(output);
}

/* ---- The rig ---- */

static inline void rig_changed(void *user, struct delivery *delivery)
{
    (void)user;
    (void)delivery;
    rig->changes++;
}

static inline void rig_reread(void *user, const char *source, int64_t oldest, int64_t latest)
{
    (void)user;
    ck_assert_str_eq(source, "a");
    ck_assert_int_eq(oldest, 100);
    ck_assert_int_eq(latest, 200);
    rig->rereads++;
}

/* The retry stack of the configuration is empty; a test may fill it in before rig_start(). */
static inline void rig_init(void)
{
    rig = calloc(1, sizeof(*rig));
    rig->clock = clock_new_simulated(1700000000, 7);
    ck_assert_int_eq(loop_new(&rig->loop, rig->clock, NULL), 0);
    fake_store_init(&rig->store);
    fake_store_owner = &rig->store;
    folder_make(rig->directory);
    (void)folder_path(rig->dead_letter, rig->directory, "dead/out.ndjson");
    rig->config = (struct config_output){.name = (char *)"out",
        .type = CONFIG_OUTPUT_HTTP,
        .format = (char *)"json",
        .only = rig->none,
        .except = rig->none,
        .redact = rig->none,
        .sources = rig->none,
        .dead_letter = rig->dead_letter,
        .batch = {.max_entries = 10, .max_bytes = KIB(64), .max_wait_us = 0},
        .max_in_flight = 1};
    rig->type = (struct output_type){.name = "played",
        .open = played_open,
        .begin = played_begin,
        .entry = played_entry,
        .end = played_end,
        .send = played_send,
        .cancel = played_cancel,
        .reopen = played_reopen,
        .close = played_close};
    rig->context = (struct delivery_context){.config = &rig->config,
        .loop = rig->loop,
        .store_type = &fake_store,
        .store = &rig->store,
        .reread = rig_reread,
        .changed = rig_changed};
    rig->accepted = (struct buffer)BUFFER_INIT(MIB(16));
    rig->receiver = rig_accepts;
    log_set_level(LOG_LEVEL_ERROR - 1);
}

/* With every source of the store. */
static inline void rig_start(void)
{
    struct error error = ERROR_INIT;
    int code = delivery_new_with(&rig->delivery, &rig->context, &rig->type, &error);
    ck_assert_msg(code == 0, "%s", error.text);
    for (size_t i = 0; i < rig->store.source_count; i++)
        ck_assert_int_eq(delivery_add_source(rig->delivery, rig->store.sources[i].name,
                             &rig->store.sources[i], NULL),
            0);
}

static inline void rig_stop(void)
{
    delivery_free(rig->delivery);
    rig->delivery = NULL;
    ck_assert_uint_eq(rig->opened, rig->closed);
    for (size_t i = 0; i < rig->store.source_count; i++)
        ck_assert(!rig->store.sources[i].attached);
}

static inline void rig_deinit(void)
{
    rig_stop();
    loop_free(rig->loop);
    clock_free(rig->clock);
    fake_store_deinit(&rig->store);
    for (size_t i = 0; i < rig->sent; i++)
        free(rig->log[i].body);
    buffer_deinit(&rig->accepted);
    folder_remove(rig->directory);
    free(rig);
}

/* Turns at the present time until nothing is left to do at once. */
static inline void rig_settle(void)
{
    for (int i = 0; i < 100000; i++) {
        must(loop_turn(rig->loop, 0) == 0);
        if (loop_wait_us(rig->loop) != 0)
            return;
    }
    ck_abort_msg("the loop never comes to rest");
}

/* Lets time pass, with everything that is due in it. */
static inline void rig_pass(int64_t us)
{
    int64_t end = clock_monotonic_us(rig->clock) + us;
    rig_settle();
    for (;;) {
        int64_t left = end - clock_monotonic_us(rig->clock);
        int64_t next = loop_wait_us(rig->loop);
        if (left <= 0)
            break;
        if (next < 0 || next > left) {
            clock_advance(rig->clock, left);
            break;
        }
        must(loop_turn(rig->loop, next) == 0);
        rig_settle();
    }
}

/* Lets time pass until everything is delivered, an hour at most. */
static inline void rig_finish(void)
{
    rig_settle();
    for (int i = 0; i < 3600 && !delivery_is_caught_up(rig->delivery); i++)
        rig_pass(USEC_PER_SEC);
    ck_assert(delivery_is_caught_up(rig->delivery));
}

static inline struct delivery_status rig_status(void)
{
    struct delivery_status status;
    delivery_status(rig->delivery, &status);
    return status;
}

/* The accepted entries are these sequences of the source, in this order, one line each. Ended by 0.
 */
static inline void rig_check_accepted(const char *source, const unsigned *sequences)
{
    struct buffer expected = BUFFER_INIT(MIB(16));
    const struct store_source *entries = fake_store_source(&rig->store, source);
    for (; *sequences != 0; sequences++)
        must(buffer_printf(&expected, "%s\n", entries->entries[*sequences - 1].bytes) == 0);
    ck_assert_str_eq(buffer_text(&rig->accepted), buffer_text(&expected));
    buffer_deinit(&expected);
}

#define RIG_ACCEPTED(source, ...) rig_check_accepted(source, (const unsigned[]){__VA_ARGS__, 0})

/* Every entry of the source was accepted once, in order (other sources may be between). */
static inline void rig_check_complete(const char *source)
{
    const struct store_source *entries = fake_store_source(&rig->store, source);
    const char *at = buffer_text(&rig->accepted);
    for (size_t i = 0; i < entries->count; i++) {
        const char *found = strstr(at, entries->entries[i].bytes);
        if (found == NULL)
            ck_abort_msg("%s is missing or out of order", entries->entries[i].bytes);
        at = found + strlen(entries->entries[i].bytes);
        if (strstr(at, entries->entries[i].bytes) != NULL)
            ck_abort_msg("%s came twice", entries->entries[i].bytes);
    }
}

/* The dead letter file as a string the caller frees; "" when there is none. */
static inline char *rig_dead_letters(void)
{
    char *text = calloc(1, MIB(1));
    int fd = open(rig->dead_letter, O_RDONLY);
    if (fd >= 0) {
        ck_assert_int_ge(read(fd, text, MIB(1) - 1), 0);
        close(fd);
    }
    return text;
}

static inline size_t rig_count_letters(void)
{
    char *text = rig_dead_letters();
    size_t lines = 0;
    for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++)
        lines++;
    free(text);
    return lines;
}
