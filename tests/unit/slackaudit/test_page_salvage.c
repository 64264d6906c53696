/*
 * Salvage and caps: what becomes of an entry that is broken or too large, and of its neighbours.
 */
#include <stdio.h>

#include "check_main.h"
#include "slackaudit/page_feed.h"

/* A page of a sound entry, the broken one and another sound one. */
#define BESIDE(broken) "{\"entries\":[{\"id\":\"a\"}," broken ",{\"id\":\"z\"}]}"
#define BEFORE         "{\"id\":\"a\"} id=a action=- date=- whole\n"
#define AFTER                                                                                      \
    "{\"id\":\"z\"} id=z action=- date=- whole\npage entries=3 damaged=1 cursor= error= ok=-\n"

/* Salvaged, `broken` is yielded as `told`; else the page is invalid. */
static void expect_damaged(struct slice body, const char *told)
{
    struct buffer expected = BUFFER_INIT(MIB(1)), strict = BUFFER_INIT(MIB(1));
    ck_assert_int_eq(buffer_printf(&expected, BEFORE "%s\n" AFTER, told), 0);
    expect_told(body, true, buffer_text(&expected));
    tell_slice(&strict, body, false);
    const char *start = BEFORE "invalid: ";
    ck_assert_int_eq(strncmp(buffer_text(&strict), start, strlen(start)), 0);
    buffer_deinit(&expected);
    buffer_deinit(&strict);
}

#define DAMAGED(broken, told) expect_damaged(SLICE_LITERAL(BESIDE(broken)), told)

/* The whole page is lost, behind the entry that came before. */
#define LOST(broken, problem) EXPECT_SALVAGED(BESIDE(broken), BEFORE "invalid: " problem "\n")

START_TEST(an_entry_with_a_wrong_string_is_damaged_and_its_fields_are_found)
{
    DAMAGED(
        "{\"n\":\"\xff\",\"id\":\"b\"}", "{\"n\":\"\xff\",\"id\":\"b\"} id=b action=- date=- utf8");
    DAMAGED(
        "{\"n\":\"\xc3\",\"id\":\"b\"}", "{\"n\":\"\xc3\",\"id\":\"b\"} id=b action=- date=- utf8");
    DAMAGED("{\"\xe2\x82\":{\"\xed\xa0\x80]\":\"}\xf4\x90\x80\x80\"},\"date_create\":4}",
        "{\"\xe2\x82\":{\"\xed\xa0\x80]\":\"}\xf4\x90\x80\x80\"},\"date_create\":4} id=- action=- "
        "date=4 utf8");
    DAMAGED("{\"n\":\"\\x\\\"\",\"action\":\"b\"}",
        "{\"n\":\"\\x\\\"\",\"action\":\"b\"} id=- action=b date=- syntax");
    DAMAGED("{\"n\":[\"\\u12\"],\"id\":\"b\"}",
        "{\"n\":[\"\\u12\"],\"id\":\"b\"} id=b action=- date=- syntax");
    DAMAGED("{\"n\":\"\t\001\",\"id\":\"b\"}",
        "{\"n\":\"\t\001\",\"id\":\"b\"} id=b action=- date=- syntax");
    /* The first error names the damage. */
    DAMAGED("{\"n\":\"\xff\\x\"}", "{\"n\":\"\xff\\x\"} id=- action=- date=- utf8");
    /* A field that is itself broken is absent. */
    DAMAGED("{\"id\":\"b\xff\",\"action\":\"\\q\"}",
        "{\"id\":\"b\xff\",\"action\":\"\\q\"} id=- action=- date=- utf8");
}
END_TEST

