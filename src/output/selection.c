#include "output/selection.h"

#include <fnmatch.h>

#include "base/json_text.h"
#include "base/limits.h"

/* Actions are words like user_login; what is longer than this is compared by its beginning. */
enum { ACTION_SIZE = 4 * LIMIT_ENTRY_ID };

static bool matches_any(char *const *patterns, const char *action)
{
    for (; *patterns != NULL; patterns++)
        if (fnmatch(*patterns, action, 0) == 0)
            return true;
    return false;
}

bool selection_wants(const struct selection *selection, struct slice raw_action)
{
    char action[ACTION_SIZE + 1] = "";
    size_t size = raw_action.size < ACTION_SIZE ? raw_action.size : ACTION_SIZE;
    if (size > 0)
        action[json_text_decode(raw_action.data, size, action)] = '\0';
    if (*selection->only != NULL && !matches_any(selection->only, action))
        return false;
    return !matches_any(selection->except, action);
}
