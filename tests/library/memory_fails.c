/*
 * Every allocation fails once: each thing that the library does is done again and again, and each
 * time another allocation finds no memory, first that one alone, then all behind it as well. What
 * is done then either succeeds, and is right, or ends with an error code; it never crashes, hangs
 * or leaks.
 */
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "failing_memory.h"
#include "require.h"
#include "slackaudit/slackaudit.h"

/* What is done, and what fails. */
static const char *present = "the start";
static long present_allocation;
static bool fails_for_good;

#define MUST(condition)                                                                            \
    REQUIRE(condition, "line %d: not so: %s (%s, when allocation %ld fails%s)", __LINE__,          \
        #condition, present, present_allocation, fails_for_good ? " and all behind it" : "")

/* ---- A server in a process of its own, whose memory does not fail ---- */

#define ENTRY(id, time)                                                                            \
    "{\"id\":\"" id "\",\"date_create\":" time ",\"action\":\"user_login\","                       \
    "\"actor\":{\"type\":\"user\",\"user\":{\"id\":\"W1\",\"name\":\"A rather long name\"}},"      \
    "\"context\":{\"ua\":\"x\",\"session_id\":12345678901234567890,\"more\":[1.5,null,true]}}"
#define FIRST_PAGE                                                                                 \
    "{\"entries\":[" ENTRY("d", "40") "," ENTRY(                                                   \
        "c", "30") "],"                                                                            \
                   "\"response_metadata\":{\"next_cursor\":\"bmV4dA==\"}}"
#define LAST_PAGE "{\"entries\":[" ENTRY("b", "20") "," ENTRY("a", "10") "]}"

static void answer(int fd, const char *status, const char *body)
{
    char text[4096];
    int size = snprintf(text, sizeof(text),
        "HTTP/1.1 %s\r\nContent-Length: %zu\r\nX-Thing: one\r\nX-Thing: two\r\n\r\n%s", status,
        strlen(body), body);
    (void)!write(fd, text, (size_t)size); /* who asked may have gone */
}

static void serve_connection(int fd)
{
    char request[8192];
    size_t have = 0;
    ssize_t got;
    while ((got = read(fd, request + have, sizeof(request) - 1 - have)) > 0) {
        have += (size_t)got;
        request[have] = '\0';
        const char *end = strstr(request, "\r\n\r\n");
        if (end == NULL || (strncmp(request, "POST", 4) == 0 && strstr(end, "{\"q\":1}") == NULL))
            continue;
        have = 0;
        if (strstr(request, "/broken") != NULL)
            answer(fd, "503 Service Unavailable", "{\"ok\":false,\"error\":\"internal\"}");
        else if (strstr(request, "cursor=bmV4dA%3D%3D") != NULL)
            answer(fd, "200 OK", LAST_PAGE);
        else
            answer(fd, "200 OK", FIRST_PAGE);
    }
}

static pid_t server;
static char base_url[64];

/* A process for each connection: whatever becomes of one, the others are served. */
static void start_server(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    MUST(fd >= 0 && bind(fd, (struct sockaddr *)&address, size) == 0 && listen(fd, 64) == 0);
    MUST(getsockname(fd, (struct sockaddr *)&address, &size) == 0);
    (void)snprintf(base_url, sizeof(base_url), "http://127.0.0.1:%u/audit/v1/",
        (unsigned)ntohs(address.sin_port));
    pid_t parent = getpid();
    server = fork();
    MUST(server >= 0);
    if (server > 0) {
        close(fd);
        return;
    }
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* should this test give up half-way */
    if (getppid() != parent)
        _exit(1);
    (void)signal(SIGCHLD, SIG_IGN);
    for (;;) {
        int peer = accept(fd, NULL, NULL);
        if (peer >= 0 && fork() == 0) {
            serve_connection(peer);
            _exit(0);
        }
        close(peer);
    }
}

/* ---- What is done: each returns 0 when all is right, or the error code of what failed ---- */

static struct slackaudit_problem problem;

/* An error comes with a text. */
static int failed(int code)
{
    MUST(code < 0);
    MUST(problem.code == code && *problem.text != '\0');
    problem = (struct slackaudit_problem){0};
    return code;
}

static int open_client(struct slackaudit_client **ret_client, struct slackaudit_engine *engine)
{
    static const char *const headers[] = {"X-One", "1", "X-Two", "2", NULL};
    const struct slackaudit_options options = {.size = sizeof(options),
        .token = "xoxp-1234567890",
        .base_url = base_url,
        .timeout_us = 5000000,
        .proxy = "",
        .headers = headers,
        .user_agent_prefix = "one",
        .user_agent_suffix = "two"};
    int code = slackaudit_client_new(ret_client, engine, &options, &problem);
    if (code < 0)
        return failed(code);
    /* As it is by default, without the waits. */
    struct slackaudit_retry_stack *stack = slackaudit_client_retry(*ret_client);
    slackaudit_retry_stack_clear(stack);
    return slackaudit_retry_stack_append(
        stack, slackaudit_retry_connection_error(
                   1, slackaudit_interval_fixed(1), slackaudit_jitter_none(), 0));
}

static int check_body(struct slackaudit_response *response)
{
    struct slackaudit_logs_body logs;
    struct slackaudit_entry entry;
    int code = slackaudit_response_logs(response, &logs, &problem);
    if (code < 0)
        return failed(code);
    MUST(slackaudit_value_count(logs.entries) == 2);
    MUST(slackaudit_logs_body_entry(&logs, 1, &entry));
    MUST(slackaudit_text_is(entry.id, "c") && entry.date_create.value == 30);
    MUST(slackaudit_text_is(entry.actor.user.name, "A rather long name"));
    MUST(slackaudit_text_is(logs.response_metadata.next_cursor, "bmV4dA=="));
    return 0;
}

/* A call that waits, with all that a query can have; its response, kept once more, and read. */
static int call_and_wait(void)
{
    static const char *const query_extras[] = {"a b", "c&d", NULL};
    static const char *const headers[] = {"X-Two", "two", NULL};
    const struct slackaudit_query query = {.has_oldest = true,
        .has_latest = true,
        .latest = 50,
        .action = "user_login,user_logout",
        .actor = "W1",
        .extras = {.query = query_extras, .headers = headers}};
    struct slackaudit_client *client = NULL;
    struct slackaudit_response *response = NULL, *second = NULL;
    int code = open_client(&client, NULL);
    if (code == 0 && (code = slackaudit_logs(client, &query, &response, &problem)) < 0)
        (void)failed(code);
    slackaudit_client_free(client);
    if (code == 0) {
        const struct slackaudit_answer *answer = slackaudit_response_answer(response);
        MUST(answer->status == 200 && strcmp(answer->body, FIRST_PAGE) == 0);
        MUST(strcmp(slackaudit_answer_header(answer, "x-thing", 1), "two") == 0);
        if ((code = slackaudit_answer_keep(answer, &second, &problem)) < 0)
            (void)failed(code);
    }
    slackaudit_response_free(response);
    if (code == 0)
        code = check_body(second);
    slackaudit_response_free(second);
    return code;
}

static int fill_stack(struct slackaudit_retry_stack *stack)
{
    static const int statuses[] = {503};
    static const char *const errors[] = {"internal"};
    const struct slackaudit_retry_match match = {
        .statuses = statuses, .status_count = 1, .errors = errors, .error_count = 1};
    int code = slackaudit_retry_stack_append(
        stack, slackaudit_retry_match(
                   &match, 1, slackaudit_interval_fixed(1), slackaudit_jitter_none(), 0));
    if (code == 0)
        code = slackaudit_retry_stack_prepend(
            stack, slackaudit_retry_server_error(
                       1, slackaudit_interval_backoff(1, 1), slackaudit_jitter_full(), 1));
    return code;
}

struct watch {
    unsigned started, done, entries, damaged;
    int code; /* the first that failed */
};

static void note(struct watch *watch, int code)
{
    if (code < 0 && watch->code == 0)
        watch->code = code;
}

static void on_attempt(void *user, int attempt)
{
    (void)attempt;
    struct watch *watch = user;
    watch->entries = watch->damaged = 0;
}

static int on_entry(void *user, const struct slackaudit_entry_slice *entry)
{
    struct watch *watch = user;
    watch->entries++;
    watch->damaged += entry->damage != SLACKAUDIT_WHOLE;
    MUST(entry->id_size == 1);
    return 0;
}

static void on_page(void *user, const struct slackaudit_answer *answer,
    const struct slackaudit_page_summary *summary)
{
    struct watch *watch = user;
    watch->done++;
    note(watch, answer->code);
    if (answer->code < 0)
        MUST(*answer->message != '\0' && summary == NULL);
    else if (summary != NULL)
        MUST(watch->entries == 2 && watch->damaged == 0 &&
             strcmp(summary->next_cursor, "bmV4dA==") == 0);
    else
        MUST(false);
}

static void on_broken(void *user, const struct slackaudit_answer *answer)
{
    struct watch *watch = user;
    watch->done++;
    note(watch, answer->code);
    if (answer->code == 0)
        MUST(answer->status == 503 && answer->attempts == 3);
}

static int on_body(void *user, int status, const char *data, size_t size)
{
    (void)user;
    MUST(status == 503 && data[0] == '{' && size > 0);
    return 0;
}

static void on_log(void *user, const char *text)
{
    (void)user;
    MUST(strstr(text, "xoxp") == NULL);
}

/* Starts a page, a body in chunks that is refused three times, and a call that is cancelled. */
static void start_calls(struct slackaudit_client *client, struct watch *watch)
{
    const struct slackaudit_page_call page = {
        .on_attempt = on_attempt, .on_entry = on_entry, .on_done = on_page, .user = watch};
    const struct slackaudit_events streamed = {
        .on_body = on_body, .on_done = on_broken, .user = watch};
    const struct slackaudit_events whole = {.on_done = on_broken, .user = watch};
    const struct slackaudit_request post = {
        .method = "POST", .path = "broken", .body = "{\"q\":1}", .body_size = 7};
    struct slackaudit_call *call = NULL;
    int code = slackaudit_client_page(client, &page, NULL, &problem);
    watch->started += code == 0;
    if (code == 0) {
        code = slackaudit_client_call(client, &post, &streamed, NULL, &problem);
        watch->started += code == 0;
    }
    if (code == 0)
        code = slackaudit_client_call(client, &post, &whole, &call, &problem);
    if (code < 0)
        note(watch, failed(code));
    slackaudit_call_cancel(call);
}

static int call_at_once(void)
{
    struct slackaudit_engine *engine = NULL;
    struct slackaudit_client *client = NULL;
    struct watch watch = {0};
    int code = slackaudit_engine_new(&engine, NULL, &problem);
    if (code < 0)
        return failed(code);
    struct slackaudit_retry_stack *stack = slackaudit_retry_stack_new();
    code = stack == NULL ? SLACKAUDIT_ERROR_MEMORY : fill_stack(stack);
    const struct slackaudit_options options = {.size = sizeof(options),
        .token = "xoxp-1234567890",
        .base_url = base_url,
        .timeout_us = 5000000,
        .proxy = "",
        .retry = stack,
        .log = on_log};
    if (code == 0 && (code = slackaudit_client_new(&client, engine, &options, &problem)) < 0)
        (void)failed(code);
    if (code == 0) {
        start_calls(client, &watch);
        while (watch.done < watch.started && code == 0)
            code = slackaudit_engine_turn(engine, -1);
        note(&watch, code);
        code = watch.code;
    }
    slackaudit_client_free(client);
    slackaudit_engine_free(engine);
    slackaudit_retry_stack_free(stack);
    return code;
}

/* An iterator is patient: what failed for want of memory is asked for again. */
static int walk(void)
{
    struct slackaudit_client *client = NULL;
    struct slackaudit_entries *entries = NULL;
    struct slackaudit_entry_slice slice;
    char ids[8] = "";
    int failures = 0;
    int code = open_client(&client, NULL);
    if (code == 0 && (code = slackaudit_entries_new(&entries, client,
                          &(struct slackaudit_query){.action = "user_login"}, false, &problem)) < 0)
        (void)failed(code);
    while (code >= 0 && (code = slackaudit_entries_next(entries, &slice, &problem)) != 0) {
        if (code < 0) {
            (void)failed(code);
            code = failures++ < 5 ? 0 : code;
        } else {
            MUST(slice.id_size == 1 && strlen(ids) < 4);
            strncat(ids, slice.id, 1);
        }
    }
    if (code == 0)
        MUST(strcmp(ids, "dcba") == 0);
    slackaudit_entries_free(entries);
    slackaudit_client_free(client);
    return code;
}

static int read_document(void)
{
    static const char text[] = ENTRY("e", "50");
    struct slackaudit_document *document = NULL;
    struct slackaudit_entry entry;
    char *written = NULL;
    size_t size = 0;
    int code = slackaudit_entry_parse(&document, &entry, text, sizeof(text) - 1, &problem);
    if (code < 0)
        return failed(code);
    MUST(slackaudit_text_is(entry.id, "e"));
    MUST(slackaudit_value_type(slackaudit_value_get(entry.context.object.value, "more")) ==
         SLACKAUDIT_ARRAY);
    code = slackaudit_value_write(entry.object.value, &written, &size);
    if (code == 0)
        MUST(size == sizeof(text) - 1 && strcmp(written, text) == 0);
    free(written);
    slackaudit_document_free(document);
    return code;
}

/* A page in pieces of one byte, so that everything crosses a border; then a damaged one. */
static int split_page(void)
{
    static const char damaged[] = "{\"entries\":[{\"id\":\"c\"},{\"id\":\"b\",}]}";
    struct watch watch = {0};
    struct slackaudit_page *page = NULL;
    struct slackaudit_page_summary summary;
    int code = slackaudit_page_new(&page, false, on_entry, &watch);
    for (size_t i = 0; code == 0 && i < sizeof(FIRST_PAGE) - 1; i++)
        code = slackaudit_page_feed(page, &FIRST_PAGE[i], 1);
    if (code == 0)
        code = slackaudit_page_finish(page, &summary);
    if (code == 0) {
        MUST(watch.entries == 2 && watch.damaged == 0);
        MUST(strcmp(summary.next_cursor, "bmV4dA==") == 0);
        slackaudit_page_reset(page, true);
        code = slackaudit_page_feed(page, damaged, sizeof(damaged) - 1);
    }
    if (code == 0)
        MUST(watch.entries == 4 && watch.damaged == 1);
    slackaudit_page_free(page);
    return code;
}

/* ---- Again and again ---- */

struct deed {
    const char *name;
    int (*function)(void);
    bool counts_all; /* libcurl, which leaks a little when its memory fails, has no part in it */
};

static void on_alarm(int number)
{
    (void)number;
    char text[128];
    int size = snprintf(text, sizeof(text), "%s hangs when allocation %ld fails%s\n", present,
        present_allocation, fails_for_good ? " and all behind it" : "");
    (void)!write(STDERR_FILENO, text, (size_t)size);
    _exit(1);
}

static void check_blocks(long before, long all_before, bool counts_all)
{
    long leaked = memory_blocks() - before;
    long all_leaked = counts_all ? memory_all_blocks() - all_before : 0;
    MUST(leaked == 0);
    MUST(all_leaked == 0);
}

static void do_with_failures(const struct deed *deed, bool for_good)
{
    unsigned succeeded = 0, ended = 0;
    bool has_failed = true;
    present = deed->name;
    fails_for_good = for_good;
    for (long allocation = 1; has_failed; allocation++) {
        long before = memory_blocks(), all_before = memory_all_blocks();
        present_allocation = allocation;
        (void)alarm(30);
        memory_fails_at(allocation, for_good);
        int code = deed->function();
        has_failed = memory_holds();
        check_blocks(before, all_before, deed->counts_all);
        MUST(code == 0 || has_failed);
        succeeded += code == 0;
        ended += code != 0;
    }
    (void)alarm(0);
    printf("%s, memory failing %s: %u times with an error, %u times right all the same\n",
        deed->name, for_good ? "for good" : "once", ended, succeeded);
    MUST(ended > 0 && succeeded > 0);
}

int main(void)
{
    static const struct deed deeds[] = {
        {"a document", read_document, true},
        {"a page in pieces", split_page, true},
        {"a call that waits", call_and_wait, false},
        {"calls at once", call_at_once, false},
        {"an iterator", walk, false},
    };
    start_server();
    (void)signal(SIGALRM, on_alarm);
    memory_take_libcurl();
    struct slackaudit_engine *engine; /* keeps what libcurl has once for all */
    MUST(slackaudit_engine_new(&engine, NULL, NULL) == 0);
    for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++) {
        MUST(deeds[i].function() == 0); /* what stays of a first time is no leak */
        do_with_failures(&deeds[i], false);
        do_with_failures(&deeds[i], true);
    }
    slackaudit_engine_free(engine);
    (void)kill(server, SIGTERM);
    MUST(waitpid(server, NULL, 0) == server);
    return 0;
}
