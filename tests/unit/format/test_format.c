/* The formats that make a message of an entry: json, rfc5424 and rfc3164. */
#include "check_main.h"

#include <stdio.h>
#include <time.h>

#include "base/limits.h"
#include "format/format.h"

static const struct format_options options = {
    .app_name = "slackaudit", .host_name = "host.example.com", .facility = 10};

static const char plain[] = "{\"id\":\"0123a45b\",\"date_create\":1705412031,\"action\":"
                            "\"user_login\",\"n\":123456789012345678901234567890}";

/* The message, NUL-terminated, in `buffer`. */
static const char *encode_with(const struct format_type *type, const struct format_options *with,
    const char *bytes, int64_t time, struct buffer *buffer)
{
    struct format_entry entry = {.bytes = slice_of(bytes), .time = time, .source = "acme"};
    buffer_clear(buffer);
    ck_assert_int_eq(format_encode(type, with, &entry, buffer), 0);
    return buffer_text(buffer);
}

static const char *encode(const struct format_type *type, const char *bytes, struct buffer *buffer)
{
    return encode_with(type, &options, bytes, 1705412031, buffer);
}

START_TEST(every_format_is_found_by_its_name)
{
    ck_assert_ptr_eq(format_find("json"), &format_json);
    ck_assert_ptr_eq(format_find("rfc5424"), &format_rfc5424);
    ck_assert_ptr_eq(format_find("rfc3164"), &format_rfc3164);
    ck_assert_ptr_null(format_find("JSON"));
    ck_assert_ptr_null(format_find(""));
    for (size_t i = 0; format_types[i] != NULL; i++)
        ck_assert_ptr_eq(format_find(format_types[i]->name), format_types[i]);
}
END_TEST

START_TEST(json_passes_the_bytes_on_as_they_are)
{
    struct buffer buffer = BUFFER_INIT(KIB(64));
    ck_assert_str_eq(encode(&format_json, plain, &buffer), plain);
    ck_assert_str_eq(encode(&format_json, "{\"a\" : 1.50e+00,\"a\":\"\\u00e9\"}", &buffer),
        "{\"a\" : 1.50e+00,\"a\":\"\\u00e9\"}");
    buffer_deinit(&buffer);
}
END_TEST

START_TEST(rfc5424_has_header_structured_data_byte_order_mark_and_entry)
{
    struct buffer buffer = BUFFER_INIT(KIB(64));
    char expected[1024];
    snprintf(expected, sizeof(expected),
        "<86>1 2024-01-16T13:33:51Z host.example.com slackaudit - user_login "
        "[slackaudit@32473 source=\"acme\" id=\"0123a45b\" action=\"user_login\"] \xef\xbb\xbf%s",
        plain);
    ck_assert_str_eq(encode(&format_rfc5424, plain, &buffer), expected);
    buffer_deinit(&buffer);
}
END_TEST

START_TEST(rfc5424_escapes_what_would_end_a_parameter)
{
    struct buffer buffer = BUFFER_INIT(KIB(64));
    const char *text =
        encode(&format_rfc5424, "{\"id\":\"a\\\"b]c\\\\d\\ne\\u00e9\",\"action\":\"x\"}", &buffer);
    ck_assert_ptr_nonnull(strstr(text, " id=\"a\\\"b\\]c\\\\d e\xc3\xa9\" "));
    ck_assert_ptr_null(strchr(text, '\n'));
    buffer_deinit(&buffer);
}
END_TEST

START_TEST(rfc5424_leaves_out_what_the_entry_has_not)
{
    struct buffer buffer = BUFFER_INIT(KIB(64));
    const char *text = encode(&format_rfc5424, "{\"id\":7,\"action\":null}", &buffer);
    ck_assert_ptr_nonnull(strstr(text, " - - [slackaudit@32473 source=\"acme\"] \xef\xbb\xbf{"));
    buffer_deinit(&buffer);
}
END_TEST

START_TEST(rfc5424_uses_no_action_as_message_id_that_does_not_fit)
{
    struct buffer buffer = BUFFER_INIT(KIB(64));
    const char *text =
        encode(&format_rfc5424, "{\"action\":\"a_name_of_thirty_three_characters\"}", &buffer);
    ck_assert_ptr_nonnull(strstr(text, " slackaudit - - ["));
    ck_assert_ptr_nonnull(strstr(text, "action=\"a_name_of_thirty_three_characters\"]"));
    text = encode(&format_rfc5424, "{\"action\":\"a_name_of_thirty_two_characters_\"}", &buffer);
    ck_assert_ptr_nonnull(strstr(text, " slackaudit - a_name_of_thirty_two_characters_ ["));
    text = encode(&format_rfc5424, "{\"action\":\"two words\"}", &buffer);
    ck_assert_ptr_nonnull(strstr(text, " slackaudit - - ["));
    buffer_deinit(&buffer);
}
END_TEST

