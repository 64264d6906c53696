/*
 * An output driven by hand, without a delivery: its vtable on a real loop and HTTP engine. The test
 * makes batches, turns the loop and looks at the answers. A batch is freed as soon as it is
 * answered, as a delivery does it. The clock is real, or, where a test must not depend on how fast
 * it runs, simulated: then it stands still in turns that wait for nothing.
 */
#pragma once

#include "base/units.h"
#include "check_main.h"
#include "output/output.h"
#include "sys/server.h"

enum { SENT_TEXT = 1024 };

/* A batch and what became of it. */
struct sent {
    struct output_batch batch;
    size_t *ends;
    bool sending;
    unsigned answers;
    enum output_outcome outcome;
    char message[SENT_TEXT];
    int status;
    enum slackaudit_transport transport;
    int os_errno;
    int64_t retry_after_us;
    long refused;
};

struct send_rig {
    struct clock *clock;
    struct loop *loop;
    struct http_engine *http;
    struct config_output config;
    char *none[1];
    const struct output_type *type;
    struct output *output;
};

static struct send_rig rig; /* the one of the running test */

enum rig_clock { CLOCK_IS_REAL, CLOCK_IS_SIMULATED };

static inline void rig_init(const struct output_type *type, enum rig_clock clock)
{
    struct error error = ERROR_INIT;
    memset(&rig, 0, sizeof(rig));
    rig.type = type;
    rig.clock = clock == CLOCK_IS_REAL ? clock_new_real() : clock_new_simulated(1705377231, 1);
    ck_assert_ptr_nonnull(rig.clock);
    ck_assert_int_eq(loop_new(&rig.loop, rig.clock, &error), 0);
    ck_assert_int_eq(http_engine_new(&rig.http, rig.loop, &error), 0);
    rig.config = (struct config_output){
        .name = (char *)"receiver",
        .format = (char *)"json",
        .sources = rig.none,
        .only = rig.none,
        .except = rig.none,
        .redact = rig.none,
        .dead_letter = (char *)"/nowhere",
        .timeout_us = 20 * USEC_PER_SEC,
        .tls = {(char *)"", (char *)"", (char *)"", (char *)"1.2"},
        .max_in_flight = 1,
    };
}

static inline int rig_try_open(struct error *error)
{
    const struct output_context context = {
        .config = &rig.config,
        .loop = rig.loop,
        .http = rig.http,
        .subject = {.kind = "output", .name = "receiver"},
    };
    return rig.type->open(&rig.output, &context, error);
}

static inline void rig_open(void)
{
    struct error error = ERROR_INIT;
    int code = rig_try_open(&error);
    ck_assert_msg(code == 0, "%s", error.text);
}

static inline void rig_deinit(void)
{
    rig.type->close(rig.output);
    http_engine_free(rig.http);
    loop_free(rig.loop);
    clock_free(rig.clock);
}

static inline void rig_turn(void)
{
    ck_assert_int_eq(loop_turn(rig.loop, 20 * USEC_PER_MSEC), 0);
}

/* ---- Batches ---- */

static inline void sent_release(struct sent *sent)
{
    sent->sending = false;
    buffer_deinit(&sent->batch.body);
    free(sent->ends);
    sent->ends = NULL;
}

static inline void sent_done(struct output_batch *batch, const struct output_answer *answer)
{
    struct sent *sent = (struct sent *)batch;
    ck_assert(sent->sending);
    sent->answers++;
    sent->outcome = answer->outcome;
    snprintf(sent->message, sizeof(sent->message), "%s", answer->message);
    sent->status = answer->status;
    sent->transport = answer->transport;
    sent->os_errno = answer->os_errno;
    sent->retry_after_us = answer->retry_after_us;
    sent->refused = answer->refused;
    ck_assert_ptr_null(answer->state.data);
    sent_release(sent);
}

/* Encodes one entry into the batch; what `entry` returned. */
static inline int sent_add(
    struct sent *sent, struct slice bytes, int64_t time, const char *source, struct error *error)
{
    struct output_batch *batch = &sent->batch;
    const struct format_entry entry = {.bytes = bytes, .time = time, .source = source};
    size_t before = batch->body.size;
    int code = rig.type->entry(rig.output, &entry, batch->count, &batch->body, error);
    if (code < 0) {
        ck_assert_uint_eq(batch->body.size, before);
        return code;
    }
    if ((batch->count & (batch->count + 1)) == 0) { /* full: 0, 1, 3, 7, ... */
        sent->ends = realloc(sent->ends, (2 * batch->count + 1) * sizeof(size_t));
        ck_assert_ptr_nonnull(sent->ends);
    }
    sent->ends[batch->count++] = batch->body.size;
    return code;
}

static inline void sent_begin(struct sent *sent)
{
    *sent = (struct sent){
        .batch = {
            .source = "acme", .first = 1, .body = BUFFER_INIT(LIMIT_BATCH), .done = sent_done}};
    if (rig.type->begin != NULL)
        ck_assert_int_eq(rig.type->begin(rig.output, &sent->batch.body), 0);
}

static inline void sent_end(struct sent *sent)
{
    if (rig.type->end != NULL)
        ck_assert_int_eq(rig.type->end(rig.output, &sent->batch.body), 0);
    sent->batch.ends = sent->ends;
}

/* A batch of these entries, all of the source "acme" and of one second. */
static inline void sent_make(struct sent *sent, const char *const *entries, size_t count)
{
    sent_begin(sent);
    for (size_t i = 0; i < count; i++) {
        struct error error = ERROR_INIT;
        int code = sent_add(sent, slice_of(entries[i]), 1705377231, "acme", &error);
        ck_assert_msg(code == 0, "%s", error.text);
    }
    sent_end(sent);
}

/* A batch of about `size` bytes that do not compress well. */
static inline void sent_make_large(struct sent *sent, size_t size)
{
    char entry[1024];
    uint64_t dice = 88172645463325252U;
    sent_begin(sent);
    while (sent->batch.body.size + sizeof(entry) + 64 < size) {
        size_t at = (size_t)sprintf(entry, "{\"id\":\"%zu\",\"x\":\"", sent->batch.count);
        for (uint64_t rest = 0; at < sizeof(entry) - 2; rest >>= 4) {
            if (rest == 0) {
                dice ^= dice << 13, dice ^= dice >> 7, dice ^= dice << 17;
                rest = dice;
            }
            entry[at++] = "0123456789abcdef"[rest & 15];
        }
        entry[at++] = '"';
        entry[at++] = '}';
        ck_assert_int_eq(sent_add(sent, (struct slice){entry, at}, 1705377231, "acme", NULL), 0);
    }
    sent_end(sent);
}

static inline void sent_send(struct sent *sent)
{
    sent->sending = true;
    rig.type->send(rig.output, &sent->batch);
}

static inline void sent_cancel(struct sent *sent)
{
    ck_assert(sent->sending);
    rig.type->cancel(rig.output, &sent->batch);
    sent_release(sent);
}

static inline void sent_wait(const struct sent *sent)
{
    while (sent->answers == 0)
        rig_turn();
    ck_assert_uint_eq(sent->answers, 1);
}

/* One small batch, there and back. */
static inline void send_one(struct sent *sent)
{
    static const char *const entries[] = {"{\"id\":\"a\",\"action\":\"user_login\"}"};
    sent_make(sent, entries, 1);
    sent_send(sent);
    sent_wait(sent);
}

static inline bool mentions(const struct sent *sent, const char *words)
{
    return strstr(sent->message, words) != NULL;
}
