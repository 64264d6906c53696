#include "slackaudit/retry.h"

#include <string.h>

static const char *const names[] = {
    [SLACKAUDIT_TRANSPORT_OK] = "ok",
    [SLACKAUDIT_TRANSPORT_TIMEOUT] = "timeout",
    [SLACKAUDIT_TRANSPORT_DNS] = "dns",
    [SLACKAUDIT_TRANSPORT_CONNECT] = "connect",
    [SLACKAUDIT_TRANSPORT_TLS] = "tls",
    [SLACKAUDIT_TRANSPORT_RESET] = "reset",
    [SLACKAUDIT_TRANSPORT_OTHER] = "other",
};

enum { COUNT = sizeof(names) / sizeof(names[0]) };

const char *slackaudit_transport_name(enum slackaudit_transport transport)
{
    return names[(unsigned)transport < COUNT ? transport : SLACKAUDIT_TRANSPORT_OTHER];
}

bool slackaudit_transport_find(const char *name, enum slackaudit_transport *ret_transport)
{
    if (name == NULL)
        return false;
    for (int i = 0; i < COUNT; i++) {
        if (strcmp(names[i], name) == 0) {
            *ret_transport = (enum slackaudit_transport)i;
            return true;
        }
    }
    return false;
}
