/*
 * The syslog output over TCP: framing, messages that are too long, and receivers that close, reset
 * and stop reading at every moment.
 */
#include "check_main.h"

#include <poll.h>

#include "base/cleanup.h"
#include "syslog_rig.h"

/* ---- Messages ---- */

static const char *const two[] = {"{\"id\":\"a\",\"action\":\"user_login\"}", "{\"id\":\"b\"}"};

START_TEST(messages_are_counted_in_octets)
{
    static const char wanted[] = "32 {\"id\":\"a\",\"action\":\"user_login\"}10 {\"id\":\"b\"}";
    struct sent sent;
    tcp_rig_init(CLOCK_IS_REAL);
    rig_open();
    sent_make(&sent, two, 2);
    sent_send(&sent);
    int peer = accept_next();
    received_is(peer, slice_of(wanted));
    sent_wait(&sent);
    ck_assert_int_eq(sent.outcome, OUTPUT_DELIVERED);
    ck_assert_str_eq(sent.message, "");

    /* The next batch goes over the same connection. */
    sent_make(&sent, two, 2);
    sent_send(&sent);
    received_is(peer, slice_of(wanted));
    sent_wait(&sent);
    ck_assert_int_eq(sent.outcome, OUTPUT_DELIVERED);
    ck_assert(!has_connection());
    close(peer);
    tcp_rig_deinit();
}
END_TEST

START_TEST(messages_end_in_a_line_feed)
{
    struct sent sent;
    tcp_rig_init(CLOCK_IS_REAL);
    rig.config.syslog.framing = CONFIG_FRAMING_LF;
    rig_open();
    sent_make(&sent, two, 2);
    sent_send(&sent);
    int peer = accept_next();
    received_is(peer, slice_of("{\"id\":\"a\",\"action\":\"user_login\"}\n{\"id\":\"b\"}\n"));
    sent_wait(&sent);
    ck_assert_int_eq(sent.outcome, OUTPUT_DELIVERED);
    close(peer);
    tcp_rig_deinit();
}
END_TEST

START_TEST(the_count_is_that_of_the_bytes_of_the_message)
{
    struct sent sent;
    tcp_rig_init(CLOCK_IS_REAL);
    rig.config.format = (char *)"rfc5424";
    rig_open();
    sent_begin(&sent);
    ck_assert_int_eq(sent_add(&sent, SLICE_LITERAL("{\"id\":\"\xc3\xa4\xf0\x9f\x98\x80\"}"),
                         1705377231, "acme", NULL),
        0);
    const char *text = buffer_text(&sent.batch.body);
    char *message;
    unsigned long count = strtoul(text, &message, 10);
    ck_assert_int_eq(*message, ' ');
    ck_assert_uint_eq(count, sent.batch.body.size - (size_t)(message + 1 - text));
    ck_assert_int_eq(strncmp(message + 1, "<86>1 2024-01-16T03:53:51Z ", 27), 0);
    sent_release(&sent);
    tcp_rig_deinit();
}
END_TEST

START_TEST(a_message_that_is_too_long_is_refused_and_says_so)
{
    struct sent sent;
    struct error error = ERROR_INIT;
    tcp_rig_init(CLOCK_IS_REAL);
    rig.config.syslog.max_size = 20;
    rig_open();
    sent_begin(&sent);
    ck_assert_int_eq(
        sent_add(&sent, SLICE_LITERAL("{\"id\":\"01234567890\"}"), 0, "acme", &error), 0);
    ck_assert_int_eq(sent_add(&sent, SLICE_LITERAL("{\"id\":\"012345678901\"}"), 0, "acme", &error),
        ERROR_INVALID);
    ck_assert_str_eq(error.text, "its message has 21 bytes, max_size is 20");
    ck_assert_msg(
        slice_equal(buffer_slice(&sent.batch.body), SLICE_LITERAL("20 {\"id\":\"01234567890\"}")),
        "the body is %.*s", SLICE_PRINT(buffer_slice(&sent.batch.body)));
    sent_release(&sent);
    tcp_rig_deinit();
}
END_TEST

