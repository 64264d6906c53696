#include "ctl/api.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/units.h"
#include "ctl/configuration.h"
#include "ctl/print.h"
#include "ctl/span.h"
#include "daemon/daemon.h"
#include "source/source_client.h"
#include "source/walker.h"

#define TOKEN_VARIABLE "SLACKAUDIT_TOKEN"
#define TOLD_WAIT_US   (1 * USEC_PER_SEC) /* a shorter one nobody wonders about */

/* Beside the library's own connection_error, for a token without a source. */
enum { RATE_LIMIT_RETRIES = 10, SERVER_ERROR_RETRIES = 5 };

/* ---- Hooks of the client ---- */

static int64_t may_start(void *user)
{
    struct api *api = user;
    char text[SPAN_TEXT_SIZE];
    int64_t wait_us = budget_ask(&api->budget);
    if (api->talks && wait_us >= TOLD_WAIT_US)
        (void)print_complaint(0, "waits %s: %d calls a minute are allowed",
            span_text(wait_us, text),
            api->source == NULL ? BUDGET_CALLS_PER_MINUTE
                                : api->source->calls_per_minute); /* nothing failed */
    api->started_us = clock_monotonic_us(api->clock);
    return wait_us;
}

static void tell_failure(const struct slackaudit_attempt *attempt)
{
    if (attempt->transport != SLACKAUDIT_TRANSPORT_OK)
        (void)print_complaint(0, "an attempt failed: %s",
            slackaudit_transport_name(attempt->transport)); /* the call goes on */
    else
        (void)print_complaint(
            0, "an attempt failed: %d %s", attempt->status, attempt->error); /* likewise */
}

static void attempt_ended(void *user, const struct slackaudit_attempt *attempt)
{
    struct api *api = user;
    api->status = attempt->status;
    (void)snprintf(api->error, sizeof(api->error), "%s",
        attempt->error); /* a cut name is no name that is known */
    if (api->talks && (attempt->transport != SLACKAUDIT_TRANSPORT_OK || attempt->status == 429 ||
                          attempt->status >= 500))
        tell_failure(attempt);
    if (attempt->status == 429 && attempt->retry_after_us > 0)
        budget_pause(&api->budget, attempt->retry_after_us);
}

static void client_log(void *user, const char *text)
{
    (void)user;
    log_debug(NULL, "%s", text);
}

/* ---- Whose token ---- */

static int no_token(const struct ctl_request *request)
{
    return print_complaint(DAEMON_EXIT_USAGE,
        "no token: give --source, --token-file or --credential, or set " TOKEN_VARIABLE
        " (%s, where a source could be, is not there)",
        request->config_path);
}

static int take_source(struct api *api, const char *name)
{
    api->source = config_find_source(api->config, name);
    return api->source == NULL ? configuration_no_source(api->config, name) : DAEMON_EXIT_DONE;
}

/* The source that nobody named, because there is one only. */
static int take_only_source(struct api *api, const struct ctl_request *request)
{
    if (!request->config_given && access(request->config_path, F_OK) < 0)
        return no_token(request);
    int exit_code = configuration_read(request, &api->config);
    if (exit_code != DAEMON_EXIT_DONE)
        return exit_code;
    if (api->config->source_count != 1) {
        (void)print_complaint(0, "which source? Name one with --source:"); /* the code: below */
        for (size_t i = 0; i < api->config->source_count; i++)
            fprintf(stderr, "    %s\n", api->config->sources[i].name);
        return DAEMON_EXIT_USAGE;
    }
    api->source = &api->config->sources[0];
    return DAEMON_EXIT_DONE;
}

/* What was said on the command line comes before the environment, and that before the default
 * configuration. Fills in the source, or the reference to a token; neither, where none is needed.
 */
