/*
 * A stage: one call of some kind, refused twice and then answered, so that all callbacks come, and
 * something that is done inside one of them. Nothing may be told any more once that has ended the
 * call.
 */
#pragma once

#include "slackaudit/entries.h"
#include "slackaudit/place.h"

enum where {
    IN_LOG,
    IN_MAY_START,
    IN_ATTEMPT_ENDED,
    IN_ON_ATTEMPT,
    IN_ON_BODY,
    IN_ON_ENTRY,
    IN_ON_DONE,
    IN_ON_READY,
    IN_CAN_RETRY,
    IN_HANDLER_WAIT,
    IN_INTERVAL,
    IN_JITTER,
    WHERES,
};

enum kind { WHOLE, STREAM, PAGE, ENTRIES_TRY, WAITS, ENTRIES_NEXT, KINDS };

static const char *const where_names[WHERES] = {"log", "may_start", "attempt_ended", "on_attempt",
    "on_body", "on_entry", "on_done", "on_ready", "can_retry", "wait_us", "interval", "jitter"};
static const char *const kind_names[KINDS] = {
    "whole", "stream", "page", "entries_try", "waits", "entries_next"};

struct stage {
    struct place place; /* `client` is what is acted upon */
    struct slackaudit_engine *engine;
    bool engine_is_ours; /* and not the client's own */
    struct slackaudit_call *call;
    struct slackaudit_entries *entries;
    enum kind kind;
    enum where where;
    void (*action)(struct stage *stage);
    bool acted, over; /* over: no callback may come any more */
    bool turned;      /* since then */
    bool done;
    unsigned others_done, entries_told, destroyed;
};

/* A handler that is being asked is asked to the end, whatever it did. */
static inline bool is_of_the_same_question(const struct stage *stage, enum where where)
{
    return where >= IN_CAN_RETRY && stage->where >= IN_CAN_RETRY && !stage->turned;
}

static inline void act(struct stage *stage, enum where where)
{
    ck_assert_msg(!stage->over || is_of_the_same_question(stage, where),
        "%s: %s came after the end that was made in %s", kind_names[stage->kind],
        where_names[where], where_names[stage->where]);
    if (where != stage->where || stage->acted)
        return;
    stage->acted = true;
    stage->action(stage);
}

/* ---- The callbacks ---- */

static inline void on_log(void *user, const char *text)
{
    (void)text;
    act(user, IN_LOG);
}

static inline int64_t may_start(void *user)
{
    act(user, IN_MAY_START);
    return 0;
}

static inline void attempt_ended(void *user, const struct slackaudit_attempt *attempt)
{
    act(user, IN_ATTEMPT_ENDED);
    ck_assert_int_ge(attempt->status, 200); /* still to be read, whatever was freed */
    ck_assert_str_eq(attempt->method, "GET");
}

static inline void on_attempt(void *user, int attempt)
{
    (void)attempt;
    act(user, IN_ON_ATTEMPT);
}

static inline int on_body(void *user, int status, const char *data, size_t size)
{
    char last = '\0';
    act(user, IN_ON_BODY);
    for (size_t i = 0; i < size; i++)
        last = data[i];
    ck_assert(last != '\0' && status >= 200);
    return 0;
}

static inline int on_entry(void *user, const struct slackaudit_entry_slice *entry)
{
    act(user, IN_ON_ENTRY);
    ck_assert_int_eq(entry->data[0], '{');
    return 0;
}

static inline void on_done(void *user, const struct slackaudit_answer *answer)
{
    struct stage *stage = user;
    act(stage, IN_ON_DONE);
    stage->done = true;
    ck_assert_int_eq(answer->status, 200);
    ck_assert_str_eq(slackaudit_answer_header(answer, "x-thing", 0), "7");
}

static inline void on_page(void *user, const struct slackaudit_answer *answer,
    const struct slackaudit_page_summary *summary)
{
    ck_assert_uint_eq(summary->entries, 2);
    on_done(user, answer);
    ck_assert_str_eq(summary->next_cursor, "");
}

static inline void on_ready(void *user)
{
    act(user, IN_ON_READY);
}

static inline bool can_retry(const void *self, const struct slackaudit_retry_state *state,
    const struct slackaudit_attempt *attempt)
{
    (void)state;
    act(*(struct stage *const *)self, IN_CAN_RETRY);
    return attempt->status == 503;
}

static inline int64_t handler_wait(const void *self, struct slackaudit_retry_state *state,
    const struct slackaudit_attempt *attempt, int own_attempt,
    const struct slackaudit_random *random)
{
    (void)state;
    (void)attempt;
    (void)own_attempt;
    act(*(struct stage *const *)self, IN_HANDLER_WAIT);
    return random->between(random->user, 1, 2);
}

