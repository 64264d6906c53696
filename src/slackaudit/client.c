#include "slackaudit/client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/units.h"
#include "slackaudit/address.h"
#include "slackaudit/call_parts.h"
#include "slackaudit/client_parts.h"
#include "slackaudit/problem.h"
#include "slackaudit/proxy.h"

#define DEFAULT_BASE_URL "https://api.slack.com/audit/v1/"
#define BEARER           "Bearer "

/* Shorter ones would put stars into ordinary words. */
enum { SHORTEST_HIDDEN_TOKEN = 6 };

enum { LARGEST_OPTIONS = 4096 };

static const int64_t longest_timeout_us = USEC_PER_DAY;

DEFINE_CLEANUP(struct slackaudit_client, slackaudit_client_free)

void client_hide_token(const struct slackaudit_client *client, char *text)
{
    if (client->authorization == NULL)
        return;
    const char *token = secret_text(client->authorization) + strlen(BEARER);
    size_t size = strlen(token);
    if (size < SHORTEST_HIDDEN_TOKEN)
        return;
    for (char *found = strstr(text, token); found != NULL; found = strstr(found + size, token))
        memset(found, '*', size);
}

/* ---- Checks ---- */

static int check_token(const char *token, struct error *error)
{
    if (*token == '\0')
        return error_set(error, ERROR_INVALID, "token is empty");
    if (strlen(token) > LIMIT_SECRET)
        return error_set(
            error, ERROR_INVALID, "token is longer than %zu bytes", (size_t)LIMIT_SECRET);
    for (const char *byte = token; *byte != '\0'; byte++)
        if (*byte <= 0x20 || *byte >= 0x7f)
            return error_set(error, ERROR_INVALID,
                "token has a line break, a space or another byte that no token has, at byte %zu",
                (size_t)(byte - token) + 1);
    return 0;
}

static int check_text(const char *text, const char *option, struct error *error)
{
    if (text != NULL && !headers_value_is_valid(text))
        return error_set(
            error, ERROR_INVALID, "%s has a line break or another control character", option);
    return 0;
}

static int check_options(const struct slackaudit_options *options, struct error *error)
{
    int code = 0;
    if (options->token != NULL)
        code = check_token(options->token, error);
    if (code == 0)
        code = address_check(options->base_url, options->insecure_http, error);
    if (code == 0)
        code = check_text(options->user_agent_prefix, "user_agent_prefix", error);
    if (code == 0)
        code = check_text(options->user_agent_suffix, "user_agent_suffix", error);
    if (code < 0)
        return code;
    if (options->timeout_us < 0 || options->timeout_us > longest_timeout_us)
        return error_set(error, ERROR_INVALID, "timeout_us is negative or more than a day");
    const char *version = options->tls_min_version;
    if (version != NULL && *version != '\0' && strcmp(version, "1.2") != 0 &&
        strcmp(version, "1.3") != 0)
        return error_set(error, ERROR_INVALID, "tls_min_version is neither 1.2 nor 1.3");
    return 0;
}

/* Whether a caller that was built with a later header left alone what is new in it. */
static bool is_unset_behind(const struct slackaudit_options *given, size_t known)
{
    const char *bytes = (const char *)given;
    for (size_t i = known; i < given->size; i++)
        if (bytes[i] != '\0')
            return false;
    return true;
}

/* What a caller of any version of the header gave, the rest unset. */
static int read_options(const struct slackaudit_options *given,
    struct slackaudit_options *ret_options, struct error *error)
{
    if (given == NULL)
        return error_set(error, ERROR_INVALID, "options are NULL");
    size_t known = sizeof(*given);
    /* No header makes a part of a member, nor ever so large a struct. */
    if (given->size < sizeof(given->size) ||
        given->size % _Alignof(struct slackaudit_options) != 0 || given->size > LARGEST_OPTIONS)
        return error_set(error, ERROR_INVALID,
            "options.size is %zu: set it to sizeof(struct slackaudit_options)", given->size);
    if (!is_unset_behind(given, known))
        return error_set(error, ERROR_INVALID,
            "options has a member behind the %zu bytes that this version of the library knows",
            known);
    *ret_options = (struct slackaudit_options){0};
    memcpy(ret_options, given, given->size < known ? given->size : known);
    if (ret_options->base_url == NULL)
        ret_options->base_url = DEFAULT_BASE_URL;
    return check_options(ret_options, error);
}

