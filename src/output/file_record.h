/*
 * The record that a file output keeps in the store with each acknowledgement: which file it writes
 * and how long that file is as far as it counts. After a crash, what lies past that length was
 * never acknowledged, will be sent again, and is cut off: so each entry is in the file exactly
 * once.
 *
 * A file is known by device and inode, and by a checksum of the last bytes before its length, since
 * an inode number is given out again once its file is gone.
 */
#pragma once

#include "base/buffer.h"
#include "base/cleanup.h"
#include "output/rotated.h"

enum { FILE_RECORD_TAIL = 4096 }; /* at most so many bytes are checked */

struct file_record {
    char *path; /* owned; NULL: there is no record */
    uint64_t device, inode;
    uint64_t length;    /* bytes that count */
    int64_t begun;      /* wall clock, seconds: the first write; 0: none yet */
    unsigned tail_size; /* bytes before `length` that `tail_hash` is of; 0: not known */
    uint64_t tail_hash; /* hash64() */
    char rotating[ROTATED_SUFFIX_SIZE]; /* a rename to this name is under way; "": none */
};

void file_record_deinit(struct file_record *record);

/* Takes the end of `written`, the bytes that were last appended, as the tail. */
void file_record_set_tail(struct file_record *record, struct slice written);

/* Appends the record as text (a versioned form that people can read in the store). */
int file_record_write(const struct file_record *record, struct buffer *text);

/* Reads it back; an empty text gives no record. ERROR_INVALID for anything else that
 * file_record_write() did not make. */
int file_record_read(struct slice text, struct file_record *ret_record, struct error *error);

/* The bytes before the record's length are those that were written. Only for files that are at
 * least as long. */
int file_record_check_tail(
    const struct file_record *record, int fd, bool *ret_intact, struct error *error);
