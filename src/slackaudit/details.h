/*
 * `details`: what an entry says beyond who did what to what. Slack has one flat object for all
 * actions; an action sends the few fields that it needs. See slackaudit/field.h for how fields are
 * read.
 *
 * Public header of libslackaudit: plain C11 and C++17.
 */
#pragma once

#include "slackaudit/entity.h"

#ifdef __cplusplus
extern "C" {
#endif

struct slackaudit_retention_policy {
    struct slackaudit_object object;
    struct slackaudit_text type;
    struct slackaudit_integer duration_days;
};

/* Who may do a thing in a channel. */
struct slackaudit_conversation_pref {
    struct slackaudit_object object;
    const struct slackaudit_value *type; /* list of texts: "ADMINS" ... */
    const struct slackaudit_value *user; /* list of users' ids */
};

struct slackaudit_feature_enablement {
    struct slackaudit_object object;
    struct slackaudit_flag enabled;
};

struct slackaudit_shared_with {
    struct slackaudit_object object;
    struct slackaudit_text channel_id;
    struct slackaudit_text access_level;
};

struct slackaudit_profile {
    struct slackaudit_object object;
    struct slackaudit_text real_name;
    struct slackaudit_text first_name;
    struct slackaudit_text last_name;
    struct slackaudit_text display_name;
    struct slackaudit_text image_original; /* addresses, here and below */
    struct slackaudit_text image_24;
    struct slackaudit_text image_32;
    struct slackaudit_text image_48;
    struct slackaudit_text image_72;
    struct slackaudit_text image_192;
    struct slackaudit_text image_512;
    struct slackaudit_text image_1024;
};

struct slackaudit_space_file_id {
    struct slackaudit_object object;
    struct slackaudit_text payload;
};

struct slackaudit_attribute_items {
    struct slackaudit_object object;
    struct slackaudit_text type;
};

/* Of a datastore. */
struct slackaudit_attribute {
    struct slackaudit_object object;
    struct slackaudit_text name;
    struct slackaudit_text type;
    struct slackaudit_attribute_items items;
};

/* A request for approval of an app. */
struct slackaudit_app_request {
    struct slackaudit_object object;
    struct slackaudit_text id;
    struct slackaudit_text team_id;
};

struct slackaudit_rule_resolution {
    struct slackaudit_object object;
    struct slackaudit_text value;
};

struct slackaudit_rule_action {
    struct slackaudit_object object;
    struct slackaudit_rule_resolution resolution;
    const struct slackaudit_value *notify; /* list of objects with an `entity_type` */
};

struct slackaudit_rule_condition {
    struct slackaudit_object object;
    struct slackaudit_text datatype;
    struct slackaudit_text operator_name; /* Slack's name is `operator`, a word of C++ */
    /* List: read its elements with slackaudit_rule_term_read(). */
    const struct slackaudit_value *values;
    struct slackaudit_text entity_type;
};

struct slackaudit_rule_term {
    struct slackaudit_object object;
    struct slackaudit_text field;
    const struct slackaudit_value *values; /* list of texts */
    struct slackaudit_text datatype;
    struct slackaudit_text operator_name; /* `operator` */
};

/* By which apps are approved without a person. */
struct slackaudit_rule {
    struct slackaudit_object object;
    struct slackaudit_text id;
    struct slackaudit_text team_id;
    struct slackaudit_text title;
    struct slackaudit_rule_action action;
    struct slackaudit_rule_condition condition;
};

struct slackaudit_details {
    struct slackaudit_object object;

    /* What was before and what is now: a text, a list, or an object of lists. */
    const struct slackaudit_value *new_value;
    const struct slackaudit_value *previous_value;

    /* A text, or a list of texts (of an anomaly): ask slackaudit_value_has(). */
    const struct slackaudit_value *reason;
    struct slackaudit_integer action_timestamp; /* its unit varies: slackaudit_details_time_us() */
    struct slackaudit_text location;
    struct slackaudit_text previous_ip_address;
    struct slackaudit_text previous_ua;

    struct slackaudit_text name;
    struct slackaudit_text type;
    struct slackaudit_text action;
    struct slackaudit_text actor;
    struct slackaudit_text user;
    struct slackaudit_text team;
    struct slackaudit_text enterprise;
    struct slackaudit_text subteam;
    struct slackaudit_text creator;
    struct slackaudit_text label;
    struct slackaudit_text trigger;
    struct slackaudit_text initiated_by;
    struct slackaudit_flag is_error;
    struct slackaudit_text is_flagged;
    struct slackaudit_integer expires_on; /* Unix seconds */
    struct slackaudit_integer duration;

    /* Sessions and clients. */
    struct slackaudit_flag mobile_only;
    struct slackaudit_flag web_only;
    struct slackaudit_flag non_sso_only;
    struct slackaudit_flag desktop_app_browser_quit;
    struct slackaudit_integer session_search_start;
    struct slackaudit_integer deprecation_search_end;

    /* Users, invitations, groups. */
    struct slackaudit_user inviter;
    struct slackaudit_user kicker;
    struct slackaudit_text invite_id;
    struct slackaudit_text target_user;
    struct slackaudit_text target_user_id;
    struct slackaudit_profile previous_profile;
    struct slackaudit_profile new_profile;
    const struct slackaudit_value *succeeded_users; /* read with slackaudit_details_users() */
    const struct slackaudit_value *failed_users;    /* likewise */
    struct slackaudit_integer idp_group_member_count;
    struct slackaudit_integer workspace_member_count;
    struct slackaudit_integer added_user_count;
    struct slackaudit_integer added_user_error_count;
    struct slackaudit_integer reactivated_user_count;
    struct slackaudit_integer removed_user_count;
    struct slackaudit_integer removed_user_error_count;
    struct slackaudit_integer total_removal_count;
    struct slackaudit_text idp_config_id;
    struct slackaudit_text config_type;
    struct slackaudit_text idp_entity_id_hash;

    /* Channels, sharing, other organizations. */
    struct slackaudit_text channel;
    struct slackaudit_text channel_id;
    const struct slackaudit_value *channels; /* list of ids */
    struct slackaudit_text shared_to;
    struct slackaudit_shared_with shared_with;
    struct slackaudit_text access_level;
    struct slackaudit_text origin_team;
    struct slackaudit_text target_team;
    struct slackaudit_text source_team;
    struct slackaudit_text destination_team;
    struct slackaudit_text added_team_id;
    struct slackaudit_text disconnecting_team;
    struct slackaudit_text external_organization_id;
    struct slackaudit_text external_organization_name;
    struct slackaudit_text external_user_id;
    struct slackaudit_text external_user_email;
    struct slackaudit_flag is_external_limited;
    struct slackaudit_conversation_pref who_can_post;
    struct slackaudit_conversation_pref can_thread;
    struct slackaudit_feature_enablement enable_at_here;
    struct slackaudit_feature_enablement enable_at_channel;
    struct slackaudit_feature_enablement can_huddle;
    struct slackaudit_retention_policy old_retention_policy;
    struct slackaudit_retention_policy new_retention_policy;

    /* Apps, their scopes and their approval. */
    struct slackaudit_text app_id;
    struct slackaudit_text app_owner_id;
    struct slackaudit_text admin_app_id;
    struct slackaudit_text bot_id;
    struct slackaudit_text installer_user_id;
    struct slackaudit_text new_version_id;
    struct slackaudit_flag is_workflow;
    struct slackaudit_flag is_internal_integration;
    struct slackaudit_flag is_token_rotation_enabled_app;
    struct slackaudit_flag granular_bot_token;
    const struct slackaudit_value *scopes; /* lists of texts, here and below */
    const struct slackaudit_value *scopes_bot;
    const struct slackaudit_value *bot_scopes;
    const struct slackaudit_value *new_scopes;
    const struct slackaudit_value *old_scopes;
    const struct slackaudit_value *previous_scopes;
    struct slackaudit_text approver_id;
    struct slackaudit_text approval_type;
    struct slackaudit_text resolution;
    struct slackaudit_text cleared_resolution;
    struct slackaudit_flag app_previously_resolved;
    struct slackaudit_flag app_previously_approved;
    struct slackaudit_app_request request;
    struct slackaudit_rule matched_rule;
    const struct slackaudit_value *rules_checked; /* list: slackaudit_rule_read() */

    /* Permissions, workflows, datastores. */
    const struct slackaudit_value *permissions;         /* list of objects */
    const struct slackaudit_value *changed_permissions; /* list of texts */
    struct slackaudit_flag permissions_updated;
    struct slackaudit_text target_entity;
    struct slackaudit_text target_entity_id;
    struct slackaudit_text entity_type;
    const struct slackaudit_value *functions; /* lists of texts, here and below */
    const struct slackaudit_value *workflows;
    const struct slackaudit_value *datastores;
    struct slackaudit_text datastore_name;
    const struct slackaudit_value *attributes; /* list: slackaudit_attribute_read() */

    /* Exports. */
    struct slackaudit_text export_type;
    struct slackaudit_text export_start_ts;
    struct slackaudit_text export_end_ts;
    struct slackaudit_integer exporting_team_id;

    /* Information barriers. */
    struct slackaudit_text barrier_id;
    struct slackaudit_text primary_usergroup_id;
    const struct slackaudit_value *barriered_from_usergroup_ids; /* list of ids */
    const struct slackaudit_value *restricted_subjects;          /* list: "im", "mpim", "call" */

    /* Files, canvases, lists. */
    struct slackaudit_text url_private;
    struct slackaudit_space_file_id space_file_id;
    struct slackaudit_flag is_channel_canvas;
    struct slackaudit_text linked_channel_id;
    struct slackaudit_text column_id;
    struct slackaudit_text row_id;
    struct slackaudit_integer cell_date_updated;
    struct slackaudit_text view_id;
};

/* `action_timestamp` in microseconds since 1970. Slack sends some in microseconds and some in
 * milliseconds: what is over 10^13 is the former. False, and `ret_time_us` is not written, when
 * none was sent, or it is no integer, or negative. */
SLACKAUDIT_API bool slackaudit_details_time_us(
    const struct slackaudit_details *details, int64_t *ret_time_us);

/* The list that `succeeded_users` or `failed_users` holds: Slack sends an array, or a string with
 * an array in it as JSON. `ret_list` is the array in both cases, and NULL for what is absent, null
 * or an empty string. When a string was parsed, `ret_document` owns the list and is to be freed; it
 * is NULL otherwise. Returns SLACKAUDIT_OK; SLACKAUDIT_ERROR_INVALID when there is no array, and
 * `problem`, which may be NULL, says what there is; SLACKAUDIT_ERROR_MEMORY. */
SLACKAUDIT_API int slackaudit_details_users(struct slackaudit_document **ret_document,
    const struct slackaudit_value **ret_list, const struct slackaudit_value *users,
    struct slackaudit_problem *problem);

/* An element of `rules_checked`. Any value will do, NULL too; so below. */
SLACKAUDIT_API void slackaudit_rule_read(
    const struct slackaudit_value *value, struct slackaudit_rule *ret_rule);
/* An element of a condition's `values`. */
SLACKAUDIT_API void slackaudit_rule_term_read(
    const struct slackaudit_value *value, struct slackaudit_rule_term *ret_term);
/* An element of `attributes`. */
SLACKAUDIT_API void slackaudit_attribute_read(
    const struct slackaudit_value *value, struct slackaudit_attribute *ret_attribute);

#ifdef __cplusplus
}
#endif
