/*
 * Runs a program to its end and writes to a file what it cost: user and kernel seconds, the most
 * memory it ever had resident in KiB, and seconds on the wall. Small, because the kernel counts the
 * memory of whoever forks as the program's own until the program begins.
 *
 *     bench_usage FILE PROGRAM [ARGUMENT]...
 *
 * Ends as the program did; 125 when it could not be run or was killed. When whoever started it is
 * gone, so is it, and the program.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { EXIT_NOT_RUN = 125 };

static double seconds_of(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static double now(void)
{
    struct timespec time = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &time); /* this clock is always there */
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void fail(const char *what)
{
    perror(what);
    _exit(EXIT_NOT_RUN);
}

static void end_with_parent(void)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
        fail("prctl");
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return EXIT_NOT_RUN;
    end_with_parent();
    double begin = now();
    pid_t child = fork();
    if (child < 0)
        fail("fork");
    if (child == 0) {
        end_with_parent();
        execv(argv[2], argv + 2);
        fail(argv[2]);
    }
    int status;
    struct rusage usage;
    if (wait4(child, &status, 0, &usage) < 0)
        fail("wait4");
    double took = now() - begin;
    FILE *file = fopen(argv[1], "w");
    if (file == NULL)
        fail(argv[1]);
    fprintf(file, "%.6f %.6f %ld %.6f\n", seconds_of(usage.ru_utime), seconds_of(usage.ru_stime),
        usage.ru_maxrss, took);
    if (fclose(file) != 0)
        fail(argv[1]);
    return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_NOT_RUN;
}
