#include "ctl/print.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "daemon/daemon.h"

void print_guard(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", O_RDWR) < 0)
            _exit(DAEMON_EXIT_TRY_AGAIN); /* there is nowhere to say why */
}

int print_complaint(int exit_code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)fflush(stdout); /* what was said before stands before; print_end() looks whether it did */
    (void)fputs("slackauditctl: ", stderr); /* there is nowhere else to say it */
    (void)vfprintf(stderr, format, arguments);
    (void)fputc('\n', stderr);
    va_end(arguments);
    return exit_code;
}

int print_end(int exit_code)
{
    errno = 0;
    bool failed = fflush(stdout) != 0 || ferror(stdout);
    if (!failed || errno == EPIPE || exit_code != DAEMON_EXIT_DONE)
        return exit_code;
    return print_complaint(DAEMON_EXIT_TRY_AGAIN, "cannot write the answer%s%s",
        errno != 0 ? ": " : "", errno != 0 ? strerror(errno) : "");
}
