/* The asking side of the control socket. */
#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "check_main.h"
#include "daemon/control_scene.h"

/* ---- The other side ---- */

struct asking {
    const char *path;
    int64_t timeout_us;
    struct buffer answer;
    struct error error;
    int code;
    bool done;
};

static void *ask_in_thread(void *user)
{
    struct asking *asking = user;
    static const char *const words[] = {"status", "\"quoted\""};
    asking->code =
        control_ask(asking->path, words, 2, asking->timeout_us, &asking->answer, &asking->error);
    __atomic_store_n(&asking->done, true, __ATOMIC_RELEASE);
    return NULL;
}

static struct asking ask_while_turning(struct scene *scene, int64_t timeout_us)
{
    static struct asking asking;
    asking = (struct asking){
        .path = scene->path, .timeout_us = timeout_us, .answer = BUFFER_INIT(MIB(2))};
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, ask_in_thread, &asking), 0);
    while (!__atomic_load_n(&asking.done, __ATOMIC_ACQUIRE))
        ck_assert_int_eq(loop_turn(scene->loop, 0), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    return asking;
}

START_TEST(asking_gets_the_answer_whole)
{
    struct scene scene;
    scene_begin(&scene);
    scene.answer_size = MIB(1);
    struct asking asking = ask_while_turning(&scene, 30 * USEC_PER_SEC);
    ck_assert_msg(asking.code == 0, "%s", asking.error.text);
    ck_assert_uint_gt(asking.answer.size, MIB(1));
    ck_assert_int_eq(asking.answer.data[asking.answer.size - 1], '\n');
    ck_assert_str_eq(scene.words, "status|\"quoted\"");
    buffer_deinit(&asking.answer);
    scene_end(&scene);
}
END_TEST

START_TEST(asking_when_turned_away_gets_to_know_why)
{
    struct scene scene;
    scene_begin(&scene);
    int peers[LIMIT_CONTROL_PEERS];
    connect_all(&scene, peers);
    for (int i = 0; i < 20; i++) {
        struct asking asking = ask_while_turning(&scene, 30 * USEC_PER_SEC);
        ck_assert_msg(asking.code == 0, "%s", asking.error.text);
        ck_assert_ptr_nonnull(strstr(buffer_text(&asking.answer), "too many ask at once"));
        buffer_deinit(&asking.answer);
    }
    for (int i = 0; i < LIMIT_CONTROL_PEERS; i++)
        close(peers[i]);
    scene_end(&scene);
}
END_TEST

START_TEST(asking_nobody_is_told_and_a_daemon_that_hangs_is_not_waited_for_for_ever)
{
    struct scene scene;
    scene_open(&scene);
    static const char *const words[] = {"status"};
    struct buffer answer = BUFFER_INIT(KIB(4));
    struct error error = ERROR_INIT;
    ck_assert_int_eq(
        control_ask(scene.path, words, 1, USEC_PER_SEC, &answer, &error), ERROR_UNAVAILABLE);
    ck_assert_int_eq(listen_there(&scene, &error), 0);
    /* Nobody turns its loop. */
    ck_assert_int_eq(
        control_ask(scene.path, words, 1, 50 * USEC_PER_MSEC, &answer, &error), ERROR_IO);
    int waiting[16];
    for (int i = 0; i < 16; i++) {
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        strcpy(address.sun_path, scene.path);
        waiting[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        (void)connect(waiting[i], (struct sockaddr *)&address, sizeof(address));
    }
    ck_assert_int_eq(
        control_ask(scene.path, words, 1, 50 * USEC_PER_MSEC, &answer, &error), ERROR_IO);
    for (int i = 0; i < 16; i++)
        close(waiting[i]);
    scene_end(&scene);
}
END_TEST

CHECK_MAIN("control ask", asking_gets_the_answer_whole, asking_when_turned_away_gets_to_know_why,
    asking_nobody_is_told_and_a_daemon_that_hangs_is_not_waited_for_for_ever)
