/* Room in the store: when polling pauses, and when the walk must give back what it holds itself. */
#include "source/walker_private.h"

#include <string.h>

#include "base/units.h"

#define PAUSE_US USEC_PER_SEC

/* The piece, or the open window, that only takes room while outputs have little left to give back:
 * it is given up and walked in narrower windows. Returns false when there is none, or the store
 * refused. */
static bool give_up_for_room(struct walker *walker)
{
    const struct store_walk *walk = &walker->walk;
    if (walker->is_open && walker->window.bytes > 0) {
        walker->walk.width =
            plan_narrow(walker->window.latest - walker->window.oldest, walker->window.pages * 2);
        return walker_give_up(walker, "it fills the store") == 0;
    }
    if (walker->piece_count == 0)
        return false;
    struct error error = ERROR_INIT;
    struct store_window *highest = &walker->pieces[0];
    int r = walker->context.store_type->commit(
        walker->source, NULL, highest, STORE_GIVE_UP, walk, &error);
    if (r >= 0)
        r = intake_load(&walker->intake, walk->seen_from, &error);
    if (r < 0) {
        walker_failed_store(walker, &error);
        return false;
    }
    log_info(&walker->subject,
        "giving up a closed piece: it fills the store and waits for what lies below it");
    store_window_deinit(highest);
    memmove(highest, highest + 1, --walker->piece_count * sizeof(*highest));
    return true;
}

/* At the cap polling waits for the outputs, unless it is this walk's own undeliverable part that
 * fills the store. */
bool walker_has_room(struct walker *walker)
{
    struct store_usage usage;
    walker->context.store_type->usage(walker->context.store, &usage);
    uint64_t mark = walker->paused_logged ? usage.max_bytes - usage.max_bytes / 8 : usage.max_bytes;
    while (usage.live_bytes >= mark && usage.open_bytes >= usage.max_bytes / 2) {
        if (walker->is_open && walker->window.latest <= walker->window.oldest)
            return true; /* a window of one second cannot be narrowed: it is finished past the cap
                          */
        if (!give_up_for_room(walker))
            break;
        walker->context.store_type->usage(walker->context.store, &usage);
    }
    if (usage.live_bytes < mark) {
        if (walker->paused_logged)
            log_info(&walker->subject, "the store has room again: polling goes on");
        walker->paused_logged = false;
        return true;
    }
    if (!walker->paused_logged)
        log_warning(&walker->subject,
            "the store is at its cap (%llu of %llu bytes undelivered): polling pauses until the "
            "outputs catch up; nothing is dropped",
            (unsigned long long)usage.live_bytes, (unsigned long long)usage.max_bytes);
    walker->paused_logged = true;
    walker_sleep(walker, WALKER_PAUSED, PAUSE_US);
    return false;
}
