#include "output/http_target.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "config/address.h"

enum {
    FIXED_HEADERS = 3, /* Content-Type, Content-Encoding, Authorization */
    SHORTEST = 6,      /* of a secret; the log's rule: a header "1" would hide ordinary words */
    PART = 8,          /* of a longer secret, that betrays it */
};

/* ---- Loading ---- */

static void drop_loaded(struct http_target *target)
{
    for (size_t i = 0; i < target->header_count; i++)
        secret_free(target->values[i]);
    free(target->values);
    free(target->headers);
    secret_free(target->url);
    secret_free(target->proxy);
    secret_free(target->token);
}

void http_target_deinit(struct http_target *target)
{
    drop_loaded(target);
    *target = (struct http_target){0};
}

/* Makes a secret of what was put together in a buffer, which keeps no copy. */
static int seal(struct buffer *text, struct secret **ret_secret, struct error *error)
{
    const char *whole = buffer_text(text);
    int code = whole == NULL ? ERROR_MEMORY : secret_new(whole, ret_secret);
    if (whole != NULL)
        explicit_bzero(text->data, text->capacity);
    return code < 0 ? error_set(error, code, "no memory for a secret") : 0;
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
    int code = secret_load(&target->config->http.token, &target->token, error);
    if (code < 0)
        return error_prefix(error, code, "token");
    /* Room for all of it from the start: a buffer that grows leaves pieces behind. */
    _cleanup_(buffer_deinit) struct buffer value = BUFFER_INIT(LIMIT_SECRET + 64);
    struct secret *header = NULL;
    code = buffer_reserve(&value, value.limit);
    if (code >= 0)
        code = buffer_printf(&value, "%s %s", target->scheme, secret_text(target->token));
    if (code < 0)
        return error_set(error, code, "no memory for the token");
    code = seal(&value, &header, error);
    if (code >= 0)
        add_header(target, "Authorization", secret_text(header), header);
    return code;
}

static bool is_configured(const struct http_target *target, const char *name)
{
    const struct config_headers *headers = &target->config->headers;
    for (size_t i = 0; i < headers->count; i++)
        if (strcasecmp(headers->items[i].name, name) == 0)
            return true;
    return false;
}

static int load_headers(struct http_target *target, struct error *error)
{
    const struct config_headers *headers = &target->config->headers;
    if (!is_configured(target, "Content-Type"))
        add_header(target, "Content-Type", target->content_type, NULL);
    if (target->config->http.gzip)
        add_header(target, "Content-Encoding", "gzip", NULL);
    for (size_t i = 0; i < headers->count; i++) {
        struct secret *value = NULL;
        int code = secret_load(&headers->items[i].value, &value, error);
        if (code < 0)
            return error_prefix(error, code, "header %s", headers->items[i].name);
        add_header(target, headers->items[i].name, secret_text(value), value);
    }
    return 0;
}

/* Takes the receiver's own path where the address has none. */
static int complete_url(struct http_target *target, struct error *error)
{
    const char *url = secret_text(target->url);
    const char *path = strstr(url, "://") + 3;
    path += strcspn(path, "/?#");
    const char *rest = *path == '/' ? path + 1 : path;
    if (target->default_path == NULL || (*rest != '\0' && *rest != '?'))
        return 0;
    _cleanup_(buffer_deinit) struct buffer whole = BUFFER_INIT(LIMIT_SECRET + KIB(1));
    struct secret *complete = NULL;
    int code = buffer_reserve(&whole, whole.limit);
    if (code >= 0)
        code =
            buffer_printf(&whole, "%.*s%s%s", (int)(path - url), url, target->default_path, rest);
    if (code < 0)
        return error_set(error, code, "no memory for the address");
    code = seal(&whole, &complete, error);
    if (code < 0)
        return code;
    secret_free(target->url);
    target->url = complete;
    return 0;
}

/* The file of a secret may hold other than what the configuration was checked with. */
static int load_addresses(struct http_target *target, struct error *error)
{
    const struct config_output *config = target->config;
    int code = secret_load(&config->http.url, &target->url, error);
    if (code < 0)
        return error_prefix(error, code, "url");
    const char *fault = config_address_http_fault(secret_text(target->url), config->insecure_http);
    if (fault != NULL)
        return error_set(error, ERROR_INVALID, "url: the address %s", fault);
    code = complete_url(target, error);
    if (code < 0 || config->proxy.kind == SECRET_NONE)
        return code;
    code = secret_load(&config->proxy, &target->proxy, error);
    if (code < 0)
        return error_prefix(error, code, "proxy");
    bool secret = config->proxy.kind != SECRET_PLAIN;
    fault = config_address_proxy_fault(secret_text(target->proxy), secret);
    return fault == NULL ? 0 : error_set(error, ERROR_INVALID, "proxy: the address %s", fault);
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
    int code = load_addresses(&fresh, error);
    if (code >= 0)
        code = load_headers(&fresh, error);
    if (code >= 0)
        code = load_token(&fresh, error);
    if (code < 0) {
        http_target_deinit(&fresh);
        return code;
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

/* ---- Betrayal ---- */

/* True when `text` shows any PART bytes of the secret, or all of a shorter one. */
static bool shows(struct slice text, struct slice secret)
{
    if (secret.size < SHORTEST)
        return false;
    size_t size = secret.size < PART ? secret.size : PART;
    for (size_t at = 0; at + size <= text.size; at++)
        if (memmem(secret.data, secret.size, text.data + at, size) != NULL)
            return true;
    return false;
}

/* Of an address what stands behind the host can be secret: all of it when the whole address is kept
 * as one, else the query. */
static bool shows_address(
    struct slice text, const struct secret *address, const struct secret_reference *reference)
{
    const char *whole = secret_text(address);
    const char *authority = strstr(whole, "://");
    if (authority == NULL)
        return false;
    const char *rest = authority + 3;
    rest += strcspn(rest, reference->kind == SECRET_PLAIN ? "?#" : "/?#");
    for (; *rest != '\0'; rest += strcspn(rest, "/?&=#")) {
        rest++;
        const struct slice part = {.data = rest, .size = strcspn(rest, "/?&=#")};
        if (shows(text, part))
            return true;
    }
    return false;
}

/* Its user information. */
static bool shows_proxy(struct slice text, const struct secret *proxy)
{
    const char *whole = secret_text(proxy);
    const char *authority = strstr(whole, "://");
    const char *at = strrchr(whole, '@');
    if (authority == NULL || at == NULL)
        return false;
    const char *start = authority + 3;
    const char *colon = memchr(start, ':', (size_t)(at - start));
    const char *password = colon == NULL ? at : colon + 1;
    size_t user = (size_t)((colon == NULL ? at : colon) - start);
    return shows(text, (struct slice){.data = start, .size = user}) ||
           shows(text, (struct slice){.data = password, .size = (size_t)(at - password)});
}

bool http_target_betrayed(const struct http_target *target, const char *shown)
{
    struct slice text = slice_of(shown);
    if (shows(text, slice_of(secret_text(target->token))))
        return true;
    for (size_t i = 0; i < target->header_count; i++)
        if (shows(text, slice_of(secret_text(target->values[i]))))
            return true;
    return shows_address(text, target->url, &target->config->http.url) ||
           shows_proxy(text, target->proxy);
}
