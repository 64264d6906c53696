/*
 * The body of GET /logs, once a call is let in.
 */
#pragma once

#include "simulator/api.h"

/* One call that was let in. */
struct call {
    const struct request *request;
    int64_t now_us;
    uint32_t number; /* counted from 1 */
    struct fault fault;
    bool is_page; /* a page was made of it, with so many entries */
    uint32_t entries;
};

/* Makes the page, or the error that the arguments deserve. Needs no lock. Returns 0 or a negative
 * code. */
int logs_answer(const struct api *api, struct call *call, struct answer *answer);

/* The answer to a cursor that is stale or was never given out: a 400 with invalid_cursor or, when
 * the settings say so, without a body. */
int logs_refuse_cursor(const struct api *api, struct answer *answer);
