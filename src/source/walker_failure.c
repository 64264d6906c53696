#include "source/walker_private.h"

#include <stdio.h>
#include <string.h>

#include "base/units.h"

#define STORE_RETRY_US   (10 * USEC_PER_SEC)
#define REFUSED_FIRST_US (30 * USEC_PER_SEC)
#define REFUSED_LAST_US  (300 * USEC_PER_SEC)

enum { PERMANENT_POLLS = 5, LOUD_FAILURES = 10 };

/* Errors that say that the token, or the app behind it, may not read the audit log. */
static bool is_token_refused(const struct slackaudit_answer *answer)
{
    static const char *const names[] = {"invalid_authentication", "missing_authentication",
        "user_not_authorized", "team_not_authorized", "feature_not_enabled", "invalid_workspace"};
    if (answer->status == 401 || answer->status == 403)
        return true;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(answer->error, names[i]) == 0)
            return true;
    return false;
}

static void note_failure(struct walker *walker, const char *text)
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
        log_info(
            &walker->subject, "the API answers again (failures in a row: %u)", walker->failures);
    walker->failures = 0;
    walker->last_error[0] = '\0';
    walker->last_success_wall = clock_wall_us(loop_clock(walker->context.loop)) / USEC_PER_SEC;
}

void walker_failed_store(struct walker *walker, const struct error *error)
{
    note_failure(walker, error->text);
    walker_sleep(walker, WALKER_FAILING, STORE_RETRY_US);
}

/* The token is read again before each try, so a new one in its file is taken up without a signal.
 */
static void refused_token(struct walker *walker, const char *text)
{
    note_failure(walker, text);
    int64_t wait = REFUSED_FIRST_US;
    for (unsigned i = 1; i < walker->failures && wait < REFUSED_LAST_US; i++)
        wait *= 2;
    walker_sleep(walker, WALKER_REFUSED, wait > REFUSED_LAST_US ? REFUSED_LAST_US : wait);
    struct error error = ERROR_INIT;
    if (walker_reload_token(walker, &error) < 0)
        log_warning(&walker->subject, "the token cannot be read: %s", error.text);
}

/* A 400 with a cursor: the cursor was refused, and the window is walked again from its top. */
static void refused_cursor(struct walker *walker, const char *text)
{
    if (walker_give_up(walker, text) < 0)
        return;
    if (walker->give_ups > 2) { /* it happens again and again: not at full speed */
        note_failure(walker, text);
        walker_sleep(walker, WALKER_FAILING, walker->context.config->poll_interval_us);
        return;
    }
    walker_sleep(walker, WALKER_WALKING, 0);
}

static void describe(
    const struct walker *walker, const struct slackaudit_answer *answer, char *text, size_t size)
{
    const char *refused =
        is_token_refused(answer) ? "the token is refused (it is read again before each try): " : "";
    if (answer->code == SLACKAUDIT_ERROR_CALLBACK && walker->intake.error.code != ERROR_NONE)
        (void)snprintf(
            text, size, "%s", walker->intake.error.text); /* a cut text is still a text */
    else if (answer->request_id[0] != '\0')
        (void)snprintf(
            text, size, "%s%s, request %s", refused, answer->message, answer->request_id);
    else
        (void)snprintf(text, size, "%s%s", refused, answer->message);
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
    } else if (is_token_refused(answer)) {
        refused_token(walker, text);
    } else if (answer->status == 400 && has_cursor) {
        refused_cursor(walker, text);
    } else if (answer->status == 400) {
        note_failure(walker, text);
        walker_sleep(walker, WALKER_FAILING, poll * PERMANENT_POLLS);
    } else {
        /* The same page failed through all its retries though it came with 200: perhaps an entry in
         * it is no JSON. */
        walker->salvage = answer->status == 200 && !walker->salvage;
        note_failure(walker, text);
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
        .slack_now = walker->clock_known ? walker_slack_now(walker) : -1,
    };
    memcpy(ret_status->last_error, walker->last_error, sizeof(ret_status->last_error));
}
