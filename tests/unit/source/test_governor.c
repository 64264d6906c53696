/* The budget of calls: never more than Slack allows in any minute, whoever asks and however often,
 * and a pause that Slack asked for is kept whatever happens to the process or the clock. */
#include "source/governor.h"

#include "base/units.h"
#include "check_main.h"
#include "store/scene.h"

#define MINUTE (60 * USEC_PER_SEC)

enum { DEFAULT_LIMIT = 45, SLACKS_LIMIT = 50, MOST_CALLS = 4096 };

struct budget {
    struct scene scene;
    struct clock *clock;
    struct governor *governor;
    int64_t calls[MOST_CALLS]; /* when each went */
    size_t count;
};

static struct governor *make(struct budget *budget, const char *name, int limit)
{
    const struct governor_context context = {
        .clock = budget->clock, .store_type = store_type, .store = budget->scene.store};
    struct governor *governor = NULL;
    struct error error = ERROR_INIT;
    ck_assert_msg(governor_new(&governor, &context, name, limit, &error) == 0, "%s", error.text);
    return governor;
}

static void begin(struct budget *budget, int limit)
{
    *budget = (struct budget){0};
    scene_begin(&budget->scene);
    budget->clock = clock_new_simulated(1700000000, 1);
    budget->governor = make(budget, "token", limit);
}

static void end(struct budget *budget)
{
    governor_unref(budget->governor);
    clock_free(budget->clock);
    scene_end(&budget->scene);
}

static void restart(struct budget *budget, int limit)
{
    governor_unref(budget->governor);
    scene_reopen(&budget->scene);
    budget->governor = make(budget, "token", limit);
}

/* Asks once; notes the call when it may go. */
static int64_t ask(struct budget *budget)
{
    int64_t wait = governor_ask(budget->governor);
    ck_assert_int_ge(wait, 0);
    if (wait == 0) {
        ck_assert_uint_lt(budget->count, MOST_CALLS);
        budget->calls[budget->count++] = clock_monotonic_us(budget->clock);
    }
    return wait;
}

/* Calls as fast as it is allowed to, for so long. */
static void call_greedily(struct budget *budget, int64_t for_us)
{
    int64_t until = clock_monotonic_us(budget->clock) + for_us;
    while (clock_monotonic_us(budget->clock) < until)
        clock_advance(budget->clock, ask(budget));
}

static size_t most_in_any_minute(const struct budget *budget)
{
    size_t most = 0;
    for (size_t first = 0, last = 0; last < budget->count; last++) {
        while (budget->calls[last] - budget->calls[first] >= MINUTE)
            first++;
        if (last - first + 1 > most)
            most = last - first + 1;
    }
    return most;
}

START_TEST(forty_five_a_minute_never_pass_fifty_in_any_minute)
{
    static struct budget budget;
    begin(&budget, DEFAULT_LIMIT);
    call_greedily(&budget, 10 * MINUTE);
    ck_assert_uint_le(most_in_any_minute(&budget), SLACKS_LIMIT);
    ck_assert_uint_ge(budget.count, 10 * DEFAULT_LIMIT);
    /* After a rest of any length a burst may go, and still no minute is too full. */
    for (int64_t rest = USEC_PER_SEC; rest < 3 * MINUTE; rest = rest * 3 / 2 + 7) {
        clock_advance(budget.clock, rest);
        call_greedily(&budget, 2 * MINUTE);
    }
    ck_assert_uint_le(most_in_any_minute(&budget), SLACKS_LIMIT);
    end(&budget);
}
END_TEST

START_TEST(any_limit_is_kept_with_a_ninth_above_it)
{
    static const int limits[] = {1, 2, 8, 9, 10, 44, 50, 59, 60, 61, 100, 999};
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        static struct budget budget;
        begin(&budget, limits[i]);
        clock_advance(budget.clock, 10 * MINUTE);
        call_greedily(&budget, 3 * MINUTE);
        int burst = limits[i] / 9 < 1 ? 1 : limits[i] / 9;
        ck_assert_uint_le(most_in_any_minute(&budget), (size_t)(limits[i] + burst));
        ck_assert_uint_ge(budget.count, (size_t)(3 * limits[i]));
        end(&budget);
    }
}
END_TEST

