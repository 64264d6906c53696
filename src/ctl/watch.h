/*
 * Watching the status: asked again and again, and drawn anew in place on a terminal, written block
 * by block elsewhere, or line by line as JSON. A daemon that is away is waited for, and what it
 * said last stays in sight.
 */
#pragma once

#include "config/config.h"
#include "ctl/verb.h"

#define WATCH_SHORTEST_US INT64_C(100000)
#define WATCH_LONGEST_US  INT64_C(86400000000)

/* Watches until a person, a signal or the reader of the output ends it. Returns an exit code,
 * having said what is wrong. */
int watch_status(
    const struct ctl_request *request, const struct config *config, int64_t interval_us);
