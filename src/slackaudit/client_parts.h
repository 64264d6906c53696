/*
 * The client's inside, for its calls. Private to slackaudit/. A call reads it while the client is
 * there and keeps no pointer into it.
 */
#pragma once

#include "slackaudit/client.h"
#include "slackaudit/engine_parts.h"
#include "slackaudit/headers.h"
#include "sys/secret.h"

struct slackaudit_client {
    struct slackaudit_engine *engine;
    struct slackaudit_engine *own_engine; /* the same, or NULL when the caller has it */
    struct call_list calls;               /* under way */
    struct secret *authorization;         /* the value of the header, or NULL */
    char *base_url;
    char *proxy; /* "": none */
    char *ca_file, *cert_file, *key_file, *tls_min_version;
    char *user_agent;
    struct headers headers;
    int64_t timeout_us;
    uint64_t response_limit;
    const struct slackaudit_retry_stack *retry; /* the caller's, or `default_retry` */
    struct slackaudit_retry_stack *default_retry;
    void (*log)(void *user, const char *text);
    int64_t (*may_start)(void *user);
    void (*attempt_ended)(void *user, const struct slackaudit_attempt *attempt);
    void *user;
};

/* Puts stars in the place of the token, should a server or a caller have brought it into a text. */
void client_hide_token(const struct slackaudit_client *client, char *text);
