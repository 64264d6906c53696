#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/units.h"
#include "base/utf8.h"
#include "check_main.h"

/* A sink that keeps the last line. */
struct capture {
    size_t count;
    enum log_level level;
    const struct log_subject *subject;
    char text[LIMIT_LOG_LINE + 1];
};

static void keep_line(
    void *user, enum log_level level, const struct log_subject *subject, const char *text)
{
    struct capture *capture = user;
    capture->count++;
    capture->level = level;
    capture->subject = subject;
    ck_assert_uint_le(strlen(text), LIMIT_LOG_LINE);
    strcpy(capture->text, text);
}

static const struct log_subject acme = {"source", "acme"};

START_TEST(a_line_reaches_the_sink_with_its_level_and_subject)
{
    struct capture capture = {0};
    log_set_sink(keep_line, &capture);
    log_warning(&acme, "%d entries late by %s", 3, "2m");
    ck_assert_uint_eq(capture.count, 1);
    ck_assert_int_eq(capture.level, LOG_LEVEL_WARNING);
    ck_assert_ptr_eq(capture.subject, &acme);
    ck_assert_str_eq(capture.text, "3 entries late by 2m");
    log_error(NULL, "stop");
    ck_assert_int_eq(capture.level, LOG_LEVEL_ERROR);
    ck_assert_ptr_null(capture.subject);
}
END_TEST

static int count_call(int *calls)
{
    return ++*calls;
}

START_TEST(lines_below_the_level_are_dropped)
{
    struct capture capture = {0};
    int calls = 0;
    log_set_sink(keep_line, &capture);
    ck_assert(log_enabled(LOG_LEVEL_INFO) && !log_enabled(LOG_LEVEL_DEBUG)); /* the default */
    log_info(NULL, "seen");
    log_debug(NULL, "%d", count_call(&calls));
    ck_assert_uint_eq(capture.count, 1);
    ck_assert_int_eq(calls, 0); /* not even the arguments were worked out */

    log_set_level(LOG_LEVEL_ERROR);
    log_warning(NULL, "unseen");
    log_error(NULL, "seen");
    ck_assert_uint_eq(capture.count, 2);
    log_set_level(LOG_LEVEL_DEBUG);
    log_debug(NULL, "%d", count_call(&calls));
    ck_assert_uint_eq(capture.count, 3);
    ck_assert_int_eq(calls, 1);
}
END_TEST

static void expect_text(const char *text, const char *expected)
{
    struct capture capture = {0};
    log_set_sink(keep_line, &capture);
    log_info(NULL, "%s", text);
    ck_assert_str_eq(capture.text, expected);
}

START_TEST(a_secret_is_redacted_wherever_it_stands)
{
    ck_assert_int_eq(log_add_secret("xoxp-12345"), 0);
    expect_text("xoxp-12345", "(redacted)");
    expect_text("Bearer xoxp-12345; xoxp-12345.", "Bearer (redacted); (redacted).");
    expect_text("xoxp-xoxp-12345", "xoxp-(redacted)");
    expect_text("xoxp-12345xoxp-12345", "(redacted)(redacted)");
    expect_text("xoxp-1234 is shorter", "xoxp-1234 is shorter");
    log_remove_secret("xoxp-12345");
    expect_text("xoxp-12345", "xoxp-12345");
}
END_TEST

START_TEST(of_secrets_that_overlap_nothing_is_left)
{
    ck_assert_int_eq(log_add_secret("abcdef"), 0);
    ck_assert_int_eq(log_add_secret("abcdefghi"), 0);
    ck_assert_int_eq(log_add_secret("hijklm"), 0);
    expect_text("<abcdef>", "<(redacted)>");
    expect_text("<abcdefghi>", "<(redacted)>");
    expect_text("<abcdefghijklm>", "<(redacted)>");
    expect_text("<hijklm>", "<(redacted)>");
    log_remove_secret("abcdef");
    log_remove_secret("abcdefghi");
    log_remove_secret("hijklm");
}
END_TEST

START_TEST(a_secret_added_twice_stays_until_it_is_removed_twice)
{
    ck_assert_int_eq(log_add_secret("shared-token"), 0);
    ck_assert_int_eq(log_add_secret("shared-token"), 0);
    log_remove_secret("shared-token");
    expect_text("shared-token", "(redacted)");
    log_remove_secret("shared-token");
    expect_text("shared-token", "shared-token");
    log_remove_secret("shared-token"); /* one time too many does no harm */
}
END_TEST

