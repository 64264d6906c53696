#include "ctl/screen.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/order.h"
#include "base/units.h"

/* Sequences of ECMA-48 and of xterm: the alternate screen, the cursor hidden, no wrapping. */
#define ENTER     "\033[?1049h\033[?25l\033[?7l\033[2J"
#define LEAVE     "\033[?7h\033[?25h\033[?1049l"
#define TO_BEGIN  "\033[H"
#define CLEAR_ROW "\033[K"
#define CLEAR_END "\033[J"

enum { USUAL_COLUMNS = 80, USUAL_ROWS = 24, LEAVING_MS = 500, TTY_NAME_SIZE = 256 };
enum { CTRL_C = 3, CTRL_D = 4 };

/* Whatever would end the program and is no fault of its own, and what it does otherwise. */
static const int handled[] = {SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGALRM, SIGUSR1, SIGUSR2,
    SIGVTALRM, SIGPROF, SIGXCPU, SIGPWR, SIGIO, SIGTSTP, SIGWINCH, SIGCONT};

bool screen_is_there(void)
{
    const char *kind = getenv("TERM");
    return isatty(STDOUT_FILENO) && kind != NULL && kind[0] != '\0' && strcmp(kind, "dumb") != 0;
}

bool screen_has_colours(void)
{
    const char *no_color = getenv("NO_COLOR");
    return screen_is_there() && (no_color == NULL || no_color[0] == '\0');
}

static void measure(size_t *ret_columns, size_t *ret_rows)
{
    struct winsize size = {0};
    bool is_known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;
    *ret_columns = is_known && size.ws_col > 0 ? size.ws_col : USUAL_COLUMNS;
    *ret_rows = is_known && size.ws_row > 0 ? size.ws_row : USUAL_ROWS;
}

size_t screen_columns(void)
{
    size_t columns, rows;
    if (!isatty(STDOUT_FILENO))
        return 0;
    measure(&columns, &rows);
    return columns;
}

/* ---- Taking and giving back ---- */

/* A description of our own, so that not to wait in a write is no matter of whoever shares it. */
static int open_terminal(void)
{
    char name[TTY_NAME_SIZE];
    int fd = ttyname_r(STDOUT_FILENO, name, sizeof(name)) == 0
                 ? open(name, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
                 : -1;
    return fd >= 0 ? fd : fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
}

/* Those that nobody told us to ignore. */
static int open_signals(sigset_t *ret_mask)
{
    sigset_t set;
    (void)sigemptyset(&set); /* these fail only for numbers that are no signals */
    for (size_t i = 0; i < sizeof(handled) / sizeof(handled[0]); i++) {
        struct sigaction present;
        if (sigaction(handled[i], NULL, &present) == 0 && present.sa_handler != SIG_IGN)
            (void)sigaddset(&set, handled[i]);
    }
    int fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    if (fd >= 0)
        (void)sigprocmask(SIG_BLOCK, &set, ret_mask);
    return fd;
}

/* Writes what the terminal takes. False: it takes no more within the time, or, where that has no
 * end, a signal came. */
static bool write_out(const struct screen *screen, struct slice bytes, int timeout_ms)
{
    while (bytes.size > 0) {
        ssize_t n = write(screen->fd, bytes.data, bytes.size);
        if (n > 0) {
            bytes = (struct slice){bytes.data + n, bytes.size - (size_t)n};
            continue;
        }
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return false;
        struct pollfd waiting[] = {{.fd = screen->fd, .events = POLLOUT},
            {.fd = timeout_ms < 0 ? screen->signals : -1, .events = POLLIN}};
        int ready = poll(waiting, 2, timeout_ms);
        if (ready == 0 || (ready > 0 && waiting[1].revents != 0))
            return false;
    }
    return true;
}

static void enter(struct screen *screen)
{
    measure(&screen->columns, &screen->rows);
    screen->has_keyboard = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &screen->keyboard) == 0;
    if (screen->has_keyboard) {
        struct termios quiet = screen->keyboard;
        quiet.c_lflag &= ~(tcflag_t)(ECHO | ICANON);
        quiet.c_cc[VMIN] = 1;
        quiet.c_cc[VTIME] = 0;
        (void)tcsetattr(STDIN_FILENO, TCSANOW, &quiet); /* then keys are seen, and that is all */
    }
    (void)write_out(screen, SLICE_LITERAL(ENTER), LEAVING_MS); /* it shows when drawing */
}

static void leave(struct screen *screen)
{
    (void)write_out(screen, SLICE_LITERAL(LEAVE), LEAVING_MS); /* or there is nobody to see it */
    if (screen->has_keyboard)
        (void)tcsetattr(STDIN_FILENO, TCSANOW, &screen->keyboard); /* or the terminal is gone */
}

