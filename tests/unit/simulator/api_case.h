/*
 * For the tests of the simulated API: one on a simulated clock, calls to it, and walks through its
 * pages.
 */
#pragma once

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/units.h"
#include "simulator/api.h"

enum { CASE_NOW = 1700000000 }; /* where the simulated clock starts */

struct api_case {
    struct clock *clock;
    struct api *api;
};

static inline struct api_settings case_settings(int64_t entries, int64_t from, int64_t to)
{
    struct api_settings settings = {.history = HISTORY_SETTINGS_INIT};
    settings.history.timeline.entries = entries;
    settings.history.timeline.from = from;
    settings.history.timeline.to = to;
    return settings;
}

static inline void case_open(struct api_case *test, struct api_settings *settings)
{
    struct error error = ERROR_INIT;
    test->clock = clock_new_simulated(CASE_NOW, 7);
    ck_assert_ptr_nonnull(test->clock);
    ck_assert_msg(api_new(&test->api, settings, test->clock, &error) == 0, "%s", error.text);
}

static inline void case_close(struct api_case *test)
{
    api_free(test->api);
    clock_free(test->clock);
}

/* Calls METHOD PATH?ARGUMENTS with a token; `answer` is to be ended by the caller. Arguments are
 * not decoded. */
static inline void case_call(struct api *api, const char *method, const char *target,
    const char *authorization, const char *body, struct answer *answer)
{
    _cleanup_free_ char *copy = strdup(target);
    struct request request = {
        .method = method, .path = copy, .authorization = authorization, .body = slice_of(body)};
    char *place = NULL, *question = strchr(copy, '?');
    if (question != NULL)
        *question++ = '\0';
    for (char *one = question == NULL ? NULL : strtok_r(question, "&", &place); one != NULL;
         one = strtok_r(NULL, "&", &place)) {
        char *value = strchr(one, '=');
        ck_assert_ptr_nonnull(value);
        *value = '\0';
        request.arguments[request.argument_count++] = (struct argument){one, value + 1};
    }
    ck_assert_int_eq(api_answer(api, &request, answer), 0);
    while (answer->stream != NULL) { /* it borrows from the request, so it is read here */
        size_t before = answer->body.size;
        _cleanup_(buffer_deinit) struct buffer part = BUFFER_INIT(ANSWER_BODY_MOST);
        ck_assert_int_eq(answer->stream->next(answer->stream, &part), 0);
        ck_assert_int_eq(buffer_append(&answer->body, part.data, part.size), 0);
        if (answer->body.size == before) {
            answer->stream->free(answer->stream);
            answer->stream = NULL;
        }
    }
}

static inline void case_get(struct api *api, const char *target, struct answer *answer)
{
    case_call(api, "GET", target, "Bearer xoxp-any", NULL, answer);
}

/* The status of one call; `error` (may be NULL) must be what its body names. */
static inline unsigned case_status(struct api *api, const char *target, const char *error)
{
    _cleanup_(answer_deinit) struct answer answer = ANSWER_INIT;
    case_get(api, target, &answer);
    if (error != NULL) {
        char expected[128];
        snprintf(expected, sizeof(expected), "{\"ok\":false,\"error\":\"%s\"}", error);
        ck_assert_str_eq(buffer_text(&answer.body), expected);
    }
    return answer.status;
}

/* One page, parsed. */
struct case_page {
    struct answer answer;
    struct json_document *document;
    const struct json_value *entries;
    const char *cursor; /* NULL or "" at the end */
};

static inline void case_page_deinit(struct case_page *page)
{
    json_free(page->document);
    answer_deinit(&page->answer);
}

static inline void case_page_get(struct api *api, const char *target, struct case_page *page)
{
    struct error error = ERROR_INIT;
    *page = (struct case_page){.answer = ANSWER_INIT};
    case_get(api, target, &page->answer);
    ck_assert_uint_eq(page->answer.status, 200);
    ck_assert_msg(json_parse(buffer_slice(&page->answer.body), &page->document, &error) == 0, "%s",
        error.text);
    const struct json_value *root = json_root(page->document);
    page->entries = json_get(root, "entries");
    ck_assert(json_is_array(page->entries));
    page->cursor = json_string(json_get(json_get(root, "response_metadata"), "next_cursor"));
}

static inline bool case_page_is_last(const struct case_page *page)
{
    return page->cursor == NULL || page->cursor[0] == '\0';
}

static inline const char *case_page_id(const struct case_page *page, size_t index)
{
    return json_string(json_get(json_at(page->entries, index), "id"));
}

static inline int64_t case_page_date(const struct case_page *page, size_t index)
{
    return json_integer(json_get(json_at(page->entries, index), "date_create"), -1);
}

/* The ids seen on a walk, in the order of sending. */
struct case_walk {
    char **ids;
    size_t count, capacity, pages, empty_pages;
};

static inline void case_walk_deinit(struct case_walk *walk)
{
    for (size_t i = 0; i < walk->count; i++)
        free(walk->ids[i]);
    free(walk->ids);
}

static inline void case_walk_add(struct case_walk *walk, const char *id)
{
    if (walk->count == walk->capacity) {
        walk->capacity = walk->capacity == 0 ? 1024 : 2 * walk->capacity;
        walk->ids = realloc(walk->ids, walk->capacity * sizeof(*walk->ids));
        ck_assert_ptr_nonnull(walk->ids);
    }
    walk->ids[walk->count++] = strdup(id);
}

/* Follows the cursors from `target` to the end, repeating its arguments each time. */
static inline void case_walk_from(struct api *api, const char *target, struct case_walk *walk)
{
    char next[512];
    snprintf(next, sizeof(next), "%s", target);
    for (bool is_last = false; !is_last; walk->pages++) {
        _cleanup_(case_page_deinit) struct case_page page;
        ck_assert_uint_lt(walk->pages, 100000);
        case_page_get(api, next, &page);
        for (size_t i = 0; i < json_length(page.entries); i++)
            case_walk_add(walk, case_page_id(&page, i) == NULL ? "-" : case_page_id(&page, i));
        walk->empty_pages += json_length(page.entries) == 0;
        is_last = case_page_is_last(&page);
        if (!is_last)
            snprintf(next, sizeof(next), "%s&cursor=%s", target, page.cursor);
    }
}

/* The ids of /_sim/expected, oldest first. */
static inline void case_expected(struct api *api, const char *target, struct case_walk *walk)
{
    _cleanup_(answer_deinit) struct answer answer = ANSWER_INIT;
    case_get(api, target, &answer);
    ck_assert_uint_eq(answer.status, 200);
    const char *line = answer.body.data, *end = line + answer.body.size;
    while (line < end) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        ck_assert_ptr_nonnull(stop);
        struct json_document *document = NULL;
        struct slice bytes = {.data = line, .size = (size_t)(stop - line)};
        ck_assert_int_eq(json_parse(bytes, &document, NULL), 0);
        const char *id = json_string(json_get(json_root(document), "id"));
        case_walk_add(walk, id == NULL ? "-" : id);
        json_free(document);
        line = stop + 1;
    }
}

/* Both have the same ids, one the other way round. */
static inline void case_assert_mirrored(const struct case_walk *walk, const struct case_walk *other)
{
    ck_assert_uint_eq(walk->count, other->count);
    for (size_t i = 0; i < walk->count; i++)
        ck_assert_str_eq(walk->ids[i], other->ids[other->count - 1 - i]);
}
