/*
 * The HTTP output against a server that answers as it likes: what each answer, and each failure to
 * answer, makes of a batch.
 */
#include "check_main.h"

#include <time.h>

#include "base/cleanup.h"
#include "base/gzip.h"
#include "http_rig.h"

static const struct output_type *const generic = &output_generic;

/* ---- Answers ---- */

START_TEST(each_status_has_its_outcome)
{
    static const struct {
        int status;
        enum output_outcome outcome;
    } cases[] = {{200, OUTPUT_DELIVERED}, {201, OUTPUT_DELIVERED}, {202, OUTPUT_DELIVERED},
        {299, OUTPUT_DELIVERED}, {301, OUTPUT_SENDER_REFUSED}, {302, OUTPUT_SENDER_REFUSED},
        {307, OUTPUT_SENDER_REFUSED}, {400, OUTPUT_REFUSED}, {401, OUTPUT_SENDER_REFUSED},
        {402, OUTPUT_FAILED}, {403, OUTPUT_SENDER_REFUSED}, {404, OUTPUT_SENDER_REFUSED},
        {405, OUTPUT_SENDER_REFUSED}, {407, OUTPUT_SENDER_REFUSED}, {408, OUTPUT_FAILED},
        {409, OUTPUT_FAILED}, {410, OUTPUT_SENDER_REFUSED}, {413, OUTPUT_TOO_LARGE},
        {415, OUTPUT_SENDER_REFUSED}, {422, OUTPUT_REFUSED}, {425, OUTPUT_FAILED},
        {429, OUTPUT_FAILED}, {500, OUTPUT_FAILED}, {502, OUTPUT_FAILED}, {503, OUTPUT_FAILED},
        {504, OUTPUT_FAILED}, {599, OUTPUT_FAILED}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct sent sent;
        char words[64];
        snprintf(words, sizeof(words), "the receiver answered %d: it says so", cases[i].status);
        tell_status(
            generic, cases[i].status, "Location: http://127.0.0.1:1/\r\n", "it says so\n", &sent);
        ck_assert_msg(
            sent.outcome == cases[i].outcome, "%d gave %d", cases[i].status, (int)sent.outcome);
        ck_assert_int_eq(sent.status, cases[i].status);
        ck_assert_int_eq(sent.transport, SLACKAUDIT_TRANSPORT_OK);
        ck_assert_int_eq(sent.refused, -1);
        ck_assert_int_eq(sent.retry_after_us, -1);
        ck_assert_str_eq(sent.message, cases[i].outcome == OUTPUT_DELIVERED ? "" : words);
    }
}
END_TEST

START_TEST(an_answer_without_a_body_counts_too)
{
    struct sent sent;
    const struct server_step step = {STEP_ANSWER, "HTTP/1.1 204 No Content\r\n\r\n", 0};
    tell_one(generic, step, &sent);
    ck_assert_int_eq(sent.outcome, OUTPUT_DELIVERED);
    ck_assert_int_eq(sent.status, 204);
    tell_status(generic, 503, "", "", &sent);
    ck_assert_str_eq(sent.message, "the receiver answered 503");
}
END_TEST

START_TEST(retry_after_is_heard_in_seconds_and_as_a_date)
{
    struct sent sent;
    char header[128];
    tell_status(generic, 429, "Retry-After: 7\r\n", "slow down", &sent);
    ck_assert_int_eq(sent.outcome, OUTPUT_FAILED);
    ck_assert_int_eq(sent.retry_after_us, 7 * USEC_PER_SEC);

    time_t then = time(NULL) + 100;
    strftime(header, sizeof(header), "Retry-After: %a, %d %b %Y %H:%M:%S GMT\r\n", gmtime(&then));
    tell_status(generic, 503, header, "later", &sent);
    ck_assert_int_gt(sent.retry_after_us, 60 * USEC_PER_SEC);
    ck_assert_int_le(sent.retry_after_us, 100 * USEC_PER_SEC);

    tell_status(generic, 503, "Retry-After: soon\r\n", "", &sent);
    ck_assert_int_eq(sent.retry_after_us, -1);
}
END_TEST

