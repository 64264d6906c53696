/* The file as YAML: what is let in, and where the fault of the rest is said to be. */
#include "config_test.h"

static void expect_bytes(const void *bytes, size_t size, int line, int column, const char *problem)
{
    struct config_problems problems = parse_bad((struct slice){.data = bytes, .size = size});
    ck_assert_msg(
        has_problem(&problems, line, column, problem), "expected %d:%d: %s", line, column, problem);
    config_problems_deinit(&problems);
}

START_TEST(a_small_file_is_accepted)
{
    config_free(parse_good(A_SOURCE AN_OUTPUT));
}
END_TEST

START_TEST(a_byte_order_mark_and_windows_line_ends_are_accepted)
{
    config_free(parse_good("\xef\xbb\xbf"
                           "sources: [{name: acme, token: {env: T}}]\r\n"
                           "outputs: [{name: a, type: stdout}]\r\n"));
}
END_TEST

START_TEST(an_empty_file_says_what_it_needs)
{
    static const char *const texts[] = {"", "# nothing\n", "---\n"};
    expect_problem(texts[0], 1, 1, "the file is empty: it needs `sources` and `outputs`");
    expect_problem(texts[1], 1, 1, "the file is empty: it needs `sources` and `outputs`");
    expect_problem(texts[2], 2, 1, "the file must be a mapping with `sources` and `outputs`");
}
END_TEST

START_TEST(a_file_that_is_no_mapping_is_refused)
{
    expect_problem("- a\n- b\n", 1, 1, "the file must be a mapping with `sources` and `outputs`");
    expect_problem("word\n", 1, 1, "the file must be a mapping with `sources` and `outputs`");
}
END_TEST

START_TEST(a_syntax_error_has_its_line_and_column)
{
    expect_problem("sources: [a\noutputs: b\n", 2, 8,
        "not valid YAML: did not find expected ',' or ']' (while parsing a flow sequence that "
        "begins "
        "on line 1)");
}
END_TEST

START_TEST(anchors_aliases_and_tags_are_refused_at_once)
{
    struct config_problems problems = parse_bad(slice_of(A_SOURCE "outputs:\n"
                                                                  "  - name: &n one\n"
                                                                  "    type: stdout\n"
                                                                  "    format: !!str json\n"
                                                                  "    sources: &list [acme]\n"
                                                                  "  - name: *n\n"
                                                                  "    type: stdout\n"));
    ck_assert(has_problem(
        &problems, 3, 11, "an anchor (&) is not accepted here; write the value where it is used"));
    ck_assert(
        has_problem(&problems, 5, 13, "a tag (!) is not accepted here; write the value alone"));
    ck_assert(has_problem(
        &problems, 6, 14, "an anchor (&) is not accepted here; write the value where it is used"));
    ck_assert(has_problem(
        &problems, 7, 11, "an alias (*) is not accepted here; write the value where it is used"));
    ck_assert_uint_eq(problems.count, 4); /* none of them is told twice */
    config_problems_deinit(&problems);
}
END_TEST

START_TEST(an_alias_in_place_of_any_value_is_told_once)
{
    static const char *const keys[] = {"token: *x", "base_url: *x", "start: *x", "timeout: *x",
        "page_limit: *x", "insecure_http: *x", "proxy: *x", "proxy: {file: *x}", "headers: *x",
        "headers: {A: *x}", "filter: *x", "filter: {actions: *x}", "filter: {actions: [*x]}",
        "tls: {key_file: *x, cert_file: a}", "tls: {min_version: *x}", "retry: *x", "retry: [*x]",
        "retry: [{handler: *x}]", "retry: [{handler: match, when: *x}]",
        "retry: [{handler: match, when: {status: [*x]}}]",
        "retry: [{handler: match, when: {transport: *x}}]"};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        char text[256];
        bool is_token = strncmp(keys[i], "token", 5) == 0;
        (void)snprintf(text, sizeof(text), AN_OUTPUT "sources: [{name: a, %s%s}]\n", keys[i],
            is_token ? "" : ", token: {env: T}");
        expect_problem(text, 2, (int)(strchr(strchr(text, '\n'), '*') - strchr(text, '\n')),
            "an alias (*) is not accepted here; write the value where it is used");
    }
}
END_TEST

START_TEST(a_bomb_of_aliases_is_refused_without_being_unfolded)
{
    struct config_problems problems = parse_bad(slice_of("a: &a [x, x, x, x, x, x, x, x]\n"
                                                         "b: &b [*a, *a, *a, *a, *a, *a, *a]\n"
                                                         "c: &c [*b, *b, *b, *b, *b, *b, *b]\n"));
    ck_assert(has_problem(
        &problems, 1, 4, "an anchor (&) is not accepted here; write the value where it is used"));
    config_problems_deinit(&problems);
}
END_TEST

