#include "base/gzip.h"

#include <stdint.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "check_main.h"

enum { SAMPLE_SIZE = 300000 };

/* Half text that compresses well, half noise that does not. */
static struct slice make_sample(void)
{
    char *bytes = malloc(SAMPLE_SIZE);
    ck_assert_ptr_nonnull(bytes);
    uint32_t state = 7;
    for (size_t i = 0; i < SAMPLE_SIZE; i++) {
        state = state * 1664525 + 1013904223;
        bytes[i] =
            i < SAMPLE_SIZE / 2 ? "{\"action\":\"user_login\"}\n"[i % 24] : (char)(state >> 24);
    }
    return (struct slice){bytes, SAMPLE_SIZE};
}

static void compress(struct slice input, size_t piece, struct buffer *output)
{
    struct gzip *gzip = NULL;
    ck_assert_int_eq(gzip_new(&gzip, 6), 0);
    size_t at = 0;
    do {
        size_t size = input.size - at < piece ? input.size - at : piece;
        bool last = at + size == input.size;
        struct slice part = {input.data == NULL ? NULL : input.data + at, size};
        ck_assert_int_eq(gzip_write(gzip, part, last, output), 0);
        at += size;
    } while (at < input.size);
    gzip_free(gzip);
}

static void expect_expanded(struct slice member, struct slice expected)
{
    _cleanup_(buffer_deinit) struct buffer output = BUFFER_INIT(MIB(1));
    ck_assert_int_eq(gzip_expand(member, &output), 0);
    ck_assert(slice_equal(buffer_slice(&output), expected));
}

START_TEST(what_goes_in_in_pieces_of_any_size_comes_out_again)
{
    struct slice sample = make_sample();
    static const size_t pieces[] = {1000, 4096, 65536, SAMPLE_SIZE};
    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        _cleanup_(buffer_deinit) struct buffer member = BUFFER_INIT(MIB(1));
        compress(sample, pieces[i], &member);
        ck_assert_uint_lt(member.size, SAMPLE_SIZE * 6 / 10);
        expect_expanded(buffer_slice(&member), sample);
    }
    free((char *)sample.data);
}
END_TEST

START_TEST(the_bytes_begin_as_rfc_1952_says_and_end_with_the_size)
{
    _cleanup_(buffer_deinit) struct buffer member = BUFFER_INIT(KIB(1));
    compress(SLICE_LITERAL("hello"), 5, &member);
    ck_assert_mem_eq(member.data, "\x1F\x8B\x08", 3);
    ck_assert_mem_eq(member.data + member.size - 4, "\x05\x00\x00\x00", 4);
}
END_TEST

START_TEST(nothing_is_a_member_too)
{
    _cleanup_(buffer_deinit) struct buffer member = BUFFER_INIT(KIB(1));
    compress((struct slice){NULL, 0}, 1, &member);
    ck_assert_uint_gt(member.size, 0);
    expect_expanded(buffer_slice(&member), (struct slice){NULL, 0});
}
END_TEST

START_TEST(one_stream_makes_one_member_after_the_other)
{
    struct gzip *gzip = NULL;
    ck_assert_int_eq(gzip_new(&gzip, 9), 0);
    for (int round = 0; round < 3; round++) {
        _cleanup_(buffer_deinit) struct buffer member = BUFFER_INIT(KIB(1));
        ck_assert_int_eq(gzip_write(gzip, SLICE_LITERAL("hello "), false, &member), 0);
        ck_assert_int_eq(gzip_write(gzip, SLICE_LITERAL("world"), false, &member), 0);
        ck_assert_int_eq(gzip_write(gzip, (struct slice){NULL, 0}, true, &member), 0);
        expect_expanded(buffer_slice(&member), SLICE_LITERAL("hello world"));
    }
    gzip_free(gzip);
}
END_TEST

START_TEST(output_goes_behind_what_the_buffer_holds)
{
    _cleanup_(buffer_deinit) struct buffer buffer = BUFFER_INIT(KIB(1));
    ck_assert_int_eq(buffer_append_text(&buffer, "before"), 0);
    compress(SLICE_LITERAL("x"), 1, &buffer);
    ck_assert_mem_eq(buffer.data, "before\x1F\x8B", 8);

    _cleanup_(buffer_deinit) struct buffer output = BUFFER_INIT(KIB(1));
    ck_assert_int_eq(buffer_append_text(&output, "kept "), 0);
    struct slice member = {buffer.data + 6, buffer.size - 6};
    ck_assert_int_eq(gzip_expand(member, &output), 0);
    ck_assert_str_eq(buffer_text(&output), "kept x");
}
END_TEST

START_TEST(a_member_given_up_at_the_limit_leaves_no_trace)
{
    struct slice sample = make_sample();
    struct gzip *gzip = NULL;
    ck_assert_int_eq(gzip_new(&gzip, 6), 0);
    _cleanup_(buffer_deinit) struct buffer small = BUFFER_INIT(1000);
    ck_assert_int_eq(buffer_append_text(&small, "kept"), 0);
    for (int last = 0; last < 2; last++) {
        ck_assert_int_eq(gzip_write(gzip, sample, last, &small), ERROR_LIMIT);
        ck_assert_str_eq(buffer_text(&small), "kept");

        _cleanup_(buffer_deinit) struct buffer member = BUFFER_INIT(KIB(1));
        ck_assert_int_eq(gzip_write(gzip, SLICE_LITERAL("next"), true, &member), 0);
        expect_expanded(buffer_slice(&member), SLICE_LITERAL("next"));
    }
    gzip_free(gzip);
    free((char *)sample.data);
}
END_TEST

