/*
 * Sources beside the configured ones: queues in the store through which single outputs get entries
 * of a source again. A queue is a source of the store like any other, with sequences, positions and
 * a ledger of its own, so that nothing that goes through it touches the source's own walk, or the
 * outputs that take no part.
 *
 *     acme           a configured source: names of the configuration have no slash
 *     acme/siem      what output siem gets again of its dead letters
 *     acme//3        a back-fill or a repair of acme
 */
#pragma once

#include <stdbool.h>
#include <string.h>

#include "base/limits.h"
#include "base/slice.h"

enum { BESIDE_NAME_SIZE = 2 * LIMIT_NAME + 24 };

static inline bool source_is_beside(const char *name)
{
    return strchr(name, '/') != NULL;
}

/* The configured source that it belongs to: itself, or what stands before the slash. */
static inline struct slice source_configured(const char *name)
{
    return (struct slice){.data = name, .size = strcspn(name, "/")};
}

static inline bool source_belongs_to(const char *name, const char *configured)
{
    return slice_equal(source_configured(name), slice_of(configured));
}
