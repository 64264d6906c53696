#include "simulator/server.h"

#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/units.h"
#include "sys/listen.h"

enum { URL_SIZE = LISTENER_NAME_SIZE + 32, BLOCK_SIZE = 64 << 10 };

struct server {
    struct api *api;
    struct MHD_Daemon *daemon;
    uint16_t port;
    char url[URL_SIZE];
};

/* One request while it comes in. */
struct exchange {
    struct request request;
    struct buffer body;
};

/* An answer that is sent piece by piece: one that breaks off or pauses half way, or one made while
 * it is sent. */
struct outgoing {
    struct server *server;
    int fd; /* the connection's; borrowed */
    struct answer answer;
    bool has_paused;
    size_t part_sent; /* of the stream's part in the body */
};

/* Makes the kernel send a reset: connecting to no address drops a TCP connection hard, at once. */
static void reset_connection(int fd)
{
    const struct sockaddr none = {.sa_family = AF_UNSPEC};
    (void)connect(fd, &none, sizeof(none)); /* it may be gone already, which is as good */
}

/* MHD frees it with the response. */
static void outgoing_free(void *user)
{
    struct outgoing *outgoing = user;
    answer_deinit(&outgoing->answer);
    free(outgoing);
}

static ssize_t copy_out(const char *data, size_t left, char *out, size_t most)
{
    size_t size = left < most ? left : most;
    memcpy(out, data, size);
    return (ssize_t)size;
}

/* Sends a body that has something in store half way. */
static ssize_t read_half_way(void *user, uint64_t position, char *out, size_t most)
{
    struct outgoing *outgoing = user;
    const struct answer *answer = &outgoing->answer;
    size_t half = answer->body.size / 2;
    size_t end = position < half ? half : answer->body.size;
    if (position >= half && answer->delivery == DELIVERY_RESET_BODY)
        reset_connection(outgoing->fd);
    if (position >= half && answer->delivery != DELIVERY_STALL)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (position >= half && !outgoing->has_paused) {
        outgoing->has_paused = true;
        api_wait(outgoing->server->api, answer->fault_plan, answer->pause_us);
    }
    return copy_out(answer->body.data + position, end - position, out, most);
}

/* Sends a stream part by part. */
static ssize_t read_stream(void *user, uint64_t position, char *out, size_t most)
{
    struct outgoing *outgoing = user;
    struct answer *answer = &outgoing->answer;
    (void)position; /* MHD asks in order */
    if (outgoing->part_sent == answer->body.size) {
        outgoing->part_sent = 0;
        buffer_clear(&answer->body);
        if (answer->stream->next(answer->stream, &answer->body) < 0)
            return MHD_CONTENT_READER_END_WITH_ERROR;
        if (answer->body.size == 0)
            return MHD_CONTENT_READER_END_OF_STREAM;
    }
    ssize_t size = copy_out(answer->body.data + outgoing->part_sent,
        answer->body.size - outgoing->part_sent, out, most);
    outgoing->part_sent += (size_t)size;
    return size;
}

static int connection_fd(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info == NULL ? -1 : info->connect_fd;
}

/* The response to an answer, which is taken over; NULL without memory. */
static struct MHD_Response *make_response(
    struct server *server, struct MHD_Connection *connection, struct answer *answer)
{
    if (answer->stream == NULL && answer->delivery == DELIVERY_WHOLE) {
        size_t size = answer->body.size;
        answer->body.size = answer->body.capacity = 0;
        return MHD_create_response_from_buffer(
            size, TAKE(answer->body.data), MHD_RESPMEM_MUST_FREE);
    }
    struct outgoing *outgoing = calloc(1, sizeof(*outgoing));
    if (outgoing == NULL)
        return NULL;
    outgoing->server = server;
    outgoing->fd = connection_fd(connection);
    outgoing->answer = *answer;
    *answer = (struct answer)ANSWER_INIT;
    bool is_stream = outgoing->answer.stream != NULL;
    struct MHD_Response *response =
        MHD_create_response_from_callback(is_stream ? MHD_SIZE_UNKNOWN : outgoing->answer.body.size,
            BLOCK_SIZE, is_stream ? read_stream : read_half_way, outgoing, outgoing_free);
    if (response == NULL)
        outgoing_free(outgoing);
    return response;
}

static bool add_headers(struct MHD_Response *response, const struct answer *answer)
{
    char date[40], seconds[24];
    struct tm parts;
    time_t time = (time_t)answer->date_s;
    if (gmtime_r(&time, &parts) == NULL ||
        strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &parts) == 0)
        return false;
    (void)snprintf(
        seconds, sizeof(seconds), "%lld", (long long)answer->retry_after_s); /* it fits */
    return MHD_add_response_header(response, "Date", date) == MHD_YES &&
           MHD_add_response_header(response, "Content-Type", answer->content_type) == MHD_YES &&
           (answer->retry_after_s == 0 ||
               MHD_add_response_header(response, "Retry-After", seconds) == MHD_YES) &&
           (answer->allow == NULL ||
               MHD_add_response_header(response, "Allow", answer->allow) == MHD_YES);
}