START_TEST(an_entry_with_wrong_tokens_is_damaged)
{
    DAMAGED("{\"id\":\"b\",\"n\":nul}", "{\"id\":\"b\",\"n\":nul} id=b action=- date=- syntax");
    DAMAGED("{\"n\":01,\"id\":\"b\"}", "{\"n\":01,\"id\":\"b\"} id=- action=- date=- syntax");
    DAMAGED("{\"n\":-}", "{\"n\":-} id=- action=- date=- syntax");
    DAMAGED("{n:1}", "{n:1} id=- action=- date=- syntax");
    DAMAGED("{\"n\" 1}", "{\"n\" 1} id=- action=- date=- syntax");
    DAMAGED("{\"n\":1,}", "{\"n\":1,} id=- action=- date=- syntax");
    DAMAGED("{\"n\":[1,]}", "{\"n\":[1,]} id=- action=- date=- syntax");
    DAMAGED("{\"n\":[1 2],\"m\":[{},\"]}\\\"{\"]}",
        "{\"n\":[1 2],\"m\":[{},\"]}\\\"{\"]} id=- action=- date=- syntax");
    DAMAGED("{\"n\":NaN,\"m\":\"\xff\"}", "{\"n\":NaN,\"m\":\"\xff\"} id=- action=- date=- syntax");
}
END_TEST

START_TEST(an_element_without_brackets_ends_at_the_next_comma_or_bracket)
{
    DAMAGED("nope", "nope id=- action=- date=- syntax");
    DAMAGED(" n{\"x\":[1,2]}p \t\n", "n{\"x\":[1,2]}p id=- action=- date=- syntax");
    DAMAGED("tru ", "tru id=- action=- date=- syntax");
    DAMAGED("-", "- id=- action=- date=- syntax");
    DAMAGED("01", "01 id=- action=- date=- syntax");
    DAMAGED("\"a\xff\"", "\"a\xff\" id=- action=- date=- utf8");
    DAMAGED("'a'", "'a' id=- action=- date=- syntax");
    EXPECT_SALVAGED("{\"entries\":[nope]}",
        "nope id=- action=- date=- syntax\npage entries=1 damaged=1 cursor= error= ok=-\n");
}
END_TEST

START_TEST(a_damaged_entry_is_one_line_too)
{
    DAMAGED(
        "{\"n\":\"a\nb\"\r,\"\\\n\":1}", "{\"n\":\"a b\" ,\"\\ \":1} id=- action=- date=- syntax");
    DAMAGED("{n\n:\"\r\"}", "{n :\" \"} id=- action=- date=- syntax");
}
END_TEST

START_TEST(what_cannot_be_matched_makes_the_page_invalid)
{
    LOST("{\"n\":[}", "closing bracket of the wrong kind at byte 29");
    LOST("{\"n\":nul]", "closing bracket of the wrong kind at byte 31");
    LOST("{n[}]}", "closing bracket of the wrong kind at byte 26");
    LOST("{\"n\":\"x}", "the body ends early, at byte 44");
    LOST("{\"n\":nul", "closing bracket of the wrong kind at byte 42");
    LOST("nope}", "closing bracket of the wrong kind at byte 27");
    LOST("", "unexpected byte at byte 23");
    LOST("]", "unexpected byte at byte 23");
    /* Between two elements there is nothing to be damaged. */
    EXPECT_SALVAGED(BESIDE("{} {}"),
        BEFORE "{} id=- action=- date=- whole\ninvalid: unexpected byte at byte 26\n");
}
END_TEST

START_TEST(outside_entries_nothing_is_salvaged)
{
    EXPECT_SALVAGED("{\"entries\":[1],\"x\":\"\xff\"}",
        "1 id=- action=- date=- whole\ninvalid: invalid UTF-8 in a string at byte 20\n");
    EXPECT_SALVAGED("{\"entries\":[1],\"x\":{\"y\":[\"\xff\"]}}",
        "1 id=- action=- date=- whole\ninvalid: invalid UTF-8 in a string at byte 26\n");
    EXPECT_SALVAGED(
        "{\"x\":[nope],\"entries\":[]}", "invalid: malformed true, false or null at byte 7\n");
    EXPECT_SALVAGED(
        "{\"entries\":{\"x\":nope}}", "invalid: malformed true, false or null at byte 17\n");
    EXPECT_SALVAGED("{\"response_metadata\":{\"next_cursor\":\"\\x\"},\"entries\":[]}",
        "invalid: invalid escape in a string at byte 38\n");
}
END_TEST

