/* What each type of output takes, refuses and fills in. */
#include "config_test.h"

#include "base/units.h"

START_TEST(a_file_output_has_its_defaults)
{
    struct config *config = parse_output("type: file, path: /var/log/a.ndjson");
    const struct config_output *output = &config->outputs[0];
    ck_assert_int_eq(output->type, CONFIG_OUTPUT_FILE);
    ck_assert_int_eq(output->line, 3);
    ck_assert_str_eq(output->file.path, "/var/log/a.ndjson");
    ck_assert_str_eq(output->format, "json");
    ck_assert_uint_eq(output->file.rotate_size, 0);
    ck_assert_int_eq(output->file.rotate_interval_us, 0);
    ck_assert_int_eq(output->file.rotate_keep, 0);
    ck_assert(!output->file.rotate_gzip);
    ck_assert_uint_eq(output->batch.max_entries, 10000);
    ck_assert_uint_eq(output->batch.max_bytes, MIB(1));
    ck_assert_int_eq(output->batch.max_wait_us, 0);
    ck_assert_int_eq(output->max_in_flight, 1);
    ck_assert_ptr_null(output->sources[0]);
    ck_assert_ptr_null(output->only[0]);
    ck_assert_ptr_null(output->except[0]);
    ck_assert_ptr_null(output->redact[0]);
    ck_assert_str_eq(output->dead_letter, "/var/lib/slackauditd/dead/one.ndjson");
    ck_assert_ptr_eq(config_find_output(config, "one"), output);
    ck_assert_ptr_null(config_find_output(config, "two"));
    config_free(config);
}
END_TEST

START_TEST(a_rotation_has_parts)
{
    struct config *config = parse_output("type: file, path: /tmp/a, rotate: {size: 100MiB, "
                                         "interval: 24h, keep: 30, compress: gzip}");
    const struct config_output *output = &config->outputs[0];
    ck_assert_uint_eq(output->file.rotate_size, MIB(100));
    ck_assert_int_eq(output->file.rotate_interval_us, USEC_PER_DAY);
    ck_assert_int_eq(output->file.rotate_keep, 30);
    ck_assert(output->file.rotate_gzip);
    config_free(config);
    expect_output_problem("type: file, path: /tmp/a, rotate: {size: 4095B}", "4095B",
        "outputs[0].rotate.size: must be 0 (off) or at least 4KiB");
    expect_output_problem("type: file, path: /tmp/a, rotate: {interval: 1ms}", "1ms",
        "outputs[0].rotate.interval: must be 0 (off) or at least 1s");
    expect_output_problem("type: file, path: /tmp/a, rotate: {compress: zstd}", "zstd",
        "outputs[0].rotate.compress: must be one of none, gzip, found \"zstd\"");
}
END_TEST

START_TEST(a_syslog_output_has_its_defaults)
{
    struct config *config = parse_output("type: syslog, address: \"tls://siem.example.com\"");
    const struct config_output *output = &config->outputs[0];
    ck_assert_str_eq(output->format, "rfc5424");
    ck_assert_int_eq(output->syslog.transport, CONFIG_TRANSPORT_TLS);
    ck_assert_str_eq(output->syslog.host, "siem.example.com");
    ck_assert_uint_eq(output->syslog.port, 6514);
    ck_assert_int_eq(output->syslog.framing, CONFIG_FRAMING_OCTET_COUNTING);
    ck_assert_int_eq(output->syslog.facility, 10);
    ck_assert_str_eq(output->syslog.app_name, "slackaudit");
    ck_assert_uint_eq(output->syslog.max_size, KIB(8));
    ck_assert_int_eq(output->syslog.oversize, CONFIG_OVERSIZE_DEAD_LETTER);
    ck_assert_int_eq(output->timeout_us, 30 * USEC_PER_SEC);
    ck_assert(!output->has_proxy);
    ck_assert_str_eq(output->tls.ca_file, "");
    ck_assert_str_eq(output->tls.min_version, "1.2");
    ck_assert_uint_eq(output->batch.max_entries, 1000);
    config_free(config);
}
END_TEST

START_TEST(an_http_output_has_its_defaults)
{
    struct config *config = parse_output("type: http, url: \"https://c.example.com/x\"");
    const struct config_output *output = &config->outputs[0];
    ck_assert_str_eq(output->http.api, "generic");
    ck_assert_str_eq(output->format, "json");
    ck_assert_int_eq(output->http.url.kind, SECRET_PLAIN);
    ck_assert_str_eq(output->http.url.name, "https://c.example.com/x");
    ck_assert_int_eq(output->http.token.kind, SECRET_NONE);
    ck_assert_str_eq(output->http.method, "POST");
    ck_assert_int_eq(output->http.body, CONFIG_BODY_NDJSON);
    ck_assert(!output->http.gzip);
    ck_assert_str_eq(output->http.index, "");
    ck_assert_str_eq(output->http.sourcetype, "");
    ck_assert_uint_eq(output->batch.max_entries, 1000);
    ck_assert_uint_eq(output->batch.max_bytes, MIB(1));
    ck_assert_int_eq(output->batch.max_wait_us, USEC_PER_SEC);
    ck_assert_int_eq(output->max_in_flight, 1);
    config_free(config);
}
END_TEST

