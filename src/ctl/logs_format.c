#include "ctl/logs_format.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "ctl/logs_row.h"
#include "ctl/print.h"

static void print(struct slice text)
{
    (void)fwrite(text.data, 1, text.size, stdout); /* the end of the page looks whether it went */
}

/* ---- json ---- */

static int json_entry(struct logs_printer *printer, struct slice entry)
{
    print(printer->entries == 0 ? SLICE_LITERAL("{\"entries\":[") : SLICE_LITERAL(","));
    print(entry);
    return 0;
}

static int json_end_page(struct logs_printer *printer, const char *next_cursor)
{
    struct buffer end = BUFFER_INIT(6 * LIMIT_CURSOR + KIB(1)); /* each byte may become an escape */
    int r = buffer_append_text(&end, printer->entries == 0 ? "{\"entries\":[]" : "]");
    if (r >= 0 && next_cursor != NULL)
        r = buffer_append_text(&end, ",\"response_metadata\":{\"next_cursor\":");
    if (r >= 0 && next_cursor != NULL)
        r = buffer_append_json_string(&end, slice_of(next_cursor));
    if (r >= 0)
        r = buffer_append_text(&end, next_cursor != NULL ? "}}\n" : "}\n");
    if (r >= 0)
        print(buffer_slice(&end));
    buffer_deinit(&end);
    return r;
}

static const struct logs_format json = {
    .name = "json", .entry = json_entry, .end_page = json_end_page};

/* ---- ndjson ---- */

static int ndjson_entry(struct logs_printer *printer, struct slice entry)
{
    (void)printer;
    print(entry);
    putchar('\n');
    return 0;
}

static int ndjson_end_page(struct logs_printer *printer, const char *next_cursor)
{
    (void)printer;
    (void)next_cursor; /* `logs` tells it on standard error */
    return 0;
}

static const struct logs_format ndjson = {
    .name = "ndjson", .entry = ndjson_entry, .end_page = ndjson_end_page};

/* ---- table ---- */

static int table_entry(struct logs_printer *printer, struct slice entry)
{
    return logs_row_add(&printer->table, entry);
}

static int table_end_page(struct logs_printer *printer, const char *next_cursor)
{
    (void)next_cursor; /* as with ndjson */
    table_print(&printer->table, printer->pages == 0);
    return 0;
}

static const struct logs_format table = {
    .name = "table", .entry = table_entry, .end_page = table_end_page};

/* ---- All of them ---- */

const struct logs_format *const logs_formats[] = {&json, &ndjson, &table, NULL};

const struct logs_format *logs_format_find(const char *name)
{
    for (size_t i = 0; logs_formats[i] != NULL; i++)
        if (strcmp(logs_formats[i]->name, name) == 0)
            return logs_formats[i];
    return NULL;
}

void logs_printer_init(struct logs_printer *printer, const struct logs_format *format)
{
    *printer = (struct logs_printer){.format = format};
    table_init(&printer->table, logs_row_columns, LOGS_ROW_COLUMNS);
}

void logs_printer_deinit(struct logs_printer *printer)
{
    table_deinit(&printer->table);
}

int logs_printer_entry(struct logs_printer *printer, struct slice entry)
{
    int r = printer->format->entry(printer, entry);
    printer->entries++;
    return r;
}

int logs_printer_end_page(struct logs_printer *printer, const char *next_cursor)
{
    int r = printer->format->end_page(printer, next_cursor);
    printer->entries = 0;
    printer->pages++;
    return r < 0 ? r : print_flush();
}
