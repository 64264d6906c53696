/*
 * What every header of libslackaudit shares: how functions report errors, and the version.
 *
 * A function that can fail returns 0 (SLACKAUDIT_OK) or a negative `enum slackaudit_error`; a
 * positive value is a result that the function documents. Out parameters are named `ret_...` and
 * untouched on failure. Where a person will read what went wrong, the function takes a `struct
 * slackaudit_problem *`, which may be NULL.
 *
 * Zero is the default of every member of every struct that a caller fills in: initialise the struct
 * with `{0}` (in C++ `{}`) or by designated members, and members named `reserved` stay NULL.
 *
 * Public header of libslackaudit: plain C11 and C++17. Strings are UTF-8, NUL-terminated unless a
 * size stands beside them, and copied when passed in.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Marks what the shared library exports. */
#ifndef SLACKAUDIT_API
#    define SLACKAUDIT_API __attribute__((visibility("default")))
#endif

/* Error codes of the library, the same numbers all through it. */
enum slackaudit_error {
    SLACKAUDIT_OK = 0,
    SLACKAUDIT_ERROR_MEMORY = -1,
    SLACKAUDIT_ERROR_SYSTEM = -2,     /* the system refused a call */
    SLACKAUDIT_ERROR_INVALID = -7,    /* a parameter or a text that is read; the problem names it */
    SLACKAUDIT_ERROR_LIMIT = -8,      /* a cap was passed */
    SLACKAUDIT_ERROR_TRANSPORT = -10, /* no whole answer came; `transport` says how it failed */
    SLACKAUDIT_ERROR_CALLBACK = -12,  /* a callback ended the call */
    SLACKAUDIT_ERROR_REFUSED = -14,   /* the API answered, and not with what was asked for */
};

enum { SLACKAUDIT_TEXT = 512 };

/* Filled, where one is passed, when a function returns a negative value. Owns nothing. */
struct slackaudit_problem {
    int code; /* an enum slackaudit_error */
    char text[SLACKAUDIT_TEXT];
};

/* "ok", "memory", "system", "invalid", "limit", "transport", "callback", "refused"; "unknown" for
 * any other number. Any thread. */
SLACKAUDIT_API const char *slackaudit_error_name(int code);

/* The version of the library that runs, as in "1.2.3". Any thread. */
SLACKAUDIT_API const char *slackaudit_version(void);

#ifdef __cplusplus
}
#endif
