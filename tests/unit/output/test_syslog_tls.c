/*
 * The syslog output over TLS, against the server of the openssl command.
 */
#include "check_main.h"

#include "sys/tls_server.h"
#include "syslog_rig.h"

static struct tls_server tls;
static char ca_file[PATH_SIZE], cert_file[PATH_SIZE], key_file[PATH_SIZE];
static const char *const nothing[] = {NULL};

static void tls_init(void)
{
    folder_make(tls.folder);
    tls_make_certificate(tls.folder, "receiver");
}

/* A rig that trusts the certificate NAME. */
static void tls_rig(const char *trusted, enum rig_clock clock)
{
    port = tls.port;
    syslog_rig_init(CONFIG_TRANSPORT_TLS, "127.0.0.1", clock);
    snprintf(ca_file, sizeof(ca_file), "%s/%s.crt", tls.folder, trusted);
    rig.config.tls.ca_file = ca_file;
    rig_open();
    tls.loop = rig.loop;
}

static void tls_deinit(void)
{
    rig_deinit();
    tls.loop = NULL;
    tls_server_kill(&tls);
    folder_remove(tls.folder);
}

START_TEST(messages_arrive_over_tls)
{
    struct sent sent;
    tls_init();
    tls_server_start(&tls, "receiver", nothing);
    tls_rig("receiver", CLOCK_IS_REAL);
    static const char *const entries[] = {"{\"id\":\"a\"}", "{\"id\":\"b\"}"};
    for (int i = 0; i < 2; i++) { /* the second over the same connection */
        sent_make(&sent, entries, 2);
        sent_send(&sent);
        sent_wait(&sent);
        ck_assert_msg(sent.outcome == OUTPUT_DELIVERED, "%s", sent.message);
    }
    tls_wait_for(&tls,
        SLICE_LITERAL("10 {\"id\":\"a\"}10 {\"id\":\"b\"}10 {\"id\":\"a\"}10 {\"id\":\"b\"}"));
    tls_deinit();
}
END_TEST

START_TEST(a_large_batch_arrives_whole_over_tls)
{
    _cleanup_(buffer_deinit) struct buffer body = BUFFER_INIT(LIMIT_BATCH);
    struct sent sent;
    tls_init();
    tls_server_start(&tls, "receiver", nothing);
    tls_rig("receiver", CLOCK_IS_REAL);
    sent_make_large(&sent, MIB(4));
    body_copy(&sent, &body);
    sent_send(&sent);
    /* The server stops when nobody reads what it says, so the batch is on its way for a while. */
    tls_wait_for(&tls, buffer_slice(&body));
    sent_wait(&sent);
    ck_assert_msg(sent.outcome == OUTPUT_DELIVERED, "%s", sent.message);
    tls_deinit();
}
END_TEST

START_TEST(a_server_that_somebody_else_vouches_for_is_refused)
{
    struct sent sent;
    tls_init();
    tls_make_certificate(tls.folder, "stranger");
    tls_server_start(&tls, "receiver", nothing);
    tls_rig("stranger", CLOCK_IS_REAL);
    send_one(&sent);
    ck_assert_int_eq(sent.outcome, OUTPUT_FAILED);
    ck_assert_int_eq(sent.transport, SLACKAUDIT_TRANSPORT_TLS);
    ck_assert_msg(mentions(&sent, "certificate"), "%s", sent.message);
    ck_assert_int_eq(strncmp(sent.message, "tls: ", 5), 0);
    tls_deinit();
}
END_TEST

START_TEST(a_server_of_another_name_is_refused)
{
    struct sent sent;
    tls_init();
    tls_server_start(&tls, "receiver", nothing);
    tls_rig("receiver", CLOCK_IS_REAL);
    rig.config.syslog.host = (char *)"localhost";
    send_one(&sent);
    ck_assert_int_eq(sent.outcome, OUTPUT_FAILED);
    ck_assert_int_eq(sent.transport, SLACKAUDIT_TRANSPORT_TLS);
    tls_deinit();
}
END_TEST