START_TEST(rfc5424_copes_with_an_absurdly_long_action)
{
    struct buffer buffer = BUFFER_INIT(KIB(64));
    struct buffer entry = BUFFER_INIT(KIB(64));
    ck_assert_int_eq(buffer_append_text(&entry, "{\"action\":\""), 0);
    for (int i = 0; i < 5000; i++)
        ck_assert_int_eq(buffer_append_text(&entry, "\\\\"), 0);
    ck_assert_int_eq(buffer_append_text(&entry, "\"}"), 0);
    const char *text = encode(&format_rfc5424, buffer_text(&entry), &buffer);
    ck_assert_ptr_nonnull(strstr(text, "[slackaudit@32473 source=\"acme\"]"));
    buffer_deinit(&entry);
    buffer_deinit(&buffer);
}
END_TEST

START_TEST(rfc5424_keeps_header_words_to_what_they_may_hold)
{
    struct buffer buffer = BUFFER_INIT(KIB(64));
    struct format_options odd = {.app_name = "a b\nc\xc3\xa9"
                                             "d",
        .host_name = "",
        .facility = 23};
    const char *text = encode_with(&format_rfc5424, &odd, "{}", 0, &buffer);
    ck_assert_int_eq(strncmp(text, "<190>1 1970-01-01T00:00:00Z - abcd - - [", 40), 0);
    char name[100];
    memset(name, 'n', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    odd.app_name = name;
    text = encode_with(&format_rfc5424, &odd, "{}", 0, &buffer);
    ck_assert_uint_eq(strspn(strstr(text, " - n") + 3, "n"), 48);
    buffer_deinit(&buffer);
}
END_TEST

START_TEST(rfc5424_refuses_what_is_no_json_and_leaves_the_buffer)
{
    struct buffer buffer = BUFFER_INIT(KIB(64));
    ck_assert_int_eq(buffer_append_text(&buffer, "before"), 0);
    struct format_entry entry = {.bytes = slice_of("{\"id\":"), .source = "acme"};
    ck_assert_int_eq(format_encode(&format_rfc5424, &options, &entry, &buffer), ERROR_INVALID);
    ck_assert_str_eq(buffer_text(&buffer), "before");
    buffer_deinit(&buffer);
}
END_TEST

START_TEST(rfc3164_has_local_time_host_without_domain_and_tag)
{
    struct buffer buffer = BUFFER_INIT(KIB(64));
    setenv("TZ", "XYZ-2", 1); /* two hours east of Greenwich */
    tzset();
    char expected[512];
    snprintf(expected, sizeof(expected), "<86>Jan 16 15:33:51 host slackaudit: %s", plain);
    ck_assert_str_eq(encode(&format_rfc3164, plain, &buffer), expected);
    ck_assert_int_eq(strncmp(encode_with(&format_rfc3164, &options, "{}", 1704404045, &buffer),
                         "<86>Jan  4 23:34:05 host ", 25),
        0);
    buffer_deinit(&buffer);
}
END_TEST

START_TEST(rfc3164_keeps_an_address_whole_and_cuts_the_tag)
{
    struct buffer buffer = BUFFER_INIT(KIB(64));
    struct format_options odd = {.app_name = "slack-audit_0123456789012345678901234567890123",
        .host_name = "192.0.2.7",
        .facility = 1};
    const char *text = encode_with(&format_rfc3164, &odd, "{}", 0, &buffer);
    ck_assert_ptr_nonnull(strstr(text, " 192.0.2.7 slackaudit0123456789012345678901: {}"));
    odd.app_name = "--";
    odd.host_name = "-";
    text = encode_with(&format_rfc3164, &odd, "{}", 0, &buffer);
    ck_assert_ptr_nonnull(strstr(text, " - -: {}"));
    buffer_deinit(&buffer);
}
END_TEST

START_TEST(a_full_buffer_is_reported_and_left_as_it_was)
{
    for (size_t i = 0; format_types[i] != NULL; i++) {
        for (size_t limit = 6; limit < 6 + strlen(plain); limit++) {
            struct buffer buffer = BUFFER_INIT(limit);
            ck_assert_int_eq(buffer_append_text(&buffer, "before"), 0);
            struct format_entry entry = {.bytes = slice_of(plain), .source = "acme"};
            ck_assert_int_eq(
                format_encode(format_types[i], &options, &entry, &buffer), ERROR_LIMIT);
            ck_assert_uint_eq(buffer.size, 6);
            buffer_deinit(&buffer);
        }
    }
}
END_TEST

CHECK_MAIN("format", every_format_is_found_by_its_name, json_passes_the_bytes_on_as_they_are,
    rfc5424_has_header_structured_data_byte_order_mark_and_entry,
    rfc5424_escapes_what_would_end_a_parameter, rfc5424_leaves_out_what_the_entry_has_not,
    rfc5424_uses_no_action_as_message_id_that_does_not_fit,
    rfc5424_copes_with_an_absurdly_long_action, rfc5424_keeps_header_words_to_what_they_may_hold,
    rfc5424_refuses_what_is_no_json_and_leaves_the_buffer,
    rfc3164_has_local_time_host_without_domain_and_tag,
    rfc3164_keeps_an_address_whole_and_cuts_the_tag, a_full_buffer_is_reported_and_left_as_it_was)