START_TEST(a_message_that_is_too_long_is_cut_at_a_character)
{
    static const char entry[] = "{\"id\":\"aa\xc3\xa4\xf0\x9f\x98\x80z\"}";
    static const struct {
        size_t max, kept;
    } cases[] = {{9, 9}, {10, 9}, {11, 11}, {12, 11}, {14, 11}, {15, 15}, {17, 17}, {18, 18}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct sent sent;
        char wanted[64];
        tcp_rig_init(CLOCK_IS_REAL);
        rig.config.syslog.max_size = cases[i].max;
        rig.config.syslog.oversize = CONFIG_OVERSIZE_TRUNCATE;
        rig_open();
        sent_begin(&sent);
        ck_assert_int_eq(sent_add(&sent, slice_of(entry), 0, "acme", NULL), 0);
        snprintf(wanted, sizeof(wanted), "%zu %.*s", cases[i].kept, (int)cases[i].kept, entry);
        ck_assert_msg(slice_equal(buffer_slice(&sent.batch.body), slice_of(wanted)),
            "cut at %zu: %.*s", cases[i].max, SLICE_PRINT(buffer_slice(&sent.batch.body)));
        sent_release(&sent);
        tcp_rig_deinit();
    }
}
END_TEST

START_TEST(a_message_that_finds_no_room_leaves_the_body_as_it_was)
{
    struct sent sent;
    tcp_rig_init(CLOCK_IS_REAL);
    rig_open();
    sent_begin(&sent);
    for (size_t limit = 0; limit < 13; limit++) {
        buffer_deinit(&sent.batch.body);
        sent.batch.body.limit = limit;
        ck_assert_int_eq(
            sent_add(&sent, SLICE_LITERAL("{\"id\":\"b\"}"), 0, "acme", NULL), ERROR_LIMIT);
    }
    sent_release(&sent);
    tcp_rig_deinit();
}
END_TEST

/* ---- Receivers ---- */

/* The batch comes over a new connection, whole. */
static void deliver_anew(struct sent *sent, const struct buffer *body)
{
    int peer = accept_next();
    received_is(peer, buffer_slice(body));
    sent_wait(sent);
    ck_assert_msg(sent->outcome == OUTPUT_DELIVERED, "%s", sent->message);
    close(peer);
}

START_TEST(a_large_batch_arrives_whole_at_a_slow_reader)
{
    _cleanup_(buffer_deinit) struct buffer body = BUFFER_INIT(LIMIT_BATCH);
    struct sent sent;
    tcp_rig_init(CLOCK_IS_REAL);
    rig_open();
    sent_make_large(&sent, LIMIT_BATCH);
    body_copy(&sent, &body);
    sent_send(&sent);
    int peer = accept_next();
    for (int i = 0; i < 20; i++) /* nothing is read */
        ck_assert_int_eq(loop_turn(rig.loop, USEC_PER_MSEC), 0);
    ck_assert_uint_eq(sent.answers, 0);
    received_is(peer, buffer_slice(&body));
    sent_wait(&sent);
    ck_assert_int_eq(sent.outcome, OUTPUT_DELIVERED);
    close(peer);
    tcp_rig_deinit();
}
END_TEST

START_TEST(a_connection_that_breaks_in_the_middle_sends_the_batch_again)
{
    _cleanup_(buffer_deinit) struct buffer body = BUFFER_INIT(LIMIT_BATCH);
    char some[1000];
    for (int reset = 0; reset < 2; reset++) {
        struct sent sent;
        tcp_rig_init(CLOCK_IS_REAL);
        rig_open();
        sent_make_large(&sent, MIB(12));
        sent_send(&sent);
        int peer = accept_next();
        receive(peer, some, sizeof(some));
        if (reset)
            reset_connection(peer);
        else
            close(peer);
        sent_wait(&sent);
        ck_assert_int_eq(sent.outcome, OUTPUT_FAILED);
        ck_assert_int_eq(sent.transport, SLACKAUDIT_TRANSPORT_RESET);
        ck_assert(mentions(&sent, "reset: "));

        sent_make(&sent, two, 2);
        body_copy(&sent, &body);
        sent_send(&sent);
        deliver_anew(&sent, &body);
        tcp_rig_deinit();
    }
}
END_TEST

START_TEST(a_receiver_that_closes_between_batches_gets_the_next_over_a_new_connection)
{
    _cleanup_(buffer_deinit) struct buffer body = BUFFER_INIT(KIB(4));
    /* With a reset or in good order; seen by the loop, or only by the kernel. */
    for (int way = 0; way < 4; way++) {
        struct sent sent;
        tcp_rig_init(CLOCK_IS_REAL);
        int peer = deliver_first();
        if ((way & 1) != 0)
            reset_connection(peer);
        else
            close(peer);
        for (int i = 0; (way & 2) != 0 && i < 3; i++)
            ck_assert_int_eq(loop_turn(rig.loop, USEC_PER_MSEC), 0);
        sent_make(&sent, two, 2);
        body_copy(&sent, &body);
        sent_send(&sent);
        deliver_anew(&sent, &body);
        tcp_rig_deinit();
    }
}
END_TEST

