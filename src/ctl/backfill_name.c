#include "ctl/backfill_name.h"

#include <stdio.h>

#include "daemon/backfill_name.h"

void backfill_name_shown(const char *name, char *shown, size_t size)
{
    struct backfill_subject subject;
    if (!daemon_backfill_parse(name, &subject))
        (void)snprintf(shown, size, "%s", name); /* cut, as the header says; so below */
    else
        (void)snprintf(shown, size, "%s %s/%ld", subject.repairs ? "repair" : "back-fill",
            subject.source, subject.number);
}
