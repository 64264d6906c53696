/*
 * The status as people read it in a terminal: the same as the status page shows (daemon/page), from
 * the same JSON.
 */
#pragma once

#include "base/json.h"
#include "ctl/sheet.h"
#include "ctl/status_rate.h"

/* How much is shown of what is well; what is ill is always shown in full. */
enum status_detail { STATUS_FULL, STATUS_SHORT };

/* Lays the status out. `rates` may be NULL: then it is said how to learn them. */
void status_view(struct sheet *sheet, const struct json_value *status,
    const struct status_rates *rates, enum status_detail detail);
