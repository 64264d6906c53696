/* Which time counts as Slack's: what a Date is believed for, and what holds when it is not. */
#include "source/slack_clock.h"

#include "base/units.h"
#include "check_main.h"

#define NOW INT64_C(1790000000)

enum { HOUR = 3600, DAY = 86400, YEAR = 365 * DAY };

/* The host's clock goes `host_ahead` seconds before the truth, which is NOW at monotonic 0. */
struct scene {
    struct slack_clock clock;
    int64_t host_ahead, monotonic;
};

static void answer(struct scene *scene, int64_t date)
{
    slack_clock_learn(&scene->clock, date,
        (NOW + scene->host_ahead + scene->monotonic) * USEC_PER_SEC,
        scene->monotonic * USEC_PER_SEC);
}

static int64_t now_of(const struct scene *scene)
{
    return slack_clock_now(&scene->clock,
        (NOW + scene->host_ahead + scene->monotonic) * USEC_PER_SEC,
        scene->monotonic * USEC_PER_SEC);
}

START_TEST(before_the_first_answer_it_is_the_hosts_clock)
{
    struct scene scene = {.host_ahead = 77};
    ck_assert_int_eq(now_of(&scene), NOW + 77);
    ck_assert(!scene.clock.known);
}
END_TEST

START_TEST(a_date_an_hour_off_the_host_counts_and_is_carried_on)
{
    for (int ahead = -HOUR; ahead <= HOUR; ahead += 2 * HOUR) {
        struct scene scene = {.host_ahead = ahead};
        answer(&scene, NOW);
        ck_assert(!scene.clock.disputed);
        scene.monotonic = 100;
        ck_assert_int_eq(now_of(&scene), NOW + 100);
        scene.host_ahead += 10 * DAY; /* somebody sets the host's clock */
        ck_assert_int_eq(now_of(&scene), NOW + 100);
        answer(&scene, NOW + 100);
        ck_assert(!scene.clock.disputed);
        ck_assert_int_eq(now_of(&scene), NOW + 100);
    }
}
END_TEST

START_TEST(one_strange_date_changes_nothing_when_the_clock_was_known)
{
    static const int64_t strange[] = {
        0, 1, NOW - 3 * DAY, NOW + 3 * DAY, NOW + 74 * (int64_t)YEAR, INT64_C(253402300799)};
    for (size_t i = 0; i < sizeof(strange) / sizeof(strange[0]); i++) {
        struct scene scene = {.host_ahead = 5};
        answer(&scene, NOW);
        slack_clock_saw(&scene.clock, NOW - 50);
        scene.monotonic = 60;
        answer(&scene, strange[i]);
        ck_assert(scene.clock.disputed);
        ck_assert_int_le(now_of(&scene), NOW + 60);
        ck_assert_int_ge(now_of(&scene), NOW - 50);
        answer(&scene, NOW + 60);
        ck_assert(!scene.clock.disputed);
        ck_assert_int_eq(now_of(&scene), NOW + 60);
    }
}
END_TEST

START_TEST(a_first_date_far_from_the_host_never_puts_the_time_ahead_of_the_truth)
{
    static const struct {
        int64_t date_ahead, host_ahead;
    } cases[] = {
        {74 * (int64_t)YEAR, 0},         /* a proxy in 2100 */
        {0, 74 * (int64_t)YEAR},         /* a host in 2100 */
        {-56 * (int64_t)YEAR, 0},        /* an answer from 1970 */
        {0, -56 * (int64_t)YEAR},        /* a host that woke up in 1970 */
        {5 * HOUR, -56 * (int64_t)YEAR}, /* both wrong */
        {-56 * (int64_t)YEAR, 5 * HOUR}, /* both wrong, the other way */
        {74 * (int64_t)YEAR, -56 * (int64_t)YEAR},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct scene scene = {.host_ahead = cases[i].host_ahead};
        slack_clock_saw(&scene.clock, NOW - 9 * HOUR);
        answer(&scene, NOW + cases[i].date_ahead);
        ck_assert(scene.clock.disputed);
        ck_assert_int_le(now_of(&scene), NOW);
        /* What is shown is within reach, so a poll that looks for the newest entry gets it all. */
        scene.monotonic = 60;
        slack_clock_saw(&scene.clock, NOW + 60);
        ck_assert_int_eq(now_of(&scene), NOW + 60);
    }
}
END_TEST

START_TEST(an_entry_settles_which_clock_is_wrong)
{
    struct scene scene = {.host_ahead = -56 * (int64_t)YEAR};
    slack_clock_saw(&scene.clock, NOW - HOUR);
    answer(&scene, NOW);
    ck_assert(!scene.clock.disputed);
    ck_assert_int_eq(now_of(&scene), NOW);
    scene.monotonic = 30 * DAY; /* and quiet since: what was settled stays so */
    answer(&scene, NOW + 30 * DAY);
    ck_assert(!scene.clock.disputed);
    ck_assert_int_eq(now_of(&scene), NOW + 30 * DAY);
}
END_TEST

START_TEST(dates_cannot_creep_away_in_small_steps)
{
    struct scene scene = {0};
    answer(&scene, NOW);
    for (int64_t ahead = HOUR; ahead < 100 * HOUR; ahead += HOUR) {
        answer(&scene, NOW + ahead);
        ck_assert_int_le(now_of(&scene), NOW + SLACK_CLOCK_REACH);
    }
}
END_TEST

START_TEST(without_any_date_the_entries_tell_the_time)
{
    struct scene scene = {.host_ahead = HOUR};
    answer(&scene, -1);
    ck_assert(scene.clock.known);
    ck_assert(scene.clock.disputed);
    ck_assert_int_eq(now_of(&scene), 0);
    slack_clock_saw(&scene.clock, NOW - 10);
    ck_assert_int_eq(now_of(&scene), NOW - 10);
    slack_clock_saw(&scene.clock, NOW - 20);
    ck_assert_int_eq(now_of(&scene), NOW - 10);
    slack_clock_saw(&scene.clock, NOW + 9 * YEAR); /* no entry comes from the future */
    ck_assert_int_eq(now_of(&scene), NOW + HOUR);
}
END_TEST

START_TEST(an_answer_without_a_date_changes_nothing_once_the_clock_is_known)
{
    struct scene scene = {.host_ahead = HOUR};
    answer(&scene, NOW);
    scene.monotonic = 60;
    answer(&scene, -1);
    ck_assert(!scene.clock.disputed);
    ck_assert_int_eq(now_of(&scene), NOW + 60);
}
END_TEST

CHECK_MAIN("slack_clock", before_the_first_answer_it_is_the_hosts_clock,
    a_date_an_hour_off_the_host_counts_and_is_carried_on,
    one_strange_date_changes_nothing_when_the_clock_was_known,
    a_first_date_far_from_the_host_never_puts_the_time_ahead_of_the_truth,
    an_entry_settles_which_clock_is_wrong, dates_cannot_creep_away_in_small_steps,
    without_any_date_the_entries_tell_the_time,
    an_answer_without_a_date_changes_nothing_once_the_clock_is_known)
