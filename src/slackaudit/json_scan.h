/*
 * The scanner: a state machine that validates JSON (RFC 8259, UTF-8 by RFC 3629) piece by piece and
 * stops at what its user watches. It can be cut at any byte: all that it keeps is its state, one
 * bit for each level of nesting (object or array) and the offset at which the current token began.
 * It never holds bytes or pointers of a piece, never allocates and never recurses.
 *
 * Levels: the root value stands at level 0, the members of a root object at level 1. Events come
 * for keys and values at a level up to `watch`; what lies deeper is validated and passed over.
 * `levels.depth` is, at an event, the level at which the token stands (JSON_OPEN: the level inside
 * the new container), so the user can raise or lower `watch` there and then.
 *
 * Salvage. With `salvage` set to the level of an array's elements, an error inside such an element
 * is noted in `damage` and the scanner goes on. An error inside a string leaves the structure
 * intact, so strict scanning continues. After any other one the rest of the element is only matched
 * for quotes and brackets, and its keys and scalars are not reported. A bracket that does not match
 * still ends the scan, and so does an error between two elements.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "slackaudit/json_levels.h"
#include "slackaudit/json_utf8.h"

enum json_event {
    JSON_MORE,   /* the piece is used up */
    JSON_KEY,    /* a key of an object has ended */
    JSON_SCALAR, /* a string, number or literal has ended */
    JSON_OPEN,   /* an object or array begins */
    JSON_CLOSE,  /* an object or array has ended */
    JSON_FAILED, /* `problem` says why; the piece stands at the byte. Do not go on. */
};

enum json_kind {
    JSON_OBJECT,
    JSON_ARRAY,
    JSON_STRING,
    JSON_NUMBER,
    JSON_TRUE,
    JSON_FALSE,
    JSON_NULL,
    JSON_BROKEN, /* salvage: an element without brackets that is no JSON, up to the next `,` or `]`
                  */
};

enum json_problem {
    JSON_SOUND,
    JSON_BAD_BYTE,    /* one that cannot stand there */
    JSON_BAD_CONTROL, /* below 0x20 inside a string */
    JSON_BAD_ESCAPE,
    JSON_BAD_UTF8,
    JSON_BAD_NUMBER,
    JSON_BAD_LITERAL,
    JSON_BAD_BRACKET, /* `]` for `{` or `}` for `[` */
    JSON_TOO_DEEP,    /* past LIMIT_JSON_DEPTH */
    JSON_CUT_SHORT,   /* the input ends inside the value */
};

/* Embedded object; it owns nothing. Offsets count from the first byte ever scanned. */
struct json_scan {
    /* Set by the user, at the start or at an event. */
    unsigned watch;
    unsigned salvage; /* 0: none */

    /* For the user to read at an event. */
    struct json_levels levels;
    enum json_kind kind;       /* of the scalar or container */
    bool is_key;               /* the string is one (also while it has not ended) */
    bool escaped;              /* the string has a backslash */
    bool sound;                /* the string has no error (salvage) */
    size_t token, token_end;   /* of a key, scalar or opening bracket; a string with its quotes */
    enum json_problem problem; /* JSON_FAILED */

    /* Set here, cleared by the user. */
    enum json_problem damage; /* the first error passed over */
    bool line_break;          /* a line break outside strings, or any error */

    /* Private. */
    unsigned char state;
    bool broken_scalar;       /* see JSON_BROKEN */
    unsigned char number;     /* enum json_number */
    unsigned char hex_wanted; /* digits of an escape still to come */
    struct json_utf8 utf8;
    const char *literal; /* what is still to come of true, false or null */
};

/* Bytes to scan. The user fills in all but `at` once; a piece is scanned by repeated calls until
 * JSON_MORE. */
struct json_piece {
    const char *data;
    size_t size;
    size_t offset; /* of data[0] */
    size_t at;     /* the next byte to look at */
};

/* One value is expected; nothing but the root is watched. */
void json_scan_init(struct json_scan *scan);

/* Goes on to the next event. */
enum json_event json_scan_next(struct json_scan *scan, struct json_piece *piece);

/* Tells that no byte follows. JSON_MORE when the value had ended before, JSON_SCALAR when it is a
 * number that ends here, at `offset`, else JSON_FAILED. */
enum json_event json_scan_end(struct json_scan *scan, size_t offset);

/* A key or scalar has begun, at `token`, and has not ended. */
bool json_scan_in_token(const struct json_scan *scan);

/* "invalid escape in a string", ... */
const char *json_problem_text(enum json_problem problem);
