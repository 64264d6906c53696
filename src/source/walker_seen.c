/* The seen-set of the walk: which ids it needs in memory. The store has them all. */
#include "source/walker_private.h"

#include "base/order.h"
#include "base/units.h"

/* The seconds of a waiting piece that nothing reads again: a back-fill makes many pieces, and their
 * ids must not all be in memory. What lies below the piece shares its first second; an entry
 * without a time took a newer one's, so about the whole last page of the piece is kept. What lies
 * above begins at most an overlap below the present of the first piece or below the newest known
 * entry; while that is not known, everything is kept. */
static struct intake_span interior_of(const struct walker *walker, const struct store_window *piece)
{
    int64_t overlap = walker->context.config->overlap_us / USEC_PER_SEC;
    int64_t page = (piece->latest - piece->oldest) / (piece->pages == 0 ? 1 : piece->pages);
    struct intake_span span = {.from = piece->oldest + page + 1, .to = piece->latest};
    for (size_t i = 0; i < walker->piece_count; i++)
        span.to = lower(span.to, walker->pieces[i].opened - overlap);
    span.to = lower(span.to, walker->intake.newest_known - overlap - PLAN_FRESH_BACK);
    return span;
}

/* A range that is read again for its own sake may lie anywhere. */
static bool all_are_needed(const struct walker *walker)
{
    return (walker->is_open && walker->window.kind == STORE_WINDOW_REREAD) ||
           walker->reread_count > 0;
}

/* A range that is read again may lie below what ordinary windows need. */
static int64_t needed_from(const struct walker *walker)
{
    int64_t from = walker->walk.seen_from;
    if (walker->is_open && walker->window.kind == STORE_WINDOW_REREAD)
        from = lower(from, walker->window.oldest);
    for (size_t i = 0; i < walker->reread_count; i++)
        from = lower(from, walker->rereads[i].oldest);
    return from;
}

int walker_load_seen(struct walker *walker, struct error *error)
{
    struct intake_span spans[LIMIT_PIECES];
    size_t count = all_are_needed(walker) ? 0 : walker->piece_count;
    for (size_t i = 0; i < count; i++)
        spans[i] = interior_of(walker, &walker->pieces[i]);
    return intake_load(&walker->intake, needed_from(walker), spans, count, error);
}

void walker_forget_interior(struct walker *walker, const struct store_window *piece)
{
    struct intake_span span = interior_of(walker, piece);
    if (!all_are_needed(walker) && span.from < span.to)
        seen_forget(&walker->intake.seen, span.from, span.to);
}