START_TEST(an_excerpt_is_one_line_that_ends_at_a_character)
{
    char body[512], words[600];
    struct sent sent;
    tell_status(generic, 500, "", "\r\n <p>\n\t  no\x01 \x7f way </p> \n\n", &sent);
    ck_assert_str_eq(sent.message, "the receiver answered 500: <p> no way </p>");

    /* 199 bytes and a character of two. */
    memset(body, 'x', 199);
    strcpy(body + 199, "\xc3\xa4 and more");
    tell_status(generic, 500, "", body, &sent);
    body[199] = '\0';
    snprintf(words, sizeof(words), "the receiver answered 500: %s", body);
    ck_assert_str_eq(sent.message, words);
}
END_TEST

START_TEST(an_answer_longer_than_is_read_counts_by_its_status)
{
    static const struct {
        const char *head;
        enum output_outcome outcome;
    } cases[] = {{"HTTP/1.1 200 OK\r\n\r\n", OUTPUT_DELIVERED},
        {"HTTP/1.1 400 Bad\r\n\r\n", OUTPUT_REFUSED}, {"HTTP/1.1 503 No\r\n\r\n", OUTPUT_FAILED}};
    for (size_t i = 0; i < 3; i++) {
        char *text = malloc(KIB(300));
        ck_assert_ptr_nonnull(text);
        size_t head = strlen(strcpy(text, cases[i].head));
        memset(text + head, 'y', KIB(300) - head - 1);
        text[KIB(300) - 1] = '\0';
        struct sent sent;
        tell_one(generic, (struct server_step){STEP_ANSWER, text, 0}, &sent);
        ck_assert_int_eq(sent.outcome, cases[i].outcome);
        ck_assert_int_eq(sent.transport, SLACKAUDIT_TRANSPORT_OK);
        free(text);
    }
}
END_TEST

/* ---- No answer, or not a whole one ---- */

START_TEST(a_request_that_nobody_answers_has_failed)
{
    struct sent sent;
    tell_one(generic, (struct server_step){STEP_ANSWER_AND_RESET, "", 0}, &sent);
    ck_assert_int_eq(sent.outcome, OUTPUT_FAILED);
    ck_assert_int_eq(sent.transport, SLACKAUDIT_TRANSPORT_RESET);
    ck_assert_int_eq(sent.os_errno, ECONNRESET);
    ck_assert_int_eq(sent.status, 0);
    ck_assert(mentions(&sent, "reset: "));

    /* The acknowledgement is swallowed: whether the receiver has it nobody knows. */
    tell_one(generic, (struct server_step){STEP_ANSWER_AND_CLOSE, "", 0}, &sent);
    ck_assert_int_eq(sent.outcome, OUTPUT_FAILED);
    ck_assert_int_eq(sent.transport, SLACKAUDIT_TRANSPORT_RESET);
}
END_TEST

START_TEST(an_answer_that_breaks_off_counts_only_where_that_costs_nothing)
{
    static const struct {
        const char *head;
        enum output_outcome outcome;
        int status;
    } cases[] = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhal", OUTPUT_FAILED, 0},
        {"HTTP/1.1 400 Bad\r\nContent-Length: 100\r\n\r\nhal", OUTPUT_FAILED, 0},
        {"HTTP/1.1 413 Much\r\nContent-Length: 100\r\n\r\nhal", OUTPUT_TOO_LARGE, 413},
        {"HTTP/1.1 401 Who\r\nContent-Length: 100\r\n\r\nhal", OUTPUT_SENDER_REFUSED, 401},
        {"HTTP/1.1 503 No\r\nContent-Length: 100\r\nRetry-After: 3\r\n\r\nhal", OUTPUT_FAILED, 503},
        {"HTTP/1.1 20", OUTPUT_FAILED, 0},
        {"I am no HTTP server\r\n\r\n", OUTPUT_FAILED, 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (int reset = 0; reset < 2; reset++) {
            struct sent sent;
            const struct server_step step = {
                reset ? STEP_ANSWER_AND_RESET : STEP_ANSWER_AND_CLOSE, cases[i].head, 0};
            tell_one(generic, step, &sent);
            /* A reset may overtake the answer. */
            if (reset && sent.status == 0) {
                ck_assert_int_eq(sent.outcome, OUTPUT_FAILED);
                continue;
            }
            ck_assert_msg(sent.outcome == cases[i].outcome, "%s gave %d: %s", cases[i].head,
                (int)sent.outcome, sent.message);
            ck_assert_int_eq(sent.status, cases[i].status);
            if (cases[i].status == 503)
                ck_assert_int_eq(sent.retry_after_us, 3 * USEC_PER_SEC);
        }
    }
}
END_TEST

