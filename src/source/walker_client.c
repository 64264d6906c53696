/* The walker's client: what it is made from, and its part in the budget of calls. */
#include "source/walker_private.h"

#include <stdio.h>
#include <string.h>

#include "source/source_client.h"

static int64_t may_start(void *user)
{
    struct walker *walker = user;
    struct governor *governor = walker->context.governor;
    int64_t wait = walker->context.spare ? governor_ask_spare(governor) : governor_ask(governor);
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

int walker_open_client(struct walker *walker, struct error *error)
{
    char agent[64];
    (void)snprintf(agent, sizeof(agent), "slackauditd/%s",
        walker->context.version); /* a cut version is still a name */
    const struct slackaudit_options own = {
        .token = secret_text(walker->token),
        .user_agent_prefix = agent,
        .retry = walker->retry,
        .log = client_log,
        .may_start = may_start,
        .attempt_ended = attempt_ended,
        .user = walker,
    };
    return source_client_new(
        &walker->client, walker->context.engine, walker->context.config, &own, error);
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
