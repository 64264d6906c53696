/*
 * The secrets of an HTTP output: where they go, where they never go, and when they are read again.
 */
#include "check_main.h"

#include "http_rig.h"

static const char token[] = "xoxp-4815162342-B5A79AAD/D822+46CC";
static char folder[FOLDER_SIZE], token_path[PATH_SIZE], url_path[PATH_SIZE], proxy_path[PATH_SIZE];

static void secrets_init(const struct server_step *steps, size_t count)
{
    http_rig_init(&output_generic, steps, count);
    folder_make(folder);
    folder_write(folder_path(token_path, folder, "token"), token, 0600);
    folder_path(url_path, folder, "url");
    rig.config.http.token = (struct secret_reference){SECRET_FILE, token_path};
}

static void secrets_deinit(void)
{
    folder_remove(folder);
    http_rig_deinit();
}

static const struct server_step refuses_then_accepts[] = {
    {STEP_ANSWER, "HTTP/1.1 401 Who\r\nContent-Length: 0\r\n\r\n", 0},
    {STEP_ANSWER, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 0},
};

/* ---- Reading again ---- */

START_TEST(a_refused_token_is_read_again_before_the_next_request)
{
    char line[128];
    struct sent sent;
    secrets_init(refuses_then_accepts, 2);
    rig_open();
    folder_write(token_path, "the-new-token\n", 0600);
    send_one(&sent);
    ck_assert_int_eq(sent.outcome, OUTPUT_SENDER_REFUSED);
    snprintf(line, sizeof(line), "Authorization: Bearer %s", token);
    ck_assert_msg(request_has(line), "%s", buffer_text(&server.last_request));
    send_one(&sent);
    ck_assert_int_eq(sent.outcome, OUTPUT_DELIVERED);
    ck_assert(request_has("Authorization: Bearer the-new-token"));

    /* And only then. */
    folder_write(token_path, "another-token\n", 0600);
    send_one(&sent);
    ck_assert(request_has("Authorization: Bearer the-new-token"));
    secrets_deinit();
}
END_TEST

START_TEST(a_secret_that_cannot_be_read_again_leaves_the_old_ones_until_it_can)
{
    static const struct server_step steps[] = {
        {STEP_ANSWER, "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", 0}};
    struct sent sent;
    secrets_init(steps, 1);
    rig_open();
    send_one(&sent);
    ck_assert_int_eq(unlink(token_path), 0);
    for (int i = 0; i < 2; i++) {
        send_one(&sent);
        ck_assert_int_eq(sent.outcome, OUTPUT_SENDER_REFUSED);
        ck_assert(request_has("Authorization: Bearer xoxp-4815162342-B5A79AAD/D822+46CC"));
    }
    folder_write(token_path, "the-new-token\n", 0600);
    send_one(&sent);
    ck_assert(request_has("Authorization: Bearer the-new-token"));
    secrets_deinit();
}
END_TEST

START_TEST(an_address_that_is_a_secret_is_read_again_and_checked)
{
    static const struct server_step steps[] = {
        {STEP_ANSWER, "HTTP/1.1 404 Nothing\r\nContent-Length: 0\r\n\r\n", 0}};
    char address[256];
    struct sent sent;
    secrets_init(steps, 1);
    rig.config.http.url = (struct secret_reference){SECRET_FILE, url_path};
    snprintf(address, sizeof(address), "%s/first", server_url);
    folder_write(url_path, address, 0600);
    rig_open();
    send_one(&sent);
    request_begins("POST /first ");
    snprintf(address, sizeof(address), "%s/second", server_url);
    folder_write(url_path, address, 0600);
    send_one(&sent);
    request_begins("POST /second ");

    /* The token would go over the network unprotected. */
    folder_write(url_path, "http://collector.example/third", 0600);
    send_one(&sent);
    request_begins("POST /second ");
    secrets_deinit();
}
END_TEST

START_TEST(an_output_does_not_open_with_an_address_that_may_not_be)
{
    static const char *const wrong[] = {"nonsense-4711", "http://collector.example/hook-4711",
        "https://user:4711@collector.example/", "ftp://collector.example/4711",
        "https://collector.example/#4711"};
    secrets_init(refuses_then_accepts, 2);
    rig.config.http.url = (struct secret_reference){SECRET_FILE, url_path};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct error error = ERROR_INIT;
        folder_write(url_path, wrong[i], 0600);
        ck_assert_int_eq(rig_try_open(&error), ERROR_INVALID);
        ck_assert_int_eq(strncmp(error.text, "url: the address must ", 22), 0);
        ck_assert_ptr_null(strstr(error.text, "4711"));
    }
    rig.config.insecure_http = true;
    folder_write(url_path, wrong[1], 0600);
    rig_open();
    rig.type->close(rig.output);
    rig.output = NULL;

    struct error error = ERROR_INIT;
    rig.config.proxy = (struct secret_reference){SECRET_FILE, proxy_path};
    folder_write(folder_path(proxy_path, folder, "proxy"), "gopher://proxy.example:4711", 0600);
    ck_assert_int_eq(rig_try_open(&error), ERROR_INVALID);
    ck_assert_int_eq(strncmp(error.text, "proxy: the address must ", 24), 0);
    ck_assert_ptr_null(strstr(error.text, "4711"));
    secrets_deinit();
}
END_TEST

