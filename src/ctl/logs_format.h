/*
 * How `logs` prints entries: page by page, on standard output.
 *
 *     json    one object a page: {"entries":[...],"response_metadata":{"next_cursor":"..."}}
 *     ndjson  one entry a line
 *     table   time, action, actor, entity and address of the caller, in columns
 *
 * In the first two an entry stands byte for byte as Slack sent it. The table is for people: control
 * characters in names are not shown, long names are cut.
 */
#pragma once

#include <stdint.h>

#include "base/buffer.h"
#include "ctl/table.h"

struct logs_printer;

struct logs_format {
    const char *name; /* as the option has it */
    int (*entry)(struct logs_printer *printer, struct slice entry);
    int (*end_page)(struct logs_printer *printer, const char *next_cursor);
};

/* All of them, ended by NULL. */
extern const struct logs_format *const logs_formats[];

/* By name; NULL: there is no such format. */
const struct logs_format *logs_format_find(const char *name);

/* Embedded object. */
struct logs_printer {
    const struct logs_format *format;
    uint64_t entries, pages; /* so far; entries of the page */
    struct table table;
};

void logs_printer_init(struct logs_printer *printer, const struct logs_format *format);
void logs_printer_deinit(struct logs_printer *printer);

/* An entry of the page, on one line. Returns 0 or ERROR_MEMORY, ERROR_LIMIT. */
int logs_printer_entry(struct logs_printer *printer, struct slice entry);

/* The page is whole and goes out. `next_cursor` is NULL where nobody shall go on by hand. Returns
 * as above, or as print_flush(). */
int logs_printer_end_page(struct logs_printer *printer, const char *next_cursor);
