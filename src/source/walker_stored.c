/* What stands in the store beside the walk's place: windows that a former process left, and ranges
 * that must be read again because a batch of them was lost. */
#include "source/walker_private.h"

#include <stdlib.h>

#include "base/order.h"
#include "base/units.h"

/* Seconds after which a cursor kept across a restart is not trusted; Slack gives no figure. */
enum { CURSOR_LIFE = 10 * 60 };

/* ---- Ranges to be read again ---- */

/* In the store, so that it outlives this process. */
static int keep_range(const struct store_type *store_type, struct store_source *source,
    struct store_window *range, struct error *error)
{
    range->kind = STORE_WINDOW_REREAD;
    return store_type->commit(source, NULL, range, STORE_WAIT, NULL, error);
}

int walker_leave_reread(const struct store_type *store_type, struct store_source *source,
    int64_t oldest, int64_t latest, struct error *error)
{
    struct store_window range = {.oldest = oldest, .latest = latest};
    return keep_range(store_type, source, &range, error);
}

/* Adds a range, or widens the last one when there are too many: that loses nothing. */
static void add_reread(struct walker *walker, const struct store_window *range)
{
    bool full = walker->reread_count == WALKER_REREADS;
    struct store_window *place = &walker->rereads[full ? WALKER_REREADS - 1 : walker->reread_count];
    if (full) {
        place->oldest = lower(place->oldest, range->oldest);
        place->latest = higher(place->latest, range->latest);
    } else {
        *place = *range;
        walker->reread_count++;
    }
    struct error error = ERROR_INIT;
    int r = 0;
    if (place->id == 0 || full)
        r = keep_range(walker->context.store_type, walker->source, place, &error);
    struct store_window merged = *range;
    if (r >= 0 && full && merged.id != 0)
        r = walker->context.store_type->commit(
            walker->source, NULL, &merged, STORE_GIVE_UP, NULL, &error);
    if (r < 0)
        log_warning(&walker->subject,
            "what must be read again is not kept as it should be across a restart: %s", error.text);
    walker->ids_are_stale = true;
}

void walker_reread(struct walker *walker, int64_t oldest, int64_t latest)
{
    const struct store_window range = {
        .kind = STORE_WINDOW_REREAD, .oldest = oldest, .latest = latest};
    add_reread(walker, &range);
    if (walker->state == WALKER_DONE) /* `--once` is not done yet */
        walker_sleep(walker, WALKER_WALKING, 0);
    else if (walker->state == WALKER_RESTING)
        walker_step_now(walker);
}

void walker_put_reread_back(struct walker *walker, int64_t wait_us)
{
    bool has_row = walker->window.pages == 0; /* that nothing was added to */
    const struct store_window range = {.id = has_row ? walker->window.id : 0,
        .kind = STORE_WINDOW_REREAD,
        .waiting = true,
        .oldest = walker->window.oldest,
        .latest = walker->window.latest};
    add_reread(walker, &range);
    if (has_row)
        walker->window.id = 0;
    walker->reread_due_us = clock_monotonic_us(loop_clock(walker->context.loop)) + wait_us;
}

/* ---- Windows that a former process left ---- */

static int give_up(struct walker *walker, struct store_window *window, struct error *error)
{
    int r = walker->context.store_type->commit(
        walker->source, NULL, window, STORE_GIVE_UP, &walker->walk, error);
    store_window_deinit(window);
    return r;
}

/* One that was begun is begun anew; first comes its successor, so that there always is one. */
static int take_up_reread(struct walker *walker, struct store_window *window, struct error *error)
{
    struct store_window range = *window;
    range.cursor = NULL;
    if (window->waiting) {
        add_reread(walker, &range);
        store_window_deinit(window);
        return 0;
    }
    range.id = 0;
    range.pages = 0;
    range.entries = range.bytes = 0;
    add_reread(walker, &range);
    return give_up(walker, window, error);
}

static bool is_cursor_young(const struct walker *walker, const struct store_window *window)
{
    int64_t wall = clock_wall_us(loop_clock(walker->context.loop)) / USEC_PER_SEC;
    int64_t age = wall - window->cursor_wall;
    return age >= 0 && age <= CURSOR_LIFE;
}

/* Takes the window over, or gives it up. */
static int take_up_window(struct walker *walker, struct store_window *window, struct error *error)
{
    if (window->kind == STORE_WINDOW_REREAD)
        return take_up_reread(walker, window, error);
    bool is_ours = window->kind == STORE_WINDOW_FULL && window->fingerprint == walker->fingerprint;
    if (is_ours && window->waiting && walker->piece_count < LIMIT_PIECES) {
        walker->pieces[walker->piece_count++] = *window;
        return 0;
    }
    if (!is_ours || window->waiting || walker->is_open || !is_cursor_young(walker, window))
        return give_up(walker, window, error);
    /* The present that it reached is past: it does not end the round. */
    walker->window = *window;
    walker->is_open = true;
    return 0;
}

int walker_take_up_windows(struct walker *walker, struct error *error)
{
    struct store_window *windows = NULL;
    size_t count = 0;
    int r = walker->context.store_type->windows(walker->source, &windows, &count, error);
    if (r < 0)
        return r;
    for (size_t i = 0; i < count; i++)
        if (r >= 0)
            r = take_up_window(walker, &windows[i], error);
        else
            store_window_deinit(&windows[i]);
    free(windows);
    return r;
}

int walker_abandon(
    const struct store_type *store_type, struct store_source *source, struct error *error)
{
    struct store_window *windows = NULL;
    size_t count = 0;
    int r = store_type->windows(source, &windows, &count, error);
    if (r < 0)
        return r;
    for (size_t i = 0; i < count; i++) {
        if (r >= 0 && windows[i].kind != STORE_WINDOW_REREAD)
            r = store_type->commit(source, NULL, &windows[i], STORE_GIVE_UP, NULL, error);
        store_window_deinit(&windows[i]);
    }
    free(windows);
    return r;
}
