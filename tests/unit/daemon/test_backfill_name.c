/* Back-fills are told of by the id that the other verbs take, not by the name of their queue. */
#include "daemon/backfill_name.h"

#include "check_main.h"

static void is_shown(const char *name, const char *wanted)
{
    char shown[64];
    daemon_backfill_show(name, shown, sizeof(shown));
    ck_assert_str_eq(shown, wanted);
}

START_TEST(a_back_fill_and_a_repair_are_shown_by_their_ids)
{
    is_shown("acme//2/again/1795335798-1795339398", "back-fill acme/2");
    is_shown("acme.eu//13/repair/1-2", "repair acme.eu/13");
}
END_TEST

START_TEST(any_other_name_stays_as_it_is)
{
    static const char *const names[] = {
        "acme", "acme/siem", "", "acme//2", "acme//2/strange/1-2", "acme//2/againandagain/1-2"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        is_shown(names[i], names[i]);
}
END_TEST

START_TEST(what_does_not_fit_is_cut)
{
    char shown[8];
    daemon_backfill_show("acme//2/again/1-2", shown, sizeof(shown));
    ck_assert_str_eq(shown, "back-fi");
}
END_TEST

CHECK_MAIN("backfill_name", a_back_fill_and_a_repair_are_shown_by_their_ids,
    any_other_name_stays_as_it_is, what_does_not_fit_is_cut)
