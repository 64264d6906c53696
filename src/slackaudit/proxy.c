#include "slackaudit/proxy.h"

#include <stdlib.h>
#include <string.h>

const char *proxy_of_environment(const char **ret_name)
{
    static const char *const names[] = {"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *value = getenv(names[i]);
        if (value == NULL || *value == '\0')
            continue;
        if (strcmp(names[i], "HTTP_PROXY") == 0 && getenv("REQUEST_METHOD") != NULL)
            continue;
        *ret_name = names[i];
        return value;
    }
    return NULL;
}
