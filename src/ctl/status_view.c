#include "ctl/status_view.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/order.h"
#include "base/units.h"
#include "ctl/amount.h"
#include "ctl/span.h"
#include "daemon/backfill_name.h"

enum { INDENT = 4 };

/* What every part of the view needs. */
struct view {
    struct sheet *sheet;
    const struct json_value *status;
    const struct status_rates *rates;
    enum status_detail detail;
    int64_t now; /* the daemon's clock; -1: it does not tell */
};

static const char *text_of(const struct json_value *object, const char *name)
{
    const char *text = json_string(json_get(object, name));
    return text == NULL ? "-" : text;
}

/* Nothing that is counted is so much; what claims to be must not overflow in a sum. */
#define MOST INT64_C(1000000000000000)

static int64_t number_of(const struct json_value *object, const char *name)
{
    return higher(0, lower(json_integer(json_get(object, name), 0), MOST));
}

/* As span_text(), of seconds that may be any number. */
static const char *seconds_text(int64_t seconds, char text[SPAN_TEXT_SIZE])
{
    return span_text(higher(0, lower(seconds, MOST / 1000)) * USEC_PER_SEC, text);
}

/* -1: it is none. */
static int64_t time_of(const struct json_value *object, const char *name)
{
    const char *text = json_string(json_get(object, name));
    int64_t seconds = -1;
    return text == NULL || units_parse_time(text, &seconds, NULL) < 0 ? -1 : seconds;
}

static void show_heading(const struct view *view, const char *kind, const struct json_value *object,
    const char *state, bool is_ill)
{
    sheet_line(view->sheet, 0, INDENT);
    sheet_words(view->sheet, SHEET_BOLD, "%s %s: ", kind, text_of(object, "name"));
    sheet_words(view->sheet, is_ill ? SHEET_ILL : SHEET_WELL, "%s", state);
}

static void show_error(const struct view *view, const struct json_value *object)
{
    const char *error = json_string(json_get(object, "last_error"));
    int64_t failures = number_of(object, "failures");
    if (error == NULL)
        return;
    sheet_line(view->sheet, INDENT, INDENT);
    if (failures > 0)
        sheet_words(view->sheet, SHEET_ILL, "failing, %" PRId64 " time%s in a row: %s", failures,
            failures == 1 ? "" : "s", error);
    else
        sheet_words(view->sheet, SHEET_ILL, "%s", error);
}

/* ---- Sources ---- */

static bool is_source_ill(const struct json_value *source, const char *state)
{
    return (strcmp(state, "starting") != 0 && strcmp(state, "walking") != 0 &&
               strcmp(state, "resting") != 0 && strcmp(state, "done") != 0) ||
           number_of(source, "failures") > 0;
}

static void tell_lag(const struct view *view, const struct json_value *source)
{
    char lag[SPAN_TEXT_SIZE];
    int64_t seconds = json_integer(json_get(source, "lag_seconds"), -1);
    if (seconds < 0)
        sheet_fact(view->sheet, SHEET_PLAIN, "lag not known yet");
    else
        sheet_fact(view->sheet, SHEET_PLAIN, "lag %s", seconds_text(seconds, lag));
}

static void tell_success(const struct view *view, const struct json_value *source)
{
    char age[SPAN_TEXT_SIZE];
    int64_t success = time_of(source, "last_success");
    if (success < 0)
        sheet_fact(view->sheet, SHEET_PLAIN, "no success yet");
    else if (view->now < 0)
        sheet_fact(view->sheet, SHEET_PLAIN, "last success %s", text_of(source, "last_success"));
    else if (view->now <= success)
        sheet_fact(view->sheet, SHEET_PLAIN, "last success just now");
    else
        sheet_fact(view->sheet, SHEET_PLAIN, "last success %s ago",
            seconds_text(view->now - success, age));
}

static void tell_window(const struct view *view, const struct json_value *source)
{
    char walked[AMOUNT_TEXT_SIZE];
    const char *oldest = json_string(json_get(source, "window_oldest"));
    const char *latest = json_string(json_get(source, "window_latest"));
    (void)amount_count(number_of(source, "windows"), walked);
    if (latest == NULL)
        sheet_fact(view->sheet, SHEET_PLAIN, "no window is open, %s walked", walked);
    else
        sheet_fact(view->sheet, SHEET_PLAIN, "walks %s to %s, %s walked",
            oldest == NULL ? "the start" : oldest, latest, walked);
}

static void tell_lateness(const struct view *view, const struct json_value *entries)
{
    char count[AMOUNT_TEXT_SIZE], worst[SPAN_TEXT_SIZE];
    int64_t late = number_of(entries, "late");
    if (late == 0)
        sheet_fact(view->sheet, SHEET_PLAIN, "none late");
    else
        sheet_fact(view->sheet, SHEET_PLAIN, "%s late, at most %s", amount_count(late, count),
            seconds_text(number_of(entries, "worst_lateness_seconds"), worst));
}

