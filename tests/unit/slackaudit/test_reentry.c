/*
 * What a callback may do: each thing that it may do, done from inside each callback that there is,
 * while each kind of call is under way. Each call is refused twice and then answered, so that all
 * callbacks come.
 */
#include "check_main.h"
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
static bool is_of_the_same_question(const struct stage *stage, enum where where)
{
    return where >= IN_CAN_RETRY && stage->where >= IN_CAN_RETRY && !stage->turned;
}

static void act(struct stage *stage, enum where where)
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

static void on_log(void *user, const char *text)
{
    (void)text;
    act(user, IN_LOG);
}

static int64_t may_start(void *user)
{
    act(user, IN_MAY_START);
    return 0;
}

static void attempt_ended(void *user, const struct slackaudit_attempt *attempt)
{
    act(user, IN_ATTEMPT_ENDED);
    ck_assert_int_ge(attempt->status, 200); /* still to be read, whatever was freed */
    ck_assert_str_eq(attempt->method, "GET");
}

static void on_attempt(void *user, int attempt)
{
    (void)attempt;
    act(user, IN_ON_ATTEMPT);
}

static int on_body(void *user, int status, const char *data, size_t size)
{
    char last = '\0';
    act(user, IN_ON_BODY);
    for (size_t i = 0; i < size; i++)
        last = data[i];
    ck_assert(last != '\0' && status >= 200);
    return 0;
}

static int on_entry(void *user, const struct slackaudit_entry_slice *entry)
{
    act(user, IN_ON_ENTRY);
    ck_assert_int_eq(entry->data[0], '{');
    return 0;
}

static void on_done(void *user, const struct slackaudit_answer *answer)
{
    struct stage *stage = user;
    act(stage, IN_ON_DONE);
    stage->done = true;
    ck_assert_int_eq(answer->status, 200);
    ck_assert_str_eq(slackaudit_answer_header(answer, "x-thing", 0), "7");
}

static void on_page(void *user, const struct slackaudit_answer *answer,
    const struct slackaudit_page_summary *summary)
{
    ck_assert_uint_eq(summary->entries, 2);
    on_done(user, answer);
    ck_assert_str_eq(summary->next_cursor, "");
}

static void on_ready(void *user)
{
    act(user, IN_ON_READY);
}

static bool can_retry(const void *self, const struct slackaudit_retry_state *state,
    const struct slackaudit_attempt *attempt)
{
    (void)state;
    act(*(struct stage *const *)self, IN_CAN_RETRY);
    return attempt->status == 503;
}

static int64_t handler_wait(const void *self, struct slackaudit_retry_state *state,
    const struct slackaudit_attempt *attempt, int own_attempt,
    const struct slackaudit_random *random)
{
    (void)state;
    (void)attempt;
    (void)own_attempt;
    act(*(struct stage *const *)self, IN_HANDLER_WAIT);
    return random->between(random->user, 1, 2);
}

static int64_t interval_wait(const void *self, int attempt)
{
    (void)attempt;
    act(*(struct stage *const *)self, IN_INTERVAL);
    return 1;
}

static int64_t jitter_apply(const void *self, int64_t wait_us,
    const struct slackaudit_retry_state *state, const struct slackaudit_random *random)
{
    (void)state;
    (void)random;
    act(*(struct stage *const *)self, IN_JITTER);
    return wait_us;
}

static void destroy(void *self)
{
    (*(struct stage **)self)->destroyed++;
    free(self);
}

/* ---- A stage ---- */

/* What a handler, interval or jitter has of its own: memory that is gone when it is. */
static void *self_of(struct stage *stage)
{
    struct stage **self = malloc(sizeof(struct stage *));
    ck_assert_ptr_nonnull(self);
    *self = stage;
    return self;
}

/* Two handlers for the two refusals; together they ask all that can be asked. */
static void fill_stack(struct stage *stage)
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

#define REFUSED "HTTP/1.1 503 No\r\nx-thing: 7\r\nContent-Length: 3\r\n\r\nno!"
static const struct server_step steps[] = {
    {.kind = STEP_ANSWER, .text = REFUSED},
    {.kind = STEP_ANSWER, .text = REFUSED},
    {.kind = STEP_ANSWER,
        .text = "HTTP/1.1 200 OK\r\nx-thing: 7\r\nContent-Length: 75\r\n\r\n"
                "{\"entries\":[{\"id\":\"b\",\"date_create\":20},{\"id\":\"a\",\"date_create\":10}"
                "],\"a\":1}"},
};

