#include "sys/http_curl_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/units.h"
#include "sys/http_message.h"

/* Fewer reads for a page of 6 MB than libcurl's own 16 KiB; past this nothing was gained. */
static const long receive_size = KIB(64);

DEFINE_CLEANUP(struct http_easy, http_easy_free)

/* 0 where libcurl has nothing to say, which is what none means for all that is asked here. */
static long long_of(const struct http_easy *easy, CURLINFO what)
{
    long value = 0;
    return curl_easy_getinfo(easy->handle, what, &value) == CURLE_OK ? value : 0;
}

/* ---- What a result code of libcurl means ---- */

static enum http_failure failure_of(const struct http_easy *easy, CURLcode result)
{
    switch (result) {
    case CURLE_OK:
        return HTTP_OK;
    case CURLE_OPERATION_TIMEDOUT:
        return HTTP_TIMEOUT;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        return HTTP_DNS;
    case CURLE_COULDNT_CONNECT:
    case CURLE_PROXY:
        return HTTP_CONNECT;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
#if LIBCURL_VERSION_NUM >= 0x074d00
    case CURLE_SSL_CLIENTCERT:
#endif
        return HTTP_TLS;
    case CURLE_RECV_ERROR: {
        /* What libcurl says too when a proxy refuses to make the tunnel. */
        long proxy_status = long_of(easy, CURLINFO_HTTP_CONNECTCODE);
        return proxy_status >= 300 ? HTTP_CONNECT : HTTP_RESET;
    }
    case CURLE_SEND_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_SEND_FAIL_REWIND:
    case CURLE_BAD_CONTENT_ENCODING: /* cut off or damaged under way */
        return HTTP_RESET;
#if LIBCURL_VERSION_NUM >= 0x080600
    case CURLE_TOO_LARGE:
        return HTTP_TOO_LARGE;
#endif
    case CURLE_WRITE_ERROR:
    case CURLE_ABORTED_BY_CALLBACK:
        return HTTP_REFUSED;
    default:
        return HTTP_OTHER;
    }
}

struct http_transfer_end http_easy_end(struct http_easy *easy, CURLcode result)
{
    struct http_transfer_end end = {.failure = failure_of(easy, result)};
    end.status = (int)long_of(easy, CURLINFO_RESPONSE_CODE);
    if (result == CURLE_OK)
        return end;
    end.os_errno = (int)long_of(easy, CURLINFO_OS_ERRNO);
    const char *message = easy->message;
    /* A message that quotes a proxy's address quotes the user and the password in it too, and one
     * that cannot be understood may have them anywhere. */
    bool quotes_proxy = strstr(message, "proxy") != NULL && strchr(message, '\'') != NULL;
    if (*message == '\0' || strchr(message, '@') != NULL || quotes_proxy)
        message = curl_easy_strerror(result);
    (void)snprintf(
        end.message, sizeof(end.message), "%s", message); /* a cut text is still a text */
    return end;
}

/* ---- What libcurl asks for a transfer ---- */

static size_t on_header(char *data, size_t unit, size_t count, void *user)
{
    const struct http_easy *easy = user;
    struct slice line = {.data = data, .size = unit * count};
    /* A short count makes libcurl stop. */
    return easy->events->header(easy->user, line) < 0 ? 0 : line.size;
}

static size_t on_body(char *data, size_t unit, size_t count, void *user)
{
    const struct http_easy *easy = user;
    struct slice piece = {.data = data, .size = unit * count};
    int status = (int)long_of(easy, CURLINFO_RESPONSE_CODE);
    /* An error whatever the size, which may be 0. */
    return easy->events->body(easy->user, status, piece) < 0 ? piece.size + 1 : piece.size;
}

static size_t on_read(char *data, size_t unit, size_t count, void *user)
{
    const struct http_easy *easy = user;
    ssize_t size = easy->events->read(easy->user, data, unit * count);
    return size < 0 ? CURL_READFUNC_ABORT : (size_t)size;
}

static int on_seek(void *user, curl_off_t offset, int origin)
{
    const struct http_easy *easy = user;
    bool is_begin = offset == 0 && origin == SEEK_SET;
    return is_begin && easy->events->rewind(easy->user) == 0 ? CURL_SEEKFUNC_OK
                                                             : CURL_SEEKFUNC_FAIL;
}

void http_easy_end_lookup(struct http_easy *easy)
{
    if (easy->looks_up && easy->multi != NULL)
        easy->multi->lookups--;
    easy->looks_up = false;
}

/* Not called for a name that libcurl remembers, nor for a kept connection. */
static int on_lookup(void *state, void *reserved, void *user)
{
    (void)state;
    (void)reserved;
    struct http_easy *easy = user;
    if (!easy->looks_up && easy->multi != NULL)
        easy->multi->lookups++;
    easy->looks_up = true;
    return 0;
}

