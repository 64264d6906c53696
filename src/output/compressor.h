/*
 * The compressor of a file output: turns rotated files into `.gz`, one after the other, the oldest
 * first, in slices of at most about 10 ms from a task of the loop.
 *
 * A file is compressed to PATH.SUFFIX.gz.tmp, synced, renamed to PATH.SUFFIX.gz, and only then the
 * plain file goes. As long as the plain file is there it is the one that counts: after a crash it
 * is compressed from its beginning again, and a leftover temporary file is removed. What fails (a
 * full disk) is logged and tried again after five minutes.
 */
#pragma once

#include "base/log.h"
#include "output/rotated.h"
#include "sys/loop.h"

struct compressor;

/* `path` and `subject` must outlive it. Not `enabled`, it only finishes what an earlier process,
 * that was, has begun. Looks for work at once. */
int compressor_new(struct compressor **ret_compressor, struct loop *loop, const char *path,
    const struct log_subject *subject, bool enabled);
/* Gives up what is under way. NULL is allowed. */
void compressor_free(struct compressor *compressor);

/* There may be a new rotated file. */
void compressor_wake(struct compressor *compressor);
/* The rotated file of that suffix is about to be deleted. */
void compressor_forget(struct compressor *compressor, const char *suffix);