static void stage_init(struct stage *stage, enum kind kind, enum where where,
    void (*action)(struct stage *stage), bool engine_is_ours)
{
    *stage = (struct stage){
        .kind = kind, .where = where, .action = action, .engine_is_ours = engine_is_ours};
    place_init(&stage->place, steps, 3);
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

static void free_client(struct stage *stage)
{
    slackaudit_client_free(stage->place.client);
    stage->place.client = NULL;
    stage->over = true;
    if (!stage->engine_is_ours)
        stage->engine = NULL;
}

static void turn(struct stage *stage, int64_t max_wait_us)
{
    ck_assert_int_eq(slackaudit_engine_turn(stage->engine, max_wait_us), 0);
    stage->turned = stage->over;
}

static void stage_deinit(struct stage *stage)
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

/* ---- Running each kind ---- */

static void turn_to_the_end(struct stage *stage)
{
    while (!stage->done && !stage->over)
        turn(stage, -1);
}

static void start_whole(struct stage *stage, bool is_streamed)
{
    const struct slackaudit_events events = {.on_attempt = on_attempt,
        .on_body = is_streamed ? on_body : NULL,
        .on_done = on_done,
        .user = stage};
    const struct slackaudit_query query = {.has_oldest = true};
    ck_assert_int_eq(
        slackaudit_client_logs(stage->place.client, &query, &events, &stage->call, NULL), 0);
}

static void start_page(struct stage *stage)
{
    const struct slackaudit_page_call request = {
        .on_attempt = on_attempt, .on_entry = on_entry, .on_done = on_page, .user = stage};
    ck_assert_int_eq(slackaudit_client_page(stage->place.client, &request, &stage->call, NULL), 0);
}

static void start_entries(struct stage *stage)
{
    ck_assert_int_eq(slackaudit_entries_new(&stage->entries, stage->place.client,
                         &(struct slackaudit_query){0}, false, NULL),
        0);
    slackaudit_entries_on_ready(stage->entries, on_ready, stage);
}

/* What a call that waits returned, when its client may have gone meanwhile. */
static void check_waited(const struct stage *stage, int code, const char *text)
{
    if (stage->over) {
        ck_assert_int_lt(code, 0);
        check_contains(text, "freed");
    } else {
        ck_assert_msg(code == 0, "%s", text);
    }
}

static void run_entries(struct stage *stage)
{
    struct slackaudit_entry_slice entry;
    struct slackaudit_problem problem = {0};
    int code;
    start_entries(stage);
    do {
        code = stage->kind == ENTRIES_NEXT
                   ? slackaudit_entries_next(stage->entries, &entry, &problem)
                   : slackaudit_entries_try(stage->entries, &entry, &problem);
        if (code == SLACKAUDIT_ENTRIES_ENTRY)
            stage->entries_told++;
        if (code == SLACKAUDIT_ENTRIES_WAIT)
            turn(stage, -1);
    } while (code > 0 && !stage->over);
    /* When it is told ready the page is there, and is told without its client too. */
    if (stage->kind == ENTRIES_NEXT && !(stage->over && code > 0 && stage->where == IN_ON_READY))
        check_waited(stage, code, problem.text);
    if (!stage->over)
        ck_assert_uint_eq(stage->entries_told, 2);
}

static void run_wait(struct stage *stage)
{
    struct slackaudit_response *response = NULL;
    struct slackaudit_problem problem = {0};
    int code = slackaudit_logs(stage->place.client, NULL, &response, &problem);
    check_waited(stage, code, problem.text);
    ck_assert_int_eq(response != NULL, code == 0);
    slackaudit_response_free(response);
}

static void run(struct stage *stage)
{
    switch (stage->kind) {
    case WHOLE:
    case STREAM:
        start_whole(stage, stage->kind == STREAM);
        turn_to_the_end(stage);
        break;
    case PAGE:
        start_page(stage);
        turn_to_the_end(stage);
        break;
    case WAITS:
        run_wait(stage);
        break;
    default:
        run_entries(stage);
    }
}

/* Whether a call of this kind calls back there. */
static bool has_callback(enum kind kind, enum where where)
{
    bool is_callers = kind == WHOLE || kind == STREAM || kind == PAGE;
    switch (where) {
    case IN_ON_ATTEMPT:
    case IN_ON_DONE:
        return is_callers;
    case IN_ON_BODY:
        return kind == STREAM;
    case IN_ON_ENTRY:
        return kind == PAGE;
    case IN_ON_READY:
        return kind == ENTRIES_TRY || kind == ENTRIES_NEXT;
    default:
        return true;
    }
}

static void run_each(
    enum kind first, enum kind last, void (*action)(struct stage *stage), bool engine_is_ours)
{
    for (enum kind kind = first; kind <= last; kind++)
        for (enum where where = 0; where < WHERES; where++) {
            if (!has_callback(kind, where))
                continue;
            struct stage stage;
            stage_init(&stage, kind, where, action, engine_is_ours);
            run(&stage);
            ck_assert_msg(stage.acted, "%s: %s never came", kind_names[kind], where_names[where]);
            stage_deinit(&stage);
        }
}

/* ---- What is done there ---- */

static void cancel_call(struct stage *stage)
{
    slackaudit_call_cancel(stage->call);
    stage->over = !stage->done && stage->where != IN_ON_DONE; /* it is over already there */
}

START_TEST(a_call_can_be_cancelled_in_every_callback)
{
    run_each(WHOLE, PAGE, cancel_call, true);
}
END_TEST

START_TEST(a_client_can_be_freed_in_every_callback_whoever_has_its_engine)
{
    run_each(WHOLE, KINDS - 1, free_client, true);
    run_each(WHOLE, KINDS - 1, free_client, false);
}
END_TEST

static void free_client_then_engine(struct stage *stage)
{
    free_client(stage);
    slackaudit_engine_free(stage->engine);
    stage->engine = NULL;
}

static void free_engine_then_client(struct stage *stage)
{
    slackaudit_engine_free(stage->engine);
    free_client(stage);
    stage->engine = NULL;
}

START_TEST(an_engine_can_be_freed_in_every_callback_before_its_client_and_after)
{
    run_each(WHOLE, KINDS - 1, free_client_then_engine, true);
    run_each(WHOLE, KINDS - 1, free_engine_then_client, true);
}
END_TEST

static void free_entries(struct stage *stage)
{
    slackaudit_entries_free(stage->entries);
    stage->entries = NULL;
    stage->over = true;
}

START_TEST(an_iterator_can_be_freed_in_every_callback)
{
    run_each(ENTRIES_TRY, ENTRIES_TRY, free_entries, true);
    run_each(ENTRIES_NEXT, ENTRIES_NEXT, free_entries, true);
}
END_TEST

static void on_other_done(void *user, const struct slackaudit_answer *answer)
{
    (void)answer;
    ((struct stage *)user)->others_done++;
}

/* All that is allowed, and all that is refused but does no harm. */
static void do_much(struct stage *stage)
{
    struct slackaudit_client *client = stage->place.client;
    struct slackaudit_engine *engine = slackaudit_client_engine(client);
    struct slackaudit_response *response = NULL;
    struct slackaudit_entries *entries = NULL;
    struct slackaudit_entry_slice entry;
    struct slackaudit_call *call;
    struct slackaudit_problem problem;
    const struct slackaudit_events events = {.on_done = on_other_done, .user = stage};

    ck_assert_int_eq(slackaudit_engine_turn(engine, 0), SLACKAUDIT_ERROR_INVALID);
    ck_assert_int_eq(slackaudit_logs(client, NULL, &response, &problem), SLACKAUDIT_ERROR_INVALID);
    check_contains(problem.text, "inside a callback");
    ck_assert_int_eq(
        slackaudit_entries_new(&entries, client, &(struct slackaudit_query){0}, false, NULL), 0);
    ck_assert_int_eq(slackaudit_entries_next(entries, &entry, &problem), SLACKAUDIT_ERROR_INVALID);
    check_contains(problem.text, "inside a callback");
    slackaudit_entries_free(entries);
    ck_assert_int_eq(slackaudit_client_set_token(client, "xoxp-another", NULL), 0);
    ck_assert_int_eq(slackaudit_client_schemas(client, NULL, &events, NULL, NULL), 0);
    ck_assert_int_eq(slackaudit_client_actions(client, NULL, &events, &call, NULL), 0);
    slackaudit_call_cancel(call);
    ck_assert_int_ge(slackaudit_engine_fd(engine), 0);
    ck_assert_int_eq(slackaudit_engine_wait_us(engine), 0);
}

START_TEST(a_callback_can_start_and_cancel_other_calls_and_is_refused_those_that_wait)
{
    run_each(WHOLE, KINDS - 1, do_much, true);
    run_each(WHOLE, KINDS - 1, do_much, false);
}
END_TEST

/* Not while a call is under way, says the manual; but then nothing worse comes of it than fewer
 * retries. */
static void clear_stack(struct stage *stage)
{
    slackaudit_retry_stack_clear(slackaudit_client_retry(stage->place.client));
    stage->over = true;
    slackaudit_call_cancel(stage->call);
}

START_TEST(a_stack_that_is_cleared_in_every_callback_does_no_harm)
{
    run_each(WHOLE, PAGE, clear_stack, true);
}
END_TEST

struct last_words {
    struct slackaudit_client *client, *other;
    struct slackaudit_engine *engine;
    bool said;
};

/* Called while its client is freed. */
static void say_last_words(void *self)
{
    struct last_words *words = self;
    struct slackaudit_response *response = NULL;
    const struct slackaudit_events events = {.on_done = on_other_done};
    ck_assert_int_eq(slackaudit_actions(words->client, NULL, &response, NULL), 0);
    slackaudit_response_free(response);
    ck_assert_int_eq(slackaudit_client_schemas(words->client, NULL, &events, NULL, NULL), 0);
    ck_assert_ptr_null(slackaudit_client_retry(words->client));
    slackaudit_client_free(words->other);
    slackaudit_engine_free(words->engine);
    words->said = true;
}

START_TEST(a_handler_that_is_destroyed_finds_its_client_working)
{
    static const struct slackaudit_retry_handler_type type = {
        .name = "last", .can_retry = can_retry, .destroy = say_last_words};
    struct place place;
    struct last_words words = {0};
    place_init(&place, &steps[2], 1);
    const struct slackaudit_options options = place_options(&place);
    ck_assert_int_eq(slackaudit_engine_new(&words.engine, NULL, NULL), 0);
    ck_assert_int_eq(slackaudit_client_new(&words.client, words.engine, &options, NULL), 0);
    ck_assert_int_eq(slackaudit_client_new(&words.other, words.engine, &options, NULL), 0);
    ck_assert_int_eq(slackaudit_retry_stack_append(slackaudit_client_retry(words.client),
                         slackaudit_retry_custom(&type, &words, 0, NULL, NULL, 0)),
        0);
    slackaudit_client_free(words.client);
    ck_assert(words.said);
    place_deinit(&place);
}
END_TEST

START_TEST(an_engine_stays_until_its_last_client_goes)
{
    struct stage stage;
    stage_init(&stage, WHOLE, WHERES, NULL, true);
    start_whole(&stage, false);
    start_page(&stage);
    ck_assert_int_eq(slackaudit_engine_turn(stage.engine, 0), 0);
    slackaudit_engine_free(stage.engine); /* both calls are under way */
    stage.engine_is_ours = false;
    stage_deinit(&stage);
}
END_TEST

START_TEST(an_iterator_whose_client_has_gone_says_so_and_can_be_freed)
{
    struct stage stage;
    stage_init(&stage, ENTRIES_TRY, WHERES, NULL, true);
    struct slackaudit_entry_slice entry;
    struct slackaudit_problem problem;
    start_entries(&stage);
    ck_assert_int_eq(slackaudit_entries_try(stage.entries, &entry, NULL), SLACKAUDIT_ENTRIES_WAIT);
    free_client(&stage);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(
            slackaudit_entries_try(stage.entries, &entry, &problem), SLACKAUDIT_ERROR_INVALID);
        check_contains(problem.text, "their client was freed");
        ck_assert_int_eq(
            slackaudit_entries_next(stage.entries, &entry, &problem), SLACKAUDIT_ERROR_INVALID);
    }
    stage_deinit(&stage);
}
END_TEST

CHECK_MAIN("reentry", a_call_can_be_cancelled_in_every_callback,
    a_client_can_be_freed_in_every_callback_whoever_has_its_engine,
    an_engine_can_be_freed_in_every_callback_before_its_client_and_after,
    an_iterator_can_be_freed_in_every_callback,
    a_callback_can_start_and_cancel_other_calls_and_is_refused_those_that_wait,
    a_stack_that_is_cleared_in_every_callback_does_no_harm,
    a_handler_that_is_destroyed_finds_its_client_working,
    an_engine_stays_until_its_last_client_goes,
    an_iterator_whose_client_has_gone_says_so_and_can_be_freed)