START_TEST(an_entry_nested_past_the_limit_is_damaged)
{
    struct buffer body = BUFFER_INIT(MIB(1)), told = BUFFER_INIT(MIB(1));
    ck_assert_int_eq(buffer_append_text(&body, "{\"entries\":[{\"id\":\"b\",\"n\":"), 0);
    for (int i = 0; i < LIMIT_JSON_DEPTH + 100; i++)
        ck_assert_int_eq(buffer_append_text(&body, i % 2 == 0 ? "{\"[\":" : "["), 0);
    for (int i = LIMIT_JSON_DEPTH + 100; i-- > 0;)
        ck_assert_int_eq(buffer_append_text(&body, i % 2 == 0 ? "}" : "]"), 0);
    ck_assert_int_eq(buffer_append_text(&body, "},{\"id\":\"c\"}]}"), 0);
    for (size_t piece = 1; piece <= body.size; piece += 97) {
        buffer_clear(&told);
        feed_cut(&told, buffer_slice(&body), true, piece, piece);
        ck_assert_ptr_nonnull(strstr(buffer_text(&told), "]}} id=b action=- date=- depth\n"
                                                         "{\"id\":\"c\"} id=c action=- date=- "
                                                         "whole\npage entries=2 damaged=1 "));
    }
    buffer_deinit(&body);
    buffer_deinit(&told);
}
END_TEST

/* Appends an entry of `size` bytes that ends with `tail`. */
static void append_large(struct buffer *body, size_t size, const char *tail)
{
    static const char head[] = "{\"id\":\"b\",\"n\":\"";
    ck_assert_int_eq(buffer_append_text(body, head), 0);
    size_t fill = size - strlen(head) - strlen(tail);
    ck_assert_int_eq(buffer_reserve(body, fill), 0);
    memset(body->data + body->size, 'n', fill);
    body->size += fill;
    ck_assert_int_eq(buffer_append_text(body, tail), 0);
}

/* The entries, each cut to what a test looks at, and what came of the page. */
struct large {
    struct buffer told;
    struct slackaudit_page_summary summary;
};

static int tell_large(void *user, const struct slackaudit_entry_slice *entry)
{
    struct large *large = user;
    static const char head[] = "{\"id\":\"b\",\"n\":\"";
    size_t end = strlen(head);
    ck_assert(entry->size > end && memcmp(entry->data, head, end) == 0);
    while (end < entry->size && entry->data[end] == 'n')
        end++;
    return buffer_printf(&large->told, "%zu, n up to %zu, id=%.*s action=%.*s date=%d %s\n",
        entry->size, end, (int)entry->id_size, entry->id == NULL ? "" : entry->id,
        (int)entry->action_size, entry->action == NULL ? "" : entry->action, entry->has_date,
        damage_name(entry->damage));
}

static void expect_large(
    struct slice body, bool salvage, size_t piece, const char *expected, const char *problem)
{
    struct large large = {.told = BUFFER_INIT(MIB(1))};
    struct slackaudit_page *page = NULL;
    int result = 0;
    ck_assert_int_eq(slackaudit_page_new(&page, salvage, tell_large, &large), 0);
    for (size_t at = 0; result == 0 && at < body.size; at += piece)
        result = feed_copy(page, body.data + at, piece < body.size - at ? piece : body.size - at);
    if (result == 0)
        result = slackaudit_page_finish(page, &large.summary);
    ck_assert_int_eq(result, problem == NULL ? 0 : SLACKAUDIT_ERROR_INVALID);
    ck_assert_str_eq(slackaudit_page_problem(page), problem == NULL ? "" : problem);
    ck_assert_str_eq(buffer_text(&large.told), expected);
    slackaudit_page_free(page);
    buffer_deinit(&large.told);
}