START_TEST(a_missing_secret_is_named_and_opens_nothing)
{
    struct error error = ERROR_INIT;
    secrets_init(refuses_then_accepts, 2);
    ck_assert_int_eq(unlink(token_path), 0);
    ck_assert_int_eq(rig_try_open(&error), ERROR_MISSING);
    ck_assert_int_eq(strncmp(error.text, "token: ", 7), 0);
    struct config_header header = {(char *)"X-Key", {SECRET_FILE, token_path}};
    rig.config.headers = (struct config_headers){&header, 1};
    ck_assert_int_eq(rig_try_open(&error), ERROR_MISSING);
    ck_assert_int_eq(strncmp(error.text, "header X-Key: ", 14), 0);
    secrets_deinit();
}
END_TEST

START_TEST(a_proxy_that_refuses_has_its_secret_read_again)
{
    /* The server plays the proxy: at first it wants another user. */
    static const struct server_step steps[] = {
        {STEP_ANSWER, "HTTP/1.1 407 Who\r\nContent-Length: 0\r\n\r\n", 0},
        {STEP_ANSWER, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 0}};
    char proxy[256];
    struct sent sent;
    secrets_init(steps, 2);
    snprintf(proxy, sizeof(proxy), "http://user:first-password@127.0.0.1:%u", server.port);
    folder_write(folder_path(proxy_path, folder, "proxy"), proxy, 0600);
    rig.config.proxy = (struct secret_reference){SECRET_FILE, proxy_path};
    rig.config.insecure_http = true;
    strcpy(server_url, "http://collector.example/in");
    rig_open();
    send_one(&sent);
    ck_assert_int_eq(sent.outcome, OUTPUT_SENDER_REFUSED);
    ck_assert(request_has("Proxy-Authorization: Basic dXNlcjpmaXJzdC1wYXNzd29yZA=="));
    snprintf(proxy, sizeof(proxy), "http://user:next-password@127.0.0.1:%u", server.port);
    folder_write(proxy_path, proxy, 0600);
    send_one(&sent);
    ck_assert_int_eq(sent.outcome, OUTPUT_DELIVERED);
    ck_assert(request_has("Proxy-Authorization: Basic dXNlcjpuZXh0LXBhc3N3b3Jk"));
    secrets_deinit();
}
END_TEST

START_TEST(a_proxy_that_refuses_the_tunnel_has_its_secret_read_again)
{
    static const struct server_step steps[] = {
        {STEP_ANSWER_AND_CLOSE, "HTTP/1.1 407 Who\r\nContent-Length: 0\r\n\r\n", 0}};
    char proxy[256];
    struct sent sent;
    secrets_init(steps, 1);
    snprintf(proxy, sizeof(proxy), "http://user:first-password@127.0.0.1:%u", server.port);
    folder_write(folder_path(proxy_path, folder, "proxy"), proxy, 0600);
    rig.config.proxy = (struct secret_reference){SECRET_FILE, proxy_path};
    strcpy(server_url, "https://collector.example/in");
    rig_open();
    send_one(&sent);
    request_begins("CONNECT collector.example:443 ");
    ck_assert_int_eq(sent.outcome, OUTPUT_FAILED);
    ck_assert_int_eq(sent.transport, SLACKAUDIT_TRANSPORT_CONNECT);
    ck_assert(!mentions(&sent, "first-password"));
    snprintf(proxy, sizeof(proxy), "http://user:next-password@127.0.0.1:%u", server.port);
    folder_write(proxy_path, proxy, 0600);
    send_one(&sent);
    ck_assert(request_has("Proxy-Authorization: Basic dXNlcjpuZXh0LXBhc3N3b3Jk"));
    ck_assert(!request_has("Authorization: Bearer xoxp-4815162342-B5A79AAD/D822+46CC"));
    secrets_deinit();
}
END_TEST

/* ---- Keeping quiet ---- */

/* What the message says when the receiver answers with `body`. */
static void answer_with(const char *body, struct sent *sent)
{
    char *text = (char *)answer_text(500, "", body);
    const struct server_step step = {STEP_ANSWER, text, 0};
    server.steps = &step;
    send_one(sent);
    ck_assert_int_eq(sent->outcome, OUTPUT_FAILED);
    server.steps = refuses_then_accepts;
    free(text);
}

static void is_hidden(const char *body)
{
    struct sent sent;
    answer_with(body, &sent);
    ck_assert_msg(strcmp(sent.message, "the receiver answered 500") == 0, "%s", sent.message);
}

static void is_shown(const char *body)
{
    struct sent sent;
    char whole[512];
    answer_with(body, &sent);
    snprintf(whole, sizeof(whole), "the receiver answered 500: %s", body);
    ck_assert_str_eq(sent.message, whole);
}

