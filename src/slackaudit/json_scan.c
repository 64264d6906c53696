#include "slackaudit/json_scan_parts.h"

#include "slackaudit/json_number.h"
#include "slackaudit/json_skip.h"

/* The compiler takes these for too long to be copied; but only copies let the reader stay in
 * registers from token to token, which is worth a fifth of the time of a page. */
#define always_inline inline __attribute__((__always_inline__))

void json_scan_init(struct json_scan *scan)
{
    *scan = (struct json_scan){.state = STATE_VALUE};
}

bool json_scan_in_token(const struct json_scan *scan)
{
    return scan->state >= STATE_STRING;
}

static inline enum json_event open_container(
    struct json_scan *scan, struct reader *reader, bool object)
{
    if (scan->levels.depth == LIMIT_JSON_DEPTH)
        return json_fail_structure(scan, reader, JSON_TOO_DEEP);
    bool watched = scan->levels.depth <= scan->watch;
    scan->token = offset_of(reader, reader->at++);
    scan->kind = object ? JSON_OBJECT : JSON_ARRAY;
    scan->state = object ? STATE_FIRST_KEY : STATE_FIRST_ELEMENT;
    json_levels_push(&scan->levels, object);
    return watched ? JSON_OPEN : JSON_MORE;
}

static inline enum json_event end_string(struct json_scan *scan, struct reader *reader)
{
    reader->at++;
    if (!scan->is_key)
        return end_scalar(scan, offset_of(reader, reader->at));
    scan->token_end = offset_of(reader, reader->at);
    scan->state = STATE_COLON;
    if (reader->at < reader->end && *reader->at == ':') { /* as nearly always */
        reader->at++;
        scan->state = STATE_VALUE;
    }
    return report(scan, JSON_KEY);
}

/* The slow way, for the border of a piece and for finding the wrong byte. */
static enum json_event begin_character(struct json_scan *scan, struct reader *reader)
{
    if (!json_utf8_begin(&scan->utf8, *reader->at))
        return json_fail_string(scan, reader, JSON_BAD_UTF8, true);
    reader->at++;
    scan->state = STATE_UTF8;
    return JSON_MORE;
}

static enum json_event continue_character(struct json_scan *scan, struct reader *reader)
{
    if (!json_utf8_continue(&scan->utf8, *reader->at))
        return json_fail_string(scan, reader, JSON_BAD_UTF8, false);
    reader->at++;
    if (scan->utf8.wanted == 0)
        scan->state = STATE_STRING;
    return JSON_MORE;
}

static always_inline enum json_event scan_string(struct json_scan *scan, struct reader *reader)
{
    for (;;) {
        reader->at = json_skip_plain(reader->at, reader->end);
        if (reader->at == reader->end)
            return JSON_MORE;
        char byte = *reader->at;
        if (byte == '"')
            return end_string(scan, reader);
        if (byte == '\\') {
            reader->at++;
            scan->escaped = true;
            scan->state = STATE_ESCAPE;
            return JSON_MORE;
        }
        if ((unsigned char)byte < 0x20)
            return json_fail_string(scan, reader, JSON_BAD_CONTROL, true);
        size_t size = reader->end - reader->at >= 4 ? json_utf8_size(reader->at) : 0;
        reader->at += size;
        if (size == 0)
            return begin_character(scan, reader);
    }
}

static always_inline enum json_event begin_string(
    struct json_scan *scan, struct reader *reader, bool is_key)
{
    scan->token = offset_of(reader, reader->at++);
    scan->kind = JSON_STRING;
    scan->is_key = is_key;
    scan->escaped = false;
    scan->sound = true;
    scan->state = STATE_STRING;
    return scan_string(scan, reader);
}

static enum json_event scan_escape(struct json_scan *scan, struct reader *reader)
{
    switch (*reader->at) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
        scan->state = STATE_STRING;
        break;
    case 'u':
        scan->hex_wanted = 4;
        scan->state = STATE_HEX;
        break;
    default:
        return json_fail_string(scan, reader, JSON_BAD_ESCAPE, true);
    }
    reader->at++;
    return JSON_MORE;
}

