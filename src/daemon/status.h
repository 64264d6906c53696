/*
 * The status as JSON: what `slackauditctl status --json` prints and the listener serves.
 */
#pragma once

#include "daemon/snapshot.h"

/* Writes one object; `name` as for json_writer_open(). `with_history`: the last 24 hours in steps,
 * over all sources. Returns as json_writer_end(). */
int status_write(const struct snapshot *snapshot, bool with_history, struct json_writer *writer,
    const char *name);