/* MHD_NO makes MHD close the connection. */
static enum MHD_Result send_answer(
    struct server *server, struct MHD_Connection *connection, struct answer *answer)
{
    struct answer head = *answer; /* what the headers need outlives the handing over of the body */
    api_wait(server->api, answer->fault_plan, answer->wait_us);
    if (answer->delivery == DELIVERY_RESET) {
        reset_connection(connection_fd(connection));
        return MHD_NO;
    }
    struct MHD_Response *response = make_response(server, connection, answer);
    if (response == NULL)
        return MHD_NO;
    enum MHD_Result result = MHD_NO;
    if (add_headers(response, &head))
        result = MHD_queue_response(connection, head.status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result add_argument(
    void *user, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct request *request = user;
    (void)kind; /* only one is asked for */
    if (request->argument_count == REQUEST_ARGUMENTS)
        return MHD_NO;
    request->arguments[request->argument_count++] =
        (struct argument){.name = name, .value = value == NULL ? "" : value};
    return MHD_YES;
}

static struct exchange *exchange_new(
    struct MHD_Connection *connection, const char *path, const char *method)
{
    struct exchange *exchange = calloc(1, sizeof(*exchange));
    if (exchange == NULL)
        return NULL;
    exchange->body = (struct buffer)BUFFER_INIT(SERVER_REQUEST_BODY_MOST);
    exchange->request.path = path;
    exchange->request.method = method;
    exchange->request.authorization =
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Authorization");
    (void)MHD_get_connection_values(
        connection, MHD_GET_ARGUMENT_KIND, add_argument, &exchange->request); /* only counts */
    return exchange;
}

/* MHD calls it for the head, for each piece of the body, and once more for the answer. */
static enum MHD_Result on_request(void *user, struct MHD_Connection *connection, const char *path,
    const char *method, const char *version, const char *data, size_t *data_size, void **state)
{
    struct server *server = user;
    struct exchange *exchange = *state;
    (void)version; /* MHD has judged it */
    if (exchange == NULL) {
        *state = exchange_new(connection, path, method);
        return *state == NULL ? MHD_NO : MHD_YES;
    }
    if (*data_size > 0) {
        if (buffer_append(&exchange->body, data, *data_size) < 0)
            exchange->request.is_too_long = true;
        *data_size = 0;
        return MHD_YES;
    }
    _cleanup_(answer_deinit) struct answer answer = ANSWER_INIT;
    exchange->request.body = buffer_slice(&exchange->body);
    if (api_answer(server->api, &exchange->request, &answer) < 0)
        return MHD_NO;
    return send_answer(server, connection, &answer);
}

static void on_completed(void *user, struct MHD_Connection *connection, void **state,
    enum MHD_RequestTerminationCode code)
{
    struct exchange *exchange = *state;
    (void)user;
    (void)connection;
    (void)code; /* however it ended, only the memory is left */
    if (exchange != NULL)
        buffer_deinit(&exchange->body);
    free(exchange);
    *state = NULL;
}

DEFINE_CLEANUP(struct server, server_free)

int server_new(
    struct server **ret_server, struct api *api, const char *address, struct error *error)
{
    struct listener listener;
    _cleanup_(server_freep) struct server *server = calloc(1, sizeof(*server));
    if (server == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the server");
    server->api = api;
    int r = listener_open(&listener, address, error);
    if (r < 0)
        return r;
    server->port = listener.port;
    (void)snprintf(
        server->url, sizeof(server->url), "http://%s/audit/v1/", listener.name); /* it fits */
    server->daemon =
        MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION |
                             MHD_USE_POLL | MHD_USE_SUPPRESS_DATE_NO_CLOCK,
            0, NULL, NULL, on_request, server, MHD_OPTION_LISTEN_SOCKET, listener.fd,
            MHD_OPTION_CONNECTION_LIMIT, (unsigned)SERVER_CONNECTIONS_MOST,
            MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL, MHD_OPTION_END);
    if (server->daemon == NULL) {
        (void)close(listener.fd); /* nothing was promised about it */
        return error_set(error, ERROR_UNAVAILABLE, "cannot start the HTTP server on %s", address);
    }
    *ret_server = TAKE(server);
    return 0;
}

void server_free(struct server *server)
{
    if (server == NULL)
        return;
    if (server->daemon != NULL) {
        api_end_waits(server->api);
        MHD_stop_daemon(server->daemon);
    }
    free(server);
}

const char *server_url(const struct server *server)
{
    return server->url;
}

uint16_t server_port(const struct server *server)
{
    return server->port;
}
