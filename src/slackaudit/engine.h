/*
 * The engine: drives any number of calls on one thread.
 *
 * It either runs by itself (slackaudit_engine_turn) or stands inside a caller's loop: watch
 * slackaudit_engine_fd() for reading, wake after slackaudit_engine_wait_us(), and call
 * slackaudit_engine_turn(engine, 0) then. A caller who only makes calls that wait (sync.h) needs
 * none: a client makes its own.
 *
 * Callbacks come from inside slackaudit_engine_turn() only. A callback may start and cancel calls
 * (its own too) and free whatever it likes, what it was called for too: call, iterator, client,
 * engine. To turn the engine in it, or to wait for a call of it, is refused (ERROR_INVALID). It
 * returns: an exception or a longjmp() out of it leaves the engine inside its turn for ever, which
 * then takes no other. One thread at a time uses an engine and everything that belongs to it; a
 * child of fork() uses nothing of it.
 *
 * From the first engine on SIGPIPE is ignored, if it was left at its default.
 *
 * Public header of libslackaudit: plain C11 and C++17. Times are microseconds.
 */
#pragma once

#include "slackaudit/common.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The caller's own time and randomness, for tests on a simulated clock. All three are there. The
 * engine still waits in real time: a caller that moves its clock by hand turns with a wait of 0 and
 * moves it by slackaudit_engine_wait_us(). */
struct slackaudit_clock {
    int64_t (*monotonic_us)(void *user); /* never goes back */
    int64_t (*wall_us)(void *user);      /* Unix time */
    uint64_t (*random)(void *user);      /* uniform over all 64 bits */
    void *user;
};

struct slackaudit_engine;

/* `clock` may be NULL (the system's); it is copied, and its `user` must outlive the engine. The
 * caller frees the engine. ERROR_INVALID for a clock that lacks a function, ERROR_SYSTEM,
 * ERROR_MEMORY. */
SLACKAUDIT_API int slackaudit_engine_new(struct slackaudit_engine **ret_engine,
    const struct slackaudit_clock *clock, struct slackaudit_problem *problem);

/* It is not turned any more after this; while it has clients, or is inside a turn, its memory stays
 * for them. Never waits for a name lookup. NULL is allowed. */
SLACKAUDIT_API void slackaudit_engine_free(struct slackaudit_engine *engine);

/* A descriptor to be watched for reading; owned by the engine. */
SLACKAUDIT_API int slackaudit_engine_fd(const struct slackaudit_engine *engine);

/* How long a caller's loop may sleep, in microseconds. 0: a turn is due now; -1: until the
 * descriptor is readable. */
SLACKAUDIT_API int64_t slackaudit_engine_wait_us(const struct slackaudit_engine *engine);

/* Does what is due; waits for something to do at most `max_wait_us` microseconds (negative: as long
 * as it takes). It may return with nothing done, as when a signal came. Returns 0, ERROR_SYSTEM, or
 * ERROR_INVALID: from inside a callback, or without an engine. */
SLACKAUDIT_API int slackaudit_engine_turn(struct slackaudit_engine *engine, int64_t max_wait_us);

#ifdef __cplusplus
}
#endif
