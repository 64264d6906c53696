/*
 * The lower and the higher of two numbers: times, mostly.
 */
#pragma once

#include <stdint.h>

static inline int64_t lower(int64_t left, int64_t right)
{
    return left < right ? left : right;
}

static inline int64_t higher(int64_t left, int64_t right)
{
    return left > right ? left : right;
}