/* ---- Construction ---- */

static int make_authorization(const char *token, struct secret **ret_secret, struct error *error)
{
    int code = check_token(token, error);
    if (code < 0)
        return code;
    _cleanup_free_ char *value = NULL;
    if (asprintf(&value, BEARER "%s", token) < 0) {
        value = NULL;
        return error_set(error, ERROR_MEMORY, "no memory for the token");
    }
    code = secret_new_unregistered(value, ret_secret);
    explicit_bzero(value, strlen(value));
    return code < 0 ? error_set(error, code, "no memory for the token") : 0;
}

static int copy_text(const char *text, char **ret_copy)
{
    if (text == NULL)
        return 0;
    char *copy = strdup(text);
    if (copy == NULL)
        return ERROR_MEMORY;
    *ret_copy = copy;
    return 0;
}

/* A proxy of the environment is not for this machine itself, which no proxy elsewhere can reach. */
static int choose_proxy(
    struct slackaudit_client *client, const struct slackaudit_options *options, struct error *error)
{
    const char *proxy = options->proxy, *name = "proxy";
    if (proxy == NULL && address_is_loopback(options->base_url))
        proxy = "";
    if (proxy == NULL)
        proxy = proxy_of_environment(&name);
    const char *fault = *proxy == '\0' ? NULL : proxy_fault(proxy);
    if (fault != NULL)
        return error_set(error, ERROR_INVALID, "%s %s", name, fault);
    return copy_text(proxy, &client->proxy) < 0
               ? error_set(error, ERROR_MEMORY, "no memory for a client")
               : 0;
}

static int make_user_agent(const struct slackaudit_options *options, char **ret_text)
{
    const char *prefix = options->user_agent_prefix, *suffix = options->user_agent_suffix;
    bool has_prefix = prefix != NULL && *prefix != '\0';
    bool has_suffix = suffix != NULL && *suffix != '\0';
    char *text;
    if (asprintf(&text, "%s%sslackaudit/%s%s%s", has_prefix ? prefix : "", has_prefix ? " " : "",
            SLACKAUDIT_VERSION, has_suffix ? " " : "", has_suffix ? suffix : "") < 0)
        return ERROR_MEMORY;
    *ret_text = text;
    return 0;
}

static int copy_texts(struct slackaudit_client *client, const struct slackaudit_options *options)
{
    int code = copy_text(options->base_url, &client->base_url);
    if (code == 0)
        code = copy_text(options->ca_file, &client->ca_file);
    if (code == 0)
        code = copy_text(options->cert_file, &client->cert_file);
    if (code == 0)
        code = copy_text(options->key_file, &client->key_file);
    if (code == 0)
        code = copy_text(options->tls_min_version, &client->tls_min_version);
    if (code == 0)
        code = make_user_agent(options, &client->user_agent);
    return code;
}

static int choose_retry(struct slackaudit_client *client, const struct slackaudit_options *options)
{
    client->retry = options->retry;
    if (client->retry != NULL)
        return 0;
    client->retry = client->default_retry = slackaudit_retry_stack_default();
    return client->retry == NULL ? ERROR_MEMORY : 0;
}

/* The numbers and functions, which cannot fail. */
static void take_settings(
    struct slackaudit_client *client, const struct slackaudit_options *options)
{
    client->timeout_us = options->timeout_us > 0 ? options->timeout_us : 30 * USEC_PER_SEC;
    client->response_limit = options->response_limit > 0 ? options->response_limit : LIMIT_RESPONSE;
    client->log = options->log;
    client->may_start = options->may_start;
    client->attempt_ended = options->attempt_ended;
    client->user = options->user;
}

