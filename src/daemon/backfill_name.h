/*
 * The names of back-fills and repairs, which are those of their queues (store/beside.h), and what
 * they say.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "store/beside.h"

/* What a walk beside the ordinary ones is about. */
struct backfill_subject {
    char source[LIMIT_NAME + 1];
    long number;
    bool repairs;
    int64_t from, to; /* Unix seconds, both included */
};

/* False: the name is none of a back-fill's or a repair's. */
bool daemon_backfill_parse(const char *name, struct backfill_subject *ret_subject);
void daemon_backfill_name(const struct backfill_subject *subject, char name[BESIDE_NAME_SIZE]);

/* What a person is told: of "acme//2/again/1795335798-1795339398" it writes "back-fill acme/2",
 * with the id that `backfill list` shows and `backfill cancel` takes, and "repair acme/2" of a
 * repair; any other name stays as it is. What is beyond `size` bytes is cut. */
void daemon_backfill_show(const char *name, char *shown, size_t size);
