#include "ctl/print.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "daemon/daemon.h"

void print_guard(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", O_RDWR) < 0)
            _exit(DAEMON_EXIT_TRY_AGAIN); /* there is nowhere to say why */
    (void)signal(SIGPIPE, SIG_IGN);       /* a signal that there is */
}

int print_complaint(int exit_code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    /* What standard error does not take can be said nowhere else. */
    (void)fputs("slackauditctl: ", stderr);
    (void)vfprintf(stderr, format, arguments);
    (void)fputc('\n', stderr);
    va_end(arguments);
    return exit_code;
}

/* A pipe whose other end is closed says so. */
static bool reader_is_gone(void)
{
    struct pollfd reader = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&reader, 1, 0) > 0 && (reader.revents & (POLLERR | POLLHUP)) != 0;
}

int print_flush(void)
{
    errno = 0;
    bool failed = fflush(stdout) != 0 || ferror(stdout) != 0;
    int number = errno;
    if (!failed)
        return 0;
    clearerr(stdout); /* it is told once */
    if (number == EPIPE || reader_is_gone())
        return ERROR_CANCELLED;
    return print_complaint(ERROR_IO, "cannot write the answer%s%s", number != 0 ? ": " : "",
        number != 0 ? strerror(number) : "");
}

int print_end(int exit_code)
{
    int r = print_flush();
    return r == ERROR_IO && exit_code == DAEMON_EXIT_DONE ? DAEMON_EXIT_TRY_AGAIN : exit_code;
}
