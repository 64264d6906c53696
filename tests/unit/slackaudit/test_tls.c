/*
 * Verification of the server's certificate cannot be turned off by accident: no option and no
 * variable of the environment makes a client give its token to a server whose certificate it cannot
 * trust. The server is that of the openssl command, which shows what it is sent.
 */
#include "check_main.h"

#include "slackaudit/client_scene.h"
#include "sys/tls_server.h"

/* A server with the certificate "server", the client's scene, and more certificates. */
struct tls_scene {
    struct scene scene;
    struct tls_server tls;
    char base_url[64];
    char ca_file[PATH_SIZE], other_file[PATH_SIZE], key_file[PATH_SIZE], missing_file[PATH_SIZE];
    char configuration[PATH_SIZE];
};

/* The server alone: what libraries read when they begin can still be set. */
static void tls_scene_prepare(struct tls_scene *test, const char *subject, bool is_expired)
{
    static const char *const no_more[] = {NULL};
    *test = (struct tls_scene){0};
    const char *folder = test->tls.folder;
    folder_make(test->tls.folder);
    tls_make_certificate_for(folder, "server", subject);
    tls_make_certificate(folder, "other");
    if (is_expired)
        tls_let_expire(folder, "server");
    folder_path(test->ca_file, folder, "server.crt");
    folder_path(test->other_file, folder, "other.crt");
    folder_path(test->key_file, folder, "other.key");
    folder_path(test->missing_file, folder, "missing.pem");
    folder_path(test->configuration, folder, "openssl.cnf");
    tls_server_start(&test->tls, "server", no_more);
    (void)snprintf(
        test->base_url, sizeof(test->base_url), "https://127.0.0.1:%u/audit/v1/", test->tls.port);
}

static void tls_scene_init(struct tls_scene *test, const char *subject, bool is_expired)
{
    tls_scene_prepare(test, subject, is_expired);
    scene_init(&test->scene);
}

static void tls_scene_deinit(struct tls_scene *test)
{
    tls_server_kill(&test->tls);
    folder_remove(test->tls.folder);
    scene_deinit(&test->scene);
}

static struct slackaudit_options tls_options(struct tls_scene *test)
{
    struct slackaudit_options options = scene_options(&test->scene);
    options.base_url = test->base_url;
    return options;
}

static bool was_told(struct tls_scene *test, const char *text)
{
    while (tls_hear(&test->tls))
        ;
    return strstr(buffer_text(&test->tls.said), text) != NULL;
}

/* A call with these options fails in the handshake, and the server is told nothing. */
static void check_refused(
    struct tls_scene *test, const struct slackaudit_options *options, const char *why)
{
    struct scene *scene = &test->scene;
    slackaudit_client_free(scene->client);
    scene_client(scene, options);
    scene->done = 0;
    scene_page(scene);
    ck_assert_msg(scene->answer.code == SLACKAUDIT_ERROR_TRANSPORT &&
                      scene->answer.transport == SLACKAUDIT_TRANSPORT_TLS,
        "%s: %s", why, scene->message);
    check_contains(scene->message, "no whole answer: tls");
    ck_assert_int_eq(scene->answer.status, 0);
    ck_assert_msg(!was_told(test, "/audit/v1/"), "the server was sent the request: %s", why);
    ck_assert_msg(!was_told(test, TOKEN), "the server was sent the token: %s", why);
}

/* The opposite, so that the tests above can fail: the request arrives. */
static void check_accepted(struct tls_scene *test, const struct slackaudit_options *options)
{
    struct scene *scene = &test->scene;
    slackaudit_client_free(scene->client);
    scene_client(scene, options);
    scene->done = 0;
    scene_start_page(scene);
    while (!was_told(test, "Authorization: Bearer " TOKEN)) {
        scene_turn(scene);
        ck_assert_msg(scene->done == 0, "%s", scene->message);
    }
    slackaudit_call_cancel(scene->call);
    scene->begun = scene->ended = 0;
}

