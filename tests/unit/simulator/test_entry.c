/* What entries look like: valid, unique, the same each time, and with everything in them that the
 * API is known to send. */
#include "check_main.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/units.h"
#include "simulator/history.h"
#include "simulator/pretty.h"

enum { NOW = 1700000000, MANY = 20000 };

static struct history *make(struct history_settings *settings)
{
    struct history *history = NULL;
    struct error error = ERROR_INIT;
    settings->timeline.from = NOW - 1000000;
    settings->timeline.to = NOW;
    ck_assert_msg(
        history_new(&history, settings, NOW * USEC_PER_SEC, &error) == 0, "%s", error.text);
    return history;
}

static void write_one(
    const struct history *history, uint64_t index, enum history_form form, struct buffer *output)
{
    struct entry entry;
    buffer_clear(output);
    history_draw(history, index, &entry);
    ck_assert_int_eq(history_append(history, &entry, form, output), 0);
}

static struct json_document *parse(const struct buffer *text)
{
    struct json_document *document = NULL;
    struct error error = ERROR_INIT;
    ck_assert_msg(json_parse(buffer_slice(text), &document, &error) == 0, "%s: %.*s", error.text,
        SLICE_PRINT(buffer_slice(text)));
    return document;
}

static int compare(const void *left, const void *right)
{
    return memcmp(left, right, ENTRY_ID_SIZE);
}

START_TEST(every_entry_is_valid_json_with_its_id_and_date_and_some_650_bytes)
{
    struct history_settings settings = HISTORY_SETTINGS_INIT;
    settings.timeline.entries = MANY;
    struct history *history = make(&settings);
    struct buffer text = BUFFER_INIT(16 << 20);
    size_t bytes = 0;
    for (uint64_t i = 0; i < MANY; i++) {
        write_one(history, i, HISTORY_SERVED, &text);
        ck_assert_ptr_null(memchr(text.data, '\n', text.size));
        bytes += text.size;
        struct json_document *document = parse(&text);
        const struct json_value *root = json_root(document);
        ck_assert_uint_eq(strlen(json_string(json_get(root, "id"))), ENTRY_ID_SIZE);
        ck_assert_int_eq(json_integer(json_get(root, "date_create"), -1), history_date(history, i));
        ck_assert_ptr_nonnull(json_string(json_get(root, "action")));
        ck_assert(json_is_object(json_get(root, "actor")));
        ck_assert(json_is_object(json_get(root, "context")));
        json_free(document);
    }
    ck_assert_uint_gt(bytes / MANY, 600);
    ck_assert_uint_lt(bytes / MANY, 700);
    buffer_deinit(&text);
    history_free(history);
}
END_TEST

START_TEST(ids_are_unique_and_some_are_no_uuid)
{
    struct history_settings settings = HISTORY_SETTINGS_INIT;
    struct history *history = make(&settings);
    char(*ids)[ENTRY_ID_SIZE] = malloc((size_t)MANY * 10 * ENTRY_ID_SIZE);
    size_t no_uuids = 0;
    for (size_t i = 0; i < MANY * 10; i++) {
        struct writer writer = {.at = ids[i], .end = ids[i] + ENTRY_ID_SIZE};
        entry_write_id(&writer, history->vocabulary->seed, i);
        ck_assert(!writer.overflow && writer.at == writer.end);
        no_uuids += memchr(ids[i], 'g', ENTRY_ID_SIZE) != NULL;
    }
    ck_assert_uint_gt(no_uuids, MANY * 10 / 20);
    ck_assert_uint_lt(no_uuids, MANY * 10 / 12);
    qsort(ids, MANY * 10, ENTRY_ID_SIZE, compare);
    for (size_t i = 1; i < MANY * 10; i++)
        ck_assert_int_ne(memcmp(ids[i - 1], ids[i], ENTRY_ID_SIZE), 0);
    free(ids);
    history_free(history);
}
END_TEST

