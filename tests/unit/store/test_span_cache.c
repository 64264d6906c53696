/* The frame of the store's caches: what is found, what goes, and in which order. */
#include "store/span_cache.h"

#include "check_main.h"

enum { SPANS = 8 };

struct item {
    struct span span;
    unsigned dropped;
};

static void drop(struct span *span)
{
    ((struct item *)span)->dropped++;
}

static const struct span_cache_type type = {.most = 4, .most_memory = 100, .drop = drop};

/* Ten sequences each: item 0 holds 0 to 9, item 1 holds 10 to 19, ... */
static void make_items(struct item items[SPANS], size_t memory)
{
    for (size_t i = 0; i < SPANS; i++)
        items[i] =
            (struct item){.span = {.source = 1, .first = 10 * i, .count = 10, .memory = memory}};
}

static unsigned dropped(const struct item items[SPANS])
{
    unsigned count = 0;
    for (size_t i = 0; i < SPANS; i++) {
        ck_assert_uint_le(items[i].dropped, 1);
        count += items[i].dropped;
    }
    return count;
}

START_TEST(a_span_is_found_by_each_sequence_in_it_and_by_no_other)
{
    struct span_cache cache = {0};
    struct item items[SPANS];
    make_items(items, 1);
    span_cache_add(&cache, &type, &items[1].span);
    span_cache_add(&cache, &type, &items[3].span);
    for (uint64_t sequence = 0; sequence < 50; sequence++) {
        struct span *expected = sequence / 10 == 1   ? &items[1].span
                                : sequence / 10 == 3 ? &items[3].span
                                                     : NULL;
        ck_assert_ptr_eq(span_cache_find(&cache, 1, sequence), expected);
        ck_assert_ptr_null(span_cache_find(&cache, 2, sequence));
    }
    span_cache_clear(&cache, &type);
    ck_assert_uint_eq(dropped(items), 2);
}
END_TEST

START_TEST(the_span_that_was_used_least_goes_first)
{
    struct span_cache cache = {0};
    struct item items[SPANS];
    make_items(items, 1);
    for (size_t i = 0; i < type.most; i++)
        span_cache_add(&cache, &type, &items[i].span);
    ck_assert_ptr_nonnull(span_cache_find(&cache, 1, 0));
    span_cache_add(&cache, &type, &items[4].span);
    ck_assert_uint_eq(items[1].dropped, 1);
    span_cache_add(&cache, &type, &items[5].span);
    ck_assert_uint_eq(items[2].dropped, 1);
    ck_assert_uint_eq(dropped(items), 2);
    ck_assert_ptr_eq(span_cache_find(&cache, 1, 5), &items[0].span);
    span_cache_clear(&cache, &type);
}
END_TEST

START_TEST(memory_is_bounded_but_one_span_is_kept_whatever_it_takes)
{
    struct span_cache cache = {0};
    struct item items[SPANS];
    make_items(items, 40);
    items[3].span.memory = 1000;
    for (size_t i = 0; i < 3; i++)
        span_cache_add(&cache, &type, &items[i].span);
    ck_assert_uint_eq(items[0].dropped, 1);
    ck_assert_uint_eq(cache.memory, 80);
    span_cache_add(&cache, &type, &items[3].span);
    ck_assert_uint_eq(dropped(items), 3);
    ck_assert_uint_eq(cache.memory, 1000);
    ck_assert_ptr_eq(span_cache_find(&cache, 1, 30), &items[3].span);
    span_cache_add(&cache, &type, &items[4].span);
    ck_assert_uint_eq(items[3].dropped, 1);
    ck_assert_uint_eq(cache.memory, 40);
    span_cache_clear(&cache, &type);
    ck_assert_uint_eq(cache.memory, 0);
}
END_TEST

START_TEST(a_source_is_forgotten_and_the_others_stay)
{
    struct span_cache cache = {0};
    struct item items[SPANS];
    make_items(items, 1);
    items[1].span.source = items[2].span.source = 2;
    for (size_t i = 0; i < type.most; i++)
        span_cache_add(&cache, &type, &items[i].span);
    span_cache_forget(&cache, &type, 2);
    ck_assert_uint_eq(items[1].dropped + items[2].dropped, 2);
    ck_assert_uint_eq(dropped(items), 2);
    ck_assert_ptr_eq(span_cache_find(&cache, 1, 0), &items[0].span);
    ck_assert_ptr_eq(span_cache_find(&cache, 1, 30), &items[3].span);
    span_cache_clear(&cache, &type);
    ck_assert_uint_eq(dropped(items), type.most);
}
END_TEST

CHECK_MAIN("span cache", a_span_is_found_by_each_sequence_in_it_and_by_no_other,
    the_span_that_was_used_least_goes_first,
    memory_is_bounded_but_one_span_is_kept_whatever_it_takes,
    a_source_is_forgotten_and_the_others_stay)
