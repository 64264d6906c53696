#include "sys/http_transfer.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/log.h"
#include "sys/http_message.h"
#include "sys/http_watch.h"

/* Fewer reads for a page of 6 MB than libcurl's own 16 KiB; past this nothing was gained. */
static const long receive_size = KIB(64);
static const long idle_connections = 16;

struct http_transfer {
    struct http_engine *engine;
    struct http_transfer *next, *previous;
    const struct http_transfer_events *events; /* NULL: freed, told nothing more */
    void *user;
    CURL *easy;
    struct curl_slist *headers;
    struct slice body;
    size_t body_sent;
    bool added; /* to the multi handle */
    bool ended; /* told so */
    bool refused;
    char message[CURL_ERROR_SIZE];
};

struct http_engine {
    struct loop *loop;
    CURLM *multi;
    struct http_watcher watcher;
    struct loop_task started;
    struct http_transfer *transfers;
    bool inside_libcurl; /* its handles must not be removed now */
    bool busy;           /* an event may be running: the engine must not go now */
    bool closing;
};

DEFINE_CLEANUP(struct http_engine, http_engine_free)
DEFINE_CLEANUP(struct http_transfer, http_transfer_free)

struct loop *http_engine_loop(struct http_engine *engine)
{
    return engine->loop;
}

/* ---- What a result code of libcurl means ---- */

static enum http_failure failure_of(const struct http_transfer *transfer, CURLcode result)
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
        long proxy_status = 0;
        (void)curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
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
        return transfer->refused ? HTTP_REFUSED : HTTP_OTHER;
    default:
        return HTTP_OTHER;
    }
}

static struct http_transfer_end describe_end(struct http_transfer *transfer, CURLcode result)
{
    struct http_transfer_end end = {.failure = failure_of(transfer, result)};
    long status = 0, os_errno = 0;
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    end.status = (int)status;
    if (result == CURLE_OK)
        return end;
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_OS_ERRNO, &os_errno);
    end.os_errno = (int)os_errno;
    const char *message = transfer->message;
    /* A message that quotes a proxy's address quotes the user and the password in it too. */
    if (*message == '\0' || strchr(message, '@') != NULL)
        message = curl_easy_strerror(result);
    (void)snprintf(end.message, sizeof(end.message), "%s", message);
    return end;
}

/* ---- What libcurl asks of us ---- */

static size_t on_header(char *data, size_t unit, size_t count, void *user)
{
    struct http_transfer *transfer = user;
    size_t size = unit * count;
    if (transfer->events == NULL)
        return 0;
    if (transfer->events->header(transfer->user, (struct slice){.data = data, .size = size}) < 0) {
        transfer->refused = true;
        return 0;
    }
    /* The event may have freed the transfer: a short count makes libcurl stop. */
    return transfer->events == NULL ? 0 : size;
}

static size_t on_body(char *data, size_t unit, size_t count, void *user)
{
    struct http_transfer *transfer = user;
    size_t size = unit * count;
    if (transfer->events == NULL)
        return size + 1;
    if (size == 0)
        return 0;
    long status = 0;
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    struct slice piece = {.data = data, .size = size};
    if (transfer->events->body(transfer->user, (int)status, piece) < 0) {
        transfer->refused = true;
        return size + 1; /* whatever the size, an error */
    }
    return transfer->events == NULL ? size + 1 : size;
}

static size_t on_read(char *data, size_t unit, size_t count, void *user)
{
    struct http_transfer *transfer = user;
    if (transfer->events == NULL)
        return CURL_READFUNC_ABORT; /* freed, and the body with it */
    size_t left = transfer->body.size - transfer->body_sent;
    size_t size = left < unit * count ? left : unit * count;
    if (size > 0)
        memcpy(data, transfer->body.data + transfer->body_sent, size);
    transfer->body_sent += size;
    return size;
}

/* libcurl wants to send the body again when a connection that it had kept turns out to be closed.
 * The receiver may have the first sending: that is for the caller to judge and to count, so the
 * transfer fails instead. */
static int on_seek(void *user, curl_off_t offset, int origin)
{
    struct http_transfer *transfer = user;
    if (transfer->body_sent > 0 || offset != 0 || origin != SEEK_SET)
        return CURL_SEEKFUNC_FAIL;
    return CURL_SEEKFUNC_OK;
}

static int on_socket(CURL *easy, curl_socket_t socket, int what, void *user, void *assigned)
{
    (void)easy;
    struct http_engine *engine = user;
    struct http_watch *watch = assigned;
    if (what == CURL_POLL_REMOVE) {
        http_watch_forget(watch);
        return 0;
    }
    bool is_new = watch == NULL;
    if (http_watch_socket(&engine->watcher, &watch, socket, (what & CURL_POLL_IN) != 0,
            (what & CURL_POLL_OUT) != 0) < 0)
        return -1;
    if (is_new && curl_multi_assign(engine->multi, socket, watch) != CURLM_OK) {
        http_watch_forget(watch);
        return -1;
    }
    return 0;
}

