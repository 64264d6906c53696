/* Secrets as they stand in the file: how they are referred to, and that no message repeats one. */
#include "config_test.h"

static void expect_silence(const struct config_problems *problems, const char *secret)
{
    for (size_t i = 0; i < problems->count; i++)
        ck_assert_ptr_null(strstr(problems->items[i].text, secret));
}

START_TEST(a_token_is_a_reference_of_three_kinds)
{
    static const struct {
        const char *text, *name;
        enum secret_kind kind;
    } good[] = {
        {"{file: /etc/token}", "/etc/token", SECRET_FILE},
        {"{credential: slack}", "slack", SECRET_CREDENTIAL},
        {"{env: SLACK_TOKEN}", "SLACK_TOKEN", SECRET_ENV},
    };
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        char text[256];
        (void)snprintf(
            text, sizeof(text), "sources: [{name: a, token: %s}]\n" AN_OUTPUT, good[i].text);
        struct config *config = parse_good(text);
        ck_assert_int_eq(config->sources[0].token.kind, good[i].kind);
        ck_assert_str_eq(config->sources[0].token.name, good[i].name);
        config_free(config);
    }
}
END_TEST

START_TEST(wrong_references_are_refused)
{
    static const struct {
        const char *text, *problem;
        int column;
    } wrong[] = {
        {"{}", "sources[0].token: a secret needs exactly one of file, credential and env", 28},
        {"{file: /a, env: B}",
            "sources[0].token: a secret needs exactly one of file, credential and env", 28},
        {"{fiel: /a}", "sources[0].token.fiel: unknown key; did you mean \"file\"?", 29},
        {"{vault: /a}", "sources[0].token.vault: unknown key; a secret has file, credential or env",
            29},
        {"{file: \"\"}", "sources[0].token.file: must not be empty", 35},
        {"{file: [a]}", "sources[0].token.file: expected a name", 35},
        {"{file: }", "sources[0].token.file: expected a name", 35},
        {"{credential: a/b}",
            "sources[0].token.credential: must be the name of a credential, without a slash", 41},
        {"[]",
            "sources[0].token: expected {file: PATH}, {credential: NAME} or {env: NAME}; the value "
            "itself does not belong here",
            28},
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        char text[256];
        (void)snprintf(
            text, sizeof(text), "sources: [{name: a, token: %s}]\n" AN_OUTPUT, wrong[i].text);
        expect_problem(text, 1, wrong[i].column, wrong[i].problem);
    }
}
END_TEST

START_TEST(a_secret_in_the_wrong_place_is_not_repeated)
{
    static const char *const texts[] = {
        "sources: [{name: a, token: xoxp-1234}]\n" AN_OUTPUT,
        "sources: [{name: a, token: {env: xoxp-1234}}]\n" AN_OUTPUT,
        "sources: [{name: a, token: {credential: xoxp-1234/}}]\n" AN_OUTPUT,
        A_SOURCE "outputs: [{name: a, type: http, url: \"https://xoxp-1234@host\"}]\n",
        A_SOURCE "outputs: [{name: a, type: http, url: \"xoxp-1234\"}]\n",
        A_SOURCE "outputs: [{name: a, type: http, url: \"http://host/?xoxp-1234\"}]\n",
        A_SOURCE
        "outputs: [{name: a, type: http, url: \"https://h\", proxy: \"http://xoxp-1234@h\"}]\n",
        A_SOURCE
        "outputs: [{name: a, type: http, url: \"https://h\", headers: {x: [xoxp-1234]}}]\n",
        A_SOURCE
        "outputs: [{name: a, type: http, url: \"https://h\", headers: {x: {y: xoxp-1234}}}]\n",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct config_problems problems = parse_bad(slice_of(texts[i]));
        ck_assert_uint_eq(problems.count, 1);
        expect_silence(&problems, "xoxp-1234");
        config_problems_deinit(&problems);
    }
}
END_TEST

START_TEST(headers_take_text_or_references)
{
    struct config *config =
        parse_source("headers: {X-Plain: \"a b\", X-Number: 5, X-Ref: {env: E}}");
    const struct config_headers *headers = &config->sources[0].headers;
    ck_assert_uint_eq(headers->count, 3);
    ck_assert_str_eq(headers->items[0].name, "X-Plain");
    ck_assert_int_eq(headers->items[0].value.kind, SECRET_PLAIN);
    ck_assert_str_eq(headers->items[0].value.name, "a b");
    ck_assert_str_eq(headers->items[1].value.name, "5");
    ck_assert_int_eq(headers->items[2].value.kind, SECRET_ENV);
    config_free(config);
    expect_source_problem("headers: {X-A: }", "}",
        "sources[0].headers.X-A: expected text, or a secret such as {file: PATH}");
}
END_TEST

CHECK_MAIN("config secrets", a_token_is_a_reference_of_three_kinds, wrong_references_are_refused,
    a_secret_in_the_wrong_place_is_not_repeated, headers_take_text_or_references)