START_TEST(the_wait_it_names_is_exact)
{
    static struct budget budget;
    begin(&budget, DEFAULT_LIMIT);
    for (int i = 0; i < 200; i++) {
        int64_t wait = ask(&budget);
        if (wait == 0)
            continue;
        clock_advance(budget.clock, wait - 1);
        ck_assert_int_eq(ask(&budget), 1);
        clock_advance(budget.clock, 1);
        ck_assert_int_eq(ask(&budget), 0);
    }
    end(&budget);
}
END_TEST

START_TEST(a_restart_brings_one_call_and_no_burst)
{
    static struct budget budget;
    begin(&budget, DEFAULT_LIMIT);
    ck_assert_int_eq(governor_calls_left(budget.governor), 1);
    ck_assert_int_eq(ask(&budget), 0);
    ck_assert_int_gt(ask(&budget), 0);
    clock_advance(budget.clock, MINUTE);
    ck_assert_int_eq(governor_calls_left(budget.governor), 5);
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(ask(&budget), 0);
    ck_assert_int_gt(ask(&budget), 0);
    /* A process that dies every second after its first call would otherwise make a burst each. */
    for (int i = 0; i < 59; i++) {
        restart(&budget, DEFAULT_LIMIT);
        (void)ask(&budget);
        (void)ask(&budget);
        clock_advance(budget.clock, USEC_PER_SEC);
    }
    ck_assert_uint_le(most_in_any_minute(&budget), 65);
    end(&budget);
}
END_TEST

START_TEST(all_who_share_it_stay_under_the_limit_together)
{
    static struct budget budget;
    begin(&budget, DEFAULT_LIMIT);
    struct governor *second = governor_ref(budget.governor), *third = governor_ref(second);
    struct governor *sharers[] = {budget.governor, second, third};
    int64_t until = 5 * MINUTE;
    size_t by[3] = {0};
    for (size_t turn = 0; clock_monotonic_us(budget.clock) < until; turn++) {
        budget.governor = sharers[turn % 3];
        int64_t wait = ask(&budget);
        by[turn % 3] += wait == 0;
        clock_advance(budget.clock, wait == 0 ? 0 : wait / 3 + 1);
    }
    ck_assert_uint_le(most_in_any_minute(&budget), SLACKS_LIMIT);
    for (int i = 0; i < 3; i++)
        ck_assert_uint_gt(by[i], 0);
    governor_unref(second);
    governor_unref(third);
    end(&budget);
}
END_TEST

START_TEST(a_new_limit_holds_at_once_in_both_directions)
{
    static struct budget budget;
    begin(&budget, DEFAULT_LIMIT);
    clock_advance(budget.clock, 5 * MINUTE);
    governor_limit(budget.governor, 6);
    call_greedily(&budget, 5 * MINUTE);
    ck_assert_uint_le(budget.count, 32);
    budget.count = 0;
    governor_limit(budget.governor, 60);
    call_greedily(&budget, 5 * MINUTE);
    ck_assert_uint_ge(budget.count, 300);
    ck_assert_uint_le(most_in_any_minute(&budget), 66);
    end(&budget);
}
END_TEST