static int on_timer(CURLM *multi, long timeout_ms, void *user)
{
    (void)multi;
    struct http_engine *engine = user;
    return http_watcher_set_timer(&engine->watcher, timeout_ms) < 0 ? -1 : 0;
}

/* ---- The engine ---- */

static void transfer_destroy(struct http_transfer *transfer)
{
    struct http_engine *engine = transfer->engine;
    if (transfer->previous != NULL)
        transfer->previous->next = transfer->next;
    else
        engine->transfers = transfer->next;
    if (transfer->next != NULL)
        transfer->next->previous = transfer->previous;

    if (transfer->added)
        (void)curl_multi_remove_handle(engine->multi, transfer->easy);
    curl_easy_cleanup(transfer->easy);
    /* Among the headers is the token. */
    for (struct curl_slist *header = transfer->headers; header != NULL; header = header->next)
        explicit_bzero(header->data, strlen(header->data));
    curl_slist_free_all(transfer->headers);
    free(transfer);
}

static void transfer_end(struct http_transfer *transfer, const struct http_transfer_end *end)
{
    transfer->ended = true;
    if (transfer->events != NULL)
        transfer->events->end(transfer->user, end);
}

static void transfer_add(struct http_transfer *transfer)
{
    CURLMcode code = curl_multi_add_handle(transfer->engine->multi, transfer->easy);
    transfer->added = code == CURLM_OK;
    if (code == CURLM_OK)
        return;
    struct http_transfer_end end = {.failure = HTTP_OTHER};
    (void)snprintf(end.message, sizeof(end.message), "%s", curl_multi_strerror(code));
    transfer_end(transfer, &end);
}

/* Hands libcurl what was started, and frees what was freed while libcurl still used it. */
static void engine_settle(struct http_engine *engine)
{
    for (struct http_transfer *transfer = engine->transfers; transfer != NULL;) {
        bool is_freed = transfer->events == NULL;
        if (!is_freed && (transfer->added || transfer->ended)) {
            transfer = transfer->next;
            continue;
        }
        if (is_freed)
            transfer_destroy(transfer);
        else
            transfer_add(transfer);
        transfer = engine->transfers; /* an event may have freed the next one */
    }
}

static void engine_drain(struct http_engine *engine)
{
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(engine->multi, &left)) != NULL) {
        struct http_transfer *transfer = NULL;
        (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        struct http_transfer_end end = describe_end(transfer, message->data.result);
        transfer_end(transfer, &end);
    }
}

static void engine_destroy(struct http_engine *engine)
{
    loop_task_cancel(&engine->started);
    while (engine->transfers != NULL)
        transfer_destroy(engine->transfers);
    if (engine->multi != NULL)
        (void)curl_multi_cleanup(engine->multi);
    http_watcher_deinit(&engine->watcher);
    free(engine);
    curl_global_cleanup();
}

/* Has libcurl do what is due, and tells what came of it. An event may free the engine. */
static void engine_turn(struct http_engine *engine, curl_socket_t socket, int what)
{
    int running;
    engine->busy = true;
    engine_settle(engine);
    engine->inside_libcurl = true;
    CURLMcode code = curl_multi_socket_action(engine->multi, socket, what, &running);
    engine->inside_libcurl = false;
    if (code != CURLM_OK)
        log_debug(NULL, "libcurl: %s", curl_multi_strerror(code));
    engine_settle(engine);
    engine_drain(engine);
    engine->busy = false;
    if (engine->closing)
        engine_destroy(engine);
}

static void on_ready(void *user, int socket, bool readable, bool writable)
{
    int what = (readable ? CURL_CSELECT_IN : 0) | (writable ? CURL_CSELECT_OUT : 0);
    engine_turn(user, socket < 0 ? CURL_SOCKET_TIMEOUT : socket, what);
}

static void on_started(void *user)
{
    engine_turn(user, CURL_SOCKET_TIMEOUT, 0);
}

