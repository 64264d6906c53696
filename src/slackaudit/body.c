#include "slackaudit/body.h"

#include "slackaudit/record.h"

static const struct field response_metadata_rows[] = {
    FIELD(response_metadata, next_cursor),
};
const struct slackaudit_fields fields_of_response_metadata = TABLE(response_metadata);

static const struct field logs_body_rows[] = {
    FIELD(logs_body, ok),
    FIELD(logs_body, error),
    FIELD(logs_body, needed),
    FIELD(logs_body, provided),
    FIELD(logs_body, entries),
    FIELD(logs_body, response_metadata),
};
const struct slackaudit_fields fields_of_logs_body = TABLE(logs_body);

static const struct field schemas_body_rows[] = {
    FIELD(schemas_body, ok),
    FIELD(schemas_body, error),
    FIELD(schemas_body, schemas),
};
const struct slackaudit_fields fields_of_schemas_body = TABLE(schemas_body);

static void schema_read(const struct slackaudit_value *value, void *ret_record)
{
    struct slackaudit_schema *schema = ret_record;
    record_fill(&fields_of_schema, value, schema);
    schema->fields = record_tagged(value, schema->type);
}

static const struct field schema_rows[] = {
    FIELD(schema, type),
    OTHER(schema, fields),
};
const struct slackaudit_fields fields_of_schema =
    TABLE(schema, .tagged = true, .read = schema_read);

static const struct field action_names_rows[] = {
    FIELD(action_names, workspace_or_org),
    FIELD(action_names, user),
    FIELD(action_names, file),
    FIELD(action_names, channel),
    FIELD(action_names, app),
    FIELD(action_names, workflow_builder),
    FIELD(action_names, barrier),
    FIELD(action_names, message),
};
const struct slackaudit_fields fields_of_action_names = TABLE(action_names);

static const struct field actions_body_rows[] = {
    FIELD(actions_body, ok),
    FIELD(actions_body, error),
    FIELD(actions_body, actions),
};
const struct slackaudit_fields fields_of_actions_body = TABLE(actions_body);

void slackaudit_logs_body_read(
    const struct slackaudit_value *value, struct slackaudit_logs_body *ret_logs)
{
    record_read(&fields_of_logs_body, value, ret_logs);
}

bool slackaudit_logs_body_entry(
    const struct slackaudit_logs_body *logs, size_t index, struct slackaudit_entry *ret_entry)
{
    const struct slackaudit_value *entry =
        logs == NULL ? NULL : slackaudit_value_at(logs->entries, index);
    if (entry == NULL)
        return false;
    slackaudit_entry_read(entry, ret_entry);
    return true;
}

void slackaudit_schemas_body_read(
    const struct slackaudit_value *value, struct slackaudit_schemas_body *ret_schemas)
{
    record_read(&fields_of_schemas_body, value, ret_schemas);
}

bool slackaudit_schemas_body_schema(const struct slackaudit_schemas_body *schemas, size_t index,
    struct slackaudit_schema *ret_schema)
{
    const struct slackaudit_value *schema =
        schemas == NULL ? NULL : slackaudit_value_at(schemas->schemas, index);
    if (schema == NULL)
        return false;
    record_read(&fields_of_schema, schema, ret_schema);
    return true;
}

void slackaudit_actions_body_read(
    const struct slackaudit_value *value, struct slackaudit_actions_body *ret_actions)
{
    record_read(&fields_of_actions_body, value, ret_actions);
}