START_TEST(the_same_seed_gives_the_same_bytes_and_another_seed_gives_others)
{
    struct history_settings settings = HISTORY_SETTINGS_INIT;
    struct history *first = make(&settings), *again = make(&settings);
    settings.timeline.seed = 2;
    struct history *other = make(&settings);
    struct buffer one = BUFFER_INIT(16 << 20), two = BUFFER_INIT(16 << 20);
    for (uint64_t i = 0; i < 500; i++) {
        write_one(first, i, HISTORY_SERVED, &one);
        write_one(again, i, HISTORY_SERVED, &two);
        ck_assert(slice_equal(buffer_slice(&one), buffer_slice(&two)));
        write_one(other, i, HISTORY_SERVED, &two);
        ck_assert(!slice_equal(buffer_slice(&one), buffer_slice(&two)));
    }
    buffer_deinit(&one);
    buffer_deinit(&two);
    history_free(first);
    history_free(again);
    history_free(other);
}
END_TEST

/* Each must occur somewhere in the entries. */
static const char *const needles[] = {
    /* field types that change */
    "\"session_id\":null", "\"session_id\":\"", "\"session_id\":9", "\"ip_address\":\"\"",
    "\"ip_address\":\"2001:db8::", "\"app\":null", "\"app\":{", "\"reason\":[\"", "\"reason\":\"",
    "\"new_value\":\"", "\"new_value\":[", "\"new_value\":{\"type\":[", "\"previous_value\":\"",
    "\"previous_value\":[", "\"previous_value\":{", "\"succeeded_users\":[\"",
    "\"succeeded_users\":\"[\\\"", "\"failed_users\":[", "\"failed_users\":\"[",
    "\"inviter\":{\"id\":", "\"inviter\":{\"type\":\"user\"",
    "\"kicker\":{\"id\":", "\"kicker\":{\"type\":\"user\"",
    /* action_timestamp of late 2023 in microseconds and milliseconds */
    "\"action_timestamp\":169", "USLACKUSER", "USLACKSECURITY", "acting_agent", "agent_message",
    /* spellings */
    "9007199254740993", "123456789012345678901234567890", "1.50", "1E+3", "-0.0", "\\u00eb", "\\/",
    "\\ud83d\\ude80", "\\n", "\\r\\n", "\\\"", "\\\\", "\\u0000", "🚀", "山田", "é",
    /* shapes */
    "\"details\":{}", "\"same\":1,\"same\":2", "\"\":\"", "\\u006bey", "[[[\"",
    "file_download_blocked", "file_downloaded_blocked"};
enum { NEEDLES = sizeof(needles) / sizeof(needles[0]) };

START_TEST(all_types_of_entity_and_all_fields_that_change_type_occur)
{
    struct history_settings settings = HISTORY_SETTINGS_INIT;
    settings.timeline.entries = MANY;
    struct history *history = make(&settings);
    struct buffer all = BUFFER_INIT(64 << 20), text = BUFFER_INIT(16 << 20);
    for (uint64_t i = 0; i < MANY; i++) {
        write_one(history, i, HISTORY_SERVED, &text);
        ck_assert_int_eq(buffer_append(&all, text.data, text.size), 0);
    }
    for (int type = 0; type < ENTITY_UNKNOWN; type++) {
        char wanted[128];
        int size = snprintf(wanted, sizeof(wanted), "\"entity\":{\"type\":\"%s\",\"%s\":{",
            entity_kinds[type].type, entity_kinds[type].type);
        ck_assert_msg(memmem(all.data, all.size, wanted, (size_t)size) != NULL, "no %s", wanted);
    }
    for (size_t i = 0; i < NEEDLES; i++)
        ck_assert_msg(memmem(all.data, all.size, needles[i], strlen(needles[i])) != NULL, "no %s",
            needles[i]);
    ck_assert_ptr_null(memmem(all.data, all.size, "hologram", 8));
    buffer_deinit(&all);
    buffer_deinit(&text);
    history_free(history);
}
END_TEST

