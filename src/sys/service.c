#include "sys/service.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <syslog.h>
#include <systemd/sd-daemon.h>
/* The place in our source that the macros of sd-journal.h would add says nothing to an operator. */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/units.h"

enum { STATUS_SIZE = 512, FIELD_SIZE = 128, FIELDS = 4 };

bool service_has_journal(void)
{
    const char *stream = getenv("JOURNAL_STREAM");
    struct stat status;
    uintmax_t device, inode;
    return stream != NULL && sscanf(stream, "%" SCNuMAX ":%" SCNuMAX, &device, &inode) == 2 &&
           fstat(STDERR_FILENO, &status) == 0 && status.st_dev == device && status.st_ino == inode;
}

static int priority_of(enum log_level level)
{
    switch (level) {
    case LOG_LEVEL_ERROR:
        return LOG_ERR;
    case LOG_LEVEL_WARNING:
        return LOG_WARNING;
    case LOG_LEVEL_INFO:
        return LOG_INFO;
    case LOG_LEVEL_DEBUG:
        break;
    }
    return LOG_DEBUG;
}

_printf_(3, 4) static void set_field(
    struct iovec *field, char text[static FIELD_SIZE], const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(text, FIELD_SIZE, format, arguments);
    va_end(arguments);
    if (size < 0)
        size = 0;
    *field = (struct iovec){
        .iov_base = text,
        .iov_len = size < FIELD_SIZE ? (size_t)size : FIELD_SIZE - 1,
    };
}

void service_journal_sink(
    void *user, enum log_level level, const struct log_subject *subject, const char *text)
{
    (void)user;
    char message[sizeof("MESSAGE=") + LIMIT_LOG_LINE];
    char texts[FIELDS][FIELD_SIZE];
    struct iovec fields[FIELDS];
    int count = 0;

    int size = snprintf(message, sizeof(message), "MESSAGE=%s", text);
    if (size < 0)
        return;
    fields[count++] = (struct iovec){
        .iov_base = message,
        .iov_len = (size_t)size < sizeof(message) ? (size_t)size : sizeof(message) - 1,
    };
    set_field(&fields[count], texts[count], "PRIORITY=%d", priority_of(level));
    count++;
    set_field(&fields[count], texts[count], "SYSLOG_IDENTIFIER=%s", program_invocation_short_name);
    count++;
    if (subject != NULL) {
        bool is_source = strcmp(subject->kind, "source") == 0;
        set_field(&fields[count], texts[count], "SLACKAUDIT_%s=%s", is_source ? "SOURCE" : "OUTPUT",
            subject->name);
        count++;
    }
    (void)sd_journal_sendv(
        fields, count); /* there is no second place to tell that the log failed */
}

void service_ready(const char *status)
{
    (void)sd_notifyf(0, "READY=1\nSTATUS=%s", status); /* negative and 0: nobody listens */
}

void service_reloading(void)
{
    /* systemd compares with CLOCK_MONOTONIC, which is not the tree's clock: that goes on during a
     * suspend. */
    struct timespec now = {0};
    (void)clock_gettime(
        CLOCK_MONOTONIC, &now); /* fails only for an id that the kernel does not know */
    int64_t us = (int64_t)now.tv_sec * USEC_PER_SEC + now.tv_nsec / 1000;
    (void)sd_notifyf(
        0, "RELOADING=1\nMONOTONIC_USEC=%" PRId64, us); /* without systemd nobody is told */
}

void service_stopping(void)
{
    (void)sd_notify(0, "STOPPING=1"); /* likewise */
}

void service_status(const char *format, ...)
{
    char text[STATUS_SIZE];
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (size < 0)
        return;
    text[strcspn(text, "\n")] =
        '\0'; /* what follows a line break would be another message to systemd */
    (void)sd_notifyf(0, "STATUS=%s", text); /* likewise */
}

bool service_has_socket(void)
{
    return sd_listen_fds(0) > 0;
}

int service_take_socket(int *ret_fd, struct error *error)
{
    int count = sd_listen_fds(0);
    if (count < 0)
        return error_set_errno(error, -count, "cannot take the socket from systemd");
    if (count == 0)
        return error_set(error, ERROR_UNAVAILABLE,
            "systemd passes no socket: start the socket unit, and then the service again");
    if (count > 1)
        return error_set(error, ERROR_UNAVAILABLE,
            "systemd passes %d sockets, and one is wanted: leave one ListenStream= in the socket "
            "unit",
            count);
    const int listening = 1;
    if (sd_is_socket(SD_LISTEN_FDS_START, AF_UNSPEC, SOCK_STREAM, listening) <= 0)
        return error_set(error, ERROR_UNAVAILABLE,
            "what systemd passes is no listening stream socket: the socket unit wants "
            "ListenStream= "
            "and Accept=no");
    int fd = fcntl(SD_LISTEN_FDS_START, F_DUPFD_CLOEXEC, 0);
    if (fd < 0)
        return error_set_errno(error, errno, "cannot take the socket from systemd");
    *ret_fd = fd;
    return 0;
}

int64_t service_watchdog_interval_us(void)
{
    uint64_t us;
    if (sd_watchdog_enabled(0, &us) <= 0 || us > INT64_MAX)
        return 0;
    return (int64_t)(us / 2);
}

void service_watchdog(void)
{
    (void)sd_notify(0, "WATCHDOG=1"); /* without systemd nobody is told */
}
