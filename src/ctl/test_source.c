#include "ctl/test_source.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/json_writer.h"
#include "base/limits.h"
#include "base/order.h"
#include "base/units.h"
#include "ctl/api.h"
#include "ctl/print.h"
#include "ctl/span.h"
#include "daemon/daemon.h"
#include "source/walker.h"

/* What the call showed. */
struct finding {
    const struct slackaudit_answer *answer; /* NULL: none came */
    const char *problem;                    /* "": none */
    bool is_page;
    int64_t took_us, skew_seconds; /* Slack's clock ahead of ours; with a server time */
};

static bool is_well(const struct finding *finding)
{
    return finding->answer != NULL && finding->is_page;
}

/* ---- Words ---- */

static void put_token(const struct slackaudit_answer *answer)
{
    const char *advice = walker_refusal_advice(answer->error);
    if (walker_is_token_refused(answer->status, answer->error))
        printf("  the token is refused, or may not read the audit log%s%s\n",
            *advice == '\0' ? "" : ": ", advice);
    else if (answer->status == 200 && answer->error[0] == '\0')
        printf("  the token is accepted\n");
    else
        printf("  whether the token is accepted cannot be told from this answer\n");
}

static void put_clock(const struct finding *finding)
{
    char time[UNITS_TEXT_SIZE], skew[SPAN_TEXT_SIZE];
    int64_t seconds = finding->skew_seconds;
    if (finding->answer->server_time < 0) {
        printf("  Slack's clock: the answer has no date\n");
        return;
    }
    printf("  Slack's clock: %s, ", units_format_time(finding->answer->server_time, time));
    if (seconds >= -1 && seconds <= 1)
        printf("like ours\n");
    else
        printf("%s %s ours\n", span_text(llabs(seconds) * USEC_PER_SEC, skew),
            seconds > 0 ? "ahead of" : "behind");
}

static void put_answer(const struct finding *finding)
{
    const struct slackaudit_answer *answer = finding->answer;
    char took[SPAN_TEXT_SIZE];
    print_fit(stdout, "  status %d%s%s after %s%s%s\n", answer->status,
        answer->error[0] == '\0' ? "" : ", error ", answer->error,
        span_text(higher(finding->took_us, USEC_PER_MSEC), took),
        answer->request_id[0] == '\0' ? "" : ", request ", answer->request_id);
    if (answer->status == 200 && answer->error[0] == '\0' && !finding->is_page)
        print_fit(stdout, "  the body is no page of entries: %s\n", finding->problem);
    put_token(answer);
    if (answer->status == 429 && answer->retry_after_us >= 0)
        printf("  Slack asks for a pause of %s\n", span_text(answer->retry_after_us, took));
    put_clock(finding);
}

static void put_words(const struct api *api, const struct finding *finding)
{
    printf("source %s: %s, %s\n", api->source->name, is_well(finding) ? "well" : "NOT well",
        api->source->base_url);
    if (finding->answer == NULL)
        print_fit(stdout, "  no answer: %s\n", finding->problem);
    else
        put_answer(finding);
    printf("  calls: at most %d a minute, ", api->source->calls_per_minute);
    if (budget_is_shared(&api->budget))
        printf("shared with the daemon; %d more could go now\n", budget_calls_left(&api->budget));
    else
        printf("counted by this command alone: no daemon runs\n");
}

/* ---- JSON ---- */

static void write_answer(struct json_writer *writer, const struct finding *finding)
{
    const struct slackaudit_answer *answer = finding->answer;
    json_writer_number(writer, "status", answer->status);
    json_writer_string(writer, "error", answer->error[0] == '\0' ? NULL : answer->error);
    json_writer_string(
        writer, "request", answer->request_id[0] == '\0' ? NULL : answer->request_id);
    json_writer_boolean(
        writer, "token_refused", walker_is_token_refused(answer->status, answer->error));
    json_writer_time(writer, "server_time", answer->server_time);
    if (answer->server_time >= 0)
        json_writer_number(writer, "clock_skew_seconds", finding->skew_seconds);
    if (answer->retry_after_us >= 0)
        json_writer_number(writer, "retry_after_seconds", answer->retry_after_us / USEC_PER_SEC);
}

static void put_json(const struct api *api, const struct finding *finding)
{
    struct buffer text = BUFFER_INIT(LIMIT_CONTROL_LINE);
    struct json_writer writer = {.output = &text};
    json_writer_open(&writer, NULL, '{');
    json_writer_boolean(&writer, "ok", is_well(finding));
    json_writer_open(&writer, "result", '{');
    json_writer_string(&writer, "source", api->source->name);
    json_writer_string(&writer, "base_url", api->source->base_url);
    json_writer_number(&writer, "took_ms", finding->took_us / USEC_PER_MSEC);
    if (finding->answer != NULL)
        write_answer(&writer, finding);
    json_writer_string(&writer, "problem", finding->problem[0] == '\0' ? NULL : finding->problem);
    json_writer_number(&writer, "calls_left", budget_calls_left(&api->budget));
    json_writer_number(&writer, "calls_per_minute", api->source->calls_per_minute);
    json_writer_close(&writer, '}');
    json_writer_close(&writer, '}');
    printf("%.*s\n", SLICE_PRINT(buffer_slice(&text))); /* all of it fits: lengths are capped */
    buffer_deinit(&text);
}

/* ---- The call ---- */

static bool is_page(const struct slackaudit_answer *answer, char *problem, size_t size)
{
    struct slackaudit_page *page = NULL;
    struct slackaudit_page_summary summary = {0};
    if (answer->status != 200 || slackaudit_page_new(&page, false, NULL, NULL) < 0)
        return false;
    int r = slackaudit_page_feed(page, answer->body, answer->body_size);
    if (r >= 0)
        r = slackaudit_page_finish(page, &summary);
    (void)snprintf(problem, size, "%s",
        r < 0 ? slackaudit_page_problem(page)
              : "it has no array `entries`"); /* a cut text is still a text */
    slackaudit_page_free(page);
    return r >= 0 && summary.has_entries;
}

static int call(struct api *api, const struct ctl_request *request)
{
    const struct slackaudit_query query = {.has_limit = true, .limit = 1};
    struct slackaudit_response *response = NULL;
    struct slackaudit_problem problem = {0};
    char why[SLACKAUDIT_TEXT] = "";
    struct finding finding = {.problem = ""};
    int r = slackaudit_logs(api->client, &query, &response, &problem);
    finding.took_us = clock_monotonic_us(api->clock) - api->started_us;
    if (r < 0) {
        finding.problem = problem.text;
    } else {
        finding.answer = slackaudit_response_answer(response);
        finding.is_page = is_page(finding.answer, why, sizeof(why));
        finding.problem = finding.is_page                 ? ""
                          : finding.answer->status == 200 ? why
                                                          : finding.answer->message;
        finding.skew_seconds =
            finding.answer->server_time - clock_wall_us(api->clock) / USEC_PER_SEC;
    }
    if (request->json)
        put_json(api, &finding);
    else
        put_words(api, &finding);
    bool well = is_well(&finding);
    slackaudit_response_free(response);
    return well ? DAEMON_EXIT_DONE : CTL_EXIT_NO;
}

int test_source(const struct ctl_request *request, const char *name)
{
    struct api api = {0};
    int exit_code = api_open_source(&api, request, name);
    if (exit_code == DAEMON_EXIT_DONE)
        exit_code = call(&api, request);
    api_deinit(&api);
    return exit_code;
}
