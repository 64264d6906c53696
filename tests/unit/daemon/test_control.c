/* The control socket against peers of every kind, and against what may stand in its place. */
#include <errno.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/cleanup.h"
#include "check_main.h"
#include "daemon/control_scene.h"

START_TEST(a_request_is_answered_once_and_the_connection_ends)
{
    struct scene scene;
    scene_begin(&scene);
    ck_assert_str_eq(
        ask(&scene, "[\"status\",\"a \\u00e4\",\"\"]\n"), "{\"ok\":true,\"result\":\"\"}\n");
    ck_assert_str_eq(scene.words, "status|a \xc3\xa4|");
    /* What stands behind the line is not looked at. */
    ck_assert_str_eq(ask(&scene, "[\"one\"]\n[\"two\"]\n"), "{\"ok\":true,\"result\":\"\"}\n");
    ck_assert_str_eq(scene.words, "one");
    ck_assert_uint_eq(scene.asked, 2);
    scene_end(&scene);
}
END_TEST

START_TEST(only_owner_and_group_may_ask)
{
    struct scene scene;
    struct stat status;
    mode_t mask = umask(0);
    scene_begin(&scene);
    ck_assert_int_eq(lstat(scene.path, &status), 0);
    ck_assert_uint_eq(status.st_mode & 07777, 0660);
    ck_assert_uint_eq(umask(mask), 0);
    scene_end(&scene);
}
END_TEST

START_TEST(garbage_is_refused_in_words)
{
    static const char *const lines[] = {"\n", "status\n", "{}\n", "[]\n", "[1]\n", "[null]\n",
        "[\"a\",[\"b\"]]\n", "[\"a\"] x\n", "[\"\\u0000\"]\n", "[\"\xff\"]\n", "\x01\x02\n",
        "\"status\"\n"};
    struct scene scene;
    scene_begin(&scene);
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        ck_assert_str_eq(ask(&scene, lines[i]),
            "{\"ok\":false,\"exit\":64,\"error\":\"a request is one line, a JSON array of "
            "strings\"}\n");
    ck_assert_uint_eq(scene.asked, 0);
    scene_end(&scene);
}
END_TEST

START_TEST(words_are_capped_in_number_and_a_line_in_length)
{
    static char line[2 * LIMIT_CONTROL_LINE];
    struct scene scene;
    scene_begin(&scene);
    for (int count = 63; count <= 66; count++) {
        strcpy(line, "[\"w\"");
        for (int i = 1; i < count; i++)
            strcat(line, ",\"w\"");
        strcat(line, "]\n");
        unsigned before = scene.asked;
        (void)ask(&scene, line);
        ck_assert_uint_eq(scene.asked - before, count <= 64 ? 1 : 0);
    }
    memset(line, ' ', sizeof(line));
    int fd = connect_to(scene.path);
    for (size_t sent = 0; sent < sizeof(line);) {
        ssize_t n = send(fd, line + sent, sizeof(line) - sent, MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN)
            break; /* it does not listen any more */
        sent += n > 0 ? (size_t)n : 0;
        ck_assert_int_eq(loop_turn(scene.loop, 0), 0);
    }
    ck_assert_str_eq(answer_to(&scene, fd),
        "{\"ok\":false,\"exit\":64,\"error\":\"the request is too long\"}\n");
    scene_end(&scene);
}
END_TEST

START_TEST(a_line_may_come_byte_by_byte)
{
    static const char line[] = "[\"status\"]\n";
    struct scene scene;
    scene_begin(&scene);
    int fd = connect_to(scene.path);
    for (size_t i = 0; i < sizeof(line) - 1; i++) {
        send_all(fd, &line[i], 1);
        ck_assert_int_eq(loop_turn(scene.loop, 0), 0);
        ck_assert_int_eq(loop_turn(scene.loop, 0), 0);
    }
    ck_assert_str_eq(answer_to(&scene, fd), "{\"ok\":true,\"result\":\"\"}\n");
    scene_end(&scene);
}
END_TEST

START_TEST(half_a_line_and_the_end_asks_for_nothing)
{
    struct scene scene;
    scene_begin(&scene);
    int fd = connect_to(scene.path);
    send_all(fd, "[\"reload\"]", 10);
    ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
    ck_assert_str_eq(answer_to(&scene, fd), "");
    ck_assert_uint_eq(scene.asked, 0);
    scene_end(&scene);
}
END_TEST

