#include "base/error.h"

#include <errno.h>
#include <string.h>

#include "base/utf8.h"
#include "check_main.h"

static bool is_utf8(const char *text)
{
    struct slice slice = slice_of(text);
    return utf8_valid_prefix(slice) == slice.size;
}

START_TEST(setting_an_error_returns_its_code_and_keeps_the_text)
{
    struct error error = ERROR_INIT;
    ck_assert_int_eq(error.code, ERROR_NONE);
    ck_assert_int_eq(
        error_set(&error, ERROR_INVALID, "%s:%d: no such key", "a.yaml", 7), ERROR_INVALID);
    ck_assert_int_eq(error.code, ERROR_INVALID);
    ck_assert_str_eq(error.text, "a.yaml:7: no such key");
}
END_TEST

START_TEST(without_an_error_object_the_code_is_returned_all_the_same)
{
    ck_assert_int_eq(error_set(NULL, ERROR_LIMIT, "unread"), ERROR_LIMIT);
    ck_assert_int_eq(error_set_errno(NULL, ENOSPC, "unread"), ERROR_FULL);
    ck_assert_int_eq(error_prefix(NULL, ERROR_CORRUPT, "unread"), ERROR_CORRUPT);
}
END_TEST

START_TEST(errno_gives_the_code_and_its_meaning_behind_the_text)
{
    static const struct {
        int os_errno;
        int code;
    } cases[] = {
        {ENOSPC, ERROR_FULL},
        {EDQUOT, ERROR_FULL},
        {EROFS, ERROR_READ_ONLY},
        {EACCES, ERROR_DENIED},
        {EPERM, ERROR_DENIED},
        {ENOENT, ERROR_MISSING},
        {ENOMEM, ERROR_MEMORY},
        {EIO, ERROR_IO},
        {ECONNRESET, ERROR_IO},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct error error = ERROR_INIT;
        ck_assert_int_eq(error_set_errno(&error, cases[i].os_errno, "x"), cases[i].code);
        ck_assert_int_eq(error.code, cases[i].code);
    }
    struct error error = ERROR_INIT;
    (void)error_set_errno(&error, ENOENT, "cannot open %s", "token");
    ck_assert_str_eq(error.text, "cannot open token: No such file or directory");
}
END_TEST

START_TEST(a_prefix_adds_the_place_and_keeps_the_code)
{
    struct error error = ERROR_INIT;
    (void)error_set(&error, ERROR_MISSING, "no token");
    ck_assert_int_eq(error_prefix(&error, ERROR_IO, "source %s", "acme"), ERROR_MISSING);
    ck_assert_str_eq(error.text, "source acme: no token");
    ck_assert_int_eq(error_prefix(&error, ERROR_IO, "start"), ERROR_MISSING);
    ck_assert_str_eq(error.text, "start: source acme: no token");
}
END_TEST

START_TEST(a_prefix_on_an_unset_error_gives_it_the_callers_code)
{
    struct error error = ERROR_INIT;
    ck_assert_int_eq(error_prefix(&error, ERROR_IO, "segment 3"), ERROR_IO);
    ck_assert_int_eq(error.code, ERROR_IO);
}
END_TEST

START_TEST(an_error_can_be_set_from_its_own_text)
{
    struct error error = ERROR_INIT;
    (void)error_set(&error, ERROR_IO, "inner");
    (void)error_set(&error, ERROR_FULL, "outer (%s)", error.text);
    ck_assert_str_eq(error.text, "outer (inner)");
    (void)error_prefix(&error, ERROR_FULL, "again %s", error.text);
    ck_assert_str_eq(error.text, "again outer (inner): outer (inner)");
}
END_TEST

START_TEST(a_long_text_is_cut_at_a_whole_character)
{
    /* One to four bytes a character, shifted so that the cut meets each place inside one. */
    static const char *const characters[] = {"x", "\u00e9", "\u20ac", "\U0001F600"};
    for (size_t i = 0; i < 4; i++) {
        size_t size = strlen(characters[i]);
        for (int shift = 0; shift < 4; shift++) {
            char text[1024];
            memset(text, '-', (size_t)shift);
            size_t at = (size_t)shift;
            for (; at + size < sizeof(text); at += size)
                memcpy(text + at, characters[i], size);
            text[at] = '\0';
            struct error error = ERROR_INIT;
            (void)error_set(&error, ERROR_IO, "%s", text);
            ck_assert(is_utf8(error.text));
            ck_assert_uint_gt(strlen(error.text), ERROR_TEXT_SIZE - 1 - size);
            ck_assert_uint_lt(strlen(error.text), ERROR_TEXT_SIZE);
        }
    }
}
END_TEST

START_TEST(a_long_text_leaves_room_for_the_meaning_of_errno)
{
    struct error error = ERROR_INIT;
    (void)error_set_errno(&error, ENOSPC, "%0900d", 1);
    ck_assert_uint_eq(strlen(error.text), ERROR_TEXT_SIZE - 1);
    ck_assert_ptr_nonnull(strstr(error.text, "0: No space left on device"));
}
END_TEST

START_TEST(a_long_prefix_is_cut_and_still_separated)
{
    struct error error = ERROR_INIT;
    (void)error_set(&error, ERROR_IO, "inner");
    (void)error_prefix(&error, ERROR_IO, "%0900d", 1);
    ck_assert_uint_eq(strlen(error.text), ERROR_TEXT_SIZE - 1);
    ck_assert_str_eq(error.text + ERROR_TEXT_SIZE - 4, "0: ");
}
END_TEST

START_TEST(every_code_has_a_name_of_its_own)
{
    for (int code = ERROR_NONE; code >= ERROR_UNSUPPORTED; code--) {
        ck_assert_str_ne(error_code_name(code), "unknown");
        for (int other = ERROR_NONE; other > code; other--)
            ck_assert_str_ne(error_code_name(code), error_code_name(other));
    }
    ck_assert_str_eq(error_code_name(ERROR_READ_ONLY), "read_only");
    ck_assert_str_eq(error_code_name(ERROR_UNSUPPORTED - 1), "unknown");
    ck_assert_str_eq(error_code_name(1), "unknown");
}
END_TEST

CHECK_MAIN("error", setting_an_error_returns_its_code_and_keeps_the_text,
    without_an_error_object_the_code_is_returned_all_the_same,
    errno_gives_the_code_and_its_meaning_behind_the_text,
    a_prefix_adds_the_place_and_keeps_the_code,
    a_prefix_on_an_unset_error_gives_it_the_callers_code, an_error_can_be_set_from_its_own_text,
    a_long_text_is_cut_at_a_whole_character, a_long_text_leaves_room_for_the_meaning_of_errno,
    a_long_prefix_is_cut_and_still_separated, every_code_has_a_name_of_its_own)
