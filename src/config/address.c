#include "config/address.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>
#include <sys/un.h>

enum { LONGEST_HOST = 253 }; /* of a name in the DNS, RFC 1035 */

/* ---- Pieces ---- */

static bool take_scheme(const char **text, struct slice *ret_scheme)
{
    const char *end = strstr(*text, "://");
    if (end == NULL || end == *text)
        return false;
    *ret_scheme = (struct slice){.data = *text, .size = (size_t)(end - *text)};
    for (size_t i = 0; i < ret_scheme->size; i++)
        if (!isalnum((unsigned char)ret_scheme->data[i]))
            return false;
    *text = end + 3;
    return true;
}

/* inet_pton() wants a string of its own. */
static bool is_literal(int family, struct slice host)
{
    char text[INET6_ADDRSTRLEN];
    unsigned char address[sizeof(struct in6_addr)];
    if (host.size >= sizeof(text))
        return false;
    memcpy(text, host.data, host.size);
    text[host.size] = '\0';
    return inet_pton(family, text, address) == 1;
}

/* A name, or four decimal numbers: other spellings of numbers are read differently by different
 * resolvers, so they could slip past the rule for loopback. */
static bool is_host(struct slice host)
{
    bool numeric = true;
    if (host.size == 0 || host.size > LONGEST_HOST)
        return false;
    for (size_t i = 0; i < host.size; i++) {
        unsigned char byte = (unsigned char)host.data[i];
        if (!isalnum(byte) && strchr("-._", byte) == NULL)
            return false;
    }
    /* The last label decides, as in the URL standard's host parser. */
    size_t start = host.size;
    while (start > 0 && host.data[start - 1] != '.')
        start--;
    for (size_t i = start; i < host.size; i++)
        numeric = numeric && isdigit((unsigned char)host.data[i]);
    bool hexadecimal = host.size - start > 1 && strncasecmp(host.data + start, "0x", 2) == 0;
    return (numeric && start < host.size) || hexadecimal ? is_literal(AF_INET, host) : true;
}

static const char *take_port(struct slice text, uint16_t *ret_port)
{
    uint32_t port = 0;
    for (size_t i = 0; i < text.size && port <= UINT16_MAX; i++) {
        if (!isdigit((unsigned char)text.data[i]))
            return "must have a port of 1 to 65535 behind the colon";
        port = port * 10 + (uint32_t)(text.data[i] - '0');
    }
    if (port == 0 || port > UINT16_MAX)
        return "must have a port of 1 to 65535 behind the colon";
    *ret_port = (uint16_t)port;
    return NULL;
}

static const char *take_host(struct slice authority, struct config_address *address)
{
    struct slice host = authority, rest = {.data = "", .size = 0};
    if (authority.size > 0 && authority.data[0] == '[') {
        const char *end = memchr(authority.data, ']', authority.size);
        if (end == NULL)
            return "must close the bracket of its IPv6 address";
        host =
            (struct slice){.data = authority.data + 1, .size = (size_t)(end - authority.data) - 1};
        rest = (struct slice){.data = end + 1, .size = authority.size - host.size - 2};
        if (!is_literal(AF_INET6, host))
            return "must have an IPv6 address inside the brackets";
    } else {
        const char *colon = memchr(authority.data, ':', authority.size);
        if (colon != NULL) {
            host.size = (size_t)(colon - authority.data);
            rest = (struct slice){.data = colon, .size = authority.size - host.size};
        }
        if (memchr(rest.data + (rest.size > 0), ':', rest.size - (rest.size > 0)) != NULL)
            return "must have an IPv6 address in brackets";
        if (!is_host(host))
            return "must have a host name or an IP address";
    }
    address->host = host;
    if (rest.size == 0)
        return NULL;
    if (rest.data[0] != ':')
        return "must have nothing but a port behind the host";
    return take_port((struct slice){.data = rest.data + 1, .size = rest.size - 1}, &address->port);
}

/* ---- The whole ---- */

static bool has_foreign_bytes(const char *text)
{
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++)
        if (*at <= 0x20 || *at >= 0x7f || strchr("\"<>\\^`{|}", *at) != NULL)
            return true;
    return false;
}

