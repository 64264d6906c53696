/*
 * Which known word a person may have meant. Offer all known words; the nearest is the one that
 * fewest typing slips (a letter too many, missing, wrong, or two swapped) lead to, if they are few.
 */
#pragma once

#include <stddef.h>

struct spelling {
    const char *word;
    const char *nearest;
    size_t slips;
};

#define SPELLING_INIT(text)                                                                        \
    {                                                                                              \
        .word = (text)                                                                             \
    }

/* `known` must live as long as the spelling. */
void spelling_offer(struct spelling *spelling, const char *known);

/* NULL when none is near enough to be worth a hint. */
const char *spelling_nearest(const struct spelling *spelling);
