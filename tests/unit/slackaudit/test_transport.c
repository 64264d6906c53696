/* How an attempt failed, as a word: names and values are each other's inverse. */
#include "check_main.h"

#include "slackaudit/retry.h"

START_TEST(a_name_leads_back_to_its_value)
{
    for (int value = SLACKAUDIT_TRANSPORT_OK; value <= SLACKAUDIT_TRANSPORT_OTHER; value++) {
        enum slackaudit_transport found = (enum slackaudit_transport)1000;
        const char *name = slackaudit_transport_name((enum slackaudit_transport)value);
        ck_assert(slackaudit_transport_find(name, &found));
        ck_assert_int_eq(found, value);
    }
}
END_TEST

START_TEST(what_is_none_of_the_names_finds_nothing)
{
    static const char *const strange[] = {NULL, "", "Timeout", "timeouts", "too_large", "refused"};
    for (size_t i = 0; i < sizeof(strange) / sizeof(strange[0]); i++) {
        enum slackaudit_transport found = SLACKAUDIT_TRANSPORT_TLS;
        ck_assert(!slackaudit_transport_find(strange[i], &found));
        ck_assert_int_eq(found, SLACKAUDIT_TRANSPORT_TLS);
    }
}
END_TEST

START_TEST(a_value_that_is_none_is_called_other)
{
    ck_assert_str_eq(slackaudit_transport_name((enum slackaudit_transport)1000), "other");
    ck_assert_str_eq(slackaudit_transport_name((enum slackaudit_transport) - 1), "other");
}
END_TEST

CHECK_MAIN("transport", a_name_leads_back_to_its_value, what_is_none_of_the_names_finds_nothing,
    a_value_that_is_none_is_called_other)
