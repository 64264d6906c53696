#include "config/spelling.h"

#include <string.h>

enum { LONGEST = 32 }; /* of the schema's keys, with room; nothing longer is near one */

static size_t least(size_t left, size_t right)
{
    return left < right ? left : right;
}

/* Optimal string alignment, with the last three rows of its table. */
static size_t count_slips(const char *word, size_t word_size, const char *known, size_t known_size)
{
    size_t rows[3][LONGEST + 1];
    size_t *before = rows[0], *above = rows[1], *row = rows[2];
    for (size_t j = 0; j <= known_size; j++)
        row[j] = j;
    for (size_t i = 1; i <= word_size; i++) {
        size_t *freed = before;
        before = above;
        above = row;
        row = freed;
        row[0] = i;
        for (size_t j = 1; j <= known_size; j++) {
            size_t wrong = above[j - 1] + (word[i - 1] != known[j - 1]);
            row[j] = least(wrong, least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && word[i - 1] == known[j - 2] && word[i - 2] == known[j - 1])
                row[j] = least(row[j], before[j - 2] + 1);
        }
    }
    return row[known_size];
}

void spelling_offer(struct spelling *spelling, const char *known)
{
    size_t word_size = strnlen(spelling->word, LONGEST + 1), known_size = strlen(known);
    if (word_size > LONGEST || known_size > LONGEST)
        return;
    size_t slips = count_slips(spelling->word, word_size, known, known_size);
    if (spelling->nearest == NULL || slips < spelling->slips) {
        spelling->nearest = known;
        spelling->slips = slips;
    }
}

const char *spelling_nearest(const struct spelling *spelling)
{
    if (spelling->nearest == NULL)
        return NULL;
    /* One slip in a word of up to four letters, one more for every four further ones. */
    size_t allowed = 1 + (strlen(spelling->nearest) - 1) / 4;
    return spelling->slips <= allowed ? spelling->nearest : NULL;
}
