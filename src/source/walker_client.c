/* The walker's client: what it is made from, and its part in the budget of calls. */
#include "source/walker_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int64_t may_start(void *user)
{
    struct walker *walker = user;
    int64_t wait = governor_ask(walker->context.governor);
    if (wait == 0)
        walker->calls++;
    return wait;
}

/* The first failed attempt of a call is told at once: with patient retries the end of the call may
 * be minutes away, and until then an API that is down would look healthy. */
static void tell_trouble(struct walker *walker, const struct slackaudit_attempt *attempt)
{
    bool failed = attempt->transport != SLACKAUDIT_TRANSPORT_OK || attempt->status >= 400 ||
                  attempt->broken_body;
    if (!failed || walker->trouble_told)
        return;
    walker->trouble_told = true;
    char status[32] = "";
    if (attempt->status > 0)
        (void)snprintf(status, sizeof(status), "status %d", attempt->status); /* fits */
    const char *what = attempt->transport != SLACKAUDIT_TRANSPORT_OK
                           ? slackaudit_transport_name(attempt->transport)
                       : attempt->broken_body ? "the body is no whole page"
                                              : status;
    (void)snprintf(walker->last_error, sizeof(walker->last_error), "a call failed: %s%s%s", what,
        attempt->error[0] == '\0' ? "" : " ", attempt->error); /* a cut text is still a text */
    log_info(&walker->subject, "%s; it is tried again as `retry` says", walker->last_error);
}

/* A 429 holds every source of the token, and the next process too. */
static void attempt_ended(void *user, const struct slackaudit_attempt *attempt)
{
    struct walker *walker = user;
    struct error error = ERROR_INIT;
    tell_trouble(walker, attempt);
    if (attempt->status == 429 && attempt->retry_after_us > 0 &&
        governor_pause(walker->context.governor, attempt->retry_after_us, &error) < 0)
        log_warning(&walker->subject,
            "the pause that Slack asked for will not outlive a restart: %s", error.text);
}

static void client_log(void *user, const char *text)
{
    struct walker *walker = user;
    log_debug(&walker->subject, "%s", text);
}

/* Name and value pairs for the client, ended by NULL; `ret_secrets` holds what the values point
 * into. */
static int load_headers(const struct config_headers *headers, const char **pairs,
    struct secret **secrets, struct error *error)
{
    for (size_t i = 0; i < headers->count; i++) {
        int r = secret_load(&headers->items[i].value, &secrets[i], error);
        if (r < 0)
            return error_prefix(error, r, "header %s", headers->items[i].name);
        pairs[2 * i] = headers->items[i].name;
        pairs[2 * i + 1] = secret_text(secrets[i]);
    }
    return 0;
}

static int make_client(struct walker *walker, const char *const *headers, struct error *error)
{
    const struct config_source *config = walker->context.config;
    struct secret *proxy = NULL;
    if (config->proxy.kind != SECRET_NONE) {
        int r = secret_load(&config->proxy, &proxy, error);
        if (r < 0)
            return error_prefix(error, r, "proxy");
    }
    char agent[64];
    (void)snprintf(agent, sizeof(agent), "slackauditd/%s",
        walker->context.version); /* a cut version is still a name */
    const struct slackaudit_options options = {
        .size = sizeof(options),
        .token = secret_text(walker->token),
        .base_url = config->base_url,
        .insecure_http = config->insecure_http,
        .timeout_us = config->timeout_us,
        .proxy = config->has_proxy ? secret_text(proxy) : NULL,
        .ca_file = config->tls.ca_file,
        .cert_file = config->tls.cert_file,
        .key_file = config->tls.key_file,
        .tls_min_version = config->tls.min_version,
        .headers = headers,
        .user_agent_prefix = agent,
        .retry = walker->retry,
        .log = client_log,
        .may_start = may_start,
        .attempt_ended = attempt_ended,
        .user = walker,
    };
    struct slackaudit_problem problem = {0};
    int r = slackaudit_client_new(&walker->client, walker->context.engine, &options, &problem);
    secret_free(proxy);
    return r < 0 ? error_set(error, r, "%s", problem.text) : 0;
}

int walker_open_client(struct walker *walker, struct error *error)
{
    const struct config_headers *headers = &walker->context.config->headers;
    _cleanup_free_ const char **pairs = calloc(2 * headers->count + 1, sizeof(*pairs));
    _cleanup_free_ struct secret **secrets = calloc(headers->count + 1, sizeof(*secrets));
    if (pairs == NULL || secrets == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for headers");
    int r = load_headers(headers, pairs, secrets, error);
    if (r >= 0)
        r = make_client(walker, pairs, error);
    for (size_t i = 0; i < headers->count; i++)
        secret_free(secrets[i]);
    return r;
}

int walker_reload_token(struct walker *walker, struct error *error)
{
    struct secret *token = NULL;
    int r = secret_load(&walker->context.config->token, &token, error);
    if (r < 0)
        return r;
    bool same = strcmp(secret_text(token), secret_text(walker->token)) == 0;
    struct slackaudit_problem problem = {0};
    if (!same &&
        (r = slackaudit_client_set_token(walker->client, secret_text(token), &problem)) < 0) {
        secret_free(token);
        return error_set(error, r, "%s", problem.text);
    }
    secret_free(walker->token);
    walker->token = token;
    if (!same) {
        log_info(&walker->subject, "a new token was read");
        walker_retry_now(walker);
    }
    return same ? 0 : 1;
}
