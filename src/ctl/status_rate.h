/*
 * How fast outputs deliver: from what two looks at the status say, half a minute to a minute apart
 * once there were that many. The daemon counts from its start, so after a restart it takes two
 * looks again.
 */
#pragma once

#include <stdbool.h>

#include "base/json.h"
#include "base/limits.h"

struct status_rate_mark {
    int64_t time_us, delivered;
};

struct status_rate {
    char name[LIMIT_NAME + 1]; /* of the output */
    int looks;                 /* since the daemon began; 2 stands for more */
    struct status_rate_mark base, next, last;
};

/* Embedded; all zero at the start. */
struct status_rates {
    struct status_rate outputs[LIMIT_OUTPUTS];
    size_t count;
    int64_t uptime; /* the daemon's, as it was told last */
};

/* Notes a status that came at a monotonic time. */
void status_rates_note(struct status_rates *rates, const struct json_value *status, int64_t now_us);

/* Entries a second of an output, and over how long; false: there were not two looks yet. */
bool status_rates_tell(const struct status_rates *rates, const char *output, double *ret_per_second,
    int64_t *ret_over_us);
