/* The dump: every key with its value, read back to an equal dump, without secrets. And `canonical`,
 * by which a reload sees what changed. */
#include "config_test.h"

static const char everything[] =
    "state_dir: \"/srv/true path\"\n"
    "control: unix:/run/c.sock\n"
    "store: {max_size: 2GiB, ledger: 36h}\n"
    "log: {level: debug, format: json}\n"
    "retry:\n"
    "  - {handler: match, when: {status: [408, 425], error: [\"a, b\"], transport: [dns, reset]},\n"
    "     interval: {type: fixed, wait: 1500ms, jitter: decorrelated}}\n"
    "sources:\n"
    "  - name: acme\n"
    "    token: {credential: acme}\n"
    "    base_url: http://127.0.0.1:8080/audit/v1\n"
    "    start: 2026-01-02T03:04:05+01:00\n"
    "    proxy: \"\"\n"
    "    headers: {X-Key: plainsecret, X-Ref: {env: REF}}\n"
    "    filter: {actions: [user_login], actor: U1}\n"
    "  - {name: \"null\", token: {env: TOKEN}, start: -90m, retry: [], proxy: \"http://p:1\"}\n"
    "outputs:\n"
    "  - {name: yes, type: file, path: '/tmp/it''s \"é\"', rotate: {size: 1MiB, compress: gzip}}\n"
    "  - {name: s1, type: syslog, address: \"tls://[::1]\", facility: local7, redact: [a.b]}\n"
    "  - {name: s0, type: syslog, address: \"udp://log.example.com\", oversize: truncate}\n"
    "  - {name: s2, type: syslog, address: \"unix:/dev/log\", framing: lf, max_size: 65507B}\n"
    "  - {name: h1, type: http, url: \"https://h/x?key=plainsecret\", token: {file: /t}, body: "
    "array}\n"
    "  - {name: h2, type: http, api: splunk_hec, url: {env: URL}, token: {env: T}, sourcetype: "
    "\"\"}\n"
    "  - {name: o, type: stdout, only: {actions: [\"*\"]}, sources: [\"null\", acme]}\n";

START_TEST(a_dump_reads_back_to_an_equal_dump)
{
    struct config *config = parse_good(everything);
    char *first = dump_of(config);
    struct config *again = parse_good(first);
    char *second = dump_of(again);
    ck_assert_str_eq(first, second);
    ck_assert_str_eq(again->state_dir, "/srv/true path");
    ck_assert_str_eq(again->outputs[0].file.path, "/tmp/it's \"é\"");
    ck_assert_int_eq(again->sources[0].start_value, config->sources[0].start_value);
    ck_assert(again->sources[0].has_proxy);
    ck_assert_uint_eq(again->sources[1].retry.count, 0);
    ck_assert_uint_eq(again->outputs[3].syslog.max_size, 65507);
    free(first);
    free(second);
    config_free(config);
    config_free(again);
}
END_TEST

START_TEST(a_dump_shows_no_secret_of_the_file)
{
    struct config *config = parse_good(everything);
    char *dump = dump_of(config);
    ck_assert_ptr_null(strstr(dump, "plainsecret"));
    ck_assert_ptr_nonnull(strstr(dump, "X-Key: \"(redacted)\"\n"));
    ck_assert_ptr_nonnull(strstr(dump, "X-Ref: {env: REF}\n"));
    ck_assert_ptr_nonnull(strstr(dump, "url: \"https://h/x?(redacted)\"\n"));
    ck_assert_ptr_nonnull(strstr(dump, "token: {credential: acme}\n"));
    for (size_t i = 0; i < config->output_count; i++)
        ck_assert_ptr_null(strstr(config->outputs[i].canonical, "plainsecret"));
    ck_assert_ptr_null(strstr(config->sources[0].canonical, "plainsecret"));
    free(dump);
    config_free(config);
}
END_TEST

