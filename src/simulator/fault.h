/*
 * Faults on demand: a list of rules, each a kind of fault and when it strikes.
 *
 *     KIND:WHEN[,WHEN...]          429:every=7   reset:at=3,count=2   slow:probability=0.05,for=5s
 *
 *     every=N         each Nth call          at=N     the Nth call, and with count=M the M-1 after
 * it probability=P   a call in 1/P          count=N  alone: the first N calls; else: at most N
 * times in all for=DURATION    how long: the wait of slow (3 s) and stall (3 s), the Retry-After of
 * 429 and 503 (1 s)
 *
 * A rule counts only the calls that its kind can strike: of /logs, /schemas and /actions together,
 * or of /logs alone, or of /logs with a cursor. Calls refused for their token or by the rate limit
 * are counted by none. One fault strikes a call: the first rule of the list that is due. Another
 * that was due strikes at the next call it can.
 *
 * A plan is changed by one thread at a time; its owner locks.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "simulator/dice.h"

enum fault_kind {
    FAULT_NONE,
    FAULT_429,
    FAULT_500,
    FAULT_503,
    FAULT_RESET,
    FAULT_RESET_BODY,
    FAULT_TRUNCATE,
    FAULT_HTML,
    FAULT_BROKEN_JSON,
    FAULT_UNAUTHORIZED,
    FAULT_SLOW,
    FAULT_STALL,
    FAULT_REPEAT_ENTRIES,
    FAULT_WRONG_ORDER,
    FAULT_OUTSIDE,
    FAULT_REPEAT_CURSOR,
    FAULT_EXPIRE_CURSOR,
    FAULT_KINDS,
};

/* Which calls a kind can strike. Each is part of the one before it. */
enum fault_scope { FAULT_SCOPE_CALL, FAULT_SCOPE_LOGS, FAULT_SCOPE_CURSOR };

struct fault_rule {
    enum fault_kind kind;
    uint64_t every, at, count; /* 0: not given */
    double probability;        /* 0: not given */
    int64_t for_us;
    uint64_t calls, strikes;
    bool is_due; /* lost its turn to another rule */
};

enum { FAULT_RULES_MOST = 32 };

struct fault_plan {
    struct fault_rule rules[FAULT_RULES_MOST];
    size_t rule_count;
    struct dice dice;
};

#define FAULT_PLAN_INIT(seed)                                                                      \
    {                                                                                              \
        .dice = {.state = (seed) }                                                                 \
    }

/* Adds one rule. ERROR_INVALID says what was expected; ERROR_LIMIT past FAULT_RULES_MOST. */
int fault_plan_add(struct fault_plan *plan, const char *text, struct error *error);

/* Puts the rules of `text`, one a line, in the place of all others; at an error the plan stays as
 * it was. */
int fault_plan_replace(struct fault_plan *plan, const char *text, struct error *error);

/* What a fault does to one call. */
struct fault {
    enum fault_kind kind;
    int64_t for_us;
};

/* Counts a call of that scope and returns the fault that strikes it, FAULT_NONE for none. */
struct fault fault_plan_draw(struct fault_plan *plan, enum fault_scope scope);

/* "429", "reset", "repeat-cursor", ... */
const char *fault_kind_name(enum fault_kind kind);
