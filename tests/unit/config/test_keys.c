/* Keys and values: what is accepted, and the words that refuse the rest. */
#include "config_test.h"

START_TEST(all_errors_are_told_at_once_in_the_order_of_the_file)
{
    struct config_problems problems = parse_bad(slice_of("metrics: {listen: \"127.0.0.1:9464\"}\n"
                                                         "store: {max_size: 1MiB}\n"
                                                         "sources:\n"
                                                         "  - name: acme\n"
                                                         "    token: {env: TOKEN}\n"
                                                         "    page_limit: 10000\n"
                                                         "outputs:\n"
                                                         "  - name: archive\n"
                                                         "    type: file\n"
                                                         "    path: /tmp/a\n"
                                                         "  - name: archive\n"
                                                         "    type: syslog\n"
                                                         "    batch: {max_bytes: \"1 MB\"}\n"
                                                         "    sources: [acne]\n"));
    static const struct {
        int line, column;
        const char *text;
    } expected[] = {
        {1, 1, "metrics: unknown key"},
        {2, 19, "store.max_size: must be at least 64MiB, found \"1MiB\""},
        {6, 17, "sources[0].page_limit: must be 1 to 9999, found \"10000\""},
        {11, 5, "outputs[1].address: missing; type syslog requires it"},
        {11, 11, "outputs[1].name: must be unique; outputs[0] has this name already"},
        {13, 24, "outputs[1].batch.max_bytes: expected a size such as 64KiB, found \"1 MB\""},
        {14, 14, "outputs[1].sources: there is no source of the name \"acne\""},
    };
    show_problems(&problems);
    ck_assert_uint_eq(problems.count, sizeof(expected) / sizeof(expected[0]));
    for (size_t i = 0; i < problems.count; i++) {
        ck_assert_int_eq(problems.items[i].line, expected[i].line);
        ck_assert_int_eq(problems.items[i].column, expected[i].column);
        ck_assert_str_eq(problems.items[i].text, expected[i].text);
    }
    config_problems_deinit(&problems);
}
END_TEST

START_TEST(past_a_hundred_problems_the_rest_is_counted)
{
    struct buffer text = BUFFER_INIT(LIMIT_CONFIG);
    ck_assert_int_eq(buffer_append_text(&text, A_SOURCE AN_OUTPUT), 0);
    for (int i = 0; i < 150; i++)
        ck_assert_int_eq(buffer_printf(&text, "key%d: 1\n", i), 0);
    struct config_problems problems = parse_bad(buffer_slice(&text));
    ck_assert_uint_eq(problems.count, LIMIT_CONFIG_PROBLEMS);
    ck_assert_uint_eq(problems.more, 50);
    config_problems_deinit(&problems);
    buffer_deinit(&text);
}
END_TEST

START_TEST(unknown_keys_suggest_the_nearest_known_one)
{
    expect_problem(A_SOURCE AN_OUTPUT "stat_dir: /x\n", 3, 1,
        "stat_dir: unknown key; did you mean \"state_dir\"?");
    expect_source_problem("pol_interval: 1s", "pol_interval",
        "sources[0].pol_interval: unknown key; did you mean \"poll_interval\"?");
    expect_source_problem("filter: {action: []}", "action",
        "sources[0].filter.action: unknown key; did you mean \"actions\"?");
    expect_output_problem("type: stdout, fromat: json", "fromat",
        "outputs[0].fromat: unknown key; did you mean \"format\"?");
    expect_output_problem("type: stdout, zebra: 1", "zebra", "outputs[0].zebra: unknown key");
    /* What comes with a later release is unknown to this one. */
    expect_output_problem("type: stdout, relp: 1", "relp", "outputs[0].relp: unknown key");
    /* A suggestion fits the type. */
    expect_output_problem("type: stdout, pat: 1", "pat", "outputs[0].pat: unknown key");
}
END_TEST

START_TEST(duplicate_keys_name_the_first)
{
    expect_source_problem(
        "name: other", "name", "sources[0].name: duplicate key; it stands on line 3 already");
    expect_problem(A_SOURCE AN_OUTPUT "log: {level: info, level: info}\n", 3, 20,
        "log.level: duplicate key; it stands on line 3 already");
}
END_TEST

START_TEST(required_keys_are_asked_for_where_they_are_missing)
{
    struct config_problems problems = parse_bad(slice_of("log: {level: info}\n"));
    ck_assert(has_problem(&problems, 1, 1, "sources: missing; it is required"));
    ck_assert(has_problem(&problems, 1, 1, "outputs: missing; it is required"));
    ck_assert_uint_eq(problems.count, 2);
    config_problems_deinit(&problems);
    problems = parse_bad(slice_of("sources: []\noutputs: [{}]\n"));
    ck_assert(has_problem(&problems, 1, 10, "sources: must describe at least one"));
    ck_assert(has_problem(&problems, 2, 11, "outputs[0].name: missing; it is required"));
    ck_assert(has_problem(&problems, 2, 11, "outputs[0].type: missing; it is required"));
    ck_assert_uint_eq(problems.count, 3);
    config_problems_deinit(&problems);
}
END_TEST

