#include "ctl/explain_outcome.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ctl/span.h"
#include "output/delivery.h"
#include "output/http_post.h"
#include "source/walker.h"

/* Adds to the words; what is too long is cut, and none is. */
static void _printf_(2, 3) say(struct explain_past *past, const char *format, ...)
{
    size_t size = strlen(past->words);
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(
        past->words + size, sizeof(past->words) - size, format, arguments); /* see above */
    va_end(arguments);
}

/* "30s, 1m, 2m, 4m, then every 5m": waits that double. */
static void say_doubling(struct explain_past *past, int64_t first_us, int64_t last_us)
{
    char text[SPAN_TEXT_SIZE];
    for (int64_t wait_us = first_us; wait_us < last_us; wait_us *= 2)
        say(past, "%s, ", span_text(wait_us, text));
    say(past, "then every %s", span_text(last_us, text));
}

static void cannot_happen(struct explain_past *past, const char *why)
{
    past->occurs = past->asked = false;
    past->name = "cannot_happen";
    say(past, "cannot happen: %s", why);
}

/* ---- Sources ---- */

static void say_where_token_is(struct explain_past *past, const struct config_source *source)
{
    const struct secret_reference *token = &source->token;
    if (token->kind == SECRET_FILE)
        say(past, "the token is read again from %s", token->name);
    else if (token->kind == SECRET_CREDENTIAL)
        say(past, "the token is read again from the credential %s", token->name);
    else
        say(past,
            "the token is read again, but the environment variable %s changes with a restart "
            "only",
            token->name);
}

static void token_refused(const struct explain_subject *subject, struct explain_past *past)
{
    past->name = "token_refused";
    say(past, "the source is held, as `token refused` in log and status, and tries again after ");
    say_doubling(past, WALKER_REFUSED_FIRST_US, WALKER_REFUSED_LAST_US);
    say(past, "; after each try ");
    if (subject->source != NULL)
        say_where_token_is(past, subject->source);
    else
        say(past, "the token is read again from its file");
    say(past, ", and another one is tried at once, as by a reload. Nothing is lost");
}

static void question_refused(const struct explain_subject *subject, struct explain_past *past)
{
    char wait[SPAN_TEXT_SIZE];
    past->name = "question_refused";
    say(past,
        "with a cursor: the window is read again from its top. Without one: the source is "
        "`failing`, and asks again after %d times poll_interval",
        WALKER_PERMANENT_POLLS);
    if (subject->source != NULL)
        say(past, " (%s)",
            span_text(WALKER_PERMANENT_POLLS * subject->source->poll_interval_us, wait));
    say(past, ". Nothing is lost");
}

static void say_poll_interval(const struct explain_subject *subject, struct explain_past *past)
{
    char wait[SPAN_TEXT_SIZE];
    say(past, "calls the same page again after its poll_interval");
    if (subject->source != NULL)
        say(past, " (%s)", span_text(subject->source->poll_interval_us, wait));
    say(past, ", with all retries anew, for ever");
}

/* Perhaps one entry of the page is not JSON. */
static void salvaged(const struct explain_subject *subject, struct explain_past *past)
{
    past->name = "salvage";
    say(past, "the source calls the same page again at once, with all retries anew, and now takes "
              "its entries one by one: those that are not JSON go to dead letter. When that fails "
              "too it is `failing` in log and status, and ");
    say_poll_interval(subject, past);
    say(past, ". Nothing is lost");
}

static void next_poll(const struct explain_subject *subject,
    const struct slackaudit_attempt *attempt, struct explain_past *past)
{
    char wait[SPAN_TEXT_SIZE];
    past->name = "next_poll";
    say(past, "the source is `failing` in log and status, and ");
    say_poll_interval(subject, past);
    if (attempt->retry_after_us > 0)
        say(past, "; no source with this token makes a call before Retry-After (%s) is over",
            span_text(attempt->retry_after_us, wait));
    say(past, ". Nothing is lost");
}

static void past_a_source(const struct explain_subject *subject,
    const struct slackaudit_attempt *attempt, struct explain_past *past)
{
    bool answered = attempt->transport == SLACKAUDIT_TRANSPORT_OK;
    past->occurs = past->asked = true;
    if (attempt->transport == SLACKAUDIT_TRANSPORT_OTHER)
        cannot_happen(past, "it writes nothing");
    else if (answered && walker_is_token_refused(attempt->status, attempt->error))
        token_refused(subject, past);
    else if (answered && attempt->status == 400)
        question_refused(subject, past);
    else if (answered && attempt->status == 200)
        salvaged(subject, past);
    else
        next_poll(subject, attempt, past);
}

/* ---- Outputs ---- */

