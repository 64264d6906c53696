/*
 * The fields of the typed view, and what is unknown beside them.
 *
 * A struct of the typed view holds an object of Slack's: one member for each field that this
 * version knows, under Slack's own name. Reading never fails and copies nothing: every field says
 * by its `type` what was sent, and what is of another type than the field's is reached through the
 * object. A struct that is all zero is one whose object is absent.
 *
 *     entry.context.ua.type          SLACKAUDIT_ABSENT, SLACKAUDIT_NULL, SLACKAUDIT_STRING ...
 *     entry.context.ua.data          the text; NULL unless it is a string
 *     entry.context.object.value     the object itself
 *
 * The caller's structs have the size that this header says, so a field that is added to one is a
 * new soname of the library. Until then the field is unknown, which is to say that it can be
 * reached.
 *
 * Public header of libslackaudit: plain C11 and C++17. Everything here is borrowed from the
 * document that was read, and is valid as long as the document is. Threads: see
 * slackaudit/value.h.
 */
#pragma once

#include "slackaudit/value.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A string. */
struct slackaudit_text {
    enum slackaudit_type type; /* of what was sent */
    const char *data;          /* with a NUL byte behind it; NULL unless a string was sent */
    size_t size;               /* without that byte; more than strlen() when there are others */
};

struct slackaudit_integer {
    enum slackaudit_type type;
    int64_t value; /* 0 unless an integer was sent */
};

struct slackaudit_flag {
    enum slackaudit_type type;
    bool value; /* false unless a boolean was sent */
};

/* Lists, and fields that Slack sends in several types, are a `const struct slackaudit_value *`:
 * NULL when absent. */

/* The library's own: the fields that a struct knows. */
struct slackaudit_fields;

/* What each struct of the typed view begins with. */
struct slackaudit_object {
    /* What the struct was read from: NULL when absent, a null, or another value than an object; the
     * fields are all absent then. */
    const struct slackaudit_value *value;
    const struct slackaudit_fields *known;
};

/* The text was sent and is `expected`. */
SLACKAUDIT_API bool slackaudit_text_is(struct slackaudit_text text, const char *expected);

/* The text, or `fallback` when none was sent: for printing. */
SLACKAUDIT_API const char *slackaudit_text_or(struct slackaudit_text text, const char *fallback);

/* A walk over the members that the struct does not know, as by slackaudit_value_next():
 *
 *     struct slackaudit_member member = {0};
 *     while (slackaudit_unknown_next(&entry.details.object, &member))
 *         puts(member.name);
 */
SLACKAUDIT_API bool slackaudit_unknown_next(
    const struct slackaudit_object *object, struct slackaudit_member *member);

#ifdef __cplusplus
}
#endif
