#include "slackaudit/address.h"

#include <arpa/inet.h>

#include "base/ascii.h"

static bool is_unreserved(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || (byte != '\0' && strchr("-._~", byte) != NULL);
}

/* ---- Checks ---- */

static int invalid(struct error *error, const char *why)
{
    return error_set(error, ERROR_INVALID, "base_url %s", why);
}

/* The names and addresses that never leave this machine (RFC 6761, 6.3; RFC 1122, 3.2.1.3; RFC
 * 4291, 2.5.3). Spellings that only some resolvers take for loopback do not count. */
static bool is_loopback(struct slice host)
{
    char text[64];
    if (host.size == 0 || host.size >= sizeof(text))
        return false;
    memcpy(text, host.data, host.size);
    text[host.size] = '\0';
    struct in_addr address;
    if (inet_pton(AF_INET, text, &address) == 1)
        return ntohl(address.s_addr) >> 24 == 127;
    return ascii_same(text, "localhost") || strcmp(text, "[::1]") == 0;
}

/* Splits `host[:port]`. An IPv6 address keeps its brackets. */
static int check_authority(struct slice authority, struct slice *ret_host, struct error *error)
{
    struct slice host = authority;
    const char *bracket = authority.size > 0 && authority.data[0] == '['
                              ? memchr(authority.data, ']', authority.size)
                              : NULL;
    if (bracket != NULL)
        host.size = (size_t)(bracket - authority.data) + 1;
    else
        host.size = strcspn(authority.data, ":/");
    if (host.size == 0)
        return invalid(error, "names no host");

    struct slice port = {authority.data + host.size, authority.size - host.size};
    if (port.size > 0) {
        unsigned long number = 0;
        bool valid = port.data[0] == ':' && port.size >= 2 && port.size <= 6;
        for (size_t i = 1; valid && i < port.size; i++) {
            valid = port.data[i] >= '0' && port.data[i] <= '9';
            number = number * 10 + (unsigned long)(port.data[i] - '0');
        }
        if (!valid || number < 1 || number > 65535)
            return invalid(error, "has a port that is no number from 1 to 65535");
    }
    *ret_host = host;
    return 0;
}

bool address_is_loopback(const char *base_url)
{
    const char *authority = strstr(base_url, "://");
    struct slice host;
    if (authority == NULL)
        return false;
    authority += strlen("://");
    struct slice whole = {authority, strcspn(authority, "/?#")};
    return check_authority(whole, &host, NULL) == 0 && is_loopback(host);
}

int address_check(const char *base_url, bool insecure_http, struct error *error)
{
    bool secure = ascii_begins(base_url, "https://");
    if (!secure && !ascii_begins(base_url, "http://"))
        return invalid(error, "begins with neither https:// nor http://");
    const char *authority = base_url + (secure ? 8 : 7);
    size_t authority_size = strcspn(authority, "/?#");
    if (memchr(authority, '@', authority_size) != NULL)
        return invalid(error, "has user information: give the token as `token`");
    for (const char *byte = authority; *byte != '\0'; byte++)
        if (!is_unreserved(*byte) && strchr("/:[]%", *byte) == NULL)
            return invalid(error, *byte == '?' || *byte == '#'
                                      ? "has a query or a fragment"
                                      : "has a character that must be percent-encoded");
    struct slice host = {0};
    int code = check_authority((struct slice){authority, authority_size}, &host, error);
    if (code < 0)
        return code;
    if (authority[strlen(authority) - 1] != '/')
        return invalid(error, "does not end in a slash");
    if (strlen(base_url) > LIMIT_URL / 16)
        return invalid(error, "is too long");
    if (!secure && !insecure_http && !is_loopback(host))
        return invalid(error, "is http:// to a host that is not this machine, and the token could "
                              "be read on the way: use https://, or allow it with insecure_http");
    return 0;
}

int address_check_path(const char *path, struct error *error)
{
    if (path == NULL || *path == '\0')
        return error_set(error, ERROR_INVALID, "path is empty");
    if (*path == '/')
        return error_set(error, ERROR_INVALID,
            "path begins with a slash: it is appended to base_url, which ends in one");
    if (strstr(path, "..") != NULL)
        return error_set(error, ERROR_INVALID, "path leads out of base_url");
    for (const char *byte = path; *byte != '\0'; byte++)
        if (!is_unreserved(*byte) && *byte != '/')
            return error_set(error, ERROR_INVALID,
                "path holds a character other than letters, digits and -._~/ (a query is given "
                "as `query`)");
    return 0;
}

/* ---- Building ---- */

void address_deinit(struct address *address)
{
    buffer_deinit(&address->text);
}

int address_begin(struct address *address, const char *base_url, const char *path)
{
    buffer_clear(&address->text);
    int code = buffer_append_text(&address->text, base_url);
    if (code == 0)
        code = buffer_append_text(&address->text, path);
    if (code == 0)
        address->path_size = address->text.size;
    return code;
}

static int append_encoded(struct buffer *buffer, const char *text)
{
    static const char digits[] = "0123456789ABCDEF";
    int code = 0;
    for (; *text != '\0' && code == 0; text++) {
        unsigned char byte = (unsigned char)*text;
        char encoded[3] = {'%', digits[byte >> 4], digits[byte & 15]};
        code = is_unreserved(*text) ? buffer_append_byte(buffer, *text)
                                    : buffer_append(buffer, encoded, sizeof(encoded));
    }
    return code;
}

int address_add(struct address *address, const char *name, const char *value)
{
    char separator = address->text.size == address->path_size ? '?' : '&';
    int code = buffer_append_byte(&address->text, separator);
    if (code == 0)
        code = append_encoded(&address->text, name);
    if (code == 0)
        code = buffer_append_byte(&address->text, '=');
    if (code == 0)
        code = append_encoded(&address->text, value);
    return code;
}
