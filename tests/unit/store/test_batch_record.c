/*
 * The record of a batch: what is written is read, and whatever else is there is refused.
 */
#include "check_main.h"

#include "base/cleanup.h"
#include "store/batch_record.h"

static struct record_entry entry_of(uint32_t number)
{
    return (struct record_entry){.size = 1 + number * 977 % 3000,
        .flags = (uint8_t)(number * 31),
        .time = UINT32_MAX - number,
        .key = {{number, ~number, number * 2654435761U}}};
}

/* A record of `count` entries in blocks of `in_block`. */
static struct slice build(struct record_builder *builder, uint32_t count, uint32_t in_block)
{
    struct record_block block = {.checksum = UINT64_C(0x1122334455667788)};
    for (uint32_t i = 0; i < count; i++) {
        struct record_entry entry = entry_of(i);
        ck_assert_int_eq(record_builder_entry(builder, &entry), 0);
        block.count++;
        block.size += entry.size + 1;
        if (block.count == in_block || i == count - 1) {
            ck_assert_int_eq(record_builder_block(builder, &block), 0);
            block.count = 0;
            block.size = 0;
            block.checksum++;
        }
    }
    struct slice record = {.data = NULL};
    ck_assert_int_eq(record_builder_finish(builder, &record), 0);
    return record;
}

START_TEST(a_record_comes_back_as_it_was_written)
{
    _cleanup_(record_builder_deinit) struct record_builder builder = RECORD_BUILDER_INIT;
    struct slice bytes = build(&builder, 1000, 64);
    ck_assert_uint_eq(bytes.size, 12 + 1000 * 20 + 16 * 16 + 8);
    struct record record;
    ck_assert_int_eq(record_parse(bytes, &record, NULL), 0);
    ck_assert_uint_eq(record.entry_count, 1000);
    ck_assert_uint_eq(record.block_count, 16);
    uint64_t size = 0;
    for (uint32_t i = 0; i < 1000; i++) {
        struct record_entry entry = record_entry(&record, i), wanted = entry_of(i);
        ck_assert_uint_eq(entry.size, wanted.size);
        ck_assert_uint_eq(entry.flags, wanted.flags);
        ck_assert_uint_eq(entry.time, wanted.time);
        ck_assert_mem_eq(&entry.key, &wanted.key, sizeof(entry.key));
        size += entry.size + 1;
    }
    ck_assert_uint_eq(record_size(&record), size);
    ck_assert_uint_eq(record_block(&record, 0).count, 64);
    ck_assert_uint_eq(record_block(&record, 15).count, 1000 - 15 * 64);
    ck_assert_uint_eq(record_block(&record, 15).checksum, UINT64_C(0x1122334455667788) + 15);
}
END_TEST

START_TEST(the_bytes_are_the_same_on_every_machine)
{
    _cleanup_(record_builder_deinit) struct record_builder builder = RECORD_BUILDER_INIT;
    struct record_entry entry = {.size = 0x010203,
        .flags = 4,
        .time = 0x05060708,
        .key = {{0x090a0b0c, 0x0d0e0f10, 0x11121314}}};
    struct record_block block = {
        .count = 1, .size = 0x010204, .checksum = UINT64_C(0x2122232425262728)};
    ck_assert_int_eq(record_builder_entry(&builder, &entry), 0);
    ck_assert_int_eq(record_builder_block(&builder, &block), 0);
    struct slice bytes;
    ck_assert_int_eq(record_builder_finish(&builder, &bytes), 0);
    static const unsigned char wanted[] = {1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 3, 2, 1, 4, 8, 7, 6,
        5, 0x0c, 0x0b, 0x0a, 9, 0x10, 0x0f, 0x0e, 0x0d, 0x14, 0x13, 0x12, 0x11, 1, 0, 0, 0, 4, 2, 1,
        0, 0x28, 0x27, 0x26, 0x25, 0x24, 0x23, 0x22, 0x21};
    ck_assert_uint_eq(bytes.size, sizeof(wanted) + 8);
    ck_assert_mem_eq(bytes.data, wanted, sizeof(wanted));
}
END_TEST

START_TEST(any_flipped_bit_is_found)
{
    _cleanup_(record_builder_deinit) struct record_builder builder = RECORD_BUILDER_INIT;
    struct slice bytes = build(&builder, 5, 2);
    struct record record;
    for (size_t bit = 0; bit < bytes.size * 8; bit++) {
        builder.entries.data[bit / 8] ^= (char)(1 << bit % 8);
        ck_assert_int_eq(record_parse(bytes, &record, NULL), ERROR_CORRUPT);
        builder.entries.data[bit / 8] ^= (char)(1 << bit % 8);
    }
    ck_assert_int_eq(record_parse(bytes, &record, NULL), 0);
}
END_TEST

START_TEST(any_other_length_is_refused)
{
    _cleanup_(record_builder_deinit) struct record_builder builder = RECORD_BUILDER_INIT;
    struct slice bytes = build(&builder, 5, 2);
    struct record record;
    for (size_t size = 0; size < bytes.size; size++) {
        struct slice part = {.data = bytes.data, .size = size};
        ck_assert_int_eq(record_parse(part, &record, NULL), ERROR_CORRUPT);
    }
    ck_assert_int_eq(record_parse((struct slice){.data = NULL}, &record, NULL), ERROR_CORRUPT);
}
END_TEST