static void kept(const struct slackaudit_attempt *attempt, struct explain_past *past)
{
    char first[SPAN_RANGE_SIZE], last[SPAN_RANGE_SIZE];
    past->name = "batch_kept";
    say(past,
        "the output keeps its batch, is `waiting` in log and status, and sends it again for ever: "
        "after %s, doubling up to %s",
        span_range(DELIVERY_BACKOFF_FIRST_US / 2, DELIVERY_BACKOFF_FIRST_US, first),
        span_range(DELIVERY_BACKOFF_LAST_US / 2, DELIVERY_BACKOFF_LAST_US, last));
    if (attempt->retry_after_us > 0)
        say(past, ", but no sooner than Retry-After (%s) asks",
            span_text(attempt->retry_after_us, last));
    say(past, ". Retries count anew when a batch was taken. Nothing is lost, and nothing goes "
              "to dead letter");
}

static void held(struct explain_past *past)
{
    past->name = "held";
    say(past, "the stack is not asked: the output is `held`, with an error in the log, and tries "
              "again after ");
    say_doubling(past, DELIVERY_HOLD_FIRST_US, DELIVERY_HOLD_LAST_US);
    say(past, " (a reload tries at once); its secrets are read again before each try. Nothing "
              "is lost, and nothing goes to dead letter");
}

static void say_dead_letter(const struct explain_subject *subject, struct explain_past *past)
{
    say(past, " goes to dead letter");
    if (subject->output != NULL)
        say(past, " (%s)", subject->output->dead_letter);
}

static void refused(const struct explain_subject *subject, struct explain_past *past)
{
    past->name = "dead_letter";
    say(past, "the stack is not asked: the entry that is refused is singled out and");
    say_dead_letter(subject, past);
    say(past,
        ", the others are delivered; a receiver that has accepted nothing since the start is held "
        "instead when it refuses %d single entries",
        DELIVERY_PROBES);
}

static void too_large(const struct explain_subject *subject, struct explain_past *past)
{
    past->name = "split";
    say(past, "the stack is not asked: the batch is halved until it passes; an entry that is too "
              "large by itself");
    say_dead_letter(subject, past);
}

static void past_http(const struct explain_subject *subject,
    const struct slackaudit_attempt *attempt, struct explain_past *past)
{
    enum output_outcome outcome = attempt->transport == SLACKAUDIT_TRANSPORT_OK
                                      ? http_post_outcome(attempt->status)
                                      : OUTPUT_FAILED;
    past->occurs = true;
    past->asked = outcome == OUTPUT_FAILED;
    if (outcome == OUTPUT_DELIVERED) /* a status that only a source's failures have */
        cannot_happen(past, "a receiver's answers hold no page and no error name of Slack's");
    else if (outcome == OUTPUT_FAILED && attempt->transport == SLACKAUDIT_TRANSPORT_OTHER)
        cannot_happen(past, "it writes to a network");
    else if (outcome == OUTPUT_FAILED)
        kept(attempt, past);
    else if (outcome == OUTPUT_SENDER_REFUSED)
        held(past);
    else if (outcome == OUTPUT_REFUSED)
        refused(subject, past);
    else
        too_large(subject, past);
}

static void past_syslog(const struct slackaudit_attempt *attempt, struct explain_past *past)
{
    past->occurs = past->asked = true;
    if (attempt->transport == SLACKAUDIT_TRANSPORT_OK)
        cannot_happen(past, "a syslog receiver sends no answers");
    else if (attempt->transport == SLACKAUDIT_TRANSPORT_OTHER)
        cannot_happen(past, "it writes to a network");
    else
        kept(attempt, past);
}

static void past_local(
    const char *where, const struct slackaudit_attempt *attempt, struct explain_past *past)
{
    past->occurs = past->asked = true;
    if (attempt->transport == SLACKAUDIT_TRANSPORT_OTHER)
        kept(attempt, past);
    else
        cannot_happen(past, where);
}

static void past_an_output(const struct explain_subject *subject,
    const struct slackaudit_attempt *attempt, struct explain_past *past)
{
    switch (subject->output->type) {
    case CONFIG_OUTPUT_HTTP:
        past_http(subject, attempt, past);
        break;
    case CONFIG_OUTPUT_SYSLOG:
        past_syslog(attempt, past);
        break;
    case CONFIG_OUTPUT_FILE:
        past_local("it writes to a local file", attempt, past);
        break;
    case CONFIG_OUTPUT_STDOUT:
        past_local("it writes to standard output", attempt, past);
        break;
    }
}

/* The default stack may be anyone's: a source's, and of the outputs those that use a stack most. */
void explain_outcome(const struct explain_subject *subject,
    const struct slackaudit_attempt *attempt, struct explain_failure *failure)
{
    struct explain_past *past = failure->pasts;
    if (subject->output == NULL) {
        past->whom = "source";
        past_a_source(subject, attempt, past++);
    }
    if (subject->source == NULL) {
        past->whom = "output";
        if (subject->output == NULL)
            past_http(subject, attempt, past++);
        else
            past_an_output(subject, attempt, past++);
    }
    failure->past_count = (size_t)(past - failure->pasts);
}
