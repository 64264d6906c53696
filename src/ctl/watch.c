#include "ctl/watch.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json_writer.h"
#include "base/limits.h"
#include "base/order.h"
#include "base/units.h"
#include "ctl/print.h"
#include "ctl/screen.h"
#include "ctl/span.h"
#include "ctl/status_view.h"
#include "daemon/control.h"
#include "daemon/daemon.h"

#define CONNECT_US (1 * USEC_PER_SEC)
#define ANSWER_US  (10 * USEC_PER_SEC)

enum { INDENT = 4 };

DEFINE_CLEANUP(struct clock, clock_free)

struct watch {
    const struct ctl_request *request;
    const struct config *config;
    int64_t interval_us;
    struct clock *clock;
    struct screen screen;
    struct sheet sheet;
    /* The question under way. */
    int fd; /* -1: there is none */
    int64_t asked_us, next_us;
    struct buffer answer;
    /* What is known. */
    struct json_document *document;  /* of the last status */
    const struct json_value *status; /* NULL: none has come yet */
    struct status_rates rates;
    int64_t away_since; /* wall seconds; -1: the daemon answers */
    struct error why;
};

/* ---- Showing ---- */

static const char *time_of_status(const struct watch *watch)
{
    const char *time = json_string(json_get(watch->status, "time"));
    return time == NULL ? "an unknown time" : time;
}

static void write_away(struct watch *watch)
{
    char since[UNITS_TEXT_SIZE];
    sheet_line(&watch->sheet, 0, INDENT);
    sheet_words(&watch->sheet, SHEET_ILL, "slackauditd is not reachable, since %s: %s",
        units_format_time(watch->away_since, since), watch->why.text);
    sheet_line(&watch->sheet, 0, INDENT);
    sheet_words(&watch->sheet, SHEET_FAINT, "It is asked again and again.");
}

static int lay_out(struct watch *watch, enum status_detail detail)
{
    sheet_clear(&watch->sheet);
    bool is_away = watch->away_since >= 0, has_status = watch->status != NULL;
    if (is_away)
        write_away(watch);
    if (is_away && has_status)
        sheet_words(
            &watch->sheet, SHEET_FAINT, " What stands below is of %s.", time_of_status(watch));
    if (has_status)
        status_view(&watch->sheet, watch->status, &watch->rates, detail);
    if (!is_away && !has_status) {
        sheet_line(&watch->sheet, 0, INDENT);
        sheet_words(&watch->sheet, SHEET_FAINT, "Asking slackauditd.");
    }
    return sheet_end(&watch->sheet);
}

/* Takes lines away behind the first `rows`. */
static void cut_lines(struct sheet *sheet, size_t rows)
{
    const char *at = sheet->text.data, *end = at + sheet->text.size;
    for (size_t row = 0; row < rows; row++)
        at = (const char *)memchr(at, '\n', (size_t)(end - at)) + 1; /* there are more */
    sheet->text.size = (size_t)(at - sheet->text.data);
}

static int write_footer(struct watch *watch, size_t missing, struct sheet *footer)
{
    char interval[SPAN_TEXT_SIZE];
    sheet_line(footer, 0, 0);
    if (missing > 0)
        sheet_words(footer, SHEET_BOLD, "%zu more lines; ", missing);
    sheet_words(footer, SHEET_FAINT, "q ends; every %s", span_text(watch->interval_us, interval));
    if (watch->status != NULL && watch->away_since < 0)
        sheet_words(footer, SHEET_FAINT, ", as of %s", time_of_status(watch));
    int r = sheet_end(footer);
    if (r >= 0 && footer->lines > 1)
        cut_lines(footer, 1);
    if (r >= 0)
        footer->text.size--; /* the line feed */
    return r;
}