START_TEST(a_value_of_the_wrong_shape_says_what_was_expected)
{
    expect_problem(
        A_SOURCE AN_OUTPUT "store: 1GiB\n", 3, 8, "store: expected a mapping, found \"1GiB\"");
    expect_problem(A_SOURCE AN_OUTPUT "log:\n", 3, 5, "log: expected a mapping, found nothing");
    expect_problem(A_SOURCE AN_OUTPUT "state_dir: [/x]\n", 3, 12,
        "state_dir: expected the path of a directory, found a list");
    expect_problem(A_SOURCE "outputs: {name: x}\n", 2, 10,
        "outputs: expected a list of mappings, found a mapping");
    expect_problem(A_SOURCE "outputs: [x]\n", 2, 11,
        "outputs[0]: expected a mapping that describes an output, found \"x\"");
    expect_output_problem("type: stdout, sources: acme", "acme",
        "outputs[0].sources: expected a list such as [a, b], found \"acme\"");
    expect_output_problem("type: stdout, sources: [[acme]]", "[a",
        "outputs[0].sources[0]: expected text, found a list");
    expect_source_problem("headers: []", "[",
        "sources[0].headers: expected a mapping of header names to values, found a list");
}
END_TEST

START_TEST(numbers_are_decimal_integers_without_quotes)
{
    static const char *const wrong[] = {
        "1.5", "0x10", "010", "1_000", "+5", "1e3", "\"100\"", "ten", "~", "true", "[]", "\"\""};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        char key[256];
        (void)snprintf(key, sizeof(key), SOURCE_BEGINS "    page_limit: %s\n", wrong[i]);
        struct config_problems problems = parse_bad(slice_of(key));
        ck_assert_uint_eq(problems.count, 1);
        static const char start[] =
            "sources[0].page_limit: expected a whole decimal number without quotes, found ";
        ck_assert_int_eq(strncmp(problems.items[0].text, start, strlen(start)), 0);
        config_problems_deinit(&problems);
    }
}
END_TEST

START_TEST(numbers_keep_their_range)
{
    static const char *const outside[] = {"0", "-1", "10000", "99999999999999999999"};
    for (size_t i = 0; i < sizeof(outside) / sizeof(outside[0]); i++) {
        char key[64], problem[128];
        (void)snprintf(key, sizeof(key), "page_limit: %s", outside[i]);
        (void)snprintf(problem, sizeof(problem),
            "sources[0].page_limit: must be 1 to 9999, found \"%s\"", outside[i]);
        expect_source_problem(key, outside[i], problem);
    }
    struct config *config = parse_source("page_limit: 1");
    ck_assert_int_eq(config->sources[0].page_limit, 1);
    config_free(config);
    config = parse_source("calls_per_minute: 60000");
    ck_assert_int_eq(config->sources[0].calls_per_minute, 60000);
    config_free(config);
    expect_source_problem("calls_per_minute: 60001", "60001",
        "sources[0].calls_per_minute: must be 1 to 60000, found \"60001\"");
}
END_TEST

START_TEST(booleans_are_true_and_false_only)
{
    static const char *const wrong[] = {"yes", "True", "on", "1", "\"true\""};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        char key[64], problem[128];
        (void)snprintf(key, sizeof(key), "insecure_http: %s", wrong[i]);
        (void)snprintf(problem, sizeof(problem),
            "sources[0].insecure_http: expected true or false, found \"%s\"",
            wrong[i][0] == '"' ? "true" : wrong[i]);
        expect_source_problem(key, wrong[i], problem);
    }
    struct config *config = parse_source("insecure_http: true");
    ck_assert(config->sources[0].insecure_http);
    config_free(config);
}
END_TEST

START_TEST(durations_and_sizes_need_a_unit)
{
    expect_source_problem("overlap: 600", "600",
        "sources[0].overlap: expected a duration such as 500ms, 30s or 7d, found \"600\"");
    expect_source_problem("overlap: 1.5m", "1.5m",
        "sources[0].overlap: expected a duration such as 500ms, 30s or 7d, found \"1.5m\"");
    expect_source_problem("overlap: 0", "0", "sources[0].overlap: must be 1s to 30d, found \"0\"");
    expect_problem(A_SOURCE AN_OUTPUT "store: {max_size: 99999999TiB}\n", 3, 19,
        "store.max_size: expected a size such as 64KiB, found \"99999999TiB\"");
    expect_output_problem("type: stdout, batch: {max_bytes: 17MiB}", "17MiB",
        "outputs[0].batch.max_bytes: must be 1KiB to 16MiB, found \"17MiB\"");
    struct config *config =
        parse_good(A_SOURCE AN_OUTPUT "store: {max_size: 64MiB, ledger: \"48h\"}\n");
    ck_assert_uint_eq(config->store_max_size, MIB(64));
    ck_assert_int_eq(config->store_ledger_us, INT64_C(48) * 3600 * 1000000);
    config_free(config);
}
END_TEST

