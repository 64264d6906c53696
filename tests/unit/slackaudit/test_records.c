/* Each struct of the typed view and its table: no member without its row, and each row reads its
 * field into its place. The tables are those of slackaudit/record.h; what is asked here holds for
 * every one of them. */
#include "slackaudit/record.h"

#include <stdalign.h>
#include <stdio.h>

#include "check_main.h"
#include "typed_case.h"

static const struct {
    const char *name;
    const struct slackaudit_fields *fields;
} records[] = {
#define NAMED(record) {#record, &fields_of_##record},
    RECORDS(NAMED)
#undef NAMED
};

static size_t alignment_of(const struct field *row)
{
    switch (row->kind) {
    case FIELD_FLAG:
        return alignof(struct slackaudit_flag);
    case FIELD_OTHER: /* an enum, or something with a pointer in it */
        return row->size < alignof(void *) ? row->size : alignof(void *);
    default:
        return alignof(int64_t);
    }
}

static size_t size_of(const struct field *row)
{
    switch (row->kind) {
    case FIELD_TEXT:
        return sizeof(struct slackaudit_text);
    case FIELD_INTEGER:
        return sizeof(struct slackaudit_integer);
    case FIELD_FLAG:
        return sizeof(struct slackaudit_flag);
    case FIELD_VALUE:
        return sizeof(struct slackaudit_value *);
    case FIELD_RECORD:
        return row->fields->size;
    default:
        return row->size;
    }
}

static size_t aligned(size_t offset, size_t alignment)
{
    return (offset + alignment - 1) / alignment * alignment;
}

START_TEST(the_rows_cover_each_struct_without_a_gap)
{
    for (size_t i = 0; i < COUNT_OF(records); i++) {
        const struct slackaudit_fields *fields = records[i].fields;
        size_t end = sizeof(struct slackaudit_object);
        for (size_t j = 0; j < fields->count; j++) {
            const struct field *row = &fields->rows[j];
            ck_assert_msg(row->offset == aligned(end, alignment_of(row)),
                "struct slackaudit_%s: something stands before `%s` that has no row",
                records[i].name, row->name != NULL ? row->name : "(other)");
            ck_assert_uint_eq(row->size, size_of(row));
            end = row->offset + row->size;
        }
        ck_assert_msg(aligned(end, alignof(struct slackaudit_object)) == fields->size,
            "struct slackaudit_%s: its last member has no row", records[i].name);
    }
}
END_TEST

START_TEST(no_table_names_a_field_twice_and_only_other_members_have_no_name)
{
    for (size_t i = 0; i < COUNT_OF(records); i++) {
        const struct slackaudit_fields *fields = records[i].fields;
        bool has_other = false;
        for (size_t j = 0; j < fields->count; j++) {
            const struct field *row = &fields->rows[j];
            ck_assert((row->name == NULL) == (row->kind == FIELD_OTHER));
            has_other = has_other || row->kind == FIELD_OTHER;
            for (size_t k = 0; k < j && row->name != NULL; k++)
                ck_assert_msg(
                    fields->rows[k].name == NULL || strcmp(fields->rows[k].name, row->name) != 0,
                    "struct slackaudit_%s has `%s` twice", records[i].name, row->name);
        }
        /* What has no name is filled by a function. */
        ck_assert(!has_other || fields->read != NULL);
    }
}
END_TEST

static int append_member(struct buffer *text, const struct field *row, size_t number)
{
    if (row->kind == FIELD_OTHER)
        return 0;
    int result = buffer_printf(text, ",\"%s\":", row->name);
    if (result < 0)
        return result;
    switch (row->kind) {
    case FIELD_TEXT:
        return buffer_printf(text, "\"text %zu\"", number);
    case FIELD_INTEGER:
        return buffer_printf(text, "%zu", number);
    case FIELD_FLAG:
        return buffer_printf(text, "true");
    case FIELD_VALUE:
        return buffer_printf(text, "[%zu]", number);
    default:
        return buffer_printf(text, "{\"unheard\":%zu}", number);
    }
}

