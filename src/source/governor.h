/*
 * The rate governor: keeps the calls of all sources that use one token under the limit that Slack
 * sets for the whole organization.
 *
 * A token bucket: calls_per_minute flow in evenly, a ninth of a minute's calls may go in a burst
 * (so 45 a minute never pass 50 in any minute). A 429 closes it for everyone until the time that
 * Retry-After asks for; that time is kept in the store, because a restart does not change Slack's
 * mind.
 *
 * One governor a token, shared; counted references. One thread. Times are microseconds.
 */
#pragma once

#include "store/store.h"
#include "sys/clock.h"

struct governor;

struct governor_context {
    struct clock *clock;
    const struct store_type *store_type; /* NULL: a pause does not outlive the governor */
    struct store *store;
};

/* `name` stands for the token in the store (a hash, never the token). Reads a pause that is still
 * on. */
int governor_new(struct governor **ret_governor, const struct governor_context *context,
    const char *name, int calls_per_minute, struct error *error);
struct governor *governor_ref(struct governor *governor);
/* The last one frees it. NULL is allowed. */
void governor_unref(struct governor *governor);

const char *governor_name(const struct governor *governor);
/* The lowest that any of its sources is configured with, at least 1. */
void governor_limit(struct governor *governor, int calls_per_minute);

/* 0: go, and the call is counted; else the time after which to ask again. */
int64_t governor_ask(struct governor *governor);

/* The same for who takes only what others leave: one call stays in the bucket. */
int64_t governor_ask_spare(struct governor *governor);

/* Closes it for so long from now. A shorter pause than the present one changes nothing. An error
 * means only that the pause does not outlive a restart. */
int governor_pause(struct governor *governor, int64_t pause_us, struct error *error);

/* Calls that could go now, and how long a pause lasts still (0: none). */
int governor_calls_left(struct governor *governor);
int64_t governor_paused_us(struct governor *governor);
