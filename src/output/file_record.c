#include "output/file_record.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "sys/file.h"

void file_record_deinit(struct file_record *record)
{
    free(record->path);
    *record = (struct file_record){.path = NULL};
}

void file_record_set_tail(struct file_record *record, struct slice written)
{
    size_t size = written.size < FILE_RECORD_TAIL ? written.size : FILE_RECORD_TAIL;
    record->tail_size = (unsigned)size;
    record->tail_hash =
        hash64((struct slice){.data = written.data + written.size - size, .size = size});
}

int file_record_write(const struct file_record *record, struct buffer *text)
{
    return buffer_printf(text,
        "file 1\ndevice %" PRIu64 "\ninode %" PRIu64 "\nlength %" PRIu64 "\nbegun %" PRId64
        "\ntail %u %016" PRIx64 "\nrotating %s\npath %s",
        record->device, record->inode, record->length, record->begun, record->tail_size,
        record->tail_hash, record->rotating[0] == '\0' ? "-" : record->rotating, record->path);
}

int file_record_read(struct slice text, struct file_record *ret_record, struct error *error)
{
    if (text.size == 0) {
        *ret_record = (struct file_record){.path = NULL};
        return 0;
    }
    _cleanup_free_ char *copy = strndup(text.data, text.size);
    if (copy == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the record of a file");
    struct file_record record = {.path = NULL};
    int path_at = 0;
    int fields = sscanf(copy,
        "file 1\ndevice %" SCNu64 "\ninode %" SCNu64 "\nlength %" SCNu64 "\nbegun %" SCNd64
        "\ntail %u %" SCNx64 "\nrotating %39s\npath %n",
        &record.device, &record.inode, &record.length, &record.begun, &record.tail_size,
        &record.tail_hash, record.rotating, &path_at);
    _Static_assert(sizeof(record.rotating) == 40, "the width of rotating in the text above");
    if (fields != 7 || path_at == 0 || copy[path_at] == '\0' ||
        record.tail_size > FILE_RECORD_TAIL || record.tail_size > record.length)
        return error_set(error, ERROR_INVALID,
            "the store's record of the file is of an unknown form: \"%.60s\"", copy);
    if (strcmp(record.rotating, "-") == 0)
        record.rotating[0] = '\0';
    record.path = strdup(copy + path_at);
    if (record.path == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the record of a file");
    *ret_record = record;
    return 0;
}

int file_record_check_tail(
    const struct file_record *record, int fd, bool *ret_intact, struct error *error)
{
    char tail[FILE_RECORD_TAIL];
    if (record->tail_size > 0) {
        int code = file_read_at(
            fd, tail, record->tail_size, (int64_t)(record->length - record->tail_size), error);
        if (code < 0)
            return error_prefix(error, code, "cannot check the end of %s", record->path);
    }
    *ret_intact = record->tail_size == 0 || hash64((struct slice){.data = tail,
                                                .size = record->tail_size}) == record->tail_hash;
    return 0;
}