START_TEST(a_certificate_that_the_client_was_told_to_trust_is_accepted)
{
    struct tls_scene test;
    tls_scene_init(&test, "IP:127.0.0.1", false);
    struct slackaudit_options options = tls_options(&test);
    options.ca_file = test.ca_file;
    check_accepted(&test, &options);
    options.tls_min_version = "1.3";
    check_accepted(&test, &options);
    tls_scene_deinit(&test);
}
END_TEST

/* ---- A certificate that nobody has signed ---- */

/* Every value that an option can have beside trusting the server. */
static void check_each_option(struct tls_scene *test, const char *why)
{
    const char *const ca_files[] = {NULL, "", test->other_file, test->missing_file, "/dev/null"};
    const char *const versions[] = {NULL, "", "1.2", "1.3"};
    const char *const key_files[] = {NULL, test->key_file};
    for (size_t i = 0; i < sizeof(ca_files) / sizeof(ca_files[0]); i++)
        for (size_t j = 0; j < sizeof(versions) / sizeof(versions[0]); j++)
            for (size_t k = 0; k < sizeof(key_files) / sizeof(key_files[0]); k++)
                for (int insecure = 0; insecure < 2; insecure++) {
                    struct slackaudit_options options = tls_options(test);
                    options.ca_file = ca_files[i];
                    options.tls_min_version = versions[j];
                    options.cert_file = key_files[k] == NULL ? NULL : test->other_file;
                    options.key_file = key_files[k];
                    options.insecure_http = insecure == 1;
                    check_refused(test, &options, why);
                }
}

START_TEST(no_combination_of_options_accepts_a_certificate_that_nobody_has_signed)
{
    struct tls_scene test;
    tls_scene_init(&test, "IP:127.0.0.1", false);
    check_each_option(&test, "options alone");
    tls_scene_deinit(&test);
}
END_TEST

/* What people set to have a program look away, and what points it to other authorities. */
struct variable {
    const char *name, *value;
};

static void set_variables(const struct variable *variables, size_t count, bool are_set)
{
    for (size_t i = 0; i < count; i++)
        if (are_set)
            ck_assert_int_eq(setenv(variables[i].name, variables[i].value, 1), 0);
        else
            unsetenv(variables[i].name);
}

START_TEST(no_variable_of_the_environment_turns_verification_off)
{
    struct tls_scene test;
    tls_scene_prepare(&test, "IP:127.0.0.1", false);
    const struct variable variables[] = {{"CURL_INSECURE", "1"}, {"CURL_CA_BUNDLE", ""},
        {"CURL_CA_BUNDLE", test.other_file}, {"CURL_CA_BUNDLE", test.ca_file},
        {"CURL_CA_PATH", test.tls.folder}, {"SSL_CERT_FILE", test.other_file},
        {"SSL_CERT_FILE", test.missing_file}, {"SSL_CERT_DIR", "/nonexistent"},
        {"SSL_NO_VERIFY", "1"}, {"SSL_VERIFY", "0"}, {"GIT_SSL_NO_VERIFY", "1"},
        {"PYTHONHTTPSVERIFY", "0"}, {"NODE_TLS_REJECT_UNAUTHORIZED", "0"},
        {"REQUESTS_CA_BUNDLE", test.ca_file}, {"INSECURE", "1"}, {"SLACKAUDIT_INSECURE", "1"},
        {"CURL_HOME", test.tls.folder}, {"HOME", test.tls.folder}};
    const size_t count = sizeof(variables) / sizeof(variables[0]);
    char path[PATH_SIZE];
    folder_write(folder_path(path, test.tls.folder, ".curlrc"), "insecure\n", 0600);
    set_variables(variables, count, true); /* some are read at the start, some at each call */
    scene_init(&test.scene);
    check_each_option(&test, "all variables at once");
    set_variables(variables, count, false);
    struct slackaudit_options usual = tls_options(&test), other = tls_options(&test);
    other.ca_file = test.other_file;
    for (size_t i = 0; i < count; i++) {
        set_variables(&variables[i], 1, true);
        check_refused(&test, &usual, variables[i].name);
        check_refused(&test, &other, variables[i].name);
        set_variables(&variables[i], 1, false);
    }
    tls_scene_deinit(&test);
}
END_TEST

