#include "output/answer.h"

struct output_answer answer_delivered(void)
{
    return (struct output_answer){
        .outcome = OUTPUT_DELIVERED, .message = "", .retry_after_us = -1, .refused = -1};
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

enum slackaudit_transport answer_transport(enum http_failure failure)
{
    switch (failure) {
    case HTTP_OK:
        return SLACKAUDIT_TRANSPORT_OK;
    case HTTP_TIMEOUT:
        return SLACKAUDIT_TRANSPORT_TIMEOUT;
    case HTTP_DNS:
        return SLACKAUDIT_TRANSPORT_DNS;
    case HTTP_CONNECT:
        return SLACKAUDIT_TRANSPORT_CONNECT;
    case HTTP_TLS:
        return SLACKAUDIT_TRANSPORT_TLS;
    case HTTP_RESET:
        return SLACKAUDIT_TRANSPORT_RESET;
    case HTTP_TOO_LARGE:
    case HTTP_REFUSED:
    case HTTP_OTHER:
        break;
    }
    return SLACKAUDIT_TRANSPORT_OTHER;
}
