#include "slackaudit/record.h"

#include <string.h>

static const struct field *field_find(const struct slackaudit_fields *fields, const char *name)
{
    for (size_t i = 0; i < fields->count; i++) {
        const struct field *row = &fields->rows[i];
        if (row->name != NULL && strcmp(row->name, name) == 0)
            return row;
    }
    return NULL;
}

struct slackaudit_text record_text(const struct slackaudit_value *value)
{
    struct slackaudit_text text = {.type = slackaudit_value_type(value)};
    text.data = slackaudit_value_string(value, &text.size);
    return text;
}

static struct slackaudit_integer read_integer(const struct slackaudit_value *value)
{
    struct slackaudit_integer integer = {.type = slackaudit_value_type(value)};
    (void)slackaudit_value_integer(value, &integer.value); /* the type says whether it was one */
    return integer;
}

static struct slackaudit_flag read_flag(const struct slackaudit_value *value)
{
    struct slackaudit_flag flag = {.type = slackaudit_value_type(value)};
    (void)slackaudit_value_boolean(value, &flag.value); /* likewise */
    return flag;
}

static void read_field(
    const struct field *field, const struct slackaudit_value *value, void *ret_record)
{
    void *ret_member = (char *)ret_record + field->offset;
    switch (field->kind) {
    case FIELD_TEXT:
        *(struct slackaudit_text *)ret_member = record_text(value);
        break;
    case FIELD_INTEGER:
        *(struct slackaudit_integer *)ret_member = read_integer(value);
        break;
    case FIELD_FLAG:
        *(struct slackaudit_flag *)ret_member = read_flag(value);
        break;
    case FIELD_VALUE:
        *(const struct slackaudit_value **)ret_member = value;
        break;
    case FIELD_RECORD:
        record_read(field->fields, value, ret_member);
        break;
    case FIELD_OTHER:
        break;
    }
}

void record_fill(
    const struct slackaudit_fields *fields, const struct slackaudit_value *value, void *ret_record)
{
    memset(ret_record, 0, fields->size);
    *(struct slackaudit_object *)ret_record =
        (struct slackaudit_object){.value = value, .known = fields};
    /* An object sends few of the fields that its struct has: so its members are looked up in the
     * table, not the rows in the object. */
    struct slackaudit_member member = {0};
    while (slackaudit_value_next(value, &member)) {
        const struct field *field = field_find(fields, member.name);
        if (field != NULL)
            read_field(field, member.value, ret_record);
    }
}

void record_read(
    const struct slackaudit_fields *fields, const struct slackaudit_value *value, void *ret_record)
{
    if (ret_record == NULL)
        return;
    if (fields->read != NULL)
        fields->read(value, ret_record);
    else
        record_fill(fields, value, ret_record);
}

const struct slackaudit_value *record_tagged(
    const struct slackaudit_value *object, struct slackaudit_text type)
{
    bool is_name = type.data != NULL && strlen(type.data) == type.size;
    return is_name ? slackaudit_value_get(object, type.data) : NULL;
}

/* Public: slackaudit/field.h */

bool slackaudit_text_is(struct slackaudit_text text, const char *expected)
{
    return text.data != NULL && expected != NULL && text.size == strlen(expected) &&
           memcmp(text.data, expected, text.size) == 0;
}

const char *slackaudit_text_or(struct slackaudit_text text, const char *fallback)
{
    return text.data != NULL ? text.data : fallback;
}

static bool is_known(const struct slackaudit_object *object, const char *name)
{
    if (field_find(object->known, name) != NULL)
        return true;
    return object->known->tagged &&
           slackaudit_text_is(record_text(slackaudit_value_get(object->value, "type")), name);
}

bool slackaudit_unknown_next(
    const struct slackaudit_object *object, struct slackaudit_member *member)
{
    if (object == NULL || object->known == NULL)
        return false;
    while (slackaudit_value_next(object->value, member)) {
        if (!is_known(object, member->name))
            return true;
    }
    return false;
}
