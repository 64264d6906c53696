/*
 * Errors: one contract for the whole tree.
 *
 * A function that can fail returns an int. Zero is success; a negative value is an `enum
 * error_code` and is always forwarded or handled, never dropped; a positive value is a result that
 * the function documents and the caller must look at. Out parameters are named `ret_...` and are
 * untouched on failure.
 *
 * Where a person will read what went wrong, the function also takes a `struct error *`, filled with
 * one sentence that says what failed, where, and what to do. It may be NULL when nobody would read
 * it. A `struct error` owns nothing: it can live on the stack and be copied.
 */
#pragma once

#define _printf_(text, first) __attribute__((__format__(__printf__, text, first)))

enum error_code {
    ERROR_NONE = 0,
    ERROR_MEMORY = -1,       /* an allocation failed */
    ERROR_IO = -2,           /* the system refused a read, write, sync, rename or socket call */
    ERROR_FULL = -3,         /* the disk has no room (ENOSPC, EDQUOT) */
    ERROR_READ_ONLY = -4,    /* the file system or directory cannot be written */
    ERROR_CORRUPT = -5,      /* stored data fails its check */
    ERROR_LOCKED = -6,       /* another process holds it */
    ERROR_INVALID = -7,      /* input is not what the format, the schema or the contract allows */
    ERROR_LIMIT = -8,        /* a cap of base/limits.h was reached */
    ERROR_MISSING = -9,      /* the named thing is not there */
    ERROR_DENIED = -10,      /* the caller may not have it, or others may read a secret */
    ERROR_UNAVAILABLE = -11, /* a port, address or peer cannot be had now */
    ERROR_CANCELLED = -12,   /* given up because the caller asked for it */
    ERROR_UNSUPPORTED = -13, /* this build or library version cannot do it */
};

enum { ERROR_TEXT_SIZE = 512 };

struct error {
    int code; /* an error_code; ERROR_NONE while unset */
    char text[ERROR_TEXT_SIZE];
};

#define ERROR_INIT                                                                                 \
    {                                                                                              \
        .code = ERROR_NONE                                                                         \
    }

/* Fills `error` (may be NULL) and returns `code`, so that a caller can `return error_set(...)`. A
 * text that is too long is cut at a whole UTF-8 character. */
int error_set(struct error *error, int code, const char *format, ...) _printf_(3, 4);

/* The same with ": " and the meaning of `os_errno` behind the text; the code is derived from
 * `os_errno` (ENOSPC and EDQUOT: FULL; EROFS: READ_ONLY; EACCES and EPERM: DENIED; ENOENT: MISSING;
 * ENOMEM: MEMORY; else IO). */
int error_set_errno(struct error *error, int os_errno, const char *format, ...) _printf_(3, 4);

/* Puts "prefix: " in front of the text, to add the place that only the caller knows. Returns the
 * code already in `error`, or `code` when `error` is NULL. */
int error_prefix(struct error *error, int code, const char *format, ...) _printf_(3, 4);

/* The name of a code, for logs and tests: "memory", "io", ... Never NULL. */
const char *error_code_name(int code);
