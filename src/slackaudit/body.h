/*
 * Whole bodies of the API in typed structs: the answers of /logs, /schemas and /actions, and the
 * errors of all three.
 *
 * An error has `ok` false and a name in `error`; a body without `ok` is no error. Reading never
 * fails and allocates nothing. See slackaudit/field.h for how fields are read, and
 * slackaudit/page.h for reading a page of /logs without holding it whole.
 *
 * Public header of libslackaudit: plain C11 and C++17. What a struct points to is owned by the
 * document that was read, and is valid as long as that is; threads: see slackaudit/value.h.
 */
#pragma once

#include "slackaudit/entry.h"

#ifdef __cplusplus
extern "C" {
#endif

struct slackaudit_response_metadata {
    struct slackaudit_object object;
    struct slackaudit_text next_cursor; /* absent, null or empty on the last page */
};

/* /logs. Its entries are read one at a time, into a struct of the caller's. */
struct slackaudit_logs_body {
    struct slackaudit_object object;
    struct slackaudit_flag ok;
    struct slackaudit_text error;
    struct slackaudit_text needed;          /* the scope that the token lacks */
    struct slackaudit_text provided;        /* those that it has */
    const struct slackaudit_value *entries; /* a list, newest first */
    struct slackaudit_response_metadata response_metadata;
};

/* Reads the body that `value` is. Any value will do, NULL too; so below. */
SLACKAUDIT_API void slackaudit_logs_body_read(
    const struct slackaudit_value *value, struct slackaudit_logs_body *ret_logs);

/* The entry at `index`, from 0; false past the last, and `ret_entry` is not written:
 *
 *     for (size_t i = 0; slackaudit_logs_body_entry(&logs, i, &entry); i++)
 */
SLACKAUDIT_API bool slackaudit_logs_body_entry(
    const struct slackaudit_logs_body *logs, size_t index, struct slackaudit_entry *ret_entry);

/* /schemas: the types of objects that entries speak of. */
struct slackaudit_schemas_body {
    struct slackaudit_object object;
    struct slackaudit_flag ok;
    struct slackaudit_text error;
    const struct slackaudit_value *schemas; /* a list */
};

/* {"type":"workspace","workspace":{"id":"string",...}} */
struct slackaudit_schema {
    struct slackaudit_object object;
    struct slackaudit_text type;
    /* The member that is named as `type` says: an object of fields and the names of their types.
     * NULL when there is none. It is no unknown member. */
    const struct slackaudit_value *fields;
};

/* Reads the body that `value` is. */
SLACKAUDIT_API void slackaudit_schemas_body_read(
    const struct slackaudit_value *value, struct slackaudit_schemas_body *ret_schemas);

/* The schema at `index`, as slackaudit_logs_body_entry(). */
SLACKAUDIT_API bool slackaudit_schemas_body_schema(const struct slackaudit_schemas_body *schemas,
    size_t index, struct slackaudit_schema *ret_schema);

/* The names of actions, a list for each kind of thing that they are done to. Slack has more kinds
 * than these: a walk over all members of `object.value` finds every list. */
struct slackaudit_action_names {
    struct slackaudit_object object;
    const struct slackaudit_value *workspace_or_org;
    const struct slackaudit_value *user;
    const struct slackaudit_value *file;
    const struct slackaudit_value *channel;
    const struct slackaudit_value *app;
    const struct slackaudit_value *workflow_builder;
    const struct slackaudit_value *barrier;
    const struct slackaudit_value *message;
};

/* /actions. */
struct slackaudit_actions_body {
    struct slackaudit_object object;
    struct slackaudit_flag ok;
    struct slackaudit_text error;
    struct slackaudit_action_names actions;
};

/* Reads the body that `value` is. */
SLACKAUDIT_API void slackaudit_actions_body_read(
    const struct slackaudit_value *value, struct slackaudit_actions_body *ret_actions);

#ifdef __cplusplus
}
#endif
