/* Room in the store: when polling pauses, and when the walk must give back what it holds itself. */
#include "source/walker_private.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/order.h"
#include "base/units.h"

#define PAUSE_US USEC_PER_SEC

/* Whether outputs that go on would make room. Else what fills the store is this walk's own: windows
 * and pieces that no output can reduce. */
static bool can_outputs_help(const struct store_usage *usage)
{
    return usage->live_bytes - usage->open_bytes > usage->max_bytes / 8;
}

/* The piece that waits for the most below it. */
static bool give_up_piece(struct walker *walker)
{
    const struct store_walk *walk = &walker->walk;
    struct error error = ERROR_INIT;
    struct store_window *highest = &walker->pieces[0];
    int r = walker->context.store_type->commit(
        walker->source, NULL, highest, STORE_GIVE_UP, walk, &error);
    if (r < 0) {
        walker_failed_store(walker, &error);
        return false;
    }
    walker->ids_are_stale = true;
    log_info(&walker->subject,
        "giving up a closed piece: it fills the store and waits for what lies below it");
    store_window_deinit(highest);
    memmove(highest, highest + 1, --walker->piece_count * sizeof(*highest));
    return true;
}

/* The open window, to be walked again in narrower ones: at most half as wide, so that giving up
 * comes to an end. */
static bool give_up_window(struct walker *walker)
{
    int64_t span = walker->window.latest - walker->window.oldest;
    int64_t width = plan_narrow(span, walker->window.pages * 2);
    walker->walk.width = higher(1, lower(width, span / 2)); /* 0 would be a first window's again */
    return walker_give_up(walker, "it fills the store") == 0;
}

/* Gives back what is furthest from being delivered. False: there is nothing, or the store refused.
 */
static bool give_up_for_room(struct walker *walker)
{
    if (walker->piece_count > 0)
        return give_up_piece(walker);
    return walker->is_open && walker->window.bytes > 0 && give_up_window(walker);
}

/* The output with the most left to take, of those that are named in the store. */
struct holder {
    char name[LIMIT_NAME + 1];
    uint64_t bytes;
};

static int look_at_position(void *user, const struct store_position *position)
{
    struct holder *holder = user;
    if (position->backlog_bytes > holder->bytes) {
        holder->bytes = position->backlog_bytes;
        (void)snprintf(holder->name, sizeof(holder->name), "%s",
            position->output); /* a name fits: the configuration saw to it */
    }
    return 0;
}

/* Says, in log and status, that polling pauses and who holds what fills the store. */
static void tell_pause(struct walker *walker, const struct store_usage *usage)
{
    struct holder holder = {.name = ""};
    struct error error = ERROR_INIT;
    int r = walker->context.store_type->positions(
        walker->context.store, look_at_position, &holder, &error);
    if (r < 0)
        log_debug(&walker->subject, "the store cannot tell who holds it: %s", error.text);
    walker->last_error[0] = '\0';
    if (holder.bytes > 0)
        (void)snprintf(walker->last_error, sizeof(walker->last_error),
            "output %s has %llu bytes still to take", holder.name,
            (unsigned long long)holder.bytes); /* a cut text is still a text */
    log_warning(&walker->subject,
        "the store is at its cap (%llu of %llu bytes undelivered): polling pauses until the "
        "outputs catch up; nothing is dropped%s%s",
        (unsigned long long)usage->live_bytes, (unsigned long long)usage->max_bytes,
        holder.bytes > 0 ? "; " : "", walker->last_error);
}

/* Who takes only what others leave has half the room, so that it never stops them. */
static struct store_usage usage_of(const struct walker *walker)
{
    struct store_usage usage;
    walker->context.store_type->usage(walker->context.store, &usage);
    if (walker->context.spare)
        usage.max_bytes /= 2;
    return usage;
}

/* At the cap polling waits for the outputs, unless it is this walk's own undeliverable part that
 * fills the store. */
bool walker_has_room(struct walker *walker)
{
    struct store_usage usage = usage_of(walker);
    uint64_t mark = walker->paused_logged ? usage.max_bytes - usage.max_bytes / 8 : usage.max_bytes;
    while (usage.live_bytes >= mark && !can_outputs_help(&usage)) {
        if (walker->piece_count == 0 && walker->is_open && !walker_can_narrow(&walker->window))
            return true; /* it is finished past the cap */
        if (!give_up_for_room(walker))
            break;
        usage = usage_of(walker);
    }
    if (usage.live_bytes < mark) {
        if (walker->paused_logged) {
            log_info(&walker->subject, "the store has room again: polling goes on");
            walker->last_error[0] = '\0';
        }
        walker->paused_logged = false;
        return true;
    }
    if (!walker->paused_logged)
        tell_pause(walker, &usage);
    walker->paused_logged = true;
    walker_sleep(walker, WALKER_PAUSED, PAUSE_US);
    return false;
}
