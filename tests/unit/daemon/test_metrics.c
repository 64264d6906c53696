#include "daemon/metrics.h"

#include <stdio.h>

#include "base/units.h"
#include "check_main.h"

/* A daemon with a source that fails, one that cannot run and an output that lags. */
static struct snapshot make_snapshot(void)
{
    static struct history history;
    static struct snapshot_source sources[2];
    static struct snapshot_output outputs[1];
    static struct snapshot_position positions[1];
    sources[0] = (struct snapshot_source){.name = "acme",
        .runs = true,
        .lag_seconds = 42,
        .calls_left = 9,
        .history = &history,
        .walker = {.state = WALKER_FAILING,
            .counts = {.stored = UINT64_C(12345678901), .worst_lateness = 7},
            .walk = {.checkpoint = 1700000000},
            .failures = 3}};
    sources[1] = (struct snapshot_source){.name = "globex", .lag_seconds = -1};
    outputs[0] = (struct snapshot_output){.name = "siem",
        .delivery = {.state = DELIVERY_HELD, .delivered = 17, .last_success_us = 5 * USEC_PER_SEC}};
    positions[0] = (struct snapshot_position){
        .output = "siem", .source = "acme", .backlog_entries = 4, .backlog_bytes = 4000};
    return (struct snapshot){.now_us = 15 * USEC_PER_SEC,
        .wall_us = 1700000100 * USEC_PER_SEC,
        .uptime_seconds = 60,
        .version = "1.2.3",
        .is_ill = true,
        .usage = {.live_bytes = 4000, .max_bytes = 1 << 30},
        .sources = sources,
        .source_count = 2,
        .outputs = outputs,
        .output_count = 1,
        .positions = positions,
        .position_count = 1};
}

static void check_line(const char *text, const char *line)
{
    char whole[256];
    (void)snprintf(whole, sizeof(whole), "\n%s\n", line);
    ck_assert_msg(strstr(text, whole) != NULL, "no line \"%s\" in\n%s", line, text);
}

START_TEST(every_part_tells_its_numbers_with_its_name_as_a_label)
{
    struct snapshot snapshot = make_snapshot();
    struct buffer output = BUFFER_INIT(MIB(1));
    ck_assert_int_eq(metrics_write(&snapshot, METRICS_PROMETHEUS, &output), 0);
    const char *text = buffer_text(&output);
    check_line(text, "slackauditd_build_info{version=\"1.2.3\"} 1");
    check_line(text, "slackauditd_ready 0");
    check_line(text, "slackauditd_start_timestamp_seconds 1700000040");
    check_line(text, "# TYPE slackauditd_source_entries_stored_total counter");
    check_line(text, "slackauditd_source_entries_stored_total{source=\"acme\"} 12345678901");
    check_line(text, "slackauditd_source_lag_seconds{source=\"acme\"} 42");
    check_line(text, "slackauditd_source_well{source=\"acme\"} 0");
    check_line(text, "slackauditd_source_well{source=\"globex\"} 0");
    check_line(text, "slackauditd_output_entries_delivered_total{output=\"siem\"} 17");
    check_line(text, "slackauditd_output_held{output=\"siem\"} 1");
    check_line(
        text, "slackauditd_output_last_success_timestamp_seconds{output=\"siem\"} 1700000090");
    check_line(text, "slackauditd_output_backlog_entries{output=\"siem\",source=\"acme\"} 4");
    buffer_deinit(&output);
}
END_TEST

START_TEST(what_is_not_known_is_left_out_and_not_zero)
{
    struct snapshot snapshot = make_snapshot();
    struct buffer output = BUFFER_INIT(MIB(1));
    ck_assert_int_eq(metrics_write(&snapshot, METRICS_PROMETHEUS, &output), 0);
    const char *text = buffer_text(&output);
    ck_assert_ptr_null(strstr(text, "slackauditd_source_lag_seconds{source=\"globex\"}"));
    ck_assert_ptr_null(strstr(text, "last_success_timestamp_seconds{source=\"acme\"}"));
    buffer_deinit(&output);
}
END_TEST

START_TEST(openmetrics_names_a_counters_family_without_its_suffix_and_ends)
{
    struct snapshot snapshot = make_snapshot();
    struct buffer output = BUFFER_INIT(MIB(1));
    ck_assert_int_eq(metrics_write(&snapshot, METRICS_OPENMETRICS, &output), 0);
    const char *text = buffer_text(&output);
    check_line(text, "# TYPE slackauditd_source_entries_stored counter");
    check_line(text, "slackauditd_source_entries_stored_total{source=\"acme\"} 12345678901");
    ck_assert_str_eq(text + strlen(text) - strlen("\n# EOF\n"), "\n# EOF\n");
    buffer_deinit(&output);
}
END_TEST

START_TEST(openmetrics_is_what_a_scraper_that_asks_for_it_gets)
{
    ck_assert_int_eq(metrics_choose(""), METRICS_PROMETHEUS);
    ck_assert_int_eq(metrics_choose("text/plain"), METRICS_PROMETHEUS);
    ck_assert_int_eq(metrics_choose("application/openmetrics-text;version=1.0.0,text/plain;q=0.5"),
        METRICS_OPENMETRICS);
}
END_TEST

START_TEST(metrics_that_do_not_fit_are_an_error_and_not_half_an_answer)
{
    struct snapshot snapshot = make_snapshot();
    struct buffer output = BUFFER_INIT(1000);
    ck_assert_int_eq(metrics_write(&snapshot, METRICS_PROMETHEUS, &output), ERROR_LIMIT);
    buffer_deinit(&output);
}
END_TEST

CHECK_MAIN("metrics", every_part_tells_its_numbers_with_its_name_as_a_label,
    what_is_not_known_is_left_out_and_not_zero,
    openmetrics_names_a_counters_family_without_its_suffix_and_ends,
    openmetrics_is_what_a_scraper_that_asks_for_it_gets,
    metrics_that_do_not_fit_are_an_error_and_not_half_an_answer)
