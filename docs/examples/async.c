/*
 * Many calls at once inside a loop of your own: `async HOURS` counts the entries of each of the
 * last hours, all of them asked for together, on one thread.
 *
 * To drive the library a loop needs two things of its engine: a descriptor to watch, and how long
 * it may sleep. The rest of this loop is the program's own: a timer that shows how far it is, and
 * the signals that end it. Retries and their waits happen meanwhile and hold nothing up.
 */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <slackaudit/slackaudit.h>

enum { MOST_HOURS = 1000 };

/* ---- What is asked: each hour page by page, all hours at once ---- */

struct count {
    struct slackaudit_client *client;
    int hours, open; /* asked for, and not yet counted to the end */
    size_t entries, pages;
    int retries;
    bool has_failed;
};

struct hour {
    struct count *count;
    int64_t oldest;
};

static void end_hour(struct hour *hour, const char *failure)
{
    hour->count->open--;
    if (failure == NULL)
        return;
    fprintf(stderr, "async: %s\n", failure);
    hour->count->has_failed = true;
}

static void on_page(void *user, const struct slackaudit_answer *answer,
    const struct slackaudit_page_summary *summary);

/* Without a callback for its entries a page is checked and counted, and nothing of it is kept. */
static void ask_page(struct hour *hour, const char *cursor)
{
    struct slackaudit_problem problem;
    const struct slackaudit_page_call page = {
        /* A cursor is a place and no more, so that both times go with each page. */
        .query = {.has_oldest = true,
            .oldest = hour->oldest,
            .has_latest = true,
            .latest = hour->oldest + 3599,
            .cursor = cursor},
        .on_done = on_page,
        .user = hour,
    };
    if (slackaudit_client_page(hour->count->client, &page, NULL, &problem) < 0)
        end_hour(hour, problem.text);
}

static void on_page(void *user, const struct slackaudit_answer *answer,
    const struct slackaudit_page_summary *summary)
{
    struct hour *hour = user;
    hour->count->retries += answer->attempts - 1;
    if (summary == NULL) {
        end_hour(hour, answer->message);
        return;
    }
    hour->count->entries += summary->entries;
    hour->count->pages++;
    if (*summary->next_cursor != '\0')
        ask_page(hour, summary->next_cursor);
    else
        end_hour(hour, NULL);
}

/* ---- The loop, which belongs to the program ---- */

static int watch(int epoll_fd, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data = {.fd = fd}};
    return fd < 0 ? -1 : epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

/* Rounded up, or the loop would spin through the last millisecond. */
static int milliseconds(int64_t wait_us)
{
    if (wait_us < 0)
        return -1;
    return wait_us > INT64_C(1000) * INT_MAX ? INT_MAX : (int)((wait_us + 999) / 1000);
}

/* False when the loop cannot go on, or was asked to stop. */
static bool turn(struct count *count, int epoll_fd, int timer_fd, int signal_fd)
{
    struct slackaudit_engine *engine = slackaudit_client_engine(count->client);
    struct epoll_event event;
    uint64_t ticks;
    int ready = epoll_wait(epoll_fd, &event, 1, milliseconds(slackaudit_engine_wait_us(engine)));
    if (ready < 0 && errno != EINTR) {
        perror("async: epoll_wait");
        return false;
    }
    if (ready == 1 && event.data.fd == signal_fd) {
        fprintf(stderr, "async: stopped\n");
        return false;
    }
    if (ready == 1 && event.data.fd == timer_fd && read(timer_fd, &ticks, sizeof(ticks)) > 0)
        printf("%d of %d hours counted\n", count->hours - count->open, count->hours);
    /* Due when its descriptor was ready or its time has come; cheap when neither is so. */
    if (slackaudit_engine_turn(engine, 0) < 0) {
        fprintf(stderr, "async: the engine cannot go on\n");
        return false;
    }
    return true;
}

static int run(struct count *count)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    const struct itimerspec every_quarter = {
        .it_interval = {.tv_nsec = 250000000}, .it_value = {.tv_nsec = 250000000}};
    int signal_fd = signalfd(-1, &signals, SFD_CLOEXEC);
    int timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    bool goes_on =
        timerfd_settime(timer_fd, 0, &every_quarter, NULL) == 0 &&
        watch(epoll_fd, signal_fd) == 0 && watch(epoll_fd, timer_fd) == 0 &&
        watch(epoll_fd, slackaudit_engine_fd(slackaudit_client_engine(count->client))) == 0;
    if (!goes_on)
        perror("async: the loop");
    while (goes_on && count->open > 0)
        goes_on = turn(count, epoll_fd, timer_fd, signal_fd);
    (void)close(epoll_fd); /* nothing is written to any of them */
    (void)close(timer_fd);
    (void)close(signal_fd);
    return goes_on && !count->has_failed ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* ---- The program ---- */

/* Connections that fail are tried again by default; so are a server in trouble and a full budget
 * of calls here. */
static int add_handlers(struct slackaudit_client *client)
{
    struct slackaudit_retry_stack *stack = slackaudit_client_retry(client);
    int code = slackaudit_retry_stack_append(stack, slackaudit_retry_rate_limit(10));
    if (code == 0)
        code =
            slackaudit_retry_stack_append(stack, slackaudit_retry_server_error(5, NULL, NULL, 0));
    return code;
}

static int count_hours(struct slackaudit_client *client, int hours)
{
    struct hour all[MOST_HOURS];
    struct count count = {.client = client, .hours = hours, .open = hours};
    int64_t now = (int64_t)time(NULL);
    for (int i = 0; i < hours; i++) {
        all[i] = (struct hour){.count = &count, .oldest = now - 3600 * (i + INT64_C(1)) + 1};
        ask_page(&all[i], NULL); /* only starts the call: the first turn sends it */
    }
    int exit_code = run(&count);
    printf("%zu entries on %zu pages, %d retries\n", count.entries, count.pages, count.retries);
    return exit_code;
}

int main(int argc, char **argv)
{
    int hours = argc == 2 ? atoi(argv[1]) : 24;
    if (argc > 2 || hours < 1 || hours > MOST_HOURS) {
        fprintf(stderr, "usage: async [HOURS]\n");
        return EXIT_FAILURE;
    }
    struct slackaudit_problem problem;
    struct slackaudit_client *client;
    const struct slackaudit_options options = {
        .size = sizeof(options),
        .base_url = getenv("SLACKAUDIT_BASE_URL"), /* not set: Slack itself */
        .token = getenv("SLACKAUDIT_TOKEN"),
    };
    if (slackaudit_client_new(&client, NULL, &options, &problem) < 0) {
        fprintf(stderr, "async: %s\n", problem.text);
        return EXIT_FAILURE;
    }
    int exit_code = EXIT_FAILURE;
    if (add_handlers(client) < 0)
        fprintf(stderr, "async: no memory for a handler\n");
    else
        exit_code = count_hours(client, hours);
    slackaudit_client_free(client); /* calls that are still under way are cancelled */
    return exit_code;
}
