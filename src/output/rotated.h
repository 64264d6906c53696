/*
 * The rotated files of one path: PATH.20240116T133351Z, a second one of that second
 * PATH.20240116T133351Z-1, and each with `.gz` behind when it was compressed. The time is that of
 * the rotation, in UTC. Names ascend in the order of rotation, also when the clock was set back:
 * then the newest name's time is used again with a higher number.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { ROTATED_SUFFIX_SIZE = 40, ROTATED_STAMP_SIZE = 17 };

/* In which forms a rotated file is there. */
enum rotated_form {
    ROTATED_PLAIN = 1 << 0,
    ROTATED_GZIP = 1 << 1,
    ROTATED_UNFINISHED = 1 << 2, /* PATH.SUFFIX.gz.tmp, being compressed or left by a crash */
};

struct rotated {
    char stamp[ROTATED_STAMP_SIZE]; /* 20240116T133351Z */
    unsigned number;                /* 0: none in the name */
    unsigned forms;
};

/* Ordered, the oldest first. */
struct rotated_list {
    struct rotated *items;
    size_t count;
};

/* Looks into the directory. Only names of exactly this form count. ERROR_LIMIT for more than
 * ROTATED_FILES. */
enum { ROTATED_FILES = 100000 };
int rotated_list_read(struct rotated_list *ret_list, const char *path, struct error *error);
void rotated_list_deinit(struct rotated_list *list);

/* The suffix (behind PATH and a dot) of a rotation at `now`, in wall-clock seconds; no file of that
 * name is there. `suffix` has ROTATED_SUFFIX_SIZE bytes. */
void rotated_next_suffix(const struct rotated_list *list, int64_t now, char *suffix);
void rotated_suffix(const struct rotated *rotated, char *suffix);

/* PATH.SUFFIX with the ending of one form, on the heap; NULL without memory. */
char *rotated_path(const char *path, const char *suffix, enum rotated_form form);
