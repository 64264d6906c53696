/*
 * The syslog output and the lookup of its receiver's name: one that hangs, one that fails, one that
 * finds the receiver at another address.
 */
#include "check_main.h"

#include <arpa/inet.h>
#include <netdb.h>

#include "syslog_rig.h"

/* In front of the C library's. For UDP (sys/resolve.h) a lookup is kept until the test ends it; for
 * libcurl, which looks up in a thread of its own, it hangs until the gate is closed. */
static unsigned lookups;
static struct gaicb *lookup;
static struct sigevent lookup_told;
static int lookup_error;
static int gate[2];

__attribute__((visibility("default"))) int getaddrinfo_a(
    int mode, struct gaicb **list, int count, struct sigevent *told)
{
    ck_assert_int_eq(mode, GAI_NOWAIT);
    ck_assert_int_eq(count, 1);
    lookups++;
    lookup = list[0];
    lookup_told = *told;
    return 0;
}

__attribute__((visibility("default"))) int gai_error(struct gaicb *request)
{
    (void)request;
    return lookup_error;
}

__attribute__((visibility("default"))) int getaddrinfo(const char *restrict host,
    const char *restrict service, const struct addrinfo *restrict hints,
    struct addrinfo **restrict ret_found)
{
    (void)host, (void)service, (void)hints, (void)ret_found;
    char byte;
    while (read(gate[0], &byte, 1) > 0)
        ;
    return EAI_AGAIN;
}

/* What freeaddrinfo() of the C library can free: one block for each result. */
static struct addrinfo *loopback(uint16_t found_port)
{
    struct addrinfo *found = calloc(1, sizeof(*found) + sizeof(struct sockaddr_in));
    ck_assert_ptr_nonnull(found);
    struct sockaddr_in *address = (struct sockaddr_in *)(found + 1);
    *address = (struct sockaddr_in){.sin_family = AF_INET,
        .sin_port = htons(found_port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    found->ai_family = AF_INET;
    found->ai_socktype = SOCK_DGRAM;
    found->ai_addr = (struct sockaddr *)address;
    found->ai_addrlen = sizeof(*address);
    return found;
}

/* Ends the lookup with the port of a receiver, or with an error. */
static void end_lookup(int error, uint16_t found_port)
{
    ck_assert_ptr_nonnull(lookup);
    lookup_error = error;
    lookup->ar_result = error == 0 ? loopback(found_port) : NULL;
    lookup = NULL;
    lookup_told.sigev_notify_function(lookup_told.sigev_value);
}

static int udp_receiver(uint16_t *ret_port)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, size), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    *ret_port = ntohs(address.sin_port);
    return fd;
}

static void udp_init(void)
{
    port = 514;
    syslog_rig_init(CONFIG_TRANSPORT_UDP, "receiver.test", CLOCK_IS_SIMULATED);
    rig_open();
}

static void begin(struct sent *sent)
{
    static const char *const entries[] = {"{\"id\":\"a\"}"};
    sent_make(sent, entries, 1);
    sent_send(sent);
}

/* ---- UDP ---- */

START_TEST(an_output_goes_away_while_its_lookup_hangs)
{
    struct sent sent;
    udp_init();
    begin(&sent);
    ck_assert_uint_eq(lookups, 1);
    sent_cancel(&sent);
    rig_deinit();
    end_lookup(0, 1); /* the thread comes back to nobody */
}
END_TEST

START_TEST(a_batch_that_is_given_up_during_a_lookup_leaves_room_for_the_next)
{
    uint16_t there;
    char text[32];
    struct sent sent;
    int fd = udp_receiver(&there);
    udp_init();
    begin(&sent);
    struct gaicb *old = lookup;
    struct sigevent old_told = lookup_told;
    sent_cancel(&sent);
    begin(&sent);
    ck_assert_uint_eq(lookups, 2);
    old->ar_result = loopback(1);
    old_told.sigev_notify_function(old_told.sigev_value);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(loop_turn(rig.loop, 0), 0);
    ck_assert_uint_eq(sent.answers, 0);
    end_lookup(0, there);
    sent_wait(&sent);
    ck_assert_msg(sent.outcome == OUTPUT_DELIVERED, "%s", sent.message);
    ck_assert_int_eq(recv(fd, text, sizeof(text), MSG_DONTWAIT), 10);
    close(fd);
    rig_deinit();
}
END_TEST

