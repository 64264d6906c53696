/* What time it is for the walk: Slack's clock as the answers tell it. */
#include "source/walker_private.h"

#include "base/units.h"

int64_t walker_slack_now(const struct walker *walker)
{
    struct clock *clock = loop_clock(walker->context.loop);
    return slack_clock_now(&walker->clock, clock_wall_us(clock), clock_monotonic_us(clock));
}

static void tell_dispute(struct walker *walker, const struct slackaudit_answer *answer)
{
    char date[UNITS_TEXT_SIZE], host[UNITS_TEXT_SIZE];
    int64_t wall = clock_wall_us(loop_clock(walker->context.loop)) / USEC_PER_SEC;
    log_warning(&walker->subject,
        "cannot tell Slack's time: the answer says %s, this host %s; until they agree, only what "
        "is "
        "no newer than the newest entry shown is asked for. Check the host's clock, and the proxy",
        answer->server_time < 0 ? "nothing" : units_format_time(answer->server_time, date),
        units_format_time(wall, host));
}

/* Slack's clock as the answer told it. A failure without a Date need not come from Slack. */
void walker_learn_clock(struct walker *walker, const struct slackaudit_answer *answer, bool is_page)
{
    if (answer->code != SLACKAUDIT_OK || (!is_page && answer->server_time < 0))
        return;
    struct clock *clock = loop_clock(walker->context.loop);
    bool was_disputed = walker->clock.disputed;
    slack_clock_learn(
        &walker->clock, answer->server_time, clock_wall_us(clock), clock_monotonic_us(clock));
    if (walker->clock.disputed && !was_disputed)
        tell_dispute(walker, answer);
    else if (was_disputed && !walker->clock.disputed)
        log_info(&walker->subject, "Slack's time is certain again");
    if (walker->context.once && walker->target < 0 && is_page)
        walker->target = walker_slack_now(walker);
}
