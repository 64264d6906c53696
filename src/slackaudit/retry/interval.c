#include "slackaudit/retry.h"

#include <stdlib.h>

#include "slackaudit/retry/wait.h"

struct slackaudit_interval {
    struct slackaudit_interval_type type;
    void *self;
};

/* What the built-in intervals are made of. */
struct backoff {
    int64_t factor_us, cap_us;
};

int64_t interval_wait_us(const struct slackaudit_interval *interval, int attempt)
{
    return wait_bounded(
        interval->type.wait_us(interval->self, attempt), SLACKAUDIT_RETRY_LONGEST_WAIT_US);
}

static int64_t fixed_wait_us(const void *self, int attempt)
{
    (void)attempt;
    const int64_t *wait_us = self;
    return *wait_us;
}

static int64_t backoff_wait_us(const void *self, int attempt)
{
    const struct backoff *backoff = self;
    if (backoff->factor_us == 0)
        return 0;
    /* factor * 2^attempt > cap, asked without a product that could overflow. */
    if (attempt >= 62 || backoff->factor_us > backoff->cap_us >> attempt)
        return backoff->cap_us;
    return backoff->factor_us << attempt;
}

struct slackaudit_interval *slackaudit_interval_custom(
    const struct slackaudit_interval_type *type, void *self)
{
    struct slackaudit_interval *interval = NULL;
    if (type != NULL && type->name != NULL && type->wait_us != NULL)
        interval = calloc(1, sizeof(*interval));
    if (interval == NULL) {
        if (type != NULL && type->destroy != NULL)
            type->destroy(self);
        return NULL;
    }
    interval->type = *type;
    interval->self = self;
    return interval;
}

struct slackaudit_interval *slackaudit_interval_fixed(int64_t wait_us)
{
    static const struct slackaudit_interval_type fixed = {
        .name = "fixed",
        .wait_us = fixed_wait_us,
        .destroy = free,
    };
    if (wait_us < 0)
        return NULL;
    int64_t *self = malloc(sizeof(*self));
    if (self == NULL)
        return NULL;
    *self = wait_us;
    return slackaudit_interval_custom(&fixed, self);
}

struct slackaudit_interval *slackaudit_interval_backoff(int64_t factor_us, int64_t cap_us)
{
    static const struct slackaudit_interval_type type = {
        .name = "backoff",
        .wait_us = backoff_wait_us,
        .destroy = free,
    };
    if (factor_us < 0 || cap_us < 0)
        return NULL;
    struct backoff *self = malloc(sizeof(*self));
    if (self == NULL)
        return NULL;
    *self = (struct backoff){.factor_us = factor_us, .cap_us = wait_cap(cap_us)};
    return slackaudit_interval_custom(&type, self);
}

void slackaudit_interval_free(struct slackaudit_interval *interval)
{
    if (interval == NULL)
        return;
    if (interval->type.destroy != NULL)
        interval->type.destroy(interval->self);
    free(interval);
}
