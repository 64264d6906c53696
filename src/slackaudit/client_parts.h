/*
 * The client's inside, for its calls. Private to slackaudit/. A call reads it while the client is
 * there and keeps no pointer into it.
 */
#pragma once

#include "slackaudit/client.h"
#include "slackaudit/engine_parts.h"
#include "slackaudit/headers.h"
#include "sys/secret.h"

/* Whoever must know that a client goes, which a callback may bring about at any time. Embedded
 * object. `gone` is called before anything of the client has gone, with the follower out of its
 * list. */
struct client_follower {
    LIST_ENTRY(client_follower) place;
    void (*gone)(struct client_follower *follower);
};

LIST_HEAD(follower_list, client_follower);

struct slackaudit_client {
    struct slackaudit_engine *engine; /* kept */
    struct call_list calls;           /* under way */
    struct follower_list followers;
    struct secret *authorization; /* the value of the header, or NULL */
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

void client_follow(struct slackaudit_client *client, struct client_follower *follower);
void client_unfollow(struct client_follower *follower); /* not after `gone` */

/* Puts stars in the place of the token, should a server or a caller have brought it into a text. */
void client_hide_token(const struct slackaudit_client *client, char *text);
