/* The library inside a process that does other things as well: starts programs, gets signals, has
 * other threads. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/time.h>

#include "base/log.h"
#include "check_main.h"
#include "slackaudit/place.h"

#define OK_TEXT "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

static uint16_t port_of_peer(int fd)
{
    struct sockaddr_in address = {0};
    socklen_t size = sizeof(address);
    return getpeername(fd, (struct sockaddr *)&address, &size) == 0 ? ntohs(address.sin_port) : 0;
}

/* Connections to the server, and those of them that a program which is started would get too. */
static void count_connections(const struct place *place, unsigned *ret_count, unsigned *ret_shared)
{
    DIR *directory = opendir("/proc/self/fd");
    ck_assert_ptr_nonnull(directory);
    *ret_count = *ret_shared = 0;
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        int fd = (int)strtol(entry->d_name, NULL, 10);
        if (*entry->d_name == '.' || port_of_peer(fd) != place->server.port)
            continue;
        ++*ret_count;
        *ret_shared += (fcntl(fd, F_GETFD) & FD_CLOEXEC) == 0;
    }
    closedir(directory);
}

START_TEST(a_program_that_is_started_gets_no_connection)
{
    static const struct server_step steps[] = {{.kind = STEP_ANSWER, .text = OK_TEXT}};
    struct place place;
    place_init(&place, steps, 1);
    place_open(&place);
    struct slackaudit_response *response;
    ck_assert_int_eq(slackaudit_schemas(place.client, NULL, &response, NULL), 0);
    slackaudit_response_free(response);
    unsigned count, shared;
    count_connections(&place, &count, &shared);
    ck_assert_uint_eq(count, 1); /* kept for the next call */
    ck_assert_uint_eq(shared, 0);
    place_deinit(&place);
}
END_TEST

static volatile sig_atomic_t signals;

static void on_signal(int number)
{
    (void)number;
    signals++;
}

/* A timer of the process that goes off every millisecond; its signal goes to this thread, because
 * the server's was started with it blocked. */
static void set_alarm(bool on)
{
    const struct sigaction action = {.sa_handler = on_signal};
    const struct itimerval every = {{0, on ? 1000 : 0}, {0, on ? 1000 : 0}};
    ck_assert_int_eq(sigaction(SIGALRM, &action, NULL), 0);
    ck_assert_int_eq(setitimer(ITIMER_REAL, &every, NULL), 0);
}

START_TEST(signals_do_not_end_a_wait)
{
    static const struct server_step steps[] = {
        {.kind = STEP_ANSWER, .text = "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"},
        {.kind = STEP_ANSWER, .text = OK_TEXT}};
    sigset_t alarm_alone;
    struct place place;
    ck_assert_int_eq(sigemptyset(&alarm_alone), 0);
    ck_assert_int_eq(sigaddset(&alarm_alone, SIGALRM), 0);
    ck_assert_int_eq(pthread_sigmask(SIG_BLOCK, &alarm_alone, NULL), 0);
    place_init(&place, steps, 2);
    ck_assert_int_eq(pthread_sigmask(SIG_UNBLOCK, &alarm_alone, NULL), 0);
    place_open(&place);
    ck_assert_int_eq(
        slackaudit_retry_stack_append(slackaudit_client_retry(place.client),
            slackaudit_retry_server_error(
                1, slackaudit_interval_fixed(50 * USEC_PER_MSEC), slackaudit_jitter_none(), 0)),
        0);
    set_alarm(true);
    struct slackaudit_response *response;
    ck_assert_int_eq(slackaudit_schemas(place.client, NULL, &response, NULL), 0);
    set_alarm(false);
    ck_assert_int_eq(slackaudit_response_answer(response)->attempts, 2);
    ck_assert_int_gt(signals, 0); /* a busy machine makes one of many */
    slackaudit_response_free(response);
    place_deinit(&place);
}
END_TEST

static void (*pipe_disposition(void))(int)
{
    struct sigaction present;
    ck_assert_int_eq(sigaction(SIGPIPE, NULL, &present), 0);
    return present.sa_handler;
}

START_TEST(an_engine_ignores_sigpipe_only_where_nobody_else_wants_it)
{
    struct slackaudit_engine *engine;
    ck_assert(signal(SIGPIPE, on_signal) != SIG_ERR);
    ck_assert_int_eq(slackaudit_engine_new(&engine, NULL, NULL), 0);
    slackaudit_engine_free(engine);
    ck_assert(pipe_disposition() == on_signal);
    ck_assert(signal(SIGPIPE, SIG_DFL) != SIG_ERR);
    ck_assert_int_eq(slackaudit_engine_new(&engine, NULL, NULL), 0);
    ck_assert(pipe_disposition() == SIG_IGN);
    slackaudit_engine_free(engine);
}
END_TEST

enum { THREADS = 4, CALLS = 50 };

/* Clients with engines of their own come, call and go, at the same time as others. */
static void *call_on(void *user)
{
    struct place *place = user;
    for (int i = 0; i < CALLS; i++) {
        struct slackaudit_options options = place_options(place);
        char token[32];
        (void)snprintf(token, sizeof(token), "xoxp-%lx-%d", (unsigned long)pthread_self(), i);
        options.token = token;
        struct slackaudit_client *client;
        struct slackaudit_response *response;
        if (slackaudit_client_new(&client, NULL, &options, NULL) < 0 ||
            slackaudit_actions(client, NULL, &response, NULL) < 0 ||
            slackaudit_response_answer(response)->status != 200)
            abort();
        slackaudit_client_free(client);
        slackaudit_response_free(response);
    }
    return NULL;
}

START_TEST(engines_come_and_go_on_several_threads)
{
    static const struct server_step steps[] = {{.kind = STEP_ANSWER, .text = OK_TEXT}};
    struct place place;
    pthread_t threads[THREADS];
    place_init(&place, steps, 1);
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, call_on, &place), 0);
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    ck_assert_uint_eq(place.server.requests, THREADS * CALLS);
    place_deinit(&place);
}
END_TEST

static void keep_line(
    void *user, enum log_level level, const struct log_subject *subject, const char *text)
{
    (void)level;
    (void)subject;
    (void)snprintf(user, 64, "%s", text);
}

/* It is one for all threads, and has no lock. */
START_TEST(a_client_does_not_touch_the_log_of_the_process)
{
    char line[64] = "";
    const struct slackaudit_options options = {.size = sizeof(options), .token = "xoxp-seen"};
    struct slackaudit_client *client;
    ck_assert_int_eq(slackaudit_client_new(&client, NULL, &options, NULL), 0);
    ck_assert_int_eq(slackaudit_client_set_token(client, "xoxp-more", NULL), 0);
    log_set_sink(keep_line, line);
    log_info(NULL, "%s", "Bearer xoxp-more"); /* a registered secret would be hidden */
    ck_assert_str_eq(line, "Bearer xoxp-more");
    slackaudit_client_free(client);
}
END_TEST

CHECK_MAIN("process", a_program_that_is_started_gets_no_connection, signals_do_not_end_a_wait,
    an_engine_ignores_sigpipe_only_where_nobody_else_wants_it,
    engines_come_and_go_on_several_threads, a_client_does_not_touch_the_log_of_the_process)
