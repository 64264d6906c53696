/*
 * The syslog output over UDP and over a Unix socket.
 */
#include "check_main.h"

#include <sys/un.h>

#include "syslog_rig.h"

static const char *const three[] = {"{\"id\":\"a\"}", "{\"id\":\"b\"}", "{\"id\":\"c\"}"};

static void send_three(struct sent *sent)
{
    sent_make(sent, three, 3);
    sent_send(sent);
}

/* The next datagrams are these, each with no frame around it. */
static void datagrams_are(int fd, const char *const *entries, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char text[256];
        ssize_t size = recv(fd, text, sizeof(text), MSG_DONTWAIT);
        ck_assert_int_ge(size, 0);
        ck_assert_msg(slice_equal((struct slice){text, (size_t)size}, slice_of(entries[i])),
            "received %.*s", (int)size, text);
    }
    ck_assert_int_eq(recv(fd, NULL, 0, MSG_DONTWAIT | MSG_TRUNC), -1);
}

/* ---- UDP ---- */

static int udp_bound(struct sockaddr_in *ret_address)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, size), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    port = ntohs(address.sin_port);
    *ret_address = address;
    return fd;
}

static int udp_receiver(void)
{
    struct sockaddr_in address;
    return udp_bound(&address);
}

/* A port that refuses datagrams, for as long as the socket is open: nobody else gets the port, and
 * the socket takes only what comes from itself. */