const char *config_address_parse(const char *text, struct config_address *ret_address)
{
    struct config_address address = {.path = {.data = "", .size = 0}};
    if (has_foreign_bytes(text))
        return "must be an address without spaces, backslashes, quotes or characters beyond ASCII";
    if (!take_scheme(&text, &address.scheme))
        return "must be an address such as https://host:port";
    struct slice authority = {.data = text, .size = strcspn(text, "/?#")};
    const char *rest = text + authority.size;
    const char *at = memrchr(authority.data, '@', authority.size);
    if (at != NULL) {
        address.has_user = true;
        size_t user = (size_t)(at - authority.data) + 1;
        authority = (struct slice){.data = at + 1, .size = authority.size - user};
    }
    const char *fault = take_host(authority, &address);
    if (fault != NULL)
        return fault;
    address.path = (struct slice){.data = rest, .size = strcspn(rest, "?#")};
    rest += address.path.size;
    address.has_query = *rest == '?';
    address.has_fragment = strchr(rest, '#') != NULL;
    *ret_address = address;
    return NULL;
}

bool config_address_has_scheme(const struct config_address *address, const char *scheme)
{
    return address->scheme.size == strlen(scheme) &&
           strncasecmp(address->scheme.data, scheme, address->scheme.size) == 0;
}

/* localhost, 127.0.0.0/8, ::1. */
static bool is_loopback(const struct config_address *address)
{
    struct slice host = address->host;
    if (is_literal(AF_INET, host))
        return strncmp(host.data, "127.", 4) == 0;
    if (is_literal(AF_INET6, host)) {
        char text[INET6_ADDRSTRLEN];
        struct in6_addr binary;
        memcpy(text, host.data, host.size);
        text[host.size] = '\0';
        return inet_pton(AF_INET6, text, &binary) == 1 && IN6_IS_ADDR_LOOPBACK(&binary);
    }
    return host.size == strlen("localhost") && strncasecmp(host.data, "localhost", host.size) == 0;
}

const char *config_address_http_fault(const char *text, bool insecure)
{
    struct config_address address;
    const char *fault = config_address_parse(text, &address);
    if (fault != NULL)
        return fault;
    bool plain = config_address_has_scheme(&address, "http");
    if (!plain && !config_address_has_scheme(&address, "https"))
        return "must begin with https:// (or http://)";
    if (address.has_user)
        return "must not hold user information; a token or a header carries the secret";
    if (address.has_fragment)
        return "must not hold a fragment (#)";
    if (plain && !insecure && !is_loopback(&address))
        return "must begin with https://: http:// to another host shows the secret to the network "
               "(insecure_http: true allows it)";
    return NULL;
}

const char *config_address_proxy_fault(const char *text, bool secret)
{
    static const char *const schemes[] = {"http", "https", "socks5", "socks5h"};
    struct config_address address;
    const char *fault = config_address_parse(text, &address);
    if (fault != NULL)
        return fault;
    bool known = false;
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
        known = known || config_address_has_scheme(&address, schemes[i]);
    if (!known)
        return "must begin with http://, https://, socks5:// or socks5h://";
    if (address.has_user && !secret)
        return "must not hold user information; keep the whole address as a secret instead";
    if ((address.path.size > 0 && !slice_equal(address.path, SLICE_LITERAL("/"))) ||
        address.has_query || address.has_fragment)
        return "must end behind the host and port";
    return NULL;
}

const char *config_address_unix_path(const char *text)
{
    static const char scheme[] = "unix:";
    if (strncmp(text, scheme, strlen(scheme)) != 0)
        return NULL;
    text += strlen(scheme);
    if (strncmp(text, "//", 2) == 0) {
        text += 2;
        if (*text != '/') /* a host, which a socket has not */
            return NULL;
    }
    while (text[0] == '/' && text[1] == '/')
        text++;
    const size_t room = sizeof(((struct sockaddr_un *)NULL)->sun_path);
    size_t size = strlen(text);
    return size > 0 && text[size - 1] != '/' && size < room ? text : NULL;
}
