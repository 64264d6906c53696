/*
 * Odd entries: what the API should never send and a client must live through. They are asked for by
 * kind and count, and stand spread evenly over the made history (never among live entries), at
 * least one ordinary entry apart, in an order that the seed decides.
 *
 * A plan is filled, then placed once, then immutable.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum odd_kind {
    ODD_NONE,
    ODD_NO_ID,
    ODD_NO_DATE,
    ODD_HUGE,           /* a string of 5 MiB in it */
    ODD_DEEP,           /* 200 arrays in one another */
    ODD_INVALID_UTF8,   /* bytes in a string that are not UTF-8: the entry is no JSON */
    ODD_UNKNOWN_ENTITY, /* a type and an action that nobody knows yet */
    ODD_NOT_AN_OBJECT,  /* a string, a number or an array in the place of an entry */
    ODD_DUPLICATE_ID,   /* the entry before it once more, byte for byte */
    ODD_KINDS,
};

enum { ODD_MOST = 10000, ODD_HUGE_SIZE = 5 << 20, ODD_DEEP_LEVELS = 200 };

struct odd_plan {
    uint8_t kinds[ODD_MOST]; /* in the order of their places */
    uint32_t count;
    uint64_t entries; /* of the history they stand in; 0 until placed */
};

/* Adds what `text` asks for: a kind's name, or KIND=COUNT. ERROR_INVALID names the kinds;
 * ERROR_LIMIT. */
int odd_plan_add(struct odd_plan *plan, const char *text, struct error *error);

/* Gives each its place in a history of `entries`. ERROR_INVALID when there are fewer than two
 * entries for each. */
int odd_plan_place(struct odd_plan *plan, uint64_t entries, uint64_t seed, struct error *error);

/* What stands at `index`. */
static inline enum odd_kind odd_at(const struct odd_plan *plan, uint64_t index)
{
    if (plan->entries == 0 || index >= plan->entries)
        return ODD_NONE;
    uint64_t nth = index * plan->count / plan->entries;
    uint64_t place = (2 * nth + 1) * plan->entries / (2 * (uint64_t)plan->count);
    return place == index ? (enum odd_kind)plan->kinds[nth] : ODD_NONE;
}

/* "no-id", "huge", ... */
const char *odd_kind_name(enum odd_kind kind);
