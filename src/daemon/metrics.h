/*
 * The metrics, in the text format of Prometheus or in that of OpenMetrics 1.0.
 *
 * Names begin with slackauditd_; counters end in _total; times are seconds, Unix time where the
 * name says timestamp; labels are `source` and `output`.
 */
#pragma once

#include "daemon/snapshot.h"

enum metrics_format { METRICS_PROMETHEUS, METRICS_OPENMETRICS };

/* OpenMetrics when the header Accept asks for it, as Prometheus servers do. */
enum metrics_format metrics_choose(const char *accept);
const char *metrics_content_type(enum metrics_format format);

/* Appends all metrics. 0, or what the buffer refused with. */
int metrics_write(
    const struct snapshot *snapshot, enum metrics_format format, struct buffer *output);
