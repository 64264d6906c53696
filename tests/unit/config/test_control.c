/* Where the daemon of a spoiled file is asked. */
#include "config_test.h"

static void is_at(const char *text, const char *wanted)
{
    struct config *config = NULL;
    ck_assert_int_eq(config_parse_control("test.yaml", slice_of(text), &config), 0);
    ck_assert_str_eq(config->control, wanted);
    config_free(config);
}

static void is_nowhere(const char *text)
{
    struct config *config = NULL;
    ck_assert_int_eq(config_parse_control("test.yaml", slice_of(text), &config), ERROR_MISSING);
    ck_assert_ptr_null(config);
}

START_TEST(a_spoiled_file_still_says_where_the_control_socket_is)
{
    forget_directories();
    is_at("control: unix:/run/a.sock\nstrange: 1\n" A_SOURCE AN_OUTPUT, "/run/a.sock");
    is_at("state_dir: /var/a\nsources: 3\n" AN_OUTPUT, "/var/a/control.sock");
    is_at(A_SOURCE "control: unix:/run/a.sock\n", "/run/a.sock");
}
END_TEST

START_TEST(a_file_that_does_not_say_it_means_the_directory_of_the_unit_or_nothing)
{
    static const char *const texts[] = {
        "strange: 1\n" A_SOURCE AN_OUTPUT, "sources: [\n", "", "- a\n"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        forget_directories();
        is_nowhere(texts[i]);
        setenv("RUNTIME_DIRECTORY", "/run/unit", 1);
        is_at(texts[i], "/run/unit/control.sock");
    }
    forget_directories();
}
END_TEST

START_TEST(a_wrong_control_or_state_directory_is_not_guessed)
{
    forget_directories();
    is_nowhere("control: /run/a.sock\n" A_SOURCE AN_OUTPUT);
    is_nowhere("state_dir: [a]\n" A_SOURCE AN_OUTPUT);
}
END_TEST

CHECK_MAIN("config control", a_spoiled_file_still_says_where_the_control_socket_is,
    a_file_that_does_not_say_it_means_the_directory_of_the_unit_or_nothing,
    a_wrong_control_or_state_directory_is_not_guessed)