int http_engine_new(struct http_engine **ret_engine, struct loop *loop, struct error *error)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return error_set(error, ERROR_MEMORY, "libcurl cannot be initialised");
    _cleanup_(http_engine_freep) struct http_engine *engine = calloc(1, sizeof(*engine));
    if (engine == NULL) {
        curl_global_cleanup();
        return error_set(error, ERROR_MEMORY, "no memory for an HTTP engine");
    }
    engine->loop = loop;
    loop_task_init(&engine->started, loop, on_started, engine);
    int code = http_watcher_init(&engine->watcher, loop, on_ready, engine, error);
    if (code < 0)
        return code;
    engine->multi = curl_multi_init();
    if (engine->multi == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for an HTTP engine");
    (void)curl_multi_setopt(engine->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    (void)curl_multi_setopt(engine->multi, CURLMOPT_SOCKETDATA, engine);
    (void)curl_multi_setopt(engine->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    (void)curl_multi_setopt(engine->multi, CURLMOPT_TIMERDATA, engine);
    (void)curl_multi_setopt(engine->multi, CURLMOPT_MAXCONNECTS, idle_connections);
    *ret_engine = TAKE(engine);
    return 0;
}

void http_engine_free(struct http_engine *engine)
{
    if (engine == NULL || engine->closing)
        return;
    for (struct http_transfer *next, *transfer = engine->transfers; transfer != NULL;
         transfer = next) {
        next = transfer->next;
        if (transfer->events != NULL)
            transfer->events->abandon(transfer->user);
    }
    engine->closing = true;
    if (!engine->busy)
        engine_destroy(engine);
}

/* ---- Setting a transfer up ---- */

#define SET(option, value)                                                                         \
    do {                                                                                           \
        CURLcode set_ = curl_easy_setopt(transfer->easy, option, value);                           \
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

static int set_address(
    struct http_transfer *transfer, const struct http_request *request, struct error *error)
{
    int code = check_address(request->url, error);
    if (code < 0)
        return code;
    SET(CURLOPT_URL, request->url);
#if LIBCURL_VERSION_NUM >= 0x075500
    SET(CURLOPT_PROTOCOLS_STR, "https,http");
#else
    SET(CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTPS | CURLPROTO_HTTP));
#endif
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    if (request->proxy != NULL)
        SET(CURLOPT_PROXY, request->proxy); /* "": none, whatever the environment says */
    SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    SET(CURLOPT_TCP_KEEPALIVE, 1L); /* every 60 s, libcurl's default */
    return 0;
}

static int set_limits(
    struct http_transfer *transfer, const struct http_request *request, struct error *error)
{
    struct http_limits limits = http_limits_of(request);
    SET(CURLOPT_TIMEOUT_MS, limits.whole_ms);
    SET(CURLOPT_CONNECTTIMEOUT_MS, limits.connect_ms);
    SET(CURLOPT_LOW_SPEED_LIMIT, 1L);
    SET(CURLOPT_LOW_SPEED_TIME, limits.stall_seconds);
    SET(CURLOPT_BUFFERSIZE, receive_size);
#if LIBCURL_VERSION_NUM >= 0x075700
    /* A transfer may end while its name lookup hangs in a thread: leave the thread to itself.
     * Before 7.87 libcurl waits for it. */
    SET(CURLOPT_QUICK_EXIT, 1L);
#endif
    return 0;
}

static bool is_given(const char *text)
{
    return text != NULL && *text != '\0';
}

static int set_tls(struct http_transfer *transfer, const struct http_tls *tls, struct error *error)
{
    const char *version = is_given(tls->min_version) ? tls->min_version : "1.2";
    bool is_1_3 = strcmp(version, "1.3") == 0;
    if (!is_1_3 && strcmp(version, "1.2") != 0)
        return error_set(error, ERROR_INVALID, "least TLS version %s: not 1.2 or 1.3", version);
    SET(CURLOPT_SSLVERSION, (long)(is_1_3 ? CURL_SSLVERSION_TLSv1_3 : CURL_SSLVERSION_TLSv1_2));
    if (is_given(tls->ca_file))
        SET(CURLOPT_CAINFO, tls->ca_file);
    if (is_given(tls->cert_file))
        SET(CURLOPT_SSLCERT, tls->cert_file);
    if (is_given(tls->key_file))
        SET(CURLOPT_SSLKEY, tls->key_file);
    return 0;
}

static int add_header_line(void *user, const char *line)
{
    struct http_transfer *transfer = user;
    struct curl_slist *grown = curl_slist_append(transfer->headers, line);
    if (grown == NULL)
        return ERROR_MEMORY;
    transfer->headers = grown;
    return 0;
}

static int set_headers(
    struct http_transfer *transfer, const struct http_request *request, struct error *error)
{
    int code = http_each_header_line(request, add_header_line, transfer);
    if (code < 0)
        return error_set(error, code, "no memory for the headers of a request");
    SET(CURLOPT_HTTPHEADER, transfer->headers);
    if (request->user_agent != NULL)
        SET(CURLOPT_USERAGENT, request->user_agent);
    if (request->accept_gzip)
        SET(CURLOPT_ACCEPT_ENCODING, "gzip");
    return 0;
}

static int set_method(
    struct http_transfer *transfer, const struct http_request *request, struct error *error)
{
    /* HTTP/1.1 alone: each call has its connection to itself, so that one broken connection breaks
     * one call. */
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    bool is_post = strcmp(request->method, "POST") == 0;
    if (request->body.size > 0) {
        transfer->body = request->body;
        SET(CURLOPT_POST, 1L);
        SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.size);
        SET(CURLOPT_READFUNCTION, on_read);
        SET(CURLOPT_READDATA, transfer);
        SET(CURLOPT_SEEKFUNCTION, on_seek);
        SET(CURLOPT_SEEKDATA, transfer);
    } else if (is_post) {
        SET(CURLOPT_POSTFIELDS, "");
    } else if (strcmp(request->method, "HEAD") == 0) {
        SET(CURLOPT_NOBODY, 1L);
        return 0;
    }
    if (!is_post)
        SET(CURLOPT_CUSTOMREQUEST, request->method);
    return 0;
}

static int set_up(struct http_transfer *transfer, const struct http_request *request,
    bool connect_only, struct error *error)
{
    SET(CURLOPT_PRIVATE, transfer);
    SET(CURLOPT_ERRORBUFFER, transfer->message);
    SET(CURLOPT_NOSIGNAL, 1L);
    int code = set_address(transfer, request, error);
    if (code == 0)
        code = set_limits(transfer, request, error);
    if (code == 0)
        code = set_tls(transfer, &request->tls, error);
    if (code < 0)
        return code;
    if (connect_only) {
        SET(CURLOPT_CONNECT_ONLY, 1L);
        SET(CURLOPT_HTTPPROXYTUNNEL, 1L);
        SET(CURLOPT_SSL_ENABLE_ALPN, 0L); /* what follows is not HTTP */
        return 0;
    }
    SET(CURLOPT_HEADERFUNCTION, on_header);
    SET(CURLOPT_HEADERDATA, transfer);
    SET(CURLOPT_WRITEFUNCTION, on_body);
    SET(CURLOPT_WRITEDATA, transfer);
    code = set_headers(transfer, request, error);
    return code < 0 ? code : set_method(transfer, request, error);
}

int http_transfer_start(struct http_engine *engine, const struct http_request *request,
    bool connect_only, const struct http_transfer_events *events, void *user,
    struct http_transfer **ret_transfer, struct error *error)
{
    CURL *easy = curl_easy_init();
    struct http_transfer *made = calloc(1, sizeof(*made));
    if (easy == NULL || made == NULL) {
        curl_easy_cleanup(easy);
        free(made);
        return error_set(error, ERROR_MEMORY, "no memory for an HTTP transfer");
    }
    *made = (struct http_transfer){.engine = engine, .easy = easy, .next = engine->transfers};
    if (made->next != NULL)
        made->next->previous = made;
    engine->transfers = made;

    _cleanup_(http_transfer_freep) struct http_transfer *transfer = made;
    int code = set_up(transfer, request, connect_only, error);
    if (code < 0)
        return code;
    transfer->events = events;
    transfer->user = user;
    loop_task_post(&engine->started);
    *ret_transfer = TAKE(transfer);
    return 0;
}

void http_transfer_free(struct http_transfer *transfer)
{
    if (transfer == NULL)
        return;
    transfer->events = NULL;
    if (!transfer->engine->inside_libcurl)
        transfer_destroy(transfer);
}

/* ---- A connected transfer ---- */

int http_transfer_socket(struct http_transfer *transfer)
{
    curl_socket_t socket = CURL_SOCKET_BAD; /* -1 */
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_ACTIVESOCKET, &socket);
    return socket;
}

