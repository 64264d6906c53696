#include "slackaudit/entry_fields.h"
#include "slackaudit/page.h"

enum { LEVEL_ENTRY = 0, LEVEL_FIELD = 1 };

static void on_event(struct json_scan *scan, enum json_event event, const char *data,
    struct entry_fields *fields, struct slackaudit_entry_slice *entry)
{
    if (event == JSON_KEY) {
        const char *raw = data + scan->token + 1;
        entry_fields_key(fields, raw, scan->token_end - scan->token - 2, scan->escaped);
        return;
    }
    if (event == JSON_OPEN && scan->levels.depth == 1) {
        entry->data = data + scan->token;
        scan->watch = scan->kind == JSON_OBJECT ? LEVEL_FIELD : LEVEL_ENTRY;
        return;
    }
    bool whole = scan->levels.depth == 0;
    if (whole && event == JSON_SCALAR)
        entry->data = data + scan->token;
    if (whole)
        entry->size = (size_t)(data + scan->token_end - entry->data);
    else if (event != JSON_CLOSE)
        entry_fields_value(fields, scan);
}

int slackaudit_entry_look(const char *data, size_t size, struct slackaudit_entry_slice *ret_entry)
{
    struct json_scan scan;
    struct json_piece piece = {.data = data, .size = size};
    struct entry_fields fields;
    struct slackaudit_entry_slice entry = {.data = data};
    if (data == NULL || ret_entry == NULL || size == 0 || size > LIMIT_ENTRY)
        return SLACKAUDIT_ERROR_INVALID;
    json_scan_init(&scan);
    entry_fields_clear(&fields);
    for (;;) {
        enum json_event event = json_scan_next(&scan, &piece);
        if (event == JSON_FAILED)
            return SLACKAUDIT_ERROR_INVALID;
        if (event != JSON_MORE) {
            on_event(&scan, event, data, &fields, &entry);
            continue;
        }
        event = json_scan_end(&scan, size);
        if (event == JSON_FAILED)
            return SLACKAUDIT_ERROR_INVALID;
        if (event == JSON_SCALAR)
            on_event(&scan, event, data, &fields, &entry);
        break;
    }
    entry_fields_read(&fields, (size_t)(entry.data - data), &entry);
    *ret_entry = entry;
    return 0;
}