static void tell_budget(const struct view *view, const struct json_value *source)
{
    char left[AMOUNT_TEXT_SIZE], pause[SPAN_TEXT_SIZE];
    int64_t paused = number_of(source, "paused_seconds");
    sheet_fact(view->sheet, SHEET_PLAIN, "calls left %s",
        amount_count(number_of(source, "calls_left"), left));
    if (paused > 0)
        sheet_fact(
            view->sheet, SHEET_ILL, "Slack asked to wait %s still", seconds_text(paused, pause));
}

static void tell_entries(const struct view *view, const struct json_value *source)
{
    const struct json_value *entries = json_get(source, "entries");
    char stored[AMOUNT_TEXT_SIZE], known[AMOUNT_TEXT_SIZE], calls[AMOUNT_TEXT_SIZE],
        pages[AMOUNT_TEXT_SIZE];
    sheet_fact(view->sheet, SHEET_PLAIN, "entries stored %s, seen before %s",
        amount_count(number_of(entries, "stored"), stored),
        amount_count(number_of(entries, "duplicates"), known));
    sheet_fact(view->sheet, SHEET_PLAIN, "calls %s, pages %s",
        amount_count(number_of(source, "calls"), calls),
        amount_count(number_of(source, "pages"), pages));
}

static void show_source(const struct view *view, const struct json_value *source)
{
    const char *state = json_string(json_get(source, "state"));
    const char *checkpoint = json_string(json_get(source, "checkpoint"));
    if (state == NULL) {
        show_heading(view, "source", source, "does not run", true);
        return;
    }
    bool is_ill = is_source_ill(source, state);
    bool in_full = view->detail == STATUS_FULL || is_ill;
    show_heading(view, "source", source, state, is_ill);
    if (in_full)
        sheet_line(view->sheet, INDENT, INDENT);
    else
        sheet_words(view->sheet, SHEET_PLAIN, "; ");
    tell_lag(view, source);
    if (!in_full)
        return;
    if (checkpoint == NULL)
        sheet_fact(view->sheet, SHEET_PLAIN, "nothing is read yet");
    else
        sheet_fact(view->sheet, SHEET_PLAIN, "read up to %s", checkpoint);
    tell_success(view, source);
    tell_window(view, source);
    tell_lateness(view, json_get(source, "entries"));
    tell_budget(view, source);
    tell_entries(view, source);
    show_error(view, source);
}

/* ---- Outputs ---- */

static void tell_backlog(const struct view *view, const char *of, int64_t entries, int64_t bytes)
{
    char count[AMOUNT_TEXT_SIZE], size[AMOUNT_TEXT_SIZE];
    if (entries == 0)
        sheet_fact(view->sheet, SHEET_PLAIN, "%snothing waits", of);
    else
        sheet_fact(view->sheet, SHEET_PLAIN, "%s%s %s, %s", of, amount_count(entries, count),
            entries == 1 ? "entry waits" : "entries wait", amount_bytes(bytes, size));
}

/* All of it, and, where there are several sources, of each that waits. */
static void tell_backlogs(const struct view *view, const struct json_value *output)
{
    const struct json_value *sources = json_get(output, "sources");
    int64_t entries = 0, bytes = 0;
    for (size_t i = 0; i < json_length(sources); i++) {
        entries = lower(entries + number_of(json_at(sources, i), "backlog_entries"), MOST);
        bytes = lower(bytes + number_of(json_at(sources, i), "backlog_bytes"), MOST);
    }
    tell_backlog(view, "", entries, bytes);
    for (size_t i = 0; view->detail == STATUS_FULL && i < json_length(sources); i++) {
        const struct json_value *source = json_at(sources, i);
        char of[LIMIT_NAME * 2 + 32], shown[LIMIT_NAME * 2 + 16];
        if (json_length(sources) < 2 || number_of(source, "backlog_entries") == 0)
            continue;
        daemon_backfill_show(text_of(source, "source"), shown, sizeof(shown));
        (void)snprintf(of, sizeof(of), "of %s ", shown); /* or cut */
        tell_backlog(
            view, of, number_of(source, "backlog_entries"), number_of(source, "backlog_bytes"));
    }
}

