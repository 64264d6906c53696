#include "daemon/verdict.h"

static void count(uint8_t *number)
{
    if (*number < UINT8_MAX)
        ++*number;
}

void tally_add(struct tally *tally, enum trace_place place, uint32_t occasion, enum store_fate fate)
{
    count(&tally->fates[fate]);
    if (fate == STORE_DEAD && place != TRACE_SOURCE && place != TRACE_AMENDS)
        count(&tally->again_dead);
    if (fate != STORE_DELIVERED && fate != STORE_REPEATED)
        return;
    if (tally->occasion == occasion)
        tally->doubled = true;
    tally->occasion = occasion;
    count(&tally->got[place]);
}

/* Got more than once, and each time for a reason: the one that says most. */
static enum verdict reason_of(const struct tally *tally)
{
    if (tally->got[TRACE_REWOUND] > 0)
        return VERDICT_REDELIVERED;
    return tally->got[TRACE_REREAD] > 0 ? VERDICT_REREAD : VERDICT_BACKFILLED;
}

enum verdict tally_verdict(const struct tally *tally)
{
    unsigned got = tally->fates[STORE_DELIVERED] + tally->fates[STORE_REPEATED];
    unsigned first = tally->got[TRACE_SOURCE] + tally->got[TRACE_AMENDS];
    /* A letter of a later occasion makes amends for that one. */
    if (tally->doubled || first > 1U + tally->again_dead)
        return VERDICT_TWICE;
    if (tally->fates[STORE_REPEATED] > 0)
        return VERDICT_POSSIBLY_TWICE;
    if (got > 1)
        return reason_of(tally);
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