START_TEST(an_entry_up_to_the_limit_is_whole_and_one_past_it_is_cut)
{
    static const char tail[] = "\",\"action\":\"x\"}";
    const size_t pieces[] = {1021, KIB(256), LIMIT_ENTRY, 3 * LIMIT_ENTRY};
    struct buffer body = BUFFER_INIT(3 * LIMIT_ENTRY);
    ck_assert_int_eq(buffer_append_text(&body, "{\"entries\":["), 0);
    append_large(&body, LIMIT_ENTRY, tail);
    ck_assert_int_eq(buffer_append_text(&body, ","), 0);
    append_large(&body, LIMIT_ENTRY + 1, tail);
    ck_assert_int_eq(buffer_append_text(&body, ","), 0);
    append_large(&body, 100, tail);
    ck_assert_int_eq(buffer_append_text(&body, "]}"), 0);
    for (size_t i = 0; i < 4; i++) {
        expect_large(buffer_slice(&body), true, pieces[i],
            "8388608, n up to 8388593, id=b action=x date=0 whole\n"
            "65536, n up to 65536, id=b action= date=0 size\n"
            "100, n up to 85, id=b action=x date=0 whole\n",
            NULL);
        expect_large(buffer_slice(&body), false, pieces[i],
            "8388608, n up to 8388593, id=b action=x date=0 whole\n",
            "an entry of more than 8388608 bytes at byte 8388621");
    }
    buffer_deinit(&body);
}
END_TEST

START_TEST(what_stands_behind_the_limit_of_an_entry_is_not_looked_at)
{
    const size_t pieces[] = {1021, LIMIT_ENTRY + 2000, 3 * LIMIT_ENTRY};
    char tail[5000] = "";
    char key[4000] = "";
    memset(key, 'k', sizeof(key) - 1);
    snprintf(tail, sizeof(tail), "\",\"%s\":{},\"id\":\"late\",\"date_create\":1,\"m\":{}", key);
    struct buffer body = BUFFER_INIT(3 * LIMIT_ENTRY);
    ck_assert_int_eq(buffer_append_text(&body, "{\"entries\":["), 0);
    for (int i = 0; i < 2; i++) {
        append_large(&body, LIMIT_ENTRY + 4500, tail);
        ck_assert_int_eq(buffer_append_text(&body, i == 0 ? "}," : "}]}"), 0);
    }
    for (size_t i = 0; i < 3; i++)
        expect_large(buffer_slice(&body), true, pieces[i],
            "65536, n up to 65536, id=b action= date=0 size\n"
            "65536, n up to 65536, id=b action= date=0 size\n",
            NULL);
    buffer_deinit(&body);
}
END_TEST

START_TEST(without_salvage_a_page_ends_where_an_entry_passes_the_limit)
{
    struct buffer body = BUFFER_INIT(3 * LIMIT_ENTRY);
    struct slackaudit_page *page = NULL;
    struct large large = {0};
    ck_assert_int_eq(buffer_append_text(&body, "{\"entries\":["), 0);
    append_large(&body, LIMIT_ENTRY + 2, "\"}");
    ck_assert_int_eq(slackaudit_page_new(&page, false, tell_large, &large), 0);
    ck_assert_int_eq(slackaudit_page_feed(page, body.data, body.size - 2), 0);
    ck_assert_int_eq(
        slackaudit_page_feed(page, body.data + body.size - 2, 1), SLACKAUDIT_ERROR_INVALID);
    slackaudit_page_free(page);
    buffer_deinit(&body);
}
END_TEST

static int count_entry(void *user, const struct slackaudit_entry_slice *entry)
{
    (void)entry; /* only counted */
    ++*(size_t *)user;
    return 0;
}