/* Each field with a value of its own, {"id":"text 0","date_create":1,...}, and two unknown members
 * around them. */
static struct slackaudit_document *filled(const struct slackaudit_fields *fields)
{
    _cleanup_(buffer_deinit) struct buffer text = BUFFER_INIT(KIB(64));
    ck_assert_int_eq(buffer_printf(&text, "{\"unheard\":1"), 0);
    for (size_t i = 0; i < fields->count; i++)
        ck_assert_int_eq(append_member(&text, &fields->rows[i], i), 0);
    ck_assert_int_eq(buffer_printf(&text, ",\"of\":{\"id\":2}}"), 0);
    return document_of_bytes(text.data, text.size);
}

static void expect_read(const struct field *row, size_t number, const void *member)
{
    char text[32];
    switch (row->kind) {
    case FIELD_TEXT:
        (void)snprintf(text, sizeof(text), "text %zu", number);
        expect_text(*(const struct slackaudit_text *)member, text);
        break;
    case FIELD_INTEGER:
        expect_integer(*(const struct slackaudit_integer *)member, (int64_t)number);
        break;
    case FIELD_FLAG:
        expect_flag(*(const struct slackaudit_flag *)member, true);
        break;
    case FIELD_VALUE:
        (void)snprintf(text, sizeof(text), "[%zu]", number);
        expect_value(*(const struct slackaudit_value *const *)member, text);
        break;
    case FIELD_RECORD:
        expect_unknown(member, "unheard");
        break;
    default:
        break;
    }
}

START_TEST(every_field_of_every_struct_is_read_and_what_is_unknown_is_walked_over)
{
    size_t rows = 0;
    for (size_t i = 0; i < COUNT_OF(records); i++) {
        const struct slackaudit_fields *fields = records[i].fields;
        _cleanup_document_ *document = filled(fields);
        _cleanup_free_ char *record = malloc(fields->size);
        ck_assert_ptr_nonnull(record);
        memset(record, 0xa5, fields->size);
        record_read(fields, slackaudit_document_root(document), record);
        for (size_t j = 0; j < fields->count; j++, rows++)
            expect_read(&fields->rows[j], j, record + fields->rows[j].offset);
        expect_unknown((const struct slackaudit_object *)record, "unheard of");
    }
    ck_assert_uint_gt(rows, 250);
}
END_TEST

static bool is_absent(const struct slackaudit_fields *fields, const char *record)
{
    for (size_t i = sizeof(struct slackaudit_object); i < fields->size; i++) {
        if (record[i] != 0)
            return false;
    }
    return true;
}

START_TEST(what_is_no_object_is_kept_and_has_no_fields)
{
    static const char *const texts[] = {"null", "true", "7", "1.5", "'user'", "['user']", "{}"};
    for (size_t i = 0; i < COUNT_OF(records); i++) {
        const struct slackaudit_fields *fields = records[i].fields;
        _cleanup_free_ char *record = malloc(fields->size);
        ck_assert_ptr_nonnull(record);
        for (size_t j = 0; j <= COUNT_OF(texts); j++) {
            _cleanup_document_ *document = j < COUNT_OF(texts) ? document_of(texts[j]) : NULL;
            const struct slackaudit_value *root = slackaudit_document_root(document);
            memset(record, 0xa5, fields->size);
            record_read(fields, root, record);
            ck_assert_ptr_eq(((const struct slackaudit_object *)record)->value, root);
            ck_assert(is_absent(fields, record));
            expect_unknown((const struct slackaudit_object *)record, "");
        }
    }
    record_read(&fields_of_entry, NULL, NULL);
}
END_TEST

CHECK_MAIN("records", the_rows_cover_each_struct_without_a_gap,
    no_table_names_a_field_twice_and_only_other_members_have_no_name,
    every_field_of_every_struct_is_read_and_what_is_unknown_is_walked_over,
    what_is_no_object_is_kept_and_has_no_fields)