/* Builds a record from these parts, right in its frame and checksum, and reads it. */
static int parse_built(const struct record_entry *entries, size_t entry_count,
    const struct record_block *blocks, size_t block_count)
{
    _cleanup_(record_builder_deinit) struct record_builder builder = RECORD_BUILDER_INIT;
    for (size_t i = 0; i < entry_count; i++)
        ck_assert_int_eq(record_builder_entry(&builder, &entries[i]), 0);
    for (size_t i = 0; i < block_count; i++)
        ck_assert_int_eq(record_builder_block(&builder, &blocks[i]), 0);
    struct slice bytes;
    ck_assert_int_eq(record_builder_finish(&builder, &bytes), 0);
    struct record record;
    return record_parse(bytes, &record, NULL);
}

START_TEST(blocks_that_do_not_make_up_the_entries_are_refused)
{
    const struct record_entry three[] = {{.size = 10}, {.size = 20}, {.size = 30}};
    const struct record_block right[] = {{.count = 2, .size = 32}, {.count = 1, .size = 31}};
    ck_assert_int_eq(parse_built(three, 3, right, 2), 0);
    ck_assert_int_eq(parse_built(three, 3, right, 1), ERROR_CORRUPT);
    ck_assert_int_eq(parse_built(three, 2, right, 2), ERROR_CORRUPT);
    ck_assert_int_eq(parse_built(three, 3, NULL, 0), ERROR_CORRUPT);
    const struct record_block wrong[][2] = {
        {{.count = 2, .size = 31}, {.count = 1, .size = 31}},
        {{.count = 2, .size = 32}, {.count = 0, .size = 31}},
        {{.count = 3, .size = 63}, {.count = 0, .size = 0}},
        {{.count = 2, .size = 32}, {.count = UINT32_MAX, .size = 31}},
        {{.count = 0, .size = 0}, {.count = 3, .size = 63}},
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        ck_assert_int_eq(parse_built(three, 3, wrong[i], 2), ERROR_CORRUPT);
}
END_TEST

START_TEST(sizes_past_the_limits_are_refused)
{
    const struct record_entry longest = {.size = LIMIT_ENTRY};
    const struct record_block block = {.count = 1, .size = LIMIT_ENTRY + 1};
    ck_assert_int_eq(parse_built(&longest, 1, &block, 1), 0);
    const struct record_entry longer = {.size = LIMIT_ENTRY + 1};
    const struct record_block larger = {.count = 1, .size = LIMIT_ENTRY + 2};
    ck_assert_int_eq(parse_built(&longer, 1, &larger, 1), ERROR_CORRUPT);
    const struct record_entry nothing = {.size = 0};
    const struct record_block tiny = {.count = 1, .size = 1};
    ck_assert_int_eq(parse_built(&nothing, 1, &tiny, 1), ERROR_CORRUPT);
    const struct record_entry two[] = {
        {.size = LIMIT_STORE_BLOCK / 2}, {.size = LIMIT_STORE_BLOCK / 2}};
    const struct record_block both = {.count = 2, .size = LIMIT_STORE_BLOCK + 2};
    ck_assert_int_eq(parse_built(two, 2, &both, 1), ERROR_CORRUPT);
}
END_TEST

START_TEST(a_block_of_too_many_entries_is_refused)
{
    enum { COUNT = LIMIT_STORE_BLOCK_ENTRIES + 1 };
    struct record_entry *entries = calloc(COUNT, sizeof(*entries));
    ck_assert_ptr_nonnull(entries);
    for (size_t i = 0; i < COUNT; i++)
        entries[i].size = 1;
    struct record_block block = {.count = COUNT - 1, .size = 2 * (COUNT - 1)};
    ck_assert_int_eq(parse_built(entries, COUNT - 1, &block, 1), 0);
    block = (struct record_block){.count = COUNT, .size = 2 * COUNT};
    ck_assert_int_eq(parse_built(entries, COUNT, &block, 1), ERROR_CORRUPT);
    free(entries);
}
END_TEST

START_TEST(a_builder_takes_no_more_entries_than_a_page_may_have)
{
    _cleanup_(record_builder_deinit) struct record_builder builder = RECORD_BUILDER_INIT;
    struct record_entry entry = {.size = 1};
    struct record_block block = {.count = 1, .size = 2};
    for (int i = 0; i < LIMIT_PAGE_ENTRIES; i++) {
        ck_assert_int_eq(record_builder_entry(&builder, &entry), 0);
        ck_assert_int_eq(record_builder_block(&builder, &block), 0);
    }
    ck_assert_int_eq(record_builder_entry(&builder, &entry), ERROR_LIMIT);
    struct slice bytes;
    struct record record;
    ck_assert_int_eq(record_builder_finish(&builder, &bytes), 0);
    ck_assert_int_eq(record_parse(bytes, &record, NULL), 0);
    ck_assert_uint_eq(record.block_count, LIMIT_PAGE_ENTRIES);
}
END_TEST

CHECK_MAIN("batch record", a_record_comes_back_as_it_was_written,
    the_bytes_are_the_same_on_every_machine, any_flipped_bit_is_found, any_other_length_is_refused,
    blocks_that_do_not_make_up_the_entries_are_refused, sizes_past_the_limits_are_refused,
    a_block_of_too_many_entries_is_refused, a_builder_takes_no_more_entries_than_a_page_may_have)
