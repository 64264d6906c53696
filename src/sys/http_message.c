#include "sys/http_message.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/ascii.h"
#include "base/limits.h"
#include "base/units.h"

static const int64_t default_timeout_us = 30 * USEC_PER_SEC;
static const int64_t least_connect_timeout_us = 5 * USEC_PER_SEC;
static const int64_t longest_retry_after_us = USEC_PER_DAY;

enum { HEADER_OVERHEAD = 32 };

/* ---- Requests ---- */

/* A token of RFC 9110, 5.6.2. */
static bool is_token(const char *text)
{
    if (*text == '\0')
        return false;
    for (const char *at = text; *at != '\0'; at++) {
        bool alphanumeric =
            (*at >= '0' && *at <= '9') || (*at >= 'A' && *at <= 'Z') || (*at >= 'a' && *at <= 'z');
        if (!alphanumeric && strchr("!#$%&'*+-.^_`|~", *at) == NULL)
            return false;
    }
    return true;
}

/* A field value of RFC 9110, 5.5: no control byte but the tab. */
static bool is_field_value(const char *text)
{
    for (const char *at = text; *at != '\0'; at++)
        if (((unsigned char)*at < 0x20 && *at != '\t') || *at == 0x7f)
            return false;
    return true;
}

int http_check_request(const struct http_request *request, struct error *error)
{
    if (request->method == NULL || !is_token(request->method))
        return error_set(error, ERROR_INVALID, "the method of an HTTP request must be one word");
    for (size_t i = 0; i < request->header_count; i++) {
        const struct http_header *header = &request->headers[i];
        if (!is_token(header->name))
            return error_set(error, ERROR_INVALID,
                "header %zu has a name that HTTP does not allow: letters, digits and '-' are safe",
                i + 1);
        if (!is_field_value(header->value))
            return error_set(error, ERROR_INVALID,
                "the value of the header %s holds a line break or another control byte",
                header->name);
    }
    if (request->user_agent != NULL && !is_field_value(request->user_agent))
        return error_set(
            error, ERROR_INVALID, "the user agent holds a line break or another control byte");
    return 0;
}

static long round_up(int64_t us, int64_t unit_us)
{
    int64_t units = us / unit_us + (us % unit_us > 0 ? 1 : 0);
    return units > INT32_MAX ? INT32_MAX : (long)units;
}

static const char *if_given(const char *text)
{
    return text == NULL || *text == '\0' ? NULL : text;
}

static void set_times(const struct http_request *request, struct http_settings *settings)
{
    int64_t whole_us = request->timeout_us > 0 ? request->timeout_us : default_timeout_us;
    int64_t connect_us = request->connect_timeout_us;
    if (connect_us <= 0)
        connect_us =
            whole_us / 3 > least_connect_timeout_us ? whole_us / 3 : least_connect_timeout_us;
    settings->whole_ms = round_up(whole_us, USEC_PER_MSEC);
    settings->connect_ms = round_up(connect_us, USEC_PER_MSEC);
    settings->stall_seconds = round_up(whole_us, USEC_PER_SEC);
}

static int set_tls(const struct http_tls *tls, struct http_settings *settings, struct error *error)
{
    const char *version = if_given(tls->min_version);
    settings->needs_tls_1_3 = version != NULL && strcmp(version, "1.3") == 0;
    if (version != NULL && !settings->needs_tls_1_3 && strcmp(version, "1.2") != 0)
        return error_set(error, ERROR_INVALID, "least TLS version %s: not 1.2 or 1.3", version);
    settings->ca_file = if_given(tls->ca_file);
    settings->cert_file = if_given(tls->cert_file);
    settings->key_file = if_given(tls->key_file);
    return 0;
}

int http_settings_of(const struct http_request *request, bool connect_only,
    struct http_settings *ret_settings, struct error *error)
{
    struct http_settings settings = {
        .url = request->url, .proxy = request->proxy, .connect_only = connect_only};
    set_times(request, &settings);
    int code = set_tls(&request->tls, &settings, error);
    if (code < 0)
        return code;
    if (!connect_only) {
        bool says_post = strcmp(request->method, "POST") == 0;
        settings.user_agent = request->user_agent;
        settings.accept_gzip = request->accept_gzip;
        settings.body_size = request->body.size;
        settings.is_post = says_post || request->body.size > 0;
        settings.is_head = !settings.is_post && strcmp(request->method, "HEAD") == 0;
        settings.method = says_post || settings.is_head ? NULL : request->method;
    }
    *ret_settings = settings;
    return 0;
}

static int visit_line(http_line_visit visit, void *user, const struct http_header *header)
{
    /* libcurl's spelling of an empty value: with a colon it would take the header out. */
    char *line;
    int size = *header->value == '\0' ? asprintf(&line, "%s;", header->name)
                                      : asprintf(&line, "%s: %s", header->name, header->value);
    if (size < 0)
        return ERROR_MEMORY;
    int code = visit(user, line);
    explicit_bzero(line, (size_t)size); /* it may have held the token */
    free(line);
    return code;
}

