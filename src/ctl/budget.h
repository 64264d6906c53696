/*
 * The budget of calls that a command's calls come out of: the limit is Slack's for the whole
 * organization, so a running daemon is asked for each call of a source that it runs. Without one
 * the command keeps to the limit by itself, for as long as it runs.
 */
#pragma once

#include <stdbool.h>

#include "config/config.h"
#include "source/governor.h"
#include "sys/clock.h"

/* Slack's limit is 50; the same as `calls_per_minute` of a source. */
enum { BUDGET_CALLS_PER_MINUTE = 45 };

/* Embedded object; `{0}` can be deinitialised. */
struct budget {
    struct clock *clock;
    struct governor *own;       /* NULL: the daemon is asked */
    const char *control, *name; /* its socket and the source; borrowed from the configuration */
    bool in_hand;               /* a call that was taken and not yet made */
    int calls_left;             /* that could have gone, when the daemon was asked last */
};

/* `source` may be NULL, for calls with a token of their own; then `config` may be, too. Asks the
 * daemon once. ERROR_DENIED or ERROR_IO: a daemon runs and cannot be asked; ERROR_MEMORY. What is
 * passed in and `clock` outlive the budget. */
int budget_init(struct budget *budget, struct clock *clock, const struct config *config,
    const struct config_source *source, struct error *error);
void budget_deinit(struct budget *budget);

/* 0: go, and the call is counted; else the time in microseconds after which to ask again. Never
 * fails: when the daemon goes away the command keeps to the limit by itself. */
int64_t budget_ask(struct budget *budget);

/* Slack asked for a pause. */
void budget_pause(struct budget *budget, int64_t pause_us);

/* Calls that could go now, as far as is known. */
int budget_calls_left(const struct budget *budget);

/* Whether a daemon counts the calls, and its own with them. */
bool budget_is_shared(const struct budget *budget);
