/*
 * What the tests of the control socket share: a socket in a folder of its own whose verb writes
 * down what it was asked, and peers that ask it.
 */
#pragma once

#include "daemon/control.h"

#include <check.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/limits.h"
#include "base/units.h"
#include "sys/folder.h"

enum { PATIENCE_TURNS = 100000 };

struct scene {
    char folder[FOLDER_SIZE], path[PATH_SIZE];
    struct clock *clock;
    struct loop *loop;
    struct control *control;
    unsigned asked;
    size_t answer_size; /* padding of the answer */
    char words[256];    /* of the last request, with bars between */
};

static inline void on_ask(void *user, const char *const *words, size_t count, struct buffer *answer)
{
    struct scene *scene = user;
    scene->asked++;
    scene->words[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        strncat(scene->words, i == 0 ? "" : "|", sizeof(scene->words) - strlen(scene->words) - 1);
        strncat(scene->words, words[i], sizeof(scene->words) - strlen(scene->words) - 1);
    }
    ck_assert_int_eq(buffer_append_text(answer, "{\"ok\":true,\"result\":\""), 0);
    for (size_t i = 0; i < scene->answer_size; i++)
        ck_assert_int_eq(buffer_append_byte(answer, 'x'), 0);
    ck_assert_int_eq(buffer_append_text(answer, "\"}"), 0);
}

static inline void scene_open(struct scene *scene)
{
    *scene = (struct scene){0};
    folder_make(scene->folder);
    (void)folder_path(scene->path, scene->folder, "control.sock");
    scene->clock = clock_new_simulated(1700000000, 1);
    ck_assert_int_eq(loop_new(&scene->loop, scene->clock, NULL), 0);
}

static inline int listen_there(struct scene *scene, struct error *error)
{
    return control_new(&scene->control, scene->loop, scene->path, on_ask, scene, error);
}

static inline void scene_begin(struct scene *scene)
{
    struct error error = ERROR_INIT;
    scene_open(scene);
    ck_assert_msg(listen_there(scene, &error) == 0, "%s", error.text);
}

static inline void scene_end(struct scene *scene)
{
    control_free(scene->control);
    loop_free(scene->loop);
    clock_free(scene->clock);
    folder_remove(scene->folder);
}

static inline int connect_to(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    ck_assert_int_ge(fd, 0);
    strcpy(address.sun_path, path);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

static inline void send_all(int fd, const char *bytes, size_t size)
{
    ck_assert_int_eq(send(fd, bytes, size, MSG_NOSIGNAL), (ssize_t)size);
}

/* Turns the loop until the peer has the whole answer, or the connection is over. */
static inline const char *answer_to(struct scene *scene, int fd)
{
    static char answer[MIB(2)];
    size_t size = 0;
    for (int turn = 0; turn < PATIENCE_TURNS; turn++) {
        ck_assert_int_eq(loop_turn(scene->loop, 0), 0);
        ssize_t n = recv(fd, answer + size, sizeof(answer) - 1 - size, 0);
        if (n < 0 && errno == EAGAIN)
            continue;
        if (n <= 0)
            break;
        size += (size_t)n;
    }
    answer[size] = '\0';
    close(fd);
    return answer;
}

static inline const char *ask(struct scene *scene, const char *line)
{
    int fd = connect_to(scene->path);
    send_all(fd, line, strlen(line));
    return answer_to(scene, fd);
}

/* As many as are let in at once, each accepted. */
static inline void connect_all(struct scene *scene, int peers[static LIMIT_CONTROL_PEERS])
{
    for (int i = 0; i < LIMIT_CONTROL_PEERS; i++) {
        peers[i] = connect_to(scene->path);
        ck_assert_int_eq(loop_turn(scene->loop, 0), 0);
    }
}
