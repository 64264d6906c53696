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

#include "base/buffer.h"
#include "base/limits.h"
#include "ctl/shown.h"
#include "daemon/daemon.h"

void print_guard(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", O_RDWR) < 0)
            _exit(DAEMON_EXIT_TRY_AGAIN); /* there is nowhere to say why */
    (void)signal(SIGPIPE, SIG_IGN);       /* a signal that there is */
}

/* Appends the lines of `text`, what is fit of each. */
static int append_fit(struct buffer *fit, struct slice text)
{
    int r = 0;
    while (r >= 0 && text.size > 0) {
        const char *end = memchr(text.data, '\n', text.size);
        size_t width, size = end == NULL ? text.size : (size_t)(end - text.data);
        r = shown_append(fit, (struct slice){text.data, size}, 0, &width);
        if (r >= 0 && end != NULL)
            r = buffer_append_byte(fit, '\n');
        size += end == NULL ? 0 : 1;
        text = (struct slice){text.data + size, text.size - size};
    }
    return r;
}

_printf_(2, 0) static void write_fit(FILE *stream, const char *format, va_list arguments)
{
    struct buffer text = BUFFER_INIT(LIMIT_CONFIG), fit = BUFFER_INIT(LIMIT_CONFIG);
    int r = buffer_vprintf(&text, format, arguments);
    if (r >= 0)
        r = append_fit(&fit, buffer_slice(&text));
    if (r >= 0 && fit.size > 0)
        (void)fwrite(fit.data, 1, fit.size, stream); /* its end says whether all of it went */
    else if (r < 0)
        (void)fputs("no memory to say it\n", stream); /* likewise */
    buffer_deinit(&text);
    buffer_deinit(&fit);
}

void print_fit(FILE *stream, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    write_fit(stream, format, arguments);
    va_end(arguments);
}

int print_complaint(int exit_code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    /* What standard error does not take can be said nowhere else. */
    (void)fputs("slackauditctl: ", stderr);
    write_fit(stderr, format, arguments);
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