static enum json_event scan_hex(struct json_scan *scan, struct reader *reader)
{
    char byte = *reader->at;
    bool letter = (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F');
    if (!letter && !json_is_digit(byte))
        return json_fail_string(scan, reader, JSON_BAD_ESCAPE, false);
    reader->at++;
    if (--scan->hex_wanted == 0)
        scan->state = STATE_STRING;
    return JSON_MORE;
}

static enum json_event scan_literal(struct json_scan *scan, struct reader *reader)
{
    while (reader->at < reader->end) {
        if (*reader->at != *scan->literal)
            return json_fail_structure(scan, reader, JSON_BAD_LITERAL);
        reader->at++;
        if (*++scan->literal == '\0')
            return end_scalar(scan, offset_of(reader, reader->at));
    }
    return JSON_MORE;
}

static enum json_event begin_literal(
    struct json_scan *scan, struct reader *reader, enum json_kind kind, const char *rest)
{
    scan->token = offset_of(reader, reader->at++);
    scan->kind = kind;
    scan->literal = rest;
    scan->state = STATE_LITERAL;
    return scan_literal(scan, reader);
}

static inline enum json_event scan_number(struct json_scan *scan, struct reader *reader)
{
    while (reader->at < reader->end) {
        enum json_number next = json_number_continue(scan->number, *reader->at);
        if (next == JSON_NUMBER_NONE) {
            if (!json_number_is_whole(scan->number) || json_is_digit(*reader->at))
                return json_fail_structure(scan, reader, JSON_BAD_NUMBER);
            return end_scalar(scan, offset_of(reader, reader->at));
        }
        scan->number = (unsigned char)next;
        reader->at++;
    }
    return JSON_MORE;
}

static inline enum json_event begin_number(struct json_scan *scan, struct reader *reader)
{
    scan->number = (unsigned char)json_number_begin(*reader->at);
    if (scan->number == JSON_NUMBER_NONE)
        return json_fail_structure(scan, reader, JSON_BAD_BYTE);
    scan->token = offset_of(reader, reader->at++);
    scan->kind = JSON_NUMBER;
    scan->state = STATE_NUMBER;
    return scan_number(scan, reader);
}

static always_inline enum json_event begin_value(struct json_scan *scan, struct reader *reader)
{
    char byte = *reader->at;
    switch (byte) {
    case '"':
        return begin_string(scan, reader, false);
    case '{':
    case '[':
        return open_container(scan, reader, byte == '{');
    case 't':
        return begin_literal(scan, reader, JSON_TRUE, "rue");
    case 'f':
        return begin_literal(scan, reader, JSON_FALSE, "alse");
    case 'n':
        return begin_literal(scan, reader, JSON_NULL, "ull");
    default:
        return begin_number(scan, reader);
    }
}

/* Stands at a byte that is no white space, or returns false at the end of the piece. */
static inline bool skip_space(struct json_scan *scan, struct reader *reader)
{
    while (reader->at < reader->end) {
        char byte = *reader->at;
        if (byte == '\n' || byte == '\r')
            scan->line_break = true;
        else if (byte != ' ' && byte != '\t')
            return true;
        reader->at++;
    }
    return false;
}

static inline enum json_event scan_colon(struct json_scan *scan, struct reader *reader)
{
    if (*reader->at != ':')
        return json_fail_structure(scan, reader, JSON_BAD_BYTE);
    reader->at++;
    scan->state = STATE_VALUE;
    return JSON_MORE;
}

static inline enum json_event scan_key(struct json_scan *scan, struct reader *reader)
{
    if (*reader->at != '"')
        return json_fail_structure(scan, reader, JSON_BAD_BYTE);
    return begin_string(scan, reader, true);
}

static inline enum json_event scan_after_value(struct json_scan *scan, struct reader *reader)
{
    if (is_closing(*reader->at))
        return close_container(scan, reader);
    if (*reader->at != ',')
        return json_fail_structure(scan, reader, JSON_BAD_BYTE);
    reader->at++;
    scan->state = scan->levels.in_object ? STATE_KEY : STATE_VALUE;
    if (scan->levels.in_object && reader->at < reader->end &&
        *reader->at == '"') /* as nearly always */
        return begin_string(scan, reader, true);
    return JSON_MORE;
}

static inline enum json_event scan_between(struct json_scan *scan, struct reader *reader)
{
    if (!skip_space(scan, reader))
        return JSON_MORE;
    switch (scan->state) {
    case STATE_FIRST_KEY:
        if (is_closing(*reader->at))
            return close_container(scan, reader);
        return scan_key(scan, reader);
    case STATE_KEY:
        return scan_key(scan, reader);
    case STATE_COLON:
        return scan_colon(scan, reader);
    case STATE_FIRST_ELEMENT:
        if (is_closing(*reader->at))
            return close_container(scan, reader);
        return begin_value(scan, reader);
    case STATE_VALUE:
        return begin_value(scan, reader);
    case STATE_AFTER_VALUE:
        return scan_after_value(scan, reader);
    default: /* STATE_DONE */
        return fail(scan, JSON_BAD_BYTE);
    }
}

static inline enum json_event step(struct json_scan *scan, struct reader *reader)
{
    switch (scan->state) {
    case STATE_STRING:
        return scan_string(scan, reader);
    case STATE_ESCAPE:
        return scan_escape(scan, reader);
    case STATE_HEX:
        return scan_hex(scan, reader);
    case STATE_UTF8:
        return continue_character(scan, reader);
    case STATE_LITERAL:
        return scan_literal(scan, reader);
    case STATE_NUMBER:
        return scan_number(scan, reader);
    case STATE_BROKEN:
        return json_scan_broken(scan, reader);
    case STATE_BROKEN_STRING:
        return json_scan_broken_string(scan, reader);
    case STATE_BROKEN_ESCAPE:
        reader->at++;
        scan->state = STATE_BROKEN_STRING;
        return JSON_MORE;
    default:
        return scan_between(scan, reader);
    }
}

enum json_event json_scan_next(struct json_scan *scan, struct json_piece *piece)
{
    struct reader reader = {
        .at = piece->data + piece->at,
        .end = piece->data + piece->size,
        .piece = piece,
    };
    enum json_event event = JSON_MORE;
    while (event == JSON_MORE && reader.at < reader.end)
        event = step(scan, &reader);
    piece->at = (size_t)(reader.at - piece->data);
    return event;
}

enum json_event json_scan_end(struct json_scan *scan, size_t offset)
{
    if (scan->state == STATE_DONE)
        return JSON_MORE;
    if (scan->levels.depth == 0 && scan->state == STATE_NUMBER &&
        json_number_is_whole(scan->number))
        return end_scalar(scan, offset);
    return fail(scan, JSON_CUT_SHORT);
}