START_TEST(a_collector_has_its_own_keys)
{
    struct config *config = parse_output(
        "type: http, api: splunk_hec, url: \"https://s:8088\", token: {credential: hec}, "
        "index: main, compression: gzip, max_in_flight: 4");
    const struct config_output *output = &config->outputs[0];
    ck_assert_str_eq(output->http.api, "splunk_hec");
    ck_assert_int_eq(output->http.token.kind, SECRET_CREDENTIAL);
    ck_assert_str_eq(output->http.token.name, "hec");
    ck_assert_str_eq(output->http.index, "main");
    ck_assert_str_eq(output->http.sourcetype, "slack:audit");
    ck_assert_str_eq(output->http.host, "");
    ck_assert_str_eq(output->http.method, "POST");
    ck_assert(output->http.gzip);
    ck_assert_int_eq(output->max_in_flight, 4);
    config_free(config);
    expect_output_problem("type: http, api: splunk_hec, url: \"https://s:8088\"", NULL,
        "outputs[0].token: missing; api splunk_hec requires it");
    expect_output_problem(
        "type: http, api: splunk_hec, url: \"https://s\", token: {env: T}, format: rfc5424",
        "rfc5424", "outputs[0].format: must be json, found \"rfc5424\"");
}
END_TEST

START_TEST(keys_that_do_not_fit_the_type_say_whose_they_are)
{
    static const struct {
        const char *keys, *at, *problem;
    } wrong[] = {
        {"type: stdout, rotate: {keep: 1}", "rotate",
            "outputs[0].rotate: does not belong to type stdout; it is for type file"},
        {"type: stdout, path: /x", "path",
            "outputs[0].path: does not belong to type stdout; it is for type file"},
        {"type: stdout, timeout: 1s", "timeout",
            "outputs[0].timeout: does not belong to type stdout; it is for type syslog or type "
            "http"},
        {"type: stdout, api: generic", "api",
            "outputs[0].api: does not belong to type stdout; it is for type http"},
        {"type: syslog, address: \"udp://h\", headers: {}", "headers",
            "outputs[0].headers: does not belong to type syslog; it is for type http"},
        {"type: http, url: \"https://h\", index: main", "index",
            "outputs[0].index: does not belong to api generic; it is for api splunk_hec"},
        {"type: http, api: splunk_hec, url: \"https://h\", token: {env: T}, method: PUT", "method",
            "outputs[0].method: does not belong to api splunk_hec; it is for api generic"},
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        expect_output_problem(wrong[i].keys, wrong[i].at, wrong[i].problem);
}
END_TEST

START_TEST(types_formats_and_apis_of_later_releases_are_not_among_the_words)
{
    expect_output_problem("type: kafka", "kafka",
        "outputs[0].type: must be one of file, stdout, syslog, http, found \"kafka\"");
    expect_output_problem("type: stdout, format: ecs", "ecs",
        "outputs[0].format: must be one of json, rfc5424, rfc3164, found \"ecs\"");
    expect_output_problem("type: http, url: \"https://h\", api: elasticsearch", "elasticsearch",
        "outputs[0].api: must be one of generic, splunk_hec, found \"elasticsearch\"");
}
END_TEST

START_TEST(with_a_wrong_type_only_the_type_is_blamed)
{
    /* Neither is `path` missing nor `address` misplaced: nobody knows. Wrong values are still told.
     */
    struct config_problems problems =
        parse_bad(slice_of(A_SOURCE "outputs: [{name: a, type: fiel, address: \"udp://h\", "
                                    "max_size: 1, sources: [x]}]\n"));
    ck_assert(has_problem(&problems, 2, 27,
        "outputs[0].type: must be one of file, stdout, syslog, http, found \"fiel\""));
    ck_assert(has_problem(
        &problems, 2, 63, "outputs[0].max_size: expected a size such as 64KiB, found \"1\""));
    ck_assert(
        has_problem(&problems, 2, 75, "outputs[0].sources: there is no source of the name \"x\""));
    ck_assert_uint_eq(problems.count, 3);
    config_problems_deinit(&problems);
}
END_TEST

START_TEST(syslog_keys_must_fit_the_address)
{
    expect_output_problem("type: syslog, address: \"tcp://h\", tls: {}", "tls",
        "outputs[0].tls: does not belong to tcp://; it is for type http or tls://");
    expect_output_problem("type: syslog, address: \"unix:///dev/log\", proxy: \"http://p:1\"",
        "proxy",
        "outputs[0].proxy: does not belong to unix:; it is for type http or tcp:// or tls://");
    expect_output_problem("type: syslog, address: \"udp://h\", framing: lf", "framing",
        "outputs[0].framing: does not belong to udp://; it is for tcp:// or tls:// or unix:");
    expect_output_problem("type: syslog, address: \"udp://h\", max_size: 64KiB", "64KiB",
        "outputs[0].max_size: must be 480B to 65507B, found \"64KiB\"");
    expect_output_problem("type: syslog, address: \"tcp://h\", max_size: 479B", "479B",
        "outputs[0].max_size: must be 480B to 8MiB, found \"479B\"");
    expect_output_problem("type: syslog, address: \"tcp://h\", app_name: \"a b\"", "\"a b\"",
        "outputs[0].app_name: must be printable ASCII without spaces, found \"a b\"");
    expect_output_problem("type: syslog, address: \"tcp://h\", facility: local8", "local8",
        "outputs[0].facility: must be one of kern, user, mail, daemon, auth, syslog, lpr, news, "
        "uucp, cron, authpriv, ftp, ntp, audit, alert, clock, local0, local1, local2, local3, "
        "local4, local5, local6, local7, found \"local8\"");
    /* With a wrong address nobody knows what fits it. */
    expect_output_problem("type: syslog, address: \"relp://h\", tls: {}, framing: lf", "\"relp",
        "outputs[0].address: must begin with udp://, tcp://, tls:// or unix://");
}
END_TEST

START_TEST(an_array_is_for_json_only)
{
    expect_output_problem("type: http, url: \"https://h\", body: array, format: rfc3164", "array",
        "outputs[0].body: array is for format: json only");
    struct config *config =
        parse_output("type: http, url: \"https://h\", body: array, method: PUT");
    ck_assert_int_eq(config->outputs[0].http.body, CONFIG_BODY_ARRAY);
    ck_assert_str_eq(config->outputs[0].http.method, "PUT");
    config_free(config);
}
END_TEST

START_TEST(choices_of_entries_are_lists_of_patterns)
{
    struct config *config =
        parse_output("type: stdout, sources: [acme], only: {actions: [\"user_*\", "
                     "anomaly]}, except: {actions: [user_login]}, "
                     "redact: [actor.user.email]");
    const struct config_output *output = &config->outputs[0];
    ck_assert_str_eq(output->sources[0], "acme");
    ck_assert_str_eq(output->only[0], "user_*");
    ck_assert_str_eq(output->only[1], "anomaly");
    ck_assert_ptr_null(output->only[2]);
    ck_assert_str_eq(output->except[0], "user_login");
    ck_assert_str_eq(output->redact[0], "actor.user.email");
    config_free(config);
    expect_output_problem("type: stdout, redact: [actor..email]", "actor..email",
        "outputs[0].redact[0]: must be names joined by dots, such as actor.user.email, found "
        "\"actor..email\"");
    expect_output_problem("type: stdout, only: {actions: [\"\"]}", "\"\"",
        "outputs[0].only.actions[0]: must not be empty");
}
END_TEST

START_TEST(a_header_cannot_stand_beside_the_key_that_makes_it)
{
    expect_output_problem(
        "type: http, url: \"https://h\", token: {env: T}, headers: {authorization: x}", "auth",
        "outputs[0].headers.authorization: cannot be set beside `token`, which makes it");
    config_free(parse_output("type: http, url: \"https://h\", headers: {Authorization: {env: T}}"));
    expect_source_problem("headers: {X-A: 1, Authorization: {env: T}}", "Auth",
        "sources[0].headers.Authorization: cannot be set; `token` makes it");
    /* At its own line and column, a secret or not, and whatever else is wrong with it. */
    struct config_problems problems =
        parse_bad(slice_of(SOURCE_BEGINS "    headers:\n      X-A: 1\n      AUTHORIZATION: [1]\n"));
    ck_assert(has_problem(
        &problems, 7, 7, "sources[0].headers.AUTHORIZATION: cannot be set; `token` makes it"));
    config_problems_deinit(&problems);
    expect_source_problem("headers: {Content-Length: 5}", "Content-Length",
        "sources[0].headers.Content-Length: cannot be set; the sender sets it");
    expect_source_problem("headers: {X-A: 1, x-a: 2}", "x-a",
        "sources[0].headers.x-a: stands twice; the case of letters makes no difference");
    expect_source_problem(
        "headers: {\"X A\": 1}", "\"X A\"", "sources[0].headers.X A: is not the name of a header");
}
END_TEST

START_TEST(a_key_needs_a_certificate)
{
    expect_source_problem(
        "tls: {key_file: /k}", "/k", "sources[0].tls.key_file: needs a cert_file beside it");
    expect_source_problem("tls: {min_version: 1.1}", "1.1",
        "sources[0].tls.min_version: must be one of 1.2, 1.3, found \"1.1\"");
}
END_TEST

CHECK_MAIN("config outputs", a_file_output_has_its_defaults, a_rotation_has_parts,
    a_syslog_output_has_its_defaults, an_http_output_has_its_defaults, a_collector_has_its_own_keys,
    keys_that_do_not_fit_the_type_say_whose_they_are,
    types_formats_and_apis_of_later_releases_are_not_among_the_words,
    with_a_wrong_type_only_the_type_is_blamed, syslog_keys_must_fit_the_address,
    an_array_is_for_json_only, choices_of_entries_are_lists_of_patterns,
    a_header_cannot_stand_beside_the_key_that_makes_it, a_key_needs_a_certificate)
