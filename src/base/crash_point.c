#include "base/crash_point.h"

#ifdef CRASH_POINTS

#    include <signal.h>
#    include <stdlib.h>
#    include <string.h>

void crash_point(const char *name)
{
    /* One place can be armed in a process, so one count does; only test builds have it. */
    static unsigned long passed;
    const char *armed = getenv("SLACKAUDIT_CRASH_POINT");
    if (armed == NULL)
        return;
    size_t size = strcspn(armed, ":");
    if (strlen(name) != size || memcmp(name, armed, size) != 0)
        return;
    unsigned long count = armed[size] == ':' ? strtoul(armed + size + 1, NULL, 10) : 1;
    if (++passed == count)
        (void)raise(SIGKILL); /* does not return */
}

#endif