START_TEST(no_message_shows_a_token_or_a_part_of_it)
{
    char body[512];
    secrets_init(refuses_then_accepts, 1);
    rig_open();
    is_hidden(token);
    is_hidden("bad header: Authorization: Bearer xoxp-4815162342-B5A79AAD/D822+46CC");
    is_hidden("{\"error\":\"xoxp-4815162342-B5A79AAD\\/D822+46CC\"}"); /* escaped by the receiver */
    is_hidden("{\"error\":\"xoxp-4815162342-B5A79AAD%2FD822+46CC\"}"); /* likewise */
    is_hidden("token 4815162342-... is not known");
    /* Cut at the end of the excerpt. */
    memset(body, '.', 180);
    strcpy(body + 180, token);
    is_hidden(body);
    is_shown("Server is busy: xoxp-... Bearer");
    secrets_deinit();
}
END_TEST

START_TEST(no_message_shows_a_secret_header)
{
    struct config_header headers[] = {{(char *)"X-Key", {SECRET_FILE, token_path}},
        {(char *)"X-Mode", {SECRET_PLAIN, (char *)"on"}}};
    secrets_init(refuses_then_accepts, 1);
    rig.config.http.token = (struct secret_reference){SECRET_NONE, NULL};
    rig.config.headers = (struct config_headers){headers, 2};
    rig_open();
    is_hidden("no such key: xoxp-4815162342-B5A79AAD/D822+46CC");
    is_shown("the mode is on"); /* too short to be a secret */
    ck_assert(request_has("X-Key: xoxp-4815162342-B5A79AAD/D822+46CC"));
    secrets_deinit();
}
END_TEST

START_TEST(no_message_shows_the_secret_part_of_an_address)
{
    char address[256];
    secrets_init(refuses_then_accepts, 1);
    rig.config.http.url = (struct secret_reference){SECRET_FILE, url_path};
    snprintf(address, sizeof(address), "%s/receiver/v1/http/ZaVnC4dhaV39Tn37==?key=quite-secret",
        server_url);
    folder_write(url_path, address, 0600);
    rig_open();
    is_hidden("Cannot POST /receiver/v1/http/ZaVnC4dhaV39Tn37==");
    is_hidden("no ZaVnC4dhaV39Tn37");
    is_hidden("the key quite-secret is not known");
    is_shown("127.0.0.1 does not know you");
    secrets_deinit();
}
END_TEST

START_TEST(no_message_shows_the_query_of_an_address_in_the_configuration)
{
    secrets_init(refuses_then_accepts, 1);
    strcat(server_url, "/receiver?key=quite-secret");
    rig_open();
    is_hidden("the key quite-secret is not known");
    is_shown("Cannot POST /receiver");
    secrets_deinit();
}
END_TEST

/* ---- The log ---- */

static char logged[512];

static void keep_line(
    void *user, enum log_level level, const struct log_subject *subject, const char *text)
{
    (void)user, (void)level, (void)subject;
    snprintf(logged, sizeof(logged), "%s", text);
}

START_TEST(the_log_knows_the_secrets_for_as_long_as_they_are_in_use)
{
    char key_path[PATH_SIZE];
    struct sent sent;
    log_set_sink(keep_line, NULL);
    secrets_init(refuses_then_accepts, 2);
    folder_write(folder_path(key_path, folder, "key"), "the-first-key", 0600);
    struct config_header header = {(char *)"X-Key", {SECRET_FILE, key_path}};
    rig.config.headers = (struct config_headers){&header, 1};
    rig_open();
    log_warning(NULL, "token %s, key the-first-key", token);
    ck_assert_str_eq(logged, "token (redacted), key (redacted)");
    folder_write(key_path, "the-second-key", 0600);
    send_one(&sent);
    send_one(&sent);
    log_warning(NULL, "token %s, keys the-first-key, the-second-key", token);
    ck_assert_str_eq(logged, "token (redacted), keys the-first-key, (redacted)");
    rig.type->close(rig.output);
    rig.output = NULL;
    log_warning(NULL, "token %s", token);
    ck_assert_ptr_nonnull(strstr(logged, token));
    secrets_deinit();
}
END_TEST

CHECK_MAIN("http_secrets", a_refused_token_is_read_again_before_the_next_request,
    a_secret_that_cannot_be_read_again_leaves_the_old_ones_until_it_can,
    an_address_that_is_a_secret_is_read_again_and_checked,
    an_output_does_not_open_with_an_address_that_may_not_be,
    a_missing_secret_is_named_and_opens_nothing, a_proxy_that_refuses_has_its_secret_read_again,
    a_proxy_that_refuses_the_tunnel_has_its_secret_read_again,
    no_message_shows_a_token_or_a_part_of_it, no_message_shows_a_secret_header,
    no_message_shows_the_secret_part_of_an_address,
    no_message_shows_the_query_of_an_address_in_the_configuration,
    the_log_knows_the_secrets_for_as_long_as_they_are_in_use)
