#include "ctl/status_rate.h"

#include <string.h>

#include "base/order.h"
#include "base/units.h"

#define HALF_US (30 * USEC_PER_SEC) /* a base is so old at least, and twice as old at most */

/* `count`: there is none. */
static size_t find_rate(const struct status_rates *rates, const char *name)
{
    size_t at = 0;
    while (at < rates->count && strcmp(rates->outputs[at].name, name) != 0)
        at++;
    return at;
}

/* NULL: there is no room for another one, or it is no name. */
static struct status_rate *find_or_add(struct status_rates *rates, const char *name)
{
    size_t size = strlen(name), at = find_rate(rates, name);
    if (at < rates->count)
        return &rates->outputs[at];
    if (rates->count == LIMIT_OUTPUTS || size > LIMIT_NAME)
        return NULL;
    struct status_rate *rate = &rates->outputs[rates->count++];
    *rate = (struct status_rate){0};
    memcpy(rate->name, name, size);
    return rate;
}

static void note(struct status_rate *rate, int64_t delivered, int64_t now_us)
{
    const struct status_rate_mark mark = {.time_us = now_us, .delivered = delivered};
    if (rate->looks == 0 || delivered < rate->last.delivered) {
        rate->base = rate->next = rate->last = mark;
        rate->looks = 1;
        return;
    }
    if (now_us - rate->next.time_us >= HALF_US) {
        rate->base = rate->next;
        rate->next = mark;
    }
    rate->last = mark;
    rate->looks = 2;
}

void status_rates_note(struct status_rates *rates, const struct json_value *status, int64_t now_us)
{
    const struct json_value *outputs = json_get(status, "outputs");
    int64_t uptime = json_integer(json_get(status, "uptime_seconds"), 0);
    if (uptime < rates->uptime)
        *rates = (struct status_rates){0};
    rates->uptime = uptime;
    for (size_t i = 0; i < json_length(outputs); i++) {
        const struct json_value *output = json_at(outputs, i);
        const char *name = json_string(json_get(output, "name"));
        struct status_rate *rate = name == NULL ? NULL : find_or_add(rates, name);
        if (rate != NULL)
            note(rate, higher(0, json_integer(json_get(output, "delivered"), 0)), now_us);
    }
}

bool status_rates_tell(const struct status_rates *rates, const char *output, double *ret_per_second,
    int64_t *ret_over_us)
{
    size_t at = find_rate(rates, output);
    if (at == rates->count)
        return false;
    const struct status_rate *rate = &rates->outputs[at];
    int64_t over_us = rate->last.time_us - rate->base.time_us;
    if (rate->looks < 2 || over_us <= 0)
        return false;
    *ret_per_second = (double)(rate->last.delivered - rate->base.delivered) * (double)USEC_PER_SEC /
                      (double)over_us;
    *ret_over_us = over_us;
    return true;
}
