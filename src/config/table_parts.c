/* Rows of the mappings inside an output. */
#include "base/limits.h"
#include "base/units.h"
#include "config/check.h"
#include "config/tables.h"
#include "config/types.h"

const struct schema_choice schema_compressions[] = {
    {.word = "none", .value = false}, {.word = "gzip", .value = true}, {0}};

static const struct schema_key only_keys[] = {
    {.name = "actions",
        .type = &schema_texts,
        .initial = "[]",
        .high = 1000,
        .offset = offsetof(struct config_output, only),
        .meaning = "Shell patterns of actions (`user_*`); empty: all."},
};

const struct schema_group schema_only = {
    .noun = "a choice of entries",
    SCHEMA_GROUP_KEYS(only_keys),
};

static const struct schema_key except_keys[] = {
    {.name = "actions",
        .type = &schema_texts,
        .initial = "[]",
        .high = 1000,
        .offset = offsetof(struct config_output, except),
        .meaning = "Shell patterns of actions; empty: none."},
};

const struct schema_group schema_except = {
    .noun = "a choice of entries",
    SCHEMA_GROUP_KEYS(except_keys),
};

static const struct schema_key rotate_keys[] = {
    {.name = "size",
        .type = &schema_size,
        .initial = "0",
        .high = SCHEMA_NO_LIMIT,
        .offset = offsetof(struct config_output, file.rotate_size),
        .meaning = "Rotate before the file passes this size, at least 4KiB; 0: off."},
    {.name = "interval",
        .type = &schema_duration,
        .initial = "0",
        .high = 3650 * USEC_PER_DAY,
        .offset = offsetof(struct config_output, file.rotate_interval_us),
        .meaning = "Rotate a file that is this old, at least 1s; 0: off."},
    {.name = "keep",
        .type = &schema_integer,
        .initial = "0",
        .high = 100000,
        .offset = offsetof(struct config_output, file.rotate_keep),
        .meaning = "Rotated files to keep; older ones are deleted. 0: nothing is deleted."},
    {.name = "compress",
        .type = &schema_switch,
        .initial = "none",
        .choices = schema_compressions,
        .offset = offsetof(struct config_output, file.rotate_gzip),
        .meaning = "What becomes of a rotated file."},
};

const struct schema_group schema_rotate = {
    .noun = "a rotation",
    SCHEMA_GROUP_KEYS(rotate_keys),
    .examine = config_check_rotate,
};

static const struct schema_key batch_keys[] = {
    {.name = "max_entries",
        .type = &schema_count,
        .initial = "10000",
        .low = 1,
        .high = LIMIT_BATCH_ENTRIES,
        .kinds = KIND_FILE,
        .offset = offsetof(struct config_output, batch.max_entries),
        .meaning = "Entries in one batch: for a file, what is synced at once."},
    {.name = "max_entries",
        .type = &schema_count,
        .initial = "1000",
        .low = 1,
        .high = LIMIT_BATCH_ENTRIES,
        .kinds = KIND_STDOUT | KIND_SYSLOG | KIND_HTTP,
        .offset = offsetof(struct config_output, batch.max_entries),
        .meaning = "Entries in one batch: for HTTP, one request."},
    {.name = "max_bytes",
        .type = &schema_size,
        .initial = "1MiB",
        .low = (int64_t)KIB(1),
        .high = (int64_t)LIMIT_BATCH,
        .offset = offsetof(struct config_output, batch.max_bytes),
        .meaning = "Bytes in one batch before compression. A longer entry goes alone."},
    {.name = "max_wait",
        .type = &schema_duration,
        .initial = "1s",
        .high = USEC_PER_HOUR,
        .kinds = KIND_HTTP,
        .offset = offsetof(struct config_output, batch.max_wait_us),
        .meaning = "How long a batch that is not full waits for more; 0: not at all."},
    {.name = "max_wait",
        .type = &schema_duration,
        .initial = "0",
        .high = USEC_PER_HOUR,
        .kinds = KIND_FILE | KIND_STDOUT | KIND_SYSLOG,
        .offset = offsetof(struct config_output, batch.max_wait_us),
        .meaning = "How long a batch that is not full waits for more; 0: not at all."},
};

const struct schema_group schema_batch = {
    .noun = "a batch",
    SCHEMA_GROUP_KEYS(batch_keys),
};
