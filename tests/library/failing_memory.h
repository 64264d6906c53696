/*
 * Memory that fails when a test wants it to, in the thread that wants it.
 *
 * Built with EVERY_ALLOCATION, the program's malloc() is everybody's: libcurl, json-c and libc get
 * no memory either. Without, for sanitizers, which have a malloc() of their own, it is the
 * library's and libcurl's. The linker brings the library here by --wrap of the functions that
 * allocate.
 */
#pragma once

#include <stdbool.h>

/* The allocation of this number, from 1, gets nothing; nor does any behind it, if `for_good`. */
void memory_fails_at(long allocation, bool for_good);
/* Memory holds again. Whether it has failed. */
bool memory_holds(void);

/* Blocks that the library has; and those that anybody has, which are counted with EVERY_ALLOCATION
 * alone. */
long memory_blocks(void);
long memory_all_blocks(void);

/* Before the first engine. */
void memory_take_libcurl(void);
