/*
 * The Splunk output: the events it makes, and what each code of the collector makes of a batch.
 */
#include "check_main.h"

#include "base/cleanup.h"
#include "base/gzip.h"
#include "http_rig.h"

static const struct output_type *const hec = &output_splunk_hec;

static const struct server_step accepts = {STEP_ANSWER,
    "HTTP/1.1 200 OK\r\nContent-Length: 27\r\n\r\n{\"text\":\"Success\",\"code\":0}", 0};

/* ---- Events ---- */

START_TEST(events_hold_the_entry_byte_for_byte_and_what_is_configured)
{
    static const char *const entries[] = {
        "{\"id\":\"a\", \"n\":12345678901234567890,\"s\":\"\\u00e4\\/\"}", "{\"id\":\"b\"}"};
    struct sent sent;
    http_rig_init(hec, &accepts, 1);
    rig.config.http.token = (struct secret_reference){SECRET_PLAIN, (char *)"B5A79AAD-D822"};
    rig.config.http.host = (char *)"the \"host\"";
    rig.config.http.sourcetype = (char *)"slack:audit";
    rig.config.http.index = (char *)"audit";
    rig_open();
    sent_make(&sent, entries, 2);
    sent_send(&sent);
    sent_wait(&sent);
    ck_assert_int_eq(sent.outcome, OUTPUT_DELIVERED);
    request_begins("POST /services/collector/event HTTP/1.1\r\n");
    ck_assert(request_has("Authorization: Splunk B5A79AAD-D822"));
    ck_assert(request_has("Content-Type: application/json"));
    body_is("{\"time\":1705377231,\"host\":\"the \\\"host\\\"\",\"source\":\"acme\","
            "\"sourcetype\":\"slack:audit\",\"index\":\"audit\",\"event\":"
            "{\"id\":\"a\", \"n\":12345678901234567890,\"s\":\"\\u00e4\\/\"}}\n"
            "{\"time\":1705377231,\"host\":\"the \\\"host\\\"\",\"source\":\"acme\","
            "\"sourcetype\":\"slack:audit\",\"index\":\"audit\",\"event\":{\"id\":\"b\"}}\n");
    http_rig_deinit();
}
END_TEST

START_TEST(what_is_not_set_is_left_to_the_token)
{
    http_rig_init(hec, &accepts, 1);
    rig_open();
    struct sent sent;
    send_one(&sent);
    body_is("{\"time\":1705377231,\"source\":\"acme\",\"event\":"
            "{\"id\":\"a\",\"action\":\"user_login\"}}\n");
    http_rig_deinit();
}
END_TEST

START_TEST(every_event_has_its_own_time_and_source)
{
    static const struct {
        int64_t time;
        const char *source, *event;
    } cases[] = {
        {0, "acme", "{\"time\":0,\"source\":\"acme\",\"event\":{}}\n"},
        {9, "globex", "{\"time\":9,\"source\":\"globex\",\"event\":{}}\n"},
        {-10, "acme", "{\"time\":-10,\"source\":\"acme\",\"event\":{}}\n"},
        {INT64_MAX, "acme", "{\"time\":9223372036854775807,\"source\":\"acme\",\"event\":{}}\n"},
        {INT64_MIN, "acme", "{\"time\":-9223372036854775808,\"source\":\"acme\",\"event\":{}}\n"},
    };
    struct sent sent;
    http_rig_init(hec, &accepts, 1);
    rig_open();
    sent_begin(&sent);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        buffer_clear(&sent.batch.body);
        ck_assert_int_eq(
            sent_add(&sent, SLICE_LITERAL("{}"), cases[i].time, cases[i].source, NULL), 0);
        ck_assert_msg(slice_equal(buffer_slice(&sent.batch.body), slice_of(cases[i].event)), "%.*s",
            SLICE_PRINT(buffer_slice(&sent.batch.body)));
    }
    sent_release(&sent);
    http_rig_deinit();
}
END_TEST

START_TEST(another_format_goes_into_the_event_as_a_string)
{
    http_rig_init(hec, &accepts, 1);
    rig.config.format = (char *)"rfc3164";
    rig_open();
    struct sent sent;
    send_one(&sent);
    struct slice body = request_body();
    static const char start[] = "{\"time\":1705377231,\"source\":\"acme\",\"event\":\"<86>",
                      end[] = ": {\\\"id\\\":\\\"a\\\",\\\"action\\\":\\\"user_login\\\"}\"}\n";
    ck_assert_msg(body.size > strlen(start) + strlen(end) &&
                      memcmp(body.data, start, strlen(start)) == 0 &&
                      memcmp(body.data + body.size - strlen(end), end, strlen(end)) == 0,
        "%.*s", SLICE_PRINT(body));
    http_rig_deinit();
}
END_TEST

