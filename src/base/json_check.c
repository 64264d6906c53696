#include "base/json_check.h"

#include "base/limits.h"
#include "base/utf8.h"

/* Each check_...() starts at `at`, leaves `at` behind what it accepted, and returns 0 or a negative
 * code; `at` then stands where the flaw is. */
struct checker {
    struct slice bytes;
    size_t at;
    size_t depth;
    bool in_name; /* of a member */
    json_oddity_found found;
    void *user;
    struct error *error;
};

static int check_value(struct checker *checker);

static int flaw(const struct checker *checker, const char *what)
{
    return error_set(checker->error, ERROR_INVALID, "not JSON: %s at byte %zu", what, checker->at);
}

/* The byte at `at`, or -1 at the end. */
static int peek(const struct checker *checker)
{
    if (checker->at == checker->bytes.size)
        return -1;
    return (unsigned char)checker->bytes.data[checker->at];
}

static bool take(struct checker *checker, char byte)
{
    if (peek(checker) != byte)
        return false;
    checker->at++;
    return true;
}

static void skip_space(struct checker *checker)
{
    for (;;) {
        int byte = peek(checker);
        if (byte != ' ' && byte != '\t' && byte != '\n' && byte != '\r')
            return;
        checker->at++;
    }
}

static int check_literal(struct checker *checker, struct slice literal)
{
    struct slice rest = {checker->bytes.data + checker->at, checker->bytes.size - checker->at};
    if (rest.size > literal.size)
        rest.size = literal.size;
    if (!slice_equal(rest, literal))
        return flaw(checker, "an unknown word");
    checker->at += literal.size;
    return 0;
}

static bool is_hex_digit(int byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'f') ||
           (byte >= 'A' && byte <= 'F');
}

static int tell(const struct checker *checker, enum json_oddity oddity)
{
    return checker->found == NULL ? 0 : checker->found(checker->user, oddity, checker->at);
}

/* Behind the `\u`. */
static int check_code_unit(struct checker *checker)
{
    struct slice digits = {checker->bytes.data + checker->at, 4};
    for (size_t i = 0; i < digits.size; i++) {
        if (!is_hex_digit(peek(checker)))
            return flaw(checker, "\\u without four hexadecimal digits");
        checker->at++;
    }
    if (checker->in_name && slice_equal(digits, SLICE_LITERAL("0000")))
        return tell(checker, JSON_NUL_IN_NAME);
    return 0;
}

/* Behind the backslash. */
static int check_escape(struct checker *checker)
{
    int byte = peek(checker);
    if (byte <= 0 || strchr("\"\\/bfnrtu", byte) == NULL)
        return flaw(checker, "an unknown escape");
    checker->at++;
    return byte == 'u' ? check_code_unit(checker) : 0;
}

/* Behind the opening quote. */
static int check_string(struct checker *checker)
{
    for (;;) {
        int byte = peek(checker);
        if (byte < 0)
            return flaw(checker, "a string without its end");
        if (byte < 0x20)
            return flaw(checker, "a control character in a string");
        if (byte < 0x80) {
            checker->at++;
            if (byte == '"')
                return 0;
            int result = byte == '\\' ? check_escape(checker) : 0;
            if (result < 0)
                return result;
            continue;
        }
        size_t size = utf8_character(
            (struct slice){checker->bytes.data + checker->at, checker->bytes.size - checker->at});
        if (size == 0)
            return flaw(checker, "a byte that is not UTF-8");
        checker->at += size;
    }
}

static bool take_digits(struct checker *checker)
{
    size_t start = checker->at;
    while (peek(checker) >= '0' && peek(checker) <= '9')
        checker->at++;
    return checker->at > start;
}

/* `digits` has no leading zero. */
static bool is_wide(struct slice digits, bool negative)
{
    struct slice most =
        negative ? SLICE_LITERAL("9223372036854775808") : SLICE_LITERAL("18446744073709551615");
    if (digits.size != most.size)
        return digits.size > most.size;
    return memcmp(digits.data, most.data, most.size) > 0;
}

static int check_number(struct checker *checker)
{
    bool negative = take(checker, '-');
    struct slice digits = {checker->bytes.data + checker->at, 0};
    size_t start = checker->at;
    if (!take_digits(checker))
        return flaw(checker, negative ? "a minus without digits" : "no value");
    digits.size = checker->at - start;
    if (digits.data[0] == '0' && digits.size > 1) {
        checker->at = start;
        return flaw(checker, "a number with a leading zero");
    }

    bool integer = true;
    if (take(checker, '.')) {
        integer = false;
        if (!take_digits(checker))
            return flaw(checker, "a decimal point without digits");
    }
    if (take(checker, 'e') || take(checker, 'E')) {
        integer = false;
        if (!take(checker, '-'))
            (void)take(checker, '+'); /* a sign may be there or not */
        if (!take_digits(checker))
            return flaw(checker, "an exponent without digits");
    }
    return integer && is_wide(digits, negative) ? tell(checker, JSON_WIDE_INTEGER) : 0;
}

/* Behind the bracket. */
static int check_array(struct checker *checker)
{
    skip_space(checker);
    if (take(checker, ']'))
        return 0;
    for (;;) {
        int result = check_value(checker);
        if (result < 0)
            return result;
        skip_space(checker);
        if (take(checker, ']'))
            return 0;
        if (!take(checker, ','))
            return flaw(checker, "no comma and no ] behind an element");
    }
}

/* A name, its colon and its value. */
static int check_member(struct checker *checker)
{
    skip_space(checker);
    if (!take(checker, '"'))
        return flaw(checker, "no name in double quotes");
    checker->in_name = true;
    int result = check_string(checker);
    checker->in_name = false;
    if (result < 0)
        return result;
    skip_space(checker);
    if (!take(checker, ':'))
        return flaw(checker, "no colon behind a name");
    return check_value(checker);
}

/* Behind the brace. */
static int check_object(struct checker *checker)
{
    skip_space(checker);
    if (take(checker, '}'))
        return 0;
    for (;;) {
        int result = check_member(checker);
        if (result < 0)
            return result;
        skip_space(checker);
        if (take(checker, '}'))
            return 0;
        if (!take(checker, ','))
            return flaw(checker, "no comma and no } behind a member");
    }
}

static int check_nested(struct checker *checker)
{
    if (checker->depth == LIMIT_JSON_DEPTH)
        return flaw(checker, "too many levels of nesting");
    checker->depth++;
    int result = take(checker, '[')   ? check_array(checker)
                 : take(checker, '{') ? check_object(checker)
                                      : flaw(checker, "no value");
    checker->depth--;
    return result;
}

static int check_value(struct checker *checker)
{
    skip_space(checker);
    switch (peek(checker)) {
    case '[':
    case '{':
        return check_nested(checker);
    case '"':
        checker->at++;
        return check_string(checker);
    case 't':
        return check_literal(checker, SLICE_LITERAL("true"));
    case 'f':
        return check_literal(checker, SLICE_LITERAL("false"));
    case 'n':
        return check_literal(checker, SLICE_LITERAL("null"));
    default:
        return check_number(checker);
    }
}

int json_check(struct slice bytes, json_oddity_found found, void *user, struct error *error)
{
    if (bytes.data == NULL) /* an empty slice may have no address, and none can be counted from */
        bytes = SLICE_LITERAL("");
    struct checker checker = {.bytes = bytes, .found = found, .user = user, .error = error};
    int result = check_value(&checker);
    if (result < 0)
        return result;
    skip_space(&checker);
    if (checker.at < bytes.size)
        return flaw(&checker, "something behind the value");
    return 0;
}