START_TEST(a_page_has_a_largest_number_of_entries)
{
    struct buffer body = BUFFER_INIT(MIB(1));
    struct slackaudit_page *page = NULL;
    size_t count = 0;
    ck_assert_int_eq(buffer_append_text(&body, "{\"entries\":[0"), 0);
    for (int i = 1; i < LIMIT_PAGE_ENTRIES; i++)
        ck_assert_int_eq(buffer_append_text(&body, ",0"), 0);
    ck_assert_int_eq(slackaudit_page_new(&page, true, count_entry, &count), 0);
    ck_assert_int_eq(slackaudit_page_feed(page, body.data, body.size), 0);
    ck_assert_int_eq(slackaudit_page_feed(page, ",", 1), 0);
    ck_assert_uint_eq(count, LIMIT_PAGE_ENTRIES);
    ck_assert_int_eq(slackaudit_page_feed(page, "1]}", 3), SLACKAUDIT_ERROR_INVALID);
    ck_assert_uint_eq(count, LIMIT_PAGE_ENTRIES);
    ck_assert_ptr_nonnull(strstr(slackaudit_page_problem(page), "more than 100000 entries"));
    slackaudit_page_free(page);
    buffer_deinit(&body);
}
END_TEST

/* A fixed sequence, so that a failure can be repeated. */
static unsigned next_random(unsigned *state)
{
    *state = *state * 1664525U + 1013904223U;
    return *state >> 8;
}

START_TEST(a_mangled_page_tells_the_same_however_it_is_cut)
{
    static const char sound[] =
        "{\"response_metadata\":{\"next_cursor\":\"a\\u003d\"},\"entries\":[{\"id\":\"\\u0061\","
        "\"date_create\":12, \"action\":\"b\",\n\"n\":[1.5e3,true,{\"k\":\"\xe5\xb1\xb1\"}]},"
        "{\"id\":\"c\\\"\",\"d\":null},7,[\"x\"]],\"error\":\"e\"}";
    static const char bytes[] = "\"\\{}[],:0-.eEtfn u\n\r\xff\xc3\xa9\001a";
    unsigned state = 42;
    for (int round = 0; round < 3000; round++) {
        struct buffer body = BUFFER_INIT(KIB(1)), whole = BUFFER_INIT(KIB(16));
        ck_assert_int_eq(buffer_append(&body, sound, sizeof(sound) - 1), 0);
        for (unsigned change = next_random(&state) % 4; change > 0; change--)
            body.data[next_random(&state) % body.size] =
                bytes[next_random(&state) % (sizeof(bytes) - 1)];
        bool salvage = next_random(&state) % 4 > 0;
        struct slice slice = buffer_slice(&body);
        feed_cut(&whole, slice, salvage, slice.size, 1);
        check_cut(&whole, slice, salvage, 1, 1);
        for (int i = 0; i < 5; i++)
            check_cut(&whole, slice, salvage, 1 + next_random(&state) % slice.size,
                1 + next_random(&state) % 40);
        buffer_deinit(&body);
        buffer_deinit(&whole);
    }
}
END_TEST

CHECK_MAIN("page_salvage", an_entry_with_a_wrong_string_is_damaged_and_its_fields_are_found,
    an_entry_with_wrong_tokens_is_damaged,
    an_element_without_brackets_ends_at_the_next_comma_or_bracket, a_damaged_entry_is_one_line_too,
    what_cannot_be_matched_makes_the_page_invalid, outside_entries_nothing_is_salvaged,
    an_entry_nested_past_the_limit_is_damaged,
    an_entry_up_to_the_limit_is_whole_and_one_past_it_is_cut,
    what_stands_behind_the_limit_of_an_entry_is_not_looked_at,
    without_salvage_a_page_ends_where_an_entry_passes_the_limit,
    a_page_has_a_largest_number_of_entries, a_mangled_page_tells_the_same_however_it_is_cut)