static int udp_refusing(void)
{
    struct sockaddr_in address;
    int fd = udp_bound(&address);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

START_TEST(a_message_is_a_datagram_without_a_frame)
{
    struct sent sent;
    int fd = udp_receiver();
    syslog_rig_init(CONFIG_TRANSPORT_UDP, "127.0.0.1", CLOCK_IS_REAL);
    rig_open();
    for (int i = 0; i < 2; i++) {
        send_three(&sent);
        ck_assert_uint_eq(sent.answers, 0); /* what comes back takes a moment */
        sent_wait(&sent);
        ck_assert_msg(sent.outcome == OUTPUT_DELIVERED, "%s", sent.message);
        datagrams_are(fd, three, 3);
    }
    close(fd);
    rig_deinit();
}
END_TEST

START_TEST(an_address_of_ipv6_is_as_good)
{
    struct sent sent;
    int fd = udp_receiver();
    syslog_rig_init(CONFIG_TRANSPORT_UDP, "::ffff:127.0.0.1", CLOCK_IS_REAL);
    rig_open();
    send_three(&sent);
    sent_wait(&sent);
    ck_assert_msg(sent.outcome == OUTPUT_DELIVERED, "%s", sent.message);
    datagrams_are(fd, three, 3);
    close(fd);
    rig_deinit();
}
END_TEST

START_TEST(a_closed_port_is_a_failure_even_for_a_single_message)
{
    struct sent sent;
    int closed = udp_refusing();
    syslog_rig_init(CONFIG_TRANSPORT_UDP, "127.0.0.1", CLOCK_IS_REAL);
    rig_open();
    for (int i = 0; i < 4; i++) {
        send_one(&sent);
        ck_assert_int_eq(sent.outcome, OUTPUT_FAILED);
        ck_assert_int_eq(sent.transport, SLACKAUDIT_TRANSPORT_CONNECT);
        ck_assert_int_eq(sent.os_errno, ECONNREFUSED);
    }
    send_three(&sent);
    sent_wait(&sent);
    ck_assert_int_eq(sent.outcome, OUTPUT_FAILED);
    rig_deinit();
    close(closed);
}
END_TEST

START_TEST(a_name_that_is_not_found_is_a_failure)
{
    struct sent sent;
    port = 514;
    syslog_rig_init(CONFIG_TRANSPORT_UDP, "no-such-host.invalid", CLOCK_IS_REAL);
    rig_open();
    send_one(&sent);
    ck_assert_int_eq(sent.outcome, OUTPUT_FAILED);
    ck_assert_int_eq(sent.transport, SLACKAUDIT_TRANSPORT_DNS);
    ck_assert_msg(mentions(&sent, "no-such-host.invalid"), "%s", sent.message);
    rig_deinit();
}
END_TEST

START_TEST(a_message_that_no_datagram_holds_is_too_long)
{
    static char entry[70000];
    struct sent sent;
    struct error error = ERROR_INIT;
    int fd = udp_receiver();
    syslog_rig_init(CONFIG_TRANSPORT_UDP, "127.0.0.1", CLOCK_IS_REAL);
    rig.config.syslog.max_size = MIB(1);
    rig_open();
    memset(entry, ' ', sizeof(entry));
    sent_begin(&sent);
    ck_assert_int_eq(
        sent_add(&sent, (struct slice){entry, 65508}, 0, "acme", &error), ERROR_INVALID);
    ck_assert_int_eq(sent_add(&sent, (struct slice){entry, 65507}, 0, "acme", &error), 0);
    sent_end(&sent);
    sent_send(&sent);
    sent_wait(&sent);
    ck_assert_msg(sent.outcome == OUTPUT_DELIVERED, "%s", sent.message);
    ck_assert_int_eq(recv(fd, entry, sizeof(entry), MSG_DONTWAIT), 65507);
    close(fd);
    rig_deinit();
}
END_TEST

START_TEST(a_batch_over_udp_can_be_given_up_at_every_moment)
{
    int fd = udp_receiver();
    syslog_rig_init(CONFIG_TRANSPORT_UDP, "127.0.0.1", CLOCK_IS_REAL);
    rig_open();
    bool finished = false;
    for (int turns = 0; !finished; turns++) {
        struct sent sent;
        send_three(&sent);
        for (int i = 0; i < turns && sent.answers == 0; i++)
            ck_assert_int_eq(loop_turn(rig.loop, -1), 0);
        finished = sent.answers > 0;
        if (!finished)
            sent_cancel(&sent);
    }
    close(fd);
    rig_deinit();
}
END_TEST

/* ---- A Unix socket ---- */

static char folder[FOLDER_SIZE], path[PATH_SIZE];

static int unix_receiver(void)
{
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    ck_assert_int_ge(fd, 0);
    ck_assert_uint_lt(strlen(path), sizeof(address.sun_path));
    strcpy(address.sun_path, path);
    unlink(path);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

static void unix_init(void)
{
    folder_make(folder);
    folder_path(path, folder, "log");
    port = 0;
    syslog_rig_init(CONFIG_TRANSPORT_UNIX, path, CLOCK_IS_REAL);
    rig_open();
}

static void unix_deinit(void)
{
    rig_deinit();
    folder_remove(folder);
}

START_TEST(messages_arrive_over_a_unix_socket)
{
    struct sent sent;
    unix_init();
    int fd = unix_receiver();
    send_three(&sent);
    ck_assert_uint_eq(sent.answers, 1); /* its queue has them */
    ck_assert_int_eq(sent.outcome, OUTPUT_DELIVERED);
    datagrams_are(fd, three, 3);
    close(fd);
    unix_deinit();
}
END_TEST

/* Fills a batch with more messages than the queue of a receiver holds. */
static void make_many(struct sent *sent, size_t count)
{
    sent_begin(sent);
    for (size_t i = 0; i < count; i++) {
        char entry[32];
        snprintf(entry, sizeof(entry), "{\"id\":%zu}", i);
        ck_assert_int_eq(sent_add(sent, slice_of(entry), 0, "acme", NULL), 0);
    }
    sent_end(sent);
}

/* The numbers `first` to `end` are in the socket, in order. */
static void numbers_are(int fd, size_t first, size_t end)
{
    for (size_t i = first; i < end; i++) {
        char text[64], wanted[32];
        ssize_t size;
        while ((size = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT)) < 0)
            rig_turn();
        text[size] = '\0';
        snprintf(wanted, sizeof(wanted), "{\"id\":%zu}", i);
        ck_assert_str_eq(text, wanted);
    }
}

START_TEST(a_receiver_whose_queue_is_full_is_waited_for)
{
    struct sent sent;
    unix_init();
    int fd = unix_receiver();
    make_many(&sent, 1000);
    sent_send(&sent);
    ck_assert_uint_eq(sent.answers, 0);
    numbers_are(fd, 0, 1000);
    sent_wait(&sent);
    ck_assert_int_eq(sent.outcome, OUTPUT_DELIVERED);
    close(fd);
    unix_deinit();
}
END_TEST

START_TEST(a_receiver_that_never_reads_is_a_timeout)
{
    struct sent sent;
    unix_init();
    rig.config.timeout_us = 100 * USEC_PER_MSEC;
    int fd = unix_receiver();
    make_many(&sent, 1000);
    sent_send(&sent);
    sent_wait(&sent);
    ck_assert_int_eq(sent.outcome, OUTPUT_FAILED);
    ck_assert_int_eq(sent.transport, SLACKAUDIT_TRANSPORT_TIMEOUT);
    close(fd);
    unix_deinit();
}
END_TEST

START_TEST(a_receiver_that_is_started_again_gets_the_rest)
{
    struct sent sent;
    unix_init();
    int fd = unix_receiver();
    send_three(&sent);
    ck_assert_int_eq(sent.outcome, OUTPUT_DELIVERED);
    close(fd);
    fd = unix_receiver(); /* between batches */
    send_three(&sent);
    ck_assert_msg(sent.outcome == OUTPUT_DELIVERED, "%s", sent.message);
    datagrams_are(fd, three, 3);

    make_many(&sent, 1000); /* and in the middle of one */
    sent_send(&sent);
    numbers_are(fd, 0, 100);
    size_t queued = 0;
    while (recv(fd, NULL, 0, MSG_DONTWAIT) >= 0)
        queued++; /* what the old one had still in its queue counts as delivered */
    close(fd);
    fd = unix_receiver();
    numbers_are(fd, 100 + queued, 1000);
    sent_wait(&sent);
    ck_assert_msg(sent.outcome == OUTPUT_DELIVERED, "%s", sent.message);
    close(fd);
    unix_deinit();
}
END_TEST

START_TEST(a_receiver_that_is_gone_is_a_failure_until_it_is_back)
{
    struct sent sent;
    unix_init();
    for (int i = 0; i < 2; i++) {
        send_one(&sent); /* never there, then gone */
        ck_assert_int_eq(sent.outcome, OUTPUT_FAILED);
        ck_assert_int_eq(sent.transport, SLACKAUDIT_TRANSPORT_CONNECT);
        int fd = unix_receiver();
        send_one(&sent);
        ck_assert_int_eq(sent.outcome, OUTPUT_DELIVERED);
        close(fd);
        if (i == 0)
            unlink(path);
    }
    unix_deinit();
}
END_TEST

START_TEST(a_message_that_the_socket_cannot_hold_is_too_long)
{
    struct sent sent;
    struct error error = ERROR_INIT;
    unix_init();
    int fd = unix_receiver();
    rig.type->close(rig.output);
    rig.config.syslog.max_size = MIB(8);
    rig_open();
    char *entry = calloc(1, MIB(8));
    ck_assert_ptr_nonnull(entry);
    memset(entry, ' ', MIB(8));
    /* The longest that the output takes is found by halving, and does pass. */
    size_t low = 1, high = MIB(8);
    sent_begin(&sent);
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        buffer_clear(&sent.batch.body);
        int code = sent_add(&sent, (struct slice){entry, middle}, 0, "acme", &error);
        ck_assert(code == 0 || code == ERROR_INVALID);
        *(code == 0 ? &low : &high) = middle;
    }
    sent_release(&sent);
    ck_assert_uint_gt(low, KIB(60));
    sent_begin(&sent);
    ck_assert_int_eq(sent_add(&sent, (struct slice){entry, low}, 0, "acme", &error), 0);
    sent_end(&sent);
    sent_send(&sent);
    sent_wait(&sent);
    ck_assert_msg(sent.outcome == OUTPUT_DELIVERED, "%s", sent.message);
    ck_assert_int_eq(recv(fd, entry, MIB(8), MSG_DONTWAIT), (ssize_t)low);
    free(entry);
    close(fd);
    unix_deinit();
}
END_TEST