START_TEST(a_pause_closes_it_for_everyone_until_it_is_over)
{
    static struct budget budget;
    begin(&budget, DEFAULT_LIMIT);
    clock_advance(budget.clock, MINUTE);
    ck_assert_ok(governor_pause(budget.governor, 30 * USEC_PER_SEC, error));
    ck_assert_int_eq(ask(&budget), 30 * USEC_PER_SEC);
    ck_assert_int_eq(governor_calls_left(budget.governor), 0);
    clock_advance(budget.clock, 10 * USEC_PER_SEC);
    ck_assert_int_eq(governor_paused_us(budget.governor), 20 * USEC_PER_SEC);
    /* A shorter one changes nothing, a longer one counts from now. */
    ck_assert_ok(governor_pause(budget.governor, 5 * USEC_PER_SEC, error));
    ck_assert_int_eq(governor_paused_us(budget.governor), 20 * USEC_PER_SEC);
    ck_assert_ok(governor_pause(budget.governor, 40 * USEC_PER_SEC, error));
    ck_assert_int_eq(governor_paused_us(budget.governor), 40 * USEC_PER_SEC);
    clock_advance(budget.clock, 40 * USEC_PER_SEC - 1);
    ck_assert_int_eq(ask(&budget), 1);
    clock_advance(budget.clock, 1);
    ck_assert_int_eq(ask(&budget), 0);
    ck_assert_int_eq(governor_paused_us(budget.governor), 0);
    end(&budget);
}
END_TEST

START_TEST(a_pause_outlives_the_process)
{
    static struct budget budget;
    begin(&budget, DEFAULT_LIMIT);
    ck_assert_ok(governor_pause(budget.governor, 600 * USEC_PER_SEC, error));
    clock_advance(budget.clock, 100 * USEC_PER_SEC);
    restart(&budget, DEFAULT_LIMIT);
    int64_t left = governor_paused_us(budget.governor);
    ck_assert_int_ge(left, 500 * USEC_PER_SEC);
    ck_assert_int_le(left, 501 * USEC_PER_SEC); /* kept in whole seconds, rounded up */
    ck_assert_int_eq(ask(&budget), left);
    /* Another token has its own. */
    struct governor *other = make(&budget, "another token", DEFAULT_LIMIT);
    ck_assert_int_eq(governor_paused_us(other), 0);
    governor_unref(other);
    clock_advance(budget.clock, left);
    restart(&budget, DEFAULT_LIMIT);
    ck_assert_int_eq(governor_paused_us(budget.governor), 0);
    end(&budget);
}
END_TEST

START_TEST(a_wall_clock_that_is_set_moves_no_pause_of_this_process)
{
    static struct budget budget;
    begin(&budget, DEFAULT_LIMIT);
    ck_assert_ok(governor_pause(budget.governor, 60 * USEC_PER_SEC, error));
    for (int64_t wall = 1; wall < INT64_C(5000000000); wall = wall * 100 + 1) {
        clock_set_wall(budget.clock, wall * USEC_PER_SEC);
        ck_assert_int_eq(governor_paused_us(budget.governor), 60 * USEC_PER_SEC);
    }
    end(&budget);
}
END_TEST

START_TEST(a_wall_clock_set_back_across_a_restart_holds_it_up_for_a_day_at_most)
{
    static struct budget budget;
    begin(&budget, DEFAULT_LIMIT);
    ck_assert_ok(governor_pause(budget.governor, 60 * USEC_PER_SEC, error));
    clock_set_wall(budget.clock, 1000 * USEC_PER_SEC);
    restart(&budget, DEFAULT_LIMIT);
    ck_assert_int_le(governor_paused_us(budget.governor), USEC_PER_DAY);
    /* Set forward it is only shorter. */
    clock_set_wall(budget.clock, INT64_C(4102444800) * USEC_PER_SEC);
    restart(&budget, DEFAULT_LIMIT);
    ck_assert_int_eq(governor_paused_us(budget.governor), 0);
    end(&budget);
}
END_TEST