START_TEST(a_limit_that_is_met_exactly_is_no_failure)
{
    _cleanup_(buffer_deinit) struct buffer member = BUFFER_INIT(KIB(1));
    compress(SLICE_LITERAL("hello hello hello"), 17, &member);

    _cleanup_(buffer_deinit) struct buffer again = BUFFER_INIT(member.size);
    compress(SLICE_LITERAL("hello hello hello"), 17, &again);
    ck_assert(slice_equal(buffer_slice(&again), buffer_slice(&member)));

    _cleanup_(buffer_deinit) struct buffer exact = BUFFER_INIT(17);
    ck_assert_int_eq(gzip_expand(buffer_slice(&member), &exact), 0);
    ck_assert_str_eq(buffer_text(&exact), "hello hello hello");
    _cleanup_(buffer_deinit) struct buffer short_by_one = BUFFER_INIT(16);
    ck_assert_int_eq(gzip_expand(buffer_slice(&member), &short_by_one), ERROR_LIMIT);
    ck_assert_uint_eq(short_by_one.size, 0);

    buffer_clear(&member);
    compress((struct slice){NULL, 0}, 1, &member);
    ck_assert_int_eq(gzip_expand(buffer_slice(&member), &exact), 0);
    ck_assert_uint_eq(exact.size, 17);
}
END_TEST

START_TEST(a_small_member_that_expands_without_end_stops_at_the_limit)
{
    char *zeros = calloc(1, MIB(4));
    ck_assert_ptr_nonnull(zeros);
    _cleanup_(buffer_deinit) struct buffer member = BUFFER_INIT(KIB(64));
    compress((struct slice){zeros, MIB(4)}, MIB(1), &member);
    free(zeros);
    _cleanup_(buffer_deinit) struct buffer output = BUFFER_INIT(KIB(256));
    ck_assert_int_eq(gzip_expand(buffer_slice(&member), &output), ERROR_LIMIT);
    ck_assert_uint_eq(output.size, 0);
    ck_assert_uint_le(output.capacity, KIB(256));
}
END_TEST

START_TEST(a_damaged_cut_or_continued_member_is_corrupt)
{
    _cleanup_(buffer_deinit) struct buffer member = BUFFER_INIT(KIB(1));
    compress(SLICE_LITERAL("the quick brown fox"), 19, &member);
    _cleanup_(buffer_deinit) struct buffer output = BUFFER_INIT(KIB(1));
    ck_assert_int_eq(buffer_append_text(&output, "kept"), 0);
    for (size_t size = 0; size < member.size; size++) {
        struct slice cut = {member.data, size};
        ck_assert_int_eq(gzip_expand(cut, &output), ERROR_CORRUPT);
    }
    for (size_t i = member.size - 8; i < member.size; i++) { /* the checksum and the size */
        member.data[i] ^= 1;
        ck_assert_int_eq(gzip_expand(buffer_slice(&member), &output), ERROR_CORRUPT);
        member.data[i] ^= 1;
    }
    ck_assert_int_eq(buffer_append_byte(&member, 'x'), 0);
    ck_assert_int_eq(gzip_expand(buffer_slice(&member), &output), ERROR_CORRUPT);
    ck_assert_int_eq(gzip_expand(SLICE_LITERAL("plain text"), &output), ERROR_CORRUPT);
    ck_assert_str_eq(buffer_text(&output), "kept");
}
END_TEST

START_TEST(a_level_out_of_range_is_refused)
{
    struct gzip *gzip = NULL;
    ck_assert_int_eq(gzip_new(&gzip, 0), ERROR_INVALID);
    ck_assert_int_eq(gzip_new(&gzip, 10), ERROR_INVALID);
    ck_assert_int_eq(gzip_new(&gzip, -1), ERROR_INVALID);
    ck_assert_ptr_null(gzip);
    gzip_free(NULL);
}
END_TEST

START_TEST(a_stream_can_be_freed_in_the_middle_of_a_member)
{
    struct gzip *gzip = NULL;
    ck_assert_int_eq(gzip_new(&gzip, 1), 0);
    _cleanup_(buffer_deinit) struct buffer member = BUFFER_INIT(KIB(1));
    ck_assert_int_eq(gzip_write(gzip, SLICE_LITERAL("begun"), false, &member), 0);
    gzip_free(gzip);
}
END_TEST

CHECK_MAIN("gzip", what_goes_in_in_pieces_of_any_size_comes_out_again,
    the_bytes_begin_as_rfc_1952_says_and_end_with_the_size, nothing_is_a_member_too,
    one_stream_makes_one_member_after_the_other, output_goes_behind_what_the_buffer_holds,
    a_member_given_up_at_the_limit_leaves_no_trace, a_limit_that_is_met_exactly_is_no_failure,
    a_small_member_that_expands_without_end_stops_at_the_limit,
    a_damaged_cut_or_continued_member_is_corrupt, a_level_out_of_range_is_refused,
    a_stream_can_be_freed_in_the_middle_of_a_member)
