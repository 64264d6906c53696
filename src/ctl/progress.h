/*
 * How far a long verb has come: a bar that is drawn anew in place on a terminal, plain lines, about
 * ten of them, elsewhere. It stands on standard error, so that answers stay clean.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Embedded; `{0}` is one that shows nothing. */
struct progress {
    bool shown, terminal;
    const char *verb; /* what is done: "verify" */
    int told;         /* tenths that a line was written for, or per cent that the bar shows */
    bool drawn;       /* a bar stands on the terminal */
};

/* `silent`: nothing is shown (the answer is meant for a machine). */
void progress_init(struct progress *progress, const char *verb, bool silent);
/* `done` of `total`; `words` say what that is: "2026-11-22 02:00". */
void progress_show(struct progress *progress, int64_t done, int64_t total, const char *words);
/* Takes the bar away before something else is written. */
void progress_clear(struct progress *progress);