START_TEST(a_secret_too_short_to_tell_from_a_word_is_ignored)
{
    ck_assert_int_eq(log_add_secret("token"), 0);
    expect_text("no token", "no token");
    log_remove_secret("token");
}
END_TEST

START_TEST(the_cut_of_a_long_line_shows_no_part_of_a_secret)
{
    static const char secret[] = "QWERTZUIOPASDFGHJKLY";
    ck_assert_int_eq(log_add_secret(secret), 0);
    enum { TEXT_SIZE = LIMIT_LOG_LINE + LIMIT_SECRET + 200 };
    char *text = malloc(TEXT_SIZE + 1);
    ck_assert_ptr_nonnull(text);
    /* Around the end of a line and around the end of what is formatted at all. */
    static const size_t places[] = {LIMIT_LOG_LINE, LIMIT_LOG_LINE + LIMIT_SECRET};
    for (size_t place = 0; place < 2; place++) {
        for (size_t back = 0; back < 45; back++) {
            memset(text, '-', TEXT_SIZE);
            text[TEXT_SIZE] = '\0';
            memcpy(text + places[place] - back, secret, strlen(secret));
            struct capture capture = {0};
            log_set_sink(keep_line, &capture);
            log_info(NULL, "%s", text);
            ck_assert_ptr_null(strpbrk(capture.text, secret));
            ck_assert_uint_gt(strlen(capture.text), LIMIT_LOG_LINE - 10);
        }
    }
    free(text);
    log_remove_secret(secret);
}
END_TEST

START_TEST(many_secrets_do_not_bring_the_end_of_a_truncated_text_into_the_line)
{
    /* Redaction shortens the text, so that what was behind the cut moves into the line. */
    char secret[1001];
    memset(secret, 'W', sizeof(secret) - 1);
    secret[0] = 'Q'; /* so that no two of them overlap */
    secret[sizeof(secret) - 1] = '\0';
    ck_assert_int_eq(log_add_secret(secret), 0);
    for (size_t before = 0; before < 1001; before += 77) {
        _cleanup_(buffer_deinit) struct buffer text = BUFFER_INIT(KIB(64));
        while (text.size < before)
            ck_assert_int_eq(buffer_append_byte(&text, '-'), 0);
        while (text.size < KIB(40))
            ck_assert_int_eq(buffer_append_text(&text, secret), 0);
        struct capture capture = {0};
        log_set_sink(keep_line, &capture);
        log_info(NULL, "%s", buffer_text(&text));
        ck_assert_ptr_null(strpbrk(capture.text, "QW"));
        ck_assert_ptr_nonnull(strstr(capture.text, "(redacted)"));
    }
    log_remove_secret(secret);
}
END_TEST

START_TEST(what_a_peer_sent_cannot_break_the_line_or_drive_the_terminal)
{
    expect_text("a\nERROR forged\r\n", "a ERROR forged  ");
    expect_text("\x1B[2J\x07\x7F\t.", " [2J   .");
    expect_text("\xC2\x9B"
                "2J \xC2\xA0",
        " 2J \xC2\xA0");
    expect_text("\u00e9\u20ac\U0001F600", "\u00e9\u20ac\U0001F600");
    expect_text("\xFF\xC3", "??");
}
END_TEST

START_TEST(a_long_line_is_cut_at_a_whole_character)
{
    struct capture capture = {0};
    log_set_sink(keep_line, &capture);
    for (int shift = 0; shift < 3; shift++) {
        _cleanup_(buffer_deinit) struct buffer text = BUFFER_INIT(KIB(64));
        ck_assert_int_eq(buffer_printf(&text, "%.*s", shift, "--"), 0);
        while (text.size < 2 * LIMIT_LOG_LINE)
            ck_assert_int_eq(buffer_append_text(&text, "\u20ac"), 0);
        log_info(NULL, "%s", buffer_text(&text));
        struct slice line = slice_of(capture.text);
        ck_assert_uint_eq(utf8_valid_prefix(line), line.size);
        ck_assert_uint_gt(line.size, LIMIT_LOG_LINE - 3);

        /* What comes behind the character that did not fit does not slip into its place. */
        text.size = LIMIT_LOG_LINE - 1;
        ck_assert_int_eq(buffer_append_text(&text, "\u20acz"), 0);
        memset(text.data, '-', LIMIT_LOG_LINE - 1);
        log_info(NULL, "%s", buffer_text(&text));
        ck_assert_uint_eq(strlen(capture.text), LIMIT_LOG_LINE - 1);
        ck_assert_ptr_null(strchr(capture.text, 'z'));
    }
}
END_TEST