/* libcurl's own way (seen of 7.88) hands connections on to every program that the caller starts. */
static curl_socket_t on_open(void *user, curlsocktype purpose, struct curl_sockaddr *address)
{
    (void)user;
    (void)purpose;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* The name is known. */
static int on_connect(void *user, curl_socket_t socket, curlsocktype purpose)
{
    (void)socket;
    (void)purpose;
    http_easy_end_lookup(user);
    return CURL_SOCKOPT_OK;
}

/* ---- Setting a transfer up ---- */

#define SET(option, value)                                                                         \
    do {                                                                                           \
        CURLcode set_ = curl_easy_setopt(easy->handle, option, value);                             \
        if (set_ != CURLE_OK)                                                                      \
            return error_set(error,                                                                \
                set_ == CURLE_OUT_OF_MEMORY ? ERROR_MEMORY : ERROR_UNSUPPORTED,                    \
                "libcurl refuses " #option ": %s", curl_easy_strerror(set_));                      \
    } while (0)

/* The text never shows the address: it may be a secret. */
static int check_address(const char *url, struct error *error)
{
    CURLU *parsed = curl_url();
    if (parsed == NULL)
        return error_set(error, ERROR_MEMORY, "no memory to read an address");
    char *scheme = NULL;
    CURLUcode result = curl_url_set(parsed, CURLUPART_URL, url, CURLU_DISALLOW_USER);
    if (result == CURLUE_OK)
        result = curl_url_get(parsed, CURLUPART_SCHEME, &scheme, 0);
    bool is_http = scheme != NULL && (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0);
    curl_free(scheme);
    curl_url_cleanup(parsed);
    if (result == CURLUE_USER_NOT_ALLOWED)
        return error_set(error, ERROR_INVALID,
            "the address holds a user name: give it in a header, where it is kept secret");
    if (result != CURLUE_OK || !is_http)
        return error_set(error, ERROR_INVALID,
            "the address cannot be understood: it should look like https://host:port/path");
    return 0;
}

static int set_connection(
    struct http_easy *easy, const struct http_settings *settings, struct error *error)
{
    SET(CURLOPT_URL, settings->url);
#if LIBCURL_VERSION_NUM >= 0x075500
    SET(CURLOPT_PROTOCOLS_STR, "https,http");
#else
    SET(CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTPS | CURLPROTO_HTTP));
#endif
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    if (settings->proxy != NULL)
        SET(CURLOPT_PROXY, settings->proxy); /* "": none, whatever the environment says */
    SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    SET(CURLOPT_RESOLVER_START_FUNCTION, on_lookup);
    SET(CURLOPT_RESOLVER_START_DATA, easy);
    SET(CURLOPT_OPENSOCKETFUNCTION, on_open);
    SET(CURLOPT_SOCKOPTFUNCTION, on_connect);
    SET(CURLOPT_SOCKOPTDATA, easy);
    SET(CURLOPT_TCP_KEEPALIVE, 1L); /* every 60 s, libcurl's default */
    SET(CURLOPT_TIMEOUT_MS, settings->whole_ms);
    SET(CURLOPT_CONNECTTIMEOUT_MS, settings->connect_ms);
    easy->whole_ms = settings->whole_ms;
    easy->connect_ms = settings->connect_ms;
    SET(CURLOPT_LOW_SPEED_LIMIT, 1L);
    SET(CURLOPT_LOW_SPEED_TIME, settings->stall_seconds);
    SET(CURLOPT_BUFFERSIZE, receive_size);
#if LIBCURL_VERSION_NUM >= 0x075700
    /* A transfer may end while its name lookup hangs in a thread: leave the thread to itself.
     * Before 7.87 libcurl waits for it. */
    SET(CURLOPT_QUICK_EXIT, 1L);
#endif
    SET(CURLOPT_SSLVERSION,
        (long)(settings->needs_tls_1_3 ? CURL_SSLVERSION_TLSv1_3 : CURL_SSLVERSION_TLSv1_2));
    if (settings->ca_file != NULL) /* else libcurl's default */
        SET(CURLOPT_CAINFO, settings->ca_file);
    SET(CURLOPT_SSLCERT, settings->cert_file);
    SET(CURLOPT_SSLKEY, settings->key_file);
    return 0;
}

static int add_header_line(void *user, const char *line)
{
    struct http_easy *easy = user;
    struct curl_slist *grown = curl_slist_append(easy->headers, line);
    if (grown == NULL)
        return ERROR_MEMORY;
    easy->headers = grown;
    return 0;
}

static int set_message(
    struct http_easy *easy, const struct http_settings *settings, struct error *error)
{
    SET(CURLOPT_HEADERFUNCTION, on_header);
    SET(CURLOPT_HEADERDATA, easy);
    SET(CURLOPT_WRITEFUNCTION, on_body);
    SET(CURLOPT_WRITEDATA, easy);
    SET(CURLOPT_HTTPHEADER, easy->headers);
    SET(CURLOPT_USERAGENT, settings->user_agent);
    SET(CURLOPT_ACCEPT_ENCODING, settings->accept_gzip ? "gzip" : NULL);
    /* HTTP/1.1 alone: each call has its connection to itself, so that one broken connection breaks
     * one call. */
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    if (settings->is_post) {
        SET(CURLOPT_POST, 1L);
        SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)settings->body_size);
        SET(CURLOPT_READFUNCTION, on_read);
        SET(CURLOPT_READDATA, easy);
        SET(CURLOPT_SEEKFUNCTION, on_seek);
        SET(CURLOPT_SEEKDATA, easy);
    }
    if (settings->is_head)
        SET(CURLOPT_NOBODY, 1L);
    if (settings->method != NULL)
        SET(CURLOPT_CUSTOMREQUEST, settings->method);
    return 0;
}