int http_each_header_line(const struct http_request *request, http_line_visit visit, void *user)
{
    /* Nothing behind the colon takes out what libcurl would add: here a question that costs a
     * second with receivers that do not answer it. */
    int code = visit(user, "Expect:");
    bool has_type = false;
    for (size_t i = 0; i < request->header_count && code >= 0; i++) {
        has_type = has_type || ascii_same(request->headers[i].name, "Content-Type");
        code = visit_line(visit, user, &request->headers[i]);
    }
    if (code >= 0 && !has_type)
        code = visit(user, "Content-Type:"); /* here the type of a web form */
    return code;
}

/* ---- Answers ---- */

void http_headers_deinit(struct http_headers *headers)
{
    buffer_deinit(&headers->text);
}

static bool is_space(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static struct slice trimmed(struct slice text)
{
    while (text.size > 0 && is_space(text.data[0])) {
        text.data++;
        text.size--;
    }
    while (text.size > 0 && is_space(text.data[text.size - 1]))
        text.size--;
    return text;
}

int http_headers_add(struct http_headers *headers, struct slice line)
{
    if (line.size >= 5 && memcmp(line.data, "HTTP/", 5) == 0) {
        buffer_clear(&headers->text);
        headers->count = 0;
        headers->complete = false;
        return 0;
    }
    if (headers->complete)
        return 0;
    const char *colon = line.size == 0 ? NULL : memchr(line.data, ':', line.size);
    if (trimmed(line).size == 0) {
        headers->complete = true;
        return 0;
    }
    /* No header, a line that goes on the one before (obsolete), or a NUL byte that would cut it:
     * left out. */
    if (colon == NULL || colon == line.data || is_space(line.data[0]) ||
        memchr(line.data, '\0', line.size) != NULL)
        return 0;

    size_t name_size = (size_t)(colon - line.data);
    struct slice name = trimmed((struct slice){.data = line.data, .size = name_size});
    struct slice value =
        trimmed((struct slice){.data = colon + 1, .size = line.size - name_size - 1});
    size_t charged =
        (headers->count + 1) * HEADER_OVERHEAD + headers->text.size + name.size + value.size;
    if (charged > LIMIT_HEADERS)
        return ERROR_LIMIT;
    size_t before = headers->text.size;
    int code = buffer_append_slice(&headers->text, name);
    if (code == 0)
        code = buffer_append_byte(&headers->text, '\0');
    if (code == 0)
        code = buffer_append_slice(&headers->text, value);
    if (code == 0)
        code = buffer_append_byte(&headers->text, '\0');
    if (code < 0)
        headers->text.size = before;
    else
        headers->count++;
    return code;
}

struct http_header *http_headers_list(struct http_headers *headers)
{
    if (headers->count == 0)
        return NULL;
    struct http_header *list = calloc(headers->count, sizeof(*list));
    if (list == NULL)
        return NULL;
    const char *at = headers->text.data;
    for (size_t i = 0; i < headers->count; i++) {
        list[i].name = at;
        at += strlen(at) + 1;
        list[i].value = at;
        at += strlen(at) + 1;
    }
    return list;
}

const char *http_header(const struct http_result *result, const char *name)
{
    for (size_t i = 0; i < result->header_count; i++)
        if (ascii_same(result->headers[i].name, name))
            return result->headers[i].value;
    return NULL;
}

int64_t http_retry_after_us(const struct http_result *result, int64_t now_wall_us)
{
    const char *value = http_header(result, "Retry-After");
    if (value == NULL || *value == '\0')
        return -1;

    int64_t wait_us;
    if (strspn(value, "0123456789") == strlen(value)) {
        /* strtoll() saturates, and so does the product. */
        int64_t seconds = strtoll(value, NULL, 10);
        if (__builtin_mul_overflow(seconds, USEC_PER_SEC, &wait_us))
            wait_us = longest_retry_after_us;
    } else {
        int64_t seconds;
        if (units_parse_http_date(value, &seconds) < 0)
            return -1;
        if (__builtin_mul_overflow(seconds, USEC_PER_SEC, &wait_us) ||
            __builtin_sub_overflow(wait_us, now_wall_us, &wait_us))
            return -1;
    }
    if (wait_us < 0)
        return 0; /* a date that is past */
    return wait_us < longest_retry_after_us ? wait_us : longest_retry_after_us;
}

const char *http_failure_name(enum http_failure failure)
{
    switch (failure) {
    case HTTP_OK:
        return "ok";
    case HTTP_TIMEOUT:
        return "timeout";
    case HTTP_DNS:
        return "dns";
    case HTTP_CONNECT:
        return "connect";
    case HTTP_TLS:
        return "tls";
    case HTTP_RESET:
        return "reset";
    case HTTP_TOO_LARGE:
        return "too_large";
    case HTTP_REFUSED:
        return "refused";
    case HTTP_OTHER:
        break;
    }
    return "other";
}
