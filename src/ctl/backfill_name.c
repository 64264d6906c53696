#include "ctl/backfill_name.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

void backfill_name_shown(const char *name, char *shown, size_t size)
{
    const char *number = strstr(name, "//");
    const char *kind = number == NULL ? NULL : strchr(number + 2, '/');
    const char *what = kind == NULL               ? NULL
                       : begins(kind, "/again/")  ? "back-fill"
                       : begins(kind, "/repair/") ? "repair"
                                                  : NULL;
    if (what == NULL)
        (void)snprintf(shown, size, "%s", name);
    else
        (void)snprintf(shown, size, "%s %.*s%.*s", what, (int)(number - name), name,
            (int)(kind - number - 1), number + 1);
}