/* In full if there is room, else what is well in short, else the beginning. */
static int draw(struct watch *watch)
{
    size_t rows = watch->screen.rows - 1, missing = 0; /* without the footer's */
    watch->sheet.width = watch->screen.columns;
    int r = lay_out(watch, STATUS_FULL);
    if (r >= 0 && watch->sheet.lines > rows)
        r = lay_out(watch, STATUS_SHORT);
    if (r < 0)
        return r;
    if (watch->sheet.lines > rows) {
        missing = watch->sheet.lines - rows;
        cut_lines(&watch->sheet, rows);
    }
    struct sheet footer;
    sheet_init(&footer, watch->screen.columns, watch->sheet.has_colours);
    r = write_footer(watch, missing, &footer);
    if (r >= 0)
        screen_draw(&watch->screen, buffer_slice(&watch->sheet.text), buffer_slice(&footer.text));
    sheet_deinit(&footer);
    return r;
}

static int print_json(struct watch *watch)
{
    _cleanup_(buffer_deinit) struct buffer line = BUFFER_INIT(LIMIT_CONTROL_LINE);
    struct json_writer writer = {.output = &line};
    if (watch->away_since < 0) {
        printf("%.*s\n", (int)watch->answer.size, watch->answer.data);
        return 0;
    }
    json_writer_open(&writer, NULL, '{');
    json_writer_boolean(&writer, "ok", false);
    json_writer_number(&writer, "exit", DAEMON_EXIT_UNAVAILABLE);
    json_writer_string(&writer, "error", watch->why.text);
    json_writer_time(&writer, "since", watch->away_since);
    json_writer_close(&writer, '}');
    printf("%.*s\n", SLICE_PRINT(buffer_slice(&line)));
    return json_writer_end(&writer);
}

/* The block's first line says when that was; behind it stands an empty one. */
static int print_block(struct watch *watch)
{
    char now[UNITS_TEXT_SIZE];
    int r = 0;
    if (watch->away_since >= 0) {
        sheet_clear(&watch->sheet);
        write_away(watch);
        r = sheet_end(&watch->sheet);
    } else {
        r = lay_out(watch, STATUS_FULL);
    }
    printf("%s\n%.*s\n", units_format_time(clock_wall_us(watch->clock) / USEC_PER_SEC, now),
        SLICE_PRINT(buffer_slice(&watch->sheet.text)));
    return r;
}

/* Returns 0, ERROR_CANCELLED when nobody reads any more, or another error. */
static int show(struct watch *watch)
{
    if (watch->screen.is_open)
        return draw(watch);
    int r = watch->request->json ? print_json(watch) : print_block(watch);
    int flushed = print_flush();
    return flushed < 0 ? flushed : r;
}

/* ---- Asking ---- */

static int note_lost(struct watch *watch)
{
    cleanup_close(&watch->fd);
    watch->fd = -1;
    if (watch->away_since < 0)
        watch->away_since = clock_wall_us(watch->clock) / USEC_PER_SEC;
    return show(watch);
}

static int note_status(struct watch *watch, struct json_document *document)
{
    const struct json_value *root = json_root(document), *status = json_get(root, "result");
    if (!json_boolean(json_get(root, "ok"), false) || !json_is_object(status)) {
        const char *error = json_string(json_get(root, "error"));
        (void)error_set(&watch->why, ERROR_UNAVAILABLE, "%s",
            error == NULL ? "it says no" : error); /* the code is for nobody */
        json_free(document);
        return note_lost(watch);
    }
    json_free(watch->document);
    watch->document = document;
    watch->status = status;
    watch->away_since = -1;
    status_rates_note(&watch->rates, status, clock_monotonic_us(watch->clock));
    return show(watch);
}

static int take_answer(struct watch *watch)
{
    struct json_document *document = NULL;
    int r = control_take(watch->fd, &watch->answer, &watch->why);
    if (r < 0)
        return note_lost(watch);
    if (r == 0)
        return 0;
    cleanup_close(&watch->fd);
    watch->fd = -1;
    while (watch->answer.size > 0 && watch->answer.data[watch->answer.size - 1] == '\n')
        watch->answer.size--;
    if (json_parse(buffer_slice(&watch->answer), &document, NULL) < 0) {
        (void)error_set(&watch->why, ERROR_IO, "its answer is cut off"); /* likewise */
        return note_lost(watch);
    }
    return note_status(watch, document);
}

/* The outcome of control_begin(). */
static int ask(struct watch *watch)
{
    static const char *const words[] = {"status"};
    watch->asked_us = clock_monotonic_us(watch->clock);
    watch->next_us = higher(watch->next_us + watch->interval_us, watch->asked_us);
    buffer_clear(&watch->answer);
    return control_begin(watch->config->control, words, 1, CONNECT_US, &watch->fd, &watch->why);
}