START_TEST(an_event_that_finds_no_room_leaves_the_body_as_it_was)
{
    static const char *const formats[] = {"json", "rfc5424"};
    for (int i = 0; i < 2; i++) {
        struct sent sent;
        http_rig_init(hec, &accepts, 1);
        rig.config.format = (char *)formats[i];
        rig_open();
        sent_begin(&sent);
        for (size_t limit = 0; limit < 45; limit++) {
            buffer_deinit(&sent.batch.body);
            sent.batch.body.limit = limit;
            ck_assert_int_eq(sent_add(&sent, SLICE_LITERAL("{\"id\":1}"), 1705377231, "acme", NULL),
                ERROR_LIMIT);
            ck_assert_uint_eq(sent.batch.body.size, 0);
        }
        sent_release(&sent);
        http_rig_deinit();
    }
}
END_TEST

START_TEST(the_collectors_path_is_ours_where_the_address_has_none)
{
    static const struct {
        const char *address, *request;
    } cases[] = {{"", "POST /services/collector/event HTTP"},
        {"/", "POST /services/collector/event HTTP"},
        {"?channel=1/2", "POST /services/collector/event?channel=1/2 HTTP"},
        {"/?channel=1", "POST /services/collector/event?channel=1 HTTP"},
        {"/services/collector", "POST /services/collector HTTP"},
        {"/behind/a/proxy?x=1", "POST /behind/a/proxy?x=1 HTTP"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct sent sent;
        http_rig_init(hec, &accepts, 1);
        strcat(server_url, cases[i].address);
        rig_open();
        send_one(&sent);
        request_begins(cases[i].request);
        http_rig_deinit();
    }
}
END_TEST

START_TEST(events_go_out_compressed)
{
    _cleanup_(buffer_deinit) struct buffer plain = BUFFER_INIT(MIB(1));
    struct sent sent;
    http_rig_init(hec, &accepts, 1);
    rig.config.http.gzip = true;
    rig_open();
    send_one(&sent);
    ck_assert_int_eq(sent.outcome, OUTPUT_DELIVERED);
    ck_assert(request_has("Content-Encoding: gzip"));
    ck_assert_int_eq(gzip_expand(request_body(), &plain), 0);
    ck_assert(slice_equal(
        buffer_slice(&plain), SLICE_LITERAL("{\"time\":1705377231,\"source\":\"acme\",\"event\":"
                                            "{\"id\":\"a\",\"action\":\"user_login\"}}\n")));
    http_rig_deinit();
}
END_TEST

/* ---- Answers ---- */

static void tell_code(int status, int code, const char *more, struct sent *sent)
{
    char body[128];
    snprintf(body, sizeof(body), "{\"text\":\"In words\",\"code\":%d%s}", code, more);
    tell_status(hec, status, "", body, sent);
}

START_TEST(each_code_has_its_outcome_with_and_without_a_number)
{
    static const struct {
        int status, code;
        enum output_outcome outcome;
    } cases[] = {{200, 0, OUTPUT_DELIVERED}, {200, 24, OUTPUT_DELIVERED},
        {200, 25, OUTPUT_DELIVERED}, {403, 1, OUTPUT_SENDER_REFUSED},
        {401, 2, OUTPUT_SENDER_REFUSED}, {401, 3, OUTPUT_SENDER_REFUSED},
        {403, 4, OUTPUT_SENDER_REFUSED}, {400, 5, OUTPUT_FAILED}, {400, 6, OUTPUT_REFUSED},
        {400, 7, OUTPUT_SENDER_REFUSED}, {500, 8, OUTPUT_FAILED}, {503, 9, OUTPUT_FAILED},
        {400, 10, OUTPUT_SENDER_REFUSED}, {400, 11, OUTPUT_SENDER_REFUSED},
        {400, 12, OUTPUT_REFUSED}, {400, 13, OUTPUT_REFUSED}, {400, 14, OUTPUT_SENDER_REFUSED},
        {400, 16, OUTPUT_SENDER_REFUSED}, {503, 18, OUTPUT_FAILED}, {503, 19, OUTPUT_FAILED},
        {503, 20, OUTPUT_FAILED}, {400, 21, OUTPUT_SENDER_REFUSED},
        {400, 22, OUTPUT_SENDER_REFUSED}, {503, 23, OUTPUT_FAILED}, {429, 26, OUTPUT_FAILED},
        {413, 27, OUTPUT_TOO_LARGE}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct sent sent;
        tell_code(cases[i].status, cases[i].code, "", &sent);
        ck_assert_msg(
            sent.outcome == cases[i].outcome, "%d gave %d", cases[i].code, (int)sent.outcome);
        ck_assert_int_eq(sent.status, cases[i].status);
        ck_assert_int_eq(sent.refused, -1);
        ck_assert_int_eq(mentions(&sent, "In words"), cases[i].outcome != OUTPUT_DELIVERED);

        tell_code(cases[i].status, cases[i].code, ",\"invalid-event-number\":17", &sent);
        ck_assert_int_eq(sent.outcome, cases[i].outcome);
        ck_assert_int_eq(sent.refused, cases[i].outcome == OUTPUT_REFUSED ? 17 : -1);
    }
}
END_TEST

START_TEST(a_code_of_failure_is_believed_against_a_good_status)
{
    struct sent sent;
    tell_code(200, 9, "", &sent);
    ck_assert_int_eq(sent.outcome, OUTPUT_FAILED);
    ck_assert(mentions(&sent, "In words"));
    tell_code(200, 4, "", &sent);
    ck_assert_int_eq(sent.outcome, OUTPUT_SENDER_REFUSED);
    /* Nor does a good code make a bad status good. */
    tell_code(503, 0, "", &sent);
    ck_assert_int_eq(sent.outcome, OUTPUT_FAILED);
}
END_TEST

START_TEST(where_no_code_is_known_the_status_says_it)
{
    static const char *const bodies[] = {"", "<html>Bad Request</html>", "{\"code\":\"7\"}",
        "{\"code\":7", "[7]", "{\"code\":7.0}", "{\"code\":99999999999999999999}", "{\"code\":15}"};
    struct sent sent;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        tell_status(hec, 400, "", bodies[i], &sent);
        ck_assert_msg(sent.outcome == OUTPUT_REFUSED, "%s", bodies[i]);
        ck_assert_int_eq(sent.refused, -1);
        tell_status(hec, 200, "", bodies[i], &sent);
        ck_assert_msg(sent.outcome == OUTPUT_DELIVERED, "%s", bodies[i]);
    }
    tell_status(hec, 503, "Retry-After: 5\r\n", "<html>", &sent);
    ck_assert_int_eq(sent.outcome, OUTPUT_FAILED);
    ck_assert_int_eq(sent.retry_after_us, 5 * USEC_PER_SEC);
}
END_TEST