static int exchanged(struct http_transfer *transfer, CURLcode result, size_t size, size_t *ret_size,
    struct http_transfer_end *ret_end)
{
    if (result != CURLE_OK && result != CURLE_AGAIN) {
        *ret_end = describe_end(transfer, result);
        return ERROR_IO;
    }
    *ret_size = result == CURLE_AGAIN ? 0 : size;
    return 0;
}

int http_transfer_send(struct http_transfer *transfer, struct slice bytes, size_t *ret_sent,
    struct http_transfer_end *ret_end)
{
    size_t sent = 0;
    *transfer->message = '\0';
    CURLcode result = curl_easy_send(transfer->easy, bytes.data, bytes.size, &sent);
    return exchanged(transfer, result, sent, ret_sent, ret_end);
}

int http_transfer_receive(struct http_transfer *transfer, void *data, size_t size,
    size_t *ret_received, struct http_transfer_end *ret_end)
{
    size_t received = 0;
    *transfer->message = '\0';
    CURLcode result = curl_easy_recv(transfer->easy, data, size, &received);
    if (result == CURLE_OK && received == 0) {
        *ret_end = (struct http_transfer_end){
            .failure = HTTP_RESET, .in_order = true, .message = "the peer closed the connection"};
        return ERROR_IO;
    }
    return exchanged(transfer, result, received, ret_received, ret_end);
}