static int choose(struct api *api, const struct ctl_request *request, enum api_token wanted,
    struct secret_reference *reference)
{
    const char *name = request->values[API_SOURCE];
    const char *file = request->values[API_TOKEN_FILE];
    const char *credential = request->values[API_CREDENTIAL];
    bool wants_source = wanted == API_TOKEN_WANTED && request->values[API_BASE_URL] == NULL;
    if ((name != NULL) + (file != NULL) + (credential != NULL) > 1)
        return print_complaint(
            DAEMON_EXIT_USAGE, "one token: --source, --token-file or --credential");
    if (name != NULL && request->values[API_BASE_URL] != NULL)
        return print_complaint(
            DAEMON_EXIT_USAGE, "--source has its own address: leave out --base-url");
    if (name != NULL) {
        int exit_code = configuration_read(request, &api->config);
        return exit_code == DAEMON_EXIT_DONE ? take_source(api, name) : exit_code;
    }
    if (file != NULL)
        *reference = (struct secret_reference){.kind = SECRET_FILE, .name = (char *)file};
    else if (credential != NULL)
        *reference =
            (struct secret_reference){.kind = SECRET_CREDENTIAL, .name = (char *)credential};
    else if (wants_source && (request->config_given || getenv(TOKEN_VARIABLE) == NULL))
        return take_only_source(api, request);
    else if (getenv(TOKEN_VARIABLE) != NULL)
        *reference = (struct secret_reference){.kind = SECRET_ENV, .name = (char *)TOKEN_VARIABLE};
    else if (wanted == API_TOKEN_WANTED)
        return no_token(request);
    return DAEMON_EXIT_DONE;
}

/* ---- The client ---- */

/* A wait for the rate limit is better than an answer that says so. */
static int add_handlers(struct slackaudit_client *client)
{
    struct slackaudit_retry_stack *stack = slackaudit_client_retry(client);
    int r = slackaudit_retry_stack_append(stack, slackaudit_retry_rate_limit(RATE_LIMIT_RETRIES));
    if (r >= 0)
        r = slackaudit_retry_stack_append(
            stack, slackaudit_retry_server_error(SERVER_ERROR_RETRIES, NULL, NULL, 0));
    return r;
}

static int make_own_client(struct api *api, struct slackaudit_options *options, struct error *error)
{
    struct slackaudit_problem problem = {0};
    options->base_url = api->base_url;
    options->size = sizeof(*options);
    int r = slackaudit_client_new(&api->client, NULL, options, &problem);
    if (r < 0)
        return error_set(error, r, "%s", problem.text);
    r = add_handlers(api->client);
    return r < 0 ? error_set(error, r, "no memory for the retry stack") : 0;
}