START_TEST(a_client_that_the_server_refuses_behind_the_handshake_has_delivered_nothing)
{
    /* In TLS 1.3 the client's handshake is over before the server has judged its certificate. */
    static const char *const versions[] = {"-tls1_3", "-tls1_2"};
    static const char *const entries[] = {"{\"id\":\"a\"}"};
    tls_init();
    tls_make_certificate(tls.folder, "us");
    tls_make_certificate(tls.folder, "stranger");
    snprintf(cert_file, sizeof(cert_file), "%s/us.crt", tls.folder);
    for (int i = 0; i < 2; i++) {
        char trusted[PATH_SIZE];
        struct sent sent;
        snprintf(trusted, sizeof(trusted), "%s/stranger.crt", tls.folder);
        const char *const more[] = {
            versions[i], "-Verify", "1", "-verify_return_error", "-CAfile", trusted, NULL};
        tls_server_start(&tls, "receiver", more);
        tls_rig("receiver", CLOCK_IS_SIMULATED);
        for (int with = 0; with < 2; with++) {
            if (with == 1) {
                snprintf(key_file, sizeof(key_file), "%s/us.key", tls.folder);
                rig.config.tls.cert_file = cert_file;
                rig.config.tls.key_file = key_file;
            }
            sent_make(&sent, entries, 1);
            sent_send(&sent);
            while (sent.answers == 0) /* the clock stands still, however long the server takes */
                ck_assert_int_eq(loop_turn(rig.loop, 0), 0);
            ck_assert_msg(
                sent.outcome == OUTPUT_FAILED, "%s with certificate %d", versions[i], with);
        }
        rig_deinit();
        tls.loop = NULL;
        tls_server_kill(&tls);
    }
    folder_remove(tls.folder);
}
END_TEST

START_TEST(our_own_certificate_opens_the_door)
{
    struct sent sent;
    tls_init();
    tls_make_certificate(tls.folder, "us");
    snprintf(cert_file, sizeof(cert_file), "%s/us.crt", tls.folder);
    snprintf(key_file, sizeof(key_file), "%s/us.key", tls.folder);
    const char *const more[] = {"-Verify", "1", "-verify_return_error", "-CAfile", cert_file, NULL};
    tls_server_start(&tls, "receiver", more);
    tls_rig("receiver", CLOCK_IS_REAL);
    rig.config.tls.cert_file = cert_file;
    rig.config.tls.key_file = key_file;
    send_one(&sent);
    ck_assert_msg(sent.outcome == OUTPUT_DELIVERED, "%s", sent.message);
    tls_deinit();
}
END_TEST

START_TEST(a_server_that_dies_between_batches_is_found_again)
{
    struct sent sent;
    tls_init();
    tls_server_start(&tls, "receiver", nothing);
    tls_rig("receiver", CLOCK_IS_REAL);
    send_one(&sent);
    ck_assert_msg(sent.outcome == OUTPUT_DELIVERED, "%s", sent.message);
    tls_server_kill(&tls);
    send_one(&sent);
    ck_assert_int_eq(sent.outcome, OUTPUT_FAILED);
    ck_assert_int_eq(sent.transport, SLACKAUDIT_TRANSPORT_CONNECT); /* nobody is there */
    tls_server_start(&tls, "receiver", nothing);
    rig.config.syslog.port = tls.port;
    send_one(&sent);
    ck_assert_msg(sent.outcome == OUTPUT_DELIVERED, "%s", sent.message);
    tls_deinit();
}
END_TEST

START_TEST(a_batch_can_be_given_up_during_the_handshake)
{
    tls_init();
    tls_server_start(&tls, "receiver", nothing);
    tls_rig("receiver", CLOCK_IS_REAL);
    bool finished = false;
    for (int turns = 0; !finished; turns++) {
        struct sent sent;
        static const char *const entries[] = {"{\"id\":\"a\"}"};
        sent_make(&sent, entries, 1);
        sent_send(&sent);
        for (int i = 0; i < turns && sent.answers == 0; i++)
            ck_assert_int_eq(loop_turn(rig.loop, -1), 0);
        finished = sent.answers > 0;
        if (!finished)
            sent_cancel(&sent);
    }
    tls_deinit();
}
END_TEST

CHECK_MAIN("syslog_tls", messages_arrive_over_tls, a_large_batch_arrives_whole_over_tls,
    a_server_that_somebody_else_vouches_for_is_refused, a_server_of_another_name_is_refused,
    a_client_that_the_server_refuses_behind_the_handshake_has_delivered_nothing,
    our_own_certificate_opens_the_door, a_server_that_dies_between_batches_is_found_again,
    a_batch_can_be_given_up_during_the_handshake)
