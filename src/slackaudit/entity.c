#include "slackaudit/record.h"

static const struct field user_rows[] = {
    OTHER(user, wrapper),
    FIELD(user, id),
    FIELD(user, name),
    FIELD(user, email),
    FIELD(user, team),
};
/* The user is what stands in the inner object; what the outer one has besides is reached through
 * `wrapper`. */
static void user_read(const struct slackaudit_value *value, void *ret_record)
{
    struct slackaudit_user *user = ret_record;
    const struct slackaudit_value *inner = slackaudit_value_get(value, "user");
    bool is_wrapped = inner != NULL && slackaudit_value_get(value, "id") == NULL;
    record_fill(&fields_of_user, is_wrapped ? inner : value, user);
    user->wrapper = is_wrapped ? value : NULL;
}

const struct slackaudit_fields fields_of_user = TABLE(user, .read = user_read);

static const struct field app_rows[] = {
    FIELD(app, id),
    FIELD(app, name),
    FIELD(app, is_distributed),
    FIELD(app, is_directory_approved),
    FIELD(app, is_workflow_app),
    FIELD(app, scopes),
    FIELD(app, scopes_bot),
    FIELD(app, creator),
    FIELD(app, team),
};
const struct slackaudit_fields fields_of_app = TABLE(app);

static const struct field location_rows[] = {
    FIELD(location, type),
    FIELD(location, id),
    FIELD(location, name),
    FIELD(location, domain),
};
const struct slackaudit_fields fields_of_location = TABLE(location);

static const struct field channel_rows[] = {
    FIELD(channel, id),
    FIELD(channel, privacy),
    FIELD(channel, name),
    FIELD(channel, is_shared),
    FIELD(channel, is_org_shared),
    FIELD(channel, teams_shared_with),
    FIELD(channel, original_connected_channel_id),
    FIELD(channel, is_salesforce_channel),
};
const struct slackaudit_fields fields_of_channel = TABLE(channel);

static const struct field file_rows[] = {
    FIELD(file, id),
    FIELD(file, name),
    FIELD(file, filetype),
    FIELD(file, title),
};
const struct slackaudit_fields fields_of_file = TABLE(file);

static const struct field usergroup_rows[] = {
    FIELD(usergroup, id),
    FIELD(usergroup, name),
};
const struct slackaudit_fields fields_of_usergroup = TABLE(usergroup);

static const struct field workflow_rows[] = {
    FIELD(workflow, id),
    FIELD(workflow, name),
    FIELD(workflow, domain),
};
const struct slackaudit_fields fields_of_workflow = TABLE(workflow);

static const struct field workflow_v2_rows[] = {
    FIELD(workflow_v2, id),
    FIELD(workflow_v2, app_id),
    FIELD(workflow_v2, date_updated),
    FIELD(workflow_v2, callback_id),
    FIELD(workflow_v2, name),
    FIELD(workflow_v2, updated_by),
    FIELD(workflow_v2, step_configuration),
};
const struct slackaudit_fields fields_of_workflow_v2 = TABLE(workflow_v2);

static const struct field workflow_step_rows[] = {
    FIELD(workflow_step, name),
    FIELD(workflow_step, step_function_type),
    FIELD(workflow_step, step_function_app_id),
};
const struct slackaudit_fields fields_of_workflow_step = TABLE(workflow_step);

static const struct field message_rows[] = {
    FIELD(message, team),
    FIELD(message, channel),
    FIELD(message, timestamp),
};
const struct slackaudit_fields fields_of_message = TABLE(message);

static const struct field huddle_rows[] = {
    FIELD(huddle, id),
    FIELD(huddle, date_start),
    FIELD(huddle, date_end),
    FIELD(huddle, participants),
};
const struct slackaudit_fields fields_of_huddle = TABLE(huddle);

static const struct field role_rows[] = {
    FIELD(role, id),
    FIELD(role, name),
    FIELD(role, type),
};
const struct slackaudit_fields fields_of_role = TABLE(role);

static const struct field account_type_role_rows[] = {
    FIELD(account_type_role, id),
    FIELD(account_type_role, name),
};
const struct slackaudit_fields fields_of_account_type_role = TABLE(account_type_role);

static const struct field barrier_rows[] = {
    FIELD(barrier, id),
    FIELD(barrier, primary_usergroup),
    FIELD(barrier, barriered_from_usergroups),
    FIELD(barrier, restricted_subjects),
};
const struct slackaudit_fields fields_of_barrier = TABLE(barrier);

static const struct field list_rows[] = {
    FIELD(list, id),
    FIELD(list, name),
    FIELD(list, title),
};
const struct slackaudit_fields fields_of_list = TABLE(list);