START_TEST(action_timestamps_come_in_microseconds_and_in_milliseconds)
{
    struct history_settings settings = HISTORY_SETTINGS_INIT;
    settings.timeline.entries = MANY;
    struct history *history = make(&settings);
    struct buffer text = BUFFER_INIT(16 << 20);
    size_t micro = 0, milli = 0;
    for (uint64_t i = 0; i < MANY; i++) {
        write_one(history, i, HISTORY_SERVED, &text);
        struct json_document *document = parse(&text);
        int64_t stamp =
            json_integer(json_get(json_get(json_root(document), "details"), "action_timestamp"), 0);
        int64_t date = history_date(history, i);
        micro += stamp / 1000000 == date;
        milli += stamp / 1000 == date;
        ck_assert(stamp == 0 || stamp / 1000000 == date || stamp / 1000 == date);
        json_free(document);
    }
    ck_assert_uint_gt(micro, 100);
    ck_assert_uint_gt(milli, 100);
    buffer_deinit(&text);
    history_free(history);
}
END_TEST

START_TEST(an_entry_size_pads_small_entries_up_to_it)
{
    struct history_settings settings = HISTORY_SETTINGS_INIT;
    settings.entry_size = 4000;
    struct history *history = make(&settings);
    struct buffer text = BUFFER_INIT(16 << 20);
    for (uint64_t i = 0; i < 500; i++) {
        write_one(history, i, HISTORY_SERVED, &text);
        ck_assert_uint_eq(text.size, 4000);
        json_free(parse(&text));
    }
    buffer_deinit(&text);
    history_free(history);
}
END_TEST

START_TEST(a_pretty_entry_has_line_breaks_between_tokens_and_is_kept_with_spaces_instead)
{
    struct history_settings settings = HISTORY_SETTINGS_INIT;
    settings.pretty_percent = 50;
    struct history *mixed = make(&settings);
    settings.pretty_percent = 0;
    struct history *plain = make(&settings);
    struct buffer served = BUFFER_INIT(16 << 20), kept = BUFFER_INIT(16 << 20);
    struct buffer compact = BUFFER_INIT(16 << 20);
    size_t pretty = 0;
    for (uint64_t i = 0; i < 2000; i++) {
        write_one(mixed, i, HISTORY_SERVED, &served);
        write_one(mixed, i, HISTORY_KEPT, &kept);
        write_one(plain, i, HISTORY_SERVED, &compact);
        ck_assert_ptr_null(memchr(kept.data, '\n', kept.size));
        bool is_pretty = memchr(served.data, '\n', served.size) != NULL;
        ck_assert_int_eq(is_pretty, history_is_pretty(mixed, i));
        pretty += is_pretty;
        json_free(parse(&served));
        json_free(parse(&kept));
        pretty_flatten(served.data, served.size);
        ck_assert(slice_equal(buffer_slice(&served), buffer_slice(&kept)));
        ck_assert(is_pretty || slice_equal(buffer_slice(&served), buffer_slice(&compact)));
    }
    ck_assert_uint_gt(pretty, 600);
    ck_assert_uint_lt(pretty, 1400);
    buffer_deinit(&served);
    buffer_deinit(&kept);
    buffer_deinit(&compact);
    history_free(mixed);
    history_free(plain);
}
END_TEST

START_TEST(pretty_printing_changes_nothing_but_the_space_between_tokens)
{
    struct buffer text = BUFFER_INIT(4096);
    ck_assert_int_eq(
        pretty_append(SLICE_LITERAL("{\"a\":[],\"b{,:\":{},\"c\":[1.50,\"\\\"}\",[null]]}"), &text),
        0);
    ck_assert_str_eq(buffer_text(&text), "{\n  \"a\": [],\n  \"b{,:\": {},\n  \"c\": [\n    1.50,\n"
                                         "    \"\\\"}\",\n    [\n      null\n    ]\n  ]\n}");
    buffer_deinit(&text);
}
END_TEST

static void add_odd(struct history_settings *settings, const char *text)
{
    ck_assert_int_eq(odd_plan_add(&settings->odd, text, NULL), 0);
}

