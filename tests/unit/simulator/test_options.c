/* The command line: what it sets, what it refuses, and that the help knows all of it. */
#include "check_main.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/units.h"
#include "simulator/options.h"

enum { NOW = 1700000000 };

/* Reads a line that is split at spaces. The arguments stay in `line`. */
static int read_line(struct options *options, char *line, struct error *error)
{
    char *argv[32] = {"slackaudit-sim"}, *place = NULL;
    int argc = 1;
    for (char *one = strtok_r(line, " ", &place); one != NULL; one = strtok_r(NULL, " ", &place))
        argv[argc++] = one;
    return options_read(options, argc, argv, NOW, error);
}

START_TEST(without_options_the_defaults_of_the_manual_hold)
{
    _cleanup_(options_deinit) struct options options = {0};
    char line[] = "";
    ck_assert_int_eq(read_line(&options, line, NULL), 0);
    ck_assert_str_eq(options.listen, "127.0.0.1:8888");
    ck_assert_ptr_null(options.url_file);
    ck_assert_uint_eq(options.api.calls_per_minute, 50);
    ck_assert_int_eq(options.api.cursor_ttl_us, 3600 * USEC_PER_SEC);
    ck_assert_int_eq(options.api.history.timeline.entries, TIMELINE_UNSET);
    ck_assert_uint_eq(options.api.history.timeline.seed, 1);
    ck_assert(!options.help && !options.version);
}
END_TEST

START_TEST(every_option_reaches_its_setting)
{
    _cleanup_(options_deinit) struct options options = {0};
    struct error error = ERROR_INIT;
    char first[] =
        "--listen [::1]:0 --url-file /x/url --seed 7 --entries 123 --from -1h --to now --burst 5 "
        "--burst-at 1699999000 --live 0.5 --live-since +1h --late 2.5 --late-by 5m";
    char second[] =
        "--entry-size 1000 --pretty 10 --odd huge=2 --token a --token b --calls-per-minute 0 "
        "--call-burst 3 --cursor-ttl 10m --bare-cursor-errors --optimistic 20";
    char third[] =
        "--short-pages 5 --enabled-since 2018-03-01T00:00:00Z --from -1h --clock-offset -60 "
        "--rate 2 --fault 500:at=1 --fault reset:every=2";
    ck_assert_msg(read_line(&options, first, &error) == 0, "%s", error.text);
    const struct timeline_settings *timeline = &options.api.history.timeline;
    ck_assert_str_eq(options.listen, "[::1]:0");
    ck_assert_str_eq(options.url_file, "/x/url");
    ck_assert_uint_eq(timeline->seed, 7);
    ck_assert_int_eq(timeline->entries, 123);
    ck_assert_int_eq(timeline->from, NOW - 3600);
    ck_assert_int_eq(timeline->to, NOW);
    ck_assert_int_eq(timeline->burst, 5);
    ck_assert_int_eq(timeline->burst_at, 1699999000);
    ck_assert_double_eq(timeline->live_per_second, 0.5);
    ck_assert_int_eq(timeline->live_since, NOW + 3600);
    ck_assert_double_eq(options.api.history.late_percent, 2.5);
    ck_assert_int_eq(options.api.history.late_by_us, 300 * USEC_PER_SEC);
    ck_assert_msg(read_line(&options, second, &error) == 0, "%s", error.text);
    ck_assert_uint_eq(options.api.history.entry_size, 1000);
    ck_assert_double_eq(options.api.history.pretty_percent, 10);
    ck_assert_uint_eq(options.api.history.odd.count, 2);
    ck_assert_uint_eq(options.api.tokens.count, 2);
    ck_assert_uint_eq(options.api.calls_per_minute, 0);
    ck_assert_uint_eq(options.api.call_burst, 3);
    ck_assert_int_eq(options.api.cursor_ttl_us, 600 * USEC_PER_SEC);
    ck_assert(options.api.bare_cursor_errors);
    ck_assert_uint_eq(options.api.optimistic, 20);
    tokens_deinit(&options.api.tokens);
    ck_assert_msg(read_line(&options, third, &error) == 0, "%s", error.text);
    ck_assert_double_eq(options.api.short_percent, 5);
    ck_assert_int_eq(options.api.enabled_since, 1519862400);
    ck_assert_int_eq(options.api.clock_offset_s, -60);
    ck_assert_int_eq(timeline->from, NOW - 60 - 3600);
    ck_assert_double_eq(timeline->rate, 2);
    ck_assert_uint_eq(options.api.faults.rule_count, 2);
}
END_TEST