static void fail_quietly(
    void *user, enum log_level level, const struct log_subject *subject, const char *text)
{
    keep_line(user, level, subject, text);
    errno = EIO;
}

START_TEST(writing_a_line_keeps_errno)
{
    struct capture capture = {0};
    log_set_sink(fail_quietly, &capture);
    errno = EPROTO;
    log_info(NULL, "a text");
    ck_assert_int_eq(errno, EPROTO);
    ck_assert_uint_eq(capture.count, 1);
}
END_TEST

/* Standard error, turned into a pipe (or a terminal) while `log` writes. */
struct redirect {
    int saved;
    int read_end;
};

static struct redirect redirect_begin(int read_end, int write_end)
{
    struct redirect redirect = {.saved = dup(STDERR_FILENO), .read_end = read_end};
    ck_assert_int_ge(redirect.saved, 0);
    ck_assert_int_eq(dup2(write_end, STDERR_FILENO), STDERR_FILENO);
    ck_assert_int_eq(close(write_end), 0);
    return redirect;
}

static size_t redirect_end(struct redirect *redirect, char *text, size_t size)
{
    ssize_t got = read(redirect->read_end, text, size - 1);
    ck_assert_int_eq(dup2(redirect->saved, STDERR_FILENO), STDERR_FILENO);
    (void)close(redirect->saved);
    (void)close(redirect->read_end);
    ck_assert_int_gt(got, 0);
    text[got] = '\0';
    return (size_t)got;
}

static struct redirect redirect_to_pipe(void)
{
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    return redirect_begin(ends[0], ends[1]);
}

/* Checks the stamp at the start of `line` against the clock and returns what follows it. */
static const char *skip_stamp(const char *line)
{
    char stamp[25];
    ck_assert_uint_ge(strlen(line), sizeof(stamp) - 1);
    memcpy(stamp, line, sizeof(stamp) - 1);
    stamp[sizeof(stamp) - 1] = '\0';
    ck_assert_int_eq(stamp[19], '.');
    ck_assert_int_eq(stamp[23], 'Z');
    int64_t seconds;
    ck_assert_int_eq(units_parse_time(stamp, &seconds, NULL), 0);
    struct timespec now; /* time() may lag behind this clock by a tick */
    ck_assert_int_eq(clock_gettime(CLOCK_REALTIME, &now), 0);
    ck_assert(seconds <= now.tv_sec && seconds > now.tv_sec - 60);
    return line + sizeof(stamp) - 1;
}

START_TEST(text_on_standard_error_has_stamp_level_and_subject_and_no_colour_in_a_pipe)
{
    char text[1000];
    struct redirect redirect = redirect_to_pipe();
    log_to_stderr(LOG_FORMAT_TEXT);
    log_warning(&acme, "a text");
    log_info(NULL, "another");
    (void)redirect_end(&redirect, text, sizeof(text));

    char *second = strchr(text, '\n');
    ck_assert_ptr_nonnull(second);
    *second++ = '\0';
    ck_assert_str_eq(skip_stamp(text), " warning source acme: a text");
    ck_assert_str_eq(skip_stamp(second), " info: another\n");
}
END_TEST

/* The reading end of a new terminal; its other end becomes standard error. */
static struct redirect redirect_to_terminal(void)
{
    int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    ck_assert_int_ge(terminal, 0);
    ck_assert_int_eq(grantpt(terminal), 0);
    ck_assert_int_eq(unlockpt(terminal), 0);
    int other = open(ptsname(terminal), O_RDWR | O_NOCTTY);
    ck_assert_int_ge(other, 0);
    return redirect_begin(terminal, other);
}

