/*
 * Settling: what a file output does on start about the file of its record, before it writes. What
 * lies past the recorded length is cut off, if the file is certainly the one; a rotation that was
 * noted is finished.
 */
#pragma once

#include "base/log.h"
#include "output/file_record.h"

/* The file is looked for at the record's path, under the name of a rotation under way, and in the
 * directory (somebody may have renamed it while no process ran). Afterwards the record holds what
 * is true: `length` is not more than the file's, `rotating` is "". A record whose file is gone or
 * was rotated away is emptied (its path is NULL). What is worth knowing is logged. Negative: a file
 * that should have been cut or renamed could not be. */
int file_settle(struct file_record *record, const struct log_subject *subject, struct error *error);

/* Renames the file to its rotated name and syncs the directory. ERROR_INVALID when something has
 * that name. */
int file_rename_rotated(const char *path, const char *suffix, struct error *error);
