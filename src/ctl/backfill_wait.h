/*
 * Waiting for back-fills that a daemon makes: until they are read and delivered, with a bar.
 */
#pragma once

#include "ctl/asker.h"
#include "ctl/progress.h"

enum { BACKFILL_NAME_SIZE = 160 };

/* Starts one; `words` are those of the control verb. `name` gets the name by which it is waited
 * for, and has room for BACKFILL_NAME_SIZE bytes. Returns an exit code, having said what is wrong.
 */
int backfill_begin(struct asker *asker, const char *const *words, size_t count, char *name);

/* Returns when all of it is read and delivered: DAEMON_EXIT_DONE and how many entries it had; or
 * CTL_EXIT_NO when it was cancelled, or another exit code. It goes on without us. */
int backfill_wait(
    struct asker *asker, struct progress *progress, const char *name, int64_t *ret_entries);
