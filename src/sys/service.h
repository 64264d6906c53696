/*
 * What systemd and we tell each other: readiness, status, the watchdog, the journal. Everything
 * here does nothing, and says so by its return value, when the process does not run under systemd.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/log.h"

/* True when standard error is the journal's own stream ($JOURNAL_STREAM names it). */
bool service_has_journal(void);

/* A log_sink that writes to the journal with the fields PRIORITY, MESSAGE, SYSLOG_IDENTIFIER and
 * SLACKAUDIT_SOURCE or SLACKAUDIT_OUTPUT. */
void service_journal_sink(
    void *user, enum log_level level, const struct log_subject *subject, const char *text);

/* READY=1, with a status line. */
void service_ready(const char *status);
/* RELOADING=1 with MONOTONIC_USEC; service_ready() must follow on every path (systemd 252 waits for
 * it). */
void service_reloading(void);
void service_stopping(void);
void service_status(const char *format, ...) _printf_(1, 2);

/* A socket unit passes something ($LISTEN_FDS). */
bool service_has_socket(void);

/* A listening stream socket that a socket unit passes ($LISTEN_FDS), as a descriptor of the
 * caller's own: the one from systemd stays open, so that the socket can be taken again.
 * ERROR_UNAVAILABLE, with what to do, when none comes, more than one, or something else. */
int service_take_socket(int *ret_fd, struct error *error);

/* Half of the watchdog's time in microseconds, or 0 when none is asked for; service_watchdog() pets
 * it. */
int64_t service_watchdog_interval_us(void);
void service_watchdog(void);