START_TEST(a_batch_over_a_unix_socket_can_be_given_up_half_sent)
{
    struct sent sent;
    unix_init();
    int fd = unix_receiver();
    make_many(&sent, 1000);
    sent_send(&sent);
    ck_assert_uint_eq(sent.answers, 0);
    sent_cancel(&sent);
    while (recv(fd, NULL, 0, MSG_DONTWAIT) >= 0)
        ;
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(loop_turn(rig.loop, 0), 0);
    send_three(&sent);
    ck_assert_int_eq(sent.outcome, OUTPUT_DELIVERED);
    datagrams_are(fd, three, 3);
    close(fd);
    unix_deinit();
}
END_TEST

CHECK_MAIN("syslog_datagram", a_message_is_a_datagram_without_a_frame,
    an_address_of_ipv6_is_as_good, a_closed_port_is_a_failure_even_for_a_single_message,
    a_name_that_is_not_found_is_a_failure, a_message_that_no_datagram_holds_is_too_long,
    a_batch_over_udp_can_be_given_up_at_every_moment, messages_arrive_over_a_unix_socket,
    a_receiver_whose_queue_is_full_is_waited_for, a_receiver_that_never_reads_is_a_timeout,
    a_receiver_that_is_started_again_gets_the_rest,
    a_receiver_that_is_gone_is_a_failure_until_it_is_back,
    a_message_that_the_socket_cannot_hold_is_too_long,
    a_batch_over_a_unix_socket_can_be_given_up_half_sent)
