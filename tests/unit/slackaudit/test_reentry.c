/*
 * What a callback may do: each thing that it may do, done from inside each callback that there is,
 * while each kind of call is under way.
 */
#include "check_main.h"
#include "slackaudit/stage.h"

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

static void wait_elsewhere(struct stage *stage)
{
    const struct slackaudit_options options = place_options(&stage->place);
    struct slackaudit_client *client;
    struct slackaudit_response *response;
    ck_assert_int_eq(slackaudit_client_new(&client, NULL, &options, NULL), 0);
    ck_assert_int_eq(slackaudit_actions(client, NULL, &response, NULL), 0);
    slackaudit_response_free(response);
    slackaudit_client_free(client);
}

START_TEST(a_callback_can_wait_for_a_call_of_another_engine)
{
    run_each(WHOLE, KINDS - 1, wait_elsewhere, true);
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
    place_init(&place, &stage_steps[2], 1);
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
    a_callback_can_wait_for_a_call_of_another_engine,
    a_stack_that_is_cleared_in_every_callback_does_no_harm,
    a_handler_that_is_destroyed_finds_its_client_working,
    an_engine_stays_until_its_last_client_goes,
    an_iterator_whose_client_has_gone_says_so_and_can_be_freed)