START_TEST(a_receiver_that_never_answers_is_a_timeout)
{
    struct sent sent;
    static const char *const texts[] = {"", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nha"};
    for (int i = 0; i < 2; i++) {
        const struct server_step step = {STEP_STALL, texts[i], 0};
        http_rig_init(generic, &step, 1);
        rig.config.timeout_us = 100 * USEC_PER_MSEC;
        rig_open();
        send_one(&sent);
        ck_assert_int_eq(sent.outcome, OUTPUT_FAILED);
        ck_assert_int_eq(sent.transport, SLACKAUDIT_TRANSPORT_TIMEOUT);
        ck_assert(mentions(&sent, "timeout: "));
        http_rig_deinit();
    }
}
END_TEST

START_TEST(a_receiver_that_cannot_be_reached_says_how)
{
    struct sent sent;
    const struct server_step step = {STEP_STALL, "", 0};
    http_rig_init(generic, &step, 1);
    uint16_t refusing;
    int closed = server_bind(&refusing);
    snprintf(server_url, sizeof(server_url), "http://127.0.0.1:%u/in", refusing);
    rig_open();
    send_one(&sent);
    close(closed);
    ck_assert_int_eq(sent.outcome, OUTPUT_FAILED);
    ck_assert_int_eq(sent.transport, SLACKAUDIT_TRANSPORT_CONNECT);
    ck_assert_int_eq(sent.os_errno, ECONNREFUSED);
    rig.type->close(rig.output);

    strcpy(server_url, "https://no-such-host.invalid/in");
    rig_open();
    send_one(&sent);
    ck_assert_int_eq(sent.outcome, OUTPUT_FAILED);
    ck_assert_int_eq(sent.transport, SLACKAUDIT_TRANSPORT_DNS);
    http_rig_deinit();
}
END_TEST

START_TEST(a_kept_connection_that_was_closed_costs_nothing)
{
    char *text = (char *)answer_text(200, "", "");
    const struct server_step step = {STEP_ANSWER_AND_CLOSE, text, 0};
    http_rig_init(generic, &step, 1);
    rig_open();
    for (unsigned i = 1; i <= 3; i++) {
        struct sent sent;
        send_one(&sent);
        ck_assert_int_eq(sent.outcome, OUTPUT_DELIVERED);
        ck_assert_uint_eq(server.requests, i);
    }
    ck_assert_uint_eq(server.connections, 3);
    http_rig_deinit();
    free(text);
}
END_TEST

/* ---- Bodies ---- */

static const char *const two[] = {"{\"id\":\"a\",\"n\":12345678901234567890}", "{\"id\":\"b\"}"};

/* Opens, sends `two`, and leaves the request in the server. */
static void send_two(void)
{
    struct sent sent;
    rig_open();
    sent_make(&sent, two, 2);
    sent_send(&sent);
    sent_wait(&sent);
    ck_assert_int_eq(sent.outcome, OUTPUT_DELIVERED);
}

static const struct server_step accepts = {
    STEP_ANSWER, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 0};

START_TEST(entries_go_out_as_lines_byte_for_byte)
{
    http_rig_init(generic, &accepts, 1);
    strcat(server_url, "/in?to=here");
    send_two();
    request_begins("POST /in?to=here HTTP/1.1\r\n");
    ck_assert(request_has("Content-Type: application/x-ndjson"));
    ck_assert(request_has("User-Agent: slackauditd"));
    ck_assert_ptr_null(strcasestr(buffer_text(&server.last_request), "Content-Encoding"));
    ck_assert_ptr_null(strcasestr(buffer_text(&server.last_request), "Authorization"));
    body_is("{\"id\":\"a\",\"n\":12345678901234567890}\n{\"id\":\"b\"}\n");
    http_rig_deinit();
}
END_TEST

START_TEST(entries_go_out_as_an_array)
{
    struct sent sent;
    http_rig_init(generic, &accepts, 1);
    rig.config.http.body = CONFIG_BODY_ARRAY;
    rig.config.http.method = (char *)"PUT";
    send_two();
    request_begins("PUT / HTTP/1.1\r\n");
    ck_assert(request_has("Content-Type: application/json"));
    body_is("[{\"id\":\"a\",\"n\":12345678901234567890},{\"id\":\"b\"}]");
    send_one(&sent);
    body_is("[{\"id\":\"a\",\"action\":\"user_login\"}]");
    http_rig_deinit();
}
END_TEST

START_TEST(an_entry_that_finds_no_room_leaves_the_body_as_it_was)
{
    struct sent sent;
    http_rig_init(generic, &accepts, 1);
    rig.config.http.body = CONFIG_BODY_ARRAY;
    rig_open();
    sent_begin(&sent);
    buffer_deinit(&sent.batch.body);
    sent.batch.body.limit = 30;
    ck_assert_int_eq(rig.type->begin(rig.output, &sent.batch.body), 0);
    ck_assert_int_eq(sent_add(&sent, slice_of("{\"id\":\"0123456789\"}"), 1, "acme", NULL), 0);
    ck_assert_int_eq(
        sent_add(&sent, slice_of("{\"id\":\"0123456789\"}"), 1, "acme", NULL), ERROR_LIMIT);
    ck_assert_int_eq(sent_add(&sent, slice_of("{\"id\":1}"), 1, "acme", NULL), 0);
    sent_end(&sent);
    ck_assert_msg(slice_equal(buffer_slice(&sent.batch.body),
                      SLICE_LITERAL("[{\"id\":\"0123456789\"},{\"id\":1}]")),
        "%.*s", SLICE_PRINT(buffer_slice(&sent.batch.body)));
    sent_release(&sent);
    http_rig_deinit();
}
END_TEST

START_TEST(other_formats_go_out_as_lines_of_text)
{
    http_rig_init(generic, &accepts, 1);
    rig.config.format = (char *)"rfc5424";
    send_two();
    ck_assert(request_has("Content-Type: text/plain; charset=utf-8"));
    struct slice body = request_body();
    static const char start[] = "<86>1 2024-01-16T03:53:51Z ";
    ck_assert_msg(strncmp(body.data, start, strlen(start)) == 0, "%.*s", SLICE_PRINT(body));
    const char *line = memchr(body.data, '\n', body.size);
    ck_assert_ptr_nonnull(line);
    ck_assert_int_eq(strncmp(line + 1, start, strlen(start)), 0);
    ck_assert_ptr_nonnull(memmem(body.data, body.size, two[0], strlen(two[0])));
    ck_assert_int_eq(body.data[body.size - 1], '\n');
    http_rig_deinit();
}
END_TEST

START_TEST(a_configured_content_type_takes_the_place_of_ours)
{
    struct config_header header = {(char *)"content-type", {SECRET_PLAIN, (char *)"text/x-mine"}};
    http_rig_init(generic, &accepts, 1);
    rig.config.headers = (struct config_headers){&header, 1};
    send_two();
    ck_assert(request_has("Content-Type: text/x-mine"));
    ck_assert(!request_has("Content-Type: application/x-ndjson"));
    http_rig_deinit();
}
END_TEST

START_TEST(a_body_goes_out_compressed)
{
    _cleanup_(buffer_deinit) struct buffer plain = BUFFER_INIT(MIB(8));
    _cleanup_(buffer_deinit) struct buffer wanted = BUFFER_INIT(MIB(8));
    struct sent sent;
    http_rig_init(generic, &accepts, 1);
    rig.config.http.gzip = true;
    rig_open();
    /* Small, and more than is compressed in one turn; the second overlaps with nothing of the
     * first. */
    static const size_t sizes[] = {2000, MIB(2)};
    for (int i = 0; i < 2; i++) {
        buffer_clear(&plain);
        buffer_clear(&wanted);
        sent_make_large(&sent, sizes[i]);
        ck_assert_int_eq(buffer_append_slice(&wanted, buffer_slice(&sent.batch.body)), 0);
        sent_send(&sent);
        sent_wait(&sent);
        ck_assert_int_eq(sent.outcome, OUTPUT_DELIVERED);
        ck_assert(request_has("Content-Encoding: gzip"));
        ck_assert(request_has("Content-Type: application/x-ndjson"));
        ck_assert_int_eq(gzip_expand(request_body(), &plain), 0);
        ck_assert(slice_equal(buffer_slice(&plain), buffer_slice(&wanted)));
    }
    http_rig_deinit();
}
END_TEST

/* ---- Several at once, and giving up ---- */

static void answer_peer(struct server_peer *peer, const char *text)
{
    ck_assert_int_eq(
        send(peer->fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT), (ssize_t)strlen(text));
}

/* Several requests that the server has read and not answered. `peers[i]` has that of `sent[i]`. */
static void hold_several(struct sent *sent, struct server_peer **peers, size_t count)
{
    static const struct server_step step = {STEP_STALL, "", 0};
    http_rig_init(generic, &step, 1);
    rig_open();
    for (size_t i = 0; i < count; i++) {
        char entry[32];
        const char *entries[] = {entry};
        snprintf(entry, sizeof(entry), "{\"id\":%zu}", i);
        sent_make(&sent[i], entries, 1);
        sent_send(&sent[i]);
        while (server.requests <= i)
            rig_turn();
        peers[i] = server.peers;
    }
    ck_assert_uint_eq(server.connections, count);
}

START_TEST(several_in_flight_get_each_its_own_answer)
{
    struct sent sent[3];
    struct server_peer *peers[3];
    hold_several(sent, peers, 3);
    answer_peer(peers[2], "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    sent_wait(&sent[2]);
    ck_assert_uint_eq(sent[0].answers + sent[1].answers, 0);
    answer_peer(peers[0], "HTTP/1.1 413 Much\r\nContent-Length: 0\r\n\r\n");
    sent_wait(&sent[0]);
    ck_assert_uint_eq(sent[1].answers, 0);
    server_peer_close(peers[1]);
    sent_wait(&sent[1]);
    ck_assert_int_eq(sent[0].outcome, OUTPUT_TOO_LARGE);
    ck_assert_int_eq(sent[1].outcome, OUTPUT_FAILED);
    ck_assert_int_eq(sent[2].outcome, OUTPUT_DELIVERED);
    http_rig_deinit();
}
END_TEST

START_TEST(one_of_several_can_be_given_up)
{
    struct sent sent[3];
    struct server_peer *peers[3];
    hold_several(sent, peers, 3);
    sent_cancel(&sent[1]);
    answer_peer(peers[0], "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    answer_peer(peers[2], "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    sent_wait(&sent[0]);
    sent_wait(&sent[2]);
    ck_assert_uint_eq(sent[1].answers, 0);
    http_rig_deinit();
}
END_TEST

/* Compression takes eight turns or so, then come the connection, the body in parts, the answer. */
START_TEST(a_batch_can_be_given_up_at_every_moment)
{
    for (int gzip = 0; gzip < 2; gzip++) {
        bool finished = false;
        for (int turns = 0; !finished; turns++) {
            struct sent sent;
            http_rig_init(generic, &accepts, 1);
            rig.config.http.gzip = gzip == 1;
            rig_open();
            sent_make_large(&sent, MIB(1));
            sent_send(&sent);
            for (int i = 0; i < turns && sent.answers == 0; i++)
                ck_assert_int_eq(loop_turn(rig.loop, 0), 0);
            finished = sent.answers > 0;
            if (!finished) {
                sent_cancel(&sent);
                /* Its memory is gone: nothing may touch it any more. */
                for (int i = 0; i < 3; i++)
                    ck_assert_int_eq(loop_turn(rig.loop, 0), 0);
                ck_assert_uint_eq(sent.answers, 0);
            }
            http_rig_deinit();
        }
    }
}
END_TEST

CHECK_MAIN("http_post", each_status_has_its_outcome, an_answer_without_a_body_counts_too,
    retry_after_is_heard_in_seconds_and_as_a_date, an_excerpt_is_one_line_that_ends_at_a_character,
    an_answer_longer_than_is_read_counts_by_its_status, a_request_that_nobody_answers_has_failed,
    an_answer_that_breaks_off_counts_only_where_that_costs_nothing,
    a_receiver_that_never_answers_is_a_timeout, a_receiver_that_cannot_be_reached_says_how,
    a_kept_connection_that_was_closed_costs_nothing, entries_go_out_as_lines_byte_for_byte,
    entries_go_out_as_an_array, an_entry_that_finds_no_room_leaves_the_body_as_it_was,
    other_formats_go_out_as_lines_of_text, a_configured_content_type_takes_the_place_of_ours,
    a_body_goes_out_compressed, several_in_flight_get_each_its_own_answer,
    one_of_several_can_be_given_up, a_batch_can_be_given_up_at_every_moment)
