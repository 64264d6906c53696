/*
 * The page splitter against json-c, and against itself.
 *
 * For any input: whole and in random pieces it tells the same, with and without salvage; what it
 * accepts json-c accepts too (strict mode, UTF-8 checked), and both find the same entries, fields,
 * cursor and error; slackaudit_entry_look() agrees with the splitter about one entry alone.
 *
 * json-c 0.16 is laxer than RFC 8259 and this target treats exactly these differences as known. It
 * accepts:
 *  - control bytes inside strings and keys;
 *  - UTF-8 that is overlong, encodes surrogates or passes U+10FFFF, since it only counts
 *    continuation bytes;
 *  - numbers with a leading zero behind a minus or a zero (-01, 00), without digits on one side of
 *    the point (1. and 1.e5 and -.5), and NaN, Infinity and -Infinity;
 *  - keys in single quotes;
 *  - a NUL byte behind the value, and then anything;
 *  - one level more than its depth when the innermost container is empty.
 * By intent the splitter also refuses: a body that is no object, `entries` twice, a `next_cursor`
 * that is neither a string nor null, and a NUL character or more than LIMIT_CURSOR bytes in
 * `next_cursor` or `error`.
 *
 * json-c cuts a key or a compared string at an escaped NUL character: fields are not compared where
 * one occurs. It reads -0 as the integer 0; a date of the splitter has digits alone.
 */
#include <json-c/json.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/limits.h"
#include "slackaudit/page.h"

#define REQUIRE(condition, what)                                                                   \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s (%s)\n", what, #condition);                                        \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What one feed told: the entries, one behind the other, and how it ended. */
struct told {
    struct buffer text;
    size_t entries, bytes; /* of the entries */
    int result;
    char problem[160];
};

#define TOLD_INIT                                                                                  \
    {                                                                                              \
        .text = BUFFER_INIT(MIB(64))                                                               \
    }

static int tell_entry(void *user, const struct slackaudit_entry_slice *entry)
{
    struct told *told = user;
    told->entries++;
    told->bytes += entry->size;
    REQUIRE(memchr(entry->data, '\n', entry->size) == NULL, "an entry is one line");
    REQUIRE(memchr(entry->data, '\r', entry->size) == NULL, "an entry is one line");
    (void)buffer_append(&told->text, entry->data, entry->size); /* far below the limit */
    (void)buffer_printf(&told->text, "\nid %.*s action %.*s date %d %lld damage %d\n",
        (int)entry->id_size, entry->id == NULL ? "" : entry->id, (int)entry->action_size,
        entry->action == NULL ? "" : entry->action, entry->has_date, (long long)entry->date_create,
        (int)entry->damage);
    return 0;
}

/* A fixed sequence, so that a failure can be repeated. */
static size_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (size_t)(*state >> 33);
}

/* In a copy of its own size, so that AddressSanitizer sees a read past its end. */
static int feed_piece(struct slackaudit_page *page, const char *data, size_t size)
{
    char *copy = malloc(size);
    REQUIRE(copy != NULL, "memory");
    memcpy(copy, data, size);
    int result = slackaudit_page_feed(page, copy, size);
    memset(copy, '#', size);
    free(copy);
    return result;
}

/* Whole with `largest` 0, else in random pieces of up to `largest` bytes. */
static void feed(struct told *told, struct slice body, bool salvage, size_t largest)
{
    struct slackaudit_page *page = NULL;
    struct slackaudit_page_summary summary;
    uint64_t state = body.size * 31 + (body.size > 0 ? (unsigned char)body.data[0] : 0);
    REQUIRE(slackaudit_page_new(&page, salvage, tell_entry, told) == 0, "memory");
    for (size_t at = 0, size; told->result == 0 && at < body.size; at += size) {
        size = largest == 0 ? body.size : 1 + next_random(&state) % largest;
        size = size < body.size - at ? size : body.size - at;
        told->result = feed_piece(page, body.data + at, size);
    }
    if (told->result == 0)
        told->result = slackaudit_page_finish(page, &summary);
    if (told->result == 0)
        (void)buffer_printf(&told->text, "cursor %s error %s ok %d entries %d %zu damaged %zu\n",
            summary.next_cursor, summary.error, summary.ok_is_false, summary.has_entries,
            summary.entries, summary.damaged);
    snprintf(told->problem, sizeof(told->problem), "%s", slackaudit_page_problem(page));
    REQUIRE((told->result < 0) == (told->problem[0] != '\0'), "a problem has words");
    slackaudit_page_free(page);
}

static void require_same(const struct told *left, const struct told *right)
{
    REQUIRE(left->result == right->result, "a cut changes the result");
    REQUIRE(strcmp(left->problem, right->problem) == 0, "a cut changes the problem");
    REQUIRE(slice_equal(buffer_slice(&left->text), buffer_slice(&right->text)),
        "a cut changes what is told");
}

