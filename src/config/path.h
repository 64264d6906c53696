/*
 * Paths of the configuration: when two are the same file, and whether one can be written. Nothing
 * here creates or changes anything.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"

/* Without double slashes, "." and ".." and a slash at the end, as text alone. Returns 0 or
 * ERROR_MEMORY. */
int config_path_normalise(const char *path, char **ret_path);

/* Shortens runs of slashes to one, in place, and takes off those at the end. What the path means
 * stays. */
void config_path_squeeze(char *path);

/* The same as config_path_normalise() with symbolic links followed as far as the path exists, and
 * absolute. */
int config_path_resolve(const char *path, char **ret_path);

/* Whether a file there can be made or appended to: 0 or the error that says why not. */
int config_path_check_file(const char *path, struct error *error);

/* Whether entries can be made in the directory, or the directory itself be made. */
int config_path_check_directory(const char *path, struct error *error);

/* Whether entries can be made in the nearest directory above `path` that exists. */
int config_path_check_parent(const char *path, struct error *error);

/* True when both exist and are one file (by device and inode). */
bool config_path_same_file(const char *left, const char *right);
