#include "check_main.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "sys/folder.h"
#include "sys/service.h"

static char folder[FOLDER_SIZE];
static char path[PATH_SIZE];

/* The place where systemd would listen. */
static int listen_as_systemd(void)
{
    folder_make(folder);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    folder_path(path, folder, "notify");
    ck_assert_uint_lt(strlen(path), sizeof(address.sun_path));
    memcpy(address.sun_path, path, strlen(path) + 1);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    ck_assert_int_eq(setenv("NOTIFY_SOCKET", path, 1), 0);
    return fd;
}

static const char *told(int fd)
{
    static char text[2048];
    ssize_t size = recv(fd, text, sizeof(text) - 1, 0);
    text[size > 0 ? size : 0] = '\0';
    return text;
}

START_TEST(systemd_is_told_each_change_in_its_words)
{
    int fd = listen_as_systemd();
    service_ready("polling 2 sources");
    ck_assert_str_eq(told(fd), "READY=1\nSTATUS=polling 2 sources");
    service_status("%d entries\nMAINPID=1", 5);
    ck_assert_str_eq(told(fd), "STATUS=5 entries");
    service_watchdog();
    ck_assert_str_eq(told(fd), "WATCHDOG=1");
    service_stopping();
    ck_assert_str_eq(told(fd), "STOPPING=1");
    ck_assert_str_eq(told(fd), "");
    close(fd);
    folder_remove(folder);
}
END_TEST

START_TEST(a_reload_is_told_with_the_monotonic_time_that_systemd_compares)
{
    int fd = listen_as_systemd();
    struct timespec before, after;
    clock_gettime(CLOCK_MONOTONIC, &before);
    service_reloading();
    clock_gettime(CLOCK_MONOTONIC, &after);
    int64_t us;
    ck_assert_int_eq(sscanf(told(fd), "RELOADING=1\nMONOTONIC_USEC=%" SCNd64, &us), 1);
    ck_assert_int_ge(us, before.tv_sec * 1000000 + before.tv_nsec / 1000);
    ck_assert_int_le(us, after.tv_sec * 1000000 + after.tv_nsec / 1000);
    close(fd);
    folder_remove(folder);
}
END_TEST

START_TEST(without_systemd_nothing_happens)
{
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("JOURNAL_STREAM");
    service_ready("x");
    service_reloading();
    service_status("x");
    service_watchdog();
    service_stopping();
    ck_assert_int_eq(service_watchdog_interval_us(), 0);
    ck_assert(!service_has_journal());
}
END_TEST

START_TEST(the_watchdog_is_petted_twice_in_its_time_and_only_by_its_process)
{
    char process[32];
    ck_assert_int_eq(setenv("WATCHDOG_USEC", "30000000", 1), 0);
    snprintf(process, sizeof(process), "%ld", (long)getpid());
    ck_assert_int_eq(setenv("WATCHDOG_PID", process, 1), 0);
    ck_assert_int_eq(service_watchdog_interval_us(), 15000000);
    ck_assert_int_eq(setenv("WATCHDOG_PID", "1", 1), 0);
    ck_assert_int_eq(service_watchdog_interval_us(), 0);
}
END_TEST

START_TEST(the_journal_is_known_by_the_identity_of_standard_error)
{
    struct stat status;
    ck_assert_int_eq(fstat(STDERR_FILENO, &status), 0);
    char stream[64];
    snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)status.st_dev, (uintmax_t)status.st_ino);
    ck_assert_int_eq(setenv("JOURNAL_STREAM", stream, 1), 0);
    ck_assert(service_has_journal());
    snprintf(
        stream, sizeof(stream), "%ju:%ju", (uintmax_t)status.st_dev, (uintmax_t)status.st_ino + 1);
    ck_assert_int_eq(setenv("JOURNAL_STREAM", stream, 1), 0);
    ck_assert(!service_has_journal());
    ck_assert_int_eq(setenv("JOURNAL_STREAM", "nonsense", 1), 0);
    ck_assert(!service_has_journal());
}
END_TEST

CHECK_MAIN("service", systemd_is_told_each_change_in_its_words,
    a_reload_is_told_with_the_monotonic_time_that_systemd_compares, without_systemd_nothing_happens,
    the_watchdog_is_petted_twice_in_its_time_and_only_by_its_process,
    the_journal_is_known_by_the_identity_of_standard_error)
