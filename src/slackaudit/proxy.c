#include "slackaudit/proxy.h"

#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/slice.h"

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
    return "";
}

static bool is_scheme(struct slice text)
{
    static const char *const schemes[] = {
        "http", "https", "socks4", "socks4a", "socks5", "socks5h"};
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
        if (text.size == strlen(schemes[i]) && ascii_same_bytes(text.data, schemes[i], text.size))
            return true;
    return false;
}

/* Behind the host: nothing, or a colon and a number. */
static bool is_port(struct slice text)
{
    unsigned long port = 0;
    if (text.size == 0)
        return true;
    if (text.data[0] != ':' || text.size < 2 || text.size > 6)
        return false;
    for (size_t i = 1; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        port = port * 10 + (unsigned long)(text.data[i] - '0');
    }
    return port >= 1 && port <= 65535;
}

const char *proxy_fault(const char *proxy)
{
    for (const char *byte = proxy; *byte != '\0'; byte++)
        if (*byte <= 0x20 || *byte >= 0x7f || *byte == '\\')
            return "has a space, a control character or another byte that no address has";
    const char *scheme_end = strstr(proxy, "://");
    if (scheme_end != NULL) {
        if (!is_scheme((struct slice){.data = proxy, .size = (size_t)(scheme_end - proxy)}))
            return "begins with none of http://, https://, socks4://, socks4a://, socks5:// and "
                   "socks5h://";
        proxy = scheme_end + strlen("://");
    }
    size_t size = strcspn(proxy, "/?#");
    const char *rest = proxy + size;
    const char *at = memrchr(proxy, '@', size);
    const char *host = at == NULL ? proxy : at + 1;
    const char *bracket = *host == '[' ? memchr(host, ']', (size_t)(rest - host)) : NULL;
    const char *host_end =
        bracket != NULL ? bracket + 1 : host + strcspn(host, ":/?#"); /* a name, or four numbers */
    if (host_end == host)
        return "names no host";
    if (!is_port((struct slice){.data = host_end, .size = (size_t)(rest - host_end)}))
        return "has a port that is no number from 1 to 65535 (in a user name or password, : / @ ? "
               "and # must be percent-encoded)";
    if (*rest != '\0' && strcmp(rest, "/") != 0)
        return "does not end behind host and port";
    return NULL;
}
