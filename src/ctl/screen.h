/*
 * A terminal that is drawn anew in place, on its alternate screen, and given back as it was found:
 * at the end, at a signal that ends the program, and while a Ctrl-Z stops it.
 *
 * While it is open the signals that matter are blocked and read one by one (signalfd(2)), keys are
 * not echoed, and nothing else may write to standard output. A terminal that takes nothing more, as
 * after a broken connection, holds up neither a signal nor the end.
 */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <termios.h>

#include "base/buffer.h"

/* What screen_wait() saw, as bits. */
enum { SCREEN_OTHER = 1, SCREEN_CHANGED = 2, SCREEN_ENDED = 4 };

/* Embedded; `{0}` can be closed. */
struct screen {
    bool is_open;
    size_t columns, rows;
    int fd;            /* the terminal, never waited for in a write */
    int signals;       /* what is read of them */
    int ended_by;      /* the signal that asks for the end; 0: none */
    bool has_keyboard; /* standard input is a terminal */
    sigset_t mask;     /* of signals, as it was */
    struct termios keyboard;
    struct buffer frame;
};

/* Whether standard output is a terminal that can be drawn on. */
bool screen_is_there(void);
/* Whether it shall have colours: not with NO_COLOR in the environment (https://no-color.org). */
bool screen_has_colours(void);
/* Its columns; 0 where standard output is no terminal. */
size_t screen_columns(void);

int screen_open(struct screen *screen, struct error *error);
/* Gives the terminal back. A signal that asked for the end is then raised again, so that whoever
 * started the program sees what ended it: this call does not return then. */
void screen_close(struct screen *screen);

/* Draws the lines of `text`, as many as there is room for, and on the last row `footer`. */
void screen_draw(struct screen *screen, struct slice text, struct slice footer);

/* Waits for something to read from `other` (-1: nothing), for signals and keys, `timeout_us` at
 * most. SCREEN_CHANGED: it has another size or was taken away meanwhile, and wants to be drawn
 * anew. SCREEN_ENDED: q, Ctrl-D or a signal asks for the end, or the terminal is gone. */
int screen_wait(struct screen *screen, int other, int64_t timeout_us);