START_TEST(the_level_is_coloured_on_a_terminal_only_where_colour_is_welcome)
{
    char text[1000];
    ck_assert_int_eq(unsetenv("NO_COLOR"), 0);
    struct redirect redirect = redirect_to_terminal();
    log_to_stderr(LOG_FORMAT_TEXT);
    log_error(&acme, "a text");
    (void)redirect_end(&redirect, text, sizeof(text));
    ck_assert_str_eq(skip_stamp(text), " \033[31merror\033[0m source acme: a text\r\n");

    ck_assert_int_eq(setenv("NO_COLOR", "1", 1), 0);
    redirect = redirect_to_terminal();
    log_error(&acme, "a text");
    (void)redirect_end(&redirect, text, sizeof(text));
    ck_assert_str_eq(skip_stamp(text), " error source acme: a text\r\n");
}
END_TEST

START_TEST(json_on_standard_error_is_one_valid_object_a_line)
{
    static const struct log_subject siem = {"output", "siem"};
    char text[1000];
    struct redirect redirect = redirect_to_pipe();
    log_to_stderr(LOG_FORMAT_JSON);
    log_set_level(LOG_LEVEL_DEBUG);
    log_debug(&siem, "a \"quoted\" \\ text\n\xFF \u20ac");
    log_info(NULL, "plain");
    (void)redirect_end(&redirect, text, sizeof(text));

    char *second = strchr(text, '\n');
    ck_assert_ptr_nonnull(second);
    struct json_document *document = NULL;
    ck_assert_int_eq(json_parse((struct slice){text, (size_t)(second - text)}, &document, NULL), 0);
    const struct json_value *line = json_root(document);
    ck_assert_uint_eq(json_length(line), 4);
    ck_assert_str_eq(skip_stamp(json_string(json_get(line, "time"))), "");
    ck_assert_str_eq(json_string(json_get(line, "level")), "debug");
    ck_assert_str_eq(json_string(json_get(line, "output")), "siem");
    ck_assert_str_eq(json_string(json_get(line, "message")), "a \"quoted\" \\ text ? \u20ac");
    json_free(document);

    ck_assert_int_eq(json_parse(slice_of(second + 1), &document, NULL), 0);
    line = json_root(document);
    ck_assert_uint_eq(json_length(line), 3);
    ck_assert_str_eq(json_string(json_get(line, "level")), "info");
    ck_assert_str_eq(json_string(json_get(line, "message")), "plain");
    json_free(document);
}
END_TEST

START_TEST(the_longest_line_that_must_be_escaped_comes_whole_as_json)
{
    static char text[3 * LIMIT_LOG_LINE];
    char quotes[LIMIT_LOG_LINE + 1];
    memset(quotes, '"', LIMIT_LOG_LINE);
    quotes[LIMIT_LOG_LINE] = '\0';
    struct redirect redirect = redirect_to_pipe();
    log_to_stderr(LOG_FORMAT_JSON);
    log_info(&acme, "%s", quotes);
    size_t size = redirect_end(&redirect, text, sizeof(text));
    struct json_document *document = NULL;
    ck_assert_int_eq(json_parse((struct slice){text, size}, &document, NULL), 0);
    ck_assert_str_eq(json_string(json_get(json_root(document), "message")), quotes);
    json_free(document);
}
END_TEST

CHECK_MAIN("log", a_line_reaches_the_sink_with_its_level_and_subject,
    lines_below_the_level_are_dropped, a_secret_is_redacted_wherever_it_stands,
    of_secrets_that_overlap_nothing_is_left, a_secret_added_twice_stays_until_it_is_removed_twice,
    a_secret_too_short_to_tell_from_a_word_is_ignored,
    the_cut_of_a_long_line_shows_no_part_of_a_secret,
    many_secrets_do_not_bring_the_end_of_a_truncated_text_into_the_line,
    what_a_peer_sent_cannot_break_the_line_or_drive_the_terminal,
    a_long_line_is_cut_at_a_whole_character, writing_a_line_keeps_errno,
    text_on_standard_error_has_stamp_level_and_subject_and_no_colour_in_a_pipe,
    the_level_is_coloured_on_a_terminal_only_where_colour_is_welcome,
    json_on_standard_error_is_one_valid_object_a_line,
    the_longest_line_that_must_be_escaped_comes_whole_as_json)
