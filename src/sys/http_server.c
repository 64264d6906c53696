#include "sys/http_server.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/ascii.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/units.h"
#include "sys/listen.h"

DEFINE_CLEANUP(struct http_server, http_server_free)

enum { CONNECTIONS = 32, HEAD_SIZE = 16 << 10, IDLE_SECONDS = 10 };

struct http_server {
    struct loop *loop;
    struct listener listener;
    struct MHD_Daemon *daemon;
    struct loop_watch *watch;
    struct loop_timer timer; /* when a connection has been idle for too long */
    http_server_answer answer;
    void *user;
};

/* ---- Turning ---- */

static void turn(struct http_server *server)
{
    (void)MHD_run(server->daemon); /* what fails in a connection ends that connection */
    MHD_UNSIGNED_LONG_LONG wait_ms;
    if (MHD_get_timeout(server->daemon, &wait_ms) == MHD_YES)
        /* Without memory it is looked at again with the next request. */
        (void)loop_timer_after(&server->timer, (int64_t)wait_ms * USEC_PER_MSEC);
    else
        loop_timer_stop(&server->timer);
}

static void on_ready(void *user, uint32_t events)
{
    (void)events; /* it is an epoll descriptor itself */
    turn(user);
}

static void on_time(void *user)
{
    turn(user);
}

/* ---- Answering ---- */

/* A number or localhost, with or without a port. */
static bool is_own_name(const char *host)
{
    char name[INET6_ADDRSTRLEN + 2];
    unsigned char number[sizeof(struct in6_addr)];
    size_t size = *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");
    if (size >= sizeof(name) || (*host == '[' && host[size - 1] != ']'))
        return false;
    memcpy(name, host, size);
    name[size] = '\0';
    if (*name == '[') {
        name[size - 1] = '\0';
        return inet_pton(AF_INET6, name + 1, number) == 1;
    }
    return ascii_same(name, "localhost") || inet_pton(AF_INET, name, number) == 1;
}

static int refuse(struct http_server_reply *reply, unsigned status, const char *why)
{
    buffer_clear(&reply->body);
    reply->status = status;
    reply->content_type = "text/plain; charset=utf-8";
    return buffer_append_text(&reply->body, why);
}

static const char *header_of(struct MHD_Connection *connection, const char *name)
{
    const char *value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
    return value == NULL ? "" : value;
}

static int make_reply(struct http_server *server, struct MHD_Connection *connection,
    const char *path, const char *method, struct http_server_reply *reply)
{
    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
        return refuse(reply, MHD_HTTP_METHOD_NOT_ALLOWED, "only GET and HEAD are answered\n");
    const char *host = header_of(connection, "Host");
    if (server->listener.is_loopback && server->listener.port != 0 && !is_own_name(host))
        return refuse(reply, MHD_HTTP_MISDIRECTED_REQUEST,
            "this listener is for this machine: ask it by number or as localhost\n");
    const struct http_server_request request = {
        .path = path, .accept = header_of(connection, "Accept")};
    return server->answer(server->user, &request, reply);
}

static bool add_headers(struct MHD_Response *response, const struct http_server_reply *reply)
{
    const char *policy = reply->policy == NULL ? "default-src 'none'" : reply->policy;
    return MHD_add_response_header(response, "Content-Type", reply->content_type) == MHD_YES &&
           MHD_add_response_header(response, "Cache-Control", "no-store") == MHD_YES &&
           MHD_add_response_header(response, "Content-Security-Policy", policy) == MHD_YES &&
           MHD_add_response_header(response, "X-Content-Type-Options", "nosniff") == MHD_YES &&
           MHD_add_response_header(response, "Referrer-Policy", "no-referrer") == MHD_YES &&
           (reply->status != MHD_HTTP_METHOD_NOT_ALLOWED ||
               MHD_add_response_header(response, "Allow", "GET, HEAD") == MHD_YES);
}

/* MHD_NO makes MHD close the connection. */
static enum MHD_Result send_reply(
    struct MHD_Connection *connection, struct http_server_reply *reply)
{
    size_t size = reply->body.size;
    struct MHD_Response *response =
        MHD_create_response_from_buffer(size, size == 0 ? "" : TAKE(reply->body.data),
            size == 0 ? MHD_RESPMEM_PERSISTENT : MHD_RESPMEM_MUST_FREE);
    if (response == NULL)
        return MHD_NO;
    enum MHD_Result result = MHD_NO;
    if (add_headers(response, reply))
        result = MHD_queue_response(connection, reply->status, response);
    MHD_destroy_response(response);
    return result;
}

/* MHD calls it for the head, for each piece of a body, and for the answer. */
static enum MHD_Result on_request(void *user, struct MHD_Connection *connection, const char *path,
    const char *method, const char *version, const char *data, size_t *data_size, void **state)
{
    static char head_seen;
    struct http_server *server = user;
    (void)version; /* MHD has judged it */
    (void)data;
    if (*data_size > 0)
        return MHD_NO; /* nobody has business sending a body here */
    if (*state == NULL) {
        *state = &head_seen;
        return MHD_YES;
    }
    struct http_server_reply reply = {.status = MHD_HTTP_OK,
        .content_type = "text/plain; charset=utf-8",
        .body = BUFFER_INIT(LIMIT_HTTP_REPLY)};
    int code = make_reply(server, connection, path, method, &reply);
    if (code < 0)
        code = refuse(&reply, MHD_HTTP_INTERNAL_SERVER_ERROR, "no memory for the answer\n");
    enum MHD_Result result = code < 0 ? MHD_NO : send_reply(connection, &reply);
    buffer_deinit(&reply.body);
    return result;
}

/* ---- Life ---- */

static int start(struct http_server *server, struct error *error)
{
    server->daemon = MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL, on_request, server,
        MHD_OPTION_LISTEN_SOCKET, server->listener.fd, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEAD_SIZE, MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_END);
    if (server->daemon == NULL)
        return error_set(
            error, ERROR_UNAVAILABLE, "cannot start the HTTP server on %s", server->listener.name);
    server->listener.fd = -1; /* MHD closes it */
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    if (info == NULL)
        return error_set(error, ERROR_UNSUPPORTED, "libmicrohttpd was built without epoll");
    return loop_watch(
        server->loop, &server->watch, info->epoll_fd, EPOLLIN, on_ready, server, error);
}

int http_server_new(struct http_server **ret_server, struct loop *loop, const char *address,
    http_server_answer answer, void *user, struct error *error)
{
    _cleanup_(http_server_freep) struct http_server *server = calloc(1, sizeof(*server));
    if (server == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the HTTP server");
    *server = (struct http_server){
        .loop = loop, .listener = LISTENER_INIT, .answer = answer, .user = user};
    loop_timer_init(&server->timer, loop, on_time, server);
    int code = listener_open(&server->listener, address, error);
    if (code >= 0)
        code = start(server, error);
    if (code < 0)
        return code;
    *ret_server = TAKE(server);
    return 0;
}

void http_server_free(struct http_server *server)
{
    if (server == NULL)
        return;
    loop_timer_stop(&server->timer);
    loop_unwatch(server->watch);
    if (server->daemon != NULL)
        MHD_stop_daemon(server->daemon);
    listener_close(&server->listener);
    free(server);
}

const char *http_server_name(const struct http_server *server)
{
    return server->listener.name;
}

bool http_server_is_local(const struct http_server *server)
{
    return server->listener.is_loopback;
}
