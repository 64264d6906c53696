#include "simulator/api.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/units.h"
#include "simulator/control.h"
#include "simulator/logs.h"

enum route { ROUTE_LOGS, ROUTE_SCHEMAS, ROUTE_ACTIONS, ROUTE_UNKNOWN };

static const char html_page[] =
    "<!DOCTYPE html>\n<html><head><title>Maintenance</title></head><body><h1>We will be right "
    "back</h1>"
    "<p>The service is being maintained. {\"ok\":true}</p></body></html>\n";

DEFINE_CLEANUP(struct api, api_free)

static bool make_locks(struct api *api)
{
    pthread_condattr_t monotonic;
    if (pthread_condattr_init(&monotonic) != 0)
        return false;
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC); /* the system has that clock */
    bool is_made = pthread_cond_init(&api->changed, &monotonic) == 0 &&
                   pthread_mutex_init(&api->mutex, NULL) == 0;
    (void)pthread_condattr_destroy(&monotonic); /* fails only for what is none */
    return is_made;
}

int api_new(
    struct api **ret_api, struct api_settings *settings, struct clock *clock, struct error *error)
{
    _cleanup_(api_freep) struct api *api = calloc(1, sizeof(*api));
    if (api == NULL || !make_locks(api)) {
        free(TAKE(api));
        return error_set(error, ERROR_MEMORY, "no memory for the simulator");
    }
    api->settings = *settings;
    api->clock = clock;
    api->offset_us =
        clock_wall_us(clock) - clock_monotonic_us(clock) + settings->clock_offset_s * USEC_PER_SEC;
    int64_t now_us = api_now_us(api);
    int r = history_new(&api->history, &settings->history, now_us, error);
    if (r < 0)
        return r;
    budget_init(
        &api->budget, (uint32_t)settings->calls_per_minute, (uint32_t)settings->call_burst, now_us);
    api->faults = settings->faults;
    api->tokens = settings->tokens;
    settings->tokens = (struct tokens){0};
    api->settings.tokens = (struct tokens){0};
    *ret_api = TAKE(api);
    return 0;
}

void api_free(struct api *api)
{
    if (api == NULL)
        return;
    history_free(api->history);
    tokens_deinit(&api->tokens);
    (void)pthread_mutex_destroy(&api->mutex); /* nobody holds it any more */
    (void)pthread_cond_destroy(&api->changed);
    free(api);
}

int64_t api_now_us(struct api *api)
{
    return clock_monotonic_us(api->clock) + api->offset_us;
}

static enum route route_of(const char *path)
{
    static const char prefix[] = "/audit/v1";
    if (strncmp(path, prefix, sizeof(prefix) - 1) == 0)
        path += sizeof(prefix) - 1;
    if (strcmp(path, "/logs") == 0)
        return ROUTE_LOGS;
    if (strcmp(path, "/schemas") == 0)
        return ROUTE_SCHEMAS;
    return strcmp(path, "/actions") == 0 ? ROUTE_ACTIONS : ROUTE_UNKNOWN;
}

static enum fault_scope scope_of(enum route route, const struct request *request)
{
    if (route != ROUTE_LOGS)
        return FAULT_SCOPE_CALL;
    return request_argument(request, "cursor") == NULL ? FAULT_SCOPE_LOGS : FAULT_SCOPE_CURSOR;
}

static int answer_unauthorized(struct answer *answer)
{
    return answer_set_text(answer, 401, "text/plain; charset=utf-8", "Unauthorized\n");
}

static int answer_rate_limited(struct answer *answer, int64_t retry_after_s)
{
    answer->retry_after_s = retry_after_s;
    return answer_set_error(answer, 429, "ratelimited");
}

/* Judges a call before its arguments matter. Returns 1 when it is let in, with `call` filled; 0
 * when the answer is made already. The mutex is held. */
static int admit(struct api *api, const struct request *request, enum route route,
    struct call *call, struct answer *answer)
{
    int64_t retry_after_s;
    call->request = request;
    call->now_us = api_now_us(api);
    call->number = (uint32_t)++api->counts.calls;
    answer->date_s = call->now_us / USEC_PER_SEC;
    answer->fault_plan = api->fault_plan;
    if (route == ROUTE_UNKNOWN)
        return answer_set_error(answer, 404, "bad_endpoint");
    if (strcmp(request->method, "GET") != 0) {
        answer->allow = "GET";
        return answer_set_error(answer, 405, "method_not_allowed");
    }
    if (route == ROUTE_LOGS && !tokens_accept(&api->tokens, request->authorization))
        return answer_unauthorized(answer);
    if (!budget_take(&api->budget, call->now_us, &retry_after_s)) {
        api->counts.refused++;
        return answer_rate_limited(answer, retry_after_s);
    }
    call->fault = fault_plan_draw(&api->faults, scope_of(route, request));
    api->counts.faults[call->fault.kind]++;
    return 1;
}

