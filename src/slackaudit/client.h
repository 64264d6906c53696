/*
 * A client of the Audit Logs API: a token, an address, a retry stack and all that its calls share.
 *
 * A client belongs to an engine (engine.h): to the caller's, or to one of its own. What it can be
 * asked stands in calls.h (calls that report to callbacks), sync.h (calls that wait) and entries.h
 * (all entries of a query, page by page).
 *
 * Certificates are always verified and redirects are never followed: there is no option for either.
 *
 * Public header of libslackaudit: plain C11 and C++17. Times are microseconds. One thread at a time
 * uses an engine and everything that belongs to it.
 */
#pragma once

#include "slackaudit/engine.h"
#include "slackaudit/retry.h"

#ifdef __cplusplus
extern "C" {
#endif

struct slackaudit_client;

/* Unset (zero) means the default that is named. Set `size` to sizeof(struct slackaudit_options):
 * members will be added at the end, and one that the library does not know yet is refused unless it
 * is unset. */
struct slackaudit_options {
    size_t size;
    const char *token;    /* may be NULL for /schemas and /actions only */
    const char *base_url; /* https://api.slack.com/audit/v1/ */
    bool insecure_http;   /* allow http:// to a host that is not loopback */
    int64_t timeout_us;   /* 30 s, for each attempt */
    /* [SCHEME://][USER[:PASSWORD]@]HOST[:PORT], by HTTP, HTTPS or SOCKS; "": none. NULL: the first
     * that is set of HTTPS_PROXY, https_proxy, HTTP_PROXY and http_proxy (as in Slack's SDK; in a
     * CGI program not HTTP_PROXY), but none for a base_url on this machine. NO_PROXY holds for one
     * that is given here, too. */
    const char *proxy;
    /* PEM files; NULL or "": the system's authorities, no certificate of our own. */
    const char *ca_file, *cert_file, *key_file;
    const char *tls_min_version; /* "1.2" or "1.3"; "1.2" */
    /* Pairs of name and value, ended by NULL; sent with every call. No Authorization. */
    const char *const *headers;
    /* Around "slackaudit/VERSION", a space between. */
    const char *user_agent_prefix, *user_agent_suffix;
    uint64_t response_limit; /* 256 MiB, after decompression */
    /* Must outlive the client; NULL: a stack of its own, see slackaudit_client_retry(). */
    const struct slackaudit_retry_stack *retry;
    /* Debug lines about each attempt. No secret is in them: of the headers that a caller gave they
     * show the names alone. */
    void (*log)(void *user, const char *text);
    /* Asked before each attempt: 0 lets it go, more is the time in microseconds after which to ask
     * again (at most a day). NULL: always 0. This is where a budget of calls that many clients
     * share is kept: after each 0 one attempt is made. */
    int64_t (*may_start)(void *user);
    /* Told after each attempt that was not cancelled, retried or not. */
    void (*attempt_ended)(void *user, const struct slackaudit_attempt *attempt);
    void *user; /* of the three */
};

/* `engine` may be NULL: the client has one of its own. The caller frees the client.
 * ERROR_INVALID for an empty token or one with a line break, an address that is not http(s), has
 * user information or does not end in a slash, a header with a line break, a proxy that cannot be
 * understood; the text begins with the name of the option (or of the variable) and never shows its
 * value. ERROR_MEMORY, ERROR_SYSTEM. */
SLACKAUDIT_API int slackaudit_client_new(struct slackaudit_client **ret_client,
    struct slackaudit_engine *engine, const struct slackaudit_options *options,
    struct slackaudit_problem *problem);

/* Its calls are cancelled; one that waits (sync.h) and was told so by a callback returns
 * ERROR_CALLBACK, and iterators have no more pages. NULL is allowed. */
SLACKAUDIT_API void slackaudit_client_free(struct slackaudit_client *client);

/* A new token, from the next attempt on. On failure (as slackaudit_client_new()) the old one stays.
 */
SLACKAUDIT_API int slackaudit_client_set_token(
    struct slackaudit_client *client, const char *token, struct slackaudit_problem *problem);

/* The engine that drives it; owned as it was before. */
SLACKAUDIT_API struct slackaudit_engine *slackaudit_client_engine(
    const struct slackaudit_client *client);

/* The client's own stack, to append to, prepend to or clear while none of its calls is under way;
 * it begins as slackaudit_retry_stack_default(). NULL when the options gave one. */
SLACKAUDIT_API struct slackaudit_retry_stack *slackaudit_client_retry(
    struct slackaudit_client *client);

#ifdef __cplusplus
}
#endif
