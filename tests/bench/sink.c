/*
 * A receiver that costs as little as it can, so that what is measured is the sender: it listens on
 * 127.0.0.1, reads what comes and throws it away.
 *
 *     bench_sink http|stream [--port PORT] [--arrivals FILE] [--keep FILE]
 *
 * `http` answers 200 to each request once its body (with a Content-Length) is in, with an answer
 * that pleases Splunk's HEC too. `stream` answers nothing. It prints its port on the first line
 * and, told to end by TERM, the requests, the bytes of body and the line feeds in them on the
 * second. With --arrivals it writes a line for each request that it has answered: the time (Unix
 * seconds) and the line feeds so far. With --keep it writes each body, its size (8 bytes, as this
 * machine has them) before it, as long as bodies come one at a time; or a stream as it is.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

enum { PEERS = 8, HEAD_SIZE = 65536 };

static const size_t read_size = (size_t)256 << 10;

struct peer {
    char head[HEAD_SIZE]; /* of the request that is coming in */
    size_t head_size;
    unsigned long long left; /* of its body */
    bool in_body;
};

static struct peer peers[PEERS];
static struct pollfd sockets[PEERS + 1]; /* the last one listens */
static unsigned long long requests, body_bytes, line_feeds;
static FILE *arrivals, *kept; /* NULL: not wanted */
static volatile sig_atomic_t ended;

static void end(int signal)
{
    (void)signal;
    ended = 1;
}

static void check(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "bench_sink: %s: %s\n", what, strerror(errno));
    exit(EXIT_FAILURE);
}

static void answer(int socket)
{
    static const char text[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                               "Content-Length: 27\r\n\r\n{\"text\":\"Success\",\"code\":0}";
    requests++;
    if (arrivals != NULL) {
        struct timespec now;
        check(clock_gettime(CLOCK_REALTIME, &now) == 0, "no clock");
        fprintf(arrivals, "%lld.%09ld %llu\n", (long long)now.tv_sec, now.tv_nsec, line_feeds);
        fflush(arrivals);
    }
    check(send(socket, text, sizeof(text) - 1, MSG_NOSIGNAL) == (ssize_t)sizeof(text) - 1,
        "cannot answer");
}

/* Takes what belongs to the head; returns how many bytes that was. */
static size_t take_head(struct peer *peer, const char *data, size_t size)
{
    size_t before = peer->head_size;
    size_t room = HEAD_SIZE - 1 - before;
    size_t taken = size < room ? size : room;
    memcpy(peer->head + before, data, taken);
    peer->head_size += taken;
    peer->head[peer->head_size] = '\0';
    char *end_of_head = strstr(peer->head, "\r\n\r\n");
    if (end_of_head == NULL) {
        check(room > 0, "a head is too long");
        return taken;
    }
    size_t head_size = (size_t)(end_of_head - peer->head) + 4;
    const char *length = strcasestr(peer->head, "\r\ncontent-length:");
    check(length != NULL && length < end_of_head, "a request has no Content-Length");
    peer->left = strtoull(length + 17, NULL, 10);
    check(peer->left > 0, "a request has no body");
    peer->in_body = true;
    peer->head_size = 0;
    if (kept != NULL) {
        uint64_t size_kept = peer->left;
        check(fwrite(&size_kept, sizeof(size_kept), 1, kept) == 1, "cannot keep a body");
    }
    return head_size - before;
}

static void take_body(const char *data, size_t size)
{
    body_bytes += size;
    for (const char *at = data; (at = memchr(at, '\n', (size_t)(data + size - at))) != NULL; at++)
        line_feeds++;
    if (kept != NULL)
        check(fwrite(data, 1, size, kept) == size, "cannot keep a body");
}

static void take_http(struct peer *peer, int socket, const char *data, size_t size)
{
    while (size > 0) {
        size_t taken;
        if (!peer->in_body) {
            taken = take_head(peer, data, size);
        } else {
            taken = peer->left < size ? (size_t)peer->left : size;
            peer->left -= taken;
            take_body(data, taken);
            if (peer->left == 0) {
                peer->in_body = false;
                answer(socket);
            }
        }
        data += taken;
        size -= taken;
    }
}

static void take(int place, bool http, char *data)
{
    struct pollfd *socket = &sockets[place];
    ssize_t got = recv(socket->fd, data, read_size, 0);
    if (got <= 0) {
        close(socket->fd);
        *socket = (struct pollfd){.fd = -1, .events = POLLIN};
        peers[place].in_body = false;
        peers[place].head_size = 0;
    } else if (http) {
        take_http(&peers[place], socket->fd, data, (size_t)got);
    } else {
        body_bytes += (unsigned long long)got;
        check(kept == NULL || fwrite(data, 1, (size_t)got, kept) == (size_t)got,
            "cannot keep a stream");
    }
}

static void welcome(int listener)
{
    int place = 0;
    while (place < PEERS && sockets[place].fd >= 0)
        place++;
    check(place < PEERS, "too many connections");
    sockets[place].fd = accept(listener, NULL, NULL);
    check(sockets[place].fd >= 0, "cannot accept");
}

static int listen_on(uint16_t port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    int on = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    check(listener >= 0 && setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
              bind(listener, (struct sockaddr *)&address, size) == 0 &&
              listen(listener, PEERS) == 0 &&
              getsockname(listener, (struct sockaddr *)&address, &size) == 0,
        "cannot listen");
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return listener;
}

static FILE *open_file(const char *path)
{
    FILE *file = fopen(path, "w");
    check(file != NULL, path);
    return file;
}

/* Reads the options; what stands before them is the kind. */
static void read_options(int argc, char **argv, bool *ret_http, uint16_t *ret_port)
{
    static const struct option options[] = {{"port", required_argument, NULL, 'p'},
        {"arrivals", required_argument, NULL, 'a'}, {"keep", required_argument, NULL, 'k'}, {0}};
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        check(option != '?', "usage");
        if (option == 'p')
            *ret_port = (uint16_t)atoi(optarg);
        else if (option == 'a')
            arrivals = open_file(optarg);
        else
            kept = open_file(optarg);
    }
    *ret_http = optind + 1 == argc && strcmp(argv[optind], "http") == 0;
    check(*ret_http || (optind + 1 == argc && strcmp(argv[optind], "stream") == 0),
        "usage: bench_sink http|stream [--port PORT] [--arrivals FILE] [--keep FILE]");
}

int main(int argc, char **argv)
{
    bool http;
    uint16_t port = 0;
    read_options(argc, argv, &http, &port);
    /* Without SA_RESTART, so that poll() returns. */
    check(sigaction(SIGTERM, &(struct sigaction){.sa_handler = end}, NULL) == 0, "cannot set up");
    char *data = malloc(read_size);
    check(data != NULL, "no memory");
    for (int i = 0; i < PEERS; i++)
        sockets[i] = (struct pollfd){.fd = -1, .events = POLLIN};
    sockets[PEERS] = (struct pollfd){.fd = listen_on(port), .events = POLLIN};
    while (!ended) {
        if (poll(sockets, PEERS + 1, -1) < 0) {
            check(errno == EINTR, "cannot wait");
            continue;
        }
        for (int i = 0; i < PEERS; i++)
            if (sockets[i].fd >= 0 && sockets[i].revents != 0)
                take(i, http, data);
        if (sockets[PEERS].revents != 0)
            welcome(sockets[PEERS].fd);
    }
    check(kept == NULL || fclose(kept) == 0, "cannot keep bodies");
    printf("%llu %llu %llu\n", requests, body_bytes, line_feeds);
    free(data);
    return EXIT_SUCCESS;
}
