/*
 * What a person is told of a back-fill: the daemon's name of it is that of a queue of its store.
 */
#pragma once

#include <stddef.h>

/* Of "acme//2/again/1795335798-1795339398" it writes "back-fill acme/2", with the id that
 * `backfill list` shows and `backfill cancel` takes, and "repair acme/2" of a repair; any other
 * name stays as it is. What is beyond `size` bytes is cut. */
void backfill_name_shown(const char *name, char *shown, size_t size);
