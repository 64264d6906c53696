#include "source/plan.h"

#include "base/order.h"

int64_t plan_oldest(const struct store_walk *walk, int64_t overlap)
{
    if (walk->checkpoint < 0)
        return walk->start;
    /* A back-fill window was read long after its entries were made: nothing can show late in it,
     * and the next begins at its last second. A live one was read up to the present, so an overlap
     * is read again. */
    int64_t oldest = lower(walk->checkpoint, walk->read_at - overlap);
    return higher(higher(oldest, walk->seen_from), walk->start);
}

static int64_t width_of(const struct store_walk *walk)
{
    return walk->width > 0 ? walk->width : PLAN_FIRST_WIDTH;
}

struct plan plan_next(const struct store_walk *walk, int64_t overlap,
    const struct store_window *piece, int64_t walked, int64_t now)
{
    int64_t oldest = plan_oldest(walk, overlap);
    if (piece != NULL && (walked >= piece->oldest || oldest > piece->oldest))
        return (struct plan){.action = PLAN_RELEASE};
    int64_t top = piece != NULL ? piece->oldest : now;
    if (top < oldest || (piece == NULL && top == walk->checkpoint))
        return (struct plan){.action = PLAN_NOTHING};
    int64_t latest = top;
    if (top - oldest > width_of(walk)) /* cut, but always past the checkpoint: an overlap wider than
                                          the window must not stop it */
        latest = lower(top, higher(oldest, walk->checkpoint) + width_of(walk));
    return (struct plan){.action = PLAN_WINDOW,
        .oldest = oldest,
        .latest = latest,
        .to_now = piece == NULL && latest == top};
}

bool plan_heed_clock(struct store_walk *walk, int64_t newest, int64_t now)
{
    if (walk->checkpoint < 0 || walk->read_at <= now)
        return false;
    if (walk->read_at - now <= PLAN_JITTER) {
        walk->read_at = now;
        return false;
    }
    walk->read_at = lower(newest >= 0 ? newest : walk->seen_from, now);
    return true;
}

/* The ids that are still needed: from the next window's beginning, from where each waiting piece's
 * follower will begin, and from where reading goes on when the clock turns out to have been ahead.
 */
static int64_t seen_needed(const struct store_walk *walk, int64_t overlap,
    const struct store_window *pieces, size_t piece_count, int64_t newest)
{
    int64_t from = lower(walk->checkpoint, walk->read_at - overlap);
    from = lower(from, newest >= 0 ? newest - overlap : walk->seen_from);
    for (size_t i = 0; i < piece_count; i++)
        from = lower(from, lower(pieces[i].latest, pieces[i].opened - overlap));
    return from;
}

struct store_walk plan_closed(const struct store_walk *walk, int64_t overlap,
    const struct store_window *window, const struct store_window *pieces, size_t piece_count,
    int64_t newest, bool under_one_page)
{
    struct store_walk next = *walk;
    if (window->latest >= walk->checkpoint) {
        next.checkpoint = window->latest;
        next.read_at = window->opened;
    } else if (piece_count == 0) {
        next.read_at = window->opened; /* Slack's clock went back behind the checkpoint */
    }
    next.seen_from =
        higher(walk->seen_from, seen_needed(&next, overlap, pieces, piece_count, newest));
    int64_t width = width_of(walk);
    if (under_one_page)
        width = lower(width * 2, INT64_C(1) << 32);
    else if (window->pages > PLAN_GOOD_PAGES)
        width = lower(width, plan_narrow(window->latest - window->oldest, window->pages));
    next.width = width;
    return next;
}

int64_t plan_narrow(int64_t seconds, uint32_t pages)
{
    return higher(1, seconds * PLAN_GOOD_PAGES / (pages == 0 ? 1 : pages));
}
