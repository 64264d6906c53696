/*
 * The inside of the file output, shared by its source files: file.c (opening, writing, the vtable)
 * and file_rotation.c. Private to them.
 */
#pragma once

#include "base/cleanup.h"
#include "output/compressor.h"
#include "output/encoder.h"
#include "output/file_record.h"
#include "output/output.h"

struct output {
    struct output_context context;
    const struct config_output *config;
    struct clock *clock;
    struct encoder encoder;
    int fd; /* -1: could not be opened again yet */
    struct file_record record;
    bool noted;          /* the store has `record` as it is here, but for what the next
                            acknowledgement carries */
    uint64_t uncached;   /* the file's pages before this are out of the page cache */
    bool overhang;       /* something may stand past the record's length */
    struct buffer state; /* the record as text */
    struct compressor *compressor;
    struct loop_timer interval;
    int64_t rotate_after_us; /* monotonic: not before, since the last rotation failed */
};

/* ---- file.c ---- */

/* Opens the configured path. If it is the file of the record, the record goes on; else a new one
 * begins at the length that the file has. */
int file_open_path(struct output *output, struct error *error);
void file_close_path(struct output *output);

/* Has the store know the record as it is now. */
int file_note(struct output *output, struct error *error);

/* ---- file_rotation.c ---- */

void file_rotation_init(struct output *output);
void file_rotation_deinit(struct output *output);
/* From now on the end of each `interval` is watched for. */
void file_rotation_start(struct output *output);

/* Before `more` bytes are written. A rotation that fails does not stop the delivery: the file grows
 * on. */
void file_rotate_if_due(struct output *output, size_t more);
