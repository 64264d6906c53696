/*
 * What counts as JSON: RFC 8259 with UTF-8 by RFC 3629, in every place of a page and however the
 * body is cut. Each sample stands as a field of an entry, as an element of `entries` and as the
 * value of an unknown key at the top.
 */
#include "check_main.h"
#include "slackaudit/json_skip.h"
#include "slackaudit/page_feed.h"

static bool is_valid(struct slice body, size_t first, size_t rest)
{
    struct buffer told = BUFFER_INIT(MIB(1));
    feed_cut(&told, body, false, first, rest);
    bool valid = strstr(buffer_text(&told), "invalid: ") == NULL;
    buffer_deinit(&told);
    return valid;
}

static void expect_in(const char *before, struct slice sample, const char *after, bool valid)
{
    struct buffer body = BUFFER_INIT(MIB(1));
    ck_assert_int_eq(buffer_append_text(&body, before), 0);
    ck_assert_int_eq(buffer_append_slice(&body, sample), 0);
    ck_assert_int_eq(buffer_append_text(&body, after), 0);
    for (size_t cut = 1; cut <= body.size; cut++)
        if (is_valid(buffer_slice(&body), cut, body.size) != valid)
            ck_abort_msg("%.*s, cut at %zu, is %s", (int)body.size, body.data, cut,
                valid ? "refused" : "accepted");
    ck_assert_int_eq(is_valid(buffer_slice(&body), 1, 1), valid);
    buffer_deinit(&body);
}

static void expect_valid(struct slice sample, bool valid)
{
    expect_in("{\"entries\":[{\"id\":", sample, "}]}", valid);
    expect_in("{\"entries\":[1,", sample, ",2]}", valid);
    expect_in("{\"x\":", sample, ",\"entries\":[]}", valid);
    expect_in("{\"entries\":[],\"response_metadata\":{\"x\":[", sample, "]}}", valid);
    struct slackaudit_entry_slice entry;
    ck_assert_int_eq(slackaudit_entry_look(sample.data, sample.size, &entry),
        valid ? 0 : SLACKAUDIT_ERROR_INVALID);
}

#define ACCEPT(sample) expect_valid(SLICE_LITERAL(sample), true)
#define REFUSE(sample) expect_valid(SLICE_LITERAL(sample), false)

START_TEST(numbers_follow_the_grammar)
{
    ACCEPT("0");
    ACCEPT("-0");
    ACCEPT("-0.0");
    ACCEPT("10");
    ACCEPT("1E5");
    ACCEPT("1e-05");
    ACCEPT("0.5e+10");
    ACCEPT("1e999");
    ACCEPT("-123456789012345678901234567890.123456789012345678901234567890");
    REFUSE("01");
    REFUSE("-01");
    REFUSE("00");
    REFUSE("+1");
    REFUSE("-");
    REFUSE("--1");
    REFUSE("1.");
    REFUSE(".5");
    REFUSE("-.5");
    REFUSE("1.e5");
    REFUSE("1e");
    REFUSE("1e+");
    REFUSE("1e5.5");
    REFUSE("1ee5");
    REFUSE("1.2.3");
    REFUSE("0x1");
    REFUSE("1-2");
    REFUSE("NaN");
    REFUSE("Infinity");
    REFUSE("-Infinity");
}
END_TEST

START_TEST(literals_are_spelled_exactly)
{
    ACCEPT("true");
    ACCEPT("false");
    ACCEPT("null");
    REFUSE("True");
    REFUSE("NULL");
    REFUSE("tru");
    REFUSE("nullx");
    REFUSE("truefalse");
    REFUSE("1true");
    REFUSE("undefined");
}
END_TEST

