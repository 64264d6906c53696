/*
 * How a struct of the typed view is filled from its object: each has a table with a row for each of
 * its fields, in the struct's order. To add a field, add a line to the struct and a row to its
 * table; to add a struct, name it in RECORDS besides. A row's kind follows from the type of the
 * struct's member, and tests/unit/slackaudit/test_records.c finds a member without its row.
 *
 * Private to slackaudit/.
 */
#pragma once

#include "slackaudit/body.h"

enum field_kind {
    FIELD_TEXT,
    FIELD_INTEGER,
    FIELD_FLAG,
    FIELD_VALUE,  /* whatever was sent */
    FIELD_RECORD, /* a struct with a table of its own */
    FIELD_OTHER,  /* what no row can say: `read` of the table fills it */
};

struct field {
    const char *name; /* in the object; NULL of a FIELD_OTHER */
    enum field_kind kind;
    size_t offset, size;                    /* in the struct */
    const struct slackaudit_fields *fields; /* of a FIELD_RECORD */
};

struct slackaudit_fields {
    const struct field *rows;
    size_t count;
    size_t size; /* of the struct */
    bool tagged; /* the member that is named as the text `type` says is known too */
    /* In the place of record_fill(), for a struct with a FIELD_OTHER; else NULL. */
    void (*read)(const struct slackaudit_value *value, void *ret_record);
};

/* Fills the struct that belongs to `fields` from any value, NULL too. NULL for `ret_record` is
 * allowed. */
void record_read(
    const struct slackaudit_fields *fields, const struct slackaudit_value *value, void *ret_record);

/* The part of it that the rows say; all else is zero. */
void record_fill(
    const struct slackaudit_fields *fields, const struct slackaudit_value *value, void *ret_record);

/* Any value as a text. */
struct slackaudit_text record_text(const struct slackaudit_value *value);

/* The member of `object` that is named as `type` says, or NULL. */
const struct slackaudit_value *record_tagged(
    const struct slackaudit_value *object, struct slackaudit_text type);

/* Every struct that begins with a struct slackaudit_object: `x(user)` is struct slackaudit_user,
 * and its table is fields_of_user. */
/* clang-format off */
#define RECORDS(x) \
    x(user) x(app) x(location) x(channel) x(file) x(usergroup) x(workflow) x(workflow_v2) \
    x(workflow_step) x(message) x(huddle) x(role) x(account_type_role) x(barrier) x(list) \
    x(function) x(external_auth_oauth2_token) x(entity) \
    x(retention_policy) x(conversation_pref) x(feature_enablement) x(shared_with) x(profile) \
    x(space_file_id) x(attribute_items) x(attribute) x(app_request) x(rule_resolution) \
    x(rule_action) x(rule_condition) x(rule_term) x(rule) x(details) \
    x(actor) x(context) x(entry) \
    x(response_metadata) x(logs_body) x(schemas_body) x(schema) x(action_names) \
    x(actions_body)
/* clang-format on */

#define DECLARE_TABLE(record) extern const struct slackaudit_fields fields_of_##record;
RECORDS(DECLARE_TABLE)

/* `const struct slackaudit_fields fields_of_user = TABLE(user);` is the table over `user_rows`; it
 * may be given further members. */
#define TABLE(record, ...)                                                                         \
    {                                                                                              \
        .rows = record##_rows, .count = sizeof(record##_rows) / sizeof(record##_rows[0]),          \
        .size = sizeof(struct slackaudit_##record), __VA_ARGS__                                    \
    }

/* A row. `FIELD(user, id)` is the member `id` of struct slackaudit_user, of the same name in the
 * object. */
#define FIELD(record, member) FIELD_NAMED(record, member, #member)
#define OTHER(record, member) FIELD_ROW(record, member, NULL, FIELD_OTHER, NULL)
#define FIELD_NAMED(record, member, name)                                                          \
    FIELD_ROW(record, member, name, FIELD_KIND(FIELD_OF(record, member)),                          \
        FIELD_TABLE(FIELD_OF(record, member)))

#define FIELD_ROW(record, member, name, kind, table)                                               \
    {                                                                                              \
        name, kind, offsetof(struct slackaudit_##record, member),                                  \
            sizeof(FIELD_OF(record, member)), table                                                \
    }
#define FIELD_OF(record, member) (((struct slackaudit_##record *)0)->member)

/* clang-format off */
#define FIELD_KIND(member) _Generic((member), FIELD_LEAVES(FIELD_TEXT, FIELD_INTEGER, FIELD_FLAG, \
    FIELD_VALUE), default: FIELD_RECORD)

/* Without a default: a struct that RECORDS does not name does not compile as a field. */
#define FIELD_TABLE(member) _Generic((member), FIELD_LEAVES(NULL, NULL, NULL, NULL) \
    RECORDS(RECORD_CASE))
#define RECORD_CASE(record) , struct slackaudit_##record: &fields_of_##record

#define FIELD_LEAVES(text, integer, flag, value) \
    struct slackaudit_text: text, \
    struct slackaudit_integer: integer, \
    struct slackaudit_flag: flag, \
    const struct slackaudit_value *: value
/* clang-format on */
