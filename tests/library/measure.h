/*
 * What a program has used: descriptors, time, CPU, memory.
 */
#pragma once

#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

#include "require.h"

enum { EXIT_SKIPPED = 77 };

/* All descriptors, or only those of connections to another address. */
static inline unsigned count_descriptors(bool connections_only)
{
    unsigned count = 0;
    DIR *folder = opendir("/proc/self/fd");
    REQUIRE(folder != NULL, "/proc/self/fd: %s", strerror(errno));
    for (const struct dirent *each; (each = readdir(folder)) != NULL;) {
        struct sockaddr_storage peer = {0};
        socklen_t size = sizeof(peer);
        int fd = atoi(each->d_name);
        if (each->d_name[0] == '.' || fd == dirfd(folder))
            continue;
        bool is_connection =
            getpeername(fd, (struct sockaddr *)&peer, &size) == 0 && peer.ss_family == AF_INET;
        count += !connections_only || is_connection;
    }
    (void)closedir(folder);
    return count;
}

static inline double seconds_of(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static inline double cpu_seconds(void)
{
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    return seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
}

static inline double wall_seconds(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static inline long peak_memory_kib(void)
{
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

/* Skips the test where the account may have fewer. */
static inline void allow_descriptors(rlim_t wanted)
{
    struct rlimit limit;
    REQUIRE(getrlimit(RLIMIT_NOFILE, &limit) == 0, "getrlimit: %s", strerror(errno));
    if (limit.rlim_max < wanted) {
        printf("skipped: this account may have only %llu descriptors\n",
            (unsigned long long)limit.rlim_max);
        exit(EXIT_SKIPPED);
    }
    limit.rlim_cur = limit.rlim_max;
    REQUIRE(setrlimit(RLIMIT_NOFILE, &limit) == 0, "setrlimit: %s", strerror(errno));
}
