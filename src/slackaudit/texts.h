/*
 * Copies of many strings in one block of memory: the same puts are run twice, to count and then to
 * copy. Private to slackaudit/.
 *
 * Embedded object; all zero is ready to count.
 */
#pragma once

#include <stddef.h>

struct texts {
    char *block; /* NULL while counting */
    size_t size; /* counted, or copied so far */
};

/* Wipes before it frees: among the strings may be a secret. */
void texts_deinit(struct texts *texts);

/* Counts the text, or copies it and returns the copy. NULL stays NULL. */
const char *texts_put(struct texts *texts, const char *text);

/* Pairs that end with NULL into `copies`, which has room for all of them and the end. Returns how
 * many strings there are. */
size_t texts_put_list(struct texts *texts, const char *const *list, const char **copies);

/* What was counted can now be copied. 0 or ERROR_MEMORY. */
int texts_allocate(struct texts *texts);
