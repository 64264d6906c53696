#include "slackaudit/details.h"

#include "base/cleanup.h"
#include "slackaudit/problem.h"
#include "slackaudit/record.h"

static const struct field retention_policy_rows[] = {
    FIELD(retention_policy, type),
    FIELD(retention_policy, duration_days),
};
const struct slackaudit_fields fields_of_retention_policy = TABLE(retention_policy);

static const struct field conversation_pref_rows[] = {
    FIELD(conversation_pref, type),
    FIELD(conversation_pref, user),
};
const struct slackaudit_fields fields_of_conversation_pref = TABLE(conversation_pref);

static const struct field feature_enablement_rows[] = {
    FIELD(feature_enablement, enabled),
};
const struct slackaudit_fields fields_of_feature_enablement = TABLE(feature_enablement);

static const struct field shared_with_rows[] = {
    FIELD(shared_with, channel_id),
    FIELD(shared_with, access_level),
};
const struct slackaudit_fields fields_of_shared_with = TABLE(shared_with);

static const struct field profile_rows[] = {
    FIELD(profile, real_name),
    FIELD(profile, first_name),
    FIELD(profile, last_name),
    FIELD(profile, display_name),
    FIELD(profile, image_original),
    FIELD(profile, image_24),
    FIELD(profile, image_32),
    FIELD(profile, image_48),
    FIELD(profile, image_72),
    FIELD(profile, image_192),
    FIELD(profile, image_512),
    FIELD(profile, image_1024),
};
const struct slackaudit_fields fields_of_profile = TABLE(profile);

static const struct field space_file_id_rows[] = {
    FIELD(space_file_id, payload),
};
const struct slackaudit_fields fields_of_space_file_id = TABLE(space_file_id);

static const struct field attribute_items_rows[] = {
    FIELD(attribute_items, type),
};
const struct slackaudit_fields fields_of_attribute_items = TABLE(attribute_items);

static const struct field attribute_rows[] = {
    FIELD(attribute, name),
    FIELD(attribute, type),
    FIELD(attribute, items),
};
const struct slackaudit_fields fields_of_attribute = TABLE(attribute);

static const struct field app_request_rows[] = {
    FIELD(app_request, id),
    FIELD(app_request, team_id),
};
const struct slackaudit_fields fields_of_app_request = TABLE(app_request);

static const struct field rule_resolution_rows[] = {
    FIELD(rule_resolution, value),
};
const struct slackaudit_fields fields_of_rule_resolution = TABLE(rule_resolution);

static const struct field rule_action_rows[] = {
    FIELD(rule_action, resolution),
    FIELD(rule_action, notify),
};
const struct slackaudit_fields fields_of_rule_action = TABLE(rule_action);

static const struct field rule_condition_rows[] = {
    FIELD(rule_condition, datatype),
    FIELD_NAMED(rule_condition, operator_name, "operator"),
    FIELD(rule_condition, values),
    FIELD(rule_condition, entity_type),
};
const struct slackaudit_fields fields_of_rule_condition = TABLE(rule_condition);

static const struct field rule_term_rows[] = {
    FIELD(rule_term, field),
    FIELD(rule_term, values),
    FIELD(rule_term, datatype),
    FIELD_NAMED(rule_term, operator_name, "operator"),
};
const struct slackaudit_fields fields_of_rule_term = TABLE(rule_term);

static const struct field rule_rows[] = {
    FIELD(rule, id),
    FIELD(rule, team_id),
    FIELD(rule, title),
    FIELD(rule, action),
    FIELD(rule, condition),
};
const struct slackaudit_fields fields_of_rule = TABLE(rule);

