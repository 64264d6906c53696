#include "output/letters.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "slackaudit/page.h"

enum { PIECE = 64 << 10 };

/* What stands before the entry; no string before it can hold it, since quotes are escaped there. */
static const char before_entry[] = ",\"entry\":";
static const char before_base64[] = ",\"entry_base64\":";

int letters_open(struct letters *letters, const char *path, int64_t offset, struct error *error)
{
    *letters = (struct letters){.fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK),
        .bytes = BUFFER_INIT(2 * LIMIT_ENTRY + PIECE),
        .next = offset};
    if (letters->fd < 0 && errno == ENOENT)
        return 1;
    if (letters->fd < 0 || lseek(letters->fd, offset, SEEK_SET) < 0)
        return error_set_errno(error, errno, "cannot read the dead letter file %s", path);
    letters->path = strdup(path);
    return letters->path == NULL ? error_set(error, ERROR_MEMORY, "no memory") : 0;
}

void letters_deinit(struct letters *letters)
{
    if (letters == NULL)
        return;
    cleanup_close(&letters->fd);
    free(letters->path);
    buffer_deinit(&letters->bytes);
    json_free(letters->document);
    *letters = (struct letters)LETTERS_INIT;
}

/* 1: more was read; 0: the file has ended. */
static int read_more(struct letters *letters, struct error *error)
{
    struct buffer *bytes = &letters->bytes;
    if (letters->used > 0)
        memmove(bytes->data, bytes->data + letters->used, bytes->size - letters->used);
    bytes->size -= letters->used;
    letters->used = 0;
    int code = buffer_reserve(bytes, PIECE);
    if (code < 0)
        return error_set(error, code, "dead letter file %s: the line at byte %lld is too long",
            letters->path, (long long)letters->next);
    ssize_t size;
    do
        size = read(letters->fd, bytes->data + bytes->size, PIECE);
    while (size < 0 && errno == EINTR);
    if (size < 0)
        return error_set_errno(error, errno, "cannot read the dead letter file %s", letters->path);
    bytes->size += (size_t)size;
    return size > 0;
}

static int next_line(struct letters *letters, struct slice *ret_line, struct error *error)
{
    size_t searched = 0;
    for (;;) {
        struct slice left = {.size = letters->bytes.size - letters->used};
        if (left.size > 0) /* else there may be no memory yet to point into */
            left.data = letters->bytes.data + letters->used;
        const char *end =
            left.size == 0 ? NULL : memchr(left.data + searched, '\n', left.size - searched);
        if (end != NULL) {
            *ret_line = (struct slice){.data = left.data, .size = (size_t)(end - left.data)};
            letters->used += ret_line->size + 1;
            letters->next += (int64_t)ret_line->size + 1;
            return 1;
        }
        searched = left.size;
        int code = read_more(letters, error);
        if (code <= 0)
            return code;
    }
}

/* Takes the head, everything before the entry, apart. */
static int parse_head(struct letters *letters, struct slice head, struct letter *letter)
{
    _cleanup_(buffer_deinit) struct buffer text = BUFFER_INIT(2 * LIMIT_ENTRY);
    json_free(letters->document);
    letters->document = NULL;
    int code = buffer_append_slice(&text, head);
    if (code == 0)
        code = buffer_append_byte(&text, '}');
    if (code == 0)
        code = json_parse(buffer_slice(&text), &letters->document, NULL);
    if (code < 0)
        return code;
    const struct json_value *root = json_root(letters->document);
    letter->time = json_string(json_get(root, "time"));
    letter->output = json_string(json_get(root, "output"));
    letter->source = json_string(json_get(root, "source"));
    letter->reason = json_string(json_get(root, "reason"));
    return 0;
}

static void read_letter(struct letters *letters, struct letter *letter)
{
    struct slice line = letter->line;
    const char *place = line.size == 0
                            ? NULL
                            : memmem(line.data, line.size, before_entry, sizeof(before_entry) - 1);
    const char *start = place == NULL ? NULL : place + sizeof(before_entry) - 1;
    if (place == NULL && line.size > 0)
        place = memmem(line.data, line.size, before_base64, sizeof(before_base64) - 1);
    if (place == NULL || line.data[line.size - 1] != '}')
        return;
    struct slice head = {.data = line.data, .size = (size_t)(place - line.data)};
    if (parse_head(letters, head, letter) < 0 || letter->time == NULL || letter->output == NULL ||
        letter->source == NULL || letter->reason == NULL)
        return;
    letter->sound = true;
    if (start == NULL)
        return;
    struct slackaudit_entry_slice look;
    size_t size = (size_t)(line.data + line.size - 1 - start);
    letter->sound = size > 0 && slackaudit_entry_look(start, size, &look) == 0;
    if (!letter->sound)
        return;
    letter->entry = (struct slice){.data = start, .size = size};
    letter->id = (struct slice){.data = look.id, .size = look.id_size};
}

int letters_next(struct letters *letters, struct letter *ret_letter, struct error *error)
{
    *ret_letter = (struct letter){.sound = false};
    int code = next_line(letters, &ret_letter->line, error);
    if (code > 0)
        read_letter(letters, ret_letter);
    return code;
}
