#include "slackaudit/transport.h"

#include "slackaudit/client.h"

enum slackaudit_transport transport_of(enum http_failure failure)
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

const char *slackaudit_transport_name(enum slackaudit_transport transport)
{
    switch (transport) {
    case SLACKAUDIT_TRANSPORT_OK:
        return "ok";
    case SLACKAUDIT_TRANSPORT_TIMEOUT:
        return "timeout";
    case SLACKAUDIT_TRANSPORT_DNS:
        return "dns";
    case SLACKAUDIT_TRANSPORT_CONNECT:
        return "connect";
    case SLACKAUDIT_TRANSPORT_TLS:
        return "tls";
    case SLACKAUDIT_TRANSPORT_RESET:
        return "reset";
    case SLACKAUDIT_TRANSPORT_OTHER:
        break;
    }
    return "other";
}
