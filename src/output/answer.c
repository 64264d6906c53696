#include "output/answer.h"

struct output_answer answer_delivered(void)
{
    return (struct output_answer){
        .outcome = OUTPUT_DELIVERED, .message = "", .retry_after_us = -1, .refused = -1};
}

enum slackaudit_transport answer_transport(enum http_failure failure)
{
    enum slackaudit_transport transport = SLACKAUDIT_TRANSPORT_OTHER;
    (void)slackaudit_transport_find(http_failure_name(failure), &transport); /* else OTHER */
    return transport;
}

struct output_answer answer_failed(
    enum slackaudit_transport transport, int os_errno, const char *message)
{
    return (struct output_answer){.outcome = OUTPUT_FAILED,
        .message = message,
        .transport = transport,
        .os_errno = os_errno,
        .retry_after_us = -1,
        .refused = -1};
}