START_TEST(a_number_that_can_be_none_is_none)
{
    static const char *const numbers[] = {
        "-1", "-2", "\"3\"", "null", "3.5", "99999999999999999999", "[3]"};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        char more[64];
        struct sent sent;
        snprintf(more, sizeof(more), ",\"invalid-event-number\":%s", numbers[i]);
        tell_code(400, 6, more, &sent);
        ck_assert_int_eq(sent.outcome, OUTPUT_REFUSED);
        ck_assert_msg(sent.refused == -1, "%s", numbers[i]);
    }
}
END_TEST

START_TEST(a_token_that_splunk_echoes_is_not_shown)
{
    struct sent sent;
    static const struct server_step step = {STEP_ANSWER,
        "HTTP/1.1 403 No\r\nContent-Length: 45\r\n\r\n"
        "{\"text\":\"Invalid token B5A79AAD\",\"code\":4}   ",
        0};
    http_rig_init(hec, &step, 1);
    rig.config.http.token = (struct secret_reference){SECRET_PLAIN, (char *)"B5A79AAD-D822"};
    rig_open();
    send_one(&sent);
    ck_assert_int_eq(sent.outcome, OUTPUT_SENDER_REFUSED);
    ck_assert_str_eq(sent.message, "the receiver answered 403");
    http_rig_deinit();
}
END_TEST

CHECK_MAIN("splunk_hec", events_hold_the_entry_byte_for_byte_and_what_is_configured,
    what_is_not_set_is_left_to_the_token, every_event_has_its_own_time_and_source,
    another_format_goes_into_the_event_as_a_string,
    an_event_that_finds_no_room_leaves_the_body_as_it_was,
    the_collectors_path_is_ours_where_the_address_has_none, events_go_out_compressed,
    each_code_has_its_outcome_with_and_without_a_number,
    a_code_of_failure_is_believed_against_a_good_status, where_no_code_is_known_the_status_says_it,
    a_number_that_can_be_none_is_none, a_token_that_splunk_echoes_is_not_shown)