/* A configuration of OpenSSL for all programs, as OPENSSL_CONF names one. */
static void configure_openssl(struct tls_scene *test, const char *settings)
{
    char text[512];
    (void)snprintf(text, sizeof(text),
        "openssl_conf = all\n[all]\nssl_conf = ssl\n[ssl]\nsystem_default = lax\n[lax]\n%s\n",
        settings);
    folder_write(test->configuration, text, 0600);
    ck_assert_int_eq(setenv("OPENSSL_CONF", test->configuration, 1), 0);
}

START_TEST(a_configuration_of_openssl_is_read)
{
    struct tls_scene test;
    tls_scene_prepare(&test, "IP:127.0.0.1", false);
    configure_openssl(&test, "Ciphersuites = TLS_AES_128_CCM_SHA256"); /* not the server's */
    scene_init(&test.scene);
    struct slackaudit_options options = tls_options(&test);
    options.ca_file = test.ca_file;
    options.tls_min_version = "1.3";
    check_refused(&test, &options, "no cipher in common");
    tls_scene_deinit(&test);
}
END_TEST

START_TEST(a_configuration_of_openssl_does_not_turn_verification_off)
{
    struct tls_scene test;
    tls_scene_prepare(&test, "IP:127.0.0.1", false);
    configure_openssl(
        &test, "MinProtocol = TLSv1\nCipherString = ALL:@SECLEVEL=0\nVerifyMode = Request\n");
    scene_init(&test.scene);
    check_each_option(&test, "OPENSSL_CONF");
    tls_scene_deinit(&test);
}
END_TEST

/* ---- A certificate that is trusted, but not for this ---- */

START_TEST(a_trusted_certificate_for_another_name_is_refused)
{
    static const char *const subjects[] = {
        "IP:127.0.0.2", "DNS:localhost", "DNS:127.0.0.1", "DNS:*", "DNS:api.slack.com"};
    for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++) {
        struct tls_scene test;
        tls_scene_init(&test, subjects[i], false);
        struct slackaudit_options options = tls_options(&test);
        options.ca_file = test.ca_file;
        check_refused(&test, &options, subjects[i]);
        tls_scene_deinit(&test);
    }
}
END_TEST

START_TEST(a_trusted_certificate_that_has_expired_is_refused)
{
    struct tls_scene test;
    tls_scene_init(&test, "IP:127.0.0.1", true);
    struct slackaudit_options options = tls_options(&test);
    options.ca_file = test.ca_file;
    check_refused(&test, &options, "expired");
    check_contains(test.scene.message, "expired");
    tls_scene_deinit(&test);
}
END_TEST

START_TEST(a_proxy_over_tls_is_verified_too)
{
    struct tls_scene test;
    tls_scene_init(&test, "IP:127.0.0.1", false);
    struct slackaudit_options options = tls_options(&test);
    char proxy[64];
    (void)snprintf(proxy, sizeof(proxy), "https://user:hunter2@127.0.0.1:%u", test.tls.port);
    options.base_url = "https://api.example.invalid/";
    options.proxy = proxy;
    check_refused(&test, &options, "a proxy");
    ck_assert(!was_told(&test, "CONNECT"));
    ck_assert_ptr_null(strstr(test.scene.message, "hunter2"));
    tls_scene_deinit(&test);
}
END_TEST

CHECK_MAIN("tls", a_certificate_that_the_client_was_told_to_trust_is_accepted,
    no_combination_of_options_accepts_a_certificate_that_nobody_has_signed,
    no_variable_of_the_environment_turns_verification_off, a_configuration_of_openssl_is_read,
    a_configuration_of_openssl_does_not_turn_verification_off,
    a_trusted_certificate_for_another_name_is_refused,
    a_trusted_certificate_that_has_expired_is_refused, a_proxy_over_tls_is_verified_too)
