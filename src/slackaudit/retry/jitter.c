#include "slackaudit/retry.h"

#include <stdlib.h>

#include "base/units.h"
#include "slackaudit/retry/wait.h"

struct slackaudit_jitter {
    struct slackaudit_jitter_type type;
    void *self;
};

int64_t jitter_apply(const struct slackaudit_jitter *jitter, int64_t wait_us,
    const struct slackaudit_retry_state *state, const struct slackaudit_random *random)
{
    return wait_bounded(
        jitter->type.apply(jitter->self, wait_us, state, random), SLACKAUDIT_RETRY_LONGEST_WAIT_US);
}

static int64_t between(const struct slackaudit_random *random, int64_t low, int64_t high)
{
    return random->between(random->user, low, high);
}

static int64_t apply_none(const void *self, int64_t wait_us,
    const struct slackaudit_retry_state *state, const struct slackaudit_random *random)
{
    (void)self;
    (void)state;
    (void)random;
    return wait_us;
}

/* No sum or product below overflows: what comes in is at most a day. */

static int64_t apply_random(const void *self, int64_t wait_us,
    const struct slackaudit_retry_state *state, const struct slackaudit_random *random)
{
    (void)self;
    (void)state;
    return wait_us + between(random, 0, USEC_PER_SEC);
}

static int64_t apply_full(const void *self, int64_t wait_us,
    const struct slackaudit_retry_state *state, const struct slackaudit_random *random)
{
    (void)self;
    (void)state;
    return between(random, 0, wait_us);
}

static int64_t apply_equal(const void *self, int64_t wait_us,
    const struct slackaudit_retry_state *state, const struct slackaudit_random *random)
{
    (void)self;
    (void)state;
    return wait_us / 2 + between(random, 0, wait_us / 2);
}

/* Its waits grow from each other instead of from the attempts (the name and the rule are those of
 * Amazon's article on backoff and jitter), so `wait_us` plays no part. */
static int64_t apply_decorrelated(const void *self, int64_t wait_us,
    const struct slackaudit_retry_state *state, const struct slackaudit_random *random)
{
    (void)self;
    (void)wait_us;
    int64_t factor_us = state->first_wait_us;
    int64_t last_us = state->last_wait_us > factor_us ? state->last_wait_us : factor_us;
    return between(random, factor_us, 3 * last_us);
}

struct slackaudit_jitter *slackaudit_jitter_custom(
    const struct slackaudit_jitter_type *type, void *self)
{
    struct slackaudit_jitter *jitter = NULL;
    if (type != NULL && type->name != NULL && type->apply != NULL)
        jitter = calloc(1, sizeof(*jitter));
    if (jitter == NULL) {
        if (type != NULL && type->destroy != NULL)
            type->destroy(self);
        return NULL;
    }
    jitter->type = *type;
    jitter->self = self;
    return jitter;
}

struct slackaudit_jitter *slackaudit_jitter_none(void)
{
    static const struct slackaudit_jitter_type type = {.name = "none", .apply = apply_none};
    return slackaudit_jitter_custom(&type, NULL);
}

struct slackaudit_jitter *slackaudit_jitter_random(void)
{
    static const struct slackaudit_jitter_type type = {.name = "random", .apply = apply_random};
    return slackaudit_jitter_custom(&type, NULL);
}

struct slackaudit_jitter *slackaudit_jitter_full(void)
{
    static const struct slackaudit_jitter_type type = {.name = "full", .apply = apply_full};
    return slackaudit_jitter_custom(&type, NULL);
}

struct slackaudit_jitter *slackaudit_jitter_equal(void)
{
    static const struct slackaudit_jitter_type type = {.name = "equal", .apply = apply_equal};
    return slackaudit_jitter_custom(&type, NULL);
}

struct slackaudit_jitter *slackaudit_jitter_decorrelated(void)
{
    static const struct slackaudit_jitter_type type = {
        .name = "decorrelated", .apply = apply_decorrelated};
    return slackaudit_jitter_custom(&type, NULL);
}

void slackaudit_jitter_free(struct slackaudit_jitter *jitter)
{
    if (jitter == NULL)
        return;
    if (jitter->type.destroy != NULL)
        jitter->type.destroy(jitter->self);
    free(jitter);
}