/* Faults that stand in place of an answer. Returns 1 when `call` has none of them. */
static int answer_fault(const struct api *api, const struct call *call, struct answer *answer)
{
    int64_t seconds = (call->fault.for_us + USEC_PER_SEC - 1) / USEC_PER_SEC;
    switch (call->fault.kind) {
    case FAULT_429:
        return answer_rate_limited(answer, seconds);
    case FAULT_500:
        return answer_set_error(answer, 500, "internal_error");
    case FAULT_503:
        answer->retry_after_s = seconds;
        return answer_set_text(answer, 503, "text/plain; charset=utf-8", "Service Unavailable\n");
    case FAULT_HTML:
        return answer_set_text(answer, 200, "text/html; charset=utf-8", html_page);
    case FAULT_UNAUTHORIZED:
        return answer_unauthorized(answer);
    case FAULT_EXPIRE_CURSOR:
        return logs_refuse_cursor(api, answer);
    case FAULT_RESET:
        answer->delivery = DELIVERY_RESET;
        return 0;
    default:
        return 1;
    }
}

/* Spoils a body so that it is no JSON any more: a colon in its second half becomes a semicolon, or
 * its end is lost. */
static void break_json(struct buffer *body)
{
    for (size_t i = body->size / 2; i + 1 < body->size; i++) {
        bool ends_key = i >= 1 && body->data[i] == '"' && body->data[i - 1] != '\\';
        if (ends_key && body->data[i + 1] == ':') {
            body->data[i + 1] = ';';
            return;
        }
    }
    if (body->size > 0)
        body->size--;
}

/* Faults that change how a good answer looks or travels. */
static void spoil(const struct fault *fault, struct answer *answer)
{
    switch (fault->kind) {
    case FAULT_BROKEN_JSON:
        break_json(&answer->body);
        break;
    case FAULT_TRUNCATE:
        answer->delivery = DELIVERY_TRUNCATE;
        break;
    case FAULT_RESET_BODY:
        answer->delivery = DELIVERY_RESET_BODY;
        break;
    case FAULT_STALL:
        answer->delivery = DELIVERY_STALL;
        answer->pause_us = fault->for_us;
        break;
    case FAULT_SLOW:
        answer->wait_us = fault->for_us;
        break;
    default:
        break;
    }
}

static int answer_call(struct api *api, enum route route, struct call *call, struct answer *answer)
{
    int r = answer_fault(api, call, answer);
    if (r <= 0)
        return r;
    if (route == ROUTE_SCHEMAS)
        r = entities_append_schemas(&answer->body);
    else if (route == ROUTE_ACTIONS)
        r = actions_append(&answer->body);
    else
        r = logs_answer(api, call, answer);
    spoil(&call->fault, answer);
    return r;
}

static void count_answer(struct api *api, const struct call *call, const struct answer *answer)
{
    struct api_counts *counts = &api->counts;
    if (answer->delivery == DELIVERY_RESET)
        counts->resets++;
    else
        counts->by_status[answer->status]++;
    counts->bytes += answer->body.size;
    counts->pages += call->is_page;
    counts->entries += call->entries;
}

int api_answer(struct api *api, const struct request *request, struct answer *answer)
{
    struct call call = {0};
    if (strncmp(request->path, "/_sim/", 6) == 0)
        return control_answer(api, request, answer);
    enum route route = route_of(request->path);
    (void)pthread_mutex_lock(&api->mutex); /* fails only for a mutex that is not one */
    int r = admit(api, request, route, &call, answer);
    (void)pthread_mutex_unlock(&api->mutex);
    if (r > 0)
        r = answer_call(api, route, &call, answer);
    if (r < 0)
        return r;
    (void)pthread_mutex_lock(&api->mutex);
    count_answer(api, &call, answer);
    (void)pthread_mutex_unlock(&api->mutex);
    return 0;
}

void api_wait(struct api *api, uint64_t fault_plan, int64_t us)
{
    struct timespec end;
    (void)clock_gettime(CLOCK_MONOTONIC, &end); /* the system has that clock */
    int64_t end_us;
    if (__builtin_add_overflow(
            (int64_t)end.tv_sec * USEC_PER_SEC + end.tv_nsec / 1000, us, &end_us))
        end_us = INT64_MAX;
    end.tv_sec = end_us / USEC_PER_SEC;
    end.tv_nsec = end_us % USEC_PER_SEC * 1000;
    int r = 0;
    (void)pthread_mutex_lock(&api->mutex);
    while (us > 0 && r == 0 && api->fault_plan == fault_plan && !api->is_ending)
        r = pthread_cond_timedwait(&api->changed, &api->mutex, &end);
    (void)pthread_mutex_unlock(&api->mutex);
}

void api_end_waits(struct api *api)
{
    (void)pthread_mutex_lock(&api->mutex);
    api->is_ending = true;
    (void)pthread_cond_broadcast(&api->changed);
    (void)pthread_mutex_unlock(&api->mutex);
}
