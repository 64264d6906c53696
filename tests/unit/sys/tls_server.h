/*
 * A TLS server: the openssl command, with certificates that it made. What clients send comes out of
 * it, among words of its own.
 */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include "base/buffer.h"
#include "base/limits.h"
#include "base/units.h"
#include "sys/folder.h"
#include "sys/loop.h"

extern char **environ;

struct tls_server {
    char folder[FOLDER_SIZE];
    struct loop *loop; /* turned while the server says nothing, where there is one */
    pid_t pid;
    int input, output; /* its standard input and output */
    uint16_t port;
    struct buffer said;
};

/* Runs the command to its end. */
static inline void tls_run(char *const *arguments)
{
    pid_t pid;
    int status;
    posix_spawn_file_actions_t actions;
    ck_assert_int_eq(posix_spawn_file_actions_init(&actions), 0);
    ck_assert_int_eq(
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0), 0);
    ck_assert_int_eq(posix_spawnp(&pid, arguments[0], &actions, NULL, arguments, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_msg(status == 0, "the openssl command failed");
}

/* NAME.crt and NAME.key in the folder: a certificate for `subject` (as in "IP:127.0.0.1") that is
 * its own authority. */
static inline void tls_make_certificate_for(
    const char *folder, const char *name, const char *subject)
{
    char names[128];
    snprintf(names, sizeof(names), "subjectAltName=%s", subject);
    char certificate[PATH_SIZE], key[PATH_SIZE];
    snprintf(certificate, sizeof(certificate), "%s/%s.crt", folder, name);
    snprintf(key, sizeof(key), "%s/%s.key", folder, name);
    char *const arguments[] = {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
        "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=receiver", "-addext",
        names, "-keyout", key, "-out", certificate, NULL};
    tls_run(arguments);
}

/* The same for 127.0.0.1. */
static inline void tls_make_certificate(const char *folder, const char *name)
{
    tls_make_certificate_for(folder, name, "IP:127.0.0.1");
}

/* Signs it again, so that it ended yesterday. */
static inline void tls_let_expire(const char *folder, const char *name)
{
    char certificate[PATH_SIZE], key[PATH_SIZE];
    snprintf(certificate, sizeof(certificate), "%s/%s.crt", folder, name);
    snprintf(key, sizeof(key), "%s/%s.key", folder, name);
    char *const arguments[] = {"openssl", "x509", "-in", certificate, "-signkey", key, "-days",
        "-1", "-out", certificate, NULL};
    tls_run(arguments);
}

/* Reads what the server has said; false when that is nothing. */
static inline bool tls_hear(struct tls_server *tls)
{
    ck_assert_int_eq(buffer_reserve(&tls->said, KIB(64) + 1), 0);
    ssize_t got = read(tls->output, tls->said.data + tls->said.size, KIB(64));
    ck_assert_msg(
        got > 0 || (got < 0 && errno == EAGAIN), "the server ended: %s", buffer_text(&tls->said));
    if (got > 0)
        tls->said.size += (size_t)got;
    return got > 0;
}

/* Reads what the server says; turns the loop, if there is one, when that is nothing. */
static inline void tls_read(struct tls_server *tls)
{
    if (tls_hear(tls))
        return;
    if (tls->loop != NULL)
        ck_assert_int_eq(loop_turn(tls->loop, 5 * USEC_PER_MSEC), 0);
    else
        ck_assert_int_eq(poll(&(struct pollfd){.fd = tls->output, .events = POLLIN}, 1, -1), 1);
}

static inline void tls_wait_for(struct tls_server *tls, struct slice words)
{
    while (tls->said.size == 0 ||
           memmem(tls->said.data, tls->said.size, words.data, words.size) == NULL)
        tls_read(tls);
}

static inline void tls_read_port(struct tls_server *tls)
{
    static const char words[] = "ACCEPT 127.0.0.1:";
    const char *place = NULL;
    while (place == NULL || strchr(place, '\n') == NULL) {
        tls_read(tls);
        place = strstr(buffer_text(&tls->said), words);
    }
    tls->port = (uint16_t)atoi(place + strlen(words));
}

/* Starts the server with the certificate NAME; `more` are arguments, ended by NULL. */
static inline void tls_server_start(
    struct tls_server *tls, const char *name, const char *const *more)
{
    char certificate[PATH_SIZE], key[PATH_SIZE];
    char *arguments[32] = {
        "openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", certificate, "-key", key};
    size_t count = 8;
    int in[2], out[2];
    snprintf(certificate, sizeof(certificate), "%s/%s.crt", tls->folder, name);
    snprintf(key, sizeof(key), "%s/%s.key", tls->folder, name);
    for (; *more != NULL; more++)
        arguments[count++] = (char *)*more;
    ck_assert_int_eq(pipe2(in, O_CLOEXEC), 0);
    ck_assert_int_eq(pipe2(out, O_CLOEXEC), 0);
    posix_spawn_file_actions_t actions;
    ck_assert_int_eq(posix_spawn_file_actions_init(&actions), 0);
    ck_assert_int_eq(posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO), 0);
    ck_assert_int_eq(posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO), 0);
    ck_assert_int_eq(
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0), 0);
    ck_assert_int_eq(posix_spawnp(&tls->pid, arguments[0], &actions, NULL, arguments, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    close(in[0]);
    close(out[1]);
    tls->input = in[1];
    tls->output = out[0];
    tls->said = (struct buffer)BUFFER_INIT(MIB(64));
    ck_assert_int_eq(fcntl(tls->output, F_SETFL, O_NONBLOCK), 0);
    tls_read_port(tls);
}

static inline void tls_server_kill(struct tls_server *tls)
{
    int status;
    if (tls->pid == 0)
        return;
    ck_assert_int_eq(kill(tls->pid, SIGKILL), 0);
    ck_assert_int_eq(waitpid(tls->pid, &status, 0), tls->pid);
    tls->pid = 0;
    close(tls->input);
    close(tls->output);
    buffer_deinit(&tls->said);
}
