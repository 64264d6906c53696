#include "ctl/budget.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/order.h"
#include "base/units.h"
#include "daemon/control.h"

#define ANSWER_US (30 * USEC_PER_SEC)

DEFINE_CLEANUP(struct json_document, json_free)

/* ---- A budget of one's own ---- */

static int go_alone(struct budget *budget, int calls_per_minute, struct error *error)
{
    const struct governor_context context = {.clock = budget->clock};
    return governor_new(&budget->own, &context, "", calls_per_minute, error);
}

/* ---- The daemon's ---- */

/* Returns 0 and the wait; ERROR_MISSING when the daemon has no budget for the source; or as
 * control_ask(). `pause` may be NULL. */
static int ask_daemon(
    struct budget *budget, const char *pause, int64_t *ret_wait_us, struct error *error)
{
    const char *const words[] = {"budget", budget->name, pause};
    _cleanup_(buffer_deinit) struct buffer answer = BUFFER_INIT(LIMIT_CONTROL_LINE);
    _cleanup_(json_freep) struct json_document *document = NULL;
    int r = control_ask(budget->control, words, pause == NULL ? 2 : 3, ANSWER_US, &answer, error);
    if (r < 0)
        return r;
    if (json_parse(buffer_slice(&answer), &document, NULL) < 0)
        return error_set(error, ERROR_IO, "the daemon's answer is cut off");
    const struct json_value *result = json_get(json_root(document), "result");
    int64_t wait_us = json_integer(json_get(result, "wait_us"), -1);
    if (wait_us < 0) /* it does not run the source, or is an older one */
        return ERROR_MISSING;
    budget->calls_left = (int)higher(json_integer(json_get(result, "calls_left"), 0), 0);
    *ret_wait_us = wait_us;
    return 0;
}

/* ---- Both ---- */

int budget_init(struct budget *budget, struct clock *clock, const struct config *config,
    const struct config_source *source, struct error *error)
{
    *budget = (struct budget){.clock = clock};
    if (source == NULL)
        return go_alone(budget, BUDGET_CALLS_PER_MINUTE, error);
    budget->control = config->control;
    budget->name = source->name;
    int64_t wait_us = 0;
    int r = ask_daemon(budget, NULL, &wait_us, error);
    if (r == ERROR_UNAVAILABLE || r == ERROR_MISSING)
        return go_alone(budget, source->calls_per_minute, error);
    budget->in_hand = r == 0 && wait_us == 0;
    return r;
}

void budget_deinit(struct budget *budget)
{
    governor_unref(budget->own);
    *budget = (struct budget){0};
}

int64_t budget_ask(struct budget *budget)
{
    int64_t wait_us = 0;
    if (budget->own != NULL)
        return governor_ask(budget->own);
    if (budget->in_hand) {
        budget->in_hand = false;
        return 0;
    }
    if (ask_daemon(budget, NULL, &wait_us, NULL) == 0)
        return wait_us;
    /* It went away. Without memory for a governor the calls are let go: there are few. */
    return go_alone(budget, BUDGET_CALLS_PER_MINUTE, NULL) < 0 ? 0 : governor_ask(budget->own);
}

void budget_pause(struct budget *budget, int64_t pause_us)
{
    if (budget->own != NULL) {
        (void)governor_pause(budget->own, pause_us, NULL); /* nothing is kept, nothing can fail */
        return;
    }
    int64_t wait_us = 0;
    char pause[32];
    (void)snprintf(pause, sizeof(pause), "%" PRId64 "us", pause_us); /* fits */
    /* A daemon that went away makes no calls. */
    (void)ask_daemon(budget, pause, &wait_us, NULL);
}

int budget_calls_left(const struct budget *budget)
{
    return budget->own != NULL ? governor_calls_left(budget->own) : budget->calls_left;
}

bool budget_is_shared(const struct budget *budget)
{
    return budget->own == NULL;
}
