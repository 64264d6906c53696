#include "slackaudit/entry_fields.h"

#include "base/json_text.h"
#include "base/slice.h"
#include "slackaudit/json_number.h"

void entry_fields_key(struct entry_fields *fields, const char *raw, size_t size, bool escaped)
{
    static const struct slice names[ENTRY_FIELDS] = {
        [ENTRY_ID] = {.data = "id", .size = 2},
        [ENTRY_ACTION] = {.data = "action", .size = 6},
        [ENTRY_DATE] = {.data = "date_create", .size = 11},
    };
    fields->key = ENTRY_FIELDS;
    for (enum entry_field field = 0; field < ENTRY_FIELDS; field++)
        /* nearly no key has an escape */
        if (escaped ? json_text_is(raw, size, escaped, names[field].data)
                    : slice_equal((struct slice){.data = raw, .size = size}, names[field]))
            fields->key = field;
}

void entry_fields_value(struct entry_fields *fields, const struct json_scan *scan)
{
    enum entry_field field = fields->key;
    if (field == ENTRY_FIELDS)
        return;
    size_t begin = 0, end = 0;
    if (field == ENTRY_DATE && scan->kind == JSON_NUMBER) {
        begin = scan->token;
        end = scan->token_end;
    } else if (field != ENTRY_DATE && scan->kind == JSON_STRING && scan->sound) {
        begin = scan->token + 1;
        end = scan->token_end - 1;
    }
    fields->value[field].begin = begin;
    fields->value[field].end = end;
    fields->key = ENTRY_FIELDS;
}

/* Digits alone: "12.0", "1e3" and "-0" are numbers, but no whole seconds as the API writes them. */
static bool read_date(const char *text, size_t size, int64_t *ret_date)
{
    int64_t date = 0;
    for (size_t i = 0; i < size; i++) {
        if (!json_is_digit(text[i]) || __builtin_mul_overflow(date, 10, &date) ||
            __builtin_add_overflow(date, text[i] - '0', &date))
            return false;
    }
    *ret_date = date;
    return true;
}

/* The bytes of a field, or an empty slice. */
static struct slice field_text(const struct entry_fields *fields, enum entry_field field,
    size_t offset, const struct slackaudit_entry_slice *slice)
{
    size_t begin = fields->value[field].begin;
    size_t end = fields->value[field].end;
    if (begin == end || end - offset > slice->size)
        return (struct slice){0};
    return (struct slice){.data = slice->data + (begin - offset), .size = end - begin};
}

void entry_fields_read(
    const struct entry_fields *fields, size_t offset, struct slackaudit_entry_slice *slice)
{
    struct slice id = field_text(fields, ENTRY_ID, offset, slice);
    if (id.size > LIMIT_ENTRY_ID)
        id = (struct slice){0};
    slice->id = id.data;
    slice->id_size = id.size;
    struct slice action = field_text(fields, ENTRY_ACTION, offset, slice);
    slice->action = action.data;
    slice->action_size = action.size;
    struct slice date = field_text(fields, ENTRY_DATE, offset, slice);
    slice->date_create = 0;
    slice->has_date = date.size > 0 && read_date(date.data, date.size, &slice->date_create);
}
