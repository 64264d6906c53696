/*
 * The real store with calls that fail when a test says so: each as if the disk had refused it, with
 * nothing changed.
 */
#pragma once

#include "store/store.h"

struct faulty {
    int commits, appends, seens; /* that still work; negative: all do */
    int failures;                /* that follow then; after them all work again */
};

static struct faulty faulty = {-1, -1, -1, 0};

static inline bool faulty_fails(int *left)
{
    if (*left < 0)
        return false;
    if (*left > 0) {
        --*left;
        return false;
    }
    if (faulty.failures-- > 0)
        return true;
    *left = -1;
    return false;
}

static inline int faulty_commit(struct store_source *source, struct store_page *page,
    struct store_window *window, enum store_outcome outcome, const struct store_walk *walk,
    struct error *error)
{
    if (!faulty_fails(&faulty.commits))
        return store_sqlite.commit(source, page, window, outcome, walk, error);
    store_sqlite.page_abort(page);
    return error_set(error, ERROR_IO, "the test refuses a commit");
}

static inline int faulty_append(
    struct store_page *page, const struct store_new_entry *entry, struct error *error)
{
    if (!faulty_fails(&faulty.appends))
        return store_sqlite.page_append(page, entry, error);
    return error_set(error, ERROR_FULL, "the test has no room");
}

static inline int faulty_seen(struct store_source *source, int64_t from,
    int (*visit)(void *user, struct hash_key key, int64_t time), void *user, struct error *error)
{
    if (!faulty_fails(&faulty.seens))
        return store_sqlite.seen(source, from, visit, user, error);
    return error_set(error, ERROR_IO, "the test refuses to read ids");
}

static inline const struct store_type *faulty_store(void)
{
    static struct store_type type;
    type = store_sqlite;
    type.commit = faulty_commit;
    type.page_append = faulty_append;
    type.seen = faulty_seen;
    faulty = (struct faulty){-1, -1, -1, 0};
    return &type;
}
