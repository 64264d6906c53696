/*
 * A stand-in for the client in the walker's tests: the functions of slackaudit/client.h that the
 * walker calls, answered from a table of entries on the simulated clock. The linker takes these
 * instead of the library's.
 *
 * It behaves as the API does where implementers go wrong: newest first, both ends inclusive, a
 * cursor is only a position, `oldest` counts only when it is sent.
 */
#pragma once

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "slackaudit/calls.h"
#include "sys/loop.h"

enum { FAKE_ENTRIES = 20000, FAKE_CALLS = 4000 };

struct fake_entry {
    int64_t time, visible_from;
    int number;
};

struct fake_api {
    struct loop *loop;
    struct fake_entry entries[FAKE_ENTRIES]; /* oldest first */
    size_t count;
    int page_limit;        /* 0: as asked */
    int64_t clock_ahead;   /* seconds that Slack's clock is before ours */
    int64_t (*date)(void); /* what the Date header says, -1 for none; NULL: Slack's clock */
    size_t entry_size;     /* entries are padded to it */
    bool shows_future;     /* entries of a later time than the present */
    int undated_every;     /* each so many-th entry has no date_create; 0: none */
    int fail_status;       /* the next `fail_count` calls answer this */
    int fail_count;
    bool fail_cursors_only;
    const char *fail_error;
    bool repeat_cursor_once, repeat_cursors;
    bool refuse_token;
    int64_t refuse_before;     /* ranges that begin before this are refused */
    void (*during_page)(void); /* called behind the first entry of each page */
    struct slackaudit_query calls[FAKE_CALLS];
    size_t call_count;
};

extern struct fake_api *fake_api; /* the one that the present test has set up */

struct slackaudit_client {
    struct slackaudit_options options;
};

struct slackaudit_call {
    struct slackaudit_page_call request;
    struct slackaudit_client *client;
    struct loop_timer timer;
    char cursor[32];
};

static inline int64_t fake_now(void)
{
    return clock_wall_us(loop_clock(fake_api->loop)) / USEC_PER_SEC + fake_api->clock_ahead;
}

static inline void fake_add(int64_t time, int64_t visible_from)
{
    ck_assert_uint_lt(fake_api->count, FAKE_ENTRIES);
    fake_api->entries[fake_api->count] = (struct fake_entry){
        .time = time, .visible_from = visible_from, .number = (int)fake_api->count};
    fake_api->count++;
}

static inline bool fake_shows(const struct fake_entry *entry, const struct slackaudit_query *query)
{
    return entry->visible_from <= fake_now() &&
           (entry->time <= fake_now() || fake_api->shows_future) &&
           (!query->has_oldest || entry->time >= query->oldest) &&
           (!query->has_latest || entry->time <= query->latest);
}

static inline int fake_yield(struct slackaudit_call *call, const struct fake_entry *entry)
{
    static char bytes[1 << 20];
    char id[16];
    bool has_date = fake_api->undated_every == 0 || entry->number % fake_api->undated_every != 0;
    int size =
        snprintf(bytes, sizeof(bytes), "{\"id\":\"e%d\",\"date_create\":%lld,\"pad\":\"%*s\"}",
            entry->number, has_date ? (long long)entry->time : -1LL, (int)fake_api->entry_size, "");
    int id_size = snprintf(id, sizeof(id), "e%d", entry->number);
    const struct slackaudit_entry_slice slice = {.data = bytes,
        .size = (size_t)size,
        .id = id,
        .id_size = (size_t)id_size,
        .has_date = has_date,
        .date_create = has_date ? entry->time : 0};
    return call->request.on_entry(call->request.user, &slice);
}

static inline void fake_finish(struct slackaudit_call *call, int status, const char *error,
    const struct slackaudit_page_summary *summary)
{
    const struct slackaudit_answer answer = {
        .code = status > 0 ? SLACKAUDIT_OK : SLACKAUDIT_ERROR_CALLBACK,
        .status = status,
        .error = error,
        .message = "",
        .request_id = "",
        .server_time = fake_api->date == NULL ? fake_now() : fake_api->date(),
        .retry_after_us = -1,
        .attempts = 1};
    void (*done)(void *, const struct slackaudit_answer *, const struct slackaudit_page_summary *) =
        call->request.on_done;
    void *user = call->request.user;
    free(call);
    done(user, &answer, summary);
}