static const struct field function_rows[] = {
    FIELD(function, id),
    FIELD(function, callback_id),
    FIELD(function, title),
    FIELD(function, description),
    FIELD(function, type),
    FIELD(function, input_parameters),
    FIELD(function, output_parameters),
    FIELD(function, app_id),
};
const struct slackaudit_fields fields_of_function = TABLE(function);

static const struct field external_auth_oauth2_token_rows[] = {
    FIELD(external_auth_oauth2_token, id),
    FIELD(external_auth_oauth2_token, provider_name),
    FIELD(external_auth_oauth2_token, provider_key),
    FIELD(external_auth_oauth2_token, last_modified_by),
    FIELD(external_auth_oauth2_token, app_id),
    FIELD(external_auth_oauth2_token, external_user_id),
};
const struct slackaudit_fields fields_of_external_auth_oauth2_token =
    TABLE(external_auth_oauth2_token);

/* The entity */

struct kind {
    const char *type;
    const struct slackaudit_fields *fields;
};

static const struct kind kinds[] = {
    [SLACKAUDIT_ENTITY_USER] = {"user", &fields_of_user},
    [SLACKAUDIT_ENTITY_WORKSPACE] = {"workspace", &fields_of_location},
    [SLACKAUDIT_ENTITY_ENTERPRISE] = {"enterprise", &fields_of_location},
    [SLACKAUDIT_ENTITY_CHANNEL] = {"channel", &fields_of_channel},
    [SLACKAUDIT_ENTITY_FILE] = {"file", &fields_of_file},
    [SLACKAUDIT_ENTITY_APP] = {"app", &fields_of_app},
    [SLACKAUDIT_ENTITY_USERGROUP] = {"usergroup", &fields_of_usergroup},
    [SLACKAUDIT_ENTITY_WORKFLOW] = {"workflow", &fields_of_workflow},
    [SLACKAUDIT_ENTITY_WORKFLOW_V2] = {"workflow_v2", &fields_of_workflow_v2},
    [SLACKAUDIT_ENTITY_MESSAGE] = {"message", &fields_of_message},
    [SLACKAUDIT_ENTITY_HUDDLE] = {"huddle", &fields_of_huddle},
    [SLACKAUDIT_ENTITY_ROLE] = {"role", &fields_of_role},
    [SLACKAUDIT_ENTITY_ACCOUNT_TYPE_ROLE] = {"account_type_role", &fields_of_account_type_role},
    [SLACKAUDIT_ENTITY_BARRIER] = {"barrier", &fields_of_barrier},
    [SLACKAUDIT_ENTITY_LIST] = {"list", &fields_of_list},
    [SLACKAUDIT_ENTITY_FUNCTION] = {"function", &fields_of_function},
    [SLACKAUDIT_ENTITY_EXTERNAL_AUTH_OAUTH2_TOKEN] = {"external_auth_oauth2_token",
        &fields_of_external_auth_oauth2_token},
};

static enum slackaudit_entity_kind kind_of(struct slackaudit_text type)
{
    for (size_t kind = 1; kind < sizeof(kinds) / sizeof(kinds[0]); kind++) {
        if (slackaudit_text_is(type, kinds[kind].type))
            return (enum slackaudit_entity_kind)kind;
    }
    return SLACKAUDIT_ENTITY_UNKNOWN;
}

static void entity_read(const struct slackaudit_value *value, void *ret_record)
{
    struct slackaudit_entity *entity = ret_record;
    record_fill(&fields_of_entity, value, entity);
    entity->value = record_tagged(value, entity->type);
    entity->kind = kind_of(entity->type);
    /* All members of the union have one address. */
    if (entity->kind != SLACKAUDIT_ENTITY_UNKNOWN)
        record_read(kinds[entity->kind].fields, entity->value, &entity->user);
}

static const struct field entity_rows[] = {
    FIELD(entity, type),
    OTHER(entity, value),
    OTHER(entity, kind),
    /* The union, to the end of the struct. */
    {NULL, FIELD_OTHER, offsetof(struct slackaudit_entity, user),
        sizeof(struct slackaudit_entity) - offsetof(struct slackaudit_entity, user), NULL},
};
const struct slackaudit_fields fields_of_entity =
    TABLE(entity, .tagged = true, .read = entity_read);

static struct slackaudit_text entity_text(const struct slackaudit_entity *entity, const char *name)
{
    return record_text(entity == NULL ? NULL : slackaudit_value_get(entity->value, name));
}

struct slackaudit_text slackaudit_entity_id(const struct slackaudit_entity *entity)
{
    return entity_text(entity, "id");
}

struct slackaudit_text slackaudit_entity_name(const struct slackaudit_entity *entity)
{
    return entity_text(entity, "name");
}

void slackaudit_workflow_step_read(
    const struct slackaudit_value *value, struct slackaudit_workflow_step *ret_step)
{
    record_read(&fields_of_workflow_step, value, ret_step);
}