/* What is due by the clock. */
static int keep_time(struct watch *watch)
{
    int64_t now_us = clock_monotonic_us(watch->clock);
    if (watch->fd >= 0 && now_us >= watch->asked_us + ANSWER_US) {
        (void)error_set(&watch->why, ERROR_IO, "it does not answer"); /* likewise */
        return note_lost(watch);
    }
    if (watch->fd < 0 && now_us >= watch->next_us && ask(watch) < 0)
        return note_lost(watch);
    return 0;
}

static int64_t time_left_us(struct watch *watch)
{
    int64_t until_us = watch->fd >= 0 ? watch->asked_us + ANSWER_US : watch->next_us;
    return higher(until_us - clock_monotonic_us(watch->clock), 0);
}

/* ---- Waiting ---- */

/* As screen_wait(), where there is none: a reader that is gone ends it too. */
static int wait_plainly(struct watch *watch)
{
    struct pollfd waiting[] = {
        {.fd = watch->fd, .events = POLLIN}, {.fd = STDOUT_FILENO, .events = 0}};
    int64_t ms = (time_left_us(watch) + USEC_PER_MSEC - 1) / USEC_PER_MSEC;
    if (poll(waiting, 2, (int)ms) <= 0)
        return 0;
    return (waiting[0].revents != 0 ? SCREEN_OTHER : 0) |
           (waiting[1].revents != 0 ? SCREEN_ENDED : 0);
}

static int turn(struct watch *watch, bool *ret_ended)
{
    int seen = watch->screen.is_open ? screen_wait(&watch->screen, watch->fd, time_left_us(watch))
                                     : wait_plainly(watch);
    int r = 0;
    *ret_ended = (seen & SCREEN_ENDED) != 0;
    if (*ret_ended)
        return 0;
    if ((seen & SCREEN_CHANGED) != 0)
        r = show(watch);
    if (r >= 0 && (seen & SCREEN_OTHER) != 0)
        r = take_answer(watch);
    return r < 0 ? r : keep_time(watch);
}

static int exit_code_of(int r)
{
    if (r >= 0 || r == ERROR_CANCELLED)
        return DAEMON_EXIT_DONE;
    if (r == ERROR_IO) /* it is told already */
        return DAEMON_EXIT_TRY_AGAIN;
    return print_complaint(DAEMON_EXIT_TRY_AGAIN, "the status is too long to show");
}

static int run(struct watch *watch)
{
    struct error error = ERROR_INIT;
    bool ended = false;
    watch->next_us = clock_monotonic_us(watch->clock);
    int r = ask(watch);
    if (r == ERROR_DENIED || r == ERROR_INVALID) /* no time mends that */
        return print_complaint(DAEMON_EXIT_UNAVAILABLE, "%s", watch->why.text);
    if (!watch->request->json && screen_is_there() && screen_open(&watch->screen, &error) < 0)
        return print_complaint(DAEMON_EXIT_TRY_AGAIN, "%s", error.text);
    if (r < 0)
        r = note_lost(watch);
    else if (watch->screen.is_open)
        r = show(watch);
    while (r >= 0 && !ended)
        r = turn(watch, &ended);
    screen_close(&watch->screen);
    return exit_code_of(r);
}

int watch_status(
    const struct ctl_request *request, const struct config *config, int64_t interval_us)
{
    _cleanup_(clock_freep) struct clock *clock = clock_new_real();
    if (clock == NULL)
        return print_complaint(DAEMON_EXIT_TRY_AGAIN, "no memory");
    struct watch watch = {.request = request,
        .config = config,
        .interval_us = interval_us,
        .clock = clock,
        .fd = -1,
        .answer = BUFFER_INIT(LIMIT_RESPONSE),
        .away_since = -1};
    sheet_init(&watch.sheet, 0, screen_has_colours());
    int exit_code = run(&watch);
    cleanup_close(&watch.fd);
    json_free(watch.document);
    buffer_deinit(&watch.answer);
    sheet_deinit(&watch.sheet);
    return exit_code;
}
