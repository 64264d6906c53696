/* Command lines: which verb they ask, with what. */
#include "ctl/arguments.h"

#include <string.h>

#include "check_main.h"
#include "daemon/daemon.h"

enum { SOURCE, OUTPUT }; /* of retry */

/* Reads the command line that stands behind the program's name. */
static bool read_line(struct ctl_arguments *arguments, const char *const *words)
{
    char *argv[CTL_WORDS + 8] = {"slackauditctl"};
    int argc = 1;
    for (; words[argc - 1] != NULL; argc++)
        argv[argc] = (char *)words[argc - 1]; /* getopt wants them so, and leaves them alone */
    *arguments = (struct ctl_arguments){.request = {.version = "0"}};
    return arguments_read(arguments, argc, argv);
}

#define READ(arguments, ...) read_line(arguments, (const char *const[]){__VA_ARGS__, NULL})

static void refuses(const char *const *words)
{
    struct ctl_arguments arguments;
    ck_assert(!read_line(&arguments, words));
    ck_assert_int_eq(arguments.exit_code, DAEMON_EXIT_USAGE);
}

#define REFUSES(...) refuses((const char *const[]){__VA_ARGS__, NULL})

START_TEST(general_options_stand_before_and_behind_the_verb)
{
    struct ctl_arguments arguments;
    ck_assert(READ(&arguments, "status"));
    ck_assert_ptr_eq(arguments.verb, &verb_status);
    ck_assert_str_eq(arguments.request.config_path, ARGUMENTS_DEFAULT_CONFIG);
    ck_assert(!arguments.request.config_given && !arguments.request.json);
    ck_assert(READ(&arguments, "--config", "a.yaml", "status", "--json"));
    ck_assert_str_eq(arguments.request.config_path, "a.yaml");
    ck_assert(arguments.request.config_given && arguments.request.json);
    ck_assert(READ(&arguments, "-j", "status", "-c", "b.yaml"));
    ck_assert_str_eq(arguments.request.config_path, "b.yaml");
    ck_assert(arguments.request.json);
}
END_TEST

START_TEST(an_option_of_a_verb_has_its_value_by_its_place)
{
    struct ctl_arguments arguments;
    ck_assert(READ(&arguments, "retry", "explain", "--source", "acme"));
    ck_assert_ptr_eq(arguments.verb, &verb_retry);
    ck_assert_uint_eq(arguments.request.word_count, 2);
    ck_assert_str_eq(arguments.request.words[1], "explain");
    ck_assert_str_eq(arguments.request.values[SOURCE], "acme");
    ck_assert_ptr_null(arguments.request.values[OUTPUT]);
    ck_assert(READ(&arguments, "retry", "--output=-7d", "explain"));
    ck_assert_str_eq(arguments.request.values[OUTPUT], "-7d");
    ck_assert(READ(&arguments, "retry", "--output", "-7d", "explain"));
    ck_assert_str_eq(arguments.request.values[OUTPUT], "-7d");
    ck_assert(READ(&arguments, "retry", "--source", "one", "explain", "--source", "two"));
    ck_assert_str_eq(arguments.request.values[SOURCE], "two");
}
END_TEST

START_TEST(a_value_that_may_be_left_out_stands_behind_a_sign)
{
    struct ctl_arguments arguments;
    ck_assert(READ(&arguments, "status"));
    ck_assert_ptr_null(arguments.request.values[0]);
    ck_assert(READ(&arguments, "status", "--watch"));
    ck_assert_str_eq(arguments.request.values[0], "");
    ck_assert(READ(&arguments, "status", "--watch=5", "-j"));
    ck_assert_str_eq(arguments.request.values[0], "5");
    ck_assert(READ(&arguments, "status", "--watch", "5"));
    ck_assert_str_eq(arguments.request.values[0], "");
    ck_assert_uint_eq(arguments.request.word_count, 2);
}
END_TEST

