/*
 * Feeds a body to the page splitter and writes down all that comes out, so that tests can compare.
 *
 * One line an entry, `DATA id=... action=... date=... DAMAGE`, and one at the end: `page entries=N
 * damaged=N cursor=... error=... ok=...` or `invalid: PROBLEM`. What a page tells must not depend
 * on how its body is cut: tell_slice() feeds it whole, byte by byte and cut in two at every place.
 */
#pragma once

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/limits.h"
#include "slackaudit/page.h"

static inline const char *damage_name(enum slackaudit_damage damage)
{
    static const char *const names[] = {
        [SLACKAUDIT_WHOLE] = "whole",
        [SLACKAUDIT_DAMAGE_UTF8] = "utf8",
        [SLACKAUDIT_DAMAGE_SYNTAX] = "syntax",
        [SLACKAUDIT_DAMAGE_DEPTH] = "depth",
        [SLACKAUDIT_DAMAGE_SIZE] = "size",
    };
    return names[damage];
}

static inline void write_field(struct buffer *told, const char *name, const char *data, size_t size)
{
    ck_assert_int_eq(buffer_printf(told, " %s=", name), 0);
    ck_assert_int_eq(
        data == NULL ? buffer_append_text(told, "-") : buffer_append(told, data, size), 0);
}

static inline int write_entry(void *user, const struct slackaudit_entry_slice *entry)
{
    struct buffer *told = user;
    ck_assert_int_eq(buffer_append(told, entry->data, entry->size), 0);
    write_field(told, "id", entry->id, entry->id_size);
    write_field(told, "action", entry->action, entry->action_size);
    ck_assert_int_eq(entry->has_date
                         ? buffer_printf(told, " date=%lld ", (long long)entry->date_create)
                         : buffer_append_text(told, " date=- "),
        0);
    return buffer_printf(told, "%s\n", damage_name(entry->damage));
}

static inline void write_end(struct buffer *told, struct slackaudit_page *page, int result)
{
    struct slackaudit_page_summary summary;
    if (result == 0)
        result = slackaudit_page_finish(page, &summary);
    if (result == SLACKAUDIT_ERROR_INVALID) {
        ck_assert_int_eq(buffer_printf(told, "invalid: %s\n", slackaudit_page_problem(page)), 0);
        return;
    }
    ck_assert_int_eq(result, 0);
    ck_assert_int_eq(
        buffer_printf(told, "page entries=%zu damaged=%zu cursor=%s error=%s ok=%s%s\n",
            summary.entries, summary.damaged, summary.next_cursor, summary.error,
            summary.ok_is_false ? "false" : "-", summary.has_entries ? "" : " no entries"),
        0);
}

/* A copy as large as the piece, so that AddressSanitizer sees a read past its end, and overwritten
 * afterwards, so that a pointer kept into it shows. */
static inline int feed_copy(struct slackaudit_page *page, const char *data, size_t size)
{
    char *copy = malloc(size > 0 ? size : 1);
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, data, size);
    int result = slackaudit_page_feed(page, copy, size);
    memset(copy, '#', size);
    free(copy);
    return result;
}

/* Feeds the body in pieces of `first`, then `rest` bytes each. */
static inline void feed_cut(
    struct buffer *told, struct slice body, bool salvage, size_t first, size_t rest)
{
    struct slackaudit_page *page = NULL;
    int result = 0;
    size_t size = first;
    ck_assert_int_eq(slackaudit_page_new(&page, salvage, write_entry, told), 0);
    for (size_t at = 0; result == 0 && at < body.size; at += size, size = rest)
        result =
            feed_copy(page, body.data + at, size < body.size - at ? size : (size = body.size - at));
    write_end(told, page, result);
    slackaudit_page_free(page);
}

static inline void check_cut(
    const struct buffer *whole, struct slice body, bool salvage, size_t first, size_t rest)
{
    struct buffer told = BUFFER_INIT(MIB(64));
    feed_cut(&told, body, salvage, first, rest);
    if (!slice_equal(buffer_slice(&told), buffer_slice(whole)))
        ck_abort_msg("whole:\n%.*s\ncut at %zu, then every %zu:\n%.*s", (int)whole->size,
            whole->data, first, rest, (int)told.size, told.data);
    buffer_deinit(&told);
}

/* What the page tells, the same however it is cut. `told` is the caller's. */
static inline void tell_slice(struct buffer *told, struct slice body, bool salvage)
{
    feed_cut(told, body, salvage, body.size, 1);
    check_cut(told, body, salvage, 1, 1);
    for (size_t cut = 1; cut < body.size; cut++)
        check_cut(told, body, salvage, cut, body.size);
}

static inline void expect_told(struct slice body, bool salvage, const char *expected)
{
    struct buffer told = BUFFER_INIT(MIB(64));
    tell_slice(&told, body, salvage);
    ck_assert_str_eq(buffer_text(&told), expected);
    buffer_deinit(&told);
}

#define EXPECT(body, expected)          expect_told(SLICE_LITERAL(body), false, expected)
#define EXPECT_SALVAGED(body, expected) expect_told(SLICE_LITERAL(body), true, expected)