int screen_open(struct screen *screen, struct error *error)
{
    *screen = (struct screen){.frame = BUFFER_INIT(2 * LIMIT_SHEET), .fd = -1, .signals = -1};
    _cleanup_close_ int fd = open_terminal();
    if (fd < 0)
        return error_set_errno(error, errno, "cannot open the terminal");
    screen->signals = open_signals(&screen->mask);
    if (screen->signals < 0)
        return error_set_errno(error, errno, "cannot wait for signals");
    screen->fd = take_fd(&fd);
    screen->is_open = true;
    enter(screen);
    return 0;
}

void screen_close(struct screen *screen)
{
    if (!screen->is_open)
        return;
    int ended_by = screen->ended_by;
    leave(screen);
    cleanup_close(&screen->signals);
    cleanup_close(&screen->fd);
    buffer_deinit(&screen->frame);
    (void)sigprocmask(SIG_SETMASK, &screen->mask, NULL); /* fails only for a wrong `how` */
    *screen = (struct screen){0};
    if (ended_by != 0)
        (void)raise(ended_by); /* its way of ending is the system's */
}

/* ---- Drawing ---- */

static int append_row(struct buffer *frame, struct slice row, bool is_last)
{
    int r = buffer_append_slice(frame, row);
    if (r >= 0)
        r = buffer_append_text(frame, is_last ? CLEAR_ROW CLEAR_END : CLEAR_ROW "\r\n");
    return r;
}

static int compose(struct screen *screen, struct slice text, struct slice footer)
{
    struct buffer *frame = &screen->frame;
    size_t row = 1;
    buffer_clear(frame);
    int r = buffer_append_text(frame, TO_BEGIN);
    for (; r >= 0 && row < screen->rows && text.size > 0; row++) {
        const char *end = memchr(text.data, '\n', text.size);
        size_t size = end == NULL ? text.size : (size_t)(end - text.data);
        r = append_row(frame, (struct slice){text.data, size}, false);
        size += end == NULL ? 0 : 1;
        text = (struct slice){text.data + size, text.size - size};
    }
    for (; r >= 0 && row < screen->rows; row++)
        r = append_row(frame, (struct slice){NULL, 0}, false);
    return r < 0 ? r : append_row(frame, footer, true);
}

void screen_draw(struct screen *screen, struct slice text, struct slice footer)
{
    if (compose(screen, text, footer) >= 0)
        (void)write_out(screen, buffer_slice(&screen->frame), -1); /* the next one is whole again */
}

/* ---- Waiting ---- */

/* As any program that Ctrl-Z stops. Nothing stops where no shell could let it go on. */
static void stop_and_go_on(struct screen *screen)
{
    sigset_t stop;
    leave(screen);
    (void)sigemptyset(&stop); /* these fail only for wrong numbers */
    (void)sigaddset(&stop, SIGTSTP);
    (void)raise(SIGTSTP);
    (void)sigprocmask(SIG_UNBLOCK, &stop, NULL); /* returns when it goes on */
    (void)sigprocmask(SIG_BLOCK, &stop, NULL);
    enter(screen);
}

static int take_signals(struct screen *screen)
{
    struct signalfd_siginfo signal;
    int seen = 0;
    while (read(screen->signals, &signal, sizeof(signal)) == (ssize_t)sizeof(signal)) {
        switch (signal.ssi_signo) {
        case SIGWINCH:
        case SIGCONT:
            measure(&screen->columns, &screen->rows);
            seen |= SCREEN_CHANGED;
            break;
        case SIGTSTP:
            stop_and_go_on(screen);
            seen |= SCREEN_CHANGED;
            break;
        default:
            screen->ended_by = (int)signal.ssi_signo;
            return seen | SCREEN_ENDED;
        }
    }
    return seen;
}

static int take_keys(void)
{
    char keys[64];
    ssize_t n = read(STDIN_FILENO, keys, sizeof(keys));
    if (n <= 0)
        return n < 0 && errno == EINTR ? 0 : SCREEN_ENDED;
    for (ssize_t i = 0; i < n; i++)
        if (keys[i] == 'q' || keys[i] == 'Q' || keys[i] == CTRL_C || keys[i] == CTRL_D)
            return SCREEN_ENDED;
    return 0;
}

int screen_wait(struct screen *screen, int other, int64_t timeout_us)
{
    struct pollfd waiting[] = {{.fd = screen->signals, .events = POLLIN},
        {.fd = screen->has_keyboard ? STDIN_FILENO : -1, .events = POLLIN},
        {.fd = other, .events = POLLIN}};
    int ms = (int)lower((higher(timeout_us, 0) + USEC_PER_MSEC - 1) / USEC_PER_MSEC, INT32_MAX);
    if (poll(waiting, 3, ms) <= 0)
        return 0; /* the time is over, or a signal came that is not ours: the caller looks again */
    int seen = waiting[2].revents != 0 ? SCREEN_OTHER : 0;
    if (waiting[0].revents != 0)
        seen |= take_signals(screen);
    if (waiting[1].revents != 0)
        seen |= take_keys();
    return seen;
}
