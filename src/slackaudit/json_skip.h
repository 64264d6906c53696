/*
 * Finds the end of the plain run inside a JSON string: the bytes that need no look at all. It stops
 * at the quote, a backslash, a control byte or the first byte of a character beyond ASCII.
 *
 * Most bytes of a page pass through here, so there is a version for SSE2 and one in plain C. Both
 * read nothing past `end`. The compiler's target chooses: every x86-64 has SSE2, and wider
 * registers are no gain (docs/performance.md), so there is nothing to ask the processor when the
 * program runs. JSON_SKIP_PORTABLE forces the plain one, for tests.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__) && !defined(JSON_SKIP_PORTABLE)
#    define JSON_SKIP_SSE2
#    include <emmintrin.h>
#endif

static inline bool json_is_plain(char byte)
{
    unsigned char value = (unsigned char)byte;
    return value >= 0x20 && value < 0x80 && value != '"' && value != '\\';
}

static inline const char *json_skip_plain_portable(const char *at, const char *end)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    while (end - at >= 8) {
        uint64_t word;
        memcpy(&word, at, sizeof(word));
        /* The top bit of a byte becomes 1 where it is below 0x20, a quote, a backslash or above
         * 0x7f. A borrow can set it in a later byte too, but only behind one that is rightly set.
         */
        uint64_t stops = (word - ones * 0x20) | ((word ^ ones * '"') - ones) |
                         ((word ^ ones * '\\') - ones) | word;
        if ((stops & (ones << 7)) != 0)
            break;
        at += 8;
    }
    while (at < end && json_is_plain(*at))
        at++;
    return at;
}

#ifdef JSON_SKIP_SSE2
static inline const char *json_skip_plain_sse2(const char *at, const char *end)
{
    const __m128i quote = _mm_set1_epi8('"');
    const __m128i backslash = _mm_set1_epi8('\\');
    const __m128i space = _mm_set1_epi8(0x20);
    while (end - at >= 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
        /* The comparison is signed: bytes from 0x80 on count as below the space. */
        __m128i stops = _mm_or_si128(_mm_cmplt_epi8(bytes, space),
            _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)));
        int mask = _mm_movemask_epi8(stops);
        if (mask != 0)
            return at + __builtin_ctz((unsigned)mask);
        at += 16;
    }
    while (at < end && json_is_plain(*at))
        at++;
    return at;
}
#endif

static inline const char *json_skip_plain(const char *at, const char *end)
{
#ifdef JSON_SKIP_SSE2
    return json_skip_plain_sse2(at, end);
#else
    return json_skip_plain_portable(at, end);
#endif
}
