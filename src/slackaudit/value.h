/*
 * JSON values, read-only: what the typed view (slackaudit/entry.h) stands on, and the way to every
 * field that it does not know.
 *
 * A document is parsed from bytes and owns all its values; a `const struct slackaudit_value *` is
 * borrowed from it, lives as long as the document and is never freed alone. Parsing is strict (RFC
 * 8259, UTF-8 checked, nothing behind the value, no deeper than 512 levels, at most 64 MiB). The
 * values take ten to twenty times the memory of the text (an entry some 10 KiB, a page of 9999 some
 * 100 MiB): of a long page, parse entry by entry as the splitter (slackaudit/page.h) yields them.
 *
 * What is absent, null and empty is told apart everywhere. A value that is absent is a NULL
 * pointer, of the type SLACKAUDIT_ABSENT; a null is a value of the type SLACKAUDIT_NULL. Every
 * function takes NULL and then answers as for what is absent, so that a path is followed in one
 * expression:
 *
 *     slackaudit_value_get(slackaudit_value_get(entry, "context"), "ua")
 *
 * A member sent twice counts as it was last. A NUL byte in a member's name is read as U+FFFD, and
 * so is an escaped surrogate without its other half, in names and strings alike.
 *
 * Public header of libslackaudit: plain C11 and C++17. Strings are UTF-8. Several threads may read
 * one document at a time; slackaudit_document_free() needs it alone.
 */
#pragma once

#include "slackaudit/common.h"

#ifdef __cplusplus
extern "C" {
#endif

struct slackaudit_document;
struct slackaudit_value;

enum slackaudit_type {
    SLACKAUDIT_ABSENT = 0,
    SLACKAUDIT_NULL,
    SLACKAUDIT_BOOLEAN,
    SLACKAUDIT_INTEGER, /* in the range of int64_t, with neither fraction nor exponent */
    SLACKAUDIT_NUMBER,  /* any other number */
    SLACKAUDIT_STRING,
    SLACKAUDIT_ARRAY,
    SLACKAUDIT_OBJECT,
};

/* Parses `data`, which is not kept. Returns SLACKAUDIT_OK and a document to be freed;
 * SLACKAUDIT_ERROR_INVALID when it is not JSON (`problem`, which may be NULL, says what is wrong at
 * which byte), SLACKAUDIT_ERROR_LIMIT or SLACKAUDIT_ERROR_MEMORY. */
SLACKAUDIT_API int slackaudit_document_parse(struct slackaudit_document **ret_document,
    const char *data, size_t size, struct slackaudit_problem *problem);
/* All its values are gone. NULL is allowed. */
SLACKAUDIT_API void slackaudit_document_free(struct slackaudit_document *document);
/* The outermost value; never absent but of a NULL document. */
SLACKAUDIT_API const struct slackaudit_value *slackaudit_document_root(
    const struct slackaudit_document *document);

/* SLACKAUDIT_ABSENT for NULL. */
SLACKAUDIT_API enum slackaudit_type slackaudit_value_type(const struct slackaudit_value *value);
/* "absent", "null", "boolean", "integer", "number", "string", "array", "object"; never NULL. */
SLACKAUDIT_API const char *slackaudit_type_name(enum slackaudit_type type);

/* The member of an object; NULL when it has none, or when `object` is none. */
SLACKAUDIT_API const struct slackaudit_value *slackaudit_value_get(
    const struct slackaudit_value *object, const char *name);
/* The element of an array, from 0; NULL past its end, or when `array` is none. */
SLACKAUDIT_API const struct slackaudit_value *slackaudit_value_at(
    const struct slackaudit_value *array, size_t index);
/* Elements of an array, members of an object; 0 of anything else. */
SLACKAUDIT_API size_t slackaudit_value_count(const struct slackaudit_value *value);

/* A walk over the members of an object, in the order sent:
 *
 *     struct slackaudit_member member = {0};
 *     while (slackaudit_value_next(object, &member))
 *         puts(member.name);
 */
struct slackaudit_member {
    const char *name;                     /* owned by the document */
    const struct slackaudit_value *value; /* never absent */
    const void *place;                    /* of the walk: left alone */
};
/* Moves to the next member, to the first from a `member` that is all zero. False behind the last,
 * with `member` all zero again, and for what is no object. */
SLACKAUDIT_API bool slackaudit_value_next(
    const struct slackaudit_value *object, struct slackaudit_member *member);

/* The text of a string, owned by the document, or NULL when the value is none. There is a NUL byte
 * behind it, and there may be others in it: `ret_size` (may be NULL) is told the bytes without the
 * one behind. */
SLACKAUDIT_API const char *slackaudit_value_string(
    const struct slackaudit_value *value, size_t *ret_size);
/* Answers whether the value is of the type, and only then writes `ret_...` (may be NULL); so below.
 */
SLACKAUDIT_API bool slackaudit_value_integer(
    const struct slackaudit_value *value, int64_t *ret_integer);
/* Integers too. Rounded to what a double holds; past its range it is infinite. */
SLACKAUDIT_API bool slackaudit_value_number(
    const struct slackaudit_value *value, double *ret_number);
/* True and false alone. */
SLACKAUDIT_API bool slackaudit_value_boolean(
    const struct slackaudit_value *value, bool *ret_boolean);

/* The value is the string `text`, or an array with that string among its elements. For lists such
 * as `scopes`, and for `reason`, which Slack sends as either. */
SLACKAUDIT_API bool slackaudit_value_has(const struct slackaudit_value *value, const char *text);

/* A string, an integer or a boolean as plain text, for what is sent as one or the other, such as
 * `session_id`: a string as it is, an integer in decimal digits, "true" or "false". Anything else
 * is "". As by snprintf(), at most `size` bytes are written, the NUL byte with them, and the length
 * of the whole text is returned; `buffer` may be NULL when `size` is 0. */
SLACKAUDIT_API size_t slackaudit_value_plain(
    const struct slackaudit_value *value, char *buffer, size_t size);

/* Writes the value as JSON on one line, "" when it is absent. The text has a NUL byte behind it and
 * belongs to the caller, who gives it to free(); `ret_size` (may be NULL) is told its bytes without
 * that one. Numbers are spelled as they were, but -0 without its sign. Bytes as Slack sent them are
 * what the splitter yields. Returns SLACKAUDIT_OK, SLACKAUDIT_ERROR_MEMORY, SLACKAUDIT_ERROR_LIMIT
 * past 128 MiB, or SLACKAUDIT_ERROR_INVALID without `ret_text`. */
SLACKAUDIT_API int slackaudit_value_write(
    const struct slackaudit_value *value, char **ret_text, size_t *ret_size);

#ifdef __cplusplus
}
#endif
