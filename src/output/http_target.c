#include "output/http_target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"

enum { FIXED_HEADERS = 3 }; /* Content-Type, Content-Encoding, Authorization */

static void drop_loaded(struct http_target *target)
{
    for (size_t i = 0; i < target->header_count; i++)
        secret_free(target->values[i]);
    free(target->values);
    free(target->headers);
    secret_free(target->url_secret);
    secret_free(target->proxy);
    if (target->url != NULL)
        explicit_bzero(
            target->url, strlen(target->url)); /* for some receivers the address is the secret */
    free(target->url);
}

void http_target_deinit(struct http_target *target)
{
    drop_loaded(target);
    *target = (struct http_target){0};
}

/* The address, with the receiver's own path where it has none. */
static char *full_url(const char *url, const char *default_path)
{
    const char *authority = strstr(url, "://");
    const char *path = authority == NULL ? NULL : strchr(authority + 3, '/');
    bool bare = authority != NULL && (path == NULL || path[1] == '\0');
    if (!bare || default_path == NULL)
        return strdup(url);
    char *full = NULL;
    int size = path == NULL ? (int)strlen(url) : (int)(path - url);
    if (asprintf(&full, "%.*s%s", size, url, default_path) < 0)
        return NULL;
    return full;
}

static void add_header(
    struct http_target *target, const char *name, const char *value, struct secret *secret)
{
    target->headers[target->header_count] = (struct http_header){.name = name, .value = value};
    target->values[target->header_count++] = secret;
}

static int load_token(struct http_target *target, struct error *error)
{
    if (target->config->http.token.kind == SECRET_NONE)
        return 0;
    struct secret *token = NULL;
    int r = secret_load(&target->config->http.token, &token, error);
    if (r < 0)
        return error_prefix(error, r, "token");
    _cleanup_(buffer_deinit) struct buffer value = BUFFER_INIT(LIMIT_SECRET + 64);
    struct secret *header = NULL;
    r = buffer_printf(&value, "%s %s", target->scheme, secret_text(token));
    const char *text = r < 0 ? NULL : buffer_text(&value);
    r = text == NULL ? ERROR_MEMORY : secret_new(text, &header);
    if (value.data != NULL)
        explicit_bzero(value.data, value.capacity); /* it leaves no copy of the token behind */
    secret_free(token);
    if (r < 0)
        return error_set(error, r, "no memory for the token");
    add_header(target, "Authorization", secret_text(header), header);
    return 0;
}

static int load_headers(struct http_target *target, struct error *error)
{
    const struct config_headers *headers = &target->config->headers;
    for (size_t i = 0; i < headers->count; i++) {
        struct secret *value = NULL;
        int r = secret_load(&headers->items[i].value, &value, error);
        if (r < 0)
            return error_prefix(error, r, "header %s", headers->items[i].name);
        add_header(target, headers->items[i].name, secret_text(value), value);
    }
    return 0;
}

static int load_addresses(struct http_target *target, struct error *error)
{
    int r = secret_load(&target->config->http.url, &target->url_secret, error);
    if (r < 0)
        return error_prefix(error, r, "url");
    target->url = full_url(secret_text(target->url_secret), target->default_path);
    if (target->url == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the address");
    if (target->config->proxy.kind == SECRET_NONE)
        return 0;
    r = secret_load(&target->config->proxy, &target->proxy, error);
    return r < 0 ? error_prefix(error, r, "proxy") : 0;
}

int http_target_reload(struct http_target *target, struct error *error)
{
    struct http_target fresh = {.config = target->config,
        .scheme = target->scheme,
        .default_path = target->default_path,
        .content_type = target->content_type};
    size_t room = FIXED_HEADERS + target->config->headers.count;
    fresh.headers = calloc(room, sizeof(*fresh.headers));
    fresh.values = calloc(room, sizeof(struct secret *));
    if (fresh.headers == NULL || fresh.values == NULL) {
        http_target_deinit(&fresh);
        return error_set(error, ERROR_MEMORY, "no memory for headers");
    }
    add_header(&fresh, "Content-Type", target->content_type, NULL);
    if (target->config->http.gzip)
        add_header(&fresh, "Content-Encoding", "gzip", NULL);
    int r = load_addresses(&fresh, error);
    if (r >= 0)
        r = load_token(&fresh, error);
    if (r >= 0)
        r = load_headers(&fresh, error);
    if (r < 0) {
        http_target_deinit(&fresh);
        return r;
    }
    drop_loaded(target);
    *target = fresh;
    return 0;
}

int http_target_init(struct http_target *target, const struct config_output *config,
    const char *scheme, const char *default_path, const char *content_type, struct error *error)
{
    *target = (struct http_target){.config = config,
        .scheme = scheme,
        .default_path = default_path,
        .content_type = content_type};
    return http_target_reload(target, error);
}

/* Short values (a header "1") would hide ordinary words. */
static bool holds(const char *text, const char *secret)
{
    return strlen(secret) >= 6 && strstr(text, secret) != NULL;
}

bool http_target_betrayed(const struct http_target *target, const char *text)
{
    for (size_t i = 0; i < target->header_count; i++) {
        const char *value = secret_text(target->values[i]);
        const char *space = strchr(value, ' '); /* a token without its scheme is the token still */
        if (holds(text, value) || (space != NULL && holds(text, space + 1)))
            return true;
    }
    return holds(text, secret_text(target->url_secret)) || holds(text, secret_text(target->proxy));
}