START_TEST(tokens_come_from_a_file_too)
{
    char path[] = "/tmp/simulator-tokens-XXXXXX", line[128];
    int fd = mkstemp(path);
    struct error error = ERROR_INIT;
    _cleanup_(options_deinit) struct options options = {0};
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, "xoxp-one\nxoxp-two\n", 18), 18);
    close(fd);
    snprintf(line, sizeof(line), "--token zero --token-file %s", path);
    ck_assert_msg(read_line(&options, line, &error) == 0, "%s", error.text);
    ck_assert_uint_eq(options.api.tokens.count, 3);
    ck_assert(tokens_accept(&options.api.tokens, "Bearer xoxp-two"));
    unlink(path);
    tokens_deinit(&options.api.tokens);
    snprintf(line, sizeof(line), "--token-file %s", path);
    ck_assert_int_eq(read_line(&options, line, &error), ERROR_MISSING);
    ck_assert_ptr_nonnull(strstr(error.text, path));
}
END_TEST

START_TEST(wrong_options_are_refused_by_name)
{
    static const struct {
        const char *line, *named;
    } cases[] = {{"--nonsense", "--nonsense: there is no such option"}, {"-x", "-x"},
        {"extra", "extra"}, {"--entries", "--entries: its value is missing"},
        {"--entries many", "many"}, {"--entries -1", "-1"}, {"--entries 1000000001", "1000000001"},
        {"--entries -1", "a whole number from 0 to 1000000000,"}, {"--late 101", "from 0 to 100,"},
        {"--cursor-ttl soon", "a duration such as"}, {"--clock-offset 1.5", "whole seconds"},
        {"--rate 1e9", "1e9"}, {"--late 101", "101"}, {"--late nan", "nan"},
        {"--cursor-ttl soon", "soon"}, {"--from yesterday", "yesterday"}, {"--from -1y", "-1y"},
        {"--clock-offset 1.5", "1.5"}, {"--odd strange", "strange"}, {"--fault strange", "strange"},
        {"--token-file /nonexistent/x", "/nonexistent/x"}, {"--short-pages 100", "100"},
        {"--entry-size 2000000", "2000000"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        _cleanup_(options_deinit) struct options options = {0};
        struct error error = ERROR_INIT;
        char line[128];
        snprintf(line, sizeof(line), "%s", cases[i].line);
        ck_assert_msg(read_line(&options, line, &error) < 0, "%s", cases[i].line);
        ck_assert_msg(
            strstr(error.text, cases[i].named) != NULL, "%s: %s", cases[i].line, error.text);
    }
}
END_TEST

START_TEST(help_and_version_are_asked_for_in_short_and_in_long)
{
    static const char *const lines[] = {"--help", "-h", "--version", "-V"};
    for (size_t i = 0; i < 4; i++) {
        _cleanup_(options_deinit) struct options options = {0};
        char line[16];
        snprintf(line, sizeof(line), "%s", lines[i]);
        ck_assert_int_eq(read_line(&options, line, NULL), 0);
        ck_assert_int_eq(options.help, i < 2);
        ck_assert_int_eq(options.version, i >= 2);
    }
}
END_TEST

START_TEST(the_help_names_every_fault_and_every_odd_kind)
{
    _cleanup_(buffer_deinit) struct buffer text = BUFFER_INIT(64 << 10);
    ck_assert_int_eq(options_append_help(&text), 0);
    const char *help = buffer_text(&text);
    for (int kind = FAULT_NONE + 1; kind < FAULT_KINDS; kind++)
        ck_assert_ptr_nonnull(strstr(help, fault_kind_name((enum fault_kind)kind)));
    for (int kind = ODD_NONE + 1; kind < ODD_KINDS; kind++)
        ck_assert_ptr_nonnull(strstr(help, odd_kind_name((enum odd_kind)kind)));
    ck_assert_ptr_nonnull(strstr(help, "--calls-per-minute N"));
    ck_assert_ptr_nonnull(strstr(help, "/_sim/expected"));
}
END_TEST

CHECK_MAIN("options", without_options_the_defaults_of_the_manual_hold,
    every_option_reaches_its_setting, tokens_come_from_a_file_too,
    wrong_options_are_refused_by_name, help_and_version_are_asked_for_in_short_and_in_long,
    the_help_names_every_fault_and_every_odd_kind)