START_TEST(strings_follow_the_grammar)
{
    ACCEPT("\"\"");
    ACCEPT("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uABCD\"");
    ACCEPT("\"\\u0000\"");
    ACCEPT("\"\\ud800\"");
    ACCEPT("\"\\udc00\\ud800x\"");
    ACCEPT("\"\x7f\"");
    ACCEPT("\"a string of more than sixteen bytes, \\\"quoted\\\"\"");
    REFUSE("\"a\nb\"");
    REFUSE("\"\t\"");
    REFUSE("\"\001\"");
    REFUSE("\"\0\"");
    REFUSE("\"\037\"");
    REFUSE("\"\\x\"");
    REFUSE("\"\\'\"");
    REFUSE("\"\\U0041\"");
    REFUSE("\"\\\0\"");
    REFUSE("\"\\u12G4\"");
    REFUSE("\"\\u12\"");
    REFUSE("\"\\u\"");
    REFUSE("'a'");
    REFUSE("\"a\"\"b\"");
}
END_TEST

START_TEST(strings_are_utf8)
{
    ACCEPT("\"\xc2\x80\xdf\xbf\"");
    ACCEPT("\"\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\"");
    ACCEPT("\"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\"");
    ACCEPT("\"\xe2\x80\xa8\"");
    REFUSE("\"\x80\"");
    REFUSE("\"\xbf    \"");
    REFUSE("\"\xc3\"");
    REFUSE("\"\xc3    \"");
    REFUSE("\"\xe2\x82\"");
    REFUSE("\"\xe2\x82    \"");
    REFUSE("\"\xf0\x9f\x98\"");
    REFUSE("\"\xf0\x9f\x98    \"");
    REFUSE("\"\xc0\xaf    \"");
    REFUSE("\"\xc1\xbf    \"");
    REFUSE("\"\xe0\x80\xaf    \"");
    REFUSE("\"\xe0\x9f\xbf    \"");
    REFUSE("\"\xf0\x80\x80\xaf    \"");
    REFUSE("\"\xf0\x8f\xbf\xbf    \"");
    REFUSE("\"\xed\xa0\x80    \"");
    REFUSE("\"\xed\xbf\xbf    \"");
    REFUSE("\"\xf4\x90\x80\x80    \"");
    REFUSE("\"\xf5\x80\x80\x80    \"");
    REFUSE("\"\xf8\x90\x80\x80    \"");
    REFUSE("\"\xfc\x84\x80\x80    \"");
    REFUSE("\"\xff    \"");
}
END_TEST

START_TEST(structure_follows_the_grammar)
{
    ACCEPT("[]");
    ACCEPT("{}");
    ACCEPT(" \t\r\n[ \t1 ,\n2 ] ");
    ACCEPT("{\"\":1,\"\":2}");
    ACCEPT("{\"a\\u0000b\":[[],{\"c\":{}}]}");
    REFUSE("[1,]");
    REFUSE("[,1]");
    REFUSE("[,]");
    REFUSE("[1,,2]");
    REFUSE("[1 2]");
    REFUSE("[1:2]");
    REFUSE("[1;2]");
    REFUSE("{,}");
    REFUSE("{\"a\":1,}");
    REFUSE("{\"a\" 1}");
    REFUSE("{\"a\":}");
    REFUSE("{\"a\"}");
    REFUSE("{\"a\":1 \"b\":2}");
    REFUSE("{a:1}");
    REFUSE("{'a':1}");
    REFUSE("{1:1}");
    REFUSE("{\"a\":1,2}");
    REFUSE("[1}");
    REFUSE("{\"a\":1]");
    REFUSE("[");
    REFUSE("{");
    REFUSE("]");
    REFUSE("}");
    REFUSE("\"a");
    REFUSE("[/*x*/1]");
    REFUSE("[\f1]");
    REFUSE("[\v1]");
    REFUSE("[1\0]");
    REFUSE("[\xc3\xa9]");
    REFUSE("[1] x");
    REFUSE("[1][2]");
    REFUSE("\xef\xbb\xbf[1]");
}
END_TEST

START_TEST(nothing_but_white_space_stands_around_the_page)
{
    EXPECT("\xef\xbb\xbf{\"entries\":[]}", "invalid: unexpected byte at byte 0\n");
    EXPECT("\0{\"entries\":[]}", "invalid: unexpected byte at byte 0\n");
    EXPECT("{\"entries\":[]}\0", "invalid: unexpected byte at byte 14\n");
    EXPECT("{\"entries\":[]},", "invalid: unexpected byte at byte 14\n");
    EXPECT("{\"entries\":[]}}", "invalid: unexpected byte at byte 14\n");
    EXPECT(" \t\r\n{\"entries\":[]}\r\n\t ", "page entries=0 damaged=0 cursor= error= ok=-\n");
}
END_TEST

