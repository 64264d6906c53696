#include "daemon/control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/units.h"
#include "sys/listen.h"

DEFINE_CLEANUP(struct control, control_free)

#define PEER_LIFE_US    (10 * USEC_PER_SEC)
#define LISTEN_AGAIN_US (200 * USEC_PER_MSEC)

enum { MAX_WORDS = 64 };

/* One connection: reads a line, answers, ends. */
struct peer {
    struct control *control;
    int fd;
    struct loop_watch *watch;
    struct loop_timer timer;
    struct buffer request, answer;
    size_t sent;
};

struct control {
    struct loop *loop;
    struct listener listener;
    struct loop_watch *watch;
    struct loop_timer again; /* it listens then */
    control_answer answer;
    void *user;
    struct peer *peers[LIMIT_CONTROL_PEERS];
};

static void peer_free(struct peer *peer)
{
    struct control *control = peer->control;
    for (size_t i = 0; i < LIMIT_CONTROL_PEERS; i++)
        if (control->peers[i] == peer)
            control->peers[i] = NULL;
    loop_timer_stop(&peer->timer);
    loop_unwatch(peer->watch);
    (void)close(peer->fd); /* the answer was handed over, or nobody wants it any more */
    buffer_deinit(&peer->request);
    buffer_deinit(&peer->answer);
    free(peer);
}

static void refuse(struct buffer *answer, const char *why)
{
    buffer_clear(answer);
    (void)buffer_printf(answer, "{\"ok\":false,\"exit\":64,\"error\":\"%s\"}",
        why); /* short text in an empty buffer */
}

/* Turns the line into words and asks. */
static void answer_line(struct peer *peer, struct slice line)
{
    struct json_document *document = NULL;
    const char *words[MAX_WORDS];
    size_t count = 0;
    if (json_parse(line, &document, NULL) < 0) {
        refuse(&peer->answer, "a request is one line, a JSON array of strings");
        return;
    }
    const struct json_value *root = json_root(document);
    bool valid = json_is_array(root) && json_length(root) >= 1 && json_length(root) <= MAX_WORDS;
    for (size_t i = 0; valid && i < json_length(root); i++) {
        words[count] = json_string(json_at(root, i));
        valid = words[count++] != NULL;
    }
    if (valid)
        peer->control->answer(peer->control->user, words, count, &peer->answer);
    else
        refuse(&peer->answer, "a request is one line, a JSON array of strings");
    json_free(document);
}

/* Sends what it can. True when all went, or nobody takes it. */
static bool send_answer(struct peer *peer)
{
    while (peer->sent < peer->answer.size) {
        ssize_t n = send(peer->fd, peer->answer.data + peer->sent, peer->answer.size - peer->sent,
            MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0)
            return errno != EAGAIN && errno != EINTR;
        peer->sent += (size_t)n;
    }
    return true;
}

static void peer_event(void *user, uint32_t events)
{
    struct peer *peer = user;
    if (peer->answer.size > 0) {
        if ((events & (EPOLLHUP | EPOLLERR)) != 0 || send_answer(peer))
            peer_free(peer);
        return;
    }
    char bytes[4096];
    ssize_t n = recv(peer->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) { /* half a line asks for nothing */
        peer_free(peer);
        return;
    }
    int r = buffer_append(&peer->request, bytes, (size_t)n);
    const char *end = r < 0 ? NULL : memchr(peer->request.data, '\n', peer->request.size);
    if (r >= 0 && end == NULL)
        return;
    if (r < 0)
        refuse(&peer->answer, "the request is too long");
    else
        answer_line(peer,
            (struct slice){.data = peer->request.data, .size = (size_t)(end - peer->request.data)});
    if (buffer_append_byte(&peer->answer, '\n') < 0 || send_answer(peer) ||
        loop_watch_change(peer->watch, EPOLLOUT) < 0)
        peer_free(peer);
}

static void peer_timeout(void *user)
{
    peer_free(user);
}

/* Who waits in line stays there until there are descriptors or memory again. */
static void stop_listening(struct control *control)
{
    if (loop_timer_after(&control->again, LISTEN_AGAIN_US) == 0)
        (void)loop_watch_change(control->watch, 0); /* refused, it listens on */
}

static void listen_again(void *user)
{
    struct control *control = user;
    if (loop_watch_change(control->watch, EPOLLIN) < 0)
        stop_listening(control);
}

static void turn_away(int fd)
{
    static const char busy[] =
        "{\"ok\":false,\"exit\":75,\"error\":\"too many ask at once: try again\"}\n";
    (void)send(fd, busy, sizeof(busy) - 1, MSG_NOSIGNAL | MSG_DONTWAIT); /* a courtesy */
    (void)close(fd);                                                     /* nothing was read */
}

static void accept_peer(void *user, uint32_t events)
{
    struct control *control = user;
    (void)events; /* the listening socket has only one kind */
    int fd = accept4(control->listener.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) {
        bool gone = errno == EAGAIN || errno == EINTR || errno == ECONNABORTED;
        if (!gone)
            stop_listening(control); /* else it would be told again at once, for ever */
        return;
    }
    size_t place = 0;
    while (place < LIMIT_CONTROL_PEERS && control->peers[place] != NULL)
        place++;
    struct peer *peer = place == LIMIT_CONTROL_PEERS ? NULL : calloc(1, sizeof(*peer));
    if (peer == NULL) {
        turn_away(fd);
        return;
    }
    *peer = (struct peer){.control = control,
        .fd = fd,
        .request = BUFFER_INIT(LIMIT_CONTROL_LINE),
        .answer = BUFFER_INIT(LIMIT_RESPONSE)};
    loop_timer_init(&peer->timer, control->loop, peer_timeout, peer);
    control->peers[place] = peer;
    if (loop_watch(control->loop, &peer->watch, fd, EPOLLIN, peer_event, peer, NULL) < 0 ||
        loop_timer_after(&peer->timer, PEER_LIFE_US) < 0)
        peer_free(peer);
}

int control_new(struct control **ret_control, struct loop *loop, const char *path,
    control_answer answer, void *user, struct error *error)
{
    char address[LISTENER_NAME_SIZE];
    (void)snprintf(address, sizeof(address), "unix:%s", path); /* a cut one is refused below */
    _cleanup_(control_freep) struct control *control = calloc(1, sizeof(*control));
    if (control == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the control socket");
    *control =
        (struct control){.loop = loop, .listener = LISTENER_INIT, .answer = answer, .user = user};
    loop_timer_init(&control->again, loop, listen_again, control);
    int r = listener_open(&control->listener, address, error);
    if (r < 0)
        r = error_prefix(error, r, "control socket");
    else
        r = loop_watch(
            loop, &control->watch, control->listener.fd, EPOLLIN, accept_peer, control, error);
    if (r < 0)
        return r;
    *ret_control = TAKE(control);
    return 0;
}

void control_free(struct control *control)
{
    if (control == NULL)
        return;
    for (size_t i = 0; i < LIMIT_CONTROL_PEERS; i++)
        if (control->peers[i] != NULL)
            peer_free(control->peers[i]);
    loop_timer_stop(&control->again);
    loop_unwatch(control->watch);
    listener_close(&control->listener);
    free(control);
}
