#include "daemon/verdict.h"

static void count(uint8_t *number)
{
    if (*number < UINT8_MAX)
        ++*number;
}

void tally_add(struct tally *tally, enum trace_place place, unsigned rewinds, uint32_t occasion,
    enum store_fate fate)
{
    bool is_first = place == TRACE_AMENDS || (place == TRACE_SOURCE && rewinds == 0);
    count(&tally->fates[fate]);
    if (fate == STORE_DEAD && !is_first)
        count(&tally->again_dead);
    if (fate != STORE_DELIVERED && fate != STORE_REPEATED)
        return;
    if (tally->occasion == occasion)
        tally->doubled = true;
    tally->occasion = occasion;
    count(is_first                  ? &tally->first
          : place == TRACE_BACKFILL ? &tally->backfilled
                                    : &tally->rewound);
}

enum verdict tally_verdict(const struct tally *tally)
{
    unsigned got = tally->fates[STORE_DELIVERED] + tally->fates[STORE_REPEATED];
    /* A letter of a later occasion makes amends for that one. */
    if (tally->doubled || tally->first > 1 + tally->again_dead)
        return VERDICT_TWICE;
    if (tally->fates[STORE_REPEATED] > 0)
        return VERDICT_POSSIBLY_TWICE;
    if (got > 1)
        return tally->rewound > 0 ? VERDICT_REDELIVERED : VERDICT_BACKFILLED;
    if (got == 1)
        return VERDICT_GOT;
    if (tally->fates[STORE_PENDING] > 0)
        return VERDICT_PENDING;
    if (tally->fates[STORE_DEAD] > 0)
        return VERDICT_DEAD;
    if (tally->fates[STORE_UNWANTED] > 0)
        return VERDICT_UNWANTED;
    if (tally->fates[STORE_NEVER] > 0)
        return VERDICT_NEVER;
    return tally->fates[STORE_BEFORE] > 0 ? VERDICT_BEFORE : VERDICT_UNKNOWN;
}
