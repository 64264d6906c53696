#include "output/delivery_parts.h"

#include <stdio.h>

#include "base/units.h"

#define LOG_INTERVAL_US (60 * USEC_PER_SEC)

/* For people: whole seconds once it is that long. */
static const char *format_wait(int64_t us, char *text)
{
    int64_t unit = us < USEC_PER_SEC ? USEC_PER_MSEC : USEC_PER_SEC;
    return units_format_duration((us + unit / 2) / unit * unit, text);
}

static int64_t random_between(void *user, int64_t low, int64_t high)
{
    return clock_random_between(user, low, high);
}

/* Doubles from call to call. */
static int64_t next_wait(struct setback *setback, int64_t first, int64_t last)
{
    int64_t wait = first;
    for (unsigned i = 0; i < setback->doublings && wait < last; i++)
        wait *= 2;
    if (wait >= last)
        return last;
    setback->doublings++;
    return wait;
}

static int64_t backoff(struct delivery *delivery)
{
    int64_t wait =
        next_wait(&delivery->setback, DELIVERY_BACKOFF_FIRST_US, DELIVERY_BACKOFF_LAST_US);
    return wait / 2 + clock_random_between(delivery->clock, 0, wait / 2);
}

/* Counts a try that failed. Returns true when the log shall hear of it. */
static bool begin(struct delivery *delivery, enum setback_kind kind, const char *text)
{
    struct setback *setback = &delivery->setback;
    int64_t now = clock_monotonic_us(delivery->clock);
    bool first = setback->kind != kind;
    if (setback->kind == SETBACK_NONE)
        setback->since_us = now;
    if (first)
        setback->doublings = 0;
    setback->kind = kind;
    setback->tries++;
    delivery->round++;
    if (text != setback->text)
        (void)snprintf(
            setback->text, sizeof(setback->text), "%s", text); /* a cut text is still a text */
    bool log = first || now - setback->logged_us >= LOG_INTERVAL_US;
    if (log)
        setback->logged_us = now;
    return log;
}

static void wait_for(struct delivery *delivery, int64_t wait_us)
{
    delivery_drop_filling(delivery);
    /* Without memory for a timer the next try comes at once, which is better than never. */
    if (loop_timer_after(&delivery->retry, wait_us) < 0)
        loop_task_post(&delivery->pump);
    delivery_note_change(delivery);
}

static void log_failure(struct delivery *delivery, int64_t wait_us)
{
    const struct setback *setback = &delivery->setback;
    char wait[UNITS_TEXT_SIZE], since[UNITS_TEXT_SIZE];
    if (setback->tries == 1) {
        log_warning(&delivery->subject,
            "cannot deliver: %s; nothing is lost, the next try is in %s", setback->text,
            format_wait(wait_us, wait));
        return;
    }
    log_warning(&delivery->subject,
        "still cannot deliver after %u tries in %s: %s; the next try is in %s", setback->tries,
        format_wait(clock_monotonic_us(delivery->clock) - setback->since_us, since), setback->text,
        format_wait(wait_us, wait));
}

void delivery_failed(struct delivery *delivery, const struct output_answer *answer)
{
    bool log = begin(delivery, SETBACK_FAILED, answer->message);
    const struct slackaudit_attempt attempt = {
        .transport = answer->transport,
        .os_errno = answer->os_errno,
        .status = answer->status,
        .error = "",
        .retry_after_us = answer->retry_after_us,
    };
    const struct slackaudit_random random = {.between = random_between, .user = delivery->clock};
    int64_t wait;
    if (!slackaudit_retry_stack_ask(
            delivery->retry_stack, &delivery->retry_state, &attempt, &random, &wait))
        wait = backoff(delivery);
    if (answer->retry_after_us > wait)
        wait = answer->retry_after_us;
    if (log)
        log_failure(delivery, wait);
    wait_for(delivery, wait);
}

void delivery_stuck(struct delivery *delivery, const struct error *error)
{
    bool log = begin(delivery, SETBACK_STUCK, error->text);
    int64_t wait = backoff(delivery);
    if (log)
        log_failure(delivery, wait);
    wait_for(delivery, wait);
}

void delivery_unstuck(struct delivery *delivery)
{
    if (delivery->setback.kind == SETBACK_STUCK)
        delivery_recovered(delivery);
}

void delivery_hold(struct delivery *delivery, const char *text)
{
    bool log = begin(delivery, SETBACK_HELD, text);
    int64_t wait = next_wait(&delivery->setback, DELIVERY_HOLD_FIRST_US, DELIVERY_HOLD_LAST_US);
    if (log) {
        char duration[UNITS_TEXT_SIZE];
        log_error(&delivery->subject,
            "held, because we were refused: %s; nothing is sent until that is mended, the next "
            "try is in %s (a reload tries at once)",
            delivery->setback.text, format_wait(wait, duration));
    }
    wait_for(delivery, wait);
}

void delivery_recovered(struct delivery *delivery)
{
    struct setback *setback = &delivery->setback;
    slackaudit_retry_state_init(&delivery->retry_state, NULL);
    if (setback->kind != SETBACK_NONE) {
        char since[UNITS_TEXT_SIZE];
        int64_t now = clock_monotonic_us(delivery->clock);
        log_info(&delivery->subject, "delivers again after %u failed tries in %s", setback->tries,
            format_wait(now - setback->since_us, since));
    }
    *setback = (struct setback){.kind = SETBACK_NONE};
}
