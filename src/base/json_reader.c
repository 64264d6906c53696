#include "base/json_reader.h"

#include "base/limits.h"
#include "base/utf8.h"

/* Each read_...() starts at `at`, leaves `at` behind what it read and told, and returns 0 or a
 * negative code; `at` then stands where the flaw is. */
struct reader {
    struct slice bytes;
    size_t at;
    size_t depth;
    const struct json_events *events;
    void *user;
    struct error *error;
};

static int read_value(struct reader *reader);

static int flaw(const struct reader *reader, const char *what)
{
    return error_set(reader->error, ERROR_INVALID, "not JSON: %s at byte %zu", what, reader->at);
}

/* The byte at `at`, or -1 at the end. */
static int peek(const struct reader *reader)
{
    if (reader->at == reader->bytes.size)
        return -1;
    return (unsigned char)reader->bytes.data[reader->at];
}

static bool take(struct reader *reader, char byte)
{
    if (peek(reader) != byte)
        return false;
    reader->at++;
    return true;
}

static void skip_space(struct reader *reader)
{
    for (;;) {
        int byte = peek(reader);
        if (byte != ' ' && byte != '\t' && byte != '\n' && byte != '\r')
            return;
        reader->at++;
    }
}

static int read_word(struct reader *reader, struct slice spelling, enum json_word word)
{
    struct slice rest = {reader->bytes.data + reader->at, reader->bytes.size - reader->at};
    if (rest.size > spelling.size)
        rest.size = spelling.size;
    if (!slice_equal(rest, spelling))
        return flaw(reader, "an unknown word");
    reader->at += spelling.size;
    return reader->events->word(reader->user, word);
}

static bool is_hex_digit(int byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'f') ||
           (byte >= 'A' && byte <= 'F');
}

/* Behind the `\u`. */
static int read_code_unit(struct reader *reader)
{
    for (int i = 0; i < 4; i++) {
        if (!is_hex_digit(peek(reader)))
            return flaw(reader, "\\u without four hexadecimal digits");
        reader->at++;
    }
    return 0;
}

/* Behind the backslash. */
static int read_escape(struct reader *reader)
{
    int byte = peek(reader);
    if (byte <= 0 || strchr("\"\\/bfnrtu", byte) == NULL)
        return flaw(reader, "an unknown escape");
    reader->at++;
    return byte == 'u' ? read_code_unit(reader) : 0;
}

/* Behind the opening quote. */
static int read_string(struct reader *reader, struct slice *ret_raw, bool *ret_escaped)
{
    size_t start = reader->at;
    *ret_escaped = false;
    for (;;) {
        int byte = peek(reader);
        if (byte < 0)
            return flaw(reader, "a string without its end");
        if (byte < 0x20)
            return flaw(reader, "a control character in a string");
        if (byte < 0x80) {
            reader->at++;
            if (byte == '"') {
                *ret_raw = (struct slice){reader->bytes.data + start, reader->at - 1 - start};
                return 0;
            }
            if (byte != '\\')
                continue;
            *ret_escaped = true;
            int result = read_escape(reader);
            if (result < 0)
                return result;
            continue;
        }
        size_t size = utf8_character(
            (struct slice){reader->bytes.data + reader->at, reader->bytes.size - reader->at});
        if (size == 0)
            return flaw(reader, "a byte that is not UTF-8");
        reader->at += size;
    }
}

static int read_text(struct reader *reader)
{
    struct slice raw;
    bool escaped;
    int result = read_string(reader, &raw, &escaped);
    return result < 0 ? result : reader->events->string(reader->user, raw, escaped);
}

static bool take_digits(struct reader *reader)
{
    size_t start = reader->at;
    while (peek(reader) >= '0' && peek(reader) <= '9')
        reader->at++;
    return reader->at > start;
}

static int read_number(struct reader *reader)
{
    size_t start = reader->at;
    bool negative = take(reader, '-');
    size_t first = reader->at;
    if (!take_digits(reader))
        return flaw(reader, negative ? "a minus without digits" : "no value");
    if (reader->bytes.data[first] == '0' && reader->at - first > 1) {
        reader->at = first;
        return flaw(reader, "a number with a leading zero");
    }

    bool integer = true;
    if (take(reader, '.')) {
        integer = false;
        if (!take_digits(reader))
            return flaw(reader, "a decimal point without digits");
    }
    if (take(reader, 'e') || take(reader, 'E')) {
        integer = false;
        if (!take(reader, '-'))
            (void)take(reader, '+'); /* a sign may be there or not */
        if (!take_digits(reader))
            return flaw(reader, "an exponent without digits");
    }
    struct slice text = {reader->bytes.data + start, reader->at - start};
    return reader->events->number(reader->user, text, integer);
}

/* Behind the bracket. */
static int read_array(struct reader *reader)
{
    skip_space(reader);
    if (take(reader, ']'))
        return 0;
    for (;;) {
        int result = read_value(reader);
        if (result < 0)
            return result;
        skip_space(reader);
        if (take(reader, ']'))
            return 0;
        if (!take(reader, ','))
            return flaw(reader, "no comma and no ] behind an element");
    }
}

/* A name, its colon and its value. */
static int read_member(struct reader *reader)
{
    skip_space(reader);
    if (!take(reader, '"'))
        return flaw(reader, "no name in double quotes");
    struct slice raw;
    bool escaped;
    int result = read_string(reader, &raw, &escaped);
    if (result == 0)
        result = reader->events->name(reader->user, raw, escaped);
    if (result < 0)
        return result;
    skip_space(reader);
    if (!take(reader, ':'))
        return flaw(reader, "no colon behind a name");
    return read_value(reader);
}

/* Behind the brace. */
static int read_object(struct reader *reader)
{
    skip_space(reader);
    if (take(reader, '}'))
        return 0;
    for (;;) {
        int result = read_member(reader);
        if (result < 0)
            return result;
        skip_space(reader);
        if (take(reader, '}'))
            return 0;
        if (!take(reader, ','))
            return flaw(reader, "no comma and no } behind a member");
    }
}

static int read_nested(struct reader *reader)
{
    if (reader->depth == LIMIT_JSON_DEPTH)
        return flaw(reader, "too many levels of nesting");
    bool is_object = peek(reader) == '{';
    reader->at++;
    reader->depth++;
    int result = reader->events->open(reader->user, is_object);
    if (result == 0)
        result = is_object ? read_object(reader) : read_array(reader);
    reader->depth--;
    return result < 0 ? result : reader->events->close(reader->user);
}

static int read_value(struct reader *reader)
{
    skip_space(reader);
    switch (peek(reader)) {
    case '[':
    case '{':
        return read_nested(reader);
    case '"':
        reader->at++;
        return read_text(reader);
    case 't':
        return read_word(reader, SLICE_LITERAL("true"), JSON_WORD_TRUE);
    case 'f':
        return read_word(reader, SLICE_LITERAL("false"), JSON_WORD_FALSE);
    case 'n':
        return read_word(reader, SLICE_LITERAL("null"), JSON_WORD_NULL);
    default:
        return read_number(reader);
    }
}

int json_read(struct slice bytes, const struct json_events *events, void *user, struct error *error)
{
    if (bytes.data == NULL) /* an empty slice may have no address, and none can be counted from */
        bytes = SLICE_LITERAL("");
    struct reader reader = {.bytes = bytes, .events = events, .user = user, .error = error};
    int result = read_value(&reader);
    if (result < 0)
        return result;
    skip_space(&reader);
    if (reader.at < bytes.size)
        return flaw(&reader, "something behind the value");
    return 0;
}
