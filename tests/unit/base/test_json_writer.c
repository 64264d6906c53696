/* JSON written by hand is JSON: commas, names, every string, and no half document without notice.
 */
#include "base/json_writer.h"

#include "base/json.h"
#include "base/limits.h"
#include "check_main.h"

static const char *text_of(struct buffer *buffer)
{
    const char *text = buffer_text(buffer);
    ck_assert_ptr_nonnull(text);
    return text;
}

START_TEST(objects_and_arrays_have_their_commas_and_names)
{
    struct buffer buffer = BUFFER_INIT(KIB(4));
    struct json_writer writer = {.output = &buffer};
    json_writer_open(&writer, NULL, '{');
    json_writer_string(&writer, "name", "acme");
    json_writer_open(&writer, "empty", '[');
    json_writer_close(&writer, ']');
    json_writer_open(&writer, "list", '[');
    json_writer_number(&writer, NULL, -1);
    json_writer_boolean(&writer, NULL, true);
    json_writer_string(&writer, NULL, NULL);
    json_writer_open(&writer, NULL, '{');
    json_writer_close(&writer, '}');
    json_writer_open(&writer, NULL, '{');
    json_writer_boolean(&writer, "no", false);
    json_writer_close(&writer, '}');
    json_writer_close(&writer, ']');
    json_writer_number(&writer, "least", INT64_MIN);
    json_writer_number(&writer, "most", INT64_MAX);
    json_writer_close(&writer, '}');
    ck_assert_int_eq(json_writer_end(&writer), 0);
    ck_assert_str_eq(text_of(&buffer),
        "{\"name\":\"acme\",\"empty\":[],\"list\":[-1,true,null,{},{\"no\":false}],"
        "\"least\":-9223372036854775808,\"most\":9223372036854775807}");
    buffer_deinit(&buffer);
}
END_TEST

START_TEST(any_text_becomes_a_string_that_reads_back)
{
    static const char *const texts[] = {
        "", "\"", "\\", "\n\r\t\b\f", "\x01\x1f\x7f", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", "</"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct buffer buffer = BUFFER_INIT(KIB(4));
        struct json_writer writer = {.output = &buffer};
        json_writer_open(&writer, NULL, '{');
        json_writer_string(&writer, texts[i], texts[i]);
        json_writer_close(&writer, '}');
        struct json_document *document = NULL;
        struct error error = ERROR_INIT;
        ck_assert_msg(json_parse(buffer_slice(&buffer), &document, &error) == 0, "%s", error.text);
        ck_assert_str_eq(json_string(json_get(json_root(document), texts[i])), texts[i]);
        json_free(document);
        buffer_deinit(&buffer);
    }
}
END_TEST

START_TEST(bytes_that_are_no_text_do_not_break_the_document)
{
    struct buffer buffer = BUFFER_INIT(KIB(4));
    struct json_writer writer = {.output = &buffer};
    json_writer_open(&writer, NULL, '[');
    json_writer_string(&writer, NULL, "a\xff\xc3(\xed\xa0\x80z");
    json_writer_close(&writer, ']');
    struct json_document *document = NULL;
    ck_assert_int_eq(json_parse(buffer_slice(&buffer), &document, NULL), 0);
    json_free(document);
    buffer_deinit(&buffer);
}
END_TEST

START_TEST(times_are_rfc_3339_and_unknown_ones_null)
{
    struct buffer buffer = BUFFER_INIT(KIB(4));
    struct json_writer writer = {.output = &buffer};
    json_writer_open(&writer, NULL, '[');
    json_writer_time(&writer, NULL, 0);
    json_writer_time(&writer, NULL, 1700000000);
    json_writer_time(&writer, NULL, -1);
    json_writer_close(&writer, ']');
    ck_assert_str_eq(text_of(&buffer), "[\"1970-01-01T00:00:00Z\",\"2023-11-14T22:13:20Z\",null]");
    buffer_deinit(&buffer);
}
END_TEST

START_TEST(for_people_each_value_has_a_line_of_its_own)
{
    struct buffer buffer = BUFFER_INIT(KIB(1));
    struct json_writer writer = {.output = &buffer, .is_indented = true};
    json_writer_open(&writer, NULL, '{');
    json_writer_open(&writer, "list", '[');
    json_writer_number(&writer, NULL, 1);
    json_writer_raw(&writer, NULL, "1.20");
    json_writer_close(&writer, ']');
    json_writer_open(&writer, "empty", '{');
    json_writer_close(&writer, '}');
    json_writer_close(&writer, '}');
    ck_assert_str_eq(
        text_of(&buffer), "{\n  \"list\": [\n    1,\n    1.20\n  ],\n  \"empty\": {}\n}");
    buffer_deinit(&buffer);
}
END_TEST

START_TEST(what_does_not_fit_is_told_at_the_end)
{
    for (size_t limit = 0; limit < 40; limit++) {
        struct buffer buffer = BUFFER_INIT(limit);
        struct json_writer writer = {.output = &buffer};
        json_writer_open(&writer, NULL, '{');
        json_writer_string(&writer, "a-name", "a-value");
        json_writer_number(&writer, "n", 12345);
        json_writer_close(&writer, '}');
        bool fits = limit >= strlen("{\"a-name\":\"a-value\",\"n\":12345}");
        ck_assert_int_eq(json_writer_end(&writer), fits ? 0 : ERROR_LIMIT);
        buffer_deinit(&buffer);
    }
}
END_TEST

CHECK_MAIN("json_writer", objects_and_arrays_have_their_commas_and_names,
    any_text_becomes_a_string_that_reads_back, bytes_that_are_no_text_do_not_break_the_document,
    times_are_rfc_3339_and_unknown_ones_null, for_people_each_value_has_a_line_of_its_own,
    what_does_not_fit_is_told_at_the_end)
