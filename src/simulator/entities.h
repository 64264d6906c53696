/*
 * The types of entity: how each looks in an entry, and what GET /schemas says of it.
 *
 * An entity is a type and a number below ENTITY_NUMBERS; its id is a hash of both under the seed,
 * so the same entities occur again and again and a filter for one finds something.
 */
#pragma once

#include <stdint.h>

#include "base/buffer.h"

enum entity_type {
    ENTITY_USER,
    ENTITY_CHANNEL,
    ENTITY_FILE,
    ENTITY_APP,
    ENTITY_WORKSPACE,
    ENTITY_ENTERPRISE,
    ENTITY_USERGROUP,
    ENTITY_WORKFLOW,
    ENTITY_WORKFLOW_V2,
    ENTITY_MESSAGE,
    ENTITY_HUDDLE,
    ENTITY_ROLE,
    ENTITY_ACCOUNT_TYPE_ROLE,
    ENTITY_BARRIER,
    ENTITY_LIST,
    ENTITY_FUNCTION,
    ENTITY_OAUTH2_TOKEN,
    ENTITY_UNKNOWN, /* a type that no schema names; made on demand only */
    ENTITY_TYPES,
};

enum { ENTITY_NUMBERS = 500 };

struct entity_kind {
    const char *type;      /* the name in JSON */
    const char *id_prefix; /* ids begin with it */
    const char
        *body; /* a template (simulator/template.h) with the markers of simulator/vocabulary.h */
    const char *schema; /* what GET /schemas says; JSON with ' for " */
};

/* Indexed by enum entity_type. */
extern const struct entity_kind entity_kinds[ENTITY_TYPES];

/* Appends the body of GET /schemas. Returns 0 or what the buffer refused with. */
int entities_append_schemas(struct buffer *body);
