/* Fault rules: how they are read, when they strike, and what happens when several are due. */
#include "check_main.h"

#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "simulator/fault.h"

/* The kinds that strike `calls` calls in turn, one letter each: the first of the kind's name, or
 * `.` */
static const char *strikes(
    struct fault_plan *plan, enum fault_scope scope, size_t calls, char *text)
{
    for (size_t i = 0; i < calls; i++) {
        struct fault fault = fault_plan_draw(plan, scope);
        text[i] = fault.kind == FAULT_NONE ? '.' : fault_kind_name(fault.kind)[0];
    }
    text[calls] = '\0';
    return text;
}

static struct fault_plan plan_of(const char *rules)
{
    struct fault_plan plan = FAULT_PLAN_INIT(1);
    struct error error = ERROR_INIT;
    ck_assert_msg(fault_plan_replace(&plan, rules, &error) == 0, "%s", error.text);
    return plan;
}

START_TEST(a_rule_strikes_when_it_says)
{
    static const struct {
        const char *rule, *strikes;
    } cases[] = {
        {"500:every=3", "..5..5..5..5"},
        {"500:every=1", "555555555555"},
        {"500:every=3,count=2", "..5..5......"},
        {"500:at=4", "...5........"},
        {"500:at=4,count=3", "...555......"},
        {"500:count=2", "55.........."},
        {"500:probability=1", "555555555555"},
        {"500:probability=1,count=1", "5..........."},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[32];
        struct fault_plan plan = plan_of(cases[i].rule);
        ck_assert_str_eq(strikes(&plan, FAULT_SCOPE_LOGS, 12, text), cases[i].strikes);
    }
}
END_TEST

START_TEST(a_probability_is_met_in_the_long_run_and_is_the_same_for_a_seed)
{
    char one[1001], two[1001];
    struct fault_plan plan = plan_of("reset:probability=0.1"),
                      again = plan_of("reset:probability=0.1");
    size_t count = 0;
    for (const char *at = strikes(&plan, FAULT_SCOPE_CALL, 1000, one); *at != '\0'; at++)
        count += *at == 'r';
    ck_assert_uint_gt(count, 70);
    ck_assert_uint_lt(count, 130);
    ck_assert_str_eq(one, strikes(&again, FAULT_SCOPE_CALL, 1000, two));
}
END_TEST

START_TEST(a_rule_counts_only_calls_that_its_kind_can_strike)
{
    char text[32];
    struct fault_plan plan = plan_of("expire-cursor:at=2\nwrong-order:at=3");
    ck_assert_str_eq(strikes(&plan, FAULT_SCOPE_CALL, 5, text), ".....");
    ck_assert_str_eq(strikes(&plan, FAULT_SCOPE_LOGS, 2, text), "..");
    ck_assert_str_eq(strikes(&plan, FAULT_SCOPE_CURSOR, 3, text), "we.");
    ck_assert_str_eq(strikes(&plan, FAULT_SCOPE_LOGS, 3, text), "...");
}
END_TEST

START_TEST(of_two_rules_that_are_due_the_second_strikes_at_the_next_call)
{
    char text[32];
    struct fault_plan plan = plan_of("500:every=3\nreset:every=6\nslow:at=6");
    ck_assert_str_eq(strikes(&plan, FAULT_SCOPE_CALL, 12, text), "..5..5rs5..5");
    ck_assert_str_eq(strikes(&plan, FAULT_SCOPE_CALL, 3, text), "r.5");
}
END_TEST

START_TEST(durations_have_defaults_and_can_be_given)
{
    struct fault_plan plan = plan_of("429:at=1,for=17s");
    ck_assert_int_eq(fault_plan_draw(&plan, FAULT_SCOPE_CALL).for_us, 17 * USEC_PER_SEC);
    plan = plan_of("slow:every=1");
    ck_assert_int_eq(fault_plan_draw(&plan, FAULT_SCOPE_CALL).for_us, 3 * USEC_PER_SEC);
    plan = plan_of("503:every=1");
    ck_assert_int_eq(fault_plan_draw(&plan, FAULT_SCOPE_CALL).for_us, 1 * USEC_PER_SEC);
}
END_TEST

START_TEST(every_kind_can_be_named)
{
    for (int kind = FAULT_NONE + 1; kind < FAULT_KINDS; kind++) {
        char rule[64];
        snprintf(rule, sizeof(rule), "%s:at=1", fault_kind_name((enum fault_kind)kind));
        struct fault_plan plan = plan_of(rule);
        ck_assert_int_eq(fault_plan_draw(&plan, FAULT_SCOPE_CURSOR).kind, kind);
    }
}
END_TEST

START_TEST(a_rule_that_makes_no_sense_is_refused_and_changes_nothing)
{
    static const char *const wrong[] = {"500", "500:", "nonsense:every=3", "none:every=3",
        ":every=3", "500:every", "500:every=0", "500:every=-1", "500:every=3x", "500:probability=0",
        "500:probability=1.5", "500:probability=nan", "500:for=3s", "500:every=3,at=4",
        "500:often=3", "500:every=3,for=soon", "500:every=99999999999999999999999"};
    char text[32];
    struct fault_plan plan = plan_of("500:every=2");
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct error error = ERROR_INIT;
        ck_assert_msg(fault_plan_replace(&plan, wrong[i], &error) == ERROR_INVALID, "%s", wrong[i]);
        ck_assert_msg(
            strstr(error.text, wrong[i]) != NULL, "\"%s\" does not name %s", error.text, wrong[i]);
    }
    ck_assert_str_eq(strikes(&plan, FAULT_SCOPE_CALL, 4, text), ".5.5");
    ck_assert_int_eq(fault_plan_replace(&plan, "", NULL), 0);
    ck_assert_str_eq(strikes(&plan, FAULT_SCOPE_CALL, 4, text), "....");
    for (size_t i = 0; i < FAULT_RULES_MOST; i++)
        ck_assert_int_eq(fault_plan_add(&plan, "500:at=1", NULL), 0);
    ck_assert_int_eq(fault_plan_add(&plan, "500:at=1", NULL), ERROR_LIMIT);
}
END_TEST

CHECK_MAIN("fault", a_rule_strikes_when_it_says,
    a_probability_is_met_in_the_long_run_and_is_the_same_for_a_seed,
    a_rule_counts_only_calls_that_its_kind_can_strike,
    of_two_rules_that_are_due_the_second_strikes_at_the_next_call,
    durations_have_defaults_and_can_be_given, every_kind_can_be_named,
    a_rule_that_makes_no_sense_is_refused_and_changes_nothing)
