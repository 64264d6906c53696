/*
 * Reading dead letters back (output/dead_letter.h writes them): one after the other, from any place
 * in the file where one begins.
 *
 * A line that is no dead letter, because somebody edited the file, is told as unsound and not lost.
 * A last line without its end is not told: it was never synced.
 */
#pragma once

#include "base/buffer.h"
#include "base/json.h"

/* Embedded. */
struct letters {
    int fd;
    char *path;
    struct buffer bytes; /* read and not yet told, from `used` on */
    size_t used;
    int64_t next;                   /* where the next letter begins in the file */
    struct json_document *document; /* of the present letter */
};

#define LETTERS_INIT                                                                               \
    {                                                                                              \
        .fd = -1                                                                                   \
    }

/* Strings and slices are valid until the next call with the reader. */
struct letter {
    struct slice line; /* without its line break */
    bool sound;        /* the rest is there */
    const char *time, *output, *source, *reason;
    struct slice id;    /* as it was sent, escapes and all; data NULL: it has none */
    struct slice entry; /* data NULL: it was no JSON, and can never be sent */
};

/* 1: there is no file. */
int letters_open(struct letters *letters, const char *path, int64_t offset, struct error *error);
void letters_deinit(struct letters *letters);
/* 1 and a letter; 0 at the end. */
int letters_next(struct letters *letters, struct letter *ret_letter, struct error *error);