START_TEST(a_problem_names_the_byte)
{
    EXPECT("{\"x\":\"\\x\"}", "invalid: invalid escape in a string at byte 7\n");
    EXPECT("{\"x\":\"\\u00g\"}", "invalid: invalid escape in a string at byte 10\n");
    EXPECT("{\"x\":\"a\nb\"}", "invalid: control byte in a string at byte 7\n");
    EXPECT("{\"x\":\"\xc3\x28\"}", "invalid: invalid UTF-8 in a string at byte 7\n");
    EXPECT("{\"x\":01}", "invalid: malformed number at byte 6\n");
    EXPECT("{\"x\":nul}", "invalid: malformed true, false or null at byte 8\n");
    EXPECT("{\"x\":[}", "invalid: closing bracket of the wrong kind at byte 6\n");
    EXPECT("{\"x\";1}", "invalid: unexpected byte at byte 4\n");
}
END_TEST

/* `levels` containers around one number, objects and arrays in turn. */
static void append_nest(struct buffer *body, size_t levels)
{
    for (size_t i = 0; i < levels; i++)
        ck_assert_int_eq(buffer_append_text(body, i % 3 == 0 ? "{\"k\":" : "["), 0);
    ck_assert_int_eq(buffer_append_text(body, "1"), 0);
    for (size_t i = levels; i-- > 0;)
        ck_assert_int_eq(buffer_append_text(body, i % 3 == 0 ? "}" : "]"), 0);
}

START_TEST(nesting_is_allowed_up_to_the_limit)
{
    for (size_t levels = LIMIT_JSON_DEPTH - 2; levels <= LIMIT_JSON_DEPTH + 1; levels++) {
        struct buffer body = BUFFER_INIT(MIB(1));
        struct slackaudit_entry_slice entry;
        append_nest(&body, levels);
        ck_assert_int_eq(
            slackaudit_entry_look(body.data, body.size, &entry) == 0, levels <= LIMIT_JSON_DEPTH);
        buffer_clear(&body);
        ck_assert_int_eq(buffer_append_text(&body, "{\"entries\":["), 0);
        append_nest(&body, levels);
        ck_assert_int_eq(buffer_append_text(&body, "]}"), 0);
        ck_assert_int_eq(
            is_valid(buffer_slice(&body), body.size, 1), levels + 2 <= LIMIT_JSON_DEPTH);
        ck_assert_int_eq(is_valid(buffer_slice(&body), 1, 1), levels + 2 <= LIMIT_JSON_DEPTH);
        buffer_deinit(&body);
    }
}
END_TEST

START_TEST(a_plain_run_ends_at_the_first_byte_that_is_not_plain)
{
    char text[80];
    for (int byte = 0; byte < 256; byte++) {
        for (size_t stop = 0; stop < 48; stop++) {
            memset(text, 'p', sizeof(text));
            text[stop] = (char)byte;
            text[stop + 5] = '"';
            bool plain = byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
            size_t expected = plain ? stop + 5 : stop;
            for (size_t size = 0; size < sizeof(text); size += size < 40 ? 1 : 13) {
                const char *end = text + size;
                const char *at = text + (expected < size ? expected : size);
                ck_assert_ptr_eq(json_skip_plain(text, end), at);
                ck_assert_ptr_eq(json_skip_plain_portable(text, end), at);
            }
        }
    }
}
END_TEST

CHECK_MAIN("page_strict", numbers_follow_the_grammar, literals_are_spelled_exactly,
    strings_follow_the_grammar, strings_are_utf8, structure_follows_the_grammar,
    nothing_but_white_space_stands_around_the_page, a_problem_names_the_byte,
    nesting_is_allowed_up_to_the_limit, a_plain_run_ends_at_the_first_byte_that_is_not_plain)