static inline int64_t interval_wait(const void *self, int attempt)
{
    (void)attempt;
    act(*(struct stage *const *)self, IN_INTERVAL);
    return 1;
}

static inline int64_t jitter_apply(const void *self, int64_t wait_us,
    const struct slackaudit_retry_state *state, const struct slackaudit_random *random)
{
    (void)state;
    (void)random;
    act(*(struct stage *const *)self, IN_JITTER);
    return wait_us;
}

static inline void destroy(void *self)
{
    (*(struct stage **)self)->destroyed++;
    free(self);
}

/* ---- A stage ---- */

/* What a handler, interval or jitter has of its own: memory that is gone when it is. */
static inline void *self_of(struct stage *stage)
{
    struct stage **self = malloc(sizeof(struct stage *));
    ck_assert_ptr_nonnull(self);
    *self = stage;
    return self;
}

/* Two handlers for the two refusals; together they ask all that can be asked. */
static inline void fill_stack(struct stage *stage)
{
    static const struct slackaudit_interval_type interval_type = {
        .name = "i", .wait_us = interval_wait, .destroy = destroy};
    static const struct slackaudit_jitter_type jitter_type = {
        .name = "j", .apply = jitter_apply, .destroy = destroy};
    static const struct slackaudit_retry_handler_type by_interval = {
        .name = "a", .can_retry = can_retry, .destroy = destroy};
    static const struct slackaudit_retry_handler_type by_itself = {
        .name = "b", .can_retry = can_retry, .wait_us = handler_wait, .destroy = destroy};
    struct slackaudit_retry_stack *stack = slackaudit_client_retry(stage->place.client);
    ck_assert_int_eq(slackaudit_retry_stack_append(
                         stack, slackaudit_retry_custom(&by_interval, self_of(stage), 1,
                                    slackaudit_interval_custom(&interval_type, self_of(stage)),
                                    slackaudit_jitter_custom(&jitter_type, self_of(stage)), 0)),
        0);
    ck_assert_int_eq(slackaudit_retry_stack_append(stack,
                         slackaudit_retry_custom(&by_itself, self_of(stage), 1, NULL, NULL, 0)),
        0);
}

#define STAGE_REFUSED "HTTP/1.1 503 No\r\nx-thing: 7\r\nContent-Length: 3\r\n\r\nno!"
static const struct server_step stage_steps[] = {
    {.kind = STEP_ANSWER, .text = STAGE_REFUSED},
    {.kind = STEP_ANSWER, .text = STAGE_REFUSED},
    {.kind = STEP_ANSWER,
        .text = "HTTP/1.1 200 OK\r\nx-thing: 7\r\nContent-Length: 75\r\n\r\n"
                "{\"entries\":[{\"id\":\"b\",\"date_create\":20},{\"id\":\"a\",\"date_create\":10}"
                "],\"a\":1}"},
};

static inline void stage_init(struct stage *stage, enum kind kind, enum where where,
    void (*action)(struct stage *stage), bool engine_is_ours)
{
    *stage = (struct stage){
        .kind = kind, .where = where, .action = action, .engine_is_ours = engine_is_ours};
    place_init(&stage->place, stage_steps, 3);
    struct slackaudit_options options = place_options(&stage->place);
    options.log = on_log;
    options.may_start = may_start;
    options.attempt_ended = attempt_ended;
    options.user = stage;
    if (engine_is_ours)
        ck_assert_int_eq(slackaudit_engine_new(&stage->engine, NULL, NULL), 0);
    ck_assert_int_eq(slackaudit_client_new(&stage->place.client, stage->engine, &options, NULL), 0);
    stage->engine = slackaudit_client_engine(stage->place.client);
    fill_stack(stage);
}

static inline void free_client(struct stage *stage)
{
    slackaudit_client_free(stage->place.client);
    stage->place.client = NULL;
    stage->over = true;
    if (!stage->engine_is_ours)
        stage->engine = NULL;
}

static inline void turn(struct stage *stage, int64_t max_wait_us)
{
    ck_assert_int_eq(slackaudit_engine_turn(stage->engine, max_wait_us), 0);
    stage->turned = stage->over;
}

static inline void stage_deinit(struct stage *stage)
{
    if (stage->engine != NULL && stage->engine_is_ours && stage->place.client == NULL)
        for (int i = 0; i < 3; i++)
            turn(stage, USEC_PER_MSEC);
    slackaudit_entries_free(stage->entries);
    free_client(stage);
    if (stage->engine_is_ours)
        slackaudit_engine_free(stage->engine);
    place_deinit(&stage->place);
    ck_assert_uint_eq(stage->destroyed, 4);
}