START_TEST(a_second_document_is_refused)
{
    expect_problem(A_SOURCE AN_OUTPUT "---\n" A_SOURCE, 3, 1,
        "a second document begins here; the file must hold one");
}
END_TEST

START_TEST(every_tab_in_the_indentation_is_told)
{
    struct config_problems problems = parse_bad(slice_of("sources:\n\t- name: a\n  \ttoken: b\n"));
    ck_assert(has_problem(&problems, 2, 1, "a tab in the indentation; indent with spaces"));
    ck_assert(has_problem(&problems, 3, 3, "a tab in the indentation; indent with spaces"));
    ck_assert_uint_eq(problems.count, 2);
    config_problems_deinit(&problems);
}
END_TEST

START_TEST(bytes_that_are_no_utf8_are_refused_where_they_stand)
{
    static const char text[] = "sources: x\noutputs: \"\xc3\xa4\xff\"\n";
    expect_bytes(text, sizeof(text) - 1, 2, 12,
        "the file must be UTF-8 text: invalid leading UTF-8 octet here");
    static const char wide[] = "\xff\xfe"
                               "a\0:\0";
    expect_bytes(wide, sizeof(wide) - 1, 1, 1,
        "the file must be UTF-8 text: invalid leading UTF-8 octet here");
    static const char nul[] = "a: b\nc: \0\n";
    expect_bytes(nul, sizeof(nul) - 1, 2, 4,
        "the file must be UTF-8 text: control characters are not allowed here");
}
END_TEST

START_TEST(control_characters_do_not_come_in_by_escapes)
{
    static const char *const escapes[] = {
        "\\0", "\\n", "\\t", "\\e", "\\x7f", "\\x85", "\\u2028", "\\u2029", "\\ufeff", "\\uffff"};
    for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++) {
        char keys[64];
        (void)snprintf(keys, sizeof(keys), "type: stdout, redact: [\"a%sb\"]", escapes[i]);
        expect_output_problem(keys, "\"", "a value must be one line without control characters");
    }
    expect_problem(A_SOURCE AN_OUTPUT "state_dir: |\n  /a\n  /b\n", 3, 12,
        "a value must be one line without control characters");
}
END_TEST

START_TEST(letters_beyond_ascii_are_kept)
{
    struct config *config = parse_output("type: file, path: \"/tmp/\\u00e4 ö 漢 \\U0001F600\"");
    ck_assert_str_eq(config->outputs[0].file.path, "/tmp/ä ö 漢 😀");
    config_free(config);
}
END_TEST

START_TEST(a_key_that_is_no_word_is_refused)
{
    expect_problem("? [a]\n: b\n", 1, 3, "a key must be a plain word");
}
END_TEST

START_TEST(depth_is_bounded)
{
    char text[256] = "a: ";
    memset(text + 3, '[', 200);
    text[203] = '\0';
    expect_problem(text, 1, 20, "lists and mappings lie more than 16 deep in each other");
}
END_TEST

START_TEST(the_count_of_values_is_bounded)
{
    struct buffer text = BUFFER_INIT(LIMIT_CONFIG);
    ck_assert_int_eq(buffer_append_text(&text, "a: ["), 0);
    for (int i = 0; i < LIMIT_CONFIG_NODES; i++)
        ck_assert_int_eq(buffer_append_text(&text, "x,"), 0);
    struct config_problems problems = parse_bad(buffer_slice(&text));
    ck_assert_uint_eq(problems.count, 1);
    ck_assert_str_eq(problems.items[0].text, "more than 20000 values in one file");
    config_problems_deinit(&problems);
    buffer_deinit(&text);
}
END_TEST

START_TEST(the_size_is_bounded)
{
    size_t size = LIMIT_CONFIG + 1;
    char *text = malloc(size);
    memset(text, '#', size);
    expect_bytes(text, size, 0, 0, "the file is longer than 1048576 bytes");
    free(text);
}
END_TEST

CHECK_MAIN("config document", a_small_file_is_accepted,
    a_byte_order_mark_and_windows_line_ends_are_accepted, an_empty_file_says_what_it_needs,
    a_file_that_is_no_mapping_is_refused, a_syntax_error_has_its_line_and_column,
    anchors_aliases_and_tags_are_refused_at_once, an_alias_in_place_of_any_value_is_told_once,
    a_bomb_of_aliases_is_refused_without_being_unfolded, a_second_document_is_refused,
    every_tab_in_the_indentation_is_told, bytes_that_are_no_utf8_are_refused_where_they_stand,
    control_characters_do_not_come_in_by_escapes, letters_beyond_ascii_are_kept,
    a_key_that_is_no_word_is_refused, depth_is_bounded, the_count_of_values_is_bounded,
    the_size_is_bounded)