static int choose_engine(
    struct slackaudit_client *client, struct slackaudit_engine *engine, struct error *error)
{
    struct slackaudit_problem problem = {0};
    if (engine != NULL) {
        engine_keep(engine);
        client->engine = engine;
        return 0;
    }
    int code =
        slackaudit_engine_new(&client->engine, NULL, &problem); /* kept by the client alone */
    return code < 0 ? error_set(error, code, "%s", problem.text) : 0;
}

static int client_new(struct slackaudit_client **ret_client, struct slackaudit_engine *engine,
    const struct slackaudit_options *given, struct error *error)
{
    if (ret_client == NULL)
        return error_set(error, ERROR_INVALID, "ret_client is NULL");
    struct slackaudit_options options;
    int code = read_options(given, &options, error);
    if (code < 0)
        return code;
    _cleanup_(slackaudit_client_freep) struct slackaudit_client *client =
        calloc(1, sizeof(*client));
    if (client == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a client");
    LIST_INIT(&client->calls);
    LIST_INIT(&client->followers);
    take_settings(client, &options);
    code = choose_engine(client, engine, error);
    if (code == 0)
        code = headers_copy(options.headers, &client->headers, error);
    if (code == 0 && options.token != NULL)
        code = make_authorization(options.token, &client->authorization, error);
    if (code == 0)
        code = choose_proxy(client, &options, error);
    if (code < 0)
        return code;
    code = copy_texts(client, &options);
    if (code == 0)
        code = choose_retry(client, &options);
    if (code < 0)
        return error_set(error, code, "no memory for a client");
    *ret_client = TAKE(client);
    return 0;
}

int slackaudit_client_new(struct slackaudit_client **ret_client, struct slackaudit_engine *engine,
    const struct slackaudit_options *options, struct slackaudit_problem *problem)
{
    struct error error = ERROR_INIT;
    int code = client_new(ret_client, engine, options, &error);
    return code < 0 ? problem_tell(problem, code, &error) : SLACKAUDIT_OK;
}

void client_follow(struct slackaudit_client *client, struct client_follower *follower)
{
    LIST_INSERT_HEAD(&client->followers, follower, place);
}

void client_unfollow(struct client_follower *follower)
{
    LIST_REMOVE(follower, place);
}

static void tell_followers(struct slackaudit_client *client)
{
    while (!LIST_EMPTY(&client->followers)) {
        struct client_follower *follower = LIST_FIRST(&client->followers);
        LIST_REMOVE(follower, place);
        follower->gone(follower);
    }
}

void slackaudit_client_free(struct slackaudit_client *client)
{
    if (client == NULL)
        return;
    /* First, because its handlers' `destroy` is the caller's, and finds a client that works. */
    client->retry = NULL;
    slackaudit_retry_stack_free(TAKE(client->default_retry));
    tell_followers(client);
    while (!LIST_EMPTY(&client->calls))
        slackaudit_call_cancel(LIST_FIRST(&client->calls));
    if (client->proxy != NULL)
        explicit_bzero(client->proxy, strlen(client->proxy)); /* it may hold a password */
    secret_free(client->authorization);
    headers_deinit(&client->headers);
    free(client->base_url);
    free(client->proxy);
    free(client->ca_file);
    free(client->cert_file);
    free(client->key_file);
    free(client->tls_min_version);
    free(client->user_agent);
    engine_release(client->engine);
    free(client);
}

int slackaudit_client_set_token(
    struct slackaudit_client *client, const char *token, struct slackaudit_problem *problem)
{
    struct error error = ERROR_INIT;
    struct secret *authorization = NULL;
    int code = client == NULL
                   ? error_set(&error, ERROR_INVALID, "client is NULL")
                   : make_authorization(token == NULL ? "" : token, &authorization, &error);
    if (code < 0)
        return problem_tell(problem, code, &error);
    secret_free(client->authorization);
    client->authorization = authorization;
    return SLACKAUDIT_OK;
}

struct slackaudit_engine *slackaudit_client_engine(const struct slackaudit_client *client)
{
    return client->engine;
}

struct slackaudit_retry_stack *slackaudit_client_retry(struct slackaudit_client *client)
{
    return client->default_retry;
}