static int set_up(struct http_easy *easy, const struct http_request *request, bool connect_only,
    struct error *error)
{
    struct http_settings settings;
    int code = check_address(request->url, error);
    if (code == 0)
        code = http_settings_of(request, connect_only, &settings, error);
    if (code < 0)
        return code;
    SET(CURLOPT_PRIVATE, easy);
    SET(CURLOPT_ERRORBUFFER, easy->message);
    SET(CURLOPT_NOSIGNAL, 1L);
    code = set_connection(easy, &settings, error);
    if (code < 0)
        return code;
    if (connect_only) {
        SET(CURLOPT_CONNECT_ONLY, 1L);
        SET(CURLOPT_HTTPPROXYTUNNEL, 1L);
        SET(CURLOPT_SSL_ENABLE_ALPN, 0L); /* what follows is not HTTP */
        return 0;
    }
    code = http_each_header_line(request, add_header_line, easy);
    if (code < 0)
        return error_set(error, code, "no memory for the headers of a request");
    return set_message(easy, &settings, error);
}

int http_easy_new(struct http_easy **ret_easy, const struct http_request *request,
    bool connect_only, const struct http_easy_events *events, void *user, struct error *error)
{
    _cleanup_(http_easy_freep) struct http_easy *easy = calloc(1, sizeof(*easy));
    if (easy == NULL || (easy->handle = curl_easy_init()) == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for an HTTP transfer");
    easy->events = events;
    easy->user = user;
    int code = set_up(easy, request, connect_only, error);
    if (code < 0)
        return code;
    *ret_easy = TAKE(easy);
    return 0;
}

void http_easy_free(struct http_easy *easy)
{
    if (easy == NULL)
        return;
    curl_easy_cleanup(easy->handle);
    /* Among the headers is the token. */
    for (struct curl_slist *header = easy->headers; header != NULL; header = header->next)
        explicit_bzero(header->data, strlen(header->data));
    curl_slist_free_all(easy->headers);
    free(easy);
}

void http_easy_shorten(struct http_easy *easy, int64_t waited_us)
{
    long waited_ms = (long)(waited_us / USEC_PER_MSEC);
    long whole_ms = easy->whole_ms - waited_ms, connect_ms = easy->connect_ms - waited_ms;
    /* 0 would be no limit at all; above it these options take every number. */
    (void)curl_easy_setopt(easy->handle, CURLOPT_TIMEOUT_MS, whole_ms > 0 ? whole_ms : 1L);
    (void)curl_easy_setopt(
        easy->handle, CURLOPT_CONNECTTIMEOUT_MS, connect_ms > 0 ? connect_ms : 1L);
}

/* ---- A connected transfer ---- */

int http_easy_socket(struct http_easy *easy)
{
    curl_socket_t socket = CURL_SOCKET_BAD; /* -1 */
    /* When it fails there is none, as it says. */
    (void)curl_easy_getinfo(easy->handle, CURLINFO_ACTIVESOCKET, &socket);
    return socket;
}

static int exchanged(struct http_easy *easy, CURLcode result, size_t size, size_t *ret_size,
    struct http_transfer_end *ret_end)
{
    if (result != CURLE_OK && result != CURLE_AGAIN) {
        *ret_end = http_easy_end(easy, result);
        return ERROR_IO;
    }
    *ret_size = result == CURLE_AGAIN ? 0 : size;
    return 0;
}

int http_easy_send(
    struct http_easy *easy, struct slice bytes, size_t *ret_sent, struct http_transfer_end *ret_end)
{
    size_t sent = 0;
    *easy->message = '\0';
    CURLcode result = curl_easy_send(easy->handle, bytes.data, bytes.size, &sent);
    return exchanged(easy, result, sent, ret_sent, ret_end);
}

int http_easy_receive(struct http_easy *easy, void *data, size_t size, size_t *ret_received,
    struct http_transfer_end *ret_end)
{
    size_t received = 0;
    *easy->message = '\0';
    CURLcode result = curl_easy_recv(easy->handle, data, size, &received);
    if (result == CURLE_OK && received == 0) {
        *ret_end = (struct http_transfer_end){
            .failure = HTTP_RESET, .in_order = true, .message = "the peer closed the connection"};
        return ERROR_IO;
    }
    return exchanged(easy, result, received, ret_received, ret_end);
}
