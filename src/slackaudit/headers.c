#include "slackaudit/headers.h"

#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/cleanup.h"
#include "base/limits.h"

void headers_deinit(struct headers *headers)
{
    for (size_t i = 0; i < headers->count; i++) {
        char *value = (char *)headers->items[i].value;
        if (value != NULL)
            explicit_bzero(value, strlen(value));
        free(value);
        free((char *)headers->items[i].name);
    }
    free(headers->items);
    *headers = (struct headers){0};
}

bool headers_name_is_valid(const char *name)
{
    static const char token[] = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    return *name != '\0' && name[strspn(name, token)] == '\0';
}

bool headers_value_is_valid(const char *value)
{
    for (; *value != '\0'; value++)
        if (((unsigned char)*value < 0x20 && *value != '\t') || *value == 0x7f)
            return false;
    return true;
}

bool headers_have(const struct headers *headers, const char *name)
{
    for (size_t i = 0; i < headers->count; i++)
        if (ascii_same(headers->items[i].name, name))
            return true;
    return false;
}

static int check_pair(const char *name, const char *value, struct error *error)
{
    if (!headers_name_is_valid(name))
        return error_set(error, ERROR_INVALID, "headers: a name is no token (RFC 9110, 5.6.2)");
    if (value == NULL)
        return error_set(error, ERROR_INVALID, "headers: %s has no value", name);
    if (!headers_value_is_valid(value))
        return error_set(error, ERROR_INVALID,
            "headers: the value of %s has a line break or another control character", name);
    if (ascii_same(name, "Authorization"))
        return error_set(
            error, ERROR_INVALID, "headers: Authorization is made of the token; leave it out");
    return 0;
}

int headers_copy(const char *const *pairs, struct headers *ret_headers, struct error *error)
{
    size_t count = 0, size = 0;
    for (; pairs != NULL && pairs[2 * count] != NULL; count++) {
        int code = check_pair(pairs[2 * count], pairs[2 * count + 1], error);
        if (code < 0)
            return code;
        size += strlen(pairs[2 * count]) + strlen(pairs[2 * count + 1]);
        if (size > LIMIT_HEADERS)
            return error_set(error, ERROR_LIMIT, "headers are longer than %zu bytes together",
                (size_t)LIMIT_HEADERS);
    }

    _cleanup_(headers_deinit) struct headers headers = {0};
    headers.items = calloc(count + 1, sizeof(*headers.items));
    if (headers.items == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the headers");
    for (; headers.count < count; headers.count++) {
        struct http_header *item = &headers.items[headers.count];
        item->name = strdup(pairs[2 * headers.count]);
        item->value = strdup(pairs[2 * headers.count + 1]);
        if (item->name == NULL || item->value == NULL) {
            headers.count++; /* the half of it is freed as well */
            return error_set(error, ERROR_MEMORY, "no memory for the headers");
        }
    }
    *ret_headers = headers;
    headers = (struct headers){0};
    return 0;
}