static inline void fake_page(struct slackaudit_call *call)
{
    const struct slackaudit_query *query = &call->request.query;
    size_t at = call->cursor[0] != '\0' ? (size_t)atol(call->cursor + 1) : fake_api->count;
    int limit = fake_api->page_limit > 0 ? fake_api->page_limit : query->limit;
    int given = 0;
    while (at > 0 && given < limit)
        if (fake_shows(&fake_api->entries[--at], query)) {
            if (fake_yield(call, &fake_api->entries[at]) < 0) {
                fake_finish(call, 0, "", NULL);
                return;
            }
            if (++given == 1 && fake_api->during_page != NULL)
                fake_api->during_page();
        }
    bool more = false;
    for (size_t i = 0; i < at; i++)
        more |= fake_shows(&fake_api->entries[i], query);
    char cursor[32] = "";
    if (more)
        (void)snprintf(cursor, sizeof(cursor), "c%zu", at);
    if ((fake_api->repeat_cursor_once || fake_api->repeat_cursors) && call->cursor[0] != '\0') {
        fake_api->repeat_cursor_once = false;
        (void)snprintf(cursor, sizeof(cursor), "%s", call->cursor);
    }
    const struct slackaudit_page_summary summary = {
        .has_entries = true, .entries = (size_t)given, .next_cursor = cursor, .error = ""};
    fake_finish(call, 200, "", &summary);
}

static inline void fake_answer(void *user)
{
    struct slackaudit_call *call = user;
    int64_t wait = call->client->options.may_start(call->client->options.user);
    if (wait > 0) {
        ck_assert_int_ge(loop_timer_after(&call->timer, wait), 0);
        return;
    }
    ck_assert_uint_lt(fake_api->call_count, FAKE_CALLS);
    fake_api->calls[fake_api->call_count++] = call->request.query;
    call->request.on_attempt(call->request.user, 0);
    if (fake_api->refuse_token) {
        fake_finish(call, 401, "", NULL);
        return;
    }
    const struct slackaudit_query *query = &call->request.query;
    if ((query->has_latest && query->latest > fake_now()) ||
        (query->has_oldest && query->oldest < fake_api->refuse_before)) {
        fake_finish(call, 400, "invalid_range", NULL);
        return;
    }
    if (fake_api->fail_count > 0 && (!fake_api->fail_cursors_only || call->cursor[0] != '\0')) {
        fake_api->fail_count--;
        fake_finish(call, fake_api->fail_status,
            fake_api->fail_error == NULL ? "" : fake_api->fail_error, NULL);
        return;
    }
    fake_page(call);
}

int slackaudit_client_new(struct slackaudit_client **ret_client, struct slackaudit_engine *engine,
    const struct slackaudit_options *options, struct slackaudit_problem *problem)
{
    (void)engine, (void)problem;
    struct slackaudit_client *client = calloc(1, sizeof(*client));
    ck_assert_ptr_nonnull(client);
    client->options = *options;
    *ret_client = client;
    return 0;
}

void slackaudit_client_free(struct slackaudit_client *client)
{
    free(client);
}

int slackaudit_client_set_token(
    struct slackaudit_client *client, const char *token, struct slackaudit_problem *problem)
{
    (void)client, (void)token, (void)problem;
    return 0;
}

int slackaudit_client_page(struct slackaudit_client *client,
    const struct slackaudit_page_call *request, struct slackaudit_call **ret_call,
    struct slackaudit_problem *problem)
{
    (void)problem;
    struct slackaudit_call *call = calloc(1, sizeof(*call));
    ck_assert_ptr_nonnull(call);
    call->request = *request;
    call->client = client;
    if (request->query.cursor != NULL)
        (void)snprintf(call->cursor, sizeof(call->cursor), "%s", request->query.cursor);
    loop_timer_init(&call->timer, fake_api->loop, fake_answer, call);
    ck_assert_int_ge(loop_timer_after(&call->timer, 100 * USEC_PER_MSEC), 0);
    *ret_call = call;
    return 0;
}

void slackaudit_call_cancel(struct slackaudit_call *call)
{
    if (call == NULL)
        return;
    loop_timer_stop(&call->timer);
    free(call);
}