START_TEST(a_dump_has_the_defaults_and_names_what_is_unset)
{
    struct config *config =
        parse_good(A_SOURCE "outputs: [{name: one, type: http, url: \"https://h/\"}]\n");
    char *dump = dump_of(config);
    static const char *const lines[] = {"state_dir: /var/lib/slackauditd\n", "  ledger: 30d\n",
        "    base_url: \"https://api.slack.com/audit/v1/\"\n", "    start: -7d\n",
        "    page_limit: 9999\n", "    # proxy:\n", "    # token:\n", "    api: generic\n",
        "      max_wait: 1s\n", "    sources: []\n",
        "    dead_letter: /var/lib/slackauditd/dead/one.ndjson\n"};
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        ck_assert_msg(strstr(dump, lines[i]) != NULL, "%s", lines[i]);
    free(dump);
    config_free(config);
}
END_TEST

START_TEST(words_that_mean_something_else_in_yaml_are_quoted)
{
    struct config *config = parse_good(everything);
    char *dump = dump_of(config);
    ck_assert_ptr_nonnull(strstr(dump, "- name: \"null\"\n"));
    ck_assert_ptr_nonnull(strstr(dump, "- name: \"yes\"\n"));
    ck_assert_ptr_nonnull(strstr(dump, "only:\n      actions: [\"*\"]\n"));
    free(dump);
    config_free(config);
}
END_TEST

/* The canonical text of the first source with this key. */
static char *canonical_with(const char *key)
{
    struct config *config = parse_source(key);
    char *canonical = strdup(config->sources[0].canonical);
    config_free(config);
    return canonical;
}

static void expect_canonical(const char *one, const char *other, bool equal)
{
    char *left = canonical_with(one), *right = canonical_with(other);
    ck_assert_msg((strcmp(left, right) == 0) == equal, "%s and %s", one, other);
    free(left);
    free(right);
}

START_TEST(canonical_is_equal_when_nothing_changed_in_meaning)
{
    expect_canonical("timeout: 30s", "timeout: 30000ms", true);
    expect_canonical("timeout: 30s", "overlap: 600s", true); /* both are the defaults */
    expect_canonical("headers: {}", "headers:   {   }", true);
    expect_canonical("timeout: 30s", "timeout: 31s", false);
    expect_canonical("headers: {A: x}", "headers: {A: y}", false);
    expect_canonical("headers: {A: x}", "headers: {A: {env: x}}", false);
    expect_canonical("proxy: \"\"", "timeout: 30s", false);
    expect_canonical("retry: []", "timeout: 30s", false);
}
END_TEST

START_TEST(canonical_sees_a_change_of_the_default_stack)
{
    struct config *one = parse_good(A_SOURCE AN_OUTPUT);
    struct config *other = parse_good(A_SOURCE AN_OUTPUT "retry: [{handler: rate_limit}]\n");
    ck_assert_str_ne(one->sources[0].canonical, other->sources[0].canonical);
    ck_assert_str_ne(one->outputs[0].canonical, other->outputs[0].canonical);
    config_free(one);
    config_free(other);
}
END_TEST

START_TEST(a_dump_that_does_not_fit_says_so)
{
    struct config *config = parse_good(A_SOURCE AN_OUTPUT);
    struct buffer small = BUFFER_INIT(64);
    ck_assert_int_eq(config_dump(config, &small), ERROR_LIMIT);
    buffer_deinit(&small);
    config_free(config);
}
END_TEST

CHECK_MAIN("config dump", a_dump_reads_back_to_an_equal_dump, a_dump_shows_no_secret_of_the_file,
    a_dump_has_the_defaults_and_names_what_is_unset,
    words_that_mean_something_else_in_yaml_are_quoted,
    canonical_is_equal_when_nothing_changed_in_meaning,
    canonical_sees_a_change_of_the_default_stack, a_dump_that_does_not_fit_says_so)
