/*
 * The fields of an entry that its way depends on: `id`, `action` and `date_create`, looked for at
 * the entry's first level only. A key that occurs twice counts as it was last.
 *
 * Where they stand is kept as offsets, so that the entry may move (into the buffer that carries it
 * across the border of two pieces) before they are read.
 */
#pragma once

#include "slackaudit/json_scan.h"
#include "slackaudit/page.h"

enum entry_field {
    ENTRY_ID,
    ENTRY_ACTION,
    ENTRY_DATE,
    ENTRY_FIELDS, /* their number, and any other key */
};

struct entry_fields {
    enum entry_field key; /* whose value comes next */
    struct {
        size_t begin, end; /* equal: absent, or not of its type */
    } value[ENTRY_FIELDS];
};

/* Ready for an entry. */
static inline void entry_fields_clear(struct entry_fields *fields)
{
    *fields = (struct entry_fields){.key = ENTRY_FIELDS};
}

/* A key at the entry's first level; `raw` is what stands between its quotes. */
void entry_fields_key(struct entry_fields *fields, const char *raw, size_t size, bool escaped);

/* JSON_SCALAR or JSON_OPEN at the entry's first level. */
void entry_fields_value(struct entry_fields *fields, const struct json_scan *scan);

/* Fills in the fields of `slice`, whose data and size are set. `offset` is where its data began. A
 * field past its end (the entry was cut) is absent. */
void entry_fields_read(
    const struct entry_fields *fields, size_t offset, struct slackaudit_entry_slice *slice);
