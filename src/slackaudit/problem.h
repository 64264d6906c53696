/*
 * How an error of the tree becomes one of the library. Private to slackaudit/.
 */
#pragma once

#include "base/error.h"
#include "slackaudit/common.h"

/* Fills `problem` (may be NULL) and returns the code, both as the library names them. `error` may
 * lack a text. */
int problem_tell(struct slackaudit_problem *problem, int code, const struct error *error);

/* Refuses the parameter of that name, which is NULL: fills `problem` (may be NULL) and returns
 * SLACKAUDIT_ERROR_INVALID. */
int problem_of_null(struct slackaudit_problem *problem, const char *name);

/* The library's code for one of the tree's. */
int problem_code(int error_code);

/* Fills `problem` (may be NULL) with one of the library's codes and its text. */
void problem_fill(struct slackaudit_problem *problem, int code, const char *text);
