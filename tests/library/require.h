/*
 * What the programs of this folder share: a condition that must hold, or the program ends and says
 * why.
 */
#pragma once

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static inline _Noreturn void fail(const char *format, ...)
    __attribute__((__format__(__printf__, 1, 2)));

static inline void fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vfprintf(stderr, format, arguments);
    (void)fprintf(stderr, "\n");
    va_end(arguments);
    exit(EXIT_FAILURE);
}

#define REQUIRE(condition, ...)                                                                    \
    do {                                                                                           \
        if (!(condition))                                                                          \
            fail(__VA_ARGS__);                                                                     \
    } while (0)