START_TEST(what_begins_with_a_dash_and_a_digit_is_a_word)
{
    struct ctl_arguments arguments;
    ck_assert(READ(&arguments, "checkpoint", "set", "acme", "-1d", "--redeliver", "-j"));
    ck_assert_uint_eq(arguments.request.word_count, 4);
    ck_assert_str_eq(arguments.request.words[3], "-1d");
    ck_assert_str_eq(arguments.request.values[0], "");
    ck_assert(arguments.request.json);
    ck_assert(READ(&arguments, "checkpoint", "-1", "-1d", "--redeliver", "-2h", "--", "-j"));
    ck_assert_uint_eq(arguments.request.word_count, 5);
    ck_assert_str_eq(arguments.request.words[1], "-1");
    ck_assert_str_eq(arguments.request.words[2], "-1d");
    ck_assert_str_eq(arguments.request.words[3], "-2h");
    ck_assert_str_eq(arguments.request.words[4], "-j");
    ck_assert_str_eq(arguments.request.values[0], "");
    ck_assert(!arguments.request.json);
}
END_TEST

START_TEST(what_stands_behind_two_dashes_is_a_word)
{
    struct ctl_arguments arguments;
    ck_assert(READ(&arguments, "checkpoint", "show", "--", "--json"));
    ck_assert_uint_eq(arguments.request.word_count, 3);
    ck_assert_str_eq(arguments.request.words[2], "--json");
    ck_assert(!arguments.request.json);
}
END_TEST

START_TEST(what_is_unknown_or_incomplete_is_bad_usage)
{
    REFUSES(NULL);
    REFUSES("statsu");
    REFUSES("--strange", "status");
    REFUSES("status", "--strange");
    REFUSES("status", "--source", "acme");
    REFUSES("status", "-x");
    REFUSES("status", "-j1");
    REFUSES("status", "-x1");
    REFUSES("-1", "status");
    REFUSES("logs", "--l", "5");
    REFUSES("status", "--json=1");
    REFUSES("retry", "explain", "--source");
    REFUSES("--config");
    const char *many[CTL_WORDS + 2] = {"status"};
    for (size_t i = 1; i <= CTL_WORDS; i++)
        many[i] = "word";
    refuses(many);
}
END_TEST

START_TEST(help_and_version_end_well_and_run_nothing)
{
    struct ctl_arguments arguments;
    ck_assert(!READ(&arguments, "--help"));
    ck_assert_int_eq(arguments.exit_code, DAEMON_EXIT_DONE);
    ck_assert(!READ(&arguments, "help"));
    ck_assert_int_eq(arguments.exit_code, DAEMON_EXIT_DONE);
    ck_assert(!READ(&arguments, "-j", "help", "status"));
    ck_assert_int_eq(arguments.exit_code, DAEMON_EXIT_DONE);
    REFUSES("help", "statsu");
    ck_assert(!READ(&arguments, "status", "--version"));
    ck_assert_int_eq(arguments.exit_code, DAEMON_EXIT_DONE);
    for (size_t i = 0; ctl_verbs[i] != NULL; i++) {
        ck_assert(!READ(&arguments, ctl_verbs[i]->name, "--help"));
        ck_assert_int_eq(arguments.exit_code, DAEMON_EXIT_DONE);
        ck_assert_ptr_eq(arguments.verb, ctl_verbs[i]);
    }
}
END_TEST

START_TEST(no_verb_has_more_options_than_fit_or_two_of_one_name)
{
    for (size_t i = 0; ctl_verbs[i] != NULL; i++) {
        const struct ctl_verb *verb = ctl_verbs[i];
        ck_assert_uint_le(verb->option_count, CTL_OPTIONS);
        for (size_t j = 0; j < verb->option_count; j++)
            for (size_t k = 0; k < j; k++)
                ck_assert_str_ne(verb->options[j].name, verb->options[k].name);
    }
}
END_TEST

CHECK_MAIN("arguments", general_options_stand_before_and_behind_the_verb,
    an_option_of_a_verb_has_its_value_by_its_place,
    a_value_that_may_be_left_out_stands_behind_a_sign,
    what_begins_with_a_dash_and_a_digit_is_a_word, what_stands_behind_two_dashes_is_a_word,
    what_is_unknown_or_incomplete_is_bad_usage, help_and_version_end_well_and_run_nothing,
    no_verb_has_more_options_than_fit_or_two_of_one_name)
