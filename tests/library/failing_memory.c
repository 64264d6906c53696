#include "failing_memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "require.h"

static _Thread_local long until_failure; /* allocations; 0: none fails */
static _Thread_local bool fails_for_good, has_failed;
static long blocks;     /* that the library has and must give back */
static long all_blocks; /* everybody's, where malloc() is the program's */

static bool fails(void)
{
    if (until_failure == 0 || (until_failure > 1 && --until_failure > 0))
        return false;
    has_failed = true;
    if (!fails_for_good)
        until_failure = 0;
    return true;
}

/* The program's malloc(), where it has one of its own: whoever asks may get nothing. */
#ifdef EVERY_ALLOCATION
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void __libc_free(void *block);

void *malloc(size_t size)
{
    void *block = fails() ? NULL : __libc_malloc(size);
    all_blocks += block != NULL;
    return block;
}

void *calloc(size_t count, size_t size)
{
    void *block = fails() ? NULL : __libc_calloc(count, size);
    all_blocks += block != NULL;
    return block;
}

void *realloc(void *block, size_t size)
{
    void *moved = fails() ? NULL : __libc_realloc(block, size);
    all_blocks += block == NULL && moved != NULL;
    return moved;
}

void free(void *block)
{
    all_blocks -= block != NULL;
    __libc_free(block);
}

static bool fails_here(void)
{
    return false; /* it does there */
}

void memory_take_libcurl(void)
{
}
#else
#    include <curl/curl.h>

static void *curl_malloc(size_t size)
{
    return fails() ? NULL : malloc(size);
}

static void *curl_calloc(size_t count, size_t size)
{
    return fails() ? NULL : calloc(count, size);
}

static void *curl_realloc(void *block, size_t size)
{
    return fails() ? NULL : realloc(block, size);
}

static char *curl_strdup(const char *text)
{
    return fails() ? NULL : strdup(text);
}

static bool fails_here(void)
{
    return fails();
}

/* For good, because it is initialised already when the library comes to do it. */
void memory_take_libcurl(void)
{
    REQUIRE(curl_global_init_mem(CURL_GLOBAL_DEFAULT, curl_malloc, free, curl_realloc, curl_strdup,
                curl_calloc) == CURLE_OK,
        "libcurl cannot be initialised");
}
#endif

/* The library's own calls (the linker sees to that), which are counted: libcurl leaks a little
 * itself when its memory fails. */
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
void *__wrap_reallocarray(void *block, size_t count, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t size);
int __wrap_asprintf(char **ret_text, const char *format, ...)
    __attribute__((__format__(__printf__, 2, 3)));
int __wrap___asprintf_chk(char **ret_text, int flag, const char *format, ...)
    __attribute__((__format__(__printf__, 3, 4)));
void __wrap_free(void *block);
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void *__real_reallocarray(void *block, size_t count, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t size);
void __real_free(void *block);

static void *counted(void *block)
{
    blocks += block != NULL;
    return block;
}

void *__wrap_malloc(size_t size)
{
    return fails_here() ? NULL : counted(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails_here() ? NULL : counted(__real_calloc(count, size));
}

void *__wrap_realloc(void *block, size_t size)
{
    void *moved = fails_here() ? NULL : __real_realloc(block, size);
    return block == NULL ? counted(moved) : moved;
}

void *__wrap_reallocarray(void *block, size_t count, size_t size)
{
    void *moved = fails_here() ? NULL : __real_reallocarray(block, count, size);
    return block == NULL ? counted(moved) : moved;
}

char *__wrap_strdup(const char *text)
{
    return fails_here() ? NULL : counted(__real_strdup(text));
}

char *__wrap_strndup(const char *text, size_t size)
{
    return fails_here() ? NULL : counted(__real_strndup(text, size));
}

__attribute__((__format__(__printf__, 2, 0))) static int print(
    char **ret_text, const char *format, va_list arguments)
{
    int size = fails_here() ? -1 : vasprintf(ret_text, format, arguments);
    if (size >= 0)
        (void)counted(*ret_text);
    return size;
}

int __wrap_asprintf(char **ret_text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int size = print(ret_text, format, arguments);
    va_end(arguments);
    return size;
}

/* What becomes of it with _FORTIFY_SOURCE. */
int __wrap___asprintf_chk(char **ret_text, int flag, const char *format, ...)
{
    (void)flag;
    va_list arguments;
    va_start(arguments, format);
    int size = print(ret_text, format, arguments);
    va_end(arguments);
    return size;
}

void __wrap_free(void *block)
{
    blocks -= block != NULL;
    __real_free(block);
}

/* ---- The test ---- */

void memory_fails_at(long allocation, bool for_good)
{
    fails_for_good = for_good;
    has_failed = false;
    until_failure = allocation;
}

bool memory_holds(void)
{
    until_failure = 0;
    return has_failed;
}

long memory_blocks(void)
{
    return blocks;
}

long memory_all_blocks(void)
{
    return all_blocks;
}