START_TEST(a_peer_that_says_nothing_is_dropped_after_ten_seconds)
{
    struct scene scene;
    scene_begin(&scene);
    int fd = connect_to(scene.path);
    char byte;
    ck_assert_int_eq(loop_turn(scene.loop, 0), 0);
    ck_assert_int_eq(loop_turn(scene.loop, 9 * USEC_PER_SEC), 0);
    ck_assert_int_eq(recv(fd, &byte, 1, 0), -1);
    ck_assert_int_eq(errno, EAGAIN);
    ck_assert_int_eq(loop_turn(scene.loop, 2 * USEC_PER_SEC), 0);
    ck_assert_int_eq(recv(fd, &byte, 1, 0), 0);
    close(fd);
    scene_end(&scene);
}
END_TEST

START_TEST(a_peer_that_does_not_read_its_answer_is_dropped_too)
{
    struct scene scene;
    scene_begin(&scene);
    scene.answer_size = MIB(1);
    int fd = connect_to(scene.path);
    send_all(fd, "[\"status\"]\n", 11);
    int64_t began = clock_monotonic_us(scene.clock);
    while (clock_monotonic_us(scene.clock) - began < 11 * USEC_PER_SEC)
        ck_assert_int_eq(loop_turn(scene.loop, USEC_PER_SEC), 0);
    const char *answer = answer_to(&scene, fd);
    ck_assert_uint_lt(strlen(answer), MIB(1));
    /* One that reads gets all of it. */
    answer = ask(&scene, "[\"status\"]\n");
    ck_assert_uint_gt(strlen(answer), MIB(1));
    scene_end(&scene);
}
END_TEST

START_TEST(too_many_peers_are_turned_away_and_the_others_are_served)
{
    struct scene scene;
    scene_begin(&scene);
    int peers[LIMIT_CONTROL_PEERS];
    connect_all(&scene, peers);
    for (int i = 0; i < 50; i++)
        ck_assert_str_eq(answer_to(&scene, connect_to(scene.path)),
            "{\"ok\":false,\"exit\":75,\"error\":\"too many ask at once: try again\"}\n");
    for (int i = 0; i < LIMIT_CONTROL_PEERS; i++) {
        send_all(peers[i], "[\"status\"]\n", 11);
        ck_assert_str_eq(answer_to(&scene, peers[i]), "{\"ok\":true,\"result\":\"\"}\n");
    }
    ck_assert_str_eq(ask(&scene, "[\"status\"]\n"), "{\"ok\":true,\"result\":\"\"}\n");
    scene_end(&scene);
}
END_TEST

START_TEST(without_descriptors_it_rests_and_then_goes_on)
{
    struct scene scene;
    scene_begin(&scene);
    int fd = connect_to(scene.path);
    send_all(fd, "[\"status\"]\n", 11);
    struct rlimit before, none;
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = (rlim_t)fd + 1;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    int64_t began = clock_monotonic_us(scene.clock);
    unsigned turns = 0;
    for (; clock_monotonic_us(scene.clock) - began < 5 * USEC_PER_SEC; turns++)
        ck_assert_int_eq(loop_turn(scene.loop, USEC_PER_SEC), 0);
    ck_assert_uint_lt(turns, 200);
    ck_assert_uint_eq(scene.asked, 0);
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
    ck_assert_int_eq(loop_turn(scene.loop, USEC_PER_SEC), 0);
    ck_assert_str_eq(answer_to(&scene, fd), "{\"ok\":true,\"result\":\"\"}\n");
    scene_end(&scene);
}
END_TEST

START_TEST(it_goes_away_with_peers_in_every_state)
{
    struct scene scene;
    scene_begin(&scene);
    scene.answer_size = MIB(1);
    int silent = connect_to(scene.path), half = connect_to(scene.path),
        slow = connect_to(scene.path);
    send_all(half, "[\"st", 4);
    send_all(slow, "[\"status\"]\n", 11);
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(loop_turn(scene.loop, 0), 0);
    int waiting = connect_to(scene.path); /* not accepted yet */
    control_free(scene.control);
    scene.control = NULL;
    struct stat status;
    ck_assert_int_eq(lstat(scene.path, &status), -1);
    close(silent), close(half), close(slow), close(waiting);
    scene_end(&scene);
}
END_TEST

