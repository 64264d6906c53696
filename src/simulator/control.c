#include "simulator/control.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/units.h"
#include "simulator/query.h"

enum { EXPECTED_PART = 64 << 10 }; /* about this much is made at a time */

static int answer_refusal(struct answer *answer, unsigned status, const char *text)
{
    int r = answer_set_text(answer, status, "text/plain; charset=utf-8", text);
    return r < 0 ? r : buffer_append_byte(&answer->body, '\n');
}

/* Appends `"NAME":COUNT` with a comma before all but the first. */
static int append_count(struct buffer *body, const char *name, uint64_t count, bool *is_first)
{
    int r =
        buffer_printf(body, "%s\"%s\":%llu", *is_first ? "" : ",", name, (unsigned long long)count);
    *is_first = false;
    return r;
}

static int append_statuses(struct buffer *body, const struct api_counts *counts)
{
    bool is_first = true;
    int r = buffer_append_text(body, ",\"by_status\":{");
    for (unsigned status = 0; status <= API_STATUS_MOST && r == 0; status++) {
        char name[16];
        (void)snprintf(name, sizeof(name), "%u", status); /* it fits */
        if (counts->by_status[status] > 0)
            r = append_count(body, name, counts->by_status[status], &is_first);
    }
    return r < 0 ? r : buffer_append_byte(body, '}');
}

static int append_faults(struct buffer *body, const struct api_counts *counts)
{
    bool is_first = true;
    int r = buffer_append_text(body, ",\"faults\":{");
    for (int kind = FAULT_NONE + 1; kind < FAULT_KINDS && r == 0; kind++) {
        if (counts->faults[kind] > 0)
            r = append_count(
                body, fault_kind_name((enum fault_kind)kind), counts->faults[kind], &is_first);
    }
    return r < 0 ? r : buffer_append_byte(body, '}');
}

/* The mutex is held. */
static int append_budget(struct api *api, int64_t now_us, struct buffer *body)
{
    int r = buffer_printf(body,
        ",\"budget\":{\"calls_per_minute\":%u,\"burst\":%u,\"left\":", api->budget.calls_per_minute,
        api->budget.burst);
    if (r < 0)
        return r;
    r = api->budget.calls_per_minute == 0
            ? buffer_append_text(body, "null")
            : buffer_printf(body, "%u", budget_left(&api->budget, now_us));
    return r < 0
               ? r
               : buffer_printf(body, ",\"refused\":%llu}", (unsigned long long)api->counts.refused);
}

/* The mutex is held. */
static int append_stats(struct api *api, int64_t now_us, struct buffer *body)
{
    const struct api_counts *counts = &api->counts;
    const struct timeline *timeline = &api->history->timeline;
    int r = buffer_printf(body,
        "{\"now\":%lld,\"calls\":%llu,\"pages\":%llu,\"entries_served\":%llu,"
        "\"bytes_served\":%llu,\"resets\":%llu",
        (long long)(now_us / USEC_PER_SEC), (unsigned long long)counts->calls,
        (unsigned long long)counts->pages, (unsigned long long)counts->entries,
        (unsigned long long)counts->bytes, (unsigned long long)counts->resets);
    if (r == 0)
        r = append_statuses(body, counts);
    if (r == 0)
        r = append_faults(body, counts);
    if (r == 0)
        r = append_budget(api, now_us, body);
    if (r < 0)
        return r;
    return buffer_printf(body,
        ",\"history\":{\"entries\":%llu,\"from\":%lld,\"to\":%lld,\"made\":%llu}}\n",
        (unsigned long long)timeline->entries, (long long)timeline->from,
        (long long)timeline->from + timeline->span,
        (unsigned long long)history_length(api->history, now_us));
}

/* Every entry from `index` to `end`, as lines. */
struct expected {
    struct answer_stream stream; /* first, so that one pointer is both */
    const struct history *history;
    struct query query;
    uint64_t index, end;
    bool wants_damaged;
};

