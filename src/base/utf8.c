#include "base/utf8.h"

#include <stdint.h>

static inline bool is_continuation(unsigned char byte)
{
    return (byte & 0xC0) == 0x80;
}

size_t utf8_character(struct slice text)
{
    if (text.size == 0)
        return 0;
    const unsigned char *bytes = (const unsigned char *)text.data;
    unsigned char first = bytes[0];
    if (first < 0x80)
        return 1;
    size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    /* C0 and C1 would be overlong; F5 and above lie past U+10FFFF. */
    if (first < 0xC2 || first > 0xF4 || text.size < size)
        return 0;

    /* The second byte alone tells overlong forms (E0, F0), surrogates (ED) and what is too high
     * (F4). */
    unsigned char lowest = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    unsigned char highest = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (bytes[1] < lowest || bytes[1] > highest)
        return 0;
    for (size_t i = 2; i < size; i++) {
        if (!is_continuation(bytes[i]))
            return 0;
    }
    return size;
}

/* How many bytes from `at` are ASCII: eight at a time, because nearly all text is. */
static size_t ascii_run(struct slice text, size_t at)
{
    size_t start = at;
    for (uint64_t word; at + sizeof(word) <= text.size; at += sizeof(word)) {
        memcpy(&word, text.data + at, sizeof(word));
        if ((word & UINT64_C(0x8080808080808080)) != 0)
            break;
    }
    while (at < text.size && (unsigned char)text.data[at] < 0x80)
        at++;
    return at - start;
}

size_t utf8_valid_prefix(struct slice text)
{
    size_t at = 0;
    while (at < text.size) {
        at += ascii_run(text, at);
        if (at == text.size)
            break;
        size_t size = utf8_character((struct slice){text.data + at, text.size - at});
        if (size == 0)
            break;
        at += size;
    }
    return at;
}

size_t utf8_cut(struct slice text, size_t limit)
{
    if (text.size <= limit)
        return text.size;
    /* The character that the cut would split begins at most three bytes before it. */
    for (size_t back = 1; back <= 3 && back <= limit; back++) {
        size_t start = limit - back;
        if (!is_continuation((unsigned char)text.data[start])) {
            size_t size = utf8_character((struct slice){text.data + start, text.size - start});
            return size > back ? start : limit;
        }
    }
    return limit;
}
