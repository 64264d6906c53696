#include "base/buffer.h"

#include <stdint.h>

#include "base/cleanup.h"
#include "check_main.h"

/* AddressSanitizer ends the process at a hopeless allocation unless told to behave as malloc()
 * does. */
const char *__asan_default_options(void);
__attribute__((visibility("default"))) const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

START_TEST(appended_pieces_stand_one_behind_the_other)
{
    _cleanup_(buffer_deinit) struct buffer buffer = BUFFER_INIT(100);
    ck_assert_int_eq(buffer_append(&buffer, "ab\0c", 4), 0);
    ck_assert_int_eq(buffer_append_text(&buffer, "de"), 0);
    ck_assert_int_eq(buffer_append_byte(&buffer, 'f'), 0);
    ck_assert_int_eq(buffer_append_slice(&buffer, SLICE_LITERAL("gh")), 0);
    ck_assert_int_eq(buffer_printf(&buffer, "%d-%s", 17, "x"), 0);
    ck_assert_uint_eq(buffer.size, 13);
    ck_assert_mem_eq(buffer.data, "ab\0cdefgh17-x", 13);
    ck_assert(slice_equal(buffer_slice(&buffer), (struct slice){"ab\0cdefgh17-x", 13}));
}
END_TEST

START_TEST(nothing_appended_to_an_empty_buffer_allocates_nothing)
{
    struct buffer buffer = BUFFER_INIT(100);
    ck_assert_int_eq(buffer_append(&buffer, NULL, 0), 0);
    ck_assert_int_eq(buffer_append_slice(&buffer, (struct slice){NULL, 0}), 0);
    ck_assert_int_eq(buffer_append_text(&buffer, ""), 0);
    ck_assert_int_eq(buffer_printf(&buffer, "%s", ""), 0);
    ck_assert_int_eq(buffer_reserve(&buffer, 0), 0);
    ck_assert_ptr_null(buffer.data);
    ck_assert_uint_eq(buffer.size, 0);
}
END_TEST

START_TEST(content_survives_growth_to_exactly_the_limit)
{
    enum { LIMIT = 10000 };
    _cleanup_(buffer_deinit) struct buffer buffer = BUFFER_INIT(LIMIT);
    for (int i = 0; i < LIMIT; i++)
        ck_assert_int_eq(buffer_append_byte(&buffer, (char)(i * 7)), 0);
    ck_assert_uint_eq(buffer.size, LIMIT);
    ck_assert_uint_eq(buffer.capacity, LIMIT);
    for (int i = 0; i < LIMIT; i++)
        ck_assert_int_eq(buffer.data[i], (char)(i * 7));
    ck_assert_int_eq(buffer_append_byte(&buffer, 'x'), ERROR_LIMIT);
    ck_assert_uint_eq(buffer.size, LIMIT);
    ck_assert_uint_eq(strnlen(buffer_text(&buffer) + LIMIT, 1), 0);
}
END_TEST

START_TEST(growth_doubles_so_that_appending_stays_cheap)
{
    _cleanup_(buffer_deinit) struct buffer buffer = BUFFER_INIT(SIZE_MAX);
    size_t grown = 0;
    int failed = 0;
    for (int i = 0; i < 1 << 20; i++) {
        size_t before = buffer.capacity;
        failed |= buffer_append_byte(&buffer, 'x');
        grown += buffer.capacity != before;
    }
    ck_assert_int_eq(failed, 0);
    ck_assert_uint_le(grown, 16);
}
END_TEST

START_TEST(past_the_limit_every_append_fails_and_leaves_the_content_as_it_was)
{
    _cleanup_(buffer_deinit) struct buffer buffer = BUFFER_INIT(8);
    ck_assert_int_eq(buffer_append_text(&buffer, "12345"), 0);
    ck_assert_int_eq(buffer_append(&buffer, "6789", 4), ERROR_LIMIT);
    ck_assert_int_eq(buffer_append_text(&buffer, "6789"), ERROR_LIMIT);
    ck_assert_int_eq(buffer_append_slice(&buffer, SLICE_LITERAL("6789")), ERROR_LIMIT);
    ck_assert_int_eq(buffer_printf(&buffer, "%04d", 1), ERROR_LIMIT);
    ck_assert_int_eq(buffer_append_json_string(&buffer, SLICE_LITERAL("67")), ERROR_LIMIT);
    ck_assert_int_eq(buffer_append_json_string(&buffer, SLICE_LITERAL("\n")), ERROR_LIMIT);
    ck_assert_int_eq(buffer_reserve(&buffer, SIZE_MAX), ERROR_LIMIT);
    ck_assert_str_eq(buffer_text(&buffer), "12345");
    ck_assert_int_eq(buffer_printf(&buffer, "%03d", 1), 0);
    ck_assert_str_eq(buffer_text(&buffer), "12345001");
    ck_assert_uint_le(buffer.capacity, 8);
}
END_TEST

START_TEST(without_memory_the_content_is_intact)
{
    _cleanup_(buffer_deinit) struct buffer buffer = BUFFER_INIT(SIZE_MAX);
    ck_assert_int_eq(buffer_append_text(&buffer, "kept"), 0);
    ck_assert_int_eq(buffer_reserve(&buffer, SIZE_MAX / 2), ERROR_MEMORY);
    ck_assert_int_eq(buffer_reserve(&buffer, SIZE_MAX - 4), ERROR_MEMORY);
    ck_assert_str_eq(buffer_text(&buffer), "kept");
    ck_assert_int_eq(buffer_append_text(&buffer, " on"), 0);
    ck_assert_str_eq(buffer_text(&buffer), "kept on");
}
END_TEST