START_TEST(who_takes_what_others_leave_never_makes_them_wait)
{
    static struct budget budget;
    begin(&budget, DEFAULT_LIMIT);
    int64_t wait = governor_ask_spare(budget.governor);
    ck_assert_int_gt(wait, 0); /* the one call of a start is not spare */
    ck_assert_int_eq(governor_calls_left(budget.governor), 1);
    size_t spare = 0;
    for (int second = 0; second < 600; second++) {
        clock_advance(budget.clock, USEC_PER_SEC);
        while ((wait = governor_ask_spare(budget.governor)) == 0)
            spare++;
        ck_assert_int_gt(wait, 0);
        if (second % 3 == 2) /* polling: 20 calls a minute */
            ck_assert_int_eq(ask(&budget), 0);
    }
    ck_assert_uint_eq(budget.count, 200);
    /* It gets the rest of 45 a minute, a call or two of the end apart. */
    ck_assert_uint_ge(spare, 245);
    ck_assert_uint_le(spare, 252);
    clock_advance(budget.clock, MINUTE);
    ck_assert_int_eq(governor_ask_spare(budget.governor), 0);
    ck_assert_int_eq(governor_pause(budget.governor, 5 * USEC_PER_SEC, NULL), 0);
    ck_assert_int_eq(governor_ask_spare(budget.governor), 5 * USEC_PER_SEC);
    end(&budget);

    begin(&budget, 8); /* a bucket of one call: what is left then is all of it */
    ck_assert_int_eq(governor_ask_spare(budget.governor), 0);
    ck_assert_int_gt(ask(&budget), 0);
    end(&budget);
}
END_TEST

static int refuse_pause(
    struct store *store, const char *name, int64_t until_wall, struct error *error)
{
    (void)store, (void)name, (void)until_wall;
    return error_set(error, ERROR_IO, "the test refuses");
}

START_TEST(a_pause_that_cannot_be_kept_holds_all_the_same)
{
    static struct budget budget;
    begin(&budget, DEFAULT_LIMIT);
    struct store_type refusing = store_sqlite;
    refusing.pause_set = refuse_pause;
    const struct governor_context context = {
        .clock = budget.clock, .store_type = &refusing, .store = budget.scene.store};
    struct governor *governor = NULL;
    ck_assert_ok(governor_new(&governor, &context, "t", DEFAULT_LIMIT, error));
    ck_assert_fails(governor_pause(governor, 60 * USEC_PER_SEC, error), ERROR_IO, "refuses");
    ck_assert_int_eq(governor_ask(governor), 60 * USEC_PER_SEC);
    governor_unref(governor);
    governor_unref(NULL);
    end(&budget);
}
END_TEST

START_TEST(without_a_store_a_pause_holds_as_long_as_the_governor)
{
    struct clock *clock = clock_new_simulated(1700000000, 1);
    const struct governor_context context = {.clock = clock};
    struct governor *governor = NULL;
    struct error error = ERROR_INIT;
    ck_assert_int_eq(governor_new(&governor, &context, "t", DEFAULT_LIMIT, &error), 0);
    ck_assert_int_eq(governor_ask(governor), 0);
    ck_assert_int_eq(governor_pause(governor, 60 * USEC_PER_SEC, &error), 0);
    ck_assert_int_eq(governor_ask(governor), 60 * USEC_PER_SEC);
    governor_unref(governor);
    ck_assert_int_eq(governor_new(&governor, &context, "t", DEFAULT_LIMIT, &error), 0);
    ck_assert_int_eq(governor_ask(governor), 0);
    governor_unref(governor);
    clock_free(clock);
}
END_TEST

CHECK_MAIN("governor", forty_five_a_minute_never_pass_fifty_in_any_minute,
    any_limit_is_kept_with_a_ninth_above_it, the_wait_it_names_is_exact,
    a_restart_brings_one_call_and_no_burst, all_who_share_it_stay_under_the_limit_together,
    a_new_limit_holds_at_once_in_both_directions, a_pause_closes_it_for_everyone_until_it_is_over,
    a_pause_outlives_the_process, a_wall_clock_that_is_set_moves_no_pause_of_this_process,
    a_wall_clock_set_back_across_a_restart_holds_it_up_for_a_day_at_most,
    who_takes_what_others_leave_never_makes_them_wait,
    a_pause_that_cannot_be_kept_holds_all_the_same,
    without_a_store_a_pause_holds_as_long_as_the_governor)