START_TEST(a_socket_that_a_killed_process_left_is_replaced)
{
    struct scene scene;
    scene_open(&scene);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strcpy(address.sun_path, scene.path);
    int dead = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(dead, (struct sockaddr *)&address, sizeof(address)), 0);
    ck_assert_int_eq(listen(dead, 1), 0);
    close(dead);
    struct error error = ERROR_INIT;
    ck_assert_msg(listen_there(&scene, &error) == 0, "%s", error.text);
    ck_assert_str_eq(ask(&scene, "[\"status\"]\n"), "{\"ok\":true,\"result\":\"\"}\n");
    scene_end(&scene);
}
END_TEST

static void assert_refused(struct scene *scene, int code, const char *words)
{
    struct stat before, after;
    struct error error = ERROR_INIT;
    ck_assert_int_eq(lstat(scene->path, &before), 0);
    ck_assert_int_eq(listen_there(scene, &error), code);
    ck_assert_msg(strstr(error.text, words) != NULL, "%s", error.text);
    ck_assert_ptr_null(scene->control);
    ck_assert_int_eq(lstat(scene->path, &after), 0);
    ck_assert_uint_eq(before.st_ino, after.st_ino);
}

START_TEST(another_listener_is_left_alone_even_when_it_is_busy_or_of_another_kind)
{
    static const int kinds[] = {SOCK_STREAM, SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct scene scene;
        scene_open(&scene);
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        strcpy(address.sun_path, scene.path);
        int other = socket(AF_UNIX, kinds[i] | SOCK_CLOEXEC, 0), waiting = -1;
        ck_assert_int_eq(bind(other, (struct sockaddr *)&address, sizeof(address)), 0);
        if (kinds[i] != SOCK_DGRAM)
            ck_assert_int_eq(listen(other, 0), 0);
        if (i == 1) /* its queue is full, so that nobody gets in */
            waiting = connect_to(scene.path);
        assert_refused(&scene, ERROR_UNAVAILABLE, "another process listens there");
        cleanup_close(&waiting);
        close(other);
        scene_end(&scene);
    }
}
END_TEST

START_TEST(a_file_a_folder_or_a_link_in_its_place_is_left_alone)
{
    for (int kind = 0; kind < 3; kind++) {
        struct scene scene;
        scene_open(&scene);
        char target[PATH_SIZE];
        if (kind == 0)
            folder_write(scene.path, "precious", 0600);
        else if (kind == 1)
            ck_assert_int_eq(mkdir(scene.path, 0700), 0);
        else
            ck_assert_int_eq(symlink(folder_path(target, scene.folder, "nowhere"), scene.path), 0);
        assert_refused(&scene, ERROR_UNAVAILABLE, "is no socket");
        scene_end(&scene);
    }
}
END_TEST

START_TEST(a_path_that_is_too_long_or_cannot_be_made_is_told)
{
    struct scene scene;
    struct error error = ERROR_INIT;
    scene_open(&scene);
    memset(scene.path, 'a', 200);
    scene.path[200] = '\0';
    ck_assert_int_eq(listen_there(&scene, &error), ERROR_INVALID);
    char file[PATH_SIZE];
    folder_write(folder_path(file, scene.folder, "file"), "", 0600);
    (void)folder_path(scene.path, scene.folder, "file/below");
    ck_assert_int_lt(listen_there(&scene, &error), 0);
    ck_assert_ptr_null(scene.control);
    scene_end(&scene);
}
END_TEST

CHECK_MAIN("control", a_request_is_answered_once_and_the_connection_ends,
    only_owner_and_group_may_ask, garbage_is_refused_in_words,
    words_are_capped_in_number_and_a_line_in_length, a_line_may_come_byte_by_byte,
    half_a_line_and_the_end_asks_for_nothing, a_peer_that_says_nothing_is_dropped_after_ten_seconds,
    a_peer_that_does_not_read_its_answer_is_dropped_too,
    too_many_peers_are_turned_away_and_the_others_are_served,
    without_descriptors_it_rests_and_then_goes_on, it_goes_away_with_peers_in_every_state,
    a_socket_that_a_killed_process_left_is_replaced,
    another_listener_is_left_alone_even_when_it_is_busy_or_of_another_kind,
    a_file_a_folder_or_a_link_in_its_place_is_left_alone,
    a_path_that_is_too_long_or_cannot_be_made_is_told)