/* Waits until the kernel of the peer has the whole batch, which nobody reads. */
static void wait_for_bytes(int peer, size_t size)
{
    char *data = malloc(size);
    ck_assert_ptr_nonnull(data);
    while (recv(peer, data, size, MSG_PEEK | MSG_DONTWAIT) < (ssize_t)size)
        ck_assert_int_eq(loop_turn(rig.loop, 0), 0);
    free(data);
}

START_TEST(a_receiver_that_resets_with_bytes_unread_does_not_have_the_batch)
{
    /* On a fresh connection, and on one that has delivered; before it has settled, and when it is
     * found out only then. */
    for (int way = 0; way < 4; way++) {
        bool fresh = (way & 1) != 0;
        struct sent sent;
        int peer = -1;
        tcp_rig_init(CLOCK_IS_SIMULATED);
        if (fresh)
            rig_open();
        else
            peer = deliver_first();
        sent_make(&sent, two, 2);
        size_t size = sent.batch.body.size;
        sent_send(&sent);
        if (fresh)
            peer = accept_next();
        wait_for_bytes(peer, size);
        ck_assert_uint_eq(sent.answers, 0);
        close(peer); /* which resets, with bytes unread */
        if ((way & 2) != 0)
            clock_advance(rig.clock, USEC_PER_SEC);
        sent_wait(&sent);
        ck_assert_int_eq(sent.outcome, OUTPUT_FAILED);
        ck_assert_int_eq(sent.transport, SLACKAUDIT_TRANSPORT_RESET);
        tcp_rig_deinit();
    }
}
END_TEST

START_TEST(a_receiver_that_reads_a_part_and_closes_does_not_have_the_batch)
{
    static char some[KIB(64)];
    struct sent sent;
    tcp_rig_init(CLOCK_IS_REAL);
    rig_open();
    sent_make_large(&sent, MIB(12));
    sent_send(&sent);
    int peer = accept_next();
    receive(peer, some, 1);
    /* All that was handed over by now, while the loop stands still. */
    struct pollfd ready = {.fd = peer, .events = POLLIN};
    while (poll(&ready, 1, 100) == 1)
        ck_assert_int_gt(recv(peer, some, sizeof(some), MSG_DONTWAIT), 0);
    close(peer);
    sent_wait(&sent);
    ck_assert_int_eq(sent.outcome, OUTPUT_FAILED);
    ck_assert_int_eq(sent.transport, SLACKAUDIT_TRANSPORT_RESET);
    tcp_rig_deinit();
}
END_TEST

START_TEST(a_receiver_that_reads_all_and_closes_has_the_batch)
{
    _cleanup_(buffer_deinit) struct buffer body = BUFFER_INIT(KIB(4));
    tcp_rig_init(CLOCK_IS_REAL);
    rig_open();
    for (int i = 0; i < 3; i++) {
        struct sent sent;
        sent_make(&sent, two, 2);
        body_copy(&sent, &body);
        sent_send(&sent);
        int peer = accept_next();
        received_is(peer, buffer_slice(&body));
        close(peer);
        sent_wait(&sent);
        ck_assert_msg(sent.outcome == OUTPUT_DELIVERED, "%s", sent.message);
    }
    tcp_rig_deinit();
}
END_TEST

START_TEST(a_receiver_that_hangs_up_on_everybody_gets_nothing_counted)
{
    tcp_rig_init(CLOCK_IS_SIMULATED);
    rig_open();
    for (int i = 0; i < 5; i++) {
        struct sent sent;
        sent_make(&sent, two, 2);
        sent_send(&sent);
        close(accept_next());
        sent_wait(&sent);
        ck_assert_int_eq(sent.outcome, OUTPUT_FAILED);
        ck_assert_int_eq(sent.transport, SLACKAUDIT_TRANSPORT_RESET);
    }
    tcp_rig_deinit();
}
END_TEST

START_TEST(a_receiver_that_does_not_read_is_a_timeout)
{
    _cleanup_(buffer_deinit) struct buffer body = BUFFER_INIT(KIB(4));
    struct sent sent;
    tcp_rig_init(CLOCK_IS_REAL);
    rig.config.timeout_us = 200 * USEC_PER_MSEC;
    rig_open();
    sent_make_large(&sent, MIB(16));
    sent_send(&sent);
    int peer = accept_next();
    sent_wait(&sent);
    ck_assert_int_eq(sent.outcome, OUTPUT_FAILED);
    ck_assert_int_eq(sent.transport, SLACKAUDIT_TRANSPORT_TIMEOUT);
    ck_assert(mentions(&sent, "timeout: "));
    close(peer);

    sent_make(&sent, two, 2);
    body_copy(&sent, &body);
    sent_send(&sent);
    deliver_anew(&sent, &body);
    tcp_rig_deinit();
}
END_TEST

