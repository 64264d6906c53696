/*
 * An entry of the audit log in typed structs: who did what to what, when and from where.
 *
 *     struct slackaudit_document *document;
 *     struct slackaudit_entry entry;
 *     if (slackaudit_entry_parse(&document, &entry, data, size, &problem) < 0)
 *         ...
 *     if (slackaudit_text_is(entry.action, "anomaly") &&
 *         slackaudit_value_has(entry.details.reason, "tor"))
 *         printf("%s came through Tor\n", slackaudit_text_or(entry.actor.user.email, "?"));
 *     slackaudit_document_free(document);
 *
 * Reading never fails, whatever an entry holds, copies no text and allocates nothing: an unknown
 * action or type of entity is normal, a field of an unexpected type says so, and unknown members
 * can be walked over at every level (slackaudit/field.h). A struct is filled from the whole entry
 * at once; it takes some 4 KiB, and may stand on the stack and be used again.
 *
 * Public header of libslackaudit: plain C11 and C++17. What an entry points to is owned by its
 * document and is valid as long as that is; threads: see slackaudit/value.h.
 */
#pragma once

#include "slackaudit/details.h"

#ifdef __cplusplus
extern "C" {
#endif

struct slackaudit_actor {
    struct slackaudit_object object;
    struct slackaudit_text type; /* "user" */
    struct slackaudit_user user;
    const struct slackaudit_value *acting_agent; /* an object: what acted in the user's name */
    struct slackaudit_text agent_message;        /* what it was told; most entries have neither */
};

struct slackaudit_context {
    struct slackaudit_object object;
    struct slackaudit_location location;
    struct slackaudit_text ua;
    struct slackaudit_text ip_address; /* IPv4 or IPv6; seen as "" too */
    /* A string, an integer or null: slackaudit_value_plain() makes text of it. */
    const struct slackaudit_value *session_id;
    struct slackaudit_app app; /* often null */
};

struct slackaudit_entry {
    struct slackaudit_object object;
    struct slackaudit_text id;             /* unique; not always a valid UUID */
    struct slackaudit_integer date_create; /* Unix seconds */
    struct slackaudit_text action;
    struct slackaudit_actor actor;
    struct slackaudit_entity entity;
    struct slackaudit_context context;
    struct slackaudit_details details; /* absent where the action has none */
};

/* Reads the entry that `value` is. Any value will do, NULL too. */
SLACKAUDIT_API void slackaudit_entry_read(
    const struct slackaudit_value *value, struct slackaudit_entry *ret_entry);

/* Parses one entry, such as the page splitter yields, and reads it. Returns and refuses as
 * slackaudit_document_parse(); the document is to be freed when the entry is done with. JSON that
 * is no object is no error: `ret_entry->object.value` has it, and all fields are absent. */
SLACKAUDIT_API int slackaudit_entry_parse(struct slackaudit_document **ret_document,
    struct slackaudit_entry *ret_entry, const char *data, size_t size,
    struct slackaudit_problem *problem);

#ifdef __cplusplus
}
#endif
