/*
 * What an output answers when a call or a stream failed, and which failures of sys/http.h the retry
 * stack takes for failures of the connection.
 */
#include "check_main.h"

#include "output/answer.h"

static const enum slackaudit_transport wanted[] = {
    [HTTP_OK] = SLACKAUDIT_TRANSPORT_OK,
    [HTTP_TIMEOUT] = SLACKAUDIT_TRANSPORT_TIMEOUT,
    [HTTP_DNS] = SLACKAUDIT_TRANSPORT_DNS,
    [HTTP_CONNECT] = SLACKAUDIT_TRANSPORT_CONNECT,
    [HTTP_TLS] = SLACKAUDIT_TRANSPORT_TLS,
    [HTTP_RESET] = SLACKAUDIT_TRANSPORT_RESET,
    [HTTP_TOO_LARGE] = SLACKAUDIT_TRANSPORT_OTHER,
    [HTTP_REFUSED] = SLACKAUDIT_TRANSPORT_OTHER,
    [HTTP_OTHER] = SLACKAUDIT_TRANSPORT_OTHER,
};
_Static_assert(sizeof(wanted) / sizeof(wanted[0]) == HTTP_OTHER + 1, "one for each failure");

START_TEST(every_failure_of_the_transport_layer_has_its_name_in_the_retry_stack)
{
    for (int failure = HTTP_OK; failure <= HTTP_OTHER; failure++)
        ck_assert_int_eq(answer_transport((enum http_failure)failure), wanted[failure]);
    ck_assert_int_eq(answer_transport((enum http_failure)1000), SLACKAUDIT_TRANSPORT_OTHER);
}
END_TEST

START_TEST(both_sides_call_a_failure_of_the_connection_by_the_same_name)
{
    for (int failure = HTTP_OK; failure <= HTTP_RESET; failure++)
        ck_assert_str_eq(http_failure_name((enum http_failure)failure),
            slackaudit_transport_name(wanted[failure]));
}
END_TEST

CHECK_MAIN("answer", every_failure_of_the_transport_layer_has_its_name_in_the_retry_stack,
    both_sides_call_a_failure_of_the_connection_by_the_same_name)