START_TEST(names_keep_their_form)
{
    static const char *const wrong[] = {"a b", "-a", "../x", "ä", "a/b", ".a"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        char text[256], problem[256];
        (void)snprintf(
            text, sizeof(text), A_SOURCE "outputs: [{name: \"%s\", type: stdout}]\n", wrong[i]);
        (void)snprintf(problem, sizeof(problem),
            "outputs[0].name: must begin with a letter or digit and hold only letters, digits, "
            "\"_\", "
            "\".\", \"-\", found \"%s\"",
            wrong[i]);
        expect_problem(text, 2, 18, problem);
    }
    expect_problem(A_SOURCE "outputs: [{name: \"\", type: stdout}]\n", 2, 18,
        "outputs[0].name: must not be empty");
    char text[256], name[LIMIT_NAME + 2] = "";
    memset(name, 'a', LIMIT_NAME + 1);
    (void)snprintf(text, sizeof(text), A_SOURCE "outputs: [{name: %s, type: stdout}]\n", name);
    expect_problem(text, 2, 18, "outputs[0].name: must be at most 64 bytes, found 65");
}
END_TEST

START_TEST(a_long_value_is_cut_in_the_message)
{
    char key[300] = "page_limit: ", expected[300];
    memset(key + strlen(key), 'x', 200);
    (void)snprintf(expected, sizeof(expected),
        "sources[0].page_limit: expected a whole decimal number without quotes, found "
        "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...\"");
    expect_source_problem(key, "xx", expected);
}
END_TEST

START_TEST(the_start_of_a_source_has_four_forms)
{
    static const struct {
        const char *text;
        enum config_start start;
        int64_t value;
    } good[] = {
        {"now", CONFIG_START_NOW, 0},
        {"-7d", CONFIG_START_AGO, 604800},
        {"-90m", CONFIG_START_AGO, 5400},
        {"2024-01-01T00:00:00Z", CONFIG_START_AT, 1704067200},
        {"\"2024-01-01T01:00:00+01:00\"", CONFIG_START_AT, 1704067200},
        {"1704067200", CONFIG_START_AT, 1704067200},
        {"0", CONFIG_START_AT, 0}, /* before March 2018: the walk's business */
        {"1969-01-01T00:00:00Z", CONFIG_START_AT, 0},
    };
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        char key[64];
        (void)snprintf(key, sizeof(key), "start: %s", good[i].text);
        struct config *config = parse_source(key);
        ck_assert_int_eq(config->sources[0].start, good[i].start);
        ck_assert_int_eq(config->sources[0].start_value, good[i].value);
        config_free(config);
    }
    static const char *const wrong[] = {"7d", "yesterday", "2024-01-01", "-7", "-500ms", "-1.5d"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        char key[64], problem[256];
        (void)snprintf(key, sizeof(key), "start: %s", wrong[i]);
        (void)snprintf(problem, sizeof(problem),
            "sources[0].start: expected now, an age such as -7d, a time such as "
            "2026-11-22T02:15:15Z "
            "or Unix seconds, found \"%s\"",
            wrong[i]);
        expect_source_problem(key, wrong[i], problem);
    }
}
END_TEST

START_TEST(two_sources_of_one_name_are_refused)
{
    expect_problem("sources:\n"
                   "  - {name: a, token: {env: T}}\n"
                   "  - {name: b, token: {env: T}}\n"
                   "  - {name: a, token: {env: T}}\n" AN_OUTPUT,
        4, 12, "sources[2].name: must be unique; sources[0] has this name already");
}
END_TEST

START_TEST(the_filter_takes_whole_names_of_actions)
{
    struct config *config = parse_source("filter: {actions: [user_login, anomaly], actor: U1}");
    ck_assert_str_eq(config->sources[0].filter.actions[0], "user_login");
    ck_assert_str_eq(config->sources[0].filter.actions[1], "anomaly");
    ck_assert_ptr_null(config->sources[0].filter.actions[2]);
    ck_assert_str_eq(config->sources[0].filter.actor, "U1");
    ck_assert_str_eq(config->sources[0].filter.entity, "");
    config_free(config);
    expect_source_problem("filter: {actions: [user_login, \"user_*\"]}", "\"user_*\"",
        "sources[0].filter.actions[1]: must be one action, spelled out (patterns belong into an "
        "output's `only`), found \"user_*\"");
    expect_source_problem("filter: {actor: \"U1,U2\"}", "\"U1,U2\"",
        "sources[0].filter.actor: must be one id, found \"U1,U2\"");
}
END_TEST

CHECK_MAIN("config keys", all_errors_are_told_at_once_in_the_order_of_the_file,
    past_a_hundred_problems_the_rest_is_counted, unknown_keys_suggest_the_nearest_known_one,
    duplicate_keys_name_the_first, required_keys_are_asked_for_where_they_are_missing,
    a_value_of_the_wrong_shape_says_what_was_expected, numbers_are_decimal_integers_without_quotes,
    numbers_keep_their_range, booleans_are_true_and_false_only, durations_and_sizes_need_a_unit,
    names_keep_their_form, a_long_value_is_cut_in_the_message, the_start_of_a_source_has_four_forms,
    two_sources_of_one_name_are_refused, the_filter_takes_whole_names_of_actions)