static struct json_object *parse(struct slice text, int depth)
{
    struct json_tokener *tokener = json_tokener_new_ex(depth);
    char *copy = malloc(text.size + 1); /* the NUL byte tells json-c that the text ends */
    REQUIRE(tokener != NULL && copy != NULL, "memory");
    memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    struct json_object *value = json_tokener_parse_ex(tokener, copy, (int)text.size + 1);
    bool success = json_tokener_get_error(tokener) == json_tokener_success;
    json_tokener_free(tokener);
    free(copy);
    if (success && value == NULL)
        return json_object_new_string("null"); /* NULL means a failure here */
    return value;
}

static bool starts(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* The byte that a problem names, or a space where the body has none. */
static char byte_at(struct slice body, long offset)
{
    return offset >= 0 && (size_t)offset < body.size ? body.data[offset] : ' ';
}

static bool is_known_number(char before, char byte)
{
    bool digit = byte >= '0' && byte <= '9';
    return (before == '0' && digit) || before == '.' ||
           (before == '-' && (byte == '.' || byte == 'I'));
}

/* The splitter refused, with `problem`, what json-c accepts. */
static bool is_known(struct slice body, const char *problem)
{
    const char *at = strstr(problem, " at byte ");
    long offset = at == NULL ? -1 : atol(at + strlen(" at byte "));
    char byte = byte_at(body, offset);
    if (starts(problem, "unexpected byte"))
        return byte == 'N' || byte == 'I' || byte == '\'' || (byte == '\0' && offset > 0);
    if (starts(problem, "the body ends early"))
        return byte_at(body, offset - 1) == '.'; /* "1." alone */
    if (starts(problem, "malformed number"))
        return is_known_number(byte_at(body, offset - 1), byte);
    return starts(problem, "control byte in a string") ||
           starts(problem, "invalid UTF-8 in a string") ||
           starts(problem, "nesting past the limit") ||
           starts(problem, "the body is not an object") || starts(problem, "entries a second") ||
           starts(problem, "next_cursor is not a string") ||
           starts(problem, "a NUL character in ") || starts(problem, "next_cursor of more than") ||
           starts(problem, "error of more than");
}

/* The decoded string member `name`, or NULL. */
static const char *member_text(struct json_object *object, const char *name)
{
    struct json_object *value = NULL;
    if (!json_object_is_type(object, json_type_object) ||
        !json_object_object_get_ex(object, name, &value) ||
        !json_object_is_type(value, json_type_string))
        return NULL;
    return json_object_get_string(value);
}

/* `raw` (between the quotes, escapes as sent) is the string `text`, or both are absent. */
static bool same_text(const char *raw, size_t size, size_t limit, const char *text)
{
    if (raw == NULL)
        return text == NULL || text[0] == '\0' || strlen(text) * 6 > limit;
    struct buffer quoted = BUFFER_INIT(MIB(16));
    (void)buffer_printf(&quoted, "\"%.*s\"", (int)size, raw); /* far below the limit */
    struct json_object *value = parse(buffer_slice(&quoted), 2);
    bool same = value != NULL && text != NULL && strcmp(json_object_get_string(value), text) == 0;
    json_object_put(value);
    buffer_deinit(&quoted);
    return same;
}

static bool same_date(const struct slackaudit_entry_slice *entry, struct json_object *element)
{
    struct json_object *value = NULL;
    if (!json_object_is_type(element, json_type_object) ||
        !json_object_object_get_ex(element, "date_create", &value) ||
        !json_object_is_type(value, json_type_int) || json_object_get_int64(value) < 0 ||
        json_object_get_uint64(value) > INT64_MAX)
        return !entry->has_date;
    if (!entry->has_date)
        return json_object_get_int64(value) == 0; /* -0 */
    return entry->date_create == json_object_get_int64(value);
}

static bool has_escaped_nul(struct slice text)
{
    return memmem(text.data, text.size, "\\u0000", 6) != NULL;
}

/* Compares each entry with the element that json-c found. */
struct comparison {
    struct json_object *elements;
    size_t next;
};

static int compare_entry(void *user, const struct slackaudit_entry_slice *entry)
{
    struct comparison *comparison = user;
    struct slice text = {.data = entry->data, .size = entry->size};
    struct json_object *element =
        json_object_array_get_idx(comparison->elements, comparison->next++);
    struct json_object *alone = parse(text, LIMIT_JSON_DEPTH + 1);
    struct slackaudit_entry_slice look;
    REQUIRE(entry->damage == SLACKAUDIT_WHOLE, "an entry of a valid page is whole");
    REQUIRE(alone != NULL, "an entry is JSON");
    if (element != NULL) /* else it is null */
        REQUIRE(json_object_equal(alone, element), "an entry is the element");
    REQUIRE(slackaudit_entry_look(entry->data, entry->size, &look) == 0, "a look finds it whole");
    REQUIRE(look.data == entry->data && look.size == entry->size && look.id == entry->id &&
                look.id_size == entry->id_size && look.action == entry->action &&
                look.action_size == entry->action_size && look.has_date == entry->has_date &&
                look.date_create == entry->date_create,
        "a look finds the same");
    if (!has_escaped_nul(text)) {
        REQUIRE(same_text(entry->id, entry->id_size, LIMIT_ENTRY_ID, member_text(element, "id")),
            "the id is the same");
        REQUIRE(
            same_text(entry->action, entry->action_size, SIZE_MAX, member_text(element, "action")),
            "the action is the same");
        REQUIRE(same_date(entry, element), "the date is the same");
    }
    json_object_put(alone);
    return 0;
}

/* The body is valid: what was found is what json-c finds. */
static void compare(struct slice body, struct json_object *root)
{
    struct comparison comparison = {0};
    struct slackaudit_page *page = NULL;
    struct slackaudit_page_summary summary;
    struct json_object *metadata = NULL, *ok = NULL;
    bool has_array = json_object_object_get_ex(root, "entries", &comparison.elements) &&
                     json_object_is_type(comparison.elements, json_type_array);
    if (has_escaped_nul(body))
        return; /* keys that look alike to json-c */
    REQUIRE(slackaudit_page_new(&page, false, compare_entry, &comparison) == 0, "memory");
    REQUIRE(slackaudit_page_feed(page, body.data, body.size) == 0, "a page is valid twice");
    REQUIRE(slackaudit_page_finish(page, &summary) == 0, "a page is valid twice");
    REQUIRE(summary.has_entries == has_array, "entries are found");
    REQUIRE(!has_array || summary.entries == json_object_array_length(comparison.elements),
        "all entries are found");
    (void)json_object_object_get_ex(root, "response_metadata", &metadata); /* NULL when absent */
    const char *cursor = member_text(metadata, "next_cursor");
    REQUIRE(strcmp(summary.next_cursor, cursor == NULL ? "" : cursor) == 0, "the same cursor");
    const char *error = member_text(root, "error");
    REQUIRE(strcmp(summary.error, error == NULL ? "" : error) == 0, "the same error");
    bool is_false = json_object_object_get_ex(root, "ok", &ok) &&
                    json_object_is_type(ok, json_type_boolean) && !json_object_get_boolean(ok);
    REQUIRE(summary.ok_is_false == is_false, "the same ok");
    slackaudit_page_free(page);
}

static bool is_space(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static struct slice without_space(struct slice text)
{
    while (text.size > 0 && is_space(text.data[0]))
        text = (struct slice){.data = text.data + 1, .size = text.size - 1};
    while (text.size > 0 && is_space(text.data[text.size - 1]))
        text.size--;
    return text;
}

/* The input as one element of a page: the look agrees with the splitter. (The input may also end
 * the array and go on with the page: then it is not one entry of its size.) */
static void compare_look(struct slice text)
{
    struct slackaudit_entry_slice look;
    struct told told = TOLD_INIT;
    struct buffer body = BUFFER_INIT(MIB(64));
    bool valid = slackaudit_entry_look(text.data, text.size, &look) == 0;
    (void)buffer_append_text(&body, "{\"entries\":["); /* far below the limit */
    (void)buffer_append_slice(&body, text);
    (void)buffer_append_text(&body, "]}");
    feed(&told, buffer_slice(&body), false, 0);
    bool one = told.result == 0 && told.entries == 1 && told.bytes == without_space(text).size;
    REQUIRE(!one || valid, "a look takes what the splitter takes");
    REQUIRE(!valid || one || starts(told.problem, "nesting past the limit"),
        "the splitter takes what a look takes");
    buffer_deinit(&told.text);
    buffer_deinit(&body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice body = {.data = (const char *)data, .size = size};
    struct told strict[] = {TOLD_INIT, TOLD_INIT, TOLD_INIT};
    struct told salvaged[] = {TOLD_INIT, TOLD_INIT, TOLD_INIT};
    static const size_t largest[] = {0, 40, 3};
    for (size_t i = 0; i < 3; i++) {
        feed(&strict[i], body, false, largest[i]);
        feed(&salvaged[i], body, true, largest[i]);
        require_same(&strict[0], &strict[i]);
        require_same(&salvaged[0], &salvaged[i]);
    }
    if (strict[0].result == 0)
        require_same(&strict[0], &salvaged[0]);
    struct json_object *root = parse(body, LIMIT_JSON_DEPTH + 1);
    if (strict[0].result == 0) {
        REQUIRE(root != NULL, "json-c accepts what the splitter accepts");
        compare(body, root);
    } else if (root != NULL && !is_known(body, strict[0].problem)) {
        REQUIRE(false, strict[0].problem);
    }
    json_object_put(root);
    compare_look(body);
    for (size_t i = 0; i < 3; i++) {
        buffer_deinit(&strict[i].text);
        buffer_deinit(&salvaged[i].text);
    }
    return 0;
}
