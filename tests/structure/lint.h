/*
 * For `make lint` alone, included before each source. clang-tidy looks at one file at a time, so it
 * does not know that these return an error's code: without that it follows paths on which a failed
 * call seems to have succeeded.
 */
#pragma once

#include "base/error.h"

#define error_set(error, code, ...)    ((void)error_set(error, code, __VA_ARGS__), (code))
#define error_prefix(error, code, ...) ((void)error_prefix(error, code, __VA_ARGS__), (code))
#define error_set_errno(error, os_errno, ...)                                                      \
    ((void)error_set_errno(error, os_errno, __VA_ARGS__), ERROR_IO)
