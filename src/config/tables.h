/*
 * The tables of the schema: one group of rows a file (config/table_*.c), and the groups they share.
 * To find a key, start at `schema_document`.
 */
#pragma once

#include "config/schema.h"

#define SCHEMA_GROUP_KEYS(rows) .keys = (rows), .count = sizeof(rows) / sizeof((rows)[0])

enum {
    LONGEST_PATH = 4095,
    LONGEST_TEXT = 256,
};

/* `log`, `store`, `filter` and the like stand beside the only row that uses them. All offsets of
 * the parts of an output count from the output. */
extern const struct schema_group schema_tls;           /* struct config_tls */
extern const struct schema_group schema_retry_handler; /* struct config_retry_handler */
extern const struct schema_group schema_only;
extern const struct schema_group schema_except;
extern const struct schema_group schema_rotate;
extern const struct schema_group schema_batch;

extern const struct schema_choice schema_compressions[];