static void tell_rate(const struct view *view, const char *output)
{
    char rate[AMOUNT_TEXT_SIZE], over[SPAN_TEXT_SIZE];
    double per_second;
    int64_t over_us;
    if (view->rates == NULL) {
        sheet_fact(view->sheet, SHEET_PLAIN, "rate not known (--watch tells it)");
    } else if (!status_rates_tell(view->rates, output, &per_second, &over_us)) {
        sheet_fact(view->sheet, SHEET_PLAIN, "rate known at the next look");
    } else {
        int64_t unit_us = over_us < USEC_PER_SEC ? USEC_PER_SEC / 10 : USEC_PER_SEC;
        sheet_fact(view->sheet, SHEET_PLAIN, "rate %s/s over %s", amount_rate(per_second, rate),
            span_text((over_us + unit_us / 2) / unit_us * unit_us, over));
    }
}

static bool is_output_ill(const struct json_value *output, const char *state)
{
    return (strcmp(state, "idle") != 0 && strcmp(state, "active") != 0) ||
           number_of(output, "failures") > 0;
}

static void show_output(const struct view *view, const struct json_value *output)
{
    char delivered[AMOUNT_TEXT_SIZE], batches[AMOUNT_TEXT_SIZE], retries[AMOUNT_TEXT_SIZE],
        dead[AMOUNT_TEXT_SIZE];
    const char *state = text_of(output, "state");
    int64_t letters = number_of(output, "dead_letters");
    bool is_ill = is_output_ill(output, state);
    bool in_full = view->detail == STATUS_FULL || is_ill || letters > 0;
    show_heading(view, "output", output, state, is_ill);
    if (in_full)
        sheet_line(view->sheet, INDENT, INDENT);
    else
        sheet_words(view->sheet, SHEET_PLAIN, "; ");
    tell_backlogs(view, output);
    if (!in_full)
        return;
    tell_rate(view, text_of(output, "name"));
    sheet_fact(view->sheet, SHEET_PLAIN, "delivered %s in %s batches",
        amount_count(number_of(output, "delivered"), delivered),
        amount_count(number_of(output, "batches"), batches));
    sheet_fact(view->sheet, SHEET_PLAIN, "retries %s",
        amount_count(number_of(output, "retries"), retries));
    sheet_fact(view->sheet, letters > 0 ? SHEET_ILL : SHEET_PLAIN, "dead letters %s",
        amount_count(letters, dead));
    show_error(view, output);
}

/* ---- All of it ---- */

static void show_summary(const struct view *view)
{
    char live[AMOUNT_TEXT_SIZE], cap[AMOUNT_TEXT_SIZE], up[SPAN_TEXT_SIZE];
    const struct json_value *store = json_get(view->status, "store");
    const char *problem = json_string(json_get(view->status, "problem"));
    sheet_line(view->sheet, 0, INDENT);
    sheet_words(view->sheet, SHEET_BOLD, "slackauditd %s", text_of(view->status, "version"));
    sheet_words(view->sheet, SHEET_PLAIN,
        ", up %s: ", seconds_text(number_of(view->status, "uptime_seconds"), up));
    sheet_words(view->sheet, problem == NULL ? SHEET_WELL : SHEET_ILL, "%s",
        problem == NULL ? "all is well" : problem);
    sheet_line(view->sheet, 0, INDENT);
    sheet_words(view->sheet, SHEET_BOLD, "store: ");
    sheet_fact(view->sheet, SHEET_PLAIN, "%s of %s undelivered",
        amount_bytes(number_of(store, "live_bytes"), live),
        amount_bytes(number_of(store, "max_bytes"), cap));
    if (json_boolean(json_get(store, "disk_full"), false))
        sheet_fact(view->sheet, SHEET_ILL, "the disk is full");
}

static void show_departed(const struct view *view, const struct json_value *position)
{
    char of[LIMIT_NAME * 2 + 32], shown[LIMIT_NAME * 2 + 16];
    sheet_line(view->sheet, 0, INDENT);
    sheet_words(view->sheet, SHEET_BOLD, "not configured any more: output %s; ",
        text_of(position, "output"));
    daemon_backfill_show(text_of(position, "source"), shown, sizeof(shown));
    (void)snprintf(of, sizeof(of), "of %s ", shown); /* or cut */
    tell_backlog(
        view, of, number_of(position, "backlog_entries"), number_of(position, "backlog_bytes"));
}

void status_view(struct sheet *sheet, const struct json_value *status,
    const struct status_rates *rates, enum status_detail detail)
{
    const struct view view = {.sheet = sheet,
        .status = status,
        .rates = rates,
        .detail = detail,
        .now = time_of(status, "time")};
    const struct json_value *sources = json_get(status, "sources");
    const struct json_value *outputs = json_get(status, "outputs");
    const struct json_value *departed = json_get(status, "departed");
    show_summary(&view);
    for (size_t i = 0; i < json_length(sources); i++)
        show_source(&view, json_at(sources, i));
    for (size_t i = 0; i < json_length(outputs); i++)
        show_output(&view, json_at(outputs, i));
    for (size_t i = 0; i < json_length(departed); i++)
        show_departed(&view, json_at(departed, i));
}
