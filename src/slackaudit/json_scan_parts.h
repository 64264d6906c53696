/*
 * The insides of the scanner, shared by its two files: json_scan.c validates, json_salvage.c deals
 * with what is not valid.
 */
#pragma once

#include "slackaudit/json_scan.h"

enum json_state {
    /* Between tokens. */
    STATE_VALUE,         /* a value must come */
    STATE_FIRST_ELEMENT, /* behind `[` */
    STATE_FIRST_KEY,     /* behind `{` */
    STATE_KEY,           /* behind `,` in an object */
    STATE_COLON,
    STATE_AFTER_VALUE,
    STATE_DONE,
    /* Inside a token, from here on. */
    STATE_STRING,
    STATE_ESCAPE, /* behind a backslash */
    STATE_HEX,
    STATE_UTF8,
    STATE_LITERAL,
    STATE_NUMBER,
    /* Salvage: only quotes and brackets count. */
    STATE_BROKEN,
    STATE_BROKEN_STRING,
    STATE_BROKEN_ESCAPE,
};

/* The place in the piece, in registers while a call runs. */
struct reader {
    const char *at, *end;
    const struct json_piece *piece;
};

static inline size_t offset_of(const struct reader *reader, const char *at)
{
    return reader->piece->offset + (size_t)(at - reader->piece->data);
}

static inline enum json_event fail(struct json_scan *scan, enum json_problem problem)
{
    scan->problem = problem;
    return JSON_FAILED;
}

static inline enum json_event report(struct json_scan *scan, enum json_event event)
{
    return scan->levels.depth <= scan->watch ? event : JSON_MORE;
}

/* Behind a value: where its container goes on. */
static inline void value_ends(struct json_scan *scan)
{
    scan->state = scan->levels.depth == 0 ? STATE_DONE : STATE_AFTER_VALUE;
}

static inline enum json_event end_scalar(struct json_scan *scan, size_t offset)
{
    scan->token_end = offset;
    value_ends(scan);
    return report(scan, JSON_SCALAR);
}

static inline bool is_closing(char byte)
{
    return byte == '}' || byte == ']';
}

static inline enum json_event close_container(struct json_scan *scan, struct reader *reader)
{
    if (!json_levels_match(&scan->levels, *reader->at))
        return fail(scan, JSON_BAD_BRACKET);
    json_levels_pop(&scan->levels);
    scan->token_end = offset_of(reader, ++reader->at);
    value_ends(scan);
    return report(scan, JSON_CLOSE);
}

/* An error outside strings. When it is salvaged, nothing has been used up: the broken rest begins
 * at the same byte. */
enum json_event json_fail_structure(
    struct json_scan *scan, struct reader *reader, enum json_problem problem);

/* An error in a string, at the reader's place. When it is salvaged, the string goes on there, or
 * one byte behind. */
enum json_event json_fail_string(
    struct json_scan *scan, struct reader *reader, enum json_problem problem, bool pass_over);

/* The broken rest of an element, outside and inside what it has for strings. */
enum json_event json_scan_broken(struct json_scan *scan, struct reader *reader);
enum json_event json_scan_broken_string(struct json_scan *scan, struct reader *reader);
