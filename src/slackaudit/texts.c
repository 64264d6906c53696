#include "slackaudit/texts.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

void texts_deinit(struct texts *texts)
{
    if (texts->block != NULL)
        explicit_bzero(texts->block, texts->size);
    free(texts->block);
    *texts = (struct texts){0};
}

const char *texts_put(struct texts *texts, const char *text)
{
    if (text == NULL)
        return NULL;
    size_t needed = strlen(text) + 1;
    char *copy = texts->block == NULL ? NULL : memcpy(texts->block + texts->size, text, needed);
    texts->size += needed;
    return copy;
}

size_t texts_put_list(struct texts *texts, const char *const *list, const char **copies)
{
    size_t count = 0;
    for (; list != NULL && list[count] != NULL; count++) {
        const char *copy = texts_put(texts, list[count]);
        if (copies != NULL)
            copies[count] = copy;
    }
    return count;
}

int texts_allocate(struct texts *texts)
{
    texts->block = malloc(texts->size + 1);
    texts->size = 0;
    return texts->block == NULL ? ERROR_MEMORY : 0;
}
