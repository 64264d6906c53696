#include "slackaudit/retry.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/units.h"
#include "slackaudit/retry/handler.h"

static_assert((int)SLACKAUDIT_RETRY_HANDLERS == LIMIT_RETRY_HANDLERS, "one cap, two names");
static_assert((int)SLACKAUDIT_RETRY_ATTEMPTS == LIMIT_RETRY_ATTEMPTS, "one cap, two names");
static_assert(SLACKAUDIT_RETRY_LONGEST_WAIT_US == USEC_PER_DAY, "a day, as the header says");

struct slackaudit_retry_stack {
    struct slackaudit_retry_handler *handlers[SLACKAUDIT_RETRY_HANDLERS];
    size_t count;
    /* While handlers are asked, which a callback of theirs may end by freeing the client. */
    unsigned asked;
    bool to_clear, to_free;
};

struct slackaudit_retry_stack *slackaudit_retry_stack_new(void)
{
    return calloc(1, sizeof(struct slackaudit_retry_stack));
}

struct slackaudit_retry_stack *slackaudit_retry_stack_default(void)
{
    struct slackaudit_retry_stack *stack = slackaudit_retry_stack_new();
    if (stack == NULL)
        return NULL;
    if (slackaudit_retry_stack_append(stack, slackaudit_retry_connection_error(1, NULL, NULL, 0)) <
        0) {
        slackaudit_retry_stack_free(stack);
        return NULL;
    }
    return stack;
}

void slackaudit_retry_stack_free(struct slackaudit_retry_stack *stack)
{
    if (stack == NULL)
        return;
    slackaudit_retry_stack_clear(stack);
    if (stack->asked > 0)
        stack->to_free = true;
    else
        free(stack);
}

static int insert(
    struct slackaudit_retry_stack *stack, size_t place, struct slackaudit_retry_handler *handler)
{
    int code = 0;
    if (stack == NULL)
        code = SLACKAUDIT_ERROR_INVALID;
    else if (handler == NULL) /* what a constructor without memory returned */
        code = SLACKAUDIT_ERROR_MEMORY;
    else if (stack->count == SLACKAUDIT_RETRY_HANDLERS)
        code = SLACKAUDIT_ERROR_LIMIT;
    if (code < 0) {
        slackaudit_retry_handler_free(handler);
        return code;
    }
    memmove(&stack->handlers[place + 1], &stack->handlers[place],
        (stack->count - place) * sizeof(stack->handlers[0]));
    stack->handlers[place] = handler;
    stack->count++;
    return 0;
}

int slackaudit_retry_stack_append(
    struct slackaudit_retry_stack *stack, struct slackaudit_retry_handler *handler)
{
    return insert(stack, slackaudit_retry_stack_count(stack), handler);
}

int slackaudit_retry_stack_prepend(
    struct slackaudit_retry_stack *stack, struct slackaudit_retry_handler *handler)
{
    return insert(stack, 0, handler);
}

void slackaudit_retry_stack_clear(struct slackaudit_retry_stack *stack)
{
    if (stack == NULL)
        return;
    if (stack->asked > 0) {
        stack->to_clear = true;
        return;
    }
    while (stack->count > 0)
        slackaudit_retry_handler_free(stack->handlers[--stack->count]);
}

size_t slackaudit_retry_stack_count(const struct slackaudit_retry_stack *stack)
{
    return stack == NULL ? 0 : stack->count;
}

void slackaudit_retry_state_init(struct slackaudit_retry_state *state, void *custom)
{
    *state = (struct slackaudit_retry_state){.custom = custom};
}

static bool ask(const struct slackaudit_retry_stack *stack, struct slackaudit_retry_state *state,
    const struct slackaudit_attempt *attempt, const struct slackaudit_random *random,
    int64_t *ret_wait_us)
{
    for (size_t i = 0; i < stack->count; i++) {
        const struct slackaudit_retry_handler *handler = stack->handlers[i];
        if (!handler_wants(handler, state->granted[i], state, attempt))
            continue;
        state->last_wait_us = state->waited_us[i];
        int64_t wait_us = handler_wait_us(handler, state->granted[i], state, attempt, random);
        state->granted[i]++;
        state->waited_us[i] = wait_us;
        state->last_wait_us = wait_us;
        state->last_handler = slackaudit_retry_handler_name(handler);
        state->current_attempt++;
        *ret_wait_us = wait_us;
        return true;
    }
    return false;
}

/* Does what had to wait until no handler was on the stack of calls any more. */
static void end_asking(struct slackaudit_retry_stack *stack)
{
    if (--stack->asked > 0)
        return;
    if (stack->to_free) {
        slackaudit_retry_stack_free(stack);
    } else if (stack->to_clear) {
        stack->to_clear = false;
        slackaudit_retry_stack_clear(stack);
    }
}

bool slackaudit_retry_stack_ask(const struct slackaudit_retry_stack *stack,
    struct slackaudit_retry_state *state, const struct slackaudit_attempt *attempt,
    const struct slackaudit_random *random, int64_t *ret_wait_us)
{
    /* The attempts are counted from 0: this one was number `current_attempt` + 1. */
    if (stack == NULL || state->current_attempt + 1 >= SLACKAUDIT_RETRY_ATTEMPTS)
        return false;
    struct slackaudit_retry_stack *asked =
        (struct slackaudit_retry_stack *)stack; /* no stack is made const */
    asked->asked++;
    bool again = ask(stack, state, attempt, random, ret_wait_us);
    end_asking(asked);
    return again;
}