static const struct field details_rows[] = {
    FIELD(details, new_value),
    FIELD(details, previous_value),
    FIELD(details, reason),
    FIELD(details, action_timestamp),
    FIELD(details, location),
    FIELD(details, previous_ip_address),
    FIELD(details, previous_ua),
    FIELD(details, name),
    FIELD(details, type),
    FIELD(details, action),
    FIELD(details, actor),
    FIELD(details, user),
    FIELD(details, team),
    FIELD(details, enterprise),
    FIELD(details, subteam),
    FIELD(details, creator),
    FIELD(details, label),
    FIELD(details, trigger),
    FIELD(details, initiated_by),
    FIELD(details, is_error),
    FIELD(details, is_flagged),
    FIELD(details, expires_on),
    FIELD(details, duration),
    FIELD(details, mobile_only),
    FIELD(details, web_only),
    FIELD(details, non_sso_only),
    FIELD(details, desktop_app_browser_quit),
    FIELD(details, session_search_start),
    FIELD(details, deprecation_search_end),
    FIELD(details, inviter),
    FIELD(details, kicker),
    FIELD(details, invite_id),
    FIELD(details, target_user),
    FIELD(details, target_user_id),
    FIELD(details, previous_profile),
    FIELD(details, new_profile),
    FIELD(details, succeeded_users),
    FIELD(details, failed_users),
    FIELD(details, idp_group_member_count),
    FIELD(details, workspace_member_count),
    FIELD(details, added_user_count),
    FIELD(details, added_user_error_count),
    FIELD(details, reactivated_user_count),
    FIELD(details, removed_user_count),
    FIELD(details, removed_user_error_count),
    FIELD(details, total_removal_count),
    FIELD(details, idp_config_id),
    FIELD(details, config_type),
    FIELD(details, idp_entity_id_hash),
    FIELD(details, channel),
    FIELD(details, channel_id),
    FIELD(details, channels),
    FIELD(details, shared_to),
    FIELD(details, shared_with),
    FIELD(details, access_level),
    FIELD(details, origin_team),
    FIELD(details, target_team),
    FIELD(details, source_team),
    FIELD(details, destination_team),
    FIELD(details, added_team_id),
    FIELD(details, disconnecting_team),
    FIELD(details, external_organization_id),
    FIELD(details, external_organization_name),
    FIELD(details, external_user_id),
    FIELD(details, external_user_email),
    FIELD(details, is_external_limited),
    FIELD(details, who_can_post),
    FIELD(details, can_thread),
    FIELD(details, enable_at_here),
    FIELD(details, enable_at_channel),
    FIELD(details, can_huddle),
    FIELD(details, old_retention_policy),
    FIELD(details, new_retention_policy),
    FIELD(details, app_id),
    FIELD(details, app_owner_id),
    FIELD(details, admin_app_id),
    FIELD(details, bot_id),
    FIELD(details, installer_user_id),
    FIELD(details, new_version_id),
    FIELD(details, is_workflow),
    FIELD(details, is_internal_integration),
    FIELD(details, is_token_rotation_enabled_app),
    FIELD(details, granular_bot_token),
    FIELD(details, scopes),
    FIELD(details, scopes_bot),
    FIELD(details, bot_scopes),
    FIELD(details, new_scopes),
    FIELD(details, old_scopes),
    FIELD(details, previous_scopes),
    FIELD(details, approver_id),
    FIELD(details, approval_type),
    FIELD(details, resolution),
    FIELD(details, cleared_resolution),
    FIELD(details, app_previously_resolved),
    FIELD(details, app_previously_approved),
    FIELD(details, request),
    FIELD(details, matched_rule),
    FIELD(details, rules_checked),
    FIELD(details, permissions),
    FIELD(details, changed_permissions),
    FIELD(details, permissions_updated),
    FIELD(details, target_entity),
    FIELD(details, target_entity_id),
    FIELD(details, entity_type),
    FIELD(details, functions),
    FIELD(details, workflows),
    FIELD(details, datastores),
    FIELD(details, datastore_name),
    FIELD(details, attributes),
    FIELD(details, export_type),
    FIELD(details, export_start_ts),
    FIELD(details, export_end_ts),
    FIELD(details, exporting_team_id),
    FIELD(details, barrier_id),
    FIELD(details, primary_usergroup_id),
    FIELD(details, barriered_from_usergroup_ids),
    FIELD(details, restricted_subjects),
    FIELD(details, url_private),
    FIELD(details, space_file_id),
    FIELD(details, is_channel_canvas),
    FIELD(details, linked_channel_id),
    FIELD(details, column_id),
    FIELD(details, row_id),
    FIELD(details, cell_date_updated),
    FIELD(details, view_id),
};
const struct slackaudit_fields fields_of_details = TABLE(details);

