#include "format/syslog_header.h"

enum { SEVERITY_INFORMATIONAL = 6 };

int syslog_append_priority(struct buffer *output, int facility)
{
    return buffer_printf(output, "<%d>", facility * 8 + SEVERITY_INFORMATIONAL);
}

bool syslog_is_printable(char byte)
{
    return byte > ' ' && byte < 127;
}

bool syslog_is_alphanumeric(char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= 'a' && byte <= 'z');
}

int syslog_append_word(
    struct buffer *output, struct slice word, size_t limit, bool (*allowed)(char byte))
{
    size_t start = output->size;
    for (size_t i = 0; i < word.size && output->size - start < limit; i++) {
        if (!allowed(word.data[i]))
            continue;
        int result = buffer_append_byte(output, word.data[i]);
        if (result < 0)
            return result;
    }
    return output->size > start ? 0 : buffer_append_byte(output, '-');
}
