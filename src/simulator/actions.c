#include "simulator/actions.h"

#include <string.h>

const struct action actions[] = {
    /* ACTIONS_COMMON of these */
    {"user_login", "user", ENTITY_USER, DETAILS_LOGIN},
    {"file_downloaded", "file", ENTITY_FILE, DETAILS_TEXT},
    {"user_channel_join", "channel", ENTITY_CHANNEL, DETAILS_INVITER},
    {"file_uploaded", "file", ENTITY_FILE, DETAILS_NUMBERS},
    {"user_logout", "user", ENTITY_USER, DETAILS_LOGIN},
    {"user_channel_leave", "channel", ENTITY_CHANNEL, DETAILS_KICKER},
    {"user_login_failed", "user", ENTITY_USER, DETAILS_LOGIN},
    {"anomaly", "user", ENTITY_USER, DETAILS_ANOMALY},

    {"user_created", "user", ENTITY_USER, DETAILS_INVITER},
    {"user_deactivated", "user", ENTITY_USER, DETAILS_NONE},
    {"user_reactivated", "user", ENTITY_USER, DETAILS_NONE},
    {"user_email_updated", "user", ENTITY_USER, DETAILS_VALUES},
    {"user_session_invalidated", "user", ENTITY_USER, DETAILS_LOGIN},
    {"user_session_reset_by_admin", "user", ENTITY_USER, DETAILS_TEXT},
    {"user_logout_compromised", "user", ENTITY_USER, DETAILS_ANOMALY},
    {"guest_created", "user", ENTITY_USER, DETAILS_INVITER},
    {"guest_deactivated", "user", ENTITY_USER, DETAILS_NONE},
    {"guest_expiration_set", "user", ENTITY_USER, DETAILS_NUMBERS},
    {"owner_transferred", "user", ENTITY_USER, DETAILS_NONE},
    {"role_change_to_admin", "user", ENTITY_USER, DETAILS_TEXT},
    {"role_change_to_guest", "user", ENTITY_USER, DETAILS_NONE},
    {"role_change_to_owner", "user", ENTITY_USER, DETAILS_NONE},
    {"role_change_to_user", "user", ENTITY_USER, DETAILS_NONE},
    {"role_assigned", "user", ENTITY_ROLE, DETAILS_USERS},
    {"role_removed", "user", ENTITY_ROLE, DETAILS_USERS},
    {"role_modified", "user", ENTITY_ACCOUNT_TYPE_ROLE, DETAILS_STRUCTURE},
    {"user_added_to_usergroup", "user", ENTITY_USERGROUP, DETAILS_USERS},
    {"user_removed_from_usergroup", "user", ENTITY_USERGROUP, DETAILS_USERS},
    {"custom_tos_accepted", "user", ENTITY_USER, DETAILS_NONE},
    {"huddle_started", "user", ENTITY_HUDDLE, DETAILS_NUMBERS},
    {"huddle_ended", "user", ENTITY_HUDDLE, DETAILS_NUMBERS},
    {"external_auth_token_created", "user", ENTITY_OAUTH2_TOKEN, DETAILS_STRUCTURE},
    {"external_auth_token_deleted", "user", ENTITY_OAUTH2_TOKEN, DETAILS_NONE},

    {"workspace_created", "workspace_or_org", ENTITY_WORKSPACE, DETAILS_NONE},
    {"workspace_deleted", "workspace_or_org", ENTITY_WORKSPACE, DETAILS_NONE},
    {"workspace_accepted_migration", "workspace_or_org", ENTITY_WORKSPACE, DETAILS_USERS},
    {"organization_verified", "workspace_or_org", ENTITY_ENTERPRISE, DETAILS_NONE},
    {"organization_public_url_updated", "workspace_or_org", ENTITY_ENTERPRISE, DETAILS_VALUES},
    {"emoji_added", "workspace_or_org", ENTITY_WORKSPACE, DETAILS_TEXT},
    {"emoji_removed", "workspace_or_org", ENTITY_WORKSPACE, DETAILS_TEXT},
    {"manual_export_started", "workspace_or_org", ENTITY_ENTERPRISE, DETAILS_NUMBERS},
    {"manual_export_completed", "workspace_or_org", ENTITY_ENTERPRISE, DETAILS_NUMBERS},
    {"manual_export_downloaded", "workspace_or_org", ENTITY_ENTERPRISE, DETAILS_NUMBERS},
    {"pref.allow_calls", "workspace_or_org", ENTITY_ENTERPRISE, DETAILS_VALUES},
    {"pref.sso_setting_changed", "workspace_or_org", ENTITY_ENTERPRISE, DETAILS_VALUES},
    {"pref.two_factor_auth_changed", "workspace_or_org", ENTITY_WORKSPACE, DETAILS_VALUES},
    {"pref.retention_changed", "workspace_or_org", ENTITY_WORKSPACE, DETAILS_NUMBERS},
    {"pref.who_can_manage_guests", "workspace_or_org", ENTITY_WORKSPACE, DETAILS_VALUES},
    {"ekm_enrolled", "workspace_or_org", ENTITY_ENTERPRISE, DETAILS_NONE},
    {"ekm_key_added", "workspace_or_org", ENTITY_ENTERPRISE, DETAILS_TEXT},
    {"approved_orgs_added", "workspace_or_org", ENTITY_ENTERPRISE, DETAILS_STRUCTURE},

    {"file_download_blocked", "file", ENTITY_FILE, DETAILS_LOGIN},
    {"file_downloaded_blocked", "file", ENTITY_FILE, DETAILS_LOGIN},
    {"file_public_link_created", "file", ENTITY_FILE, DETAILS_TEXT},
    {"file_public_link_revoked", "file", ENTITY_FILE, DETAILS_TEXT},
    {"file_shared", "file", ENTITY_FILE, DETAILS_STRUCTURE},
    {"file_malicious_content_detected", "file", ENTITY_FILE, DETAILS_TEXT},
    {"list_created", "file", ENTITY_LIST, DETAILS_NONE},
    {"list_shared", "file", ENTITY_LIST, DETAILS_STRUCTURE},

    {"public_channel_created", "channel", ENTITY_CHANNEL, DETAILS_NONE},
    {"private_channel_created", "channel", ENTITY_CHANNEL, DETAILS_NONE},
    {"public_channel_archive", "channel", ENTITY_CHANNEL, DETAILS_NONE},
    {"private_channel_archive", "channel", ENTITY_CHANNEL, DETAILS_NONE},
    {"public_channel_deleted", "channel", ENTITY_CHANNEL, DETAILS_TEXT},
    {"public_channel_converted_to_private", "channel", ENTITY_CHANNEL, DETAILS_NONE},
    {"channel_moved", "channel", ENTITY_CHANNEL, DETAILS_STRUCTURE},
    {"channel_retention_changed", "channel", ENTITY_CHANNEL, DETAILS_NUMBERS},
    {"channel_posting_permissions_updated", "channel", ENTITY_CHANNEL, DETAILS_VALUES},
    {"guest_channel_join", "channel", ENTITY_CHANNEL, DETAILS_INVITER},
    {"guest_channel_leave", "channel", ENTITY_CHANNEL, DETAILS_KICKER},
    {"external_shared_channel_connected", "channel", ENTITY_CHANNEL, DETAILS_INVITER},
    {"external_shared_channel_invite_sent", "channel", ENTITY_CHANNEL, DETAILS_INVITER},

    {"app_installed", "app", ENTITY_APP, DETAILS_STRUCTURE},
    {"app_uninstalled", "app", ENTITY_APP, DETAILS_NONE},
    {"app_approved", "app", ENTITY_APP, DETAILS_STRUCTURE},
    {"app_restricted", "app", ENTITY_APP, DETAILS_STRUCTURE},
    {"app_scopes_expanded", "app", ENTITY_APP, DETAILS_STRUCTURE},
    {"app_resources_added", "app", ENTITY_APP, DETAILS_STRUCTURE},
    {"app_token_preserved", "app", ENTITY_APP, DETAILS_NONE},
    {"bot_token_upgraded", "app", ENTITY_APP, DETAILS_STRUCTURE},
    {"function_distribution_changed", "app", ENTITY_FUNCTION, DETAILS_USERS},

    {"workflow_created", "workflow_builder", ENTITY_WORKFLOW, DETAILS_NONE},
    {"workflow_deleted", "workflow_builder", ENTITY_WORKFLOW, DETAILS_NONE},
    {"workflow_published", "workflow_builder", ENTITY_WORKFLOW, DETAILS_STRUCTURE},
    {"workflow_responses_csv_download", "workflow_builder", ENTITY_WORKFLOW, DETAILS_NUMBERS},
    {"workflow_v2_published", "workflow_builder", ENTITY_WORKFLOW_V2, DETAILS_NONE},
    {"workflow_v2_unpublished", "workflow_builder", ENTITY_WORKFLOW_V2, DETAILS_STRUCTURE},

    {"barrier_created", "barrier", ENTITY_BARRIER, DETAILS_NONE},
    {"barrier_updated", "barrier", ENTITY_BARRIER, DETAILS_VALUES},
    {"barrier_deleted", "barrier", ENTITY_BARRIER, DETAILS_NONE},

    {"message_tombstoned", "message", ENTITY_MESSAGE, DETAILS_TEXT},
    {"message_restored", "message", ENTITY_MESSAGE, DETAILS_NONE},
    {"message_flagged", "message", ENTITY_MESSAGE, DETAILS_TEXT},
};
const size_t action_count = sizeof(actions) / sizeof(actions[0]);

static const char *const categories[] = {
    "workspace_or_org", "user", "file", "channel", "app", "workflow_builder", "barrier", "message"};
enum { CATEGORIES = sizeof(categories) / sizeof(categories[0]) };

static int append_category(struct buffer *body, const char *category)
{
    int r = buffer_printf(body, "\"%s\":[", category);
    const char *separator = "";
    for (size_t i = 0; i < action_count && r == 0; i++) {
        if (strcmp(actions[i].category, category) != 0)
            continue;
        r = buffer_printf(body, "%s\"%s\"", separator, actions[i].name);
        separator = ",";
    }
    return r < 0 ? r : buffer_append_byte(body, ']');
}

int actions_append(struct buffer *body)
{
    int r = buffer_append_text(body, "{\"actions\":{");
    for (size_t i = 0; i < CATEGORIES && r == 0; i++) {
        if (i > 0)
            r = buffer_append_byte(body, ',');
        if (r == 0)
            r = append_category(body, categories[i]);
    }
    return r < 0 ? r : buffer_append_text(body, "}}");
}
