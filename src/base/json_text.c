#include "base/json_text.h"

#include <string.h>

static unsigned hex_value(char digit)
{
    if (digit <= '9')
        return (unsigned)(digit - '0');
    return (unsigned)((digit | 0x20) - 'a' + 10);
}

/* The unit of an escape \uXXXX at `raw`, or 0 (with `size` too small or another byte there), which
 * is no surrogate. */
static unsigned escaped_unit(const char *raw, size_t size)
{
    if (size < 6 || raw[0] != '\\' || raw[1] != 'u')
        return 0;
    unsigned unit = 0;
    for (size_t i = 2; i < 6; i++)
        unit = unit << 4 | hex_value(raw[i]);
    return unit;
}

static size_t encode(unsigned character, char *text)
{
    if (character < 0x80) {
        text[0] = (char)character;
        return 1;
    }
    size_t size = character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    static const unsigned char leads[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = size - 1; i > 0; i--) {
        text[i] = (char)(0x80 | (character & 0x3f));
        character >>= 6;
    }
    text[0] = (char)(leads[size] | character);
    return size;
}

/* Decodes \uXXXX, and a pair of them where they are surrogates. Returns the bytes used. */
static size_t decode_unit(const char *raw, size_t size, char *text, size_t *written)
{
    unsigned unit = escaped_unit(raw, size);
    if (unit < 0xd800 || unit > 0xdfff) {
        *written += encode(unit, text);
        return 6;
    }
    unsigned second = unit < 0xdc00 ? escaped_unit(raw + 6, size - 6) : 0;
    if (second < 0xdc00 || second > 0xdfff) {
        *written += encode(0xfffd, text);
        return 6;
    }
    *written += encode(0x10000 + ((unit - 0xd800) << 10) + (second - 0xdc00), text);
    return 12;
}

static char decode_letter(char letter)
{
    switch (letter) {
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return letter; /* stands for itself */
    }
}

size_t json_text_decode(const char *raw, size_t size, char *text)
{
    size_t written = 0;
    size_t at = 0;
    while (at < size) {
        if (raw[at] != '\\') {
            text[written++] = raw[at++];
        } else if (raw[at + 1] != 'u') {
            text[written++] = decode_letter(raw[at + 1]);
            at += 2;
        } else {
            at += decode_unit(raw + at, size - at, text + written, &written);
        }
    }
    return written;
}

bool json_text_is(const char *raw, size_t size, bool escaped, const char *word)
{
    size_t word_size = strlen(word);
    if (!escaped)
        return size == word_size && memcmp(raw, word, size) == 0;
    char text[JSON_KEY_RAW_SIZE];
    if (size > sizeof(text))
        return false;
    return json_text_decode(raw, size, text) == word_size && memcmp(text, word, word_size) == 0;
}
