/*
 * The things that an audit entry speaks of: users, apps, channels, files and all that can be its
 * entity. See slackaudit/field.h for how fields are read.
 *
 * Public header of libslackaudit: plain C11 and C++17.
 */
#pragma once

#include "slackaudit/field.h"

#ifdef __cplusplus
extern "C" {
#endif

struct slackaudit_user {
    struct slackaudit_object object;
    /* `details.inviter` and `details.kicker` come as a user or as {"type":"user","user":{...}}. The
     * user is what stands in the inner object; the outer one is here, else NULL. */
    const struct slackaudit_value *wrapper;
    struct slackaudit_text id; /* "USLACKUSER" and "USLACKSECURITY" are Slack itself */
    struct slackaudit_text name;
    struct slackaudit_text email;
    struct slackaudit_text team; /* its id */
};

struct slackaudit_app {
    struct slackaudit_object object;
    struct slackaudit_text id;
    struct slackaudit_text name;
    struct slackaudit_flag is_distributed;
    struct slackaudit_flag is_directory_approved;
    struct slackaudit_flag is_workflow_app;
    const struct slackaudit_value *scopes;     /* list of texts */
    const struct slackaudit_value *scopes_bot; /* list of texts */
    struct slackaudit_text creator;            /* a user's id */
    struct slackaudit_text team;               /* its id */
};

/* A workspace or an Enterprise organization. */
struct slackaudit_location {
    struct slackaudit_object object;
    struct slackaudit_text type; /* "workspace", "enterprise"; absent in an entity */
    struct slackaudit_text id;
    struct slackaudit_text name;
    struct slackaudit_text domain;
};

struct slackaudit_channel {
    struct slackaudit_object object;
    struct slackaudit_text id;
    struct slackaudit_text privacy; /* "public", "private" */
    struct slackaudit_text name;
    struct slackaudit_flag is_shared;
    struct slackaudit_flag is_org_shared;
    const struct slackaudit_value *teams_shared_with; /* list of ids */
    struct slackaudit_text original_connected_channel_id;
    struct slackaudit_flag is_salesforce_channel;
};

struct slackaudit_file {
    struct slackaudit_object object;
    struct slackaudit_text id;
    struct slackaudit_text name;
    struct slackaudit_text filetype;
    struct slackaudit_text title;
};

struct slackaudit_usergroup {
    struct slackaudit_object object;
    struct slackaudit_text id;
    struct slackaudit_text name;
};

struct slackaudit_workflow {
    struct slackaudit_object object;
    struct slackaudit_text id;
    struct slackaudit_text name;
    struct slackaudit_text domain;
};

struct slackaudit_workflow_v2 {
    struct slackaudit_object object;
    struct slackaudit_text id;
    struct slackaudit_text app_id;
    struct slackaudit_integer date_updated; /* Unix seconds */
    struct slackaudit_text callback_id;
    struct slackaudit_text name;
    struct slackaudit_text updated_by; /* a user's id */
    /* List: read its elements with slackaudit_workflow_step_read(). */
    const struct slackaudit_value *step_configuration;
};

struct slackaudit_workflow_step {
    struct slackaudit_object object;
    struct slackaudit_text name;
    struct slackaudit_text step_function_type;
    struct slackaudit_text step_function_app_id;
};

struct slackaudit_message {
    struct slackaudit_object object;
    struct slackaudit_text team;      /* its id */
    struct slackaudit_text channel;   /* its id */
    struct slackaudit_text timestamp; /* what names a message in its channel: "1700000000.000200" */
};

struct slackaudit_huddle {
    struct slackaudit_object object;
    struct slackaudit_text id;
    struct slackaudit_integer date_start;        /* Unix seconds */
    struct slackaudit_integer date_end;          /* likewise */
    const struct slackaudit_value *participants; /* list of users' ids */
};

struct slackaudit_role {
    struct slackaudit_object object;
    struct slackaudit_text id;
    struct slackaudit_text name;
    struct slackaudit_text type;
};

struct slackaudit_account_type_role {
    struct slackaudit_object object;
    struct slackaudit_text id;
    struct slackaudit_text name;
};

/* An information barrier. */
struct slackaudit_barrier {
    struct slackaudit_object object;
    struct slackaudit_text id;
    struct slackaudit_text primary_usergroup;                 /* its id */
    const struct slackaudit_value *barriered_from_usergroups; /* list of ids */
    const struct slackaudit_value *restricted_subjects;       /* list: "im", "mpim", "call" */
};

struct slackaudit_list {
    struct slackaudit_object object;
    struct slackaudit_text id;
    struct slackaudit_text name;
    struct slackaudit_text title;
};

/* A step that an app offers to workflows. */
struct slackaudit_function {
    struct slackaudit_object object;
    struct slackaudit_text id;
    struct slackaudit_text callback_id;
    struct slackaudit_text title;
    struct slackaudit_text description;
    struct slackaudit_text type;
    const struct slackaudit_value *input_parameters;  /* list of objects */
    const struct slackaudit_value *output_parameters; /* list of objects */
    struct slackaudit_text app_id;
};

struct slackaudit_external_auth_oauth2_token {
    struct slackaudit_object object;
    struct slackaudit_text id;
    struct slackaudit_text provider_name;
    struct slackaudit_text provider_key;
    struct slackaudit_text last_modified_by; /* a user's id */
    struct slackaudit_text app_id;
    const struct slackaudit_value *external_user_id; /* an integer, or a string */
};

enum slackaudit_entity_kind {
    SLACKAUDIT_ENTITY_UNKNOWN = 0, /* a type that this version does not know, or none */
    SLACKAUDIT_ENTITY_USER,
    SLACKAUDIT_ENTITY_WORKSPACE,
    SLACKAUDIT_ENTITY_ENTERPRISE,
    SLACKAUDIT_ENTITY_CHANNEL,
    SLACKAUDIT_ENTITY_FILE,
    SLACKAUDIT_ENTITY_APP,
    SLACKAUDIT_ENTITY_USERGROUP,
    SLACKAUDIT_ENTITY_WORKFLOW,
    SLACKAUDIT_ENTITY_WORKFLOW_V2,
    SLACKAUDIT_ENTITY_MESSAGE,
    SLACKAUDIT_ENTITY_HUDDLE,
    SLACKAUDIT_ENTITY_ROLE,
    SLACKAUDIT_ENTITY_ACCOUNT_TYPE_ROLE,
    SLACKAUDIT_ENTITY_BARRIER,
    SLACKAUDIT_ENTITY_LIST,
    SLACKAUDIT_ENTITY_FUNCTION,
    SLACKAUDIT_ENTITY_EXTERNAL_AUTH_OAUTH2_TOKEN,
};

/* What the action was done to: {"type":"channel","channel":{...}}. */
struct slackaudit_entity {
    struct slackaudit_object object;
    struct slackaudit_text type;
    /* The member that is named as `type` says, whether the type is known or not; NULL when there is
     * none. It is no unknown member. */
    const struct slackaudit_value *value;
    enum slackaudit_entity_kind kind; /* the member below that was read */
    union {
        struct slackaudit_user user;
        struct slackaudit_location workspace;
        struct slackaudit_location enterprise;
        struct slackaudit_channel channel;
        struct slackaudit_file file;
        struct slackaudit_app app;
        struct slackaudit_usergroup usergroup;
        struct slackaudit_workflow workflow;
        struct slackaudit_workflow_v2 workflow_v2;
        struct slackaudit_message message;
        struct slackaudit_huddle huddle;
        struct slackaudit_role role;
        struct slackaudit_account_type_role account_type_role;
        struct slackaudit_barrier barrier;
        struct slackaudit_list list;
        struct slackaudit_function function;
        struct slackaudit_external_auth_oauth2_token external_auth_oauth2_token;
    };
};

/* The `id` of the entity, of whatever type it is, known or not. */
SLACKAUDIT_API struct slackaudit_text slackaudit_entity_id(const struct slackaudit_entity *entity);
/* Its `name`, likewise. */
SLACKAUDIT_API struct slackaudit_text slackaudit_entity_name(
    const struct slackaudit_entity *entity);

/* An element of `step_configuration`. Any value will do, NULL too. */
SLACKAUDIT_API void slackaudit_workflow_step_read(
    const struct slackaudit_value *value, struct slackaudit_workflow_step *ret_step);

#ifdef __cplusplus
}
#endif