START_TEST(odd_entries_stand_where_they_should_and_are_as_odd_as_asked)
{
    static const char *const kinds[] = {"no-id=5", "no-date=5", "huge", "deep=2", "invalid-utf8=3",
        "unknown-entity=4", "not-an-object=9", "duplicate-id=6"};
    struct history_settings settings = HISTORY_SETTINGS_INIT;
    settings.timeline.entries = 300;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        add_odd(&settings, kinds[i]);
    struct history *history = make(&settings);
    struct buffer text = BUFFER_INIT(16 << 20), before = BUFFER_INIT(16 << 20);
    size_t counts[ODD_KINDS] = {0};
    for (uint64_t i = 0; i < 300; i++) {
        enum odd_kind odd = odd_at(&history->odd, i);
        struct json_document *document = NULL;
        counts[odd]++;
        write_one(history, i, HISTORY_SERVED, &text);
        if (odd == ODD_INVALID_UTF8) {
            ck_assert_int_eq(json_parse(buffer_slice(&text), &document, NULL), ERROR_INVALID);
            continue;
        }
        document = parse(&text);
        const struct json_value *root = json_root(document);
        ck_assert_int_eq(
            json_get(root, "id") == NULL, odd == ODD_NO_ID || odd == ODD_NOT_AN_OBJECT);
        ck_assert_int_eq(
            json_get(root, "date_create") == NULL, odd == ODD_NO_DATE || odd == ODD_NOT_AN_OBJECT);
        ck_assert_int_eq(json_is_object(root), odd != ODD_NOT_AN_OBJECT);
        ck_assert_int_eq(text.size > ODD_HUGE_SIZE, odd == ODD_HUGE);
        ck_assert_int_eq(memmem(text.data, text.size, "[[[[[", 5) != NULL, odd == ODD_DEEP);
        ck_assert_int_eq(
            memmem(text.data, text.size, "hologram", 8) != NULL, odd == ODD_UNKNOWN_ENTITY);
        json_free(document);
        if (odd == ODD_DUPLICATE_ID) {
            write_one(history, i - 1, HISTORY_SERVED, &before);
            ck_assert(slice_equal(buffer_slice(&text), buffer_slice(&before)));
            ck_assert_int_eq(history_date(history, i), history_date(history, i - 1));
        }
    }
    const size_t wanted[ODD_KINDS] = {265, 5, 5, 1, 2, 3, 4, 9, 6};
    for (int kind = 0; kind < ODD_KINDS; kind++)
        ck_assert_msg(counts[kind] == wanted[kind], "%s: %zu", odd_kind_name(kind), counts[kind]);
    buffer_deinit(&text);
    buffer_deinit(&before);
    history_free(history);
}
END_TEST

START_TEST(odd_entries_that_cannot_be_are_refused)
{
    struct odd_plan plan = {0};
    struct error error = ERROR_INIT;
    ck_assert_int_eq(odd_plan_add(&plan, "strange", &error), ERROR_INVALID);
    ck_assert_ptr_nonnull(strstr(error.text, "duplicate-id"));
    ck_assert_int_eq(odd_plan_add(&plan, "huge=0", &error), ERROR_INVALID);
    ck_assert_int_eq(odd_plan_add(&plan, "huge=x", &error), ERROR_INVALID);
    ck_assert_int_eq(odd_plan_add(&plan, "huge=", &error), ERROR_INVALID);
    ck_assert_int_eq(odd_plan_add(&plan, "deep=10001", &error), ERROR_LIMIT);
    ck_assert_int_eq(odd_plan_add(&plan, "deep=10", &error), 0);
    ck_assert_int_eq(odd_plan_place(&plan, 19, 1, &error), ERROR_INVALID);
    ck_assert_int_eq(odd_plan_place(&plan, 20, 1, &error), 0);
}
END_TEST

CHECK_MAIN("entry", every_entry_is_valid_json_with_its_id_and_date_and_some_650_bytes,
    ids_are_unique_and_some_are_no_uuid,
    the_same_seed_gives_the_same_bytes_and_another_seed_gives_others,
    all_types_of_entity_and_all_fields_that_change_type_occur,
    action_timestamps_come_in_microseconds_and_in_milliseconds,
    an_entry_size_pads_small_entries_up_to_it,
    a_pretty_entry_has_line_breaks_between_tokens_and_is_kept_with_spaces_instead,
    pretty_printing_changes_nothing_but_the_space_between_tokens,
    odd_entries_stand_where_they_should_and_are_as_odd_as_asked,
    odd_entries_that_cannot_be_are_refused)