void slackaudit_rule_read(const struct slackaudit_value *value, struct slackaudit_rule *ret_rule)
{
    record_read(&fields_of_rule, value, ret_rule);
}

void slackaudit_rule_term_read(
    const struct slackaudit_value *value, struct slackaudit_rule_term *ret_term)
{
    record_read(&fields_of_rule_term, value, ret_term);
}

void slackaudit_attribute_read(
    const struct slackaudit_value *value, struct slackaudit_attribute *ret_attribute)
{
    record_read(&fields_of_attribute, value, ret_attribute);
}

bool slackaudit_details_time_us(const struct slackaudit_details *details, int64_t *ret_time_us)
{
    static const int64_t most_ms = 10000000000000; /* of the year 2286 */
    if (details == NULL || ret_time_us == NULL)
        return false;
    struct slackaudit_integer timestamp = details->action_timestamp;
    if (timestamp.type != SLACKAUDIT_INTEGER || timestamp.value < 0)
        return false;
    *ret_time_us = timestamp.value > most_ms ? timestamp.value : timestamp.value * 1000;
    return true;
}

/* Lists that may come as JSON in a string */

DEFINE_CLEANUP(struct slackaudit_document, slackaudit_document_free)

/* Neither: says what `value` is. */
static int refuse(
    const char *what, const struct slackaudit_value *value, struct slackaudit_problem *problem)
{
    struct error error = ERROR_INIT;
    int code = error_set(&error, ERROR_INVALID, "%s is of type %s, not an array", what,
        slackaudit_type_name(slackaudit_value_type(value)));
    return problem_tell(problem, code, &error);
}

static int list_in_text(struct slackaudit_document **ret_document,
    const struct slackaudit_value **ret_list, struct slackaudit_text text,
    struct slackaudit_problem *problem)
{
    _cleanup_(slackaudit_document_freep) struct slackaudit_document *document = NULL;
    int code = slackaudit_document_parse(&document, text.data, text.size, problem);
    if (code < 0)
        return code;
    const struct slackaudit_value *list = slackaudit_document_root(document);
    if (slackaudit_value_type(list) != SLACKAUDIT_ARRAY)
        return refuse("the JSON in users", list, problem);
    *ret_list = list;
    *ret_document = TAKE(document);
    return SLACKAUDIT_OK;
}

int slackaudit_details_users(struct slackaudit_document **ret_document,
    const struct slackaudit_value **ret_list, const struct slackaudit_value *users,
    struct slackaudit_problem *problem)
{
    if (ret_document == NULL || ret_list == NULL)
        return problem_of_null(problem, ret_document == NULL ? "ret_document" : "ret_list");
    const struct slackaudit_value *list = NULL;
    struct slackaudit_text text = record_text(users);
    switch (text.type) {
    case SLACKAUDIT_ABSENT:
    case SLACKAUDIT_NULL:
        break;
    case SLACKAUDIT_ARRAY:
        list = users;
        break;
    case SLACKAUDIT_STRING:
        if (text.size > 0)
            return list_in_text(ret_document, ret_list, text, problem);
        break;
    default:
        return refuse("users", users, problem);
    }
    *ret_list = list;
    *ret_document = NULL;
    return SLACKAUDIT_OK;
}