static int make_client(struct api *api, const struct ctl_request *request,
    const struct config_retry *retry, struct error *error)
{
    char agent[64];
    (void)snprintf(agent, sizeof(agent), "slackauditctl/%s",
        request->version); /* a cut version is still a name */
    struct slackaudit_options options = {
        .token = api->token == NULL ? NULL : secret_text(api->token),
        .user_agent_prefix = agent,
        .log = client_log,
        .may_start = may_start,
        .attempt_ended = attempt_ended,
        .user = api,
    };
    if (api->source == NULL)
        return make_own_client(api, &options, error);
    api->retry = config_retry_build(retry);
    if (api->retry == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the retry stack");
    options.retry = api->retry;
    return source_client_new(&api->client, NULL, api->source, &options, error);
}

/* What the library says of its options, in the words of the command line. */
static int complain_of_client(const struct api *api, const struct ctl_request *request,
    const struct secret_reference *reference, int r, const char *text)
{
    static const char token[] = "token ", base_url[] = "base_url ";
    if (r == SLACKAUDIT_ERROR_MEMORY)
        return print_complaint(DAEMON_EXIT_TRY_AGAIN, "%s", text);
    if (strncmp(text, token, strlen(token)) == 0 && reference->kind != SECRET_NONE)
        return print_complaint(DAEMON_EXIT_CONFIG, "the token %s %s %s",
            reference->kind == SECRET_FILE         ? "in"
            : reference->kind == SECRET_CREDENTIAL ? "of the credential"
                                                   : "of the environment variable",
            reference->name, text + strlen(token));
    if (api->source != NULL)
        return print_complaint(DAEMON_EXIT_CONFIG, "source %s: %s", api->source->name, text);
    if (request->values[API_BASE_URL] != NULL && strncmp(text, base_url, strlen(base_url)) == 0)
        return print_complaint(DAEMON_EXIT_USAGE, "--base-url %s", text + strlen(base_url));
    return print_complaint(DAEMON_EXIT_USAGE, "%s", text);
}

/* Everything once the source, or the token, is chosen. */
static int open_chosen(struct api *api, const struct ctl_request *request,
    const struct secret_reference *reference, const struct config_retry *retry)
{
    struct error error = ERROR_INIT;
    api->talks = isatty(STDERR_FILENO);
    if (reference->kind != SECRET_NONE && secret_load(reference, &api->token, &error) < 0)
        return print_complaint(DAEMON_EXIT_CONFIG, "token: %s", error.text);
    api->clock = clock_new_real();
    if (api->clock == NULL)
        return print_complaint(DAEMON_EXIT_TRY_AGAIN, "no memory");
    int r = make_client(api, request, retry, &error);
    if (r < 0)
        return complain_of_client(api, request, reference, r, error.text);
    if (budget_init(&api->budget, api->clock, api->config, api->source, &error) < 0)
        return print_complaint(DAEMON_EXIT_UNAVAILABLE,
            "the budget of calls is the daemon's, and it cannot be asked: %s", error.text);
    return DAEMON_EXIT_DONE;
}

int api_open(struct api *api, const struct ctl_request *request, enum api_token token)
{
    struct secret_reference reference = {.kind = SECRET_NONE};
    log_set_level(request->values[API_VERBOSE] != NULL ? LOG_LEVEL_DEBUG : LOG_LEVEL_WARNING);
    api->base_url = request->values[API_BASE_URL];
    int exit_code = choose(api, request, token, &reference);
    if (exit_code != DAEMON_EXIT_DONE)
        return exit_code;
    if (api->source == NULL)
        return open_chosen(api, request, &reference, NULL);
    return open_chosen(api, request, &api->source->token, &api->source->retry);
}

int api_open_source(struct api *api, const struct ctl_request *request, const char *name)
{
    static const struct config_retry none = {0};
    log_set_level(LOG_LEVEL_WARNING);
    int exit_code = configuration_read(request, &api->config);
    if (exit_code == DAEMON_EXIT_DONE)
        exit_code = take_source(api, name);
    return exit_code == DAEMON_EXIT_DONE ? open_chosen(api, request, &api->source->token, &none)
                                         : exit_code;
}

void api_deinit(struct api *api)
{
    slackaudit_client_free(api->client);
    slackaudit_retry_stack_free(api->retry);
    budget_deinit(&api->budget);
    clock_free(api->clock);
    secret_free(api->token);
    config_free(api->config);
    *api = (struct api){0};
}

/* ---- Ends ---- */

/* What to do about an answer, or NULL. */
static const char *advice(int status, const char *error)
{
    static const struct {
        const char *error, *advice;
    } known[] = {
        {"invalid_range", "--oldest or --latest is in the future, or before the audit log began"},
        {"invalid_action", "slackauditctl actions lists the actions that there are"},
        {"invalid_cursor", "the cursor has expired, or is none of Slack's: begin without --cursor"},
    };
    if (*walker_refusal_advice(error) != '\0')
        return walker_refusal_advice(error);
    if (walker_is_token_refused(status, error))
        return "the token is refused, or may not read the audit log";
    if (status == 429)
        return "Slack allows so many calls to the whole organization: try again in a minute";
    if (status == 404)
        return "there is no API at this address: look at its base URL";
    if (status == 200 && error[0] == '\0')
        return "Slack is under maintenance, a proxy has answered, or the base URL is another's";
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strcmp(error, known[i].error) == 0)
            return known[i].advice;
    return NULL;
}

static int complain_of_answer(
    int status, const char *error, const char *message, const char *request_id)
{
    const char *what_to_do = advice(status, error);
    return print_complaint(CTL_EXIT_NO, "%s%s%s%s%s", message,
        request_id[0] == '\0' ? "" : ", request ", request_id, what_to_do == NULL ? "" : "; ",
        what_to_do == NULL ? "" : what_to_do);
}

int api_complain(const struct api *api, int code, const char *message)
{
    switch (code) {
    case SLACKAUDIT_ERROR_INVALID:
        return print_complaint(DAEMON_EXIT_USAGE, "%s", message);
    case SLACKAUDIT_ERROR_TRANSPORT:
        return print_complaint(DAEMON_EXIT_UNAVAILABLE, "%s", message);
    case SLACKAUDIT_ERROR_REFUSED:
        return complain_of_answer(api->status, api->error, message, "");
    default:
        return print_complaint(DAEMON_EXIT_TRY_AGAIN, "%s", message);
    }
}

int api_judge(const struct api *api, const struct slackaudit_answer *answer)
{
    if (answer->code < 0)
        return api_complain(api, answer->code, answer->message);
    if (answer->status == 200 && answer->error[0] == '\0' && !answer->broken_body)
        return DAEMON_EXIT_DONE;
    return complain_of_answer(answer->status, answer->error, answer->message, answer->request_id);
}
