/*
 * The simulated API: takes a request, gives an answer. It knows nothing of sockets and runs on any
 * clock, so a test can let an hour pass in no time.
 *
 * Order of judgement: path, method, token (of /logs), rate limit, fault, arguments, cursor, page.
 * The history is immutable; everything else (faults, tokens, budget, counts, clock) lies behind one
 * mutex that is never held while a page is made. api_answer() may be called from several
 * threads.
 */
#pragma once

#include <pthread.h>

#include "simulator/budget.h"
#include "simulator/exchange.h"
#include "simulator/fault.h"
#include "simulator/history.h"
#include "simulator/tokens.h"
#include "sys/clock.h"

enum { API_RATE_MOST = 1000000, API_OPTIMISTIC_MOST = 10000 };

struct api_settings {
    struct history_settings history;
    struct tokens tokens; /* taken over by api_new() */
    struct fault_plan faults;
    int64_t clock_offset_s;                /* the simulator's time less the clock's */
    int64_t cursor_ttl_us;                 /* 0: cursors do not expire */
    int64_t enabled_since;                 /* an `oldest` before it is invalid_range; 0: none is */
    uint64_t calls_per_minute, call_burst; /* see budget_init(); at most API_RATE_MOST */
    uint64_t optimistic;     /* at most API_OPTIMISTIC_MOST: a page exceeds its limit by at most
                                this to finish a second */
    double short_percent;    /* of the pages are short or empty before their time */
    bool bare_cursor_errors; /* a refused cursor gets a 400 without a body */
};

enum { API_STATUS_MOST = 599 };

struct api_counts {
    uint64_t calls, pages, entries, bytes, refused, resets;
    uint64_t by_status[API_STATUS_MOST + 1];
    uint64_t faults[FAULT_KINDS];
};

struct api {
    struct history *history;
    struct api_settings settings; /* as given; tokens and faults are moved below */
    int64_t offset_us;            /* from the monotonic clock to the simulator's time */

    pthread_mutex_t mutex;  /* for all below */
    pthread_cond_t changed; /* new faults, or the end of all waits */
    bool is_ending;
    struct clock *clock; /* borrowed */
    struct tokens tokens;
    struct fault_plan faults;
    uint64_t fault_plan; /* how often they were replaced */
    struct budget budget;
    struct api_counts counts;
};

/* `clock` must outlive the API and is used by nobody else meanwhile, except a test between two
 * calls. The simulator's time starts at the wall clock and goes on with the monotonic one. Returns
 * 0, ERROR_INVALID for settings that do not fit one another, or ERROR_MEMORY. */
int api_new(
    struct api **ret_api, struct api_settings *settings, struct clock *clock, struct error *error);
void api_free(struct api *api);

/* The simulator's time as Unix microseconds. The mutex must be held. */
int64_t api_now_us(struct api *api);

/* Answers a request. `answer` is freshly initialised. The request must live as long as the answer.
 * Returns 0 or a negative code; then nothing can be sent. */
int api_answer(struct api *api, const struct request *request, struct answer *answer);

/* Waits so long in real time, as a fault of the given plan wants it: less when the faults are
 * replaced or the waits are ended. */
void api_wait(struct api *api, uint64_t fault_plan, int64_t us);

/* From now on nobody waits. */
void api_end_waits(struct api *api);
