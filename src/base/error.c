#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/utf8.h"

/* Every text is put together here before it replaces the old one, because an argument may be the
 * old one. */
struct draft {
    char text[ERROR_TEXT_SIZE];
    size_t size;
};

/* Appends as much as leaves `reserve` bytes (and the NUL byte) free. */
static void draft_append(struct draft *draft, size_t reserve, struct slice piece)
{
    size_t room = sizeof(draft->text) - 1 - reserve - draft->size;
    size_t size = utf8_cut(piece, room);
    memcpy(draft->text + draft->size, piece.data, size);
    draft->size += size;
    draft->text[draft->size] = '\0';
}

_printf_(3, 0) static void draft_format(
    struct draft *draft, size_t reserve, const char *format, va_list arguments)
{
    /* Longer than any draft, so that draft_append() sees the character that the cut meets. */
    char whole[ERROR_TEXT_SIZE + 8];
    int size = vsnprintf(whole, sizeof(whole), format, arguments);
    if (size < 0)
        whole[0] = '\0'; /* a broken format still leaves the code and, below, the errno */
    draft_append(draft, reserve, slice_of(whole));
}

static void error_take(struct error *error, int code, const struct draft *draft)
{
    error->code = code;
    memcpy(error->text, draft->text, draft->size + 1);
}

int error_set(struct error *error, int code, const char *format, ...)
{
    if (error == NULL)
        return code;
    struct draft draft = {.size = 0};
    va_list arguments;
    va_start(arguments, format);
    draft_format(&draft, 0, format, arguments);
    va_end(arguments);
    error_take(error, code, &draft);
    return code;
}

static int code_of_errno(int os_errno)
{
    switch (os_errno) {
    case ENOSPC:
    case EDQUOT:
        return ERROR_FULL;
    case EROFS:
        return ERROR_READ_ONLY;
    case EACCES:
    case EPERM:
        return ERROR_DENIED;
    case ENOENT:
        return ERROR_MISSING;
    case ENOMEM:
        return ERROR_MEMORY;
    default:
        return ERROR_IO;
    }
}

int error_set_errno(struct error *error, int os_errno, const char *format, ...)
{
    int code = code_of_errno(os_errno);
    if (error == NULL)
        return code;
    char space[128];
    struct slice meaning = slice_of(strerror_r(os_errno, space, sizeof(space)));
    struct slice separator = SLICE_LITERAL(": ");

    struct draft draft = {.size = 0};
    va_list arguments;
    va_start(arguments, format);
    draft_format(&draft, separator.size + meaning.size, format, arguments);
    va_end(arguments);
    draft_append(&draft, 0, separator);
    draft_append(&draft, 0, meaning);
    error_take(error, code, &draft);
    return code;
}

int error_prefix(struct error *error, int code, const char *format, ...)
{
    if (error == NULL)
        return code;
    struct slice separator = SLICE_LITERAL(": ");
    struct draft draft = {.size = 0};
    va_list arguments;
    va_start(arguments, format);
    draft_format(&draft, separator.size, format, arguments);
    va_end(arguments);
    draft_append(&draft, 0, separator);
    draft_append(&draft, 0, slice_of(error->text));
    error_take(error, error->code != ERROR_NONE ? error->code : code, &draft);
    return error->code;
}

const char *error_code_name(int code)
{
    switch (code) {
    case ERROR_NONE:
        return "none";
    case ERROR_MEMORY:
        return "memory";
    case ERROR_IO:
        return "io";
    case ERROR_FULL:
        return "full";
    case ERROR_READ_ONLY:
        return "read_only";
    case ERROR_CORRUPT:
        return "corrupt";
    case ERROR_LOCKED:
        return "locked";
    case ERROR_INVALID:
        return "invalid";
    case ERROR_LIMIT:
        return "limit";
    case ERROR_MISSING:
        return "missing";
    case ERROR_DENIED:
        return "denied";
    case ERROR_UNAVAILABLE:
        return "unavailable";
    case ERROR_CANCELLED:
        return "cancelled";
    case ERROR_UNSUPPORTED:
        return "unsupported";
    default:
        return "unknown";
    }
}