static bool is_expected(const struct expected *expected, struct entry *ret_entry)
{
    enum odd_kind odd = odd_at(&expected->history->odd, expected->index);
    if (odd == ODD_DUPLICATE_ID || (odd == ODD_INVALID_UTF8) != expected->wants_damaged)
        return false;
    history_draw(expected->history, expected->index, ret_entry);
    return query_filter_matches(&expected->query.filter, ret_entry, expected->history->vocabulary);
}

static int expected_next(struct answer_stream *stream, struct buffer *output)
{
    struct expected *expected = (struct expected *)stream;
    for (; expected->index < expected->end && output->size < EXPECTED_PART; expected->index++) {
        struct entry entry;
        if (!is_expected(expected, &entry))
            continue;
        int r = history_append(expected->history, &entry, HISTORY_KEPT, output);
        if (r == 0)
            r = buffer_append_byte(output, '\n');
        if (r < 0)
            return r;
    }
    return 0;
}

static void expected_free(struct answer_stream *stream)
{
    free(stream);
}

static int answer_expected(
    struct api *api, const struct request *request, int64_t now_us, struct answer *answer)
{
    struct query query;
    const char *refusal = query_read(&query, request, now_us / USEC_PER_SEC, 0);
    if (refusal != NULL)
        return answer_refusal(answer, 400, refusal);
    struct expected *expected = calloc(1, sizeof(*expected));
    if (expected == NULL)
        return ERROR_MEMORY;
    uint64_t length = history_length(api->history, now_us);
    *expected = (struct expected){
        .stream = {.next = expected_next, .free = expected_free},
        .history = api->history,
        .query = query,
        .index = history_first_at(api->history, query.oldest, length),
        .end = history_first_at(api->history, query.latest + 1, length),
        .wants_damaged = request_argument(request, "damaged") != NULL,
    };
    answer->content_type = "application/x-ndjson";
    answer->stream = &expected->stream;
    return 0;
}

/* Gives the body, as text, to one of the functions that replace something. The mutex is held. */
static int replace(
    struct api *api, bool is_token, const struct request *request, struct answer *answer)
{
    struct error error = ERROR_INIT;
    if (request->is_too_long)
        return answer_refusal(answer, 413, "the body is too long");
    _cleanup_free_ char *text =
        strndup(request->body.size == 0 ? "" : request->body.data, request->body.size);
    if (text == NULL)
        return ERROR_MEMORY;
    int r = is_token ? tokens_replace(&api->tokens, text, &error)
                     : fault_plan_replace(&api->faults, text, &error);
    if (r < 0)
        return answer_refusal(answer, 400, error.text);
    if (!is_token) {
        api->fault_plan++;
        (void)pthread_cond_broadcast(&api->changed); /* what is slow goes out */
    }
    return buffer_append_text(&answer->body, "{\"ok\":true}\n");
}

static int answer_locked(struct api *api, const struct request *request, struct answer *answer)
{
    const char *path = request->path;
    int64_t now_us = api_now_us(api);
    bool is_post = strcmp(path, "/_sim/faults") == 0 || strcmp(path, "/_sim/token") == 0;
    bool is_get = strcmp(path, "/_sim/stats") == 0 || strcmp(path, "/_sim/expected") == 0;
    answer->date_s = now_us / USEC_PER_SEC;
    if (!is_post && !is_get)
        return answer_refusal(answer, 404, "there are /_sim/stats, expected, faults and token");
    if (strcmp(request->method, is_post ? "POST" : "GET") != 0) {
        answer->allow = is_post ? "POST" : "GET";
        return answer_refusal(answer, 405, is_post ? "use POST" : "use GET");
    }
    if (is_post)
        return replace(api, strcmp(path, "/_sim/token") == 0, request, answer);
    if (strcmp(path, "/_sim/stats") == 0)
        return append_stats(api, now_us, &answer->body);
    return answer_expected(api, request, now_us, answer);
}

int control_answer(struct api *api, const struct request *request, struct answer *answer)
{
    (void)pthread_mutex_lock(&api->mutex); /* fails only for a mutex that is not one */
    int r = answer_locked(api, request, answer);
    (void)pthread_mutex_unlock(&api->mutex);
    return r;
}
