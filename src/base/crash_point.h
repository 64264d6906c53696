/*
 * Named places at which a test can have the process killed, as a power cut or `kill -9` would.
 *
 * SLACKAUDIT_CRASH_POINT=`name` or `name:count` in the environment raises SIGKILL when the place of
 * that name is passed for the count-th time (the first without a count). Only builds with
 * -DCRASH_POINTS=ON (-DSANITIZE=ON implies it) look at the environment; in every other build the
 * call is empty.
 *
 * Names are `floor.thing.place`, for example "store.page.before_commit".
 */
#pragma once

#ifdef CRASH_POINTS
void crash_point(const char *name);
#else
static inline void crash_point(const char *name)
{
    (void)name; /* nothing is ever armed in a build that people run */
}
#endif