START_TEST(formatted_text_of_any_length_comes_whole)
{
    for (int width = 1; width < 300; width++) {
        _cleanup_(buffer_deinit) struct buffer buffer = BUFFER_INIT(1000);
        ck_assert_int_eq(buffer_append_text(&buffer, "<"), 0);
        ck_assert_int_eq(buffer_printf(&buffer, "%*d", width, 5), 0);
        ck_assert_int_eq(buffer_append_text(&buffer, ">"), 0);
        ck_assert_uint_eq(buffer.size, (size_t)width + 2);
        ck_assert_int_eq(buffer.data[width], '5');
        ck_assert_int_eq(buffer.data[width + 1], '>');
    }
}
END_TEST

static void expect_json(struct slice text, const char *expected)
{
    _cleanup_(buffer_deinit) struct buffer buffer = BUFFER_INIT(1000);
    ck_assert_int_eq(buffer_append_json_string(&buffer, text), 0);
    ck_assert_str_eq(buffer_text(&buffer), expected);
}

START_TEST(a_json_string_escapes_what_json_forbids_and_nothing_else)
{
    expect_json((struct slice){NULL, 0}, "\"\"");
    expect_json(SLICE_LITERAL("plain/text\x7F"), "\"plain/text\x7F\"");
    expect_json(SLICE_LITERAL("\"\\\b\f\n\r\t"), "\"\\\"\\\\\\b\\f\\n\\r\\t\"");
    expect_json((struct slice){"\0\x01\x1F", 3}, "\"\\u0000\\u0001\\u001f\"");
    expect_json(SLICE_LITERAL("\u00e9\u20ac\U0001F600"), "\"\u00e9\u20ac\U0001F600\"");
}
END_TEST

START_TEST(a_json_string_replaces_each_byte_that_is_no_utf8)
{
    expect_json(SLICE_LITERAL("a\xFFz"), "\"a\uFFFDz\"");
    expect_json(SLICE_LITERAL("\xE2\x82"), "\"\uFFFD\uFFFD\"");
    expect_json(SLICE_LITERAL("\xED\xA0\x80"), "\"\uFFFD\uFFFD\uFFFD\"");
    expect_json(SLICE_LITERAL("\xC3\"\xC3"), "\"\uFFFD\\\"\uFFFD\"");
}
END_TEST

START_TEST(text_is_ended_without_counting_the_nul_byte)
{
    _cleanup_(buffer_deinit) struct buffer buffer = BUFFER_INIT(0);
    ck_assert_str_eq(buffer_text(&buffer), "");
    ck_assert_uint_eq(buffer.size, 0);
    ck_assert_int_eq(buffer_append_byte(&buffer, 'x'), ERROR_LIMIT);
}
END_TEST

START_TEST(clearing_keeps_the_memory_and_deinit_keeps_the_limit)
{
    struct buffer buffer = BUFFER_INIT(10);
    ck_assert_int_eq(buffer_append_text(&buffer, "0123456789"), 0);
    const char *data = buffer.data;
    buffer_clear(&buffer);
    ck_assert_uint_eq(buffer.size, 0);
    ck_assert_int_eq(buffer_append_text(&buffer, "9876543210"), 0);
    ck_assert_ptr_eq(buffer.data, data);

    buffer_deinit(&buffer);
    ck_assert_ptr_null(buffer.data);
    ck_assert_int_eq(buffer_append_text(&buffer, "01234567890"), ERROR_LIMIT);
    ck_assert_int_eq(buffer_append_text(&buffer, "0123456789"), 0);
    buffer_deinit(&buffer);
    buffer_deinit(&buffer);
    buffer_deinit(NULL);
}
END_TEST

START_TEST(shrinking_gives_back_memory_and_cuts_the_content)
{
    _cleanup_(buffer_deinit) struct buffer buffer = BUFFER_INIT(100000);
    ck_assert_int_eq(buffer_reserve(&buffer, 50000), 0);
    ck_assert_int_eq(buffer_append_text(&buffer, "0123456789"), 0);
    buffer_shrink(&buffer, 100000);
    ck_assert_uint_ge(buffer.capacity, 50000);
    buffer_shrink(&buffer, 1000);
    ck_assert_uint_eq(buffer.capacity, 1000);
    ck_assert_str_eq(buffer_text(&buffer), "0123456789");
    buffer_shrink(&buffer, 4);
    ck_assert_str_eq(buffer_text(&buffer), "0123");
    buffer_shrink(&buffer, 0);
    ck_assert_ptr_null(buffer.data);
    ck_assert_int_eq(buffer_append_text(&buffer, "again"), 0);
    ck_assert_str_eq(buffer_text(&buffer), "again");
}
END_TEST

CHECK_MAIN("buffer", appended_pieces_stand_one_behind_the_other,
    nothing_appended_to_an_empty_buffer_allocates_nothing,
    content_survives_growth_to_exactly_the_limit, growth_doubles_so_that_appending_stays_cheap,
    past_the_limit_every_append_fails_and_leaves_the_content_as_it_was,
    without_memory_the_content_is_intact, formatted_text_of_any_length_comes_whole,
    a_json_string_escapes_what_json_forbids_and_nothing_else,
    a_json_string_replaces_each_byte_that_is_no_utf8, text_is_ended_without_counting_the_nul_byte,
    clearing_keeps_the_memory_and_deinit_keeps_the_limit,
    shrinking_gives_back_memory_and_cuts_the_content)
