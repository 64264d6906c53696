#include "daemon/control.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/units.h"
#include "daemon/control_address.h"
#include "sys/file.h"

#define PEER_LIFE_US    (10 * USEC_PER_SEC)
#define LISTEN_AGAIN_US (200 * USEC_PER_MSEC)

enum { MAX_WORDS = 64, BACKLOG = 8 };

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
    char *path;
    int fd;
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
    int fd = accept4(control->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
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

/* A socket that a killed process left is removed; one that somebody listens on is not. */
static int clear_place(const char *path, const struct sockaddr_un *address, struct error *error)
{
    struct stat status;
    if (lstat(path, &status) < 0)
        return 0;
    if (!S_ISSOCK(status.st_mode))
        return error_set(error, ERROR_UNAVAILABLE,
            "%s stands where the control socket goes and is no socket", path);
    /* Only a socket that nobody listens on refuses. It may as well be busy, or another user's. */
    _cleanup_close_ int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (probe < 0)
        return error_set_errno(error, errno, "cannot make a socket");
    if (connect(probe, (const struct sockaddr *)address, sizeof(*address)) == 0 ||
        errno != ECONNREFUSED)
        return error_set(error, ERROR_UNAVAILABLE, "%s: another process listens there", path);
    if (unlink(path) < 0)
        return error_set_errno(error, errno, "cannot remove the old control socket %s", path);
    return 0;
}

static int listen_at(const char *path, int *ret_fd, struct error *error)
{
    struct sockaddr_un address;
    int r = control_address(path, &address, error);
    if (r >= 0)
        r = file_make_parent(path, 0750, error);
    if (r >= 0)
        r = clear_place(path, &address, error);
    if (r < 0)
        return r;
    _cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return error_set_errno(error, errno, "cannot make the control socket");
    mode_t mask = umask(0117); /* owner and group only, from the first moment */
    r = bind(fd, (const struct sockaddr *)&address, sizeof(address));
    int saved = errno;
    (void)umask(mask); /* cannot fail */
    if (r < 0 || listen(fd, BACKLOG) < 0)
        return error_set_errno(
            error, r < 0 ? saved : errno, "cannot listen on the control socket %s", path);
    *ret_fd = take_fd(&fd);
    return 0;
}

int control_new(struct control **ret_control, struct loop *loop, const char *path,
    control_answer answer, void *user, struct error *error)
{
    int fd = -1;
    int r = listen_at(path, &fd, error);
    if (r < 0)
        return r;
    struct control *control = calloc(1, sizeof(*control));
    if (control == NULL) {
        (void)close(fd); /* nothing was read from it */
        return error_set(error, ERROR_MEMORY, "no memory for the control socket");
    }
    *control = (struct control){
        .loop = loop, .path = strdup(path), .fd = fd, .answer = answer, .user = user};
    loop_timer_init(&control->again, loop, listen_again, control);
    if (control->path == NULL)
        r = error_set(error, ERROR_MEMORY, "no memory for the control socket");
    else
        r = loop_watch(loop, &control->watch, fd, EPOLLIN, accept_peer, control, error);
    if (r < 0) {
        control_free(control);
        return r;
    }
    *ret_control = control;
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
    (void)close(control->fd); /* nothing was promised to those who did not connect yet */
    if (control->path != NULL)
        (void)unlink(control->path); /* if it is gone already, so much the better */
    free(control->path);
    free(control);
}
