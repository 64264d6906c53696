#include "source/walker_private.h"

#include <stdio.h>
#include <string.h>

#include "base/order.h"
#include "base/units.h"

#define STORE_RETRY_US (10 * USEC_PER_SEC)

enum { LOUD_FAILURES = 10 };

/* Slack documents the names of the Audit Logs API; those of its Web API are here too, because a
 * token that is no token at all may be answered by either. */
static const struct refusal {
    const char *error, *advice;
} refusals[] = {
    {"invalid_authentication", "Slack does not know the token"},
    {"invalid_auth", "Slack does not know the token"},
    {"missing_authentication", "no token arrived: does a proxy take headers away?"},
    {"not_authed", "no token arrived: does a proxy take headers away?"},
    {"missing_scope", "give the app the user scope auditlogs:read and install it again"},
    {"not_allowed_token_type", "it must be a user token, xoxp-..., not that of a bot"},
    {"user_not_authorized", "it must be the token of an owner of the Enterprise organization"},
    {"team_not_authorized", "install the app on the organization, not on a workspace"},
    {"invalid_workspace", "install the app on the organization, not on a workspace"},
    {"feature_not_enabled", "only organizations on an Enterprise plan have an audit log"},
    {"token_revoked", "the token was revoked: install the app again"},
    {"token_expired", "the token has expired: turn off token rotation, or put a new one there"},
    {"account_inactive", "the token's owner was deactivated: another owner must install the app"},
};

static const struct refusal *find_refusal(const char *error)
{
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
        if (strcmp(error, refusals[i].error) == 0)
            return &refusals[i];
    return NULL;
}

bool walker_is_token_refused(int status, const char *error)
{
    return status == 401 || status == 403 || find_refusal(error) != NULL;
}

const char *walker_refusal_advice(const char *error)
{
    const struct refusal *refusal = find_refusal(error);
    return refusal == NULL ? "" : refusal->advice;
}

void walker_note_failure(struct walker *walker, const char *text)
{
    walker->failures++;
    (void)snprintf(walker->last_error, sizeof(walker->last_error), "%s",
        text); /* a cut text is still a text */
    /* The first failure and then every tenth: an outage of a day is no reason for a thousand lines.
     */
    if (walker->failures == 1 || walker->failures % LOUD_FAILURES == 0)
        log_warning(&walker->subject, "%s; nothing is lost, it tries on (failure %u in a row)",
            text, walker->failures);
    else
        log_debug(&walker->subject, "%s", text);
}

void walker_succeeded(struct walker *walker)
{
    if (walker->failures > 0)
        log_info(&walker->subject, "it goes on again (failures in a row: %u)", walker->failures);
    walker->failures = 0;
    walker->trouble_told = false;
    walker->last_error[0] = '\0';
}

void walker_failed_store(struct walker *walker, const struct error *error)
{
    walker_note_failure(walker, error->text);
    walker_sleep(walker, WALKER_FAILING, STORE_RETRY_US);
}

/* The token is read again before each try, so a new one in its file is taken up without a signal.
 */
static void refused_token(struct walker *walker, const char *text)
{
    walker_note_failure(walker, text);
    int64_t wait = WALKER_REFUSED_FIRST_US;
    for (unsigned i = 1; i < walker->failures && wait < WALKER_REFUSED_LAST_US; i++)
        wait *= 2;
    walker_sleep(walker, WALKER_REFUSED, lower(wait, WALKER_REFUSED_LAST_US));
    struct error error = ERROR_INIT;
    if (walker_reload_token(walker, &error) < 0)
        log_warning(&walker->subject, "the token cannot be read: %s", error.text);
}

/* A 400 without a cursor: the question itself is wrong, or we may not ask it. A window of which
 * nothing is in the store is planned anew for the next try, with what the clock says then; a range
 * that is read again lets the others pass meanwhile. */
static void refused_question(struct walker *walker, const char *text)
{
    int64_t wait = walker->context.config->poll_interval_us * WALKER_PERMANENT_POLLS;
    walker_note_failure(walker, text);
    bool others_pass = walker->is_open && walker->window.kind == STORE_WINDOW_REREAD;
    if (others_pass)
        walker_put_reread_back(walker, wait);
    if (walker->is_open && walker->window.id == 0)
        walker_close_window(walker);
    walker_sleep(walker, WALKER_FAILING, others_pass ? 0 : wait);
}

static void describe(
    const struct walker *walker, const struct slackaudit_answer *answer, char *text, size_t size)
{
    const char *refused = "", *advice = "";
    if (walker_is_token_refused(answer->status, answer->error)) {
        refused = "the token is refused (it is read again before each try): ";
        advice = walker_refusal_advice(answer->error);
    }
    bool has_request = answer->request_id[0] != '\0';
    /* A cut text is still a text. */
    if (answer->code == SLACKAUDIT_ERROR_CALLBACK && walker->intake.error.code != ERROR_NONE)
        (void)snprintf(text, size, "%s", walker->intake.error.text);
    else
        (void)snprintf(text, size, "%s%s%s%s%s%s", refused, answer->message,
            has_request ? ", request " : "", answer->request_id, *advice == '\0' ? "" : ": ",
            advice);
}

void walker_failed_call(struct walker *walker, const struct slackaudit_answer *answer)
{
    char text[ERROR_TEXT_SIZE];
    describe(walker, answer, text, sizeof(text));
    int64_t poll = walker->context.config->poll_interval_us;
    bool has_cursor =
        walker->is_open && walker->window.cursor != NULL && walker->window.cursor[0] != '\0';
    if (answer->code == SLACKAUDIT_ERROR_CALLBACK && walker->intake.error.code != ERROR_NONE) {
        walker_failed_store(walker, &walker->intake.error);
    } else if (walker_is_token_refused(answer->status, answer->error)) {
        refused_token(walker, text);
    } else if (answer->status == 400 && has_cursor) {
        walker_give_up_cursor(walker, text);
    } else if (answer->status == 400) {
        refused_question(walker, text);
    } else {
        /* The same page failed through all its retries though it came with 200: perhaps an entry in
         * it is no JSON. */
        walker->salvage = answer->status == 200 && !walker->salvage;
        walker_note_failure(walker, text);
        walker_sleep(walker, WALKER_FAILING, walker->salvage ? 0 : poll);
    }
    walker_tell_changed(walker);
}

void walker_status(const struct walker *walker, struct walker_status *ret_status)
{
    *ret_status = (struct walker_status){
        .state = walker->state,
        .caught_up = walker->caught_up,
        .failures = walker->failures,
        .calls = walker->calls,
        .pages = walker->pages,
        .windows = walker->windows,
        .windows_given_up = walker->windows_given_up,
        .counts = walker->intake.counts,
        .seen_ids = walker->intake.seen.count,
        .seen_bytes = seen_memory(&walker->intake.seen),
        .walk = walker->walk,
        .pieces = walker->piece_count,
        .window_oldest = walker->is_open ? walker->window.oldest : -1,
        .window_latest = walker->is_open ? walker->window.latest : -1,
        .last_success_wall = walker->last_success_wall,
        .slack_now = walker->clock.known ? walker_slack_now(walker) : -1,
    };
    memcpy(ret_status->last_error, walker->last_error, sizeof(ret_status->last_error));
}