START_TEST(a_receiver_that_cannot_be_reached_says_how)
{
    struct sent sent;
    listener = server_bind(&port);
    syslog_rig_init(CONFIG_TRANSPORT_TCP, "127.0.0.1", CLOCK_IS_REAL);
    rig_open();
    send_one(&sent);
    ck_assert_int_eq(sent.outcome, OUTPUT_FAILED);
    ck_assert_int_eq(sent.transport, SLACKAUDIT_TRANSPORT_CONNECT);
    ck_assert_int_eq(sent.os_errno, ECONNREFUSED);
    ck_assert(mentions(&sent, "connect: "));

    rig.config.syslog.host = (char *)"no-such-host.invalid";
    send_one(&sent);
    ck_assert_int_eq(sent.outcome, OUTPUT_FAILED);
    ck_assert_int_eq(sent.transport, SLACKAUDIT_TRANSPORT_DNS);

    rig.config.syslog.host = (char *)"no host at all";
    send_one(&sent);
    ck_assert_int_eq(sent.outcome, OUTPUT_FAILED);
    tcp_rig_deinit();
}
END_TEST

START_TEST(what_a_receiver_says_is_not_listened_to)
{
    _cleanup_(buffer_deinit) struct buffer body = BUFFER_INIT(KIB(4));
    static char chatter[KIB(256)];
    struct sent sent;
    tcp_rig_init(CLOCK_IS_REAL);
    int peer = deliver_first();
    (void)send(peer, chatter, sizeof(chatter), MSG_NOSIGNAL | MSG_DONTWAIT);
    sent_make(&sent, two, 2);
    body_copy(&sent, &body);
    sent_send(&sent);
    received_is(peer, buffer_slice(&body));
    sent_wait(&sent);
    ck_assert_int_eq(sent.outcome, OUTPUT_DELIVERED);
    close(peer);
    tcp_rig_deinit();
}
END_TEST

/* ---- Giving up ---- */

START_TEST(a_batch_can_be_given_up_at_every_moment)
{
    _cleanup_(buffer_deinit) struct buffer body = BUFFER_INIT(KIB(4));
    bool finished = false;
    for (int turns = 0; !finished; turns++) {
        struct sent sent;
        tcp_rig_init(CLOCK_IS_REAL);
        rig_open();
        sent_make(&sent, two, 2);
        sent_send(&sent);
        for (int i = 0; i < turns && sent.answers == 0; i++)
            ck_assert_int_eq(loop_turn(rig.loop, -1), 0);
        finished = sent.answers > 0;
        if (!finished) {
            sent_cancel(&sent);
            for (int i = 0; i < 3; i++)
                ck_assert_int_eq(loop_turn(rig.loop, 0), 0);
            /* And the output is as good as new. */
            while (has_connection())
                ;
            sent_make(&sent, two, 2);
            body_copy(&sent, &body);
            sent_send(&sent);
            deliver_anew(&sent, &body);
        }
        tcp_rig_deinit();
    }
}
END_TEST

START_TEST(a_large_batch_can_be_given_up_half_sent)
{
    struct sent sent;
    tcp_rig_init(CLOCK_IS_REAL);
    rig_open();
    sent_make_large(&sent, MIB(12));
    sent_send(&sent);
    int peer = accept_next();
    char some[1000];
    receive(peer, some, sizeof(some));
    sent_cancel(&sent);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(loop_turn(rig.loop, 0), 0);
    ck_assert_uint_eq(sent.answers, 0);
    close(peer);
    tcp_rig_deinit();
}
END_TEST

CHECK_MAIN("syslog", messages_are_counted_in_octets, messages_end_in_a_line_feed,
    the_count_is_that_of_the_bytes_of_the_message,
    a_message_that_is_too_long_is_refused_and_says_so,
    a_message_that_is_too_long_is_cut_at_a_character,
    a_message_that_finds_no_room_leaves_the_body_as_it_was,
    a_large_batch_arrives_whole_at_a_slow_reader,
    a_connection_that_breaks_in_the_middle_sends_the_batch_again,
    a_receiver_that_closes_between_batches_gets_the_next_over_a_new_connection,
    a_receiver_that_resets_with_bytes_unread_does_not_have_the_batch,
    a_receiver_that_reads_a_part_and_closes_does_not_have_the_batch,
    a_receiver_that_reads_all_and_closes_has_the_batch,
    a_receiver_that_hangs_up_on_everybody_gets_nothing_counted,
    a_receiver_that_does_not_read_is_a_timeout, a_receiver_that_cannot_be_reached_says_how,
    what_a_receiver_says_is_not_listened_to, a_batch_can_be_given_up_at_every_moment,
    a_large_batch_can_be_given_up_half_sent)