START_TEST(a_lookup_that_hangs_is_a_timeout_at_the_deadline)
{
    struct sent sent;
    port = 514;
    syslog_rig_init(CONFIG_TRANSPORT_UDP, "receiver.test", CLOCK_IS_REAL);
    rig.config.timeout_us = 50 * USEC_PER_MSEC;
    rig_open();
    begin(&sent);
    sent_wait(&sent);
    ck_assert_int_eq(sent.outcome, OUTPUT_FAILED);
    ck_assert_int_eq(sent.transport, SLACKAUDIT_TRANSPORT_TIMEOUT);
    rig_deinit();
    end_lookup(0, 1);
}
END_TEST

START_TEST(a_name_that_has_moved_is_found_after_a_while)
{
    uint16_t ports[2];
    int fds[2] = {udp_receiver(&ports[0]), udp_receiver(&ports[1])};
    char text[32];
    udp_init();
    for (int i = 0; i < 2; i++) {
        struct sent sent;
        begin(&sent);
        ck_assert_uint_eq(lookups, (unsigned)i + 1);
        end_lookup(0, ports[i]);
        sent_wait(&sent);
        ck_assert_int_eq(sent.outcome, OUTPUT_DELIVERED);
        ck_assert_int_eq(recv(fds[i], text, sizeof(text), MSG_DONTWAIT), 10);

        begin(&sent); /* a little later the address is still good */
        sent_wait(&sent);
        ck_assert_int_eq(sent.outcome, OUTPUT_DELIVERED);
        ck_assert_uint_eq(lookups, (unsigned)i + 1);
        ck_assert_int_eq(recv(fds[i], text, sizeof(text), MSG_DONTWAIT), 10);
        clock_advance(rig.clock, 300 * USEC_PER_SEC);
    }
    close(fds[0]);
    close(fds[1]);
    rig_deinit();
}
END_TEST

START_TEST(a_name_is_looked_up_again_after_a_failure)
{
    uint16_t there;
    struct sent sent;
    int fd = udp_receiver(&there);
    udp_init();
    begin(&sent);
    end_lookup(EAI_NONAME, 0);
    sent_wait(&sent);
    ck_assert_int_eq(sent.transport, SLACKAUDIT_TRANSPORT_DNS);
    ck_assert_int_eq(strncmp(sent.message, "dns: cannot find receiver.test: ", 32), 0);
    begin(&sent);
    ck_assert_uint_eq(lookups, 2);
    end_lookup(0, there);
    sent_wait(&sent);
    ck_assert_int_eq(sent.outcome, OUTPUT_DELIVERED);
    close(fd); /* the port is closed: perhaps the name leads elsewhere by now */
    begin(&sent);
    sent_wait(&sent);
    ck_assert_int_eq(sent.outcome, OUTPUT_FAILED);
    begin(&sent);
    ck_assert_uint_eq(lookups, 3);
    sent_cancel(&sent);
    rig_deinit();
    end_lookup(0, 1);
}
END_TEST

/* ---- TCP ---- */

START_TEST(an_output_over_tcp_goes_away_while_its_lookup_hangs)
{
    struct sent sent;
    ck_assert_int_eq(pipe(gate), 0);
    port = 514;
    for (int with_timeout = 0; with_timeout < 2; with_timeout++) {
        syslog_rig_init(CONFIG_TRANSPORT_TCP, "receiver.test", CLOCK_IS_REAL);
        if (with_timeout)
            rig.config.timeout_us = 100 * USEC_PER_MSEC;
        rig_open();
        begin(&sent);
        for (int i = 0; i < 5; i++)
            ck_assert_int_eq(loop_turn(rig.loop, USEC_PER_MSEC), 0);
        if (with_timeout) {
            sent_wait(&sent);
            ck_assert_int_eq(sent.transport, SLACKAUDIT_TRANSPORT_TIMEOUT);
        } else {
            sent_cancel(&sent);
        }
        rig_deinit();
    }
    close(gate[1]);
}
END_TEST

CHECK_MAIN("syslog_lookup", an_output_goes_away_while_its_lookup_hangs,
    a_batch_that_is_given_up_during_a_lookup_leaves_room_for_the_next,
    a_lookup_that_hangs_is_a_timeout_at_the_deadline, a_name_that_has_moved_is_found_after_a_while,
    a_name_is_looked_up_again_after_a_failure, an_output_over_tcp_goes_away_while_its_lookup_hangs)
