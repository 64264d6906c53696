#include "slackaudit/query_copy.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/* Run twice: to count the bytes, then to copy. Returns the pointers that the lists need. */
static size_t put_all(struct query_copy *copy, const struct slackaudit_query *from)
{
    const char **place = copy->lists;
    size_t counts[2];
    copy->query = *from;
    copy->query.action = texts_put(&copy->texts, from->action);
    copy->query.actor = texts_put(&copy->texts, from->actor);
    copy->query.entity = texts_put(&copy->texts, from->entity);
    copy->query.cursor = NULL;
    counts[0] = texts_put_list(&copy->texts, from->extras.query, place);
    copy->query.extras.query = place;
    place = place == NULL ? NULL : place + counts[0] + 1;
    counts[1] = texts_put_list(&copy->texts, from->extras.headers, place);
    copy->query.extras.headers = place;
    return counts[0] + 1 + counts[1] + 1;
}

int query_copy_init(struct query_copy *copy, const struct slackaudit_query *query)
{
    *copy = (struct query_copy){0};
    size_t pointers = put_all(copy, query);
    copy->lists = calloc(pointers, sizeof(*copy->lists));
    if (copy->lists == NULL || texts_allocate(&copy->texts) < 0)
        return ERROR_MEMORY;
    (void)put_all(copy, query); /* counted above */
    return query_copy_set_cursor(copy, query->cursor);
}

void query_copy_deinit(struct query_copy *copy)
{
    texts_deinit(&copy->texts);
    free(copy->lists);
    free(copy->cursor);
    *copy = (struct query_copy){0};
}

int query_copy_set_cursor(struct query_copy *copy, const char *cursor)
{
    char *mine = cursor == NULL ? NULL : strdup(cursor);
    if (cursor != NULL && mine == NULL)
        return ERROR_MEMORY;
    free(copy->cursor);
    copy->cursor = mine;
    copy->query.cursor = mine;
    return 0;
}
