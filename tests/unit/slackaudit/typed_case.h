/*
 * For tests of the typed view: documents from texts that are easy to read (each ' stands for a "),
 * and short expectations.
 */
#pragma once

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "slackaudit/body.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

DEFINE_CLEANUP(struct slackaudit_document, slackaudit_document_free)
/* Often only there to be freed. */
#define _cleanup_document_                                                                         \
    __attribute__((unused)) _cleanup_(slackaudit_document_freep) struct slackaudit_document

static inline struct slackaudit_document *document_of_bytes(const char *data, size_t size)
{
    struct slackaudit_document *document = NULL;
    struct slackaudit_problem problem;
    int code = slackaudit_document_parse(&document, data, size, &problem);
    ck_assert_msg(code == SLACKAUDIT_OK, "%.*s: %s", (int)size, data, problem.text);
    return document;
}

static inline struct slackaudit_document *document_of(const char *quoted)
{
    char *text = strdup(quoted);
    ck_assert_ptr_nonnull(text);
    for (char *at = text; *at != '\0'; at++) {
        if (*at == '\'')
            *at = '"';
    }
    struct slackaudit_document *document = document_of_bytes(text, strlen(text));
    free(text);
    return document;
}

/* An entry with this one member, read. */
static inline struct slackaudit_document *read_member(
    const char *name, const char *quoted, struct slackaudit_entry *ret_entry)
{
    char text[KIB(2)];
    int size = snprintf(text, sizeof(text), "{'%s':%s}", name, quoted);
    ck_assert_uint_lt((size_t)size, sizeof(text));
    struct slackaudit_document *document = document_of(text);
    slackaudit_entry_read(slackaudit_document_root(document), ret_entry);
    return document;
}

/* NULL: no text was sent. */
static inline void expect_text(struct slackaudit_text text, const char *expected)
{
    if (expected == NULL) {
        ck_assert_ptr_null(text.data);
        ck_assert_uint_eq(text.size, 0);
        ck_assert_int_ne(text.type, SLACKAUDIT_STRING);
        return;
    }
    ck_assert_int_eq(text.type, SLACKAUDIT_STRING);
    ck_assert_str_eq(text.data, expected);
    ck_assert_uint_eq(text.size, strlen(expected));
    ck_assert(slackaudit_text_is(text, expected));
}

static inline void expect_integer(struct slackaudit_integer integer, int64_t expected)
{
    ck_assert_int_eq(integer.type, SLACKAUDIT_INTEGER);
    ck_assert_int_eq(integer.value, expected);
}

static inline void expect_flag(struct slackaudit_flag flag, bool expected)
{
    ck_assert_int_eq(flag.type, SLACKAUDIT_BOOLEAN);
    ck_assert(flag.value == expected);
}

/* `expected` with ' for ". */
static inline void expect_value(const struct slackaudit_value *value, const char *expected)
{
    _cleanup_free_ char *text = NULL;
    ck_assert_int_eq(slackaudit_value_write(value, &text, NULL), SLACKAUDIT_OK);
    for (char *at = text; *at != '\0'; at++) {
        if (*at == '"')
            *at = '\'';
    }
    ck_assert_str_eq(text, expected);
}

/* The names of the unknown members, a space between. */
static inline void expect_unknown(const struct slackaudit_object *object, const char *expected)
{
    _cleanup_(buffer_deinit) struct buffer names = BUFFER_INIT(KIB(4));
    struct slackaudit_member member = {0};
    while (slackaudit_unknown_next(object, &member)) {
        ck_assert_ptr_eq(member.value, slackaudit_value_get(object->value, member.name));
        ck_assert_int_eq(buffer_printf(&names, "%s%s", names.size > 0 ? " " : "", member.name), 0);
    }
    ck_assert_str_eq(buffer_text(&names), expected);
}
