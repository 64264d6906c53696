/*
 * What the command says: answers on standard output, complaints on standard error.
 *
 * Answers go through stdio; whether all of them arrived shows when they are flushed. A reader that
 * has closed its end, as `head` does, has had enough: that is no error, and nobody is told.
 */
#pragma once

#include <stdarg.h>
#include <stdio.h>

#include "base/error.h"

/* Called first: where standard input, output or error are closed, nothing that is opened later may
 * take their place and be written to; and a write to a pipe that nobody reads fails, which
 * print_flush() tells, and ends nothing by itself. */
void print_guard(void);

/* As fprintf(), for text in which strangers have a say: of each line, what is fit to be shown
 * (ctl/shown.h). */
void print_fit(FILE *stream, const char *format, ...) _printf_(2, 3);

/* Writes "slackauditctl: ..." and a line break to standard error, what is fit to be shown of it;
 * returns `exit_code`. */
int print_complaint(int exit_code, const char *format, ...) _printf_(2, 3);

/* Sends on what was printed so far. Returns 0; ERROR_CANCELLED when nobody reads any more; or
 * ERROR_IO, having said why. */
int print_flush(void);

/* Called last: flushes, and returns `exit_code`, or that of a failed write if it was 0. */
int print_end(int exit_code);
